"""Named reads about mailings: the list, one whole with its counts, and who is on it with his why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from staytrue.kit.asking import ask
from staytrue.kit.errors import Refused
from staytrue.messages.kinds import LEFT, UNDERWAY, State
from staytrue.messages.mailings.actions import GO, WRITE
from staytrue.messages.models import Mailing, MailingRecipient, Message, TemplateVersion
from staytrue.messages.reasons import Reason
from staytrue.mirror.lists import full_name
from staytrue.mirror.models import Profile
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, one_of, visible_to

LINES = 100
LEFT_OUT, WAITING, PLANNED, HELD, DOOR, SENT, CLOSED, UNKNOWN = (
    "left_out", "waiting", "planned", "held", "door", "sent", "closed", "unknown",
)  # fmt: skip
HEAPS = (WAITING, PLANNED, HELD, DOOR, SENT, UNKNOWN, CLOSED, LEFT_OUT)
"""Every guest on a list stands in exactly one of these."""
UNREACHABLE = frozenset(
    {
        Reason.NO_ADDRESS, Reason.NOT_AN_ADDRESS, Reason.RELAY_ADDRESS, Reason.AGENCY_ADDRESS,
        Reason.OWN_ADDRESS, Reason.SHARED_ADDRESS, Reason.SUPPRESSED, Reason.ERASED,
    }
)  # fmt: skip
"""Left out because no mail would reach him himself, whatever he wishes."""


@dataclass(frozen=True)
class Counts:
    """Where everybody on a list stands: the heaps add up to `listed`, the reasons to their heap."""

    listed: int
    unlooked: int
    heaps: dict[str, int]
    reasons: dict[str, dict[str, int]]

    @property
    def goes(self) -> int:
        """How many get it, as far as it is known now."""
        return self.listed - self.unlooked - self.heaps[LEFT_OUT]

    @property
    def unreachable(self) -> int:
        """How many no mail would reach."""
        told = self.reasons[LEFT_OUT]
        return sum(told.get(reason.value, 0) for reason in UNREACHABLE)

    @property
    def is_over(self) -> int:
        """How many are decided for good."""
        return sum(self.heaps[name] for name in (SENT, UNKNOWN, CLOSED))


@dataclass(frozen=True)
class Ground:
    """So many are written to by one country's rule, on one basis, in one version of the rule."""

    country: str
    basis: str
    rule: str
    count: int


@dataclass(frozen=True)
class Line:
    """One guest on the list: where he stands and why; a name only where it may be read."""

    recipient: MailingRecipient
    heap: str
    reason: str
    message: Message | None
    name: str


@dataclass(frozen=True)
class Told:
    """A mailing with its text and its counts."""

    mailing: Mailing
    text: TemplateVersion
    counts: Counts

    def record(self) -> dict[str, Any]:
        """What `mailing show` prints."""
        each, counts = self.mailing, self.counts
        return {
            "id": str(each.public_id),
            "property": each.property.code,
            "name": each.name,
            "state": each.state,
            "source": each.source,
            "text": each.template_version,
            "per_minute": each.per_minute,
            "written_by": each.written_by,
            "approved_by": each.approved_by or None,
            "counted_at": each.looked_at.isoformat() if each.looked_at else None,
            "started_at": each.started_at.isoformat() if each.started_at else None,
            "ended_at": each.ended_at.isoformat() if each.ended_at else None,
            "listed": counts.listed,
            "uncounted": counts.unlooked,
            **counts.heaps,
            "reasons": {heap: told for heap, told in counts.reasons.items() if told},
            "report": each.report,
        }


def listed(access: Access) -> list[Mailing]:
    """His mailings, the newest first."""
    mine = visible_to(access, Mailing.objects.select_related("property"), WRITE)
    return list(mine.order_by("-written_at", "-pk")[:LINES])


def one(access: Access, public_id: UUID) -> Told:
    """The mailing of this id, if he may see it; else Forbidden."""
    rows = Mailing.objects.select_related("property")
    mailing = one_of(access, rows, WRITE, public_id=public_id)
    text = TemplateVersion.objects.select_related("template").get(pk=mailing.template_version)
    return Told(mailing, text, counts(mailing))


def named(access: Access, key: str) -> Told:
    """The mailing of this key: its id as `mailing list` prints it."""
    try:
        public_id = UUID(key)
    except ValueError as error:
        raise Refused(
            f"{key} is no mailing's id. `staytrue mailing list` prints them.", "no_mailing"
        ) from error
    return one(access, public_id)


