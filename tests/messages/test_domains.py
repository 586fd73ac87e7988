"""Whether the world believes that a mail is the hotel's."""

from __future__ import annotations

import pytest

from staytrue.messages import domains
from staytrue.messages.domains import Level

HOTEL = "sirga.example"


@pytest.mark.parametrize(
    ("records", "code", "level"),
    [
        ([], "spf_missing", Level.BAD),
        (["google-site-verification=x"], "spf_missing", Level.BAD),
        (["v=spf1 include:_spf.mail.example -all"], "spf_good", Level.GOOD),
        (["v=spf1 mx ~all", "other"], "spf_good", Level.GOOD),
        (["v=spf1 mx -all", "v=spf1 a -all"], "spf_several", Level.BAD),
        (["v=spf1 +all"], "spf_everybody", Level.BAD),
        (["v=spf1 all"], "spf_everybody", Level.BAD),
        (["v=spf1 mx"], "spf_open_end", Level.WEAK),
        (["v=spf1 mx ?all"], "spf_open_end", Level.WEAK),
        (["v=spf1 " + "include:a.example " * 11 + "-all"], "spf_too_many", Level.BAD),
        (["v=spf1 redirect=_spf.mail.example"], "spf_good", Level.GOOD),
    ],
)
def test_who_may_send(records: list[str], code: str, level: Level) -> None:
    found = domains.spf(records)
    assert (found.code, found.level) == (code, level)


def test_the_key_is_found_by_the_selector_or_among_the_usual() -> None:
    ask = {f"k1._domainkey.{HOTEL}": ["v=DKIM1; k=rsa; p=MIGf"]}.get
    found = domains.dkim(HOTEL, lambda name: ask(name, []))
    assert (found.code, found.read) == ("dkim_good", "k1")
    assert domains.dkim(HOTEL, lambda name: ask(name, []), ["x9"]).code == "dkim_missing"
    assert domains.dkim(HOTEL, lambda _: []).level == Level.WEAK


def test_a_key_that_was_taken_back_is_none() -> None:
    found = domains.dkim(HOTEL, lambda _: ["v=DKIM1; p="], ["k1"])
    assert found.code == "dkim_revoked"


@pytest.mark.parametrize(
    ("name", "record", "code"),
    [
        ("sirga.example", "v=DMARC1; p=reject; rua=mailto:d@sirga.example", "dmarc_good"),
        ("sirga.example", "v=DMARC1; p=none", "dmarc_watching"),
        ("sirga.example", "v=DMARC1; rua=mailto:d@sirga.example", "dmarc_broken"),
        ("mail.sirga.example", "v=DMARC1;p=quarantine", "dmarc_good"),
        ("other.example", "v=DMARC1; p=reject", "dmarc_missing"),
    ],
)
def test_what_others_do_with_forgeries(name: str, record: str, code: str) -> None:
    known = {"_dmarc.sirga.example": [record]}
    assert domains.dmarc(name, lambda asked: known.get(asked, [])).code == code


def test_all_three_are_told_in_one_order() -> None:
    found = domains.findings(HOTEL, lambda _: [])
    assert [each.record for each in found] == ["spf", "dkim", "dmarc"]
