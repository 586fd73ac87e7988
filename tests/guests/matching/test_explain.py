"""An explanation adds up to the score exactly, and says what a reader can word."""

from __future__ import annotations

from staytrue.guests.matching.batch import Batch, Resolution
from staytrue.guests.matching.explain import codes, explained
from staytrue.guests.matching.normalise import Features


def test_parts_add_up_to_the_score_exactly(batch: Batch, resolution: Resolution) -> None:
    known, scored = set(codes(resolution.model)), resolution.scored
    table = batch.table
    for pair in range(0, len(scored.left), 7):
        one, other = (table.features[side[pair]] for side in (scored.left, scored.right))
        found = explained(resolution.model, table.rarities, one, other, len(table.features))
        assert found.before + sum(part.bits for part in found.parts) == found.bits
        assert found.bits == scored.margin[pair]
        assert found.shares["person"] == scored.person[pair]
        assert {part.code for part in found.parts} <= known


def test_what_decides_most_is_said_first(batch: Batch, resolution: Resolution) -> None:
    one = Features(given="paul", surname="baker", phones=("+34612345678",), born="1980-03-12")
    other = Features(given="henry", surname="baker", phones=("+34612345678",), born="1951-07-25")
    found = explained(resolution.model, batch.table.rarities, one, other, 2500)
    assert found.rival == "household"
    assert [abs(part.bits) for part in found.parts] == sorted(
        (abs(part.bits) for part in found.parts), reverse=True
    )
    assert found.speaks_against[0].code in ("given.different", "born.different")
    assert set(found.vetoes) == {"given", "born"}
    phone = next(part for part in found.parts if part.field == "phone")
    assert phone.ones == phone.others == ("+34612345678",)
