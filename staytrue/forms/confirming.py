"""News asked for on a website where the law wants more than a tick: a mail, and a click in it.

Whoever types an address may be anybody; only who reads its mail can agree for it. Until he does,
nothing is recorded, and who does not gets no second reminder.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from staytrue.consent import acts, keeping, permissions, recorded
from staytrue.consent.acts import About, Spoken
from staytrue.consent.bases import Requirement, rule_for
from staytrue.consent.permissions import Asked, Permission
from staytrue.consent.points import EMAIL, Point
from staytrue.consent.purposes import Channel, Origin, Purpose, Scope, Within
from staytrue.forms.choosing import GUEST
from staytrue.forms.models import WebsiteEntry
from staytrue.hotel.models import Property
from staytrue.kit.asking import ask
from staytrue.messages import planning
from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.models import GuestLink, Message
from staytrue.messages.wanted import Wanted

PARTY = "website:"
LIVES = timedelta(days=2)
"""A mail that could not leave for so long is no answer to what he did any more."""
FRESH = timedelta(days=7)
"""An older form asks nobody for a confirmation."""
MOST = ((timedelta(days=1), 2), (timedelta(days=30), 5))
"""So many of these mails reach one address at most, whoever types it, wherever in the group."""
_REFUSED = frozenset({"opted_out", "suppressed", "erased"})
_OPEN_TO = frozenset({"no_basis", "shared_address"})


def agree(entry: WebsiteEntry, now: datetime) -> None:
    """What his tick for news comes to: an act at once, a mail that asks, or nothing yet.

    Who opted out before has his own page for that: a tick that anybody can make lifts nothing.
    """
    if entry.is_agreed or not entry.wants_news:
        return
    needs_click = is_asking(entry.property, entry.profile_id)
    if entry.profile_id is None and not needs_click:
        return  # recorded once he is known
    point = keeping.known_as(Point(EMAIL, entry.email, entry.email), now)
    told = _permission(entry, point, now)
    if told.reason in _REFUSED:
        return
    if entry.confirmed_at or not needs_click or told.basis == "double_opt_in":
        _record(entry, point, entry.confirmed_at or entry.at, now)
        entry.is_agreed = True
    elif entry.asked_at is None and told.reason in _OPEN_TO and _may_ask(entry, point, now):
        planning.add([_mail(entry, point, now)], now)
        entry.asked_at = now


def entry_of(link: GuestLink) -> WebsiteEntry | None:
    """What he wrote on the website, if it is still kept."""
    party = Message.objects.filter(pk=link.message_id or 0, kind=Kind.CONFIRM_ADDRESS).values_list(
        "party", flat=True
    )
    key = "".join(party).removeprefix(PARTY)
    return WebsiteEntry.objects.filter(pk=int(key)).first() if key else None


@transaction.atomic
def confirm(link: GuestLink, now: datetime) -> None:
    """Whoever reads this address agrees: recorded with the words he ticked. Twice is once."""
    seen = entry_of(link)
    if seen is None or link.contact_point_id is None:
        return
    entry = WebsiteEntry.objects.select_for_update().get(pk=seen.pk)
    if entry.confirmed_at is not None:
        return
    proof = {"guest_link": link.pk, "message": link.message_id}
    _record(entry, link.contact_point_id, now, now, is_confirmed=True, **proof)
    entry.confirmed_at, entry.is_agreed = now, True
    entry.save(update_fields=["confirmed_at", "is_agreed"])


def messages_of(entries: list[WebsiteEntry]) -> dict[int, Message]:
    """Entry → the mail that asked him."""
    parties = {f"{PARTY}{each.pk}": each.pk for each in entries if each.asked_at}
    rows = Message.objects.filter(party__in=parties, kind=Kind.CONFIRM_ADDRESS)
    return {parties[each.party]: each for each in rows}


def forget(entries: list[WebsiteEntry]) -> None:
    """Nobody's addresses go with what was written from them."""
    values = [each.email for each in entries if each.profile_id is None]
    rows = ask("SELECT id FROM contact_point WHERE kind = 'email' AND value = ANY(%s)", [values])
    keeping.let_go({id_ for (id_,) in rows})


def is_asking(hotel: Property, profile_id: int | None = None) -> bool:
    """Whether the hotel's country, or his as far as it is known, wants the address confirmed."""
    people = recorded.people({profile_id} if profile_id else set())
    countries = {hotel.country, *(each.country for each in people.values())}
    own = recorded.choices([hotel.pk]).get(hotel.pk, ())
    rule = rule_for(Purpose.MARKETING, Channel.EMAIL, countries, own)
    return rule.requirement == Requirement.DOUBLE_OPT_IN


def _permission(entry: WebsiteEntry, point: int, now: datetime) -> Permission:
    who, hotel = entry.profile_id or 0, entry.property_id
    (told,) = permissions.of([Asked(point, who, hotel, Purpose.MARKETING, Channel.EMAIL)], now)
    return told


def _may_ask(entry: WebsiteEntry, point: int, now: datetime) -> bool:
    if now - entry.at > FRESH:
        return False
    asked = Message.objects.filter(kind=Kind.CONFIRM_ADDRESS, contact_point_id=point)
    return all(asked.filter(planned_at__gt=now - within).count() < most for within, most in MOST)


def _mail(entry: WebsiteEntry, point: int, now: datetime) -> Wanted:
    return Wanted(
        Kind.CONFIRM_ADDRESS, entry.property_id, entry.profile_id or 0, point,
        DEMANDS[Kind.CONFIRM_ADDRESS].purpose, due_at=now, not_before=now, not_after=now + LIVES,
        language=entry.language, language_why="guest_choice", step="website_form", step_version=1,
        party=f"{PARTY}{entry.pk}",
    )  # fmt: skip


def _record(
    entry: WebsiteEntry, point: int, said_at: datetime, now: datetime,
    *, is_confirmed: bool = False, **proof: int | None,
) -> None:  # fmt: skip
    spoken = Spoken(
        Origin.FORM, GUEST, entry.property_id, wording=entry.wording,
        wording_version=entry.wording_version, language=entry.language, said_at=said_at,
        proof={"website_form": entry.pk, **proof},
    )  # fmt: skip
    here = Scope(Within.PROPERTY, entry.property_id)
    about = [About(entry.profile_id, point)]
    acts.opt_in(about, [Purpose.MARKETING], [Channel.EMAIL], here, spoken, now,
                confirmed=is_confirmed or entry.confirmed_at is not None)  # fmt: skip
