"""How a guest prepares his arrival: his own addresses, when he comes, what he wishes.

Nothing here goes into a PMS: what he says of himself stands as his word over what the PMS says,
and the desk is asked to type it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from staytrue.consent import actions, keeping, recorded, telling
from staytrue.consent.points import EMAIL, PHONE, points_of
from staytrue.consent.rules import Role
from staytrue.forms import reading, typing_in
from staytrue.forms.choosing import GUEST
from staytrue.forms.models import ArrivalForm
from staytrue.guests import correcting
from staytrue.guests.composing import Standing
from staytrue.kit.asking import ask
from staytrue.kit.cards import mask_cards
from staytrue.kit.text import clean, clean_lines
from staytrue.messages.models import GuestLink
from staytrue.mirror.models import Profile, Reservation
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, RoleHeld

WORDS_MAX = 2_000
_RIGHTS = frozenset({PROFILES, "contact.read", correcting.CORRECT})
_OVER = frozenset({"cancelled", "no_show", "checked_out"})


class Comes(StrEnum):
    """At what time of the day a guest expects to arrive."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


@dataclass(frozen=True)
class Known:
    """The stay a guest prepares, and how he can be reached: hinted at, never spelled out."""

    stay: Reservation
    first_name: str
    email: str
    phone: str
    comes: str
    wishes: str

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to prepare."""
        return self.stay.status in _OVER


@dataclass(frozen=True)
class Told:
    """What a guest typed; of addresses, empty is nothing new."""

    email: str = ""
    phone: str = ""
    comes: str = ""
    wishes: str = ""


def known(link: GuestLink) -> Known | None:
    """The stay behind a link; nothing where it left the mirror or was given to somebody else."""
    stay = Reservation.objects.filter(pk=link.stay_id()).first()
    person = Profile.objects.filter(pk=link.profile_id, anonymised=False).first()
    if stay is None or person is None or not _is_on(stay, person.pk):
        return None
    form = ArrivalForm.objects.filter(reservation_id=stay.pk, profile_id=person.pk).first()
    return Known(
        stay,
        person.first_name or "",
        hinted(_own(person.pk, EMAIL)),
        hinted(_own(person.pk, PHONE)),
        form.comes if form else "",
        form.wishes if form else "",
    )


@transaction.atomic
def tell(link: GuestLink, told: Told, now: datetime) -> int | None:
    """Keep what he typed, all of it or nothing; answers the contact point of a new e-mail."""
    access = as_guest_of(link.profile_id)
    made: dict[tuple[str, str], int] = {}
    for field, text in (("phones", told.phone), ("emails", told.email)):
        if clean(text):
            word = correcting.correct(
                access, link.profile_id, field, {"value": text}, "guest page", now,
                Standing.CONFIRMED,
            )  # fmt: skip
            made |= _reach_by(link, field, word.value, now)
    _keep(link, told.comes if told.comes in set(Comes) else "", words(told.wishes), now)
    typing_in.settle([link.profile_id], now)
    reading.settle_asks([link.stay_id()], now)
    return next((id_ for (kind, _), id_ in made.items() if kind == EMAIL), None)


def _keep(link: GuestLink, comes: str, wishes: str, now: datetime) -> None:
    """What he said before and says again is not to be read again."""
    said = {"profile_id": link.profile_id, "comes": comes, "wishes": wishes}
    if ArrivalForm.objects.filter(reservation_id=link.stay_id(), **said).exists():
        return
    ArrivalForm.objects.update_or_create(
        reservation_id=link.stay_id(),
        defaults={
            **said,
            "property_id": link.property_id,
            "link_id": link.pk,
            "at": now,
            "language": link.language,
            "read_at": None,
            "read_by": "",
        },
    )


def words(text: str) -> str:
    """A guest's own words as they are kept: without tricks of letters, without card numbers."""
    return mask_cards(clean_lines(text))[0][:WORDS_MAX]


def _reach_by(link: GuestLink, field: str, value: Any, now: datetime) -> dict[tuple[str, str], int]:
    """He can be reached there from now on, and whoever plans messages learns of it."""
    points = list(points_of({field: value[:1]}).values())
    made = keeping.give(link.profile_id, link.property_id, points, GUEST, now)
    actions.learn_roles(made.values(), now)
    telling.wake([link.profile_id], [], now)
    return made


def as_guest_of(profile_id: int) -> Access:
    """The right of a guest himself: to correct the addresses of this one profile."""
    role = (RoleHeld(GUEST, _RIGHTS),)
    hotel = Profile.objects.values_list("property_id", flat=True).get(pk=profile_id)
    if hotel is None:
        return Access(GUEST, everywhere=role)
    return Access(GUEST, at={hotel: role}, property_ids=frozenset({hotel}))


def _is_on(stay: Reservation, profile_id: int) -> bool:
    """Whether the guest of this profile is still on the stay: who handed it over sees it no more."""
    his = recorded.people({profile_id})
    ids = his[profile_id].siblings if profile_id in his else {profile_id}
    return bool(
        ask(
            """SELECT 1 FROM roster o
                 JOIN profile p ON p.connection_id = o.connection_id AND p.source_id = o.profile
                WHERE o.reservation_id = %s AND o.until_at IS NULL
                  AND p.id = ANY(%s::bigint[]) LIMIT 1""",
            [stay.pk, sorted(ids)],
        )
    )


def _own(profile_id: int, kind: str) -> str:
    """The newest address of this kind at which he is himself."""
    found = ask(
        """SELECT u.written FROM contact_use u JOIN contact_point c ON c.id = u.contact_point_id
            WHERE u.profile_id = %s AND u.until_at IS NULL AND c.kind = %s
              AND c.role = ANY(%s::text[]) ORDER BY u.since_at DESC, c.id DESC LIMIT 1""",
        [profile_id, kind, [Role.PRIVATE.value, Role.COMPANY.value, Role.FAMILY.value]],
    )
    return str(found[0][0]) if found else ""


def hinted(address: str) -> str:
    """Enough to know one's own address again, and too little to learn another's."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:1]}•••@{domain}"
    return f"•••{address[-2:]}" if address else ""
