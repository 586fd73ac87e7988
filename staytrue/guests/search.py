"""One search box: guests, one line for each person, and the stays the words name.

A guest is found by any of his profiles that the reader may see, and shown by these alone: what
other hotels know of him neither finds him nor names him.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from staytrue.consent.queries import profiles_by_contact
from staytrue.guests.persons import Person, persons
from staytrue.mirror import search as mirror
from staytrue.mirror.names import Costs
from staytrue.mirror.search import FOUND_MAX, FoundStay
from staytrue.staff.access import Access

# Who has the address now comes before who had it.
_FORMER = 1


@dataclass(frozen=True)
class Found:
    """The answer of one search."""

    guests: list[Person]
    stays: list[FoundStay]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.guests or self.stays)


def search(access: Access, words: str, today: date) -> Found:
    """Everything these words lead to: exact before near, then whoever comes or came nearest."""
    stays = mirror.stays(access, words)
    costs = _former(access, words) | mirror.profiles(access, words)
    for id_, cost in mirror.guests_on(access, stays).items() if stays else ():
        costs[id_] = min(cost, costs.get(id_, cost))
    return Found(persons(access, costs, today, FOUND_MAX), stays)


def _former(access: Access, words: str) -> Costs:
    """Profiles that had this address or number once: it finds, though nobody writes to it."""
    keys = mirror.contact_keys(access, words)
    if not keys:
        return {}
    return {each.profile_id: _FORMER for each in profiles_by_contact(access, keys)}
