"""How Mews is read: windows, pages, limits, one thing by its id, the export of history."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from staytrue.connectors.base import Delivery, Hint
from staytrue.connectors.mews import api, connector
from staytrue.kit.errors import Misconfigured, Refused, Temporary, Unreadable
from staytrue.kit.http import Client
from staytrue.lab.pms.mews import Quirk, answers
from staytrue.lab.pms.mews.books import moment
from staytrue.lab.pms.serving import Reply, Request, Served
from tests.connectors.mews.following import Follower, settings_at

Follow = Callable[..., Follower]
CALM: frozenset[Quirk] = frozenset()
CARD = "4111 1111 1111 1111"


@pytest.fixture
def follower(follow: Follow) -> Follower:
    """A follower of a house without vices."""
    return follow(quirks=CALM)


def parcels(follower: Follower) -> list[Delivery]:
    """All parcels of one fetch."""
    now = follower.clock()
    settings = settings_at(now, **follower.values)
    return list(connector.fetch(follower.bookmark, follower.http, settings, now))


def questions(follower: Follower, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What is asked from now on: operation and question."""
    asked: list[tuple[str, Any]] = []
    answer = follower.http.application

    def listen(request: Request) -> Reply:
        asked.append((request.path.partition("/v1/")[2], json.loads(request.body or b"{}")))
        return answer(request)

    monkeypatch.setattr(follower.http, "application", listen)
    return asked


def failing(follower: Follower, after: int, reply: Reply) -> None:
    """From the so-many-th request on, this is all that comes back."""
    left, answer = Counter(calls=after), follower.pms.application

    def break_down(request: Request) -> Reply:
        left["calls"] -= 1
        return answer(request) if left["calls"] >= 0 else reply

    follower.http.application = break_down


