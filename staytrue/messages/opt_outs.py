"""Who said no, kept outside the database too: a restored one learns it before anything is armed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from staytrue.consent import acts, recorded
from staytrue.consent.acts import About, Spoken
from staytrue.consent.models import ConsentAct, ContactUse
from staytrue.consent.purposes import GROUP, POINT_KIND, Channel, Origin, Purpose, Scope, Within
from staytrue.consent.ratchet import Act, Cause
from staytrue.hotel import scope
from staytrue.hotel.models import LegalEntity, Property
from staytrue.messages.journal import OPTED_OUT, Journal, Line

_LATE = 1_000
"""Acts are committed in another order than they are numbered; none is so far behind."""
_PIECE = 5_000
_NOES = (Act.OPT_OUT, Act.SUPPRESS)
ACTOR = "journal"


class Notes:
    """Writes each new no into the journal, once; knows what stands there already."""

    def __init__(self) -> None:
        self._journal = Journal(settings.HOME)
        lines = (line for line in self._journal.lines() if line.what == OPTED_OUT)
        self._known = {(line.facts["id"], line.at.isoformat()) for line in lines}
        self._last = 0

    def write(self) -> int:
        """Bring in what was said since; how much that was."""
        with scope.everything():
            found = ConsentAct.objects.filter(pk__gt=self._last - _LATE, act__in=_NOES)
            looked_at = list(found.order_by("pk")[: _LATE + _PIECE])
            new = [each for each in looked_at if _name(each) not in self._known]
            points = _points(new)
            names = _Names()
        lines = [
            {
                "at": each.at.isoformat(), "id": each.pk, "act": each.act, "purpose": each.purpose, "channel": each.channel,
                "within": each.within, "of": names.of(each.within, each.scope_id),
                "origin": each.origin, "cause": each.cause, "said_at": each.said_at.isoformat(),
                "points": points[each.pk],
            }
            for each in new
        ]  # fmt: skip
        if lines:
            self._journal.write(OPTED_OUT, lines, new[-1].at)
        self._known.update(map(_name, new))
        self._last = max([self._last, *(each.pk for each in looked_at)])
        return len(new)


def _name(act: ConsentAct) -> tuple[int, str]:
    # A restored database gives out its numbers again: the instant belongs to the name.
    return act.pk, act.at.isoformat()


def refill(now: datetime) -> int:
    """Say again, for the addresses they concern, the noes that this database has forgotten."""
    lines = [line for line in Journal(settings.HOME).lines() if line.what == OPTED_OUT]
    here = set(
        ConsentAct.objects.filter(pk__in={line.facts["id"] for line in lines}).values_list(
            "pk", "at"
        )
    )
    names, count = _Names(), 0
    for line in lines:
        reach = names.scope(line.facts["within"], line.facts["of"])
        if (line.facts["id"], line.at) not in here:
            count += len(_say(line, reach, now))
    return count


def _say(line: Line, reach: Scope, now: datetime) -> Sequence[int]:
    told = line.facts
    about = [About(address_hash=bytes.fromhex(each)) for each in told["points"]]
    said_at = datetime.fromisoformat(told["said_at"])
    spoken = Spoken(Origin(told["origin"]), ACTOR, said_at=said_at,
                    proof={"journal": line.at.isoformat()})  # fmt: skip
    channel = Channel(told["channel"])
    if told["act"] == Act.SUPPRESS:
        return acts.suppress(about, channel, Cause(told["cause"]), spoken, now)
    return acts.opt_out(about, [Purpose(told["purpose"])], [channel], reach, spoken, now)


def _points(new: Collection[ConsentAct]) -> dict[int, list[str]]:
    """Act → the addresses it concerns, as hashes: a person's are all of his of that channel."""
    found = {each.pk: {bytes(each.address_hash).hex()} - {""} for each in new}
    speaking = [each for each in new if each.profile_id and each.act == Act.OPT_OUT]
    used: dict[tuple[int, str], set[int]] = defaultdict(set)
    people = recorded.people({each.profile_id for each in speaking if each.profile_id})
    mine = {each.pk: people[each.profile_id].siblings for each in speaking
            if each.profile_id in people}  # fmt: skip
    uses = ContactUse.objects.filter(
        profile_id__in={id_ for ids in mine.values() for id_ in ids}, until_at=None
    ).values_list("profile_id", "contact_point__kind", "contact_point_id")
    for profile_id, kind, point in uses:
        used[profile_id, kind].add(point)
    hashes = recorded.points({point for ids in used.values() for point in ids})
    for each in speaking:
        kind = POINT_KIND[Channel(each.channel)]
        for profile_id in mine.get(each.pk, ()):
            found[each.pk] |= {hashes[point][1].hex() for point in used[profile_id, kind]}
    return {pk: sorted(points) for pk, points in found.items()}


class _Names:
    """Hotels and companies by names that outlive this database's numbers."""

    def __init__(self) -> None:
        self._codes: dict[Any, str] = dict(Property.objects.values_list("pk", "code"))
        self._companies: dict[Any, str] = dict(LegalEntity.objects.values_list("pk", "name"))

    def of(self, within: str, id_: int | None) -> str:
        """The name of a scope."""
        names = self._codes if within == Within.PROPERTY else self._companies
        return names.get(id_, "")

    def scope(self, within: str, name: str) -> Scope:
        """The scope of this name; the whole group where it is not here any more."""
        if within == Within.GROUP:
            return GROUP
        names = self._codes if within == Within.PROPERTY else self._companies
        id_ = next((id_ for id_, known in names.items() if known == name), None)
        return Scope(Within(within), id_) if id_ is not None else GROUP
