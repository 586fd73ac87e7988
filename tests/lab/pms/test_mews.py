"""The simulated Mews behaves as the facts say, and every vice can be switched on by its name."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from staytrue.lab.bookings import World, build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.mews import ACCESS_TOKEN, CLIENT_TOKEN, Mews, Quirk, script
from staytrue.lab.pms.mews.books import utc
from staytrue.lab.pms.mews.server import ROOT
from staytrue.lab.pms.serving import Reply, Request
from tests.lab.pms.follower import Clock

START = datetime(2026, 5, 10, 6, tzinfo=UTC)
STAYS = "reservations/getAll/2023-06-06"
CALM: frozenset[Quirk] = frozenset()


@pytest.fixture(scope="module")
def world() -> World:
    """A small house: every test plays its past anew."""
    first, last = START.date() - timedelta(days=14), START.date() + timedelta(days=28)
    return build_world(11, hotel_sirga(rooms=10), first, last, today=START.date())


@pytest.fixture
def clock() -> Clock:
    """Virtual time, at a Sunday morning."""
    return Clock(START)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens to some stays happens to all, so that a small house is enough."""
    for chance in ("LATE_COMMIT", "LATE_POSTING", "REBATE", "MERGED"):
        monkeypatch.setattr(script, chance, 1.0)


def house(world: World, clock: Clock, *quirks: Quirk, **more: Any) -> Mews:
    """A Mews with only these vices."""
    return Mews(world, clock, seed=4, quirks=frozenset(quirks), **more)


def ask(pms: Mews, path: str, **question: Any) -> Reply:
    """One question with the right credentials."""
    told = {"ClientToken": CLIENT_TOKEN, "AccessToken": ACCESS_TOKEN, "Client": "test",
            "Limitation": {"Count": 1000}} | question  # fmt: skip
    return pms.application(Request("POST", ROOT + path, body=json.dumps(told).encode()))


def rows(pms: Mews, path: str, key: str, **question: Any) -> list[Any]:
    """The rows of one answer."""
    found: list[Any] = json.loads(ask(pms, path, **question).body)[key]
    return found


def lately(clock: Clock, days: float) -> dict[str, str]:
    """The window of the last days."""
    return {"StartUtc": utc(clock() - timedelta(days=days)), "EndUtc": utc(clock())}


def pushed(pms: Mews, clock: Clock, days: int) -> list[list[str]]:
    """The ids of each message of some days, sent every ten minutes."""
    messages: list[list[str]] = []

    def post(body: bytes) -> int:
        messages.append([event["Value"]["Id"] for event in json.loads(body)["Events"]])
        return 200

    for _ in range(days * 144):
        clock.instant += timedelta(minutes=10)
        pms.push(post)
    return messages


def test_the_same_seed_gives_the_same_answers(world: World) -> None:
    first, second = (Clock(START) for _ in range(2))
    one, other = Mews(world, first, seed=9), Mews(world, second, seed=9)
    assert pushed(one, first, 2) == pushed(other, second, 2)
    window = lately(first, 2)
    assert ask(one, STAYS, UpdatedUtc=window) == ask(other, STAYS, UpdatedUtc=window)
    assert one.truth == other.truth


def test_pages_go_from_the_newest_to_the_oldest_and_windows_are_inclusive(
    world: World, clock: Clock
) -> None:
    pms = house(world, clock)
    whole = rows(pms, STAYS, "Reservations", UpdatedUtc=lately(clock, 30))
    assert len(whole) > 20
    instants = [row["UpdatedUtc"] for row in whole]
    assert instants == sorted(instants, reverse=True)
    edge = {"StartUtc": instants[-1], "EndUtc": instants[0]}
    assert rows(pms, STAYS, "Reservations", UpdatedUtc=edge) == whole
    first = json.loads(ask(pms, STAYS, UpdatedUtc=edge, Limitation={"Count": 7}).body)
    limit = {"Count": 7, "Cursor": first["Cursor"]}
    second = rows(pms, STAYS, "Reservations", UpdatedUtc=edge, Limitation=limit)
    assert first["Reservations"] + second == whole[:14]


@pytest.mark.parametrize(
    ("path", "question", "status"),
    [
        (STAYS, {"Limitation": None}, 400),
        (STAYS, {"UpdatedUtc": {"StartUtc": "2026-01-01T00:00:00Z",
                                "EndUtc": "2026-05-01T00:00:00Z"}}, 400),
        ("customers/getAll", {"CustomerIds": ["x"]}, 400),
        ("customers/getAll", {"Extent": {"Customers": True}}, 400),
        ("companionships/getAll", {"UpdatedUtc": {"StartUtc": "2026-01-01T00:00:00Z",
                                                  "EndUtc": "2026-01-02T00:00:00Z"}}, 400),
        ("reservations/getall/2023-06-06", {}, 404),
        (STAYS, {"AccessToken": "wrong"}, 401),
        (STAYS, {"Client": ""}, 401),
    ],
)  # fmt: skip
def test_a_wrong_question_is_refused(
    world: World, clock: Clock, path: str, question: dict[str, Any], status: int
) -> None:
    assert ask(house(world, clock), path, **question).status == status