def test_windows_are_never_longer_than_mews_allows(
    follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = follow(quirks=CALM, values={"past_days": "400", "ahead_days": "400"})
    asked = questions(follower, monkeypatch)
    follower.until_quiet()
    follower.clock.instant += timedelta(days=80)
    follower.until_quiet()
    windows = [
        (path, moment(one["EndUtc"]) - moment(one["StartUtc"]))
        for path, question in asked
        for name, one in question.items()
        if name.endswith("Utc")
    ]
    assert max(length for path, length in windows) <= timedelta(days=89)
    assert max(n for path, n in windows if path.startswith("source")) <= timedelta(days=28)
    assert {status for _, _, status in follower.pms.asked} == {200}


def test_the_next_window_begins_before_the_last_one_ended(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower.until_quiet()
    last = follower.clock()
    follower.clock.instant += timedelta(hours=1)
    asked = questions(follower, monkeypatch)
    follower.until_quiet()
    window = next(q["UpdatedUtc"] for path, q in asked if path.startswith("reservations/getAll"))
    assert moment(window["StartUtc"]) == last - timedelta(minutes=10)
    assert moment(window["EndUtc"]) == follower.clock()


def test_a_broken_walk_goes_on_at_its_page_and_loses_nothing(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "COUNT", 7)
    answer = follower.http.application
    failing(follower, 120, Reply(503))
    assert not follower.poll()
    assert follower.bookmark["todo"][0][3]
    half = len(follower.reservations)
    follower.http.application = answer
    follower.until_quiet()
    assert 0 < half < len(follower.reservations)
    assert follower.differences() == []


def test_the_mark_moves_only_after_the_last_and_oldest_page(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower.until_quiet()
    before = dict(follower.bookmark["through"])
    monkeypatch.setattr(api, "COUNT", 3)
    follower.clock.instant += timedelta(days=2)
    follower.values["without"] = "customers, deleted_customers, companies"
    answer = follower.http.application

    def second_page_fails(request: Request) -> Reply:
        question = json.loads(request.body)
        is_second = "Cursor" in question.get("Limitation", {}) and "UpdatedUtc" in question
        return Reply(503) if is_second else answer(request)

    follower.http.application = second_page_fails
    assert not follower.poll()
    assert follower.bookmark["through"]["reservations"] == before["reservations"]
    follower.http.application = answer
    follower.until_quiet()
    assert follower.differences() == []


def test_a_window_that_is_too_heavy_is_halved(
    follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "HEAVY_ROWS", 40)
    follower = follow(quirks=frozenset({Quirk.TOO_HEAVY}))
    follower.until_quiet()
    assert 408 in {status for _, _, status in follower.pms.asked}
    assert follower.differences() == []


def test_a_limit_of_calls_is_respected_and_the_walk_comes_to_its_end(follow: Follow) -> None:
    follower = follow(quirks=frozenset({Quirk.RATE_LIMIT}), calls=60, seconds=60)
    parcels(follower)
    with pytest.raises(Temporary) as busy:
        parcels(follower)
    assert busy.value.facts["retry_after"] > 0
    follower.until_quiet()
    assert follower.differences() == []


def test_a_clock_set_back_opens_no_gap(follow: Follow) -> None:
    follower = follow(quirks=CALM)
    follower.until_quiet()
    follower.pms.books.behind = timedelta(hours=2)
    for _ in range(6):
        follower.clock.instant += timedelta(hours=1)
        follower.until_quiet()
    follower.pms.rest()
    follower.until_quiet()
    assert [d for d in follower.differences() if "modified_at" not in d] == []


def test_a_revoked_token_stops_the_connection_at_once(follower: Follower) -> None:
    follower.until_quiet()
    follower.pms.revoke()
    before = len(follower.pms.asked)
    with pytest.raises(Misconfigured):
        parcels(follower)
    assert len(follower.pms.asked) - before == 1


@pytest.mark.parametrize(
    "body", [b"<html>Please log in</html>", b"{}", b'{"Reservations": "none"}', b"", b"[]"]
)
def test_what_is_no_answer_of_mews_is_never_taken_for_nothing_new(
    follower: Follower, body: bytes
) -> None:
    follower.until_quiet()
    before = follower.bookmark
    failing(follower, 4, Reply(200, body))
    with pytest.raises(Temporary):
        parcels(follower)
    assert follower.bookmark == before


def test_a_refused_question_says_why(follower: Follower) -> None:
    failing(follower, 1, Reply(400, b'{"Message": "Extent is required."}'))
    with pytest.raises(Refused, match="Extent is required"):
        parcels(follower)


def test_credentials_of_another_house_bring_nothing(follow: Follow) -> None:
    follower = follow(quirks=CALM, values={"enterprise_id": "another"})
    with pytest.raises(Misconfigured):
        parcels(follower)


def test_a_connection_without_tokens_says_so(follower: Follower) -> None:
    empty = replace(settings_at(follower.clock()), values={})
    with pytest.raises(Misconfigured):
        next(connector.fetch({}, follower.http, empty, follower.clock()))


def test_an_operation_that_is_not_allowed_is_named(follower: Follower) -> None:
    follower.until_quiet()
    failing(follower, 1, Reply(401))
    with pytest.raises(Misconfigured, match="customers/getAll"):
        parcels(follower)


def test_a_fetch_leaves_the_bookmark_it_was_given_alone(
    follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "COUNT", 10)
    follower = follow(quirks=CALM, values={"history": "export"})
    follower.poll()
    follower.clock.instant += timedelta(minutes=6)
    kept = json.dumps(follower.bookmark)
    parcels(follower)
    assert json.dumps(follower.bookmark) == kept


def test_an_operation_that_is_not_allowed_is_left_out_when_told(
    follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = follow(quirks=CALM, values={"without": "payments, loyaltyMemberships"})
    asked = questions(follower, monkeypatch)
    follower.until_quiet()
    follower.clock.instant += timedelta(hours=3)
    follower.until_quiet()
    assert not {path for path, _ in asked} & {"payments/getAll", "loyaltyMemberships/getAll"}


def test_one_stay_is_read_by_its_id_and_by_its_number(follower: Follower) -> None:
    settings = settings_at(follower.clock())
    number, truth = next(iter(follower.pms.truth.reservations.items()))
    by_number = connector.read(Hint("reservation", number), follower.http, settings)
    assert by_number is not None
    follower.take(by_number)
    stay = follower.reservations[number]
    assert stay.amount == truth.amount
    by_id = connector.read(Hint("reservation", stay.custom["pms_id"]), follower.http, settings)
    assert by_id == by_number


def test_a_payment_leads_to_its_stay(follower: Follower) -> None:
    paid = next(iter(follower.pms.books.rows("Payments", follower.clock())), None)
    assert paid is None
    follower.pms.truth  # noqa: B018 - plays what has happened so far
    paid = next(iter(follower.pms.books.rows("Payments", follower.clock())))
    parcel = connector.read(
        Hint("payment", paid["Id"]), follower.http, settings_at(follower.clock())
    )
    assert parcel is not None
    follower.take(parcel)
    (stay,) = follower.reservations.values()
    assert stay.custom["pms_id"] == paid["ReservationId"]


@pytest.mark.parametrize("entity", ["reservation", "profile", "payment"])
def test_what_mews_does_not_show_yet_is_none_and_no_error(follower: Follower, entity: str) -> None:
    unknown = Hint(entity, "00000000-0000-0000-0000-000000000000")
    assert connector.read(unknown, follower.http, settings_at(follower.clock())) is None


def test_a_push_of_hundreds_is_read_together(follower: Follower) -> None:
    follower.until_quiet()
    ids = [stay.custom["pms_id"] for stay in follower.reservations.values()]
    before = len(follower.pms.asked)
    hints = [Hint("reservation", id) for id in ids]
    read = list(connector.read_all(hints, follower.http, settings_at(follower.clock())))
    assert len(read) == 1
    assert len(follower.pms.asked) - before < 30


def test_a_push_that_is_no_push_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        connector.hints(b"<xml/>", {})


def test_near_stays_can_be_swept_at_any_time(follower: Follower) -> None:
    now = follower.clock()
    first = now.date()
    last = first + timedelta(days=2)
    swept = connector.sweep(first, last, follower.http, settings_at(now), now)
    for parcel in swept:
        assert parcel.bookmark is None
        follower.take(parcel)
    near = {
        number
        for number, stay in follower.pms.truth.reservations.items()
        if stay.arrival_on <= last and stay.departure_on >= first
    }
    assert near <= follower.reservations.keys()


def test_history_comes_by_the_export_and_the_rest_by_windows(
    follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "COUNT", 50)
    follower = follow(quirks=CALM, values={"history": "export"})
    assert follower.poll()
    assert follower.bookmark["export"]["id"]
    follower.clock.instant += timedelta(minutes=6)
    follower.until_quiet()
    operations = Counter(path for _, path, _ in follower.pms.asked)
    assert operations["exports/add"] == 1
    assert operations["reservations/getAll/2023-06-06"] == 0
    follower.pms.rest()
    follower.until_quiet()
    assert follower.differences() == []


def test_an_export_that_fails_leaves_the_history_to_the_windows(
    follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = follow(quirks=CALM, values={"history": "export"})
    failed = {"Id": "x", "EntityType": "Reservation", "Status": "Failed", "Files": []}
    monkeypatch.setattr(follower.pms.answers, "_state", lambda key, _: failed | {"Id": key})
    follower.until_quiet()
    assert follower.differences() == []


def test_a_parcel_holds_no_token_no_bank_account_and_no_card_number(follower: Follower) -> None:
    now = follower.clock()
    follower.pms.truth  # noqa: B018 - plays what has happened so far
    books = follower.pms.books
    house = next(books.rows("Enterprises", now))
    books.put("Enterprises", {**house, "AccountingConfiguration": {"Iban": "ES00"}}, now)
    note = next(books.rows("ServiceOrderNotes", now))
    books.put("ServiceOrderNotes", {**note, "Text": f"Pays with {CARD}"}, now)
    kept = b"".join(b"".join((p.body, *p.context)) for p in parcels(follower))
    for secret in (b"lab-access", b"lab-client", b"ES00", CARD.encode()):
        assert secret not in kept
    assert b"card removed" in kept


def test_a_check_says_who_answers_and_what_does_not_fit(follower: Follower) -> None:
    follower.pms.truth  # noqa: B018 - plays what has happened so far
    answer = follower.http.application

    def no_payments(request: Request) -> Reply:
        return Reply(401) if "payments" in request.path else answer(request)

    follower.http.application = no_payments
    told = connector.check(follower.http, settings_at(follower.clock()))
    assert told[0] == "Mews knows this house as Hotel Sirga."
    assert "Europe/Madrid" in told[1]
    assert "payments" in told[2]
    assert len(told) == 3


def test_over_a_real_socket_the_same_comes(follow: Follow) -> None:
    follower = follow(quirks=CALM)
    with Served(follower.pms.application) as served:
        allowed = frozenset({served.authority})
        with Client(allow_private=allowed) as client:
            settings = settings_at(follower.clock(), base_url=served.url)
            now: datetime = follower.clock()
            for parcel in connector.fetch({}, client, settings, now):
                follower.take(parcel)
    assert follower.differences() == []
