"""The command line: a contract that people and machines check Staytrue through (docs/operations.md)."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import django

from staytrue.kit.errors import StaytrueError


def main() -> None:
    """Entry of the `staytrue` program."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staytrue.settings")
    try:
        django.setup()
    except StaytrueError as error:
        sys.exit(f"staytrue: {error.sentence}")
    # Commands import models, which stand only once Django is set up.
    sys.exit(import_module("staytrue.cli.app").run(sys.argv[1:]))
