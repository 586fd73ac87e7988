"""The managers' figures on screen: what one counts by hand stands there, and opens its cases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from staytrue.desk import configuring, moving, paying, spot_checks
from staytrue.desk.models import Case, CaseEvent, OutsideReview, SpotCheck
from staytrue.flow import casework
from staytrue.forms.models import SurveyAnswer
from staytrue.hotel import scope
from staytrue.hotel.codes import FolioKind, Status
from staytrue.hotel.records import FolioLine
from staytrue.kit import clock
from staytrue.mirror.models import Reservation
from staytrue.staff import audit
from tests import make
from tests.desk import scene
from tests.desk.scene import NOTE, Desk
from tests.make import NOON
from tests.web import house
from tests.web.test_desk import client, read

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MORNING = NOON.replace(hour=7)
"""At nine by the hotel's clock."""


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Claire is in room 214; it is noon."""
    with clock.use(lambda: NOON):
        yield scene.build()


Told = list[tuple[datetime, str, dict[str, Any]]]


def worked(
    department: str, at: datetime, wait: timedelta, work: timedelta,
    paused: timedelta = timedelta(0),
) -> tuple[str, Told]:  # fmt: skip
    """A request that waits, is worked on, may stand still in between, and is done."""
    taken = at + wait
    told: Told = [(at, "opened", {"state": "new"}), (taken, "taken", {"state": "pending"})]
    if paused:
        told.append((taken, "blocked", {"state": "blocked"}))
        told.append((taken + paused, "resumed", {"state": "pending"}))
    told.append((taken + paused + work, "completed", {"state": "complete"}))
    return department, told


def keep(desk: Desk, histories: list[tuple[str, Told]]) -> None:
    """Cases with these histories, as the desk keeps them."""
    cases = Case.objects.bulk_create(
        Case(
            property=desk.hotel, kind="request", type_key="request", words="x", origin="staff",
            department=department, owner_role_id="front_desk", opened_by="tests",
            opened_at=told[0][0], due_at=told[0][0] + HOUR, taken_at=told[1][0],
            closed_at=told[-1][0], closed_by="tests", changed_at=told[-1][0], state="complete",
            last_no=len(told) - 1,
        )
        for department, told in histories
    )  # fmt: skip
    CaseEvent.objects.bulk_create(
        CaseEvent(case=case, property_id=desk.hotel.pk, no=no, at=at, actor="tests", kind=kind,
                  sets=sets)
        for case, (_department, told) in zip(cases, histories, strict=True)
        for no, (at, kind, sets) in enumerate(told)
    )  # fmt: skip


def row_of(shown: str, name: str) -> list[str]:
    """The cells of a row of a table by its first."""
    found = re.search(rf"<tr[^>]*><td[^>]*>\s*{name}\s*</td>(.*?)</tr>", shown)
    assert found, name
    return [re.sub(r"<[^>]+>", "", each).strip() for each in
            re.findall(r"<td[^>]*>(.*?)</td>", found[1])]  # fmt: skip


def address(first: datetime, last: datetime = NOON, **more: str) -> str:
    asked = {"from": first.date().isoformat(), "to": last.date().isoformat(), **more}
    return "/desk/figures/?" + "&".join(f"{name}={value}" for name, value in asked.items())


def test_the_completion_of_thirty_cases_is_on_screen_what_one_counts_by_hand(desk: Desk) -> None:
    """Housekeeping from nine to ten at night: 1 to 20 minutes of work after one of waiting.

    Half within 11 minutes, nine of ten within 19. Three of them stood still for an hour. Technical
    waits 30 and works 10 each, and one of its ten was opened at 21:50: it waits until the morning.
    """
    with scope.everything(), audit.acting("tests", NOON):
        for key, name in (("house", "Pisos"), ("tech", "Taller")):
            configuring.set_department(desk.hugo, desk.hotel.pk, key, name, "department", NOON,
                                       time(9), time(22))  # fmt: skip
        yesterday = MORNING - DAY
        late = yesterday + 12 * HOUR + 50 * MINUTE
        keep(desk, [
            *(worked("house", yesterday, MINUTE, n * MINUTE, HOUR * (n in (7, 14, 20)))
              for n in range(1, 21)),
            *[worked("tech", yesterday, 30 * MINUTE, 10 * MINUTE)] * 9,
            # Ten minutes of the evening and twenty of the morning: thirty of its own hours.
            worked("tech", late, 11 * HOUR + 30 * MINUTE, 10 * MINUTE),
        ])  # fmt: skip
    shown = read(client(desk, desk.hugo), address(NOON - DAY))
    assert row_of(shown, "Pisos") == ["20", "11 min", "19 min", "Being done"]
    assert row_of(shown, "Taller") == ["10", "40 min", "40 min", "New"]


def test_closing_a_case_changes_the_report_without_anybody_counting_anew(desk: Desk) -> None:
    with scope.everything(), audit.acting("tests", NOON):
        open_, done = (desk.opens(kind="request", now=MORNING) for _each in range(2))
        for case in (open_, done):
            moving.take(desk.hugo, case.pk, MORNING + MINUTE)
        moving.complete(desk.hugo, done.pk, MORNING + 10 * MINUTE)
    who = client(desk, desk.hugo)
    before = read(who, address(NOON))
    assert row_of(before, "without a department")[:2] == ["1", "10 min"]
    who.post(f"/desk/{open_.pk}/act/", {"act": "complete"})
    after = read(who, address(NOON))
    assert row_of(after, "without a department")[:3] == ["2", "10 min", "5 h 00 min"]
    # An open screen fetches itself again when its number moves.
    number = re.compile(r"seen=(\d+)")
    assert number.findall(before) != number.findall(after)
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), percentile_disc(0.9) WITHIN GROUP (ORDER BY closed_at - opened_at)
                 FROM desk_case WHERE closed_at IS NOT NULL"""
        )
        assert cursor.fetchone() == (2, 5 * HOUR)
    opened = read(who, address(NOON, of="completion."))
    assert {f"/desk/{each.pk}/" for each in (open_, done)} <= set(
        re.findall(r'href="(/desk/\d+/)"', opened)
    )


