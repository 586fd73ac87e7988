"""Standard Webhooks signatures: as its specification signs, and nothing else."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.kit import signing
from staytrue.kit.errors import Misconfigured

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))
AT = datetime(2026, 5, 21, 12, 0, tzinfo=UTC)
SECONDS = str(int(AT.timestamp()))
BODY = b'{"event": "reservation.changed"}'
SIGNED = signing.signature(KEY, "msg_1", AT, BODY)


def is_signed(signatures: str, *keys: bytes, id: str = "msg_1", body: bytes = BODY) -> bool:
    return signing.is_signed(keys or (KEY,), id, SECONDS, signatures, body)


def test_the_specifications_own_example_is_signed() -> None:
    # From the reference implementation's tests: public, and no secret of anybody.
    key = signing.key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    at = datetime.fromtimestamp(1614265330, UTC)
    told = signing.signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body)
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_signature_holds_for_its_id_body_and_key_only() -> None:
    assert is_signed(SIGNED)
    assert not is_signed(SIGNED, OTHER)
    assert not is_signed(SIGNED, id="msg_2")
    assert not is_signed(SIGNED, body=BODY + b" ")


def test_one_right_signature_among_several_is_enough() -> None:
    wrong = signing.signature(OTHER, "msg_1", AT, BODY)
    assert is_signed(f"v1a,AAAA {wrong} {SIGNED}")
    assert is_signed(SIGNED, OTHER, KEY)
    assert not is_signed("")
    assert not is_signed(f"{SIGNED},{SIGNED}")


@given(st.text(max_size=80))
def test_no_text_is_a_signature_by_chance(text: str) -> None:
    assert not is_signed(text)


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_a_call_within_five_minutes_is_near(minutes: int) -> None:
    assert signing.is_near(SECONDS, AT + timedelta(minutes=minutes))


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_older_or_later_one_is_not(seconds: int) -> None:
    assert not signing.is_near(SECONDS, AT + timedelta(seconds=seconds))


@pytest.mark.parametrize("text", ["", "-1", "1e9", "٣", "9" * 12, SECONDS + " ", SECONDS + ".0"])
def test_what_is_no_instant_is_never_near(text: str) -> None:
    assert not signing.is_near(text, AT)


@pytest.mark.parametrize(
    ("event_id", "signatures"),
    [("", SIGNED), ("ä", SIGNED), ("a b", SIGNED), ("x" * 257, SIGNED), ("msg_1", "ä"),
     ("msg_1", ""), ("msg_1", "v" * 5_000)],
)  # fmt: skip
def test_headers_that_cannot_belong_to_a_signed_call(event_id: str, signatures: str) -> None:
    assert not signing.is_well_formed(event_id, signatures)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!", "whsec_c2hvcnQ="])
def test_a_secret_that_is_none_is_said(secret: str) -> None:
    with pytest.raises(Misconfigured) as error:
        signing.key_of(secret)
    assert error.value.code == "signing_secret_unreadable"


def test_a_secret_is_read_with_and_without_its_prefix() -> None:
    text = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert signing.key_of(text) == signing.key_of(f"whsec_{text}") == b64decode(text)
