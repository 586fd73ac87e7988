"""Lists of a former mailer: recorded before anything is sent, twice is once, odd lines are told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from staytrue.consent import lists
from staytrue.consent.acts import Spoken
from staytrue.consent.lists import Line, ListKind, Taken
from staytrue.consent.models import ConsentAct
from staytrue.consent.permissions import Asked, of
from staytrue.consent.purposes import GROUP, Channel, Origin
from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.staff.models import Ask
from tests.consent.scenes import kept, person, point, told, two_hotels
from tests.make import NOON
from tests.web.house import House

pytestmark = pytest.mark.django_db
MAILER = """Email;Unsubscribed;Reason
Ana@Gmail.com;2026-05-01;too many
unknown@else.example;2026-05-02;
not an address;;
a@x.example, b@x.example;;
"""


def took(text: str, kind: ListKind = ListKind.OPT_OUT) -> Taken:
    data = text.encode()
    spoken = Spoken(Origin.IMPORT, "tests", proof=lists.proof_of("mailer.csv", data))
    lines: Iterable[Line] = lists.read(data, Channel.EMAIL)
    return lists.take(lines, kind, Channel.EMAIL, GROUP, spoken, NOON + timedelta(days=1))


def house() -> tuple[House, int]:
    at = two_hotels()
    ids = told(at, person("G1", "Ana Vidal", "ana@gmail.com", "ana@other.example"))
    kept(ids)
    return at, ids[0]


def reason(at: House, id_: int, address: str, purpose: str = "marketing") -> str:
    asked = Asked(point(address).pk, id_, at.sirga.pk, purpose, "email")
    return of([asked], NOON + timedelta(days=2))[0].reason


def test_an_opt_out_of_the_former_mailer_holds_for_the_guest_with_its_day_and_words() -> None:
    at, id_ = house()
    taken = took(MAILER)
    assert (taken.read, taken.recorded, taken.known, taken.refused_count) == (4, 2, 1, 2)
    assert [each["line"] for each in taken.refused] == [4, 5]
    assert reason(at, id_, "ana@gmail.com") == reason(at, id_, "ana@other.example") == "opted_out"
    assert reason(at, id_, "ana@gmail.com", "stay") == ""
    with scope.everything():
        act = ConsentAct.objects.filter(profile_id=id_, purpose="marketing").get()
        assert (act.words, act.origin, act.said_at.date().isoformat()) == (
            "too many", "import", "2026-05-01",
        )  # fmt: skip
        assert act.proof["file"] == "mailer.csv"
        # A list of thousands would bury the desk under asks.
        assert not Ask.objects.exists()


def test_the_same_list_twice_is_recorded_once() -> None:
    house()
    took(MAILER)
    assert took(MAILER).recorded == 0


def test_an_address_nobody_has_yet_is_held_when_its_guest_comes() -> None:
    at, _ = house()
    took(MAILER)
    ids = told(at, person("G2", "Jon Cole", "Unknown@Else.example"))
    kept(ids)
    assert reason(at, ids[0], "unknown@else.example") == "opted_out"


@pytest.mark.parametrize("kind", [ListKind.BOUNCE, ListKind.COMPLAINT])
def test_bounces_and_complaints_suppress_the_address_and_leave_the_guest_his_others(
    kind: ListKind,
) -> None:
    at, id_ = house()
    took("mail\nana@gmail.com\n", kind)
    assert reason(at, id_, "ana@gmail.com") == "suppressed"
    assert reason(at, id_, "ana@other.example", "service") == ""


def test_a_file_without_an_address_column_is_refused_with_the_columns_it_has() -> None:
    with pytest.raises(Refused, match="there are: name, town"):
        list(lists.read(b"Name,Town\nAna,Bilbao\n", Channel.EMAIL))
    assert [each.value for each in lists.read(b"who\nana@x.example\n", Channel.EMAIL, "who")] == [
        "ana@x.example"
    ]


def test_a_phone_list_is_read_in_the_hotels_country() -> None:
    (line,) = lists.read(b"phone\n600 11 22 33\n", Channel.SMS, country="ES")
    assert line.value == "34600112233"
