"""The judge of rig F: the one oracle of all rigs, and what only real letters and a real ledger show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from staytrue.hotel.codes import Status
from staytrue.lab.rigs.full import ledger
from staytrue.lab.rigs.full.boundary import Boundary
from staytrue.lab.rigs.full.ledger import ENDED, LEFT, Shown
from staytrue.lab.rigs.full.post import Letter
from staytrue.lab.rigs.knowledge import HandOver
from staytrue.lab.rigs.oracle import Known, Oracle, Violation, right
from staytrue.lab.rigs.world import Feed, Hotel

STORY_LINES = 40
IN_TIME = timedelta(minutes=5)
HARMLESS = frozenset({"quiet_hours", "capped", "too_early"})
"""What a person, a clock or a limit of the hotel's own commands: no hold of ours."""
PERSONS = frozenset({"not_confirmed_live", "out_of_sight", "stale_mirror"})
"""Where only files come: what waits for a person, or for the next file."""
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_TELLS_ARRIVAL = frozenset({"confirmation", "change", "pre_stay", "pre_checkin", "arrival_info"})


class FullOracle(Oracle):
    """Knows besides that a letter may follow a change in the same instant, and that one person may
    have several profiles with addresses of their own.
    """

    def wrong(self, sent: HandOver) -> Known | None:
        """As ever, of what is wrong when it leaves."""
        told = super().wrong(sent)
        so = self.truth.by_code[sent.hotel].shown(sent.booking, sent.at)
        return None if told == Known.OBTAINABLE and right(sent.kind, so, sent) else told

    def _addresses(self, hotel: Hotel, number: str) -> set[str]:
        world = hotel.world
        versions = world.bookings[number].versions
        people = {world.person_of[g.profile] for _, _, stay in versions for g in stay.guests}
        mine = [name for name, person in world.person_of.items() if person in people]
        return {
            email.address.lower()
            for name in mine
            for _, _, profile in world.profiles[name].versions
            for email in profile.emails
        }


