"""Whom a mailing is for: chosen by hand, from a file, or everyone of the hotel."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from staytrue.consent.points import points_of
from staytrue.guests import reachability
from staytrue.hotel.contacts import addresses_in
from staytrue.kit.asking import ask
from staytrue.kit.errors import Refused
from staytrue.kit.spreadsheet import read_rows, text_of
from staytrue.kit.text import clean, fold
from staytrue.messages.models import Mailing, MailingRecipient
from staytrue.mirror.sheets import PROFILES
from staytrue.staff.access import Access, house_access, require

BYTES_MAX, LINES_MAX, CELL_MAX = 16 << 20, 200_000, 320
_REPORTED = 50
_PIECE = 5_000
_HEADINGS = {"email", "e-mail", "mail", "guest", "id", "guest id", "address", "correo", "courriel"}

# A person of the hotel who is there: no company, nobody erased.
_THERE = "p.kind = 'person' AND NOT p.deleted AND NOT p.anonymised AND p.merged_into IS NULL"


def at_hotel(access: Access, property_id: int, profile_ids: Collection[int]) -> dict[int, int]:
    """Those of these people who are guests of this hotel, each with a profile of his there."""
    require(access, PROFILES, property_id)
    rows = ask(
        f"""SELECT DISTINCT ON (x.id) x.id, p.id
              FROM unnest(%s::bigint[]) x(id)
              LEFT JOIN link l ON l.profile_id = x.id AND l.until_at IS NULL
              LEFT JOIN link o ON o.guest_id = l.guest_id AND o.until_at IS NULL
              JOIN profile p ON p.id IN (x.id, o.profile_id)
             WHERE p.property_id = %s AND {_THERE}
             ORDER BY x.id, (p.id = x.id) DESC, p.id DESC""",
        [sorted(set(profile_ids)), property_id],
    )
    return dict(rows)


def put(mailing: Mailing, found: Mapping[int, int | None], now: datetime) -> None:
    """Put these profiles on the list, each with the address he was named by, if by one."""
    _insert(mailing, found.items())
    changed(mailing, now)


def _insert(mailing: Mailing, found: Iterable[tuple[int, int | None]]) -> None:
    MailingRecipient.objects.bulk_create(
        [
            MailingRecipient(mailing=mailing, property_id=mailing.property_id,
                             profile_id=profile, contact_point_id=point)
            for profile, point in found
        ],
        ignore_conflicts=True, batch_size=_PIECE,
    )  # fmt: skip


def changed(mailing: Mailing, now: datetime) -> None:
    """The list is another: what was counted of it no longer counts."""
    mailing.listed_at, mailing.asked_at, mailing.looked_at = now, None, None
    mailing.save(update_fields=["listed_at", "asked_at", "looked_at"])


def forget(mailing: Mailing) -> None:
    """What was found of its guests is asked anew; everyone of the hotel is listed anew."""
    mine = MailingRecipient.objects.filter(mailing=mailing)
    if mailing.source == Mailing.Source.EVERYONE:
        mine.delete()
        mailing.listed_at = None
    else:
        mine.update(verdict="", waits="", country="", basis="", rule="")
    mailing.looked_at = None
    mailing.save(update_fields=["listed_at", "looked_at"])


def put_everyone(mailing: Mailing, now: datetime) -> None:
    """Each guest of the hotel once: who is reachable at the address the report names, then the rest."""
    reached = reachability.recipients(house_access("staytrue"), now, mailing.property_id)
    _insert(mailing, ((each.profile_id, each.contact_point_id) for each in reached))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO mailing_recipient
                  (mailing_id, property_id, profile_id, verdict, waits, country, basis, rule)
                SELECT %(mailing)s, p.property_id, max(p.id), '', '', '', '', ''
                  FROM profile p
                  LEFT JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
                  LEFT JOIN mailing_recipient r
                    ON r.mailing_id = %(mailing)s AND r.profile_id = p.id
                 WHERE p.property_id = %(hotel)s AND {_THERE}
                 GROUP BY p.property_id, coalesce('g' || l.guest_id, 'p' || p.id)
                HAVING count(r.id) = 0
                ON CONFLICT DO NOTHING""",
            {"mailing": mailing.pk, "hotel": mailing.property_id},
        )
    mailing.listed_at = now
    mailing.save(update_fields=["listed_at"])


