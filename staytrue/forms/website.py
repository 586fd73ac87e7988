"""The contact form on a hotel's website: kept here first, matched to a known guest, never believed more.

Nobody proves on it who he is. So it fills what a guest lacks and replaces nothing, and what it agrees
to lifts no opt-out: for that he has the page behind his own link. Where the law wants more than a
tick, news waits for his click in a mail (`confirming`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from staytrue.consent import keeping, telling
from staytrue.consent.points import points_of
from staytrue.forms import arriving, confirming, typing_in
from staytrue.forms.choosing import GUEST
from staytrue.forms.models import WebsiteEntry, WebsiteForm
from staytrue.guests import correcting
from staytrue.guests.composing import Standing
from staytrue.guests.typed import value_of
from staytrue.hotel.contacts import address_key
from staytrue.hotel.models import Property
from staytrue.kit.asking import ask
from staytrue.kit.errors import Refused
from staytrue.kit.text import clean, fold
from staytrue.mirror.models import Profile
from staytrue.staff import audit
from staytrue.staff.access import Access, one_of, require, visible_to
from staytrue.staff.actions import NewAsk, close_asks, open_asks

RIGHT, OPEN = "notes.read", "templates.write"
ASK, ROLE = "guest_form", "front_desk"
BECAUSE = "website form"
NAME_MAX = 100
KEPT = timedelta(days=365)
"""So long the words of somebody who never became a guest are kept."""


@dataclass(frozen=True)
class Told:
    """What somebody typed; `key` counts once, `wording` stood beside the tick for news."""

    key: str
    first_name: str
    last_name: str
    email: str
    phone: str = ""
    words: str = ""
    wants_news: bool = False
    wording: str = ""
    wording_version: str = ""
    language: str = "en"


def is_open(hotel: Property) -> bool:
    """Whether this hotel's form takes anything."""
    return WebsiteForm.objects.filter(property=hotel, is_open=True).exists()


@transaction.atomic
def set_open(access: Access, hotel: Property, now: datetime, *, is_wanted: bool) -> None:
    """Open or close a hotel's form."""
    require(access, OPEN, hotel.pk)
    with audit.acting(access.actor, now):
        WebsiteForm.objects.update_or_create(property=hotel, defaults={"is_open": is_wanted})


def take(hotel: Property, told: Told, now: datetime) -> WebsiteEntry | None:
    """Keep it, once; nothing where this very form was kept before."""
    email = value_of("emails", {"value": told.email}, hotel.country, now.date())[0]["address"]
    phone = ""
    if clean(told.phone):
        read = value_of("phones", {"value": told.phone}, hotel.country, now.date())[0]
        phone = read.get("number") or read["raw"]
    names = [clean(each)[:NAME_MAX] for each in (told.first_name, told.last_name)]
    if not names[1]:
        raise Refused("Write your name.", "name_missing")
    try:
        with transaction.atomic():
            entry = WebsiteEntry.objects.create(
                property=hotel, key=told.key, at=now, language=told.language,
                first_name=names[0], last_name=names[1], email=address_key(email), phone=phone,
                words=arriving.words(told.words), wants_news=told.wants_news,
                wording=told.wording if told.wants_news else "",
                wording_version=told.wording_version if told.wants_news else "",
            )  # fmt: skip
    except IntegrityError:
        return None
    settle([entry], now)
    return entry


def settle(entries: Collection[WebsiteEntry], now: datetime) -> None:
    """Give each to the guest who is known by it, and ask about what somebody has to read."""
    for entry in entries:
        if entry.profile_id is None and (person := _known(entry)) is not None:
            _give(entry, person, now)
        confirming.agree(entry, now)
        entry.save(update_fields=["is_agreed", "asked_at"])
    unread = [each for each in entries if each.read_at is None and needs_reading(each)]
    open_asks([_ask(each) for each in unread], now)
    keys = {_key(each) for each in entries} - {_key(each) for each in unread}
    close_asks(keys, "settled", now)


def needs_reading(entry: WebsiteEntry) -> bool:
    """Whether somebody must look: he wrote words, is nobody we know, or something differs."""
    return bool(entry.words or entry.profile_id is None or entry.differs)


def follow(profile_ids: Collection[int], now: datetime) -> None:
    """Whoever waited as nobody we knew may be known by now; who was erased is forgotten."""
    gone = Profile.objects.filter(pk__in=profile_ids, anonymised=True).values("pk")
    WebsiteEntry.objects.filter(profile_id__in=gone).delete()
    waiting = WebsiteEntry.objects.filter(profile_id=None)
    if waiting.exists():
        mails = ask(
            """SELECT DISTINCT c.value FROM contact_use u
                 JOIN contact_point c ON c.id = u.contact_point_id AND c.kind = 'email'
                WHERE u.profile_id = ANY(%s) AND u.until_at IS NULL""",
            [list(profile_ids)],
        )
        settle(list(waiting.filter(email__in=[each for (each,) in mails])), now)