@dataclass
class Judge:
    """What happened in one world, to be judged at its end; `late` counts why what was due left late.

    `forgotten` is the ledger as it stood when our database was lost: letters of before were made by it.
    """

    boundary: Boundary
    letters: Sequence[Letter]
    shown: Mapping[str, Shown]
    forgotten: Mapping[str, Shown]
    confirmed: Mapping[tuple[str, str], Sequence[tuple[datetime, datetime]]]
    is_calm: bool
    late: Counter[tuple[str, str]] = field(default_factory=Counter)
    in_time: int = 0
    due: int = 0

    def __post_init__(self) -> None:
        left = {name: each for name, each in self.forgotten.items() if each.state in LEFT}
        self.then = {**self.shown, **left}
        self.oracle = FullOracle(self.boundary.truth, self.boundary.knowledge)
        self.sent = [self._hand_over(each) for each in self.letters]

    def violations(self) -> list[Violation]:
        """Every promise that was broken."""
        return [
            *self.oracle.safety(self.sent), *self._words(), *self._books(), *self._silence(),
            *self._punctual(),
        ]  # fmt: skip

    def story(self, hotel: str, number: str) -> list[str]:
        """What truly happened to a stay, what came of it, and what was decided: in order of time."""
        life = self.boundary.truth.by_code[hotel].world.bookings[number]
        told = self.boundary.knowledge.learned.get((hotel, number), [])
        lines = [
            (at, f"so: {what} {stay.status} {stay.arrival_on} to {stay.departure_on}")
            for at, what, stay in life.versions
        ]
        news = [each for each, was in zip(told, [(None, None), *told], strict=False)
                if each[1] != was[1]]  # fmt: skip
        lines += [(at, f"seen: version {version}") for at, version in news]
        lines += [
            (each.at, f"left: {each.kind}, for {each.arrival_on} to {each.departure_on}")
            for each in self.sent if (each.hotel, each.booking) == (hotel, number)
        ]  # fmt: skip
        lines += ledger.decided(hotel, number)
        return [f"{at:%d %H:%M:%S} {what}" for at, what in sorted(lines)][-STORY_LINES:]

    def _hand_over(self, letter: Letter) -> HandOver:
        shown = self.then[letter.public_id]
        key = shown.hotel, shown.number
        told = self.boundary.knowledge.learned.get(key, ())
        return HandOver(
            at=letter.at, hotel=shown.hotel, booking=shown.number, kind=shown.kind,
            purpose=shown.purpose, occurrence=shown.occurrence, role=shown.role,
            party=shown.party, address=letter.address, not_before=shown.not_before,
            not_after=shown.not_after, arrival_on=str(shown.basis.get("arrival_on", "")),
            departure_on=str(shown.basis.get("departure_on", "")), is_accepted=True,
            looked_at=max((at for at, _ in told if at <= letter.at), default=None),
            # That a jump makes sending rest is `flow.sending.Watch`.
            confirmed_at=max(
                (said for at, said in self.confirmed.get(key, ()) if at <= letter.at), default=None
            ),
            wrong_by=letter.wrong_by,
        )  # fmt: skip

    def _words(self) -> Iterator[Violation]:
        """I11: the letter itself names the true hotel and the dates it was made for."""
        for letter in self.letters:
            shown = self.then[letter.public_id]
            hotel = self.boundary.truth.by_code[shown.hotel]
            if hotel.house.name not in letter.words:
                yield self._broken("I11", shown, letter.at, "its hotel is not named")
            if shown.kind in _TELLS_ARRIVAL and not _tells(
                letter.words, shown.language, str(shown.basis["arrival_on"])
            ):
                yield self._broken("I11", shown, letter.at, "the arrival is not told")

    def _books(self) -> Iterator[Violation]:
        """I4, I25, I26: the ledger and the far side tell the same; every end has its reason."""
        came = Counter(each.public_id for each in self.letters)
        ends = self.boundary.truth.ends_at
        for name, shown in self.shown.items():
            if came[name] > 1:
                yield self._broken("I4", shown, ends, f"the far side took it {came[name]} times")
            if came[name] and shown.state not in LEFT:
                yield self._broken("I25", shown, ends, f"it left and stands as {shown.state}")
            if shown.state in ("accepted", "delivered", "complained") and not came[name]:
                yield self._broken("I25", shown, ends, f"it stands as {shown.state}, never left")
            if shown.state in ("closed", "expired", "held", "unknown") and not shown.reason:
                yield self._broken("I25", shown, ends, f"{shown.state} without a reason")
            if shown.state in ("claimed", "handed_over"):
                yield self._broken("L3", shown, ends, f"it never came out of {shown.state}")

    def _punctual(self) -> Iterator[Violation]:
        """L2, L7: what was due left within minutes, or says a reason that is none of ours."""
        left_at = {each.public_id: each.at for each in self.letters}
        for name, shown in self.shown.items():
            begun = max(shown.due_at, shown.planned_at)
            if begun > self.boundary.truth.ends_at - timedelta(hours=1):
                continue
            at = left_at.get(name)
            if at is None and shown.state in ENDED - {"expired"}:
                continue
            feed = self.boundary.truth.by_code[shown.hotel].feed
            reasons = (shown.held_for | {shown.reason}) - {"", "too_late"}
            excused = HARMLESS | (PERSONS if feed == Feed.FILED else frozenset())
            if at is None and reasons & _NOT_DUE:
                continue
            self.due += 1
            if at is not None and at - begun <= IN_TIME:
                self.in_time += 1
                continue
            why = ",".join(sorted(reasons)) or shown.reason or shown.state
            self.late[feed.value, f"{shown.kind}: {why}"] += 1
            if self.is_calm and not reasons & excused and not self._came_late(shown):
                yield self._broken(
                    "L7", shown, begun, f"due then, left at {at}: {why} ({shown.state})"
                )

    def _came_late(self, shown: Shown) -> bool:
        """Its window was over before we could know of what it hangs on."""
        return shown.planned_at > shown.not_after

    def _silence(self) -> Iterator[Violation]:
        """L2: for every plain stay the letters before it stand in the ledger, whatever became of them."""
        planned: dict[tuple[str, str], set[str]] = defaultdict(set)
        for shown in self.shown.values():
            planned[shown.hotel, shown.number].add(shown.kind)
        truth = self.boundary.truth
        first, last = truth.live_from + timedelta(hours=25), truth.ends_at - timedelta(hours=25)
        for hotel, number, life in truth.lives():
            guest = hotel.world.profiles[life.last.guests[0].profile]
            begun = guest.state_at(life.first_at)
            has_own = begun is not None and bool(begun.emails) and not begun.emails[0].masked
            if not has_own or life.last.group_number:
                continue
            for kind, at in self._expected(hotel, number):
                if first < at < last and kind not in planned[hotel.code, number]:
                    yield Violation(
                        "L2", hotel.code, number, at, f"{kind} was never planned for this stay"
                    )

    def _expected(self, hotel: Hotel, number: str) -> Iterator[tuple[str, datetime]]:
        """By the truth alone: what this stay should get, and about when."""
        life = hotel.world.bookings[number]
        arrival = life.last.arrival_on
        known_at = max(
            (at for at, what, _ in life.versions if what in ("created", "moved", "confirmed",
             "reinstated")),
        )  # fmt: skip
        for kind, days, hour in (("pre_stay", 3, 10), ("pre_checkin", 2, 15)):
            at = hotel.house.instant(arrival - timedelta(days=days), hour * 60)
            before = life.state_at(at)
            if known_at < at - timedelta(days=1) and before and before.status == Status.CONFIRMED:
                yield kind, at
        for at, what, _ in life.versions:
            if what == "checked out":
                yield "thank_you", at
            elif what == "checked in" and hotel.feed != Feed.FILED:
                yield "welcome", at

    def _broken(self, invariant: str, shown: Shown, at: datetime, what: str) -> Violation:
        return Violation(invariant, shown.hotel, shown.number, at, f"{shown.kind}: {what}")


_NOT_DUE = frozenset(
    {"no_address", "suppressed", "opted_out", "no_basis", "shared_address", "relay_address",
     "agency_address", "own_address", "not_an_address", "dropped_by_staff", "no_reply"}
)  # fmt: skip


def _tells(words: str, language: str, day: str) -> bool:
    told = date.fromisoformat(day)
    month = _MONTHS[language].split()[told.month - 1]
    return str(told.day) in words and month.lower() in words.lower()