def test_the_third_noise_in_room_214_in_thirty_days_is_listed_as_a_repeat(desk: Desk) -> None:
    with scope.everything(), audit.acting("tests", NOON):
        first = [desk.opens(now=NOON - n * DAY, cause="noise", place="214") for n in (30, 12)]
        desk.opens(now=NOON - DAY, cause="noise", place="305")
    who = client(desk, desk.hugo)
    assert "Again and again" not in read(who, address(NOON - 27 * DAY))
    third = desk.opens(cause="noise", place="214")
    shown = read(who, address(NOON - 27 * DAY))
    assert "Again and again" in shown
    assert re.search(r"Noise, <bdi>214</bdi> <span class=\"cap\">3 times", shown)
    opened = read(who, address(NOON - 27 * DAY, of="repeat.0"))
    assert {f"/desk/{each.pk}/" for each in (*first, third)} == set(
        re.findall(r'class="plain" href="(/desk/\d+/)"', opened)
    )
    assert "By room or place" in shown
    assert "By department" in shown


def test_checks_are_drawn_after_a_busy_day_by_a_seed_and_the_rate_is_right_of_checked(
    desk: Desk,
) -> None:
    yesterday = MORNING - DAY
    with scope.everything(), audit.acting("tests", NOON):
        configuring.set_setting(
            desk.hugo, desk.hotel.pk, NOON, duty_role="general_manager", money_limit=Decimal(50),
            rooms=10, checks_a_day=5, reason="Ten rooms",
        )  # fmt: skip
        keep(desk, [worked("", yesterday, MINUTE, MINUTE)] * 12)
    casework.prepare_busy_nights(NOON)
    with scope.everything():
        assert not SpotCheck.objects.exists()
    for n in range(9):
        stay(desk, f"60{n:03}", 1, arrival_on=yesterday.date(), nights=2)
    for _each in range(2):
        casework.prepare_busy_nights(NOON)
    with scope.everything():
        drawn = list(SpotCheck.objects.order_by("case_id"))
        ids = list(Case.objects.values_list("pk", flat=True))
    assert len(drawn) == 5
    (seed,) = {each.seed for each in drawn}
    assert [each.case_id for each in drawn] == spot_checks.drawn(ids, 5, seed)
    who = client(desk, desk.hugo)
    for each, verdict in zip(drawn, ("right", "right", "right", "wrong", ""), strict=True):
        if verdict:
            who.post(f"/desk/checks/{each.pk}/", {"verdict": verdict})
    shown = read(who, address(NOON - DAY))
    # Three of four, exactly: 19.4 to 99.4 percent.
    assert "75%" in shown
    assert "between 19% and 99%, of 4 looked at" in shown
    assert f'href="/desk/{drawn[3].case_id}/"' in read(
        who, address(NOON - DAY, of="accuracy.wrong")
    )


