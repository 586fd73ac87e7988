"""Profiles by folded last name, narrowed by what they hold or lack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from staytrue.mirror import completeness, words
from staytrue.mirror.lists import full_name, mail_of
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, hides


@dataclass(frozen=True)
class Narrowing:
    """Which profiles a list is of; empty: all of them.

    `scored`: those whose completeness counts. `lacks`: of these, those without this wanted field.
    `field` and `text`: those that say this text for a field, which nobody understands. `custom`:
    those that have this custom field.
    """

    property_id: int | None = None
    scored: bool = False
    lacks: str = ""
    field: str = ""
    text: str = ""
    custom: str = ""

    @property
    def is_of_profiles(self) -> bool:
        """Whether it asks what a single profile holds, which a guest with several does not answer."""
        return self.scored or bool(self.lacks or self.field or self.custom)

    def conditions(self) -> list[str]:
        """What a profile p must meet, in SQL."""
        met = ["NOT p.deleted"]
        if self.scored or self.lacks:
            met.append(completeness.COUNTED)
        if self.lacks:
            met.append(f"NOT ({completeness.BY_NAME[self.lacks].sql})")
        if self.field:
            met.append(f"{words.unknown(self.field)} = %(text)s")
        if self.custom:
            met.append("p.custom -> %(custom)s <> 'null'")
        return met

    def asks(self) -> list[str]:
        """The fields a reader must be allowed to see, or the list would tell them."""
        asked = ["emails"] if self.scored or self.lacks else []
        asked += ["custom"] if self.custom else []
        return [*asked, *filter(None, [self.field])]


@dataclass(frozen=True)
class ListedGuest:
    """One line of such a list."""

    id: int
    name: str
    last_name_key: str
    hotel: str
    kind: str
    language: str | None
    country: str | None
    vip: str | None
    mail: str | None
    merged: bool
    score: int | None
    """How complete, where the list is about that."""


ALL = Narrowing()


def guests(
    access: Access,
    beginning: str = "",
    after: tuple[str, int] | None = None,
    count: int = 50,
    of: Narrowing = ALL,
) -> tuple[list[ListedGuest], bool]:
    """Profiles by folded last name, from a place on; `beginning` is a folded beginning of it."""
    score = completeness.POINTS if of.scored or of.lacks else "NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT p.id, p.first_name, p.last_name, p.second_last_name, p.last_name_key, h.name,
                       p.property_id, p.kind, p.language, p.country, p.vip, p.emails::text,
                       p.merged_into IS NOT NULL, {score}
                  FROM profile p JOIN property h ON h.id = p.property_id
                 WHERE p.property_id = ANY(%(ids)s) AND {" AND ".join(of.conditions())}
                   AND p.last_name_key >= %(key)s
                   AND (p.last_name_key, p.id) > (%(key)s, %(id)s)
                   AND (%(open)s OR p.last_name_key < %(end)s)
                 ORDER BY p.last_name_key, p.id LIMIT %(limit)s""",
            {
                "ids": _where(access, of),
                "text": of.text,
                "custom": of.custom,
                **_from(beginning, after),
                "open": not beginning,
                "end": beginning + "\U0010ffff",
                "limit": count + 1,
            },
        )
        rows = cursor.fetchall()
    return [_listed(access, row) for row in rows[:count]], len(rows) > count


def _where(access: Access, of: Narrowing) -> list[int]:
    ids = access.where(PROFILES)
    if of.property_id is not None:
        ids &= {of.property_id}
    return sorted(id_ for id_ in ids if not any(hides(access, name, id_) for name in of.asks()))


def _from(beginning: str, after: tuple[str, int] | None) -> Mapping[str, Any]:
    key, id_ = after or (beginning, 0)
    return {"key": key, "id": id_}


def _listed(access: Access, row: Any) -> ListedGuest:
    (id_, first, last, second, key, hotel, property_id, kind, language, country, vip, emails,
     merged, score) = row  # fmt: skip
    mails = None if hides(access, "emails", property_id) else json.loads(emails)
    name = full_name(first, last, second)
    return ListedGuest(
        id_, name, key, hotel, kind, language, country, vip, mail_of(mails), merged, score
    )
