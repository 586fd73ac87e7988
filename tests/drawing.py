"""What is too long for every submission is drawn by its commit: another part each time.

The rest runs in `make proof`. Whoever has no repository gets the first.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from staytrue.lab.streams import stream

ROOT = Path(__file__).parents[1]


@cache
def commit() -> str:
    """The commit that is tested, or nothing."""
    git = ["git", "rev-parse", "HEAD"]
    try:
        ran = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return ran.stdout.strip()


def one_of(name: str, options: Sequence[str]) -> list[Any]:
    """The options as parameters of a test; but for the one drawn they wait for the proof."""
    chosen = stream(0, f"{name} {commit()}").choice(options) if commit() else options[0]
    return [
        pytest.param(each, marks=() if each == chosen else pytest.mark.proof) for each in options
    ]