def read(data: bytes) -> list[str]:
    """What the lines of a file name: the first cell of each, or the column called so. Never run."""
    if len(data) > BYTES_MAX:
        raise Refused(f"The file is larger than {BYTES_MAX >> 20} MB. Split it.", "file_large")
    named: list[str] = []
    place = 0
    for number, row in enumerate(read_rows(text_of(data))):
        if number > LINES_MAX:
            raise Refused(
                f"The file has more than {LINES_MAX:,} lines. Split it.", "list_long",
                lines=LINES_MAX,
            )  # fmt: skip
        heading = [fold(cell).strip() for cell in row] if number == 0 else []
        titles = [at for at, title in enumerate(heading) if title in _HEADINGS]
        if titles:
            place = titles[0]
            continue
        value = clean(row[place])[:CELL_MAX] if place < len(row) else ""
        if value:
            named.append(value)
    return named


def known(
    access: Access, property_id: int, named: Sequence[str]
) -> tuple[dict[int, int | None], dict[str, Any]]:
    """Who of this hotel is named, and a report of the rest. Who is another hotel's is not found."""
    require(access, PROFILES, property_id)
    require(access, "contact.read", property_id)
    found: dict[int, int | None] = {}
    lost: list[str] = []
    for start in range(0, len(named), _PIECE):
        piece = list(dict.fromkeys(named[start : start + _PIECE]))
        mails = {each: _mail(each) for each in piece if "@" in each}
        by_mail = _by_mail(property_id, [value for value in mails.values() if value])
        by_id = _by_id(property_id, [each for each in piece if each not in mails])
        for each in piece:
            hit = by_mail.get(mails.get(each) or "") or by_id.get(each.lower())
            if hit is None:
                lost.append(each)
            else:
                found.setdefault(*hit)
    report = {
        "read": len(named),
        "found": len(found),
        "again": len(named) - len(found) - len(lost),
        "not_found": len(lost),
        "lines": [each[:120] for each in lost[:_REPORTED]],
    }
    return found, report


def _mail(text: str) -> str:
    found = addresses_in(text)
    if not found or len(found) != 1:
        return ""
    points = points_of({"emails": [{"address": found[0]}]})
    return next((point.value for point in points.values()), "")


def _by_mail(property_id: int, values: Sequence[str]) -> dict[str, tuple[int, int | None]]:
    """Address → the profile of this hotel that used it last, and its contact point."""
    rows = ask(
        f"""SELECT DISTINCT ON (c.value) c.value, p.id, c.id
              FROM contact_point c
              JOIN contact_use u ON u.contact_point_id = c.id AND u.until_at IS NULL
              JOIN profile p ON p.id = u.profile_id AND p.property_id = %s AND {_THERE}
             WHERE c.kind = 'email' AND c.value = ANY(%s::text[])
             ORDER BY c.value, u.seen_at DESC, p.id DESC""",
        [property_id, sorted(set(values))],
    )
    return {value: (profile, point) for value, profile, point in rows}


def _by_id(property_id: int, keys: Sequence[str]) -> dict[str, tuple[int, int | None]]:
    """A guest's id, as cards and lists print it → a profile of his at this hotel."""
    asked = [key for key in (_uuid(each) for each in keys) if key]
    rows = ask(
        f"""SELECT DISTINCT ON (g.public_id) g.public_id::text, p.id
              FROM guest g
              JOIN link l ON l.guest_id = g.id AND l.until_at IS NULL
              JOIN profile p ON p.id = l.profile_id AND p.property_id = %s AND {_THERE}
             WHERE g.public_id = ANY(%s::uuid[])
             ORDER BY g.public_id, p.id DESC""",
        [property_id, asked],
    )
    return {key: (profile, None) for key, profile in rows}


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
