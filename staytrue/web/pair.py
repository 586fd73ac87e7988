"""A pair of the review queue in words: both columns, each field with its weight, what stands against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from staytrue.guests import side_by_side
from staytrue.guests.reviewing import Item
from staytrue.guests.side_by_side import Line, Sheet, Side, Together
from staytrue.hotel import scope
from staytrue.staff.access import Access
from staytrue.staff.masks import MASK
from staytrue.staff.queries import names_of
from staytrue.web import evidence, formats, words

FACTS_SHOWN = 3
VALUES_SHOWN = 2
NEXT_SHOWN = 3
_UNTOLD = ("", "score", "rule_trial")
"""Who is to say how often a rule errs is not told that it is one."""
_SHARE_LEAST = 0.005
_BITS_WHOLE = 16.0
"""What fills half of a bar; more says the same."""


@dataclass(frozen=True)
class Row:
    """One field of both in words; without `bits` it weighs nothing, and `told` says why."""

    name: str
    one: str
    other: str
    told: str
    bits: float | None = None

    @property
    def width(self) -> float:
        """How far its bar reaches from the middle."""
        return min(abs(self.bits or 0.0) / _BITS_WHOLE, 1.0) * 50


@dataclass(frozen=True)
class Head:
    """One of the two as the head of its column names it."""

    name: str
    told: str


@dataclass(frozen=True)
class Shown:
    """A pair, worded for its reader; `profiles` and `lifting` come back with his answer."""

    key: str
    heads: tuple[Head, Head]
    rows: tuple[Row, ...]
    shares: tuple[str, ...]
    verdict: str
    before: float
    together: float
    silent: str
    against: tuple[str, ...]
    cited: tuple[str, ...]
    because: str
    so_many: int
    stays: int
    profiles: str
    lifting: str

    @property
    def room(self) -> str:
        """How many of the next pairs fit beside it on one screen."""
        return f":{max(NEXT_SHOWN - len(self.against) - 2 * len(self.cited), 0)}"


def shown(access: Access, item: Item, zone: str, now: datetime) -> Shown:
    """Everything a reader needs to decide on a pair."""
    with scope.everything():
        sheet = side_by_side.sheet(access, item, side_by_side.sides_of(item))
    why = sheet.explanation
    before, *figures = formats.adding_up([why.before, *(part.bits for part in why.parts)])
    bits = {part.field: told for part, told in zip(why.parts, figures, strict=True)}
    who = names_of(rule.actor for rule in sheet.cited)
    codes = _codes(sheet)
    one, other = sheet.one, sheet.other
    return Shown(
        key=item.key,
        heads=(_head(one, now), _head(other, now)),
        rows=tuple(_row(line, bits.get(line.field), codes) for line in sheet.lines),
        shares=tuple(
            f"{evidence.likely(share)} {words.word(evidence.CLASS, name)}"
            for name, share in why.shares.items()
            if share >= _SHARE_LEAST
        ),
        verdict=evidence.verdict(
            [codes[part.field] for part in why.speaks_for[:FACTS_SHOWN]],
            [codes[part.field] for part in why.parts if side_by_side.disagrees(part)][:FACTS_SHOWN],
        ),
        before=before,
        together=sum((before, *figures)),
        silent=evidence.listed(words.word(evidence.FIELD, name) for name in sheet.silent),
        against=(*map(evidence.veto, sheet.vetoes), *(_night(each, now) for each in sheet.nights)),
        cited=tuple(
            evidence.cited(who.get(rule.actor, rule.actor), rule.at, rule.reason, zone, now)
            for rule in sheet.cited
        ),
        because="" if item.why in _UNTOLD else words.word(evidence.SHOWN, item.why),
        so_many=sheet.profiles,
        stays=one.visits.stays + other.visits.stays,
        profiles=",".join(map(str, sorted({*one.profiles, *other.profiles}))),
        lifting=",".join(str(rule.pk) for rule in sheet.cited),
    )


def _codes(sheet: Sheet) -> dict[str, str]:
    """What each field says; a number both have is a mobile where the source or its digits say so."""
    found = {part.field: evidence.code_of(part) for part in sheet.explanation.parts}
    if found.get("phone") == "phone.exact" and sheet.is_mobile:
        found["phone"] = evidence.MOBILE
    return found


def _row(line: Line, bits: float | None, codes: dict[str, str]) -> Row:
    one, other = (
        _value(line, *side)
        for side in ((line.ones, line.one_hidden), (line.others, line.other_hidden))
    )
    name = words.word(evidence.FIELD, line.field)
    if bits is not None:
        return Row(name, one, other, evidence.signal(codes[line.field]), bits)
    if line.relay_only:
        return Row(name, one, other, _("proves nothing"))
    return Row(name, one, other, _("only one says it"))


def _value(line: Line, values: tuple[str, ...], is_hidden: bool) -> str:  # noqa: FBT001
    if is_hidden:
        return _("hidden from your role")
    if line.field in ("card", "document"):
        return _("on file") if values else ""
    if line.field == "born" and values and values[0] != MASK:
        return _born(values[0])
    more = len(values) - VALUES_SHOWN
    told = ", ".join(values[:VALUES_SHOWN])
    return _("%(values)s and %(n)s more") % {"values": told, "n": more} if more > 0 else told


def _born(text: str) -> str:
    try:
        return formats.day(date.fromisoformat(text))
    except ValueError:
        return text


def _head(side: Side, now: datetime) -> Head:
    """Where the profile is from, and how well the guest is known."""
    visits = side.visits
    told = [side.hotel]
    if len(side.profiles) > 1:
        told.append(evidence.profiles(len(side.profiles)))
    told.append(evidence.stays(visits.stays))
    if visits.last_on:
        told.append(_("last %(day)s") % {"day": formats.day(visits.last_on, now.year)})
    if visits.next_on:
        told.append(_("arrives %(day)s") % {"day": formats.day(visits.next_on, now.year)})
    return Head(side.name, ", ".join(told))


def _night(of: Together, now: datetime) -> str:
    facts = {"day": formats.day(of.first_on, now.year), "hotels": evidence.listed(of.hotels)}
    if of.same_booking:
        return _("Both are on one booking of %(day)s: %(hotels)s.") % facts
    return _("Both have a room on the night of %(day)s: %(hotels)s.") % facts