def forget(now: datetime) -> None:
    """Drop what strangers wrote long ago."""
    old = list(WebsiteEntry.objects.filter(profile_id=None, at__lt=now - KEPT))
    close_asks([_key(each) for each in old], "forgotten", now)
    WebsiteEntry.objects.filter(pk__in=[each.pk for each in old]).delete()
    confirming.forget(old)


def entries(access: Access, after: int | None = None, most: int = 50) -> list[WebsiteEntry]:
    """What came at the hotels of this member, unread first, then the newest."""
    found = visible_to(access, WebsiteEntry.objects.select_related("property"), RIGHT)
    if after is not None:
        found = found.filter(pk__lt=after)
    return list(found.order_by("-pk")[:most])


@transaction.atomic
def read(access: Access, entry_id: int, now: datetime) -> None:
    """Somebody has read it; what was asked because of it ends."""
    entry = one_of(access, WebsiteEntry.objects.all(), RIGHT, pk=entry_id)
    with audit.acting(access.actor, now):
        entry.read_at, entry.read_by = now, access.actor
        entry.save(update_fields=["read_at", "read_by"])
        audit.record("website_form_read", f"form:{entry.pk}", property_id=entry.property_id)
    close_asks([_key(entry)], "read", now)


@transaction.atomic
def discard(access: Access, entry_id: int, now: datetime) -> None:
    """It was an advertisement or a joke: nothing of it is kept."""
    entry = one_of(access, WebsiteEntry.objects.filter(profile_id=None), RIGHT, pk=entry_id)
    with audit.acting(access.actor, now):
        audit.record("website_form_discarded", f"form:{entry.pk}", property_id=entry.property_id)
    close_asks([_key(entry)], "discarded", now)
    entry.delete()
    confirming.forget([entry])


def _known(entry: WebsiteEntry) -> Profile | None:
    """The one guest with this address of his own and this name; of several, nobody."""
    rows = ask(
        """SELECT p.id, coalesce(l.guest_id, -p.id) FROM contact_point c
             JOIN contact_use u ON u.contact_point_id = c.id AND u.until_at IS NULL
             JOIN profile p ON p.id = u.profile_id AND NOT p.deleted AND NOT p.anonymised
             LEFT JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
            WHERE c.kind = 'email' AND c.value = %s AND c.role IN ('private', 'company', 'family')
              AND (p.property_id = %s OR p.property_id IS NULL)
            ORDER BY p.version_at DESC, p.id DESC""",
        [entry.email, entry.property_id],
    )
    people = Profile.objects.in_bulk([id_ for id_, _ in rows])
    same = [(people[id_], guest) for id_, guest in rows if _is_named(people[id_], entry)]
    return same[0][0] if len({guest for _, guest in same}) == 1 else None


def _is_named(person: Profile, entry: WebsiteEntry) -> bool:
    """The surname agrees; where both say a first name, it begins alike."""
    ours, his = fold(person.last_name or ""), fold(entry.last_name)
    if not ours or not (ours == his or set(his.split()) & set(ours.split())):
        return False
    first, given = fold(person.first_name or ""), fold(entry.first_name)
    return not (first and given) or first[:1] == given[:1]


def _give(entry: WebsiteEntry, person: Profile, now: datetime) -> None:
    entry.profile_id = person.pk
    if entry.phone and not (person.phones or _has_phone(person.pk)):
        _fill(entry, person, now)
    elif entry.phone and not _is_his_phone(entry, person.pk):
        entry.differs = "phones"
    entry.save(update_fields=["profile_id", "differs"])
    typing_in.settle([person.pk], now)


def _has_phone(profile_id: int) -> bool:
    return bool(_phones(profile_id))


def _is_his_phone(entry: WebsiteEntry, profile_id: int) -> bool:
    wanted = set(points_of({"phones": [{"raw": entry.phone, "number": entry.phone}]}))
    return bool(wanted & {("phone", value) for value in _phones(profile_id)})


def _phones(profile_id: int) -> set[str]:
    return {
        value
        for (value,) in ask(
            """SELECT c.value FROM contact_use u JOIN contact_point c ON c.id = u.contact_point_id
                WHERE u.profile_id = %s AND u.until_at IS NULL AND c.kind = 'phone'""",
            [profile_id],
        )
    }


def _fill(entry: WebsiteEntry, person: Profile, now: datetime) -> None:
    """He had no number: this one is his word, and the desk types it into the PMS."""
    access = arriving.as_guest_of(person.pk)
    word = correcting.correct(
        access, person.pk, "phones", {"value": entry.phone}, BECAUSE, now, Standing.CORRECTED
    )
    given: list[Any] = word.value or []
    points = list(points_of({"phones": given[:1]}).values())
    keeping.give(person.pk, entry.property_id, points, GUEST, now)
    telling.wake([person.pk], [], now)


def _ask(entry: WebsiteEntry) -> NewAsk:
    facts: dict[str, Any] = {"known": entry.profile_id is not None}
    return NewAsk(
        key=_key(entry), kind=ASK, role=ROLE, property_id=entry.property_id, facts=facts,
        link=f"/guests/forms/#form-{entry.pk}", due_at=None,
    )  # fmt: skip


def _key(entry: WebsiteEntry) -> str:
    return f"guest-form:{entry.pk}"