def stay(desk: Desk, number: str, minutes: int, *lines: FolioLine, **facts: Any) -> int:
    """The PMS tells of a stay and its bill, and the reaction settles it."""
    given = {"status": Status.IN_HOUSE, "room_number": number[-3:], "folio": list(lines)}
    at = NOON + minutes * MINUTE
    house.take(desk.at.link, make.reservation(number=number, **given | facts), made_at=at)
    with scope.everything():
        id_ = Reservation.objects.get(number=number).pk
        casework.settle_cases([id_], at)
    return id_


def reply(desk: Desk, stay_id: int, kind: str, amount: str) -> Case:
    """A reply to a mailing that was answered with money, agreed to."""
    case = desk.opens(desk.hugo, kind="reply", words="Yes please", reservation_id=stay_id)
    with scope.everything(), audit.acting("tests", NOON):
        note = NOTE if kind == "refund" else None
        line = paying.propose(desk.lea, case.pk, kind, Decimal(amount), "Agreed", NOON, note)
        paying.approve(desk.hugo, line.pk, "Right", NOON)
    return case


def test_two_missed_charges_and_a_wrong_refund_give_the_exact_totals_and_links(desk: Desk) -> None:
    numbers = ("40101", "40102", "40103", "40104")
    ids = [stay(desk, number, 1) for number in numbers]
    late, parking, posted = (
        reply(desk, id_, "charge", amount)
        for id_, amount in zip(ids, ("30.00", "12.50", "25.00"), strict=False)
    )
    refund = reply(desk, ids[3], "refund", "80.00")
    charge = FolioLine("5", FolioKind.EXTRA, amount=Decimal(25), currency="EUR")
    wrong = FolioLine("6", FolioKind.CORRECTION, amount=Decimal(-100), currency="EUR")
    for number, lines in zip(numbers, ([], [], [charge], [wrong]), strict=True):
        stay(desk, number, 2, *lines, status=Status.CHECKED_OUT)
    who = client(desk, desk.hugo)
    shown = read(who, address(NOON))
    expected = {
        "missed": ("42.50", {late, parking}),
        "wrong_refund": ("100.00", {refund}),
        "leak": ("142.50", {late, parking, refund}),
        "pressure": ("80.00", {refund}),
        "charge.reconciled": ("25.00", {posted}),
    }
    for of in ("money", "reply"):
        for name, (amount, _cases) in expected.items():
            link = rf'of={of}\.{re.escape(name)}\.EUR"><span>[^<]+</span><b>([^<]+)</b>'
            told = re.search(link, shown)
            assert told, (of, name)
            assert amount in told[1]
    for name, (_amount, cases) in list(expected.items())[:3]:
        opened = read(who, address(NOON, of=f"reply.{name}.EUR"))
        assert {f"/desk/{each.pk}/" for each in cases} == set(
            re.findall(r'class="plain" href="(/desk/\d+/)"', opened)
        )


def test_a_refund_of_eighty_presses_until_it_is_posted_and_mirrored(desk: Desk) -> None:
    case = desk.opens()
    with scope.everything(), audit.acting("tests", NOON):
        line = paying.propose(desk.lea, case.pk, "refund", Decimal(80), "Noise", NOON, NOTE)
    who = client(desk, desk.hugo)
    pressure = re.compile(r'of=money\.pressure\.EUR"><span>[^<]+</span><b>([^<]+)</b>')
    assert not pressure.search(read(who, address(NOON)))
    who.post(
        f"/desk/money/{line.pk}/",
        {"act": "line_approve", "reason": "He is right", "case": str(case.pk)},
    )
    found = pressure.search(read(who, address(NOON)))
    assert found
    assert "80.00" in found[1]
    assert f"/desk/{case.pk}/" in read(who, address(NOON, of="money.pressure.EUR"))
    refund = FolioLine("7", FolioKind.CORRECTION, amount=Decimal(-80), currency="EUR")
    stay(desk, "30117", 5, refund, room_number="214")
    shown = read(who, address(NOON))
    assert not pressure.search(shown)
    assert re.search(r'of=money\.refund\.posted\.EUR">', shown)


