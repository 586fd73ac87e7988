"""XML reports: every group, no DTD, no recovery, and card numbers gone wherever they stand."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from staytrue.connectors.export_files import mapping_file
from staytrue.connectors.export_files.container import Limits
from staytrue.hotel.codes import GuestRole, Status
from staytrue.kit.errors import Refused
from tests.connectors.export_files.corpus import CARD, Read, opened, read, settings

OPERA = mapping_file.load("opera_res_detail")


def stay(number: str, inside: str = "", status: str = "GRD") -> str:
    return (
        f"<G_RESERVATION><CONFIRMATION_NO>{number}</CONFIRMATION_NO>"
        f"<SHORT_RESV_STATUS>{status}</SHORT_RESV_STATUS><ARRIVAL>05/09/26</ARRIVAL>"
        f"<DEPARTURE>08-SEP-26</DEPARTURE>{inside}</G_RESERVATION>"
    )


def report(*groups: str, start: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    inner = "".join(
        f"<G_GROUP_BY1><LIST_G_RESERVATION>{group}</LIST_G_RESERVATION></G_GROUP_BY1>"
        for group in groups
    )
    return f"{start}<RES_DETAIL><LIST_G_GROUP_BY1>{inner}</LIST_G_GROUP_BY1></RES_DETAIL>".encode()


def say(folder: Path, *groups: str) -> Read:
    return read(folder, report(*groups), OPERA, "res_detail1.xml")


def test_all_groups_are_read_and_both_date_forms(tmp_path: Path) -> None:
    got = say(tmp_path, stay("1") + stay("2"), "", stay("3", status="CXL"))
    assert [(one.number, one.status, one.nights) for one in got.stays] == [
        ("1", Status.CONFIRMED, 3), ("2", Status.CONFIRMED, 3), ("3", Status.CANCELLED, 3),
    ]  # fmt: skip


def test_an_unknown_status_word_parks_its_record_and_nothing_else(tmp_path: Path) -> None:
    got = say(tmp_path, stay("1", status="TENT") + stay("2"))
    assert [one.number for one in got.stays] == ["2"]
    assert [(one.line, one.code, one.key, one.facts["word"]) for one in got.parked] == [
        (1, "unknown_status", "1/1", "TENT")
    ]


def test_names_sharers_companies_and_memberships_find_their_fields(tmp_path: Path) -> None:
    inside = """<GUEST_NAME_ID>G7</GUEST_NAME_ID><FULL_NAME>*Sirga,Ana,Ms</FULL_NAME><VIP>V1</VIP>
    <COMPANY_NAME>C-Três Rios SA
