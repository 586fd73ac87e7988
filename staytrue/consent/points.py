"""From the versions of a profile to the contact points it used, each with its time. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from staytrue.hotel.contacts import address_key
from staytrue.kit.text import clean, fold
from staytrue.mirror.rows import digits

EMAIL, PHONE, POST = "email", "phone", "post"
FIELDS = ("emails", "phones", "addresses", "deleted", "anonymised")
"""The fields of a profile that tell which contact points it uses."""

_VALUE_MAX = 300
_NOT_WORD = re.compile(r"[\W_]+")
_POST_PARTS = ("line1", "line2", "postcode", "city", "region", "country")
# A profile seen in passing carries the epoch as its version: no moment at all.
_SOME_MOMENT = datetime(1970, 1, 2, tzinfo=UTC)


class Point(msgspec.Struct, frozen=True):
    """A contact point as one version of a profile writes it."""

    kind: str
    value: str
    written: str
    type: str | None = None
    masked: bool = False


class Use(msgspec.Struct, frozen=True):
    """A contact point in the hands of one profile, from when until when."""

    kind: str
    value: str
    since_at: datetime
    until_at: datetime | None
    seen_at: datetime
    type: str | None
    masked: bool
    written: str
    marketing: str


class Version(msgspec.Struct, frozen=True):
    """One version of a profile: when it began, and what it changed of which field."""

    at: datetime
    source_at: datetime | None
    diff: Mapping[str, Sequence[Any]] | None

    @property
    def moment(self) -> datetime:
        """When it was so at the source; where the source does not say, when we knew it."""
        is_said = self.source_at is not None and self.source_at > _SOME_MOMENT
        return self.source_at if is_said and self.source_at else self.at


def points_of(profile: Mapping[str, Any]) -> dict[tuple[str, str], Point]:
    """The contact points one version of a profile tells; of what is erased there is none."""
    if profile.get("deleted") or profile.get("anonymised"):
        return {}
    found: dict[tuple[str, str], Point] = {}
    for point in _points_of(profile):
        if point.value:
            found.setdefault((point.kind, point.value), point)
    return found


def _points_of(profile: Mapping[str, Any]) -> Iterable[Point]:
    for mail in profile.get("emails") or ():
        address = mail["address"]
        value = address_key(address)[:_VALUE_MAX]
        yield Point(EMAIL, value, address, mail.get("type"), bool(mail.get("masked")))
    for phone in profile.get("phones") or ():
        written = phone.get("number") or phone["raw"]
        # What has no digit is somebody's word for "none": it is known by the word.
        value = (digits(written) or fold(written))[:_VALUE_MAX]
        yield Point(PHONE, value, phone["raw"], phone.get("type"))
    for home in profile.get("addresses") or ():
        parts = [clean(home.get(name) or "") for name in _POST_PARTS]
        yield Point(POST, _home(home), ", ".join(filter(None, parts)), home.get("type"))


def _home(address: Mapping[str, Any]) -> str:
    """Line 1, or line 2 where it is blank, with what places it; a town alone is nobody's address."""
    line = _words(address.get("line1")) or _words(address.get("line2"))
    place = _words(address.get("postcode")) or _words(address.get("city"))
    country = (address.get("country") or "").lower()
    return f"{line}, {place}, {country}"[:_VALUE_MAX] if line and place else ""


def _words(text: str | None) -> str:
    return " ".join(_NOT_WORD.sub(" ", fold(text or "")).split())


def domain_of(kind: str, value: str) -> str:
    """The domain of an e-mail address; nothing for other contact points."""
    return value.rpartition("@")[2] if kind == EMAIL and "@" in value else ""


def marketing_of(consents: Iterable[Mapping[str, Any]] | None) -> str:
    """What a profile says of marketing e-mail: `out` beats `in`, nothing is neither."""
    said = {
        each["state"]
        for each in consents or ()
        if each["purpose"] == "marketing" and each["channel"] == "email"
    }
    return "out" if "out" in said else "in" if "in" in said else ""


def uses_of(profile: Mapping[str, Any], versions: Sequence[Version]) -> list[Use]:
    """Every contact point a profile ever had, each with the time in which it had it.

    `profile` is the row of today, `versions` are those that the log knows, oldest first: today's
    row less the later differences is each of them. Who was anonymised has had none.
    """
    if profile.get("anonymised"):
        return []
    marketing = marketing_of(profile.get("consents"))
    seen_at = _moment_of(profile)
    spans: list[tuple[Point, datetime, datetime | None]] = []
    open_: dict[tuple[str, str], tuple[Point, datetime]] = {}
    for moment, points in _told(profile, versions, seen_at):
        for key in [key for key in open_ if key not in points]:
            point, since = open_.pop(key)
            spans.append((point, since, moment))
        for key, point in points.items():
            open_[key] = (point, open_[key][1] if key in open_ else moment)
    spans += [(point, since, None) for point, since in open_.values()]
    # A value given and taken twice at one moment is one use.
    last = {(point.kind, point.value, since): (point, until) for point, since, until in spans}
    return [
        Use(kind, value, since, until, until or max(seen_at, since), point.type, point.masked,
            point.written, marketing if kind == EMAIL else "")
        for (kind, value, since), (point, until) in last.items()
    ]  # fmt: skip


def _moment_of(profile: Mapping[str, Any]) -> datetime:
    version_at: datetime = profile["version_at"]
    first_seen_at: datetime = profile["first_seen_at"]
    return version_at if version_at > _SOME_MOMENT else first_seen_at


def _told(
    profile: Mapping[str, Any], versions: Sequence[Version], newest: datetime
) -> list[tuple[datetime, dict[tuple[str, str], Point]]]:
    """Each version's moment and contact points, oldest first; time never runs back."""
    if not versions:
        return [(newest, points_of(profile))]
    state = {name: profile.get(name) for name in FIELDS}
    found: list[tuple[datetime, dict[tuple[str, str], Point]]] = []
    for version in reversed(versions):
        found.append((version.moment, points_of(state)))
        state |= {name: sides[0] for name, sides in (version.diff or {}).items() if name in FIELDS}
    found.reverse()
    moment = found[0][0]
    told = []
    for at, points in found:
        moment = max(moment, at)
        told.append((moment, points))
    return told
