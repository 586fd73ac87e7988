"""Somebody's headings are understood, and what is named wins over what is guessed."""

from __future__ import annotations

import pytest

from staytrue.guests.matching.columns import plan, row
from staytrue.kit.errors import Refused

HEADINGS = ("rec_id", "Given Name", "surname", "street_number", "address_1", "DOB", "cluster")


def test_usual_headings_are_guessed() -> None:
    assert plan(HEADINGS, (), apart="cluster") == {
        "id": ("rec_id",), "first_name": ("Given Name",), "last_name": ("surname",),
        "line1": ("address_1",), "birth_date": ("DOB",),
    }  # fmt: skip


def test_a_named_column_is_taken_from_the_guesses() -> None:
    found = plan(HEADINGS, ("line1=street_number+address_1", "full_name=surname"))
    assert found["line1"] == ("street_number", "address_1")
    assert found["full_name"] == ("surname",)
    assert "last_name" not in found


def test_a_field_given_away_is_left_out() -> None:
    assert "birth_date" not in plan(HEADINGS, ("birth_date=",))


def test_other_names_are_further_texts() -> None:
    assert plan(HEADINGS, ("Birth town=cluster",))["other.birth_town"] == ("cluster",)
    assert plan(HEADINGS, ("dob=cluster",))["birth_date"] == ("cluster",)


@pytest.mark.parametrize(
    ("text", "code"), [("surname", "mapping_wrong"), ("id=x", "column_unknown")]
)
def test_a_mapping_that_cannot_be_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        plan(HEADINGS, (text,))
    assert refused.value.code == code


def test_a_row_without_an_id_is_called_by_its_number() -> None:
    assert row({"line1": ("a", "b")}, {"a": "5", "b": "High St"}, 7) == {
        "id": "000000007",
        "line1": "5 High St",
    }
