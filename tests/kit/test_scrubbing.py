"""No secret reaches a log (attack test 56): canaries are written in every way we could think of."""

from __future__ import annotations

import base64
import json
import logging

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from staytrue.kit import logs
from staytrue.kit.scrubbing import MASK, remember, scrub_event, scrubbed
from staytrue.kit.secrets import Keyring

CANARY = "kanarie-4711-Zwitschert"
PACKED = base64.b64encode(f"hotel:{CANARY}".encode()).decode()
SIGNED = f"eyJhbGciOiJIUzI1NiJ9.{base64.urlsafe_b64encode(CANARY.encode()).decode().strip('=')}.sig"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {CANARY}",
        f"authorization: basic {PACKED}",
        f"{{'Authorization': 'Bearer {CANARY}', 'Accept': 'x'}}",
        f"{{'X-API-Key': '{CANARY}'}}",
        f"Set-Cookie: session={CANARY}; Secure",
        f"postgresql://hotel:{CANARY}@db.lan:5432/pms",
        f"https://{CANARY}@pms.example/",
        f"host=db.lan user=hotel password={CANARY} dbname=pms",
        f"host=db.lan password='{CANARY} with a blank'",
        f"GET /v1/hook?access_token={CANARY}&hotel=7",
        f'{{"ClientToken": "{CANARY}", "AccessToken":"{CANARY}"}}',
        f"client_secret={CANARY}&grant_type=client_credentials",
        f"the key staytrue_0a1b2c3d_{CANARY} is not valid",
        f"token {SIGNED} has expired",
    ],
)
def test_a_credential_is_known_by_its_form(text: str) -> None:
    clean = scrubbed(text)
    assert MASK in clean
    assert CANARY not in clean
    assert PACKED not in clean
    assert SIGNED not in clean


def test_what_is_no_secret_stays_readable() -> None:
    text = "GET https://pms.example/v1/reservations?from=2026-05-04&hotel=7 answered 200"
    assert scrubbed(text) == text
    assert scrubbed("postgresql://hotel:word@db.lan/pms").endswith("@db.lan/pms")


@pytest.mark.parametrize(
    "name",
    ["password", "db_password", "client_secret", "AccessToken", "Authorization", "dsn", "api_key",
     "cookie", "sealing_key_secret", "credentials"],
)  # fmt: skip
def test_a_value_is_known_by_its_name_at_any_depth(name: str) -> None:
    told = scrub_event(None, "info", {"event": "x", "facts": [{name: CANARY}], name: {"a": CANARY}})
    assert CANARY not in json.dumps(told)


def test_what_was_opened_is_known_word_by_word() -> None:
    keys, secret = Keyring("k" * 40), "sesam/öffne dich"
    place = {"table": "connection_secret", "row": 1, "field": "password"}
    keys.open_(keys.seal(secret, **place), **place)
    assert "sesam" not in scrubbed(f"the far side said {secret} is wrong")
    assert "sesam" not in scrubbed("GET /hook/sesam%2F%C3%B6ffne%20dich")


def test_a_word_too_short_to_be_a_secret_does_not_eat_the_log() -> None:
    remember("a")
    assert scrubbed("a guest arrived") == "a guest arrived"


@given(st.recursive(st.text() | st.none() | st.integers() | st.dates(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_anything_can_be_logged(value: object) -> None:
    json.dumps(scrub_event(None, "info", {"event": "x", "value": value}))


def test_the_logs_of_the_product_and_of_libraries_are_scrubbed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = logging.getLogger().handlers, logging.getLogger().level
    try:
        logs.to_stderr()
        structlog.get_logger("staytrue").info("asked", url=f"https://x/?token={CANARY}")
        logging.getLogger("library").warning("sent %s", {"Authorization": f"Bearer {CANARY}"})
        try:
            raise RuntimeError(f"password={CANARY}")
        except RuntimeError:
            logging.getLogger("library").exception("failed")
            structlog.get_logger("staytrue").exception("failed")
    finally:
        logging.getLogger().handlers, level = before
        logging.getLogger().setLevel(level)
        structlog.reset_defaults()
    written = capsys.readouterr().err
    assert len(written.splitlines()) == 4
    assert CANARY not in written
