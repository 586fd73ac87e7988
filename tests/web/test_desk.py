"""The desk on screen: the board, a request in three fields, a case with all its acts, the shift."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from staytrue.desk import configuring, moving, opening, paying, queries, spot_checks
from staytrue.desk.models import BusyReport, Case, MoneyLine, ShiftReading, SpotCheck
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.staff.access import Access
from staytrue.staff.models import Member
from tests.desk import scene
from tests.desk.scene import NOTE, Desk
from tests.make import NOON
from tests.staff import people
from tests.web.house import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon() -> object:
    with clock.use(lambda: NOON):
        yield


@pytest.fixture
def desk() -> Desk:
    """Claire is in room 214."""
    return scene.build()


def client(desk: Desk, by: Access) -> Client:
    """A member of the hotel, signed in."""
    with scope.everything():
        return signed_in(Member.objects.get(pk=by.member_id))


def read(who: Client, address: str) -> str:
    """A page."""
    answer = who.get(address)
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def act(who: Client, case: Case, name: str, **fields: str) -> str:
    """What the case's page says after an act on it."""
    answer = who.post(f"/desk/{case.pk}/act/", {"act": name, **fields}, follow=True)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_desk_says_what_to_do_where_nothing_is_open(desk: Desk) -> None:
    assert "Nothing is open" in read(client(desk, desk.iker), "/desk/")


def test_a_request_is_written_down_in_three_fields_and_has_an_owner_and_an_end(desk: Desk) -> None:
    who = client(desk, desk.iker)
    given = {"words": "Two extra pillows", "place": "214", "for": f"{desk.hotel.code}:"}
    answer = who.post("/desk/new/", given, follow=True)
    shown = answer.content.decode()
    assert "Written down" in shown
    assert "Two extra pillows" in shown
    assert len(re.findall(r'<(?:input|select)[^>]+id="cap', shown)) == 3
    with scope.everything():
        case = Case.objects.get()
    assert (case.reservation_id, case.owner_role_id) == (desk.stay, "front_desk")
    assert case.due_at > NOON


def test_a_request_of_another_hotel_is_no_hotel_of_his(desk: Desk) -> None:
    given = {"words": "Towels", "place": "", "for": f"{desk.at.other.code}:"}
    assert client(desk, desk.iker).post("/desk/new/", given).status_code == 404


def test_late_cards_come_first_and_the_title_counts_them(desk: Desk) -> None:
    desk.opens(now=NOON - timedelta(hours=30), words="Long ago")
    desk.opens(words="Just now")
    shown = read(client(desk, desk.hugo), "/desk/")
    assert "2 open, 1 late" in shown
    assert shown.index("Long ago") < shown.index("Just now")
    late = read(client(desk, desk.hugo), "/desk/?only=late")
    assert "Long ago" in late
    assert "Just now" not in late


def test_a_case_shows_its_stay_from_the_mirror_and_what_comes_next(desk: Desk) -> None:
    case = desk.opens()
    shown = read(client(desk, desk.lea), f"/desk/{case.pk}/")
    for text in ("Noise at night", "30117", "214", "Claire Fontanel", "Quiet until this ends",
                 "Opened"):  # fmt: skip
        assert text in shown, text
    desk.tells(NOON + timedelta(hours=1), room_number="301")
    assert "301" in read(client(desk, desk.lea), f"/desk/{case.pk}/")


def test_a_case_of_another_hotel_is_not_there(desk: Desk) -> None:
    case = desk.opens()
    stranger = people.access("front_desk", at=desk.at.other)
    assert client(desk, stranger).get(f"/desk/{case.pk}/").status_code in (403, 404)


def test_it_is_taken_commented_noted_and_completed_on_screen(desk: Desk) -> None:
    case, who = desk.opens(), client(desk, desk.lea)
    assert "It is yours" in act(who, case, "take")
    shown = act(who, case, "comment", text="Fan is off", named=str(desk.hugo.member_id))
    assert "Fan is off" in shown
    act(who, case, "note", unusual=NOTE.unusual, impact=NOTE.impact)
    assert NOTE.impact in read(who, f"/desk/{case.pk}/")
    act(who, case, "complete")
    assert scene.fresh(case).state == "complete"