def test_merged_guests_show_only_to_those_who_ask_for_deleted_ones(
    world: World, clock: Clock
) -> None:
    pms = house(world, clock, Quirk.MERGES)
    merged = [id for id, one in pms.truth.profiles.items() if one.merged_into]
    extent = {"Customers": True}
    states = ["Active", "Deleted"]
    path = "customers/getAll"
    assert merged
    assert rows(pms, path, "Customers", CustomerIds=merged, Extent=extent) == []
    found = rows(pms, path, "Customers", CustomerIds=merged, Extent=extent, ActivityStates=states)
    assert all(row["MergeTargetId"] and not row["IsActive"] for row in found)
    assert len(found) == len(merged)


def test_a_no_show_is_a_cancellation_with_a_reason(world: World, clock: Clock) -> None:
    pms = house(world, clock)
    numbers = {n for n, stay in pms.truth.reservations.items() if stay.status == "no_show"}
    found = rows(pms, STAYS, "Reservations", Numbers=sorted(numbers))
    assert {(row["State"], row["CancellationReason"]) for row in found} == {("Canceled", "NoShow")}


def test_over_the_limit_the_answer_says_how_long_to_wait(world: World, clock: Clock) -> None:
    pms = house(world, clock, Quirk.RATE_LIMIT, calls=3, seconds=60)
    assert [ask(pms, "configuration/get").status for _ in range(3)] == [200] * 3
    refused = ask(pms, "configuration/get")
    assert refused.status == 429
    clock.instant += timedelta(seconds=int(refused.headers["Retry-After"]))
    assert ask(pms, "configuration/get").status == 200


def test_faults_come_in_bursts_of_a_minute(world: World, clock: Clock) -> None:
    pms = house(world, clock, Quirk.SERVER_ERRORS, Quirk.PROXY_PAGES)
    for _ in range(2_000):
        clock.instant += timedelta(minutes=1)
        ask(pms, "configuration/get")
    met = Counter(status for _, _, status in pms.asked)
    assert 5 < met[503] < 60
    assert met[200] + met[503] == 2_000


def test_a_late_commit_shows_minutes_after_its_own_instant(
    world: World, clock: Clock, often: None
) -> None:
    pms = house(world, clock, Quirk.LATE_COMMITS)
    seen: set[tuple[str, str]] = set()
    late = 0
    for _ in range(500):
        before, clock.instant = clock(), clock() + timedelta(minutes=1)
        for row in rows(pms, STAYS, "Reservations", UpdatedUtc=lately(clock, 0.1)):
            version = (row["Id"], row["UpdatedUtc"])
            late += version not in seen and row["UpdatedUtc"] < utc(before) and before > START
            seen.add(version)
    assert late


def test_pushes_hold_ids_and_some_are_lost_doubled_late_and_out_of_order(world: World) -> None:
    def told(*quirks: Quirk, lost: float = 0.3) -> list[str]:
        clock = Clock(START)
        pms = house(world, clock, *quirks, lost=lost)
        pms.push(lambda _: 200)
        return [id for message in pushed(pms, clock, 4) for id in message]

    calm = told()
    assert len(told(Quirk.PUSHES_LOST)) < len(calm) < len(told(Quirk.PUSHES_DOUBLED))
    assert len(told(Quirk.PUSHES_LATE)) < len(calm)
    mixed = told(Quirk.PUSHES_OUT_OF_ORDER)
    assert mixed != calm


def test_a_push_that_nobody_takes_is_sent_again_and_then_given_up(
    world: World, clock: Clock
) -> None:
    pms = house(world, clock)
    pms.push(lambda _: 200)
    tries: Counter[bytes] = Counter()

    def refuse(body: bytes) -> int:
        tries[body] += 1
        return 500

    for turn in range(320):
        clock.instant += timedelta(minutes=5)
        if turn == 300:
            pms.rest()
        pms.push(refuse)
    assert tries
    assert tries.total() == 3 * pms.pushes.discarded


@pytest.mark.parametrize(
    ("quirk", "path", "key", "shows"),
    [
        (Quirk.MIDNIGHT_ARRIVALS, STAYS, "Reservations",
         lambda row: row["ScheduledStartUtc"].endswith("22:00:00Z")),
        (Quirk.LATE_POSTINGS, "orderItems/getAll", "OrderItems",
         lambda row: row["Amount"]["GrossValue"] == 4.9 and row["Type"] == "ProductOrder"),
        (Quirk.CORRECTIONS, "orderItems/getAll", "OrderItems",
         lambda row: row["Type"] == "Rebate"),
        (Quirk.CANCELLATION_STAYS, STAYS, "Reservations",
         lambda row: row["State"] != "Canceled" and row["CancelledUtc"]),
        (Quirk.RELAYS, "customers/getAll", "Customers", lambda row: row["HasOtaEmail"]),
        (Quirk.MERGES, "customers/getAll", "Customers", lambda row: row["MergeTargetId"]),
    ],
)  # fmt: skip
def test_a_vice_shows_only_when_it_is_on(
    world: World, clock: Clock, often: None, quirk: Quirk, path: str, key: str, shows: Any
) -> None:
    def shown(*quirks: Quirk) -> bool:
        pms = house(world, clock, *quirks)
        question = {"UpdatedUtc": lately(clock, 91), "Extent": {"Customers": True},
                    "ActivityStates": ["Active", "Deleted"]}  # fmt: skip
        return any(shows(row) for row in rows(pms, path, key, **question))

    assert shown(quirk)
    assert not shown()
