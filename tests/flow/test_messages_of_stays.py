"""What happens to a stay or a guest in the PMS reaches what is still to leave: from the file on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from staytrue.consent.models import ContactPoint
from staytrue.flow import closing, reactions, recognising
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.models import Property
from staytrue.hotel.records import Email, Profile, Reservation
from staytrue.kit import clock
from staytrue.lab.house import STATUS_WORDS
from staytrue.messages import gate, leases
from staytrue.messages.kinds import Kind
from staytrue.messages.models import Message
from staytrue.messages.reasons import Reason
from staytrue.mirror.models import Reservation as Row
from staytrue.staff.models import Ask
from staytrue.web import message_words
from tests import make
from tests.flow.days import log_of
from tests.journeys.scenes import READ, Scene, running, stay
from tests.messages import ways
from tests.messages.scene import words
from tests.web.house import guest

pytestmark = pytest.mark.django_db

NEW = {"source_id": "G7", "language": "fr"}
OF_NEW: dict[str, Any] = {"guests": [guest(profile="G7")]}


@pytest.fixture
def scene() -> Scene:
    return running(cadence=86_400)


@pytest.fixture
def living() -> Scene:
    return running()


def told(
    scene: Scene, folder: Path, *stays: Reservation, at: datetime, mapping: str = "staytrue_stays"
) -> None:
    """A file of this instant, and everything that follows from it."""
    make.take(scene.house.link, make.stays_file(folder, at, *stays), at, mapping)
    recognising.catch_up(at)
    reactions.settle(at)


def introduced(scene: Scene, folder: Path, *people: Profile, at: datetime) -> None:
    """A file of guests of this instant, and everything that follows from it."""
    path = make.guests_file(folder, at, *people)
    make.take(scene.house.link, path, at, "staytrue_guests")
    recognising.catch_up(at)
    reactions.settle(at)


def minute(n: int) -> datetime:
    return READ + timedelta(minutes=n)


def version(n: int, status: Status = Status.CONFIRMED, **facts: Any) -> Reservation:
    given: dict[str, Any] = {"modified_at": minute(n), "source_status": STATUS_WORDS[status]}
    return stay(status=status, **given | facts)


def read(scene: Scene, path: str, at: datetime) -> str:
    with clock.use(lambda: at):
        answer = scene.house.client("general_manager").get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def kinds(scene: Scene, *states: str) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = {}
    for each in scene.messages(state__in=states):
        found.setdefault(each.kind, []).append(each)
    return found


def test_a_cancelled_stay_stays_in_its_history_and_loses_what_was_to_leave(
    scene: Scene, tmp_path: Path
) -> None:
    """A03."""
    told(scene, tmp_path, version(1), at=minute(5))
    assert set(scene.planned()) == {"pre_stay", "pre_checkin"}
    cancelled = version(8, Status.CANCELLED, cancelled_at=minute(7))
    told(scene, tmp_path, cancelled, at=minute(9))
    with scope.everything():
        row = Row.objects.get(number="30117")
    assert (row.status, row.status_origin, row.cancelled_at) == ("cancelled", "pms", minute(7))
    closed = kinds(scene, "closed")
    assert {kind: {each.reason for each in rows} for kind, rows in closed.items()} == {
        "pre_stay": {"cancelled"}, "pre_checkin": {"cancelled"},
    }  # fmt: skip
    page = read(scene, f"/stays/{row.pk}/", minute(10))
    assert "Version 2: " in page
    assert str(message_words.REASON["cancelled"]) in page
    card = scene.house.client("general_manager").get(
        f"/guests/{scene.house.guest('G1')}/", follow=True
    )
    assert f"/stays/{row.pk}/" in card.content.decode()


def test_a_stay_moved_out_of_the_window_waits_and_gets_its_journey_on_the_new_dates(
    scene: Scene, tmp_path: Path
) -> None:
    """A09: a feed of 15 days; the stay moves by three months and comes back into sight there."""
    source = Path("staytrue/connectors/export_files/mappings/staytrue_stays.toml").read_text()
    windowed = tmp_path / "window.toml"
    windowed.write_text(
        source.replace('kind = "full"', 'kind = "window"\ndays_before = 3\ndays_after = 15')
    )
    day = datetime(2026, 5, 19, 4, tzinfo=UTC)
    other = stay("30118", guests=[guest(profile="X1")])
    told(scene, tmp_path, version(1), other, at=day, mapping=str(windowed))
    before = scene.planned()
    assert set(before) == {"pre_stay", "pre_checkin"}
    told(scene, tmp_path, other, at=day + timedelta(days=1), mapping=str(windowed))
    with scope.everything():
        row = Row.objects.get(number="30117")
        assert Ask.objects.get(kind="verify_stay", closed_at=None).facts["cause"] == "window"
    assert row.out_of_sight_cause == "window"
    words(Kind.PRE_STAY)
    with scope.everything():
        Message.objects.update(language="en")
    ways.armed(scene.sirga, now=day)
    due = before["pre_stay"].due_at
    leases.take(ways.WORKER, due)
    assert gate.claim(10, ways.WORKER, due) == []
    assert [each.reason for each in scene.messages(kind=Kind.PRE_STAY)] == [Reason.OUT_OF_SIGHT]
    august = datetime(2026, 8, 15, 4, tzinfo=UTC)
    moved = stay(arrival_on=date(2026, 8, 23), modified_at=day + timedelta(hours=9))
    told(scene, tmp_path, moved, at=august, mapping=str(windowed))
    with scope.everything():
        assert Ask.objects.get(kind="verify_stay").closed_why == "seen"
    after = scene.planned()
    assert set(after) == {*before, "change"}
    assert {each.basis["arrival_on"] for each in after.values()} == {"2026-08-23"}
    assert all(after[kind].due_at.date() >= date(2026, 8, 19) for kind in before)


def test_who_takes_over_a_stay_gets_what_was_still_to_leave(scene: Scene, tmp_path: Path) -> None:
    """A13."""
    told(scene, tmp_path, version(1), at=minute(5))
    ben = make.profile(source_id="B", first_name="Ben", emails=[Email("ben@oller.example")])
    introduced(scene, tmp_path, ben, at=minute(6))
    told(scene, tmp_path, version(8, guests=[guest(profile="B")]), at=minute(9))
    claire, his = scene.house.guest("G1"), scene.house.guest("B")
    assert {each.profile_id for each in scene.planned().values()} == {his}
    with scope.everything():
        row = Row.objects.get(number="30117")
    hers, ours = (_card(scene, each) for each in (claire, his))
    assert "Handed over" in hers
    assert "Ben" in hers
    assert "taken over from" in ours
    assert f"/stays/{row.pk}/" in ours


def _card(scene: Scene, profile: int) -> str:
    answer = scene.house.client("general_manager").get(f"/guests/{profile}/", follow=True)
    return str(answer.content.decode())


def test_a_status_may_go_back_and_forth_and_nobody_is_confirmed_twice(
    living: Scene, tmp_path: Path
) -> None:
    """A16: every step is a version, the live state is the last one."""
    told(living, tmp_path, version(1), at=minute(2))
    living.leave("30117", "confirmation")
    path = [Status.CANCELLED, Status.CONFIRMED, Status.IN_HOUSE, Status.CHECKED_OUT,
            Status.IN_HOUSE]  # fmt: skip
    for n, status in enumerate(path):
        told(living, tmp_path, version(10 * n + 11, status), at=minute(10 * n + 12))
        confirmations = living.messages(kind=Kind.CONFIRMATION)
        assert [each.state for each in confirmations] == ["accepted"]
    steps = [each.kinds[-1] for each in log_of("30117")][1:]
    assert steps == ["cancelled", "reinstated", "checked_in", "checked_out", "check_out_reversed"]
    with scope.everything():
        assert Row.objects.get(number="30117").status == "in_house"
    assert set(living.planned()) <= {"welcome", "mid_stay"}


def test_an_edited_address_alone_is_where_the_rest_goes(scene: Scene, tmp_path: Path) -> None:
    """B02: nothing about the reservation changes."""
    old, new = (make.profile(**NEW, emails=[Email(f"claire@{place}.example")], modified_at=minute(n))
                for place, n in (("old", 2), ("new", 8)))  # fmt: skip
    introduced(scene, tmp_path, old, at=minute(3))
    told(scene, tmp_path, version(1, **OF_NEW), at=minute(5))
    assert _addresses(scene) == {"claire@old.example"}
    introduced(scene, tmp_path, new, at=minute(9))
    assert _addresses(scene) == {"claire@new.example"}
    card = _card(scene, scene.house.guest("G7"))
    assert "claire@new.example" in card
    assert "kept for search, never written to" in card


def _addresses(scene: Scene) -> set[str]:
    points = {each.contact_point_id or 0 for each in scene.planned().values()}
    with scope.everything():
        return set(ContactPoint.objects.filter(pk__in=points).values_list("value", flat=True))


@pytest.mark.parametrize(("born", "is_wished"), [("--05-28", True), ("1990", False), ("", False)])
def test_a_day_and_a_month_are_enough_to_wish_a_happy_birthday(
    born: str,
    is_wished: bool,  # noqa: FBT001
    scene: Scene,
    tmp_path: Path,
) -> None:
    """E05."""
    claire = make.profile(**NEW, emails=[Email("claire@new.example")], birth_date=born or None)
    introduced(scene, tmp_path, claire, at=minute(3))
    told(scene, tmp_path, version(1, **OF_NEW), at=minute(5))
    gone = version(8, Status.CHECKED_OUT, checked_out_at=minute(7), **OF_NEW)
    told(scene, tmp_path, gone, at=minute(9))
    wished = kinds(scene, "planned", "held").get("birthday", [])
    assert bool(wished) is is_wished
    if wished:
        assert (wished[0].due_at.month, wished[0].due_at.day) == (5, 28)


def test_no_show_is_inferred_at_the_day_s_close_and_a_check_in_turns_it_back(
    scene: Scene, tmp_path: Path
) -> None:
    """A07."""
    told(scene, tmp_path, version(1), at=datetime(2026, 5, 23, 4, tzinfo=UTC))
    with scope.everything():
        Property.objects.filter(pk=scene.sirga.pk).update(business_date=date(2026, 5, 23))
    next_day = datetime(2026, 5, 24, 12, tzinfo=UTC)
    told(scene, tmp_path, version(1), at=next_day)
    closing.close_days(next_day + timedelta(minutes=1))
    with scope.everything():
        row = Row.objects.get(number="30117")
    assert (row.status, row.status_origin) == ("no_show", "inferred")
    came = version(1, Status.IN_HOUSE, checked_in_at=next_day + timedelta(hours=1),
                   modified_at=next_day + timedelta(hours=1))  # fmt: skip
    later = next_day + timedelta(hours=2)
    told(scene, tmp_path, came, at=later)
    with scope.everything():
        row = Row.objects.get(number="30117")
    assert (row.status, row.status_origin) == ("in_house", "pms")
    page = read(scene, f"/stays/{row.pk}/", later)
    assert "No-show" in page