def test_a_note_without_what_it_meant_for_the_guest_is_refused(desk: Desk) -> None:
    case, who = desk.opens(), client(desk, desk.lea)
    assert "what it meant for the guest" in act(who, case, "note", unusual="The fan ran")
    assert "noted" not in scene.events(case)


def test_money_is_proposed_with_its_note_and_approved_by_somebody_else(desk: Desk) -> None:
    case, lea = desk.opens(), client(desk, desk.lea)
    shown = act(lea, case, "propose", kind="refund", amount="80,00", reason="Two bad nights",
                unusual=NOTE.unusual, impact=NOTE.impact)  # fmt: skip
    assert "80.00" in shown
    with scope.everything():
        line = MoneyLine.objects.get()
    told = {"act": "line_approve", "reason": "Agreed", "case": str(case.pk)}
    own = lea.post(f"/desk/money/{line.pk}/", told, follow=True)
    assert own.status_code in (200, 403)
    with scope.everything():
        assert MoneyLine.objects.get().state == "proposed"
    client(desk, desk.hugo).post(f"/desk/money/{line.pk}/", told)
    with scope.everything():
        assert MoneyLine.objects.get().state == "approved"
    assert "not in the folio yet" in read(lea, f"/desk/{case.pk}/")


def test_an_amount_that_is_no_number_says_what_to_write(desk: Desk) -> None:
    case, who = desk.opens(), client(desk, desk.lea)
    said = act(who, case, "propose", kind="charge", amount="a lot", reason="x")
    assert "Write the amount" in said


def test_it_waits_until_an_hour_of_the_hotels_own_clock(desk: Desk) -> None:
    case, who = desk.opens(), client(desk, desk.lea)
    act(who, case, "block", reason="Room is free at four", until="2026-05-22T16:00")
    held = scene.fresh(case)
    assert held.state == "blocked"
    assert held.due_at.isoformat() == "2026-05-22T14:00:00+00:00"
    act(who, case, "resume")
    assert scene.fresh(case).state == "pending"


def test_a_hand_over_waits_for_its_receiver(desk: Desk) -> None:
    case = desk.opens(kind="request")
    act(client(desk, desk.hugo), case, "take")
    act(
        client(desk, desk.hugo), case, "offer", to=f"front_desk:{desk.iker.member_id}", reason="End"
    )
    assert scene.fresh(case).owner_member_id == desk.hugo.member_id
    shown = read(client(desk, desk.iker), f"/desk/{case.pk}/")
    assert "Accept" in shown
    act(client(desk, desk.iker), case, "accept")
    assert scene.fresh(case).owner_member_id == desk.iker.member_id


def test_an_act_nobody_knows_is_no_page(desk: Desk) -> None:
    case = desk.opens()
    answer = client(desk, desk.lea).post(f"/desk/{case.pk}/act/", {"act": "explode"})
    assert answer.status_code == 404


def test_who_takes_over_reads_what_others_did_and_signs(desk: Desk) -> None:
    case = desk.opens(now=NOON - timedelta(hours=2))
    who, address = client(desk, desk.hugo), f"/desk/shift/{desk.hotel.code}/"
    assert "Noise at night" in read(who, address)
    told = dict(re.findall(r'name="(at|lines)" value="([^"]*)"', read(who, address)))
    unread = who.post(f"{address}read/", {**told, "lines": "0"}, follow=True)
    assert "Something changed while you read" in unread.content.decode()
    who.post(f"{address}read/", told)
    with scope.everything():
        assert ShiftReading.objects.get().member_id == desk.hugo.member_id
    with clock.use(lambda: NOON + timedelta(minutes=5)):
        assert "Nothing changed while you were away" in read(who, address)
    assert case.pk


