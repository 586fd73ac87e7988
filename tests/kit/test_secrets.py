"""Sealed credentials: bound to their row, re-wrapped, and what is said when the key is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.kit.errors import Misconfigured
from staytrue.kit.secrets import SETTING, SETTING_BEFORE, Keyring, keyring

OLD, NEW = "old-" * 10, "new-" * 10
PLACE = {"table": "connection_secret", "row": 7, "field": "client_secret"}


def code_of(keys: Keyring, sealed: bytes, **place: object) -> str:
    """The code with which opening is refused."""
    with pytest.raises(Misconfigured) as refusal:
        keys.open_(sealed, **{**PLACE, **place})
    return refusal.value.code


@given(st.text())
def test_what_was_sealed_is_opened_again(text: str) -> None:
    keys = Keyring(OLD)
    sealed = keys.seal(text, **PLACE)
    assert keys.open_(sealed, **PLACE) == text
    assert len(text) < 4 or text.encode() not in sealed


def test_the_same_secret_never_looks_the_same() -> None:
    keys = Keyring(OLD)
    assert keys.seal("word", **PLACE) != keys.seal("word", **PLACE)


@pytest.mark.parametrize(
    "elsewhere", [{"row": 8}, {"row": "7:client"}, {"field": "password"}, {"table": "hook"}]
)
def test_a_secret_copied_to_another_place_stays_closed(elsewhere: dict) -> None:
    keys = Keyring(OLD)
    assert code_of(keys, keys.seal("word", **PLACE), **elsewhere) == "sealed_elsewhere"


def test_a_name_that_could_be_taken_for_another_place_is_a_bug() -> None:
    with pytest.raises(ValueError, match="names no field"):
        Keyring(OLD).seal("word", table="a:1", row=2, field="b")


def test_any_changed_bit_is_noticed() -> None:
    keys = Keyring(OLD)
    sealed = keys.seal("word", **PLACE)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert code_of(keys, bytes(changed)) in ("sealed_elsewhere", "sealing_key_lost")


@pytest.mark.parametrize("length", [0, 1, 9, 60, 96])
def test_a_cut_secret_is_refused(length: int) -> None:
    keys = Keyring(OLD)
    assert code_of(keys, keys.seal("word", **PLACE)[:length]) == "sealed_elsewhere"


def test_a_new_key_takes_over_without_touching_the_text() -> None:
    sealed = Keyring(OLD).seal("word", **PLACE)
    both = Keyring(NEW, OLD)
    assert not both.is_current(sealed)
    again = both.rotate(sealed, **PLACE)
    assert again[69:] == sealed[69:]
    assert Keyring(NEW).open_(again, **PLACE) == "word"
    assert both.rotate(again, **PLACE) == again
    assert code_of(Keyring(OLD), again) == "sealing_key_lost"


def test_a_copied_secret_is_not_re_wrapped_either() -> None:
    sealed = Keyring(OLD).seal("word", **PLACE)
    with pytest.raises(Misconfigured):
        Keyring(NEW, OLD).rotate(sealed, **{**PLACE, "row": 8})


def test_without_its_key_a_secret_asks_to_be_entered_again() -> None:
    sealed = Keyring(OLD).seal("word", **PLACE)
    with pytest.raises(Misconfigured, match="enter the credentials again") as refusal:
        Keyring(NEW).open_(sealed, **PLACE)
    assert refusal.value.code == "sealing_key_lost"


def test_a_short_key_is_refused() -> None:
    with pytest.raises(Misconfigured):
        Keyring("short")


def test_the_key_moves_from_the_home_into_the_environment(tmp_path: Path) -> None:
    sealed = keyring(tmp_path, {}).seal("word", **PLACE)
    assert (tmp_path / "secrets" / "sealing").stat().st_mode & 0o077 == 0
    moved = keyring(tmp_path, {SETTING: NEW})
    assert moved.open_(sealed, **PLACE) == "word"
    sealed = moved.rotate(sealed, **PLACE)
    empty = tmp_path / "other home"
    assert keyring(empty, {SETTING: NEW}).open_(sealed, **PLACE) == "word"
    later = keyring(empty, {SETTING: OLD, SETTING_BEFORE: f"{'x' * 40} {NEW}"})
    assert later.open_(sealed, **PLACE) == "word"


def test_a_keyring_shows_no_key() -> None:
    keys = Keyring(NEW, OLD)
    assert OLD not in repr(keys) + repr(vars(keys))
    assert NEW not in repr(keys) + repr(vars(keys))
