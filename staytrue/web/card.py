"""The guest card: head, stays, profiles with the origin of every value, and what was decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from staytrue.consent import queries as consent
from staytrue.consent.queries import Contact
from staytrue.consent.rules import Role
from staytrue.desk import queries as desk
from staytrue.guests import card as cards
from staytrue.guests import chronicle, grounds, identities, living_together
from staytrue.guests.card import Card
from staytrue.guests.chronicle import Event
from staytrue.guests.deciding import MERGE
from staytrue.guests.grounds import Ground
from staytrue.guests.identities import Answer, State
from staytrue.guests.personas import PERSONAS, Shown
from staytrue.guests.trusting import MANAGE
from staytrue.kit import clock
from staytrue.messages import exchanged
from staytrue.mirror.history import StayOfProfile
from staytrue.mirror.models import Profile
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, one_of
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import names_of
from staytrue.web import (
    card_past,
    evidence,
    facts,
    golden_lines,
    guest_words,
    guest_wrote,
    guests,
    revealing,
    words,
)
from staytrue.web.facts import ShownVersion
from staytrue.web.pages import page
from staytrue.web.words import word

STAYS_SHOWN = 5
VERSIONS_OF = 10
"""Of so many of a guest's profiles the versions stand on his card; the others on their own pages."""


@needs(PROFILES)
def to_guest(request: HttpRequest, pk: int) -> HttpResponse:
    """A profile's address leads to its guest; one that has none yet shows itself."""
    one_of(access_in(request), Profile.objects.all(), PROFILES, pk=pk)
    found = cards.guest_of(pk)
    if found is None:
        return guests.profile(request, pk)
    return redirect("guest_card", found.public_id)


