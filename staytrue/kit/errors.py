"""The five errors of the house, named by what to do next. Anything else is a bug and stays loud.

Each carries a `code` (stable, for machines and translations) and the facts of its sentence, so
that a screen can say it in the reader's language and a command line in English.
"""

from __future__ import annotations

from typing import Any


class StaytrueError(Exception):
    """Base of the five. `str(error)` is one plain English sentence that says what to do."""

    def __init__(self, sentence: str, code: str = "", **facts: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or type(self).__name__.lower()
        self.facts = facts


class Refused(StaytrueError):
    """Tell the person: what was asked cannot be done, and why."""


class Forbidden(StaytrueError):
    """The role does not allow it. Surfaces answer 404 or 403 and write it to the audit."""


class Temporary(StaytrueError):
    """Try later: nothing is wrong with what was asked."""


class Unreadable(StaytrueError):
    """Park this part and go on with the rest."""


class Misconfigured(StaytrueError):
    """Stop this connection and open an ask: a person must change a setting."""
