"""Faults of files, row by row of RELIABILITY section 4: nothing reaches the mirror, and it is said why."""

from __future__ import annotations

import gzip
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from staytrue.connectors.export_files import reading_csv
from staytrue.flow import watching
from staytrue.flow.lateness import tell_late_feeds
from staytrue.flow.release import release_delivery
from staytrue.hotel import scope
from staytrue.inbox.models import Delivery
from staytrue.lab import bulk
from staytrue.mirror.models import Freshness
from staytrue.mirror.models import Reservation as Row
from staytrue.staff.models import Ask
from tests import make
from tests.flow import homes
from tests.flow.faults import DAY, MORNING, STAYS, House, report, stay

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.load()
    return made


@pytest.fixture
def opera(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.mapping = "opera_res_detail"
    assert made.take(report(tmp_path, 10)).created == 10
    made.before = made.state()
    return made


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzipped"])
def test_11_a_file_cut_anywhere_is_taken_by_no_part(house: House, *, packed: bool) -> None:
    """Slow: ninety-nine cuts through the whole line."""
    whole = house.next_file(*(stay(n, room_number="9") for n in range(60))).read_bytes()
    whole = gzip.compress(whole) if packed else whole
    path = house.folder / f"stays_BIO_20260522-0310.csv{'.gz' if packed else ''}"
    for hundredth in range(1, 100):
        left = whole[: len(whole) * hundredth // 100]
        # Exactly between two lines is the next test's case.
        path.write_bytes(left.removesuffix(b"\n"))
        house.stands(house.take(path), "truncated", "quotes", "missing_column", "shrunken",
                     "field_count", "wrong_delimiter", "empty", "mostly_unreadable")  # fmt: skip


BY = {
    "number": lambda stay: stay.number,
    "arrival": lambda stay: (stay.arrival_on, stay.number),
    "newest first": lambda stay: -int(stay.number),
    "chance": lambda stay: stay.number[::-1],
}


@pytest.mark.parametrize("order", BY)
@pytest.mark.parametrize("lost", [3, 5, 12, 19, 20])
def test_11_a_cut_between_two_lines_is_held(tmp_path: Path, order: str, lost: int) -> None:
    """Without an end mark and inside the brake's allowance: only the order of before tells it."""
    house = House(tmp_path)
    house.load(sorted(STAYS, key=BY[order]))
    today = [stay(n, notes="new") if n % 9 == 4 else stay(n) for n in range(66)]
    whole = sorted(today, key=BY[order])
    known = [n for n, each in enumerate(whole) if int(each.number) < 30_060]
    house.stands(house.take(house.next_file(*whole[: known[-lost]])), "cut_off")


@pytest.mark.parametrize("order", BY)
def test_11_bookings_that_are_gone_are_no_cut(tmp_path: Path, order: str) -> None:
    house = House(tmp_path)
    house.load(sorted(STAYS, key=BY[order]))
    left = [each for n, each in enumerate(STAYS) if n not in {8, 30, 31, 59}]
    outcome = house.take(house.next_file(*sorted(left, key=BY[order])))
    assert (outcome.refused, outcome.out_of_sight) == (None, 4)


def test_11_a_file_released_although_it_looks_cut_is_the_next_ones_measure(house: House) -> None:
    held = house.take(house.next_file(*STAYS[:55]))
    with scope.everything():
        delivery = Delivery.objects.get(id=held.delivery)
    assert release_delivery(delivery, by="ana", now=MORNING + DAY).out_of_sight == 5
    again = make.take(house.link, house.next_file(*STAYS[:54], days=2), MORNING + 2 * DAY)
    assert (again.refused, again.out_of_sight) == (None, 1)


def test_11_the_last_two_bookings_that_are_gone_are_never_cancelled(house: House) -> None:
    """Too few to tell a cut from two that left."""
    outcome = house.take(house.next_file(*STAYS[:58]))
    assert (outcome.refused, outcome.out_of_sight) == (None, 2)
    with scope.everything():
        assert set(Row.objects.values_list("status", flat=True)) == {"confirmed"}
        assert Row.objects.filter(out_of_sight_cause="missing").count() == 2


def test_12_a_file_still_being_written_is_not_taken(tmp_path: Path) -> None:
    house = House(tmp_path, folder=str(tmp_path))
    house.load()
    path = house.next_file(*(stay(n, room_number="9") for n in range(60)))
    whole, since = path.read_bytes(), MORNING + DAY
    for tenth in range(1, 10):
        now = since + tenth * timedelta(seconds=15)
        path.write_bytes(whole[: len(whole) * tenth // 10])
        os.utime(path, (now.timestamp(), now.timestamp()))
        watching.take_all(now)
    assert house.state() == house.before
    with scope.everything():
        assert Delivery.objects.exclude(state="applied").count() == 0


def test_13_a_file_replaced_while_it_is_read_is_refused(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = house.next_file(*(stay(n, room_number="9") for n in range(60)))
    before = reading_csv.write

    def swap(*arguments: Any) -> Any:
        spooled = before(*arguments)
        path.write_bytes(path.read_bytes().replace(b"Fr", b"fr"))
        return spooled

    monkeypatch.setattr(reading_csv, "write", swap)
    house.stands(house.take(path), "replaced")


def test_14_the_same_file_twice_changes_nothing(house: House) -> None:
    outcome = house.take(make.stays_file(house.folder, MORNING, *STAYS))
    assert outcome.seen_before
    assert (outcome.created, outcome.changed) == (0, 0)
    assert house.state() == house.before


def test_15_yesterdays_file_under_a_new_name_turns_nothing_back(house: House) -> None:
    old = make.stays_file(house.folder, MORNING, *STAYS).read_bytes()
    house.take(house.next_file(*(stay(n, room_number="9", modified_at=None) for n in range(60))))
    house.before = house.state()
    path = house.folder / "stays_BIO_20260523-0310.csv"
    path.write_bytes(old)
    assert make.take(house.link, path, MORNING + 2 * DAY).seen_before
    assert house.state() == house.before


def freshness() -> tuple[Any, ...]:
    with scope.everything():
        row = Freshness.objects.get(object="reservation")
        return row.true_through, row.last_success_at, row.walked_at


def test_15_the_same_bytes_of_a_later_instant_prove_that_the_feed_lives(house: House) -> None:
    path = house.next_file(days=1)
    outcome = make.take(house.link, path, MORNING + DAY + timedelta(minutes=5), house.mapping)
    assert (outcome.seen_before, outcome.changed) == (True, 0)
    assert freshness() == (MORNING + DAY, MORNING + DAY + timedelta(minutes=5), MORNING + DAY)
    assert house.state()[:2] == house.before[:2]
    # The same file once more, and one that claims the future, move nothing.
    later = house.next_file(days=9)
    for again in (path, later):
        make.take(house.link, again, MORNING + 2 * DAY, house.mapping)
    assert freshness()[0] == MORNING + DAY


def test_15_the_same_bytes_without_an_instant_of_their_own_move_nothing(house: House) -> None:
    old = make.stays_file(house.folder, MORNING, *STAYS)
    path = old.rename(house.folder / "stays.csv")
    late = (MORNING + DAY).timestamp()
    os.utime(path, (late, late))
    assert make.take(house.link, path, MORNING + DAY, house.mapping).seen_before
    assert house.state() == house.before


def test_15_the_same_bytes_of_a_file_that_concludes_nothing_move_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    text = make.mapping_file(tmp_path, "staytrue_stays")
    path = Path(text)
    path.write_text(path.read_text().replace('kind = "full"', 'kind = "delta"'))
    house.mapping = text
    house.load()
    before = freshness()
    assert house.take(house.next_file()).seen_before
    assert freshness() == before


def test_16_a_missing_file_is_told_after_a_day_and_a_minute(house: House) -> None:
    late = MORNING + DAY + timedelta(seconds=61)
    assert tell_late_feeds(late - timedelta(seconds=1)) == 0
    assert tell_late_feeds(late) == 1
    with scope.everything():
        assert Ask.objects.get(closed_at=None).kind == "stale_feed"


@pytest.mark.parametrize("delimiter", [",", "\t", "|", ":"])
def test_17_another_delimiter_is_named_and_never_guessed(house: House, delimiter: str) -> None:
    path = house.next_file()
    path.write_text(path.read_text().replace(";", delimiter))
    house.stands(house.take(path), "wrong_delimiter", "missing_column")


@pytest.mark.parametrize(
    "encoding", ["cp1250", "cp1252", "iso8859-15", "utf-16", "utf-16-le", "utf-32", "cp850"]
)
def test_18_another_encoding_is_refused(house: House, encoding: str) -> None:
    path = house.next_file()
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding, "replace"))
    house.stands(house.take(path), "wrong_encoding", "missing_column", "binary", "content")


def test_18_text_garbled_before_it_came_is_refused(house: House) -> None:
    path = house.next_file(*(stay(n, notes="Frühstück, Léa") for n in range(60)))
    path.write_text(path.read_text(encoding="utf-8").encode().decode("cp1252"), encoding="utf-8")
    house.stands(house.take(path), "garbled")


def test_18_a_byte_order_mark_is_read_over(house: House) -> None:
    path = house.next_file(*STAYS, stay(60))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert house.take(path).created == 1


def columns(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    rows = [line.split(";") for line in path.read_text().splitlines()]
    path.write_text("".join(";".join(change(row)) + "\n" for row in rows))


def test_19_a_renamed_or_missing_column_refuses_the_file(house: House) -> None:
    path = house.next_file()
    path.write_text(path.read_text().replace(";arrival;", ";ankunft;", 1))
    house.stands(house.take(path), "missing_column")
    columns(house.next_file(), lambda row: row[:4] + row[5:])
    house.stands(house.take(path), "missing_column")


def test_19_reordered_and_further_columns_change_nothing(house: House) -> None:
    path = house.next_file()
    columns(path, lambda row: [*reversed(row), "x"])
    outcome = house.take(path)
    assert (outcome.refused, outcome.changed, outcome.unchanged) == (None, 0, 60)
    assert house.state()[0] == house.before[0]


@pytest.mark.parametrize(
    "fault",
    [
        lambda text: text.replace("Fr", '"Fr', 1),
        lambda text: text.replace("Frühstück", 'Früh"stück', 1),
        lambda text: text.rstrip("\n") + '"',
    ],
    ids=["never closed", "in the middle", "at the end"],
)
def test_21_quotes_that_do_not_fit_refuse_the_file(
    house: House, fault: Callable[[str], str]
) -> None:
    path = house.next_file()
    path.write_text(fault(path.read_text()))
    house.stands(house.take(path), "quotes", "unterminated_quote", "truncated")


@pytest.mark.parametrize("column", ["status", "notes", "last"])
def test_21_a_bare_line_break_in_a_cell_refuses_the_file(house: House, column: str) -> None:
    path = house.next_file()
    titles = path.read_text().splitlines()[0].split(";")
    place = titles.index(column) if column in titles else len(titles) - 1
    columns(path, lambda row: row if row == titles else [*row[:place], "a\nb", *row[place + 1 :]])
    house.stands(house.take(path), "line_break")


def test_23_xml_that_was_cut_or_does_not_close_is_refused(opera: House) -> None:
    """Slow: ninety-nine cuts through the whole line."""
    path = report(opera.folder, 20)
    whole = path.read_bytes()
    # The very end may go: nothing but a line end stands there.
    for hundredth in range(1, 100):
        path.write_bytes(whole[: len(whole) * hundredth // 100])
        opera.stands(opera.take(path), "truncated", "malformed", "empty", "content")
    path.write_bytes(whole.replace(b"</ARRIVAL>", b"</ARIVAL>", 1))
    opera.stands(opera.take(path), "malformed")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two hundred megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(place)]
    try:
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("this account may not mount a small disk")
    except FileNotFoundError:
        pytest.skip("no mount program on this machine")
    yield place
    homes.embedded.stop(place / "home")
    subprocess.run(["umount", str(place)], capture_output=True, check=False)


def fill(disk: Path, left: int) -> Path:
    """Leave so many bytes."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(1 << 16)):
            pass
    os.truncate(filler, filler.stat().st_size - left)
    return filler


def test_45_a_full_disk_is_one_sentence_and_heals_alone(small_disk: Path, tmp_path: Path) -> None:
    """Slow: a home of its own on a disk that is filled."""
    home = homes.make(small_disk / "home")
    file = bulk.write_bulk(tmp_path / "files", 30_000, profiles=10_000).stays
    command = ("import", str(file), "--connection", "bio-files", "--history")
    with homes.running(home):
        for left in (0, 4, 24):
            filler = fill(small_disk, left << 20)
            said = home.run(*command)
            assert said["error"]["code"] == "disk_full", said
            filler.unlink()
        answer = home.run(*command)
        assert (answer["read"], answer["created"], answer["refused"]) == (30_000, 30_000, None)
        hashed, violations = home.state()
        assert hashed
        assert not violations
        assert home.leftovers() == ([], 0)
