"""A capability taken away fails its own check and no other (FEATURES C09)."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from staytrue.connectors import registry
from staytrue.connectors.base import Delivery, Translated
from staytrue.connectors.contract.vocabulary import PROVEN
from staytrue.connectors.opera_cloud.connector import OperaCloud, Tokens
from staytrue.hotel.codes import Status
from staytrue.kit.errors import Temporary
from tests.connectors.contract.running import candidate, failed, run


class Lacking:
    """A connector of which some part is not as it was."""

    def __init__(self, whole: Any, **instead: Callable[..., Any]) -> None:
        self.whole, self.instead = whole, instead

    def __getattr__(self, name: str) -> Any:
        if name in self.instead:
            return lambda *given, **named: self.instead[name](self.whole, *given, **named)
        return getattr(self.whole, name)


def translating(change: Callable[[Translated], None]) -> dict[str, Callable[..., Any]]:
    """A translation whose records are changed afterwards."""

    def translate(whole: Any, payload: bytes, settings: Any, context: Sequence[bytes] = ()) -> Any:
        for part in whole.translate(payload, settings, context):
            change(part)
            yield part

    return {"translate": translate}


def each(kind: str, **fields: Any) -> Callable[[Translated], None]:
    """Every record of a kind with these fields instead."""

    def change(part: Translated) -> None:
        records = part.reservations if kind == "stay" else [*part.profiles, *part.glimpses]
        for record in records:
            for name, value in fields.items():
                setattr(record, name, value)

    return change


def unversioned(part: Translated) -> None:
    each("stay", modified_at=None)(part)
    each("guest", modified_at=None)(part)


def only_cancelled(part: Translated) -> None:
    for stay in part.reservations:
        if stay.status is Status.NO_SHOW:
            stay.status = Status.CANCELLED


def ahead(whole: Any, *given: Any) -> Iterator[Delivery]:
    """Each parcel carries the bookmark of the next one."""
    waiting: Delivery | None = None
    try:
        for parcel in whole.fetch(*given):
            if waiting is not None:
                yield Delivery(waiting.object, waiting.body, waiting.made_at, parcel.bookmark,
                               waiting.context)  # fmt: skip
            waiting = parcel
    except Temporary:
        if waiting is not None:
            yield waiting
        raise
    if waiting is not None:
        yield waiting


def deaf(whole: Any, *given: Any) -> Iterator[Delivery]:
    """What the PMS says of waiting is not passed on."""
    try:
        yield from whole.fetch(*given)
    except Temporary as problem:
        raise Temporary(problem.sentence, problem.code) from None


def nothing(*_: Any) -> Iterator[Any]:
    return iter(())


def none(*_: Any) -> None:
    return None


def all_is_well(*_: Any) -> list[str]:
    return ["All is well."]


def without_past(whole: Any, bookmark: Any, *given: Any) -> Iterator[Delivery]:
    return whole.fetch(bookmark or {"through": {}}, *given)  # type: ignore[no-any-return]


MEWS: Any = sys.modules[type(registry.live("mews")).__module__]


def polled_without(feed: str) -> dict[str, Any]:
    return {name: one for name, one in MEWS.POLLED.items() if name != feed}


# What stands in the place of each capability's handling: an object, a name and its value to be
# patched, or parts of the connector itself.
TAKEN: dict[str, dict[str, Any]] = {}
TAKEN["mews"] = {
    "history": {"fetch": without_past},
    "delta": (MEWS, "POLLED", polled_without("reservations")),
    "overlap": (MEWS, "OVERLAP", timedelta(0)),
    "sweep": {"sweep": nothing},
    "push": {"hints": nothing},
    "look_up": {"read": none},
    "versions": translating(unversioned),
    "restart": {"fetch": ahead},
    "rate_limit": {"fetch": deaf},
    "folio": translating(each("stay", folio=[])),
    "late_postings": (MEWS, "POLLED", polled_without("orderItems")),
    "merges": translating(each("guest", merged_into=None)),
    "deletions": translating(each("guest", deleted=False)),
    "no_shows": translating(only_cancelled),
    "consents": translating(each("guest", consents=[])),
    "check": {"check": all_is_well},
}


def deaf_to(module: str) -> dict[str, Callable[..., Any]]:
    """Of the queue only what is no event of this module."""

    def fetch(whole: Any, bookmark: Any, *given: Any) -> Iterator[Delivery]:
        for parcel in whole.fetch(bookmark, *given):
            if parcel.object != "events":
                yield parcel
                continue
            events = [one for one in json.loads(parcel.body)["businessEventData"]
                      if one["businessEvent"]["header"]["moduleName"] != module]  # fmt: skip
            body = json.dumps({"businessEventData": events}).encode()
            yield Delivery("events", body, bookmark=parcel.bookmark)

    return {"fetch": fetch}


def from_now_on(
    whole: Any, bookmark: Any, http: Any, settings: Any, now: datetime
) -> Iterator[Delivery]:
    """As if everything before had been summed up already."""
    begun = bookmark or {"swept_to": now.isoformat()}
    yield Delivery("summary", b"", bookmark=begun)
    yield from whole.fetch(begun, http, settings, now)


def anything(whole: Any, hint: Any, *given: Any) -> Delivery:
    """What the PMS does not hold is read as a record that says nothing."""
    return whole.read(hint, *given) or Delivery(hint.entity, b"{}")


def by_events_alone(self: Any, mark: Any, *given: Any) -> Iterator[Delivery]:
    return iter(()) if "swept_to" in mark else SWEEP(self, mark, *given)


class OnlyOnce(Tokens):
    """The first token, whatever becomes of it."""

    def get(self, http: Any, settings: Any, stale: str | None = None) -> str:
        return super().get(http, settings)


def never_renewing(name: str) -> Callable[..., Any]:
    """Signs in at each turn, and not again within it."""

    def call(_: Any, *given: Any) -> Any:
        fresh = OperaCloud()
        fresh._tokens = OnlyOnce()
        return getattr(fresh, name)(*given)

    return call


SWEEP = OperaCloud._sweep
TAKEN["opera_cloud"] = {
    "history": {"fetch": from_now_on},
    "delta": deaf_to("Reservation"),
    "look_up": {"read": anything},
    "repair": (OperaCloud, "_sweep", by_events_alone),
    "versions": translating(unversioned),
    "restart": {"fetch": ahead},
    "rate_limit": {"fetch": deaf},
    "sign_in": {name: never_renewing(name) for name in ("fetch", "read", "check")},
    "folio": translating(each("stay", folio=[])),
    "late_postings": deaf_to("Cashiering"),
    "merges": translating(each("guest", merged_into=None)),
    "deletions": translating(each("guest", anonymised=False)),
    "no_shows": translating(only_cancelled),
    "consents": translating(each("guest", consents=[])),
    "check": {"check": all_is_well},
}


CASES = [
    pytest.param(name, capability, id=f"{name} without {capability}")
    for name, taken in TAKEN.items()
    for capability in taken
]


@pytest.mark.parametrize(("name", "capability"), CASES)
def test_what_is_taken_away_fails_its_check_alone(
    name: str, capability: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = TAKEN[name][capability]
    # A sample shows the same of a translation, so the pure part may say so as well.
    also = {"translation", "fields"} if "translate" in taken else set()
    if isinstance(taken, dict):
        live: Any = Lacking(registry.live(name), **taken)
    else:
        monkeypatch.setattr(*taken)
        live = registry.live(name)
    assert failed(run(name, live)) - also == {capability}


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_whatever_is_claimed_was_taken_away(name: str) -> None:
    claimed = {one for one in PROVEN if candidate(name).manifest.claims(one)}
    assert claimed == TAKEN[name].keys()