def counts(mailing: Mailing) -> Counts:
    """Where everybody on its list stands at this instant."""
    return counts_of([mailing])[mailing.pk]


def counts_of(mailings: Sequence[Mailing]) -> dict[int, Counts]:
    """Where everybody on these lists stands, in one reading."""
    rows = ask(
        """SELECT r.mailing_id, r.verdict, coalesce(m.state, ''), coalesce(m.reason, ''), count(*)
             FROM mailing_recipient r LEFT JOIN message m ON m.id = r.message_id
            WHERE r.mailing_id = ANY(%s::bigint[]) GROUP BY 1, 2, 3, 4""",
        [[each.pk for each in mailings]],
    )
    found: dict[int, list[tuple[str, str, str, int]]] = {each.pk: [] for each in mailings}
    for id_, *row in rows:
        found[id_].append(tuple(row))
    return {each.pk: _counted(each, found[each.pk]) for each in mailings}


def _counted(mailing: Mailing, rows: Sequence[tuple[str, str, str, int]]) -> Counts:
    heaps = dict.fromkeys(HEAPS, 0)
    reasons: dict[str, dict[str, int]] = {name: {} for name in HEAPS}
    unlooked = 0
    for verdict, state, reason, count in rows:
        if not verdict:
            unlooked += count
            continue
        heap, why = _place(mailing, verdict, state, reason)
        heaps[heap] += count
        if why:
            reasons[heap][why] = reasons[heap].get(why, 0) + count
    told = {
        heap: dict(sorted(each.items(), key=lambda one: (-one[1], one[0])))
        for heap, each in reasons.items()
    }
    return Counts(sum(heaps.values()) + unlooked, unlooked, heaps, told)


_HEAP_OF = {
    **dict.fromkeys(UNDERWAY, DOOR), **dict.fromkeys(LEFT, SENT), State.PLANNED: PLANNED,
    State.HELD: HELD, State.UNKNOWN: UNKNOWN, State.CLOSED: CLOSED, State.EXPIRED: CLOSED,
}  # fmt: skip


def _place(mailing: Mailing, verdict: str, state: str, reason: str) -> tuple[str, str]:
    """The heap of one line, and the reason said with it."""
    if verdict != GO:
        return LEFT_OUT, verdict
    if not state:
        is_back = mailing.state == Mailing.State.RECALLED
        return (CLOSED, Reason.RECALLED.value) if is_back else (WAITING, "")
    heap = _HEAP_OF[State(state)]
    if heap == SENT and state in (State.BOUNCED, State.COMPLAINED):
        return heap, state
    return heap, reason if heap in (HELD, CLOSED) else ""


def grounds(mailing: Mailing) -> list[Ground]:
    """Those who get it, by country, basis and version of the rule, the most first."""
    rows = (
        MailingRecipient.objects.filter(mailing=mailing, verdict=GO)
        .values_list("country", "basis", "rule")
        .annotate(count=Count("pk"))
        .order_by("-count", "country", "basis")
    )
    return [Ground(*row) for row in rows]


def lines(access: Access, mailing: Mailing, after: int = 0, heap: str = "") -> list[Line]:
    """Guests on its list from a place on, with message and why; names where he may read them."""
    rows = MailingRecipient.objects.filter(mailing=mailing, pk__gt=after).order_by("pk")
    if heap == LEFT_OUT:
        rows = rows.exclude(verdict__in=["", GO])
    elif heap:
        rows = rows.filter(verdict=GO)
    found = list(rows[: LINES + 1])
    messages = Message.objects.in_bulk([each.message_id for each in found if each.message_id])
    names = _names(access, mailing.property_id, found)
    made = []
    for each in found:
        message = messages.get(each.message_id or 0)
        state, why = (message.state, message.reason) if message else ("", "")
        place, reason = _place(mailing, each.verdict, state, why) if each.verdict else ("", "")
        name = names.get(each.profile_id, "")
        made.append(Line(each, place, reason or each.waits, message, name))
    return made


def _names(access: Access, property_id: int, found: Sequence[MailingRecipient]) -> dict[int, str]:
    if not access.may(PROFILES, property_id):
        return {}
    people = Profile.objects.filter(pk__in=[each.profile_id for each in found])
    return {
        each.pk: full_name(each.first_name, each.last_name, each.second_last_name)
        for each in people
    }
