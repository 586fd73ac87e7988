"""Files that read well and say what cannot be: RELIABILITY section 4, rows 20, 22, 26 to 28 and 73."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import pytest

from staytrue.hotel import scope
from staytrue.hotel.codes import GuestRole, Status
from staytrue.hotel.records import GuestOnBooking
from staytrue.inbox.models import Connection
from staytrue.mirror import rules
from staytrue.mirror.models import Reservation as Row
from staytrue.staff.models import Ask
from tests import make
from tests.flow.faults import DAY, MORNING, STAYS, House, report, stay

pytestmark = pytest.mark.django_db


def text_of(name: str) -> str:
    return resources.files("staytrue.connectors.export_files.mappings").joinpath(name).read_text()


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


@pytest.mark.parametrize("left", [30, 0])
def test_22_a_file_that_shrank_by_half_cancels_nobody(house: House, left: int) -> None:
    path = house.next_file(stay(900, status=Status.CHECKED_OUT, arrival_on=date(2026, 5, 1)),
                           *STAYS[:left])  # fmt: skip
    house.stands(house.take(path), "shrunken")


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
            newest_parked=False,
            true_through=MORNING + DAY,
            now=MORNING + DAY,
        ).answer
        for row in rows
        for message in rules.AGE_LIMITS
    }
    assert (len(rows), verdicts) == (60, {"closed"})
