"""Faults of files, row by row of RELIABILITY section 4: nothing reaches the mirror, and it is said why."""

from __future__ import annotations

import gzip
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from staytrue.connectors.export_files import reading_csv
from staytrue.flow import watching
from staytrue.flow.lateness import tell_late_feeds
from staytrue.hotel import scope
from staytrue.hotel.codes import GuestRole, Status
from staytrue.hotel.records import GuestOnBooking, Reservation
from staytrue.inbox.models import Connection, Delivery
from staytrue.lab import bulk
from staytrue.mirror import hashing, rules
from staytrue.mirror.models import Freshness
from staytrue.mirror.models import Reservation as Row
from staytrue.staff.models import Ask
from tests import make
from tests.flow import homes

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 5, 21, 1, 10, tzinfo=make.UTC)
DAY = timedelta(days=1)
NAMES = ["Müller", "Léa", "Łódź", "Çelik", "Ðorđević", "Ñañez", "Åse", "Žiga"]


def stay(n: int = 1, **facts: Any) -> Reservation:
    given = {
        "number": str(30_000 + n),
        "arrival_on": date(2026, 6, 1) + (n % 60) * DAY,
        "notes": f"Frühstück, {NAMES[n % 8]}",
        "created_at": MORNING - timedelta(days=30),
        "modified_at": MORNING - timedelta(days=3),
        "guests": [GuestOnBooking(GuestRole.PRIMARY, f"G{n}")],
    } | facts
    return make.reservation(**given)


STAYS = [stay(n) for n in range(60)]


def text_of(name: str) -> str:
    return resources.files("staytrue.connectors.export_files.mappings").joinpath(name).read_text()


class House:
    """A hotel whose mirror knows sixty stays, and the next file it gets."""

    def __init__(self, place: Path, **settings: Any) -> None:
        self.folder = place
        self.link = make.link(make.hotel(), mapping="staytrue_stays", **settings)
        self.mapping = "staytrue_stays"

    def load(self, stays: list[Reservation] = STAYS) -> None:
        path = make.stays_file(self.folder, MORNING, *stays)
        assert make.take(self.link, path, MORNING, self.mapping).refused is None
        self.before = self.state()

    def state(self) -> tuple[str, int, list[Any]]:
        with scope.everything():
            return (
                hashing.state_hash().hash,
                Row.objects.filter(out_of_sight_since__isnull=False).count(),
                list(Freshness.objects.values_list("object", "true_through")),
            )

    def next_file(self, *stays: Reservation, days: int = 1) -> Path:
        return make.stays_file(self.folder, MORNING + days * DAY, *(stays or STAYS))

    def take(self, path: Path, **how: Any) -> make.Outcome:
        return make.take(self.link, path, MORNING + DAY, self.mapping, **how)

    def stands(self, outcome: make.Outcome, *codes: str) -> None:
        """Nothing of it reached the mirror, and answer and delivery say why in one sentence."""
        assert outcome.refused
        assert outcome.code in codes, (outcome.code, outcome.refused)
        assert (outcome.created, outcome.changed, outcome.out_of_sight) == (0, 0, 0)
        assert "\n" not in outcome.refused
        assert self.state() == self.before
        with scope.everything():
            delivery = Delivery.objects.latest("id")
        assert delivery.state in ("refused", "held")
        assert (delivery.reason_code, delivery.reason) == (outcome.code, outcome.refused)


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.load()
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


def test_11_a_cut_between_two_lines_never_cancels(house: House) -> None:
    """Where the mapping knows no end mark such a cut looks like fewer bookings."""
    outcome = house.take(house.next_file(*STAYS[:55]))
    assert (outcome.refused, outcome.out_of_sight) == (None, 5)
    with scope.everything():
        assert set(Row.objects.values_list("status", flat=True)) == {"confirmed"}
        assert Row.objects.filter(out_of_sight_cause="missing").count() == 5


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


def dated(folder: Path, name: str, form: str) -> str:
    """The own mapping with dates of arrival and departure in another form."""
    path = folder / f"{name}.toml"
    text = text_of("staytrue_stays.toml")
    for cell in ("arrival", "departure"):
        text = text.replace(
            f'{cell}_on = "{cell}"', f'{cell}_on = {{ column = "{cell}", date = "{form}" }}'
        )
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("known", [True, False], ids=["daily", "first"])
@pytest.mark.parametrize("count", [8, 60])
@pytest.mark.parametrize("history", [False, True])
def test_20_day_and_month_that_changed_places_hold_the_file(
    tmp_path: Path, count: int, *, known: bool, history: bool
) -> None:
    house = House(tmp_path)
    house.mapping = dated(tmp_path, "day-first", "%d/%m/%Y")
    stays = [stay(n * 3) for n in range(count)]

    def written(form: str, days: int) -> Path:
        path = house.next_file(*stays, days=days)
        text = path.read_text()
        for each in stays:
            for day in (each.arrival_on, each.departure_on):
                text = text.replace(day.isoformat(), day.strftime(form))
        path.write_text(text)
        return path

    if known:
        assert house.take(written("%d/%m/%Y", 0)).created == count
    house.before = house.state()
    house.stands(house.take(written("%m/%d/%Y", 1), history=history), "dates_flipped")


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