def test_every_number_of_the_figures_opens_its_cases(desk: Desk) -> None:
    case = desk.opens(cause="noise")
    who = client(desk, desk.hugo)
    day = NOON.date().isoformat()
    address = f"/desk/figures/?from={day}&to={day}"
    shown = read(who, address)
    links = {each.replace("&amp;", "&") for each in re.findall(r'href="(\?[^"]*of=[^"]+)"', shown)}
    assert any("of=recovery" in each for each in links)
    for link in links:
        opened = read(who, f"/desk/figures/{link}")
        assert "The cases behind this number" in opened
    assert f"/desk/{case.pk}/" in read(who, f"{address}&of=cause.noise")
    assert who.get(f"{address}&of=nonsense").status_code == 404


def test_a_spot_check_is_marked_by_somebody_else(desk: Desk) -> None:
    case = desk.opens(desk.iker, kind="request")
    with scope.everything():
        moving.take(desk.iker, case.pk, NOON)
        moving.complete(desk.iker, case.pk, NOON + timedelta(minutes=1))
        spot_checks.draw(desk.hugo, desk.hotel.pk, NOON.date(), 1, 7, NOON + timedelta(hours=1))
        found = SpotCheck.objects.get()
    who = client(desk, desk.hugo)
    assert "Noise at night" in read(who, "/desk/checks/")
    who.post(f"/desk/checks/{found.pk}/", {"verdict": "right"})
    with scope.everything():
        assert SpotCheck.objects.get().verdict == "right"


def test_a_busy_report_is_read_and_signed(desk: Desk) -> None:
    desk.opens(now=NOON - timedelta(hours=30))
    with scope.everything():
        report = BusyReport.objects.create(
            property=desk.hotel, first_on=NOON.date(), last_on=NOON.date(), opened_at=NOON,
            due_at=NOON,
        )  # fmt: skip
    who = client(desk, desk.hugo)
    assert "nobody yet" in read(who, "/desk/reports/")
    who.post(f"/desk/reports/{report.pk}/read/")
    assert "read by" in read(who, f"/desk/reports/{report.pk}/")


def test_departments_stand_in_the_capture_and_on_the_board(desk: Desk) -> None:
    with scope.everything():
        configuring.set_department(desk.hugo, desk.hotel.pk, "house", "Pisos", "department", NOON)
    who = client(desk, desk.iker)
    given = {"words": "Cot", "place": "", "for": f"{desk.hotel.code}:house"}
    shown = who.post("/desk/new/", given, follow=True).content.decode()
    assert shown.count("Pisos") >= 2


def test_nothing_of_money_is_shown_without_its_right(desk: Desk) -> None:
    case = desk.opens(kind="request")
    with scope.everything():
        paying.propose(desk.hugo, case.pk, "charge", Decimal(30), "Minibar", NOON)
        assert queries.lines(desk.hugo, case)
        assert opening.ITSELF
    maid = people.access("department", at=desk.hotel)
    answer = client(desk, maid).get(f"/desk/{case.pk}/")
    assert "Minibar" not in answer.content.decode()


def test_home_lists_the_cases_somebody_owns_and_the_badge_counts_them(desk: Desk) -> None:
    with scope.everything():
        base = read(client(desk, desk.hugo), "/today/")
    desk.opens(kind="request", words="Two extra pillows", owner_member_id=desk.iker.member_id)
    mine = read(client(desk, desk.iker), "/today/")
    assert "Two extra pillows, 214" in mine
    assert "Take it" in mine
    assert "Two extra pillows" not in base
    assert "Two extra pillows" not in read(client(desk, desk.lea), "/today/")


def test_the_list_says_when_it_is_due_what_to_fill_in_and_which_right_it_takes(desk: Desk) -> None:
    case = desk.opens()
    with scope.everything():
        moving.take(desk.lea, case.pk, NOON)
        paying.propose(desk.lea, case.pk, "refund", Decimal(80), "Bad nights", NOON, NOTE)
    shown = read(client(desk, desk.hugo), "/next/")
    (line,) = re.findall(r"<li id=.*?</li>", shown)
    for text in ("Noise at night, 214", ">18:00<", "Decide about the money",
                 "To fill in: a decision about the money.",
                 "Right: Approve cases, exceptions and money above the limit"):  # fmt: skip
        assert text in line, (text, line)
