"""What is compared of a profile: one form for what means the same, nothing for what means nothing."""

from __future__ import annotations

import pytest

from staytrue.guests.matching.normalise import features_of, features_of_row
from staytrue.hotel.records import Address, Email, Loyalty, Phone, Profile


@pytest.mark.parametrize(
    ("written", "born"),
    [
        ("1980-12-31", "1980-12-31"), ("31.12.1980", "1980-12-31"), ("31/12/1980", "1980-12-31"),
        ("12/31/1980", "1980-12-31"), ("19801231", "1980-12-31"), ("1970-01-01", ""),
        ("1900-01-01", ""), ("1985-01-01", "1985"), ("1985", "1985"), ("--12-31", ""),
        ("1980-13-45", "1980"), ("yesterday", ""), ("", ""),
    ],
)  # fmt: skip
def test_birth_dates_are_read_and_placeholders_are_not(written: str, born: str) -> None:
    assert features_of_row({"birth_date": written}).born == born


@pytest.mark.parametrize(
    ("written", "email"),
    [
        ("John.Smith+hotel@GMail.com", "johnsmith@gmail.com"),
        ("j.s@googlemail.com", "js@gmail.com"),
        ("John.Smith+x@mail.example", "john.smith@mail.example"),
        ("noemail@mail.example", ""),
        ("nobody", ""),
    ],
)
def test_an_address_has_the_form_one_person_has_one_of(written: str, email: str) -> None:
    assert features_of_row({"email": written}).emails == ((email,) if email else ())


@pytest.mark.parametrize("host", ["guest.booking.com", "guest.ota.example", "m.relay.example"])
def test_an_address_of_a_relay_is_nobodys(host: str) -> None:
    found = features_of_row({"email": f"some.body.123@{host}"})
    assert found.emails == ()
    assert found.relays == (f"some.body.123@{host}",)


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("+34 612 345 678", "+34612345678"), ("612345678", "+34612345678"),
        ("0034612345678", "+34612345678"), ("0000000000", ""), ("12", ""), ("123456789", ""),
    ],
)  # fmt: skip
def test_phones_are_whole_numbers_or_nothing(written: str, phone: str) -> None:
    assert features_of_row({"phone": written}, "ES").phones == ((phone,) if phone else ())


def test_an_address_line_is_its_words_whatever_their_order() -> None:
    line = features_of_row({"line1": "12 High Street"}).line
    assert features_of_row({"line1": "", "line2": "High St. 12"}).line == line
    assert features_of_row({"line1": "."}).line == ""
    one, other = ({"line1": text} for text in ("Hauptstraße 5", "Hauptstr. 5"))
    assert features_of_row(one).line == features_of_row(other).line


def test_a_document_is_never_kept_in_clear() -> None:
    (document,) = features_of_row({"document": "passport:ES:X 12-34"}).documents
    assert document.startswith("passport:es:")
    assert "1234" not in document
    assert features_of_row({"document": "passport:ES:x1234"}).documents == (document,)


def test_the_hash_of_a_document_tells_nothing_without_the_salt() -> None:
    row = {"document": "passport:ES:X1234"}
    salted = features_of_row(row, salt=b"one house").documents
    assert salted == features_of_row(row, salt=b"one house").documents
    assert salted not in (features_of_row(row).documents, features_of_row(row, salt=b"x").documents)


def test_a_canonical_profile_gives_the_same_features_as_a_row() -> None:
    profile = Profile(
        source_id="7",
        first_name="José",
        last_name="de la Fuente",
        birth_date="1980-12-31",
        country="ES",
        emails=[Email("jose@mail.example"), Email("x9@ota.example", masked=True)],
        phones=[Phone("612345678", "+34612345678")],
        addresses=[Address("Calle Nueva 5", None, "48003", "Bilbao", None, "ES")],
        loyalty=[Loyalty("Club", "77"), Loyalty("Other")],
        card_token="tok_1",
    )
    row = {
        "id": "7", "first_name": "Jose", "last_name": "Fuente", "birth_date": "31.12.1980",
        "email": "jose@mail.example", "phone": "+34612345678", "line2": "C. Nueva 5",
        "postcode": "48003", "city": "BILBAO", "country": "Spain", "loyalty": "club:77",
        "card_token": "gateway:tok_1",
    }  # fmt: skip
    found = features_of(profile, "ES", "gateway")
    assert found.relays == ("x9@ota.example",)
    row["email"] += ";x9@guest.ota.example"
    other = features_of_row(row)
    assert {**_fields(found), "relays": ()} == {**_fields(other), "relays": ()}


def _fields(features: object) -> dict[str, object]:
    return {name: getattr(features, name) for name in type(features).__struct_fields__}  # type: ignore[attr-defined]


def test_further_texts_are_kept_in_the_order_of_their_names() -> None:
    found = features_of_row({"other.town": "São Paulo", "other.job": ""})
    assert found.others == (("job", ""), ("town", "sao paulo"))


def _address(text: str) -> tuple[str, ...]:
    return features_of_row({"id": "1", "email": text}).emails


def test_an_address_has_one_form_whichever_way_its_domain_is_written() -> None:
    assert _address("jon@müller.example") == _address("jon@xn--mller-kva.example")


def test_a_lookalike_of_a_domain_is_another_address() -> None:
    """Compared on the ASCII form, so that nobody is joined by what only looks alike."""
    for lookalike in ("jon@exämple.com", "jon@exаmple.com"):
        assert _address(lookalike) not in {_address("jon@example.com"), ()}


@pytest.mark.parametrize("lookalike", ["jоn.ibarra@mail.example", "jon.ibаrra@mail.example"])
def test_an_address_that_only_looks_like_another_is_no_evidence(lookalike: str) -> None:
    assert not lookalike.isascii()
    assert _address(lookalike) == ()


def test_a_lookalike_domain_is_another_domain() -> None:
    lookalike = "jon.ibarra@mаil.example"
    assert not lookalike.isascii()
    assert _address(lookalike) != _address("jon.ibarra@mail.example")
    assert all(address.isascii() for address in _address(lookalike))


def test_a_day_and_a_month_without_a_year_are_no_birth_date() -> None:
    """E05: enough for a birthday, and never evidence of who somebody is."""
    assert features_of(Profile(source_id="1", birth_date="--05-28")).born == ""
