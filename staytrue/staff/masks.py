"""Fields that nobody sees by the way: masked on every page and answer until somebody says why.

Whoever may read a field may have it shown, for one guest, for a few minutes; that he did, and his
reason, stand in the audit.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from staytrue.kit.errors import Refused
from staytrue.kit.text import clean
from staytrue.staff import audit

MASKED = frozenset({"birth_date", "card_token"})
"""What tells who somebody is before the law, and what he pays with."""
MASK = "••••"
SHOWN_FOR = timedelta(minutes=5)
# A PMS's own fields have names of their own: these words are those of papers and birth dates.
_PAPERS = re.compile(
    r"birth|passport|document|identity|(^|_)(id_?card|id_?no|id_?number|dni|nif|nie)($|_)",
    re.IGNORECASE,
)


def is_of_papers(name: str) -> bool:
    """Whether a field that only one PMS has says what stands in somebody's papers."""
    return _PAPERS.search(name) is not None


def without_papers(custom: Mapping[str, Any] | None) -> dict[str, Any]:
    """A PMS's own fields but those of papers."""
    return {name: told for name, told in (custom or {}).items() if not is_of_papers(name)}


def masked_in(
    record: Mapping[str, Any], masked: Collection[str], hidden: Collection[str]
) -> list[str]:
    """The names of what a record says and its reader does not see yet; `hidden` is not his to see."""
    if not masked:
        return []
    own = [name for name in masked if record.get(name) and name not in hidden]
    papers = record.get("custom") or {} if "custom" not in hidden else {}
    return sorted([*own, *(name for name, told in papers.items() if told and is_of_papers(name))])


def reveal(
    object_: str, names: Collection[str], reason: str, property_id: int | None = None
) -> None:
    """Note that somebody has these fields shown, and why; without a reason nothing is shown."""
    if not clean(reason):
        raise Refused("Say why, for those who read it later.", "reason_missing")
    if not names:
        raise Refused("Nothing is masked here.", "nothing_masked")
    with audit.because(clean(reason)):
        audit.record("revealed", object_, property_id=property_id, fields=names)
