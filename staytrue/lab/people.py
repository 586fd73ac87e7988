"""People who do not exist, with the truth about them: who is who, and who lives with whom.

They come in households that share an address, a landline and often one mailbox. Their addresses
end in `.example`; their numbers lie around the example numbers of the numbering plans.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from staytrue.lab.figures import COUNTRIES, WITHOUT_CONTACT
from staytrue.lab.names import Culture
from staytrue.lab.streams import pick, stream

MAILBOXES = ("mail.example", "post.example", "webmail.example", "inbox.example")
SHARES_MAILBOX = 0.35
SHARES_MOBILE = 0.15
TWO_SURNAMES = 0.85
ADULT_FROM = 20
PLACES = 8
FEW_NUMBERS = 100
KNOWN_RELAY = 0.6


@dataclass(frozen=True, slots=True)
class Person:
    """One real person of the invented world. `id` is the truth that no PMS knows."""

    id: str
    household: str
    title: str
    first_name: str
    last_name: str
    second_last_name: str | None
    born_on: date
    language: str
    country: str
    email: str | None
    mobile: str | None
    landline: str | None
    line1: str
    postcode: str
    city: str


class Crowd:
    """Makes households, one after the other, from one seed.

    Crowds of other places hold other people: no id, number or address of theirs is the same.
    """

    def __init__(self, seed: int, today: date, place: int = 0) -> None:
        if not 0 <= place < PLACES:
            raise ValueError(f"{place} is no place: there are {PLACES}")
        self._place = place
        self._rng = stream(seed, "people")
        self._today = today
        self._people = 0
        self._households = 0
        self._mailboxes: Counter[str] = Counter()
        self._numbers: Counter[tuple[str, int]] = Counter()

    def household(self, adults: int, culture: Culture | None = None) -> list[Person]:
        """The grown-ups of one new household; the first one is who books."""
        rng = self._rng
        culture = culture or pick(rng, COUNTRIES)
        self._households += 1
        first = self._person(culture, "")
        members = [first]
        shares_mailbox = rng.random() < SHARES_MAILBOX
        shares_mobile = rng.random() < SHARES_MOBILE
        for _ in range(adults - 1):
            other = self._person(culture, first.last_name)
            members.append(
                replace(
                    other,
                    email=first.email if shares_mailbox else other.email,
                    mobile=first.mobile if shares_mobile else other.mobile,
                    landline=first.landline,
                    line1=first.line1,
                    postcode=first.postcode,
                    city=first.city,
                )
            )
        return members

    def _person(self, culture: Culture, family: str) -> Person:
        rng = self._rng
        self._people += 1
        female = rng.random() < 0.5
        first_name = rng.choice(culture.female if female else culture.male)
        # In Spain and Portugal couples keep their own surnames.
        keeps_own = culture.language in ("es", "pt") or rng.random() < 0.25
        last_name = rng.choice(culture.last) if keeps_own or not family else family
        two = culture.language == "es" and rng.random() < TWO_SURNAMES
        reachable = rng.random() >= WITHOUT_CONTACT
        postcode, city = rng.choice(culture.towns)
        return Person(
            id=f"p{self._people + self._place * 10**5:06d}",
            household=f"h{self._households + self._place * 10**5:06d}",
            title=culture.titles[0 if female else 1],
            first_name=first_name,
            last_name=last_name,
            second_last_name=rng.choice(culture.last) if two else None,
            born_on=self._today - timedelta(days=rng.randrange(ADULT_FROM * 366, 84 * 365)),
            language=culture.language,
            country=culture.country,
            email=self._mailbox(first_name, last_name) if reachable else None,
            mobile=self._number(culture.mobile) if reachable else None,
            landline=self._number(culture.landline) if reachable and not family else None,
            line1=f"{rng.choice(culture.streets)} {rng.randrange(1, 120)}",
            postcode=postcode,
            city=city,
        )

    def _mailbox(self, first_name: str, last_name: str) -> str:
        first, last = plain(first_name), plain(last_name)
        forms = (
            f"{first}.{last}",
            f"{first[0]}{last}",
            f"{first}{last}",
            f"{last}.{first}",
        )
        address = f"{self._rng.choice(forms)}@{self._rng.choice(MAILBOXES)}"
        if self._place:
            address = address.replace("@", f"@{self._place}.")
        self._mailboxes[address] += 1
        again = self._mailboxes[address]
        # The n-th person of the same name takes a number, as everywhere.
        return address if again == 1 else address.replace("@", f"{again}@")

    def _number(self, block: tuple[str, int]) -> str | None:
        prefix, digits = block
        size = 10**digits
        taken = self._numbers[block]
        if self._place:
            # A large house fills a block from its beginning; the others share its end.
            taken += size * 7 // 10 + (self._place - 1) * (size * 3 // 10 // PLACES)
        if taken >= size or (self._place and size <= FEW_NUMBERS):
            return None
        self._numbers[block] += 1
        # Scattered over the block without ever giving one number twice: 7919 is prime to ten.
        return f"{prefix}{(taken * 7919 + 137) % size:0{digits}d}"


def plain(text: str) -> str:
    """The name as it stands in an address: small ASCII letters only."""
    bare = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss").replace("ł", "l"))
    return "".join(sign for sign in bare if sign.isascii() and sign.isalpha())


def relay_address(rng: Random, person: Person) -> str:
    """An OTA's masking address: new for every booking, so it never identifies anybody.

    Most are of an OTA nobody knows; some have a well-known shape, never with a person's name.
    """
    serial = rng.randrange(10**5, 10**6)
    if rng.random() < KNOWN_RELAY:
        return f"not-a-person.{serial}@guest.booking.com"
    return f"{plain(person.first_name)}.{serial}@guest.ota.example"