@needs(PROFILES)
def stays(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who he is at a glance: what comes, every stay, and how to reach him."""
    access, now = access_in(request), clock.now()
    if on := card_past.day_of(request):
        return card_past.shown(request, public_id, on, now)
    shown = card_of(request, public_id, now)
    if isinstance(shown, HttpResponse):
        return shown
    return card_page(
        request,
        "card_stays.html",
        shown,
        now,
        masked=revealing.labels({name for each in shown.sources for name in each.masked}),
        live=True,
        lines=golden_lines.lines(shown),
        personas=_personas(shown),
        known_personas=[(code, word(guest_words.PERSONA, code)) for code in PERSONAS],
        why=_why(shown, now),
        **_home(access, shown),
        may_choose=next((each.id for each in shown.sources if each.may_correct), None),
        next_as_of=cards.as_of_stays(shown.next_stay) if shown.next_stay else None,
    )


@needs(PROFILES)
def profiles(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Every field with all its candidates, and the sources they came from."""
    access, now = access_in(request), clock.now()
    shown = card_of(request, public_id, now)
    if isinstance(shown, HttpResponse):
        return shown
    return card_page(
        request,
        "card_profiles.html",
        shown,
        now,
        lines=golden_lines.lines(shown),
        missing=golden_lines.missing(shown),
        sources=[
            (each, word(guest_words.SOURCE_KIND, each.trust.kind), golden_lines.of_source(each))
            for each in shown.sources
        ],
        may_part=_may_decide(access, shown) and len(shown.sources) > 1,
        may_trust=access.may(MANAGE),
    )


@needs(PROFILES)
def history(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was decided about him, and every version of his profiles."""
    access, now = access_in(request), clock.now()
    shown = card_of(request, public_id, now)
    if isinstance(shown, HttpResponse):
        return shown
    return card_page(
        request,
        "card_history.html",
        shown,
        now,
        events=_events(access, shown),
        exchanged=exchanged.of_profiles(access, [each.id for each in shown.sources]),
        sources=list(_versions(access, shown)),
        may_undo=_may_decide(access, shown),
    )


def card_of(request: HttpRequest, public_id: UUID, now: datetime) -> Card | HttpResponse:
    """His card, or the answer to an id that is not, or not only, his now."""
    revealing.apply(request, f"guest:{public_id}", now)
    access = access_in(request)
    answer = identities.answer(access, public_id)
    if answer.state != State.ACTIVE:
        return _elsewhere(request, answer, now)
    return cards.card(access, answer.current[0], now)


def _elsewhere(request: HttpRequest, answer: Answer, now: datetime) -> HttpResponse:
    """An id that is another guest's now leads there; of several the reader chooses."""
    if answer.state == State.MOVED:
        return redirect("guest_card", answer.current[0].public_id)
    current = card_past.called(access_in(request), answer)
    return page(request, "card_moved.html", now, screen="guests", answer=answer, current=current)


def card_page(
    request: HttpRequest,
    template: str,
    shown: Card,
    now: datetime,
    *,
    live: bool = False,
    **context: object,
) -> HttpResponse:
    """A tab of the card, or a page in its frame."""
    access = access_in(request)
    conflicts = golden_lines.conflicts(shown)
    contacts = _contacts(access, shown)
    return page(
        request,
        template,
        now,
        live=live,
        screen="guests",
        card=shown,
        zone=shown.zone,
        tab=request.resolver_match.view_name if request.resolver_match else "",
        tabs=[
            ("guest_card", "1", _("Stays"), len(shown.history.stays)),
            ("guest_profiles", "2", _("Profiles"), len(shown.sources)),
            ("guest_history", "3", _("History"), 0),
            ("guest_consent", "4", _("Consent"), 0),
            ("guest_account", "5", _("Account"), 0),
            ("guest_cases", "6", _("Cases"), _open_cases(access, shown)),
        ],
        vip=shown.golden.value("vip"),
        speaks=shown.golden.value("language"),
        next=shown.next_stay,
        contacts=contacts,
        mail_role=_role(contacts, shown.golden.email),
        phone_role=_role(contacts, shown.golden.phone),
        history=shown.history,
        happened=len(shown.happened),
        coming=sum(stay.status in cards.COMING for stay in shown.history.stays),
        money_hidden=not access.may_anywhere("money.read"),
        elsewhere=guest_words.elsewhere(shown.elsewhere) if shown.elsewhere else "",
        conflicts=conflicts,
        quiet=guest_wrote.quiet(access, [each.id for each in shown.sources]),
        **context,
    )


def _open_cases(access: Access, shown: Card) -> int:
    found = desk.of_profiles(access, [each.id for each in shown.sources])
    return sum(each.closed_at is None for each in found)


def _home(access: Access, shown: Card) -> dict[str, object]:
    """Who else lives there."""
    home = living_together.household_of(access, shown.guest.pk)
    others = home.members if home else ()
    return {"home": home, "fellows": [each for each in others if each.guest_id != shown.guest.pk]}


def _may_decide(access: Access, shown: Card) -> bool:
    return all(access.may(MERGE, each.hotel.pk if each.hotel else None) for each in shown.sources)


@dataclass(frozen=True)
class ShownContact:
    """A contact point in words; `role` is empty where it is simply his own."""

    of: Contact
    role: str

    @property
    def tone(self) -> str:
        """His company's is his own; behind all others stands somebody else."""
        return "" if self.of.role == Role.COMPANY else "warn"


def _contacts(access: Access, shown: Card) -> list[ShownContact]:
    """Each address and number once, those of now first."""
    found: dict[tuple[str, str], Contact] = {}
    for each in consent.contacts_of(access, [source.id for source in shown.sources]):
        known = found.get((each.kind, each.value))
        if known is None or (each.is_current and not known.is_current):
            found[each.kind, each.value] = each
    ordered = sorted(found.values(), key=lambda each: not each.is_current)
    roles = guest_words.POINT_ROLE
    return [ShownContact(each, str(roles.get(each.role.value, ""))) for each in ordered]


def _role(contacts: Iterable[ShownContact], written: str) -> ShownContact | None:
    """Who is behind the address or number that stands in the head, if not simply he."""
    return next((each for each in contacts if each.role and each.of.written == written), None)


@dataclass(frozen=True)
class ShownPersona:
    """A persona with its rule, the stays that gave it, and what a person said."""

    of: Shown
    name: str
    rule: str
    stays: list[StayOfProfile]
    more: int
    who: str


def _personas(shown: Card) -> list[ShownPersona]:
    by_id = {each.id: each for each in (*shown.history.stays, *shown.history.booked)}
    who = names_of(each.choice.actor for each in shown.personas if each.choice)
    made = []
    for each in shown.personas:
        given = [by_id[id_] for id_ in each.computed.stays] if each.computed else []
        made.append(
            ShownPersona(
                each,
                word(guest_words.PERSONA, each.code),
                guest_words.persona_rule(each.code),
                given[:STAYS_SHOWN],
                max(0, len(given) - STAYS_SHOWN),
                who.get(each.choice.actor, each.choice.actor) if each.choice else "",
            )
        )
    return made


def _grounds(shown: Card) -> list[Ground]:
    """Why his profiles are one person's, as far as the reader sees the profiles compared."""
    seen = {each.id for each in shown.sources}
    found = grounds.of_guest(shown.guest.pk) if len(seen) > 1 else []
    return [each for each in found if {each.profile_id, each.other_id} <= {None, *seen}]


def _why(shown: Card, now: datetime) -> list[tuple[str, str]]:
    """Each source with the sentence that says why it is this guest's."""
    found = _grounds(shown)
    sources = {each.id: each for each in shown.sources}
    who = names_of(name for each in found for name in (each.by, each.confirmed_by))
    told = []
    for each in found:
        by, confirmer = (who.get(name, name) for name in (each.by, each.confirmed_by))
        named = replace(each, by=by, confirmed_by=confirmer)
        source = sources[each.profile_id]
        told.append((source.connection, evidence.ground(named, shown.zone, now)))
    return told


@dataclass(frozen=True)
class ShownEvent:
    """A decision in words; `names` are the profiles it moved."""

    of: Event
    told: str
    who: str
    names: list[str]
    may_undo: bool


_UNDOABLE = {"attached", "merged", "split", "confirmed", "rejected"}


def _events(access: Access, shown: Card) -> list[ShownEvent]:
    found = chronicle.events_of(access, shown.guest.pk, [each.id for each in shown.sources])
    codes = {each.event: each.codes for each in _grounds(shown)}
    names = {each.id: f"{each.name}, {each.connection}" for each in shown.sources}
    who = names_of(each.actor for each in found)
    return [
        ShownEvent(
            each,
            guest_words.event(each, codes.get(each.id, ())),
            who.get(each.actor) or word(words.ACTOR, each.actor),
            [names[id_] for id_ in each.moved if id_ in names],
            each.kind in _UNDOABLE and each.undone_by is None,
        )
        for each in found
    ]


def _versions(access: Access, shown: Card) -> Iterable[tuple[str, int, list[ShownVersion]]]:
    for each in shown.sources[:VERSIONS_OF]:
        property_id = each.hotel.pk if each.hotel else None
        told = facts.versions_of("profile", each.id, access, property_id, each.zone)
        title = _("%(name)s, %(connection)s") % {"name": each.name, "connection": each.connection}
        yield title, each.id, facts.shown(told, each.zone, {})
