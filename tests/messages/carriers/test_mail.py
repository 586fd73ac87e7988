"""A mail as bytes: one address, our domain, no header that a name could add."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.kit.errors import Refused
from staytrue.messages.carriers.mail import composed, is_plain, message_id
from tests.messages.carriers.mails import mail

NOT_ONE = [
    "", "a@b", "a@b.c, c@d.e", "a@b.example,c@d.example", "a@b.example(c@d.example)",
    '"a@b"@c.example', '"a b"@c.example', "x" * 320 + "@b.example", "x" * 65 + "@b.example",
    "a@b.example.", "a.@b.example", ".a@b.example", "a..b@c.example", "A <a@b.example>",
    "<a@b.example>", "a@b.example\r\nBcc: x@y.example", "a@[127.0.0.1]", "a@127.0.0.1",
    "a@b_c.example", "a b@c.example", "a@b@c.example", "é@b.example", "a@b.example\x00",
    "a@b.example;c@d.example", "a%0d@b.example\n", "@b.example", "a@-b.example",
]  # fmt: skip


def read(raw: bytes) -> EmailMessage:
    """As a mail program reads it."""
    found: Any = BytesParser(policy=policy.default).parsebytes(raw)
    assert not found.defects
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize("address", NOT_ONE)
def test_what_is_not_exactly_one_plain_address_is_none(address: str) -> None:
    assert not is_plain(address)
    with pytest.raises(Refused) as refused:
        composed(mail(address=address))
    assert refused.value.code == "not_an_address"


@pytest.mark.parametrize(
    "address", ["claire@fontanel.example", "c.f+hotel@xn--fonda-9ua.example", "o'neill@a-b.example"]
)
def test_a_plain_address_is_one(address: str) -> None:
    assert is_plain(address)


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028", "\x00"])
@pytest.mark.parametrize("field", ["name", "subject", "language", "unsubscribe"])
def test_a_line_break_in_a_header_sends_nothing(field: str, ending: str) -> None:
    with pytest.raises(Refused) as refused:
        composed(mail(**{field: f"Claire{ending}Bcc: all@fontanel.example"}))
    assert refused.value.code == "header_broken"


def test_a_name_that_looks_like_an_address_is_only_a_name() -> None:
    raw = composed(mail(name="Bank <x@y.example>"))
    assert b"<x@y.example>" not in raw
    found = read(raw)
    assert [each.addr_spec for each in found["To"].addresses] == ["claire@fontanel.example"]
    assert found["To"].addresses[0].display_name == "Bank <x@y.example>"
    assert found["From"].addresses[0].addr_spec == "stay@sirga.example"


def test_the_mail_reads_as_it_was_written() -> None:
    found = read(composed(mail()))
    assert found["Subject"] == "Votre séjour à Bilbao"
    text, html = found.iter_parts()
    assert text.get_content().replace("\r\n", "\n").rstrip() == "Bonjour Claire,\nà bientôt."
    assert "<br>à bientôt.</p>" in html.get_content()
    assert found["Message-ID"] == message_id(mail())


def test_the_link_to_unsubscribe_stands_on_one_line_with_its_one_click() -> None:
    url = "https://sirga.example/g/u/" + "a" * 400
    lines = composed(mail(unsubscribe=url)).split(b"\r\n")
    assert f"List-Unsubscribe: <{url}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


def test_a_mail_that_the_stay_needs_carries_no_link_of_one_click() -> None:
    assert b"List-Unsubscribe" not in composed(mail(unsubscribe=""))


@given(name=st.text(max_size=80), subject=st.text(max_size=200))
def test_no_name_and_no_subject_adds_a_header(name: str, subject: str) -> None:
    try:
        raw = composed(mail(name=name, subject=subject))
    except Refused:
        return
    head = raw.split(b"\r\n\r\n", 1)[0]
    assert head.isascii()
    assert b"\n" not in head.replace(b"\r\n", b"")
    found = read(raw)
    assert len(found["To"].addresses) == 1
    assert set(found.keys()) == set(read(composed(mail())).keys())
