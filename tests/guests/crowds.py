"""Small crowds of profiles for tests of recognition: mirrored, admitted and settled."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from staytrue.changes.models import Unsettled
from staytrue.guests import admitting, links, settling
from staytrue.guests.models import MatchingSetting, Proposal
from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.lab.doubles import Row
from staytrue.lab.trusting import RULES
from staytrue.mirror.models import Profile
from staytrue.staff import audit
from tests import make
from tests.make import NOON

_numbers = count(1)
_hashes = count(1)


def hotel(code: str = "BIO", **facts: Any) -> Connection:
    """A connection of a hotel."""
    return make.link(make.hotel(code, **facts), f"{code.lower()}-{next(_numbers)}")


def mirrored(link: Connection, **facts: Any) -> int:
    """A profile in the mirror; the id of its row."""
    number = next(_numbers)
    given = {
        "source_id": f"P{number:06d}",
        "kind": "person",
        "version_at": NOON,
        "read_at": NOON,
        "delivery_id": 0,
        "line": number,
        "raw_hash": number,
        "content_hash": next(_hashes),
        "first_seen_at": NOON,
    } | _canonical(facts)
    with scope.everything():
        made = Profile.objects.create(connection=link, property_id=link.property_id, **given)
    return int(made.pk)


def changed(id_: int, **facts: Any) -> None:
    """The PMS says something else of a profile."""
    given = _canonical(facts) | {"content_hash": next(_hashes)}
    with scope.everything():
        Profile.objects.filter(pk=id_).update(**given)


def _canonical(facts: Mapping[str, Any]) -> dict[str, Any]:
    """One e-mail, phone, line or number as the mirror holds them."""
    given = dict(facts)
    if email := given.pop("email", None):
        given["emails"] = [{"address": email}]
    if phone := given.pop("phone", None):
        given["phones"] = [{"raw": phone, "number": phone if phone.startswith("+") else None}]
    place = {
        name: given.pop(name) for name in ("line1", "line2", "postcode", "city") if name in given
    }
    if place:
        given["addresses"] = [place]
    return given


def of_rows(link: Connection, rows: Iterable[Row]) -> list[int]:
    """Profiles of the lab's doubles in the mirror."""
    made = []
    for row in rows:
        facts: dict[str, Any] = {"title": row["title"] or None}
        facts |= {name: row[name] or None for name in ("first_name", "last_name")}
        facts |= {"birth_date": row["birth_date"] or None, "country": row["country"] or None}
        facts |= {"emails": [{"address": each} for each in row["email"].split(";") if each]}
        facts |= {"phones": [{"raw": each} for each in row["phone"].split(";") if each]}
        place = {name: row[name] for name in ("line1", "line2", "postcode", "city") if row[name]}
        facts |= {"addresses": [place] if place else [], "card_token": row["card_token"] or None}
        facts |= {"loyalty": [_membership(each) for each in row["loyalty"].split(";") if each]}
        made.append(mirrored(link, source_id=row["id"], kind=row["kind"] or "person", **facts))
    return made


def _membership(text: str) -> dict[str, str]:
    programme, _, number = text.partition(":")
    return {"programme": programme, "number": number}


def admit(*ids: int, now: datetime = NOON) -> None:
    """Recognise these as a live delivery does, each in a transaction of its own."""
    for id_ in ids:
        with scope.everything():
            admitting.admit([id_], now)


def look_again(*ids: int, now: datetime = NOON) -> None:
    """Let the settler look at these."""
    with scope.everything():
        settling.settle_guests(ids, now)


def guests_of(*ids: int) -> list[int]:
    """The guest of each."""
    with scope.everything():
        found = links.guests_of(ids)
    return [found[id_] for id_ in ids]


def settle(now: datetime = NOON) -> None:
    """Let the settler do all that waits for it, as the reaction does."""
    for _ in range(50):
        with scope.everything():
            waiting = Unsettled.objects.filter(reaction="settle_guests")
            ids = list(waiting.values_list("object_id", flat=True))
            waiting.delete()
            if not ids:
                return
            settling.settle_guests(ids, now)
    raise AssertionError("the settler never comes to rest")


def partition(ids: Collection[int]) -> set[frozenset[int]]:
    """Who is whom."""
    with scope.everything():
        found: dict[int, set[int]] = {}
        for profile, guest in links.guests_of(ids).items():
            found.setdefault(guest, set()).add(profile)
    return {frozenset(profiles) for profiles in found.values()}


def one_guest(*ids: int) -> bool:
    """Whether these are one guest's."""
    return partition(ids) == {frozenset(ids)}


def asked() -> list[Proposal]:
    """The open questions, the first first."""
    with scope.everything():
        return list(Proposal.objects.filter(state="open").order_by("-gain", "id"))


def why(one: int, other: int) -> str | None:
    """Why a person is asked of these two profiles; nothing where nobody is."""
    pair = {one, other}
    return next((p.why for p in asked() if {p.one_profile, p.other_profile} == pair), None)


def choose(**settings: Any) -> None:
    """How guests are recognised from now on; every rule is trusted unless said otherwise."""
    settings = {"prove_first": [], "trusted": RULES} | settings
    with scope.everything(), audit.acting("tests", NOON):
        MatchingSetting.objects.update(**settings)


def named(ids: Sequence[int]) -> dict[int, str]:
    """The source id of each profile."""
    with scope.everything():
        return dict(Profile.objects.filter(pk__in=ids).values_list("pk", "source_id"))
