"""The documentation keeps its word: links lead somewhere, settings are explained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SETTING = re.compile(r"\"((?:STAYTRUE|DATABASE)_[A-Z_]+)\"")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    own = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in own if not (page.parent / link).exists()] == []


def test_every_setting_is_explained() -> None:
    sources = [
        ROOT / "staytrue" / name
        for name in ("settings.py", "kit/home.py", "kit/secrets.py", "kit/database.py")
    ]
    used = {name for path in sources for name in SETTING.findall(path.read_text(encoding="utf-8"))}
    explained = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert {name for name in used if f"`{name}`" not in explained} == set()