def answer(desk: Desk, id_: int, score: int, at: datetime) -> None:
    with scope.everything():
        told = Reservation.objects.get(pk=id_)
        SurveyAnswer.objects.create(
            property=desk.hotel, reservation_id=told.pk, profile_id=desk.profile(), score=score,
            at=at, link_id=1, language="es",
        )  # fmt: skip


def test_the_peak_day_shows_its_ratio_and_the_score_of_the_guests_who_were_there(
    desk: Desk,
) -> None:
    """Ten rooms on Monday with two cases, four on Wednesday with three: 0.2 and 0.8."""
    monday = NOON.replace(day=18)
    wednesday = monday + 2 * DAY
    desk.tells(status=Status.CANCELLED)
    out = {"status": Status.CHECKED_OUT}
    early = [stay(desk, f"50{n:03}", 1, arrival_on=monday.date(), nights=1, **out)
             for n in range(10)]  # fmt: skip
    there = [stay(desk, f"51{n:03}", 1, arrival_on=wednesday.date(), nights=1, **out)
             for n in range(4)]  # fmt: skip
    for count, day in ((2, monday), (3, wednesday)):
        for _each in range(count):
            case = desk.opens(desk.hugo, now=day, kind="request")
            with scope.everything(), audit.acting("tests", day):
                moving.take(desk.hugo, case.pk, day + MINUTE)
                moving.complete(desk.hugo, case.pk, day + 30 * MINUTE)
    # They answer after their stay; who was there on Monday says nothing of Wednesday.
    answer(desk, early[0], 9, wednesday)
    answer(desk, there[0], 3, NOON - HOUR)
    answer(desk, there[1], 5, NOON - HOUR)
    shown = read(client(desk, desk.hugo), address(monday, wednesday))
    shown = shown[shown.index("Pressure") :]
    assert re.search(r"Most on .{0,30}20.{0,40}: 0\.8 for each room", shown)
    assert row_of(shown, r"[^<]*20 May[^<]*") == ["4", "3 / 3", "0.8", "4.0", "30 min"]
    assert row_of(shown, r"[^<]*18 May[^<]*") == ["10", "2 / 2", "0.2", "9.0", "30 min"]


FILE = "when;stars;said\n" + "".join(f"{day:02}/05/2026;4;Fine {day}\n" for day in range(11, 16))


def upload(who: Client, **more: str) -> str:
    file = SimpleUploadedFile("r.csv", FILE.encode())
    answer_ = who.post("/desk/reviews/", {"act": "look", "file": file, **more})
    return re.sub(r"\s+", " ", answer_.content.decode())


def test_reviews_come_from_a_file_whose_columns_are_named_on_screen(desk: Desk) -> None:
    for n in range(5):
        desk.opens(desk.hugo, now=datetime(2026, 5, 12, 8 + n, tzinfo=NOON.tzinfo), kind="request")
    who = client(desk, desk.hugo)
    shown = upload(who)
    assert "Which column is which?" in shown
    assert "<option selected>when</option>" in shown
    chosen = {"act": "take", "text": FILE, "hotel": "BIO", "column-date": "when",
              "column-score": "stars", "column-text": "said", "scale": "5", "order": "dmy"}  # fmt: skip
    refused = who.post("/desk/reviews/", chosen, follow=True).content.decode()
    assert "no column for" in refused
    for told in ("5 new reviews.", "0 new reviews. 5 were known."):
        taken = who.post("/desk/reviews/", {**chosen, "from": "Maps"}, follow=True)
        assert told in taken.content.decode()
    with scope.everything():
        assert {each.score for each in OutsideReview.objects.all()} == {Decimal(8)}
    hand = {"act": "enter", "hotel": "BIO", "on": "2026-05-19", "score": "3,5", "source": "Letter"}
    assert "Kept." in who.post("/desk/reviews/", hand, follow=True).content.decode()
    weeks = read(who, address(NOON.replace(day=11)))
    # Five answers and five cases in the one week; one answer in the next.
    assert row_of(weeks, r"[^<]*11 May[^<]*")[3:] == ["5", "8.0"]
    assert row_of(weeks, r"[^<]*18 May[^<]*")[3:] == ["1", "too few"]


def test_reviews_are_for_who_sees_the_figures(desk: Desk) -> None:
    assert client(desk, desk.iker).get("/desk/reviews/").status_code == 403
