"""A name in an address: one segment, whatever it holds, and the same name when it is read."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from staytrue.kit import paths

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(NAMES)
@example("Hôtel Sirga")
@example("sirga/mews")
@example("50 % off?#")
@example("%2F")
@example("..")
@example("new")
def test_every_name_is_one_segment_that_a_server_reads_back(name: str) -> None:
    seen = unquote(paths.quoted(name))
    assert seen == paths.segment(name)
    assert "/" not in seen
    assert seen not in {".", "..", "new"}
    assert paths.name_in(seen) == name


@pytest.mark.parametrize("name", ["sirga-mews", "bio_files-2"])
def test_a_usual_name_stays_as_it_is(name: str) -> None:
    assert paths.quoted(name) == name
