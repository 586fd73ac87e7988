"""Named reads for pages and the command line: the plan of a stay, journeys, what each hotel gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from staytrue.hotel.models import Property
from staytrue.journeys import gathering, measuring, settling
from staytrue.journeys.availability import Available, Sheet, available
from staytrue.journeys.models import Journey, JourneyPlace, JourneySetting, JourneyVersion
from staytrue.journeys.rules import Line
from staytrue.journeys.steps import STANDARD, Step, read
from staytrue.messages import queries as messages
from staytrue.messages.kinds import DEMANDS, LEFT, OPEN, UNDERWAY, Kind, State
from staytrue.messages.models import Decision, GateSetting, Message
from staytrue.messages.planning import What
from staytrue.messages.reasons import Reason
from staytrue.mirror.models import Reservation
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, one_of

READ = "stays.read"
SENT, HELD, EXPECTED, ABSENT = "sent", "held", "expected", "absent"


@dataclass(frozen=True)
class Planned:
    """One line of the plan of a stay.

    `what`: kept, moved, new, held, sent, dropped, expected or absent; `was_at` is where a moved
    one was due before; `note` what will be said at the door though it is planned.
    """

    what: str
    kind: str
    step: str
    occurrence: str
    at: datetime | None
    was_at: datetime | None = None
    reason: str = ""
    role: str = ""
    name: str = ""
    late: str = ""
    note: str = ""
    language: str = ""
    public_id: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """What `plan` prints of it."""
        told = {name: getattr(self, name) or None for name in self.__dataclass_fields__}
        instants = {name: at.isoformat() if (at := told[name]) else None for name in _INSTANTS}
        return told | instants | {"facts": dict(self.facts)}


_INSTANTS = ("at", "was_at")
_ORDER = {step.kind.value: place for place, step in enumerate(STANDARD)}


def plan_of(access: Access, reservation_id: int, now: datetime) -> list[Planned]:
    """The plan of a stay he may see: what is to leave, what left, and what does not, and why."""
    stay = one_of(access, Reservation.objects.all(), READ, pk=reservation_id)
    rows = [line.message for line in messages.of_stay(access, reservation_id)]
    ids = gathering.with_siblings([reservation_id])
    lines = [line for line in settling.plans(ids, now) if line.stay_id == reservation_id]
    may_name = access.may(PROFILES, stay.property_id)
    names = {line.person.profile_id: line.person.name for line in lines if line.person and may_name}
    found = [*_of_rows(rows, names), *_of_lines(lines, rows, names)]
    return sorted(found, key=_place)


def _place(line: Planned) -> tuple[int, str, str]:
    """In the order in which a stay gets them; kinds that are in no standard step come last."""
    return _ORDER.get(line.kind, len(_ORDER)), line.occurrence, line.what


def _of_rows(rows: list[Message], names: Mapping[int, str]) -> Iterable[Planned]:
    moves = {
        said.message_id: said
        for said in Decision.objects.filter(
            message__in=[row.pk for row in rows], answer=What.MOVED.value
        ).order_by("pk")
    }
    newest = max((row.planned_at for row in rows), default=None)
    capped = _capped([row for row in rows if row.state in OPEN])
    for row in rows:
        said = moves.get(row.pk)
        was = said.facts.get("was_at") if said else None
        yield Planned(
            what=_what(row, is_moved=said is not None, is_new=row.planned_at == newest),
            kind=row.kind,
            step=row.step.rpartition(":")[2],
            occurrence=row.occurrence,
            at=row.handed_at or row.due_at,
            was_at=datetime.fromisoformat(was) if was else None,
            reason=row.reason,
            role=row.recipient_role.partition(":")[0],
            name=names.get(row.profile_id, ""),
            late=str(row.facts.get("plan", {}).get("late", "")),
            note=Reason.CAPPED.value if row.pk in capped else "",
            language=row.language,
            public_id=str(row.public_id),
        )


def _what(row: Message, *, is_moved: bool, is_new: bool) -> str:
    state = State(row.state)
    if state in LEFT | UNDERWAY:
        return SENT
    if state == State.HELD:
        return HELD
    if state != State.PLANNED:
        return What.DROPPED.value
    if is_moved:
        return What.MOVED.value
    return (What.NEW if is_new else What.KEPT).value


def _of_lines(
    lines: Iterable[Line], rows: Iterable[Message], names: Mapping[int, str]
) -> Iterable[Planned]:
    """What has no row: expected and absent. What was dropped for the same cause is told once."""
    shown = {
        (row.kind, row.occurrence) for row in rows if State(row.state) in OPEN | LEFT | UNDERWAY
    } | {(row.kind, row.occurrence, row.reason) for row in rows}
    for line in lines:
        slot = (line.step.kind.value, line.occurrence)
        if line.wanted or slot in shown or (*slot, line.reason) in shown:
            continue
        person = line.person
        yield Planned(
            what=line.standing,
            kind=line.step.kind.value,
            step=line.step.key,
            occurrence=line.occurrence,
            at=line.at,
            reason=line.reason,
            role=person.role.value if person else line.step.to.value,
            name=names.get(person.profile_id, "") if person else "",
            late=line.late,
            facts=line.facts,
        )


def _capped(rows: Iterable[Message]) -> set[int]:
    """Those that will be held because their guest gets as many as he may before."""
    held = set()
    for row in rows:
        if DEMANDS[Kind(row.kind)].is_critical or row.contact_point_id is None:
            continue
        door = GateSetting.objects.filter(pk=row.property_id).first() or GateSetting()
        others = Message.objects.filter(
            contact_point_id=row.contact_point_id,
            due_at__gt=row.due_at - timedelta(days=door.cap_days),
            due_at__lte=row.due_at,
            state__in=sorted(OPEN | LEFT | UNDERWAY),
        ).exclude(pk=row.pk)
        kinds = others.values_list("kind", flat=True)
        if sum(not DEMANDS[Kind(kind)].is_critical for kind in kinds) >= door.cap_messages:
            held.add(row.pk)
    return held


@dataclass(frozen=True)
class Row:
    """One hotel in the table of a journey: what it gets of each step."""

    hotel: Property
    sheet: Sheet
    place: JourneyPlace | None
    cells: list[tuple[Step, Available]]


@dataclass(frozen=True)
class Told:
    """A journey for one reader: its versions, its steps, and what each of his hotels gets."""

    journey: Journey
    shown: JourneyVersion
    draft: JourneyVersion | None
    approved: JourneyVersion | None
    live: JourneyVersion | None
    steps: tuple[Step, ...]
    rows: list[Row]

    def count(self, standing: str) -> int:
        """How many cells of the table stand so."""
        return sum(cell.standing == standing for row in self.rows for _, cell in row.cells)


def decided(hotel: Property) -> dict[str, Any]:
    """What a hotel decided about its journeys; who decided nothing has the written values."""
    kept = JourneySetting.objects.filter(pk=hotel.pk).first() or JourneySetting(property=hotel)
    return {
        "confirming_channels": list(kept.confirming_channels),
        "writes_to_blocks": kept.writes_to_blocks,
        "block_rooms": kept.block_rooms,
        "nights_min": kept.nights_min,
    }


def journeys() -> list[tuple[Journey, list[JourneyVersion]]]:
    """Every journey with its versions that are not retired, the newest first."""
    found: dict[int, list[JourneyVersion]] = {}
    for version in JourneyVersion.objects.exclude(state="retired").order_by("-number"):
        found.setdefault(version.journey_id, []).append(version)
    return [(each, found.get(each.pk, [])) for each in Journey.objects.order_by("pk")]


def one(access: Access, key: str, now: datetime) -> Told | None:
    """A journey with the version people work on: its draft, else the approved, else the live one."""
    journey = Journey.objects.filter(key=key).first()
    if journey is None:
        return None
    by_state = {
        version.state: version
        for version in JourneyVersion.objects.filter(journey=journey).exclude(state="retired")
    }
    shown = by_state.get("draft") or by_state.get("approved") or by_state.get("live")
    if shown is None:
        return None
    steps = read(shown.steps)
    hotels = list(Property.objects.filter(pk__in=access.where(READ)).order_by("code"))
    sheets = measuring.sheets([hotel.pk for hotel in hotels], now)
    places = {each.property_id: each for each in JourneyPlace.objects.filter(journey=journey)}
    rows = [
        Row(
            hotel,
            sheets[hotel.pk],
            places.get(hotel.pk),
            [(step, available(step, sheets[hotel.pk])) for step in steps],
        )
        for hotel in hotels
    ]
    return Told(
        journey,
        shown,
        by_state.get("draft"),
        by_state.get("approved"),
        by_state.get("live"),
        steps,
        rows,
    )
