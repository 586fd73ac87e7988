"""Nothing personal is left of a body, and what is left still reads like the PMS's own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.connectors.disguise import Disguise

KEY = b"k" * 32
PLANTED = {
    "FirstName": "Nekane", "LastName": "Olabarria", "Email": "nekane@olabarria.example",
    "Phone": "+34 944 555 0143", "BirthDate": "1980-04-12", "PassportNumber": "XDA448812",
    "Notes": "Allergic to peanuts, arrives with Claire", "Line1": "Kale Nagusia 17",
    "AccessToken": "C66EF7B239D24632943D115EDE9CB810-EA00F8FD8294692C940F6B5A8F9453D",
    "BankAccount": 5512349876, "Text": "Ring Nekane on arrival", "state": "Bizkaia",
}  # fmt: skip
BODY = {
    "Customers": [{"Id": "35d4b117-4e60-44a3-9580-c582117eff98", "address": PLANTED, **PLANTED}],
    "State": "Confirmed",
    "ScheduledStartUtc": "2026-05-21T13:00:00Z",
    "Amount": {"Currency": "EUR", "GrossValue": 120.5},
    "type": "Olabarria",
    "value": "Ring Nekane on arrival",
    "Options": [True, None, 7],
    "olabarria nekane": "x",
}


def disguised(body: bytes) -> bytes:
    disguise = Disguise(KEY)
    disguise.learn(body)
    return disguise.body(body)


def assert_nothing_left(text: str) -> None:
    for value in map(str, PLANTED.values()):
        assert value.casefold() not in text.casefold()
    for word in ("nekane", "olabarria", "claire", "peanuts", "nagusia", "bizkaia"):
        assert word not in text.casefold()


def test_no_personal_value_is_left_in_json() -> None:
    made = disguised(json.dumps({k: v for k, v in BODY.items() if k != "state"}).encode())
    assert_nothing_left(made.decode())


def test_what_tells_of_nobody_stays() -> None:
    made = json.loads(disguised(json.dumps(BODY).encode()))
    assert (made["State"], made["ScheduledStartUtc"]) == ("Confirmed", "2026-05-21T13:00:00Z")
    assert made["Amount"] == {"Currency": "EUR", "GrossValue": 120.5}
    assert made["Customers"][0].keys() == BODY["Customers"][0].keys()  # type: ignore[index]


@pytest.mark.parametrize(
    "form",
    ['<r><guest last="Olabarria"><n>Nekane</n></guest></r>', "Nekane;Olabarria;1", "{Nekane",
     "<p>Nekane Olabarria", "last=Olabarria&first=Nekane", '{"a": "Nekane"}\n{"b": "Olabarria"}',
     "<!DOCTYPE x><r>Olabarria</r>"],
)  # fmt: skip
def test_other_forms_are_disguised_as_well(form: str) -> None:
    assert_nothing_left(disguised(form.encode()).decode())


def test_one_value_becomes_the_same_other_value_everywhere() -> None:
    disguise = Disguise(KEY)
    id_ = "35d4b117-4e60-44a3-9580-c582117eff98"
    made = disguise.text(id_)
    assert made != id_
    assert len(made) == 36
    assert json.loads(disguise.body(json.dumps({"Id": id_}).encode()))["Id"] == made
    assert made in disguise.address(f"https://pms.example/rsv/v1/stays/{id_}?id={id_}")
    assert Disguise(b"other" * 8).text(id_) != made


def test_an_address_keeps_its_words_and_loses_its_machine() -> None:
    made = Disguise(KEY).address("https://secret.example:8443/rsv/v1/hotels/SIRGA/stays?limit=20")
    assert made.startswith("/rsv/v1/hotels/")
    assert "SIRGA" not in made
    assert "secret" not in made


def test_a_birth_date_becomes_another_date() -> None:
    made = Disguise(KEY).text("1980-04-12")
    assert made != "1980-04-12"
    assert len(made) == 10


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)  # fmt: skip


@given(_JSON)
def test_anything_can_be_disguised_and_stays_json(document: Any) -> None:
    json.loads(disguised(json.dumps({"x": document}).encode()))


@given(st.text(alphabet=st.characters(categories=["L"]), min_size=5))
def test_no_name_survives_whatever_letters_it_has(name: str) -> None:
    body = json.dumps({"LastName": name, "note": f"for {name}!", "State": "Started"}).encode()
    assert name.casefold() not in disguised(body).decode().casefold()