def test_21_a_bare_line_break_in_a_cell_is_parked(house: House) -> None:
    path = house.next_file()
    columns(path, lambda row: ["a\nb" if cell == "Confirmed" else cell for cell in row])
    house.stands(house.take(path), "mostly_unreadable")


@pytest.mark.parametrize("left", [30, 0])
def test_22_a_file_that_shrank_by_half_cancels_nobody(house: House, left: int) -> None:
    path = house.next_file(stay(900, status=Status.CHECKED_OUT, arrival_on=date(2026, 5, 1)),
                           *STAYS[:left])  # fmt: skip
    house.stands(house.take(path), "shrunken")


GROUP = (
    "<G_RESERVATION><RESORT>{resort}</RESORT><CONFIRMATION_NO>{n}</CONFIRMATION_NO>"
    "<SHORT_RESV_STATUS>GRD</SHORT_RESV_STATUS><ARRIVAL>05/09/26</ARRIVAL>"
    "<DEPARTURE>08/09/26</DEPARTURE></G_RESERVATION>"
)


def report(folder: Path, count: int, resort: str = "BIO", first: int = 0) -> Path:
    """OPERA's report of invented bookings."""
    groups = "".join(GROUP.format(resort=resort, n=first + n) for n in range(count))
    path = folder / "res_detail.xml"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><RES_DETAIL><LIST_G_GROUP_BY1><G_GROUP_BY1>'
        f"<LIST_G_RESERVATION>{groups}</LIST_G_RESERVATION></G_GROUP_BY1></LIST_G_GROUP_BY1>"
        "</RES_DETAIL>\n"
    )
    return path


@pytest.fixture
def opera(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.mapping = "opera_res_detail"
    assert made.take(report(tmp_path, 10)).created == 10
    made.before = made.state()
    return made


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


def test_26_a_pms_that_went_back_is_held(house: House) -> None:
    later = [stay(n, modified_at=MORNING + DAY, notes="new") for n in range(60)]
    house.take(house.next_file(*later))
    house.before = house.state()
    back = [stay(n, modified_at=MORNING - timedelta(days=1), notes="old") for n in range(60)]
    house.stands(house.take(house.next_file(*back, days=2)), "going_back")


def test_27_a_number_used_again_never_mixes_two_guests(house: House) -> None:
    gone = stay(1, status=Status.CHECKED_OUT, source_status="Checked out",
                arrival_on=date(2026, 5, 1), modified_at=MORNING)  # fmt: skip
    house.take(house.next_file(*STAYS[:1], gone, *STAYS[2:]))
    again = stay(1, arrival_on=date(2026, 9, 1), created_at=MORNING + 2 * DAY,
                 modified_at=MORNING + 2 * DAY,
                 guests=[GuestOnBooking(GuestRole.PRIMARY, "G77")])  # fmt: skip
    make.take(house.link, house.next_file(*STAYS[:1], again, *STAYS[2:], days=3), MORNING + 3 * DAY)
    with scope.everything():
        rows = Row.objects.filter(number="30001").order_by("epoch")
        assert [(row.primary_profile, row.status) for row in rows] == [
            ("G1", "checked_out"), ("G77", "confirmed"),
        ]  # fmt: skip


@pytest.mark.parametrize("count", [3, 40])
def test_28_another_hotels_file_is_held_and_nothing_is_missed(opera: House, count: int) -> None:
    opera.stands(opera.take(report(opera.folder, count, "SAD", 500)), "foreign_property")


def test_28_a_single_line_of_another_hotel_is_parked(opera: House) -> None:
    path = report(opera.folder, 11)
    path.write_text(path.read_text().replace("<RESORT>BIO", "<RESORT>SAD", 1))
    outcome = opera.take(path)
    assert [part["code"] for part in outcome.parked] == ["foreign_property"]
    with scope.everything():
        assert set(Row.objects.values_list("property__code", flat=True)) == {"BIO"}


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


def test_73_a_first_load_of_years_allows_no_message(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.take(house.next_file(), history=True)
    with scope.everything():
        rows = list(Row.objects.all())
        assert not Ask.objects.filter(closed_at=None).exists()
        assert Connection.objects.count() == 1
    verdicts = {
        rules.verdict(
            message,
            status=row.status,
            out_of_sight=False,
            imported=row.imported,
            true_through=MORNING + DAY,
            now=MORNING + DAY,
        ).answer
        for row in rows
        for message in rules.AGE_LIMITS
    }
    assert (len(rows), verdicts) == (60, {"closed"})
