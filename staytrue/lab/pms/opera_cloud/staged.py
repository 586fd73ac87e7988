"""The simulated OPERA Cloud on the stage of the conformance suite: a small house for one check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from staytrue.hotel.codes import FolioKind, Status
from staytrue.hotel.records import FolioLine, Profile, Reservation
from staytrue.kit.http import Response
from staytrue.lab.bookings import World
from staytrue.lab.pms.opera_cloud.book import Book, Held
from staytrue.lab.pms.opera_cloud.folios import folio
from staytrue.lab.pms.opera_cloud.simulator import OperaCloud
from staytrue.lab.pms.opera_cloud.timeline import Timeline
from staytrue.lab.pms.stage import SOON, Clock, absent, answered, opening, small_world

PLAYS = frozenset({"late postings", "merges", "deletions", "no-shows", "lost notifications"})
MINIBAR = Decimal("6.20")
KINDS = {"1000": FolioKind.ROOM, "9000": FolioKind.PAYMENT}


class StagedOpera(OperaCloud):
    """Without vices, but for what one check asks for."""

    def __init__(self, world: World, clock: Clock, situations: frozenset[str]) -> None:
        self.situations = situations
        self.met: dict[str, dict[str, datetime]] = {}
        self.opens_at = clock()
        super().__init__(world, clock, quirks=frozenset())

    def _written(self, world: World, seed: int) -> Book:
        book = super()._written(world, seed)
        known = [id for id, life in book.profiles.items() if life.first_at < self.opens_at]
        for place, (one, other) in enumerate(zip(known[:6:2], known[1:6:2], strict=True)):
            at = self.opens_at + SOON + place * SOON / 2
            if "merges" in self.situations:
                book.merge(one, other, at)
                self._meet("merges", one, at)
            if "deletions" in self.situations:
                gone = Profile(source_id=one, anonymised=True, modified_at=book.seen(at))
                book.profiles[one].then(at, "anonymised", gone)
                self._meet("deletions", one, at)
        book.move_over()
        if "late postings" in self.situations:
            self._post_late(book)
        return book

    def _post_late(self, book: Book) -> None:
        for number, life in book.stays.items():
            left_at, _, held = life.versions[-1]
            if held.stay.status is not Status.CHECKED_OUT or left_at < self.opens_at:
                continue
            at = left_at + SOON
            whole = (held.stay.amount or Decimal(0)) + MINIBAR
            # The cashier's line is no change of the reservation: only an event tells of it.
            life.then(at, "charged", Held(replace(held.stay, amount=whole), held.cancelled_on))
            self._meet("late postings", number, at)

    def _told(self) -> Timeline:
        told = super()._told()
        if "lost notifications" in self.situations:
            return Timeline([one for one in told.events if one.at < self.opens_at], told.events)
        return told

    def _meet(self, situation: str, key: str, at: datetime) -> None:
        self.met.setdefault(situation, {})[key] = at

    def forget_tokens(self) -> None:
        """Every sign-in ends."""
        self._tokens.clear()


class StagedHouse:
    """One fresh house. What the suite may ask of it stands in `connectors.contract.simulated`."""

    zone, country, currency, plays = "Europe/Madrid", "ES", "EUR", PLAYS

    def __init__(self, situations: frozenset[str]) -> None:
        self.world = small_world()
        self.clock = Clock(opening(self.world, situations))
        self.pms = StagedOpera(self.world, self.clock, situations)
        self.code = self.world.house.code
        self.values: dict[str, Any] = {
            **self.pms.settings_values(), "base_url": "http://opera.lab",
            "days_behind": 60, "days_ahead": 120,
        }  # fmt: skip

    @property
    def now(self) -> datetime:
        """Virtual time."""
        return self.clock()

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """One call."""
        return answered(self.pms.answer, method, url, headers, body)

    def wait(self, span: timedelta) -> None:
        """Time passes."""
        self.clock.instant += span

    def truth(self) -> tuple[dict[str, Reservation], dict[str, Profile]]:
        """What is so now, bills and merges included."""
        now, book = self.now, self.pms.book
        guests = book.profile_truth(now)
        for victim, (survivor, at) in book.merged.items():
            if at <= now and victim in guests:
                guests[victim] = replace(guests[victim], merged_into=survivor)
        stays = {
            number: replace(stay, folio=self._bill(number)) if _has_left(stay) else stay
            for number, stay in book.truth(now).items()
        }
        return stays, guests

    def _bill(self, number: str) -> list[FolioLine]:
        held = self.pms.book.stay_at(number, self.now)
        if held is None:
            return []
        told = folio(self.pms.book, number, held, self.now, self.pms.bodies)
        window = told["reservationFolioInformation"]["folioWindows"][0]
        return [_line(posting) for posting in window["folios"][0]["postings"]]

    def touched(self, situation: str) -> set[str]:
        """Who met it until now."""
        if situation == "no-shows":
            return absent(self.world, self.pms.opens_at, self.now)
        met = self.pms.met.get(situation, {})
        return {key for key, at in met.items() if at <= self.now}

    def pushes(self) -> Sequence[tuple[bytes, Mapping[str, str]]]:
        """OPERA never calls: its events wait in a queue."""
        return []

    def expire(self) -> None:
        """Every sign-in ends."""
        self.pms.forget_tokens()

    def revoke(self) -> None:
        """The hotel takes the access away."""
        self.pms.is_revoked = True


def _has_left(stay: Reservation) -> bool:
    return stay.status is Status.CHECKED_OUT


def _line(posting: dict[str, Any]) -> FolioLine:
    code = posting["transactionCode"]
    side = "creditAmount" if code == "9000" else "debitAmount"
    amount = Decimal(posting[side]["amount"]) * (-1 if code == "9000" else 1)
    return FolioLine(str(posting["transactionNo"]), KINDS.get(code, FolioKind.EXTRA), amount=amount)
