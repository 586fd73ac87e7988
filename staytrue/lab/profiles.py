"""How a PMS writes people down: with gaps, typing errors and duplicates, as canonical profiles.

The register also keeps the truth no PMS has: which person stands behind each profile.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from msgspec.structs import replace

from staytrue.hotel.records import Address, Consent, Email, Loyalty, Phone, Profile
from staytrue.lab.figures import NEW_PROFILE_FOR_RETURNING
from staytrue.lab.life import Life
from staytrue.lab.people import Person, relay_address
from staytrue.lab.streams import pick, stream

PROGRAMME = "Sirga Club"
LEVELS = (("Blue", 70.0), ("Silver", 22.0), ("Gold", 8.0))
CONSENTS = (("in", 35.0), ("out", 8.0), (None, 57.0))
NOTES = (
    "Prefers a quiet room",
    "Allergic to nuts",
    "Likes a high floor",
    "Asks for a second pillow; feather-free",
    "Prefers invoices by e-mail",
)


@dataclass
class Register:
    """The guest index of one PMS, growing as bookings come in."""

    seed: int
    home: str
    lives: dict[str, Life[Profile]] = field(default_factory=dict)
    person_of: dict[str, str] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    _of: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rng = stream(self.seed, "profiles")

    def profile_for(self, person: Person, at: datetime, *, by_ota: bool) -> str:
        """The source id under which this booking knows the person: his own, or yet another."""
        rng = self._rng
        known = self._of.get(person.id)
        if known and not by_ota and rng.random() >= NEW_PROFILE_FOR_RETURNING:
            return known
        source_id = f"{1000 + len(self.lives) + 1}"
        profile = _written(rng, person, source_id, at, self.home)
        if by_ota:
            profile = _through_an_ota(rng, profile, person)
        elif known:
            profile = _mistyped(rng, profile)
        self.lives[source_id] = Life([(at, "created", profile)])
        self.person_of[source_id] = person.id
        self.people[person.id] = person
        self._of.setdefault(person.id, source_id)
        return source_id

    def completed(self, source_id: str, at: datetime) -> None:
        """The desk asks for the papers at check-in and fills the gaps of the profile."""
        life = self.lives[source_id]
        if at <= life.versions[-1][0]:
            return
        person = self.people[self.person_of[source_id]]
        profile = life.versions[-1][2]
        phones = profile.phones or _phones(person, self.home)
        emails = profile.emails
        if person.email and (not emails or emails[0].masked) and self._rng.random() < 0.3:
            # The second address has no column for its type.
            relays = [Email(email.address, masked=True) for email in emails]
            emails = [Email(person.email, "Private"), *relays]
        life.then(
            at,
            "completed",
            replace(
                profile,
                birth_date=person.born_on.isoformat(),
                nationality=person.country,
                country=person.country,
                phones=phones,
                emails=emails,
                modified_at=at,
            ),
        )


def _written(rng: Random, person: Person, source_id: str, at: datetime, home: str) -> Profile:
    consent = pick(rng, CONSENTS) if person.email else None
    member, lives_there = rng.random() < 0.08, rng.random() < 0.45
    return Profile(
        source_id=source_id,
        title=person.title if rng.random() < 0.8 else None,
        first_name=person.first_name,
        last_name=person.last_name,
        second_last_name=person.second_last_name if rng.random() < 0.7 else None,
        birth_date=person.born_on.isoformat() if rng.random() < 0.3 else None,
        language=person.language,
        nationality=person.country if rng.random() < 0.5 else None,
        country=person.country if lives_there or rng.random() < 0.7 else None,
        emails=[Email(person.email, "Private")] if person.email else [],
        phones=_phones(person, home) if rng.random() < 0.8 else [],
        addresses=[_address(person)] if lives_there else [],
        loyalty=[Loyalty(PROGRAMME, f"SC{person.id[1:]}", pick(rng, LEVELS))] if member else [],
        vip=rng.choice(("VIP1", "VIP2")) if rng.random() < 0.02 else None,
        consents=[Consent("marketing", "email", consent)] if consent else [],
        modified_at=at,
        notes=rng.choice(NOTES) if rng.random() < 0.06 else None,
    )


def _through_an_ota(rng: Random, profile: Profile, person: Person) -> Profile:
    """What an OTA passes on: a name, a masked address, sometimes a mobile. No consent, no club."""
    return replace(
        profile,
        title=None,
        birth_date=None,
        nationality=None,
        addresses=[],
        loyalty=[],
        consents=[],
        emails=[Email(relay_address(rng, person), "OTA", masked=True)] if person.email else [],
        phones=profile.phones[:1] if rng.random() < 0.5 else [],
    )


def _mistyped(rng: Random, profile: Profile) -> Profile:
    """A second profile of the same person, typed by another hand: some facts missing or wrong."""
    first, last = profile.first_name or "", profile.last_name or ""
    error = rng.randrange(6)
    if error == 0:
        first, last = first.upper(), last.upper()
    elif error == 1:
        first, last = without_accents(first), without_accents(last)
    elif error == 2:
        last = _slipped(rng, last)
    elif error == 3:
        first, last = last, first
    elif error == 4 and profile.second_last_name:
        last = f"{last} {profile.second_last_name}"
        return replace(profile, last_name=last, second_last_name=None, birth_date=None)
    else:
        first = f"{first[0]}."
    keeps_mail = rng.random() < 0.6
    return replace(
        profile,
        first_name=first,
        last_name=last,
        birth_date=None,
        emails=profile.emails if keeps_mail else [],
        consents=profile.consents if keeps_mail else [],
        loyalty=[],
    )


def _slipped(rng: Random, name: str) -> str:
    if len(name) < 4:
        return name
    at = rng.randrange(1, len(name) - 1)
    doubled, dropped = name[: at + 1] + name[at:], name[:at] + name[at + 1 :]
    swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return rng.choice((doubled, dropped, swapped))


def without_accents(name: str) -> str:
    """The name as somebody without these keys types it."""
    split = unicodedata.normalize("NFKD", name)
    return "".join(sign for sign in split if not unicodedata.combining(sign))


def _phones(person: Person, home: str) -> list[Phone]:
    """Landline before mobile, as the columns stand. An American number does not tell its line."""
    told = person.country != "US"
    numbers = ((person.landline, "Home", "fixed"), (person.mobile, "mobile", "mobile"))
    return [
        Phone(_typed(number, person, home), number, kind, line if told else None)
        for number, kind, line in numbers
        if number
    ]


def _typed(number: str, person: Person, home: str) -> str:
    """As people of the house type it: national at home, else with the plus and in groups."""
    if person.country == home == "ES":
        return f"{number[3:6]} {number[6:9]} {number[9:]}"
    return f"{number[:3]} {number[3:6]} {number[6:]}" if number[-1] < "6" else number


def _address(person: Person) -> Address:
    return Address(
        line1=person.line1, postcode=person.postcode, city=person.city, country=person.country
    )