T-Viajes Norte
S-Web</COMPANY_NAME><ACCOMPANYING_NAMES>Sirga,Leo
Sirga,Mia</ACCOMPANYING_NAMES><SPECIAL_REQUESTS>cot</SPECIAL_REQUESTS>
    <LIST_G_COMMENT_RESV_NAME_ID><G_COMMENT_RESV_NAME_ID><RES_COMMENT>quiet</RES_COMMENT>
    </G_COMMENT_RESV_NAME_ID></LIST_G_COMMENT_RESV_NAME_ID>
    <LIST_G_MEM_TYPE_LEVEL><G_MEM_TYPE_LEVEL><MEMBERSHIP_TYPE>A1</MEMBERSHIP_TYPE>
    <MEMBERSHIP_LEVEL>GOLD</MEMBERSHIP_LEVEL></G_MEM_TYPE_LEVEL><G_MEM_TYPE_LEVEL>
    <MEMBERSHIP_TYPE>A6</MEMBERSHIP_TYPE><MEMBERSHIP_LEVEL/></G_MEM_TYPE_LEVEL></LIST_G_MEM_TYPE_LEVEL>
    <LIST_G_DEPT_ID> </LIST_G_DEPT_ID>"""
    got = say(tmp_path, stay("1", inside))
    one, (guest, *companions) = got.stays[0], got.profiles
    assert (one.source, one.custom["company"], one.notes) == (
        "Viajes Norte", "Três Rios SA", "cot\nquiet",
    )  # fmt: skip
    assert one.custom["is_sharer"] is True
    assert "traces" not in one.custom
    assert (guest.source_id, guest.last_name, guest.first_name, guest.title, guest.vip) == (
        "G7", "Sirga", "Ana", "Ms", "V1",
    )  # fmt: skip
    assert [(card.programme, card.level) for card in guest.loyalty] == [
        ("A1", "GOLD"),
        ("A6", None),
    ]
    assert [one.first_name for one in companions] == ["Leo", "Mia"]
    assert [(one.role, one.profile) for one in one.guests] == [
        (GuestRole.PRIMARY, "G7"),
        (GuestRole.COMPANION, "1/1/companion"),
        (GuestRole.COMPANION, "1/1/companion/2"),
    ]


def test_posting_masters_are_no_bookings(tmp_path: Path) -> None:
    got = say(tmp_path, stay("1", "<ROOM_CATEGORY_LABEL>PM</ROOM_CATEGORY_LABEL>") + stay("2"))
    assert [one.number for one in got.stays] == ["2"]
    assert got.skipped == ["not a booking: PM"]


def test_a_booking_of_another_house_is_parked(tmp_path: Path) -> None:
    content = report(stay("1", "<RESORT>LYO</RESORT>") + stay("2", "<RESORT>BILB</RESORT>"))
    got = read(tmp_path, content, OPERA, "r.xml", settings(property_code="BILB"))
    assert [one.number for one in got.stays] == ["2"]
    assert [one.code for one in got.parked] == ["foreign_property"]


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE r SYSTEM "http://localhost/x.dtd">',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>',
        '<!DOCTYPE r [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE r [<!ENTITY a "' + "x" * 50_000 + '">]>',
        "<!DOCTYPE r>",
    ],
)
def test_any_dtd_is_refused(tmp_path: Path, dtd: str) -> None:
    with pytest.raises(Refused, match="DTD not allowed") as refusal:
        opened(tmp_path, report(stay("1"), start=dtd), OPERA, "r.xml")
    assert refusal.value.code == "dtd"


@pytest.mark.parametrize(
    "inside",
    ["<a>" * 200_000, "<A>" * 100 + "</A>" * 100],
)
def test_deep_nesting_is_refused(tmp_path: Path, inside: str) -> None:
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, report(stay("1", inside)), OPERA, "r.xml")
    assert refusal.value.code == "too_deep"


@pytest.mark.parametrize("flood", ["text", "attribute", "comment", "siblings"])
def test_an_endless_record_is_refused_with_little_memory(tmp_path: Path, flood: str) -> None:
    much = "x" * (6 << 20)
    content = {
        "text": report(stay("1", f"<NOTE>{much}</NOTE>")),
        "attribute": report(stay("1", f'<NOTE a="{much}"/>')),
        "comment": report(stay("1", f"<!--{much}")),
        "siblings": report(*("<x>1</x>" * 300_000, stay("1"))),
    }[flood]
    tracemalloc.start()
    if flood == "siblings":
        assert opened(tmp_path, content, OPERA, "r.xml").lines == 1
    else:
        with pytest.raises(Refused):
            opened(tmp_path, content, OPERA, "r.xml", Limits(record_chars=1 << 18))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 << 20


def test_a_report_cut_at_any_byte_is_refused_whole(tmp_path: Path) -> None:
    content = report(stay("1"), stay("2", "<FULL_NAME>Núñez,Ana</FULL_NAME>"))
    for length in range(1, len(content)):
        with pytest.raises(Refused):
            opened(tmp_path, content[:length], OPERA, "r.xml")


@pytest.mark.parametrize(
    "broken", [b"<a></b>", b"<a>&nbsp;</a>", b"<a><a", b"plain text", b"<a/><b/>"]
)
def test_malformed_xml_is_refused(tmp_path: Path, broken: bytes) -> None:
    with pytest.raises(Refused):
        opened(tmp_path, broken, OPERA, "r.xml")


def test_an_encoding_that_contradicts_the_mapping_is_refused(tmp_path: Path) -> None:
    content = report(stay("1"), start='<?xml version="1.0" encoding="windows-1252"?>')
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, content, OPERA, "r.xml")
    assert refusal.value.code == "wrong_encoding"


def test_cards_in_elements_attributes_and_comments_are_not_kept(tmp_path: Path) -> None:
    inside = (
        f"<!-- {CARD} --><CREDIT_CARD_NUMBER>{CARD}</CREDIT_CARD_NUMBER>"
        f'<X n="{CARD}">4539 1488 0343 6467</X><Y>&#52;539148803436467</Y>'
    )
    facts = opened(tmp_path, report(stay(CARD, inside)), OPERA, "r.xml")
    kept = facts.spool.read_text()
    assert facts.masked_cards == 4
    assert kept.count(CARD) == 1
    assert "0343 6467" not in kept
    assert read(tmp_path, report(stay(CARD, inside)), OPERA, "r.xml").stays[0].number == CARD


def test_fields_without_a_place_in_the_mapping_are_named(tmp_path: Path) -> None:
    facts = opened(tmp_path, report(stay("1", "<NEW_FIELD>x</NEW_FIELD>")), OPERA, "r.xml")
    assert facts.unknown_columns == ("NEW_FIELD",)
