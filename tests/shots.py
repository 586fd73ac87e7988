"""`make shots`: every page and every mail, light, dark and on a phone, in three languages.

All of them go to docs/shots/all/ (not in git); the few that the README shows go to docs/shots/.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import django

from tests import early  # noqa: F401 - a home of its own, before the settings are read

SHOTS = Path(__file__).parents[1] / "docs" / "shots"
SHOWN = {"today-light-en": "today", "stay-dark-en": "stay", "connection-light-en": "connection",
         "desk-light-en": "desk", "today-phone-en": "phone"}  # fmt: skip
SIZES = {"light": (1280, 900), "dark": (1280, 900), "phone": (360, 780)}


def main() -> None:
    """Seed the demo house into a database of its own and walk through every page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="pages whose name holds this text")
    parser.add_argument("--languages", default="en,fr,es")
    parser.add_argument("--sizes", default=",".join(SIZES))
    given = parser.parse_args()
    django.setup()
    from tests.messages.writing import letters  # noqa: PLC0415
    from tests.web import album  # noqa: PLC0415

    target = SHOTS / "all"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, album.open_album(Path(folder)) as book:
        for language in given.languages.split(","):
            for size in given.sizes.split(","):
                for name, path in book.pages(given.only):
                    picture = target / f"{name}-{size}-{language}.png"
                    book.take(path, picture, language, size, SIZES[size])
                    print(picture)
        for picture in letters.take(book.browser, target, given.only, given.languages):
            print(picture)
    for name, shown in SHOWN.items():
        if (target / f"{name}.png").exists():
            shutil.copy(target / f"{name}.png", SHOTS / f"{shown}.png")


if __name__ == "__main__":
    main()
