"""Writes the folder of a new connector: small, whole, and passing the pure part of the suite."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from staytrue.kit.errors import Refused

# Their own ending keeps the drafts from being taken for modules of ours.
DRAFT = ".draft"


def write(name: str, parent: Path) -> list[Path]:
    """The folder's files, in the order in which they are best read."""
    folder = parent / name
    if folder.exists():
        raise Refused(f"{folder} is already there. Nothing was written.", "folder_exists")
    title = name.replace("_", " ").title()
    words = {"name": name, "title": title, "type": title.replace(" ", "")}
    made = []
    for place, draft in _drafts(resources.files(__package__).joinpath("blank")):
        path = folder / place.removesuffix(DRAFT).replace("NAME", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(draft).safe_substitute(words), encoding="utf-8")
        made.append(path)
    return made


def _drafts(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    for found in sorted(folder.iterdir(), key=lambda one: one.name):
        if found.is_dir():
            yield from _drafts(found, f"{prefix}{found.name}/")
        elif found.name.endswith(DRAFT):
            yield f"{prefix}{found.name}", found.read_text(encoding="utf-8")


def next_steps(name: str, parent: Path) -> list[str]:
    """What to do with it."""
    return [
        "What to do next (docs/connectors.md says why):",
        f"1. staytrue connectors test {name} --folder {parent}",
        "2. Put real payloads, with invented people, into samples/ and write beside each what it",
        "   should say; then make translate.py say it.",
        "3. Fill in manifest.toml: settings, limits, fields.",
        "4. Speak with the PMS in connector.py, and claim in [capabilities] what it can do.",
        "5. Prove each claim on a simulated PMS: --simulator module:factory.",
    ]
