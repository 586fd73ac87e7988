"""Children keep their name and the year they were born, and nothing else. Pure.

A child is never written to and never scored, so an address, a birthday or a note about him could
only leak. What is needed stays: who is in the room, and the age band for the hotel's offers. It is
applied where records are encoded for the mirror, the one place that every connector passes.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from staytrue.hotel.records import Profile

ADULT_FROM = 16
"""The age at which the law of most of our guests lets a person consent to being written to."""


def is_child(profile: Profile, day: date) -> bool:
    """Whether this is a child on this day: by birth date, or because the PMS says so.

    A mapping says it with a custom field `is_child`.
    """
    if profile.custom.get("is_child") is True:
        return True
    born = profile.birth_date
    if not born or born.startswith("-"):
        return False
    return _age(born, day) < ADULT_FROM


# A hotel's guests share some ten thousand birthdays.
@lru_cache(maxsize=1 << 15)
def _age(born: str, day: date) -> int:
    return day.year - int(born[:4]) - (born[5:] > day.isoformat()[5:])


def minimised(profile: Profile) -> Profile:
    """What the mirror keeps of a child; doing it again changes nothing."""
    year = profile.custom.get("birth_year") or _year(profile.birth_date)
    return Profile(
        source_id=profile.source_id,
        first_name=profile.first_name,
        last_name=profile.last_name,
        second_last_name=profile.second_last_name,
        merged_into=profile.merged_into,
        deleted=profile.deleted,
        anonymised=profile.anonymised,
        modified_at=profile.modified_at,
        version=profile.version,
        custom={"is_child": True} | ({"birth_year": year} if year else {}),
    )


def _year(born: str | None) -> int | None:
    return int(born[:4]) if born and not born.startswith("-") else None
