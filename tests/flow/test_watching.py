"""Watched folders: what is complete is taken once and in order, whoever else is in trouble."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from staytrue.connectors.export_files import folder as folders
from staytrue.flow import watching
from staytrue.hotel import scope
from staytrue.hotel.records import Reservation
from staytrue.inbox.models import Connection, Delivery
from staytrue.kit.errors import Refused
from staytrue.mirror.models import Freshness
from staytrue.mirror.models import Reservation as Row
from staytrue.staff.models import Ask, AuditEntry
from tests import make
from tests.flow import sftp

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 5, 21, 1, 10, tzinfo=make.UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
LOOK = timedelta(seconds=15)
BOTH = {"mapping": "staytrue_stays"}


def stay(n: int = 1, **facts: Any) -> Reservation:
    given = {"number": str(30_000 + n), "arrival_on": date(2026, 7, 1) + n * DAY}
    return make.reservation(**given | facts)


def put(folder: Path, made_at: datetime, *stays: Reservation, at: datetime | None = None) -> Path:
    """A file that was last written at `at`, by default when it was made."""
    path = make.stays_file(folder, made_at, *stays)
    return touch(path, at or made_at)


def touch(path: Path, at: datetime) -> Path:
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def look(times: int = 2, since: datetime = MORNING + MINUTE) -> int:
    """So many looks of the worker; returns how many files were taken."""
    return sum(watching.take_all(since + n * LOOK) for n in range(times))


def numbers() -> list[str]:
    with scope.everything():
        return sorted(Row.objects.values_list("number", flat=True))


def deliveries() -> list[tuple[str, str]]:
    with scope.everything():
        return list(Delivery.objects.order_by("id").values_list("name", "state"))


def asks(kind: str) -> list[Ask]:
    with scope.everything():
        return list(Ask.objects.filter(kind=kind, closed_at=None))


def reloaded(link: Connection) -> Connection:
    with scope.everything():
        return Connection.objects.select_related("property").get(pk=link.pk)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in"
    path.mkdir()
    return path


@pytest.fixture
def link(folder: Path) -> Connection:
    return make.link(make.hotel(), folder=str(folder), **BOTH)


def test_a_file_at_rest_is_taken_at_the_second_look_and_never_again(
    link: Connection, folder: Path
) -> None:
    put(folder, MORNING, stay(1))
    assert watching.take_all(MORNING + MINUTE) == 0
    assert watching.take_all(MORNING + MINUTE + LOOK) == 1
    assert look(5, MORNING + 2 * MINUTE) == 0
    assert numbers() == ["30001"]
    assert deliveries() == [("stays_BIO_20260521-0310.csv", "applied")]


def test_a_file_still_being_written_is_left_until_it_rests(link: Connection, folder: Path) -> None:
    whole = put(folder, MORNING, *(stay(n) for n in range(6))).read_bytes()
    path = folder / "stays_BIO_20260521-0310.csv"
    since = MORNING + MINUTE
    for step in range(6):
        path.write_bytes(whole[: len(whole) * (step + 1) // 6])
        touch(path, since + step * LOOK)
        assert watching.take_all(since + step * LOOK) == 0
    assert watching.take_all(since + 7 * LOOK) == 1
    assert len(numbers()) == 6


def test_a_file_that_grows_without_a_new_time_is_left_too(link: Connection, folder: Path) -> None:
    path = put(folder, MORNING, stay(1))
    watching.take_all(MORNING + MINUTE)
    touch(make.stays_file(folder, MORNING, stay(1), stay(2)), MORNING)
    assert path.stat().st_mtime == MORNING.timestamp()
    assert watching.take_all(MORNING + MINUTE + LOOK) == 0
    assert watching.take_all(MORNING + MINUTE + 2 * LOOK) == 1


@pytest.mark.parametrize("name", ["stays.csv.part", ".stays.csv", "stays.csv.filepart", "s.tmp"])
def test_names_of_a_transfer_under_way_are_never_taken(
    link: Connection, folder: Path, name: str
) -> None:
    put(folder, MORNING, stay(1)).rename(folder / name)
    assert look(4) == 0
    assert deliveries() == []


def test_a_marker_says_at_the_first_look_that_a_file_is_complete(
    link: Connection, folder: Path
) -> None:
    path = put(folder, MORNING, stay(1))
    Path(f"{path}.done").touch()
    assert watching.take_all(MORNING) == 1


def test_where_markers_are_agreed_nothing_is_taken_without_one(folder: Path) -> None:
    make.link(make.hotel(), folder=str(folder), needs_done=True, **BOTH)
    path = put(folder, MORNING, stay(1))
    assert look(4) == 0
    Path(f"{path}.done").touch()
    assert look(1, MORNING + 3 * MINUTE) == 1


def test_files_are_taken_in_the_order_of_the_instant_they_name(
    link: Connection, folder: Path
) -> None:
    arrived = MORNING + 3 * DAY
    for day in (2, 0, 1):
        put(folder, MORNING + day * DAY, stay(1, notes=f"day {day}"), at=arrived - day * MINUTE)
    assert look(2, arrived + MINUTE) == 3
    assert [name for name, _ in deliveries()] == [
        f"stays_BIO_202605{21 + day}-0310.csv" for day in range(3)
    ]
    with scope.everything():
        assert Row.objects.get().notes == "day 2"


def test_a_file_made_anew_under_its_name_is_taken_again(link: Connection, folder: Path) -> None:
    put(folder, MORNING, stay(1))
    look()
    put(folder, MORNING, stay(1), stay(2), at=MORNING + 5 * MINUTE)
    assert look(2, MORNING + 6 * MINUTE) == 1
    assert numbers() == ["30001", "30002"]


def test_a_file_that_is_refused_is_not_tried_again_until_it_changes(
    link: Connection, folder: Path
) -> None:
    path = put(folder, MORNING, stay(1))
    path.write_bytes(path.read_bytes()[:-5])
    touch(path, MORNING)
    assert look(6) == 1
    assert [state for _, state in deliveries()] == ["refused"]
    put(folder, MORNING, stay(1), at=MORNING + 5 * MINUTE)
    assert look(2, MORNING + 6 * MINUTE) == 1
    assert [state for _, state in deliveries()] == ["refused", "applied"]


def test_the_clock_of_another_machine_never_keeps_a_file_back(
    link: Connection, folder: Path
) -> None:
    put(folder, MORNING, stay(1), at=MORNING + timedelta(hours=2))
    assert look() == 1


def test_only_files_of_the_pattern_are_taken(folder: Path) -> None:
    make.link(make.hotel(), folder=str(folder), pattern="stays_*.csv", **BOTH)
    put(folder, MORNING, stay(1))
    touch(folder / "stays_BIO_20260521-0310.csv", MORNING)
    (folder / "readme.txt").write_text("Ask the night audit.")
    touch(folder / "readme.txt", MORNING)
    assert look() == 1


def test_a_file_without_a_mapping_is_left_and_asked_about(folder: Path) -> None:
    make.link(make.hotel(), folder=str(folder), mappings={"stays_*.csv": "staytrue_stays"})
    put(folder, MORNING, stay(1))
    stray = folder / "folio.csv"
    stray.write_text("a;b\n")
    touch(stray, MORNING)
    assert look() == 1
    assert [ask.facts["file"] for ask in asks("unmapped_files")] == ["folio.csv"]
    stray.unlink()
    look(2, MORNING + 2 * MINUTE)
    assert asks("unmapped_files") == []


def test_of_too_many_files_the_newest_are_taken_and_somebody_is_asked_to_clear_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "FILES_MAX", 4)
    make.link(make.hotel(), folder=str(folder), **BOTH)
    for n in range(6):
        put(folder, MORNING - n * DAY, stay(1, notes=str(n)))
    assert look() == 4
    assert [ask.facts["count"] for ask in asks("crowded_folder")] == [4]
    put(folder, MORNING + DAY, stay(1), stay(2))
    assert look(2, MORNING + DAY + MINUTE) == 1
    assert numbers() == ["30001", "30002"]
    for path in sorted(folder.iterdir())[:-2]:
        path.unlink()
    look(1, MORNING + DAY + 5 * MINUTE)
    assert asks("crowded_folder") == []


def test_trouble_on_one_connection_never_stops_the_others(folder: Path, tmp_path: Path) -> None:
    lost = make.link(make.hotel("AAA"), name="a-lost", folder=str(tmp_path / "gone"), **BOTH)
    make.link(make.hotel("BIO"), name="b-good", folder=str(folder), **BOTH)
    put(folder, MORNING, stay(1))
    assert look() == 1
    stopped = reloaded(lost)
    assert stopped.stopped_code == "folder"
    [ask] = asks("stopped_connection")
    assert ask.property_id == lost.property_id
    assert ask.role_id == "administrator"
    assert "gone" in ask.facts["reason"]


def test_a_bug_met_by_one_connection_never_stops_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.link(make.hotel("AAA"), name="a-bad", folder=str(folder / "bad"), **BOTH)
    make.link(make.hotel("BIO"), name="b-good", folder=str(folder), **BOTH)
    put(folder, MORNING, stay(1))
    before = watching.opened

    def break_one(settings: dict[str, Any]) -> Any:
        if settings["folder"].endswith("bad"):
            raise ZeroDivisionError
        return before(settings)

    monkeypatch.setattr(watching, "opened", break_one)
    assert look() == 1


def test_a_stopped_connection_goes_on_once_a_person_resumed_it(tmp_path: Path) -> None:
    late = tmp_path / "late"
    link = make.link(make.hotel(), folder=str(late), **BOTH)
    look()
    late.mkdir()
    put(late, MORNING, stay(1))
    assert look(3, MORNING + 2 * MINUTE) == 0
    watching.resume(reloaded(link), by="member:1", now=MORNING + 3 * MINUTE)
    assert asks("stopped_connection") == []
    with scope.everything():
        assert AuditEntry.objects.filter(action="connection_resumed", actor="member:1").exists()
    assert look(2, MORNING + 4 * MINUTE) == 1
    with pytest.raises(Refused):
        watching.resume(reloaded(link), by="member:1", now=MORNING + 5 * MINUTE)


def test_freshness_follows_what_the_file_says_not_when_it_was_taken(
    link: Connection, folder: Path
) -> None:
    put(folder, MORNING, stay(1), at=MORNING + 30 * MINUTE)
    look(2, MORNING + 31 * MINUTE)
    with scope.everything():
        assert Freshness.objects.get().true_through == MORNING


def test_files_on_an_sftp_server_are_taken_like_local_ones(tmp_path: Path, folder: Path) -> None:
    with sftp.server(folder) as server:
        make.link(make.hotel(), **server.settings(), **BOTH)
        put(folder, MORNING, stay(1))
        put(folder, MORNING + DAY, stay(1), stay(2)).rename(folder / "stays.csv.part")
        assert look(6) == 1
        assert numbers() == ["30001"]
        (folder / "stays.csv.part").rename(folder / "stays_BIO_20260522-0310.csv")
        assert look(6, MORNING + DAY) == 1
    assert numbers() == ["30001", "30002"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"password": "wrong"}, "sftp_auth"),
        ({"host_key": "ecdsa-sha2-nistp256 AAAA"}, "host_key"),
        ({"path": "/nowhere"}, "folder"),
    ],
)
def test_what_is_wrong_with_a_server_stops_the_connection_and_is_said(
    folder: Path, changed: dict[str, Any], code: str
) -> None:
    with sftp.server(folder) as server:
        link = make.link(make.hotel(), **server.settings(**changed), **BOTH)
        look()
    assert reloaded(link).stopped_code == code


def test_a_server_with_another_host_key_gets_no_password(folder: Path) -> None:
    with sftp.server(folder) as true, sftp.server(folder) as false:
        settings = true.settings(port=false.port)
        link = make.link(make.hotel(), **settings, **BOTH)
        look()
        assert reloaded(link).stopped_code == "host_key"
        assert not any(transport.is_authenticated() for transport in false.transports)


def test_a_server_that_is_away_is_asked_again_and_stops_nothing(folder: Path) -> None:
    with sftp.server(folder) as server:
        settings = server.settings()
    link = make.link(make.hotel(), **settings, **BOTH)
    assert look() == 0
    assert reloaded(link).stopped_at is None
