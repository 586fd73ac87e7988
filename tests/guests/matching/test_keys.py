"""Profiles of one person meet under a key, in six languages; a common value alone is no key."""

from __future__ import annotations

import pytest

from staytrue.guests.matching.compare import levels
from staytrue.guests.matching.fields import LOYALTY, MISSING
from staytrue.guests.matching.keys import keys_of
from staytrue.guests.matching.normalise import features_of_row

SAME = {
    "accent": "José Núñez=Jose Nunez|Zoë Brontë=Zoe Bronte|Amélie Lefèvre=Amelie Lefevre|"
    "João Magalhães=Joao Magalhaes|Niccolò Foà=Niccolo Foa|Jürgen Böhm=Jurgen Bohm",
    "transliteration": "Jürgen Müller=Juergen Mueller|Günther Groß=Guenther Gross|"
    "Søren Sørensen=Soeren Soerensen|Käthe Schäfer=Kaethe Schaefer|Åse Ågren=Aase Aagren|"
    "Jörg König=Joerg Koenig",
    "transposition": "John Baker=Baker John|Marie Dupont=Dupont Marie|Pablo Cano=Cano Pablo|"
    "Anna Vogel=Vogel Anna|Luca Ricci=Ricci Luca|Rui Alves=Alves Rui",
    "nickname": "William Baker=Bill Baker|Margaret Cole=Peggy Cole|Guillaume Roche=Guigui Roche|"
    "Francisco Ruiz=Paco Ruiz|José Gil=Pepe Gil|Friedrich Haas=Fritz Haas|Ursula Graf=Uschi Graf|"
    "Giuseppe Gatti=Beppe Gatti|Alessandro Sala=Sandro Sala|Francisco Pinto=Chico Pinto|"
    "Robert Hall=Bob Hall|Madeleine Blanc=Mado Blanc",
    "phonetic": "Anna Schmidt=Anna Schmitt|Karl Meyer=Karl Maier|Luc Dupont=Luc Dupond|"
    "Ana Gonzalez=Ana Gonzales|Jon Clarke=Jon Clark|Rui Sousa=Rui Souza|Ugo Rossi=Ugo Rosi|"
    "Steven Reid=Stephen Reed|Philip Moore=Phillip More",
}


def _keys(name: str) -> set[int]:
    given, _, surname = name.partition(" ")
    row = {"first_name": given, "last_name": surname, "city": "Bilbao"}
    return set(keys_of(features_of_row(row), b"salt"))


@pytest.mark.parametrize("kind", SAME)
def test_at_least_95_of_100_variants_of_a_name_meet(kind: str) -> None:
    pairs = [pair.split("=") for pair in SAME[kind].split("|")]
    met = [bool(_keys(one) & _keys(other)) for one, other in pairs]
    assert sum(met) >= 0.95 * len(met), [
        p for p, is_met in zip(pairs, met, strict=True) if not is_met
    ]


def test_keys_are_bigints_that_tell_nothing_without_the_salt() -> None:
    features = features_of_row({"email": "a.b@mail.example", "phone": "+34612345678"})
    keys = keys_of(features, b"salt")
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert not set(keys) & set(keys_of(features, b"pepper"))


def test_one_number_in_two_programmes_links_nobody() -> None:
    one, other, again = (
        features_of_row({"first_name": first, "last_name": last, "loyalty": number})
        for first, last, number in (
            ("Ana", "Ruiz", "Miles:77 1"), ("Karl", "Vogel", "Club:77 1"), ("A", "R", "miles:77 1")
        )
    )  # fmt: skip
    assert not set(keys_of(one, b"salt")) & set(keys_of(other, b"salt"))
    assert levels(one, other)[LOYALTY] == MISSING
    assert set(keys_of(one, b"salt")) & set(keys_of(again, b"salt"))
    assert levels(one, again)[LOYALTY] == 0


def test_a_full_profile_has_about_a_dozen_keys() -> None:
    row = {
        "first_name": "Ana", "last_name": "Ruiz", "birth_date": "1980-02-03", "line1": "Calle 5",
        "email": "ana.ruiz@mail.example", "phone": "+34612345678", "postcode": "48003",
        "city": "Bilbao",
    }  # fmt: skip
    assert 10 <= len(keys_of(features_of_row(row), b"salt")) <= 16


def test_members_of_a_hub_meet_only_where_their_names_do() -> None:
    generic = frozenset({("email", "desk@agency.example")})

    def of(first: str, last: str) -> set[int]:
        row = {"first_name": first, "last_name": last, "email": "desk@agency.example"}
        return set(keys_of(features_of_row(row), b"salt", generic))

    assert of("Ana", "Schmidt") & of("Eva", "Schmitt")
    assert not of("Ana", "Schmidt") & of("Eva", "Ruiz")
