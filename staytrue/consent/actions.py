"""Contact points follow the mirror's profiles: who uses which, since when, and who is behind it.

Every act takes a set, may run again at any time, and ends with the same rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.db import connection

from staytrue.consent import keeping, learning, pms_words, telling
from staytrue.consent.models import ContactPoint
from staytrue.consent.rules import Role
from staytrue.hotel import scope
from staytrue.kit import merge
from staytrue.kit.errors import Forbidden, Refused
from staytrue.mirror.rows import json_text
from staytrue.staff import audit
from staytrue.staff.access import Access

CHUNK = 2_000
MANAGE = "matching.manage"


def keep_contacts(profile_ids: Collection[int], now: datetime) -> set[int]:
    """Make the uses of these profiles equal to their versions; answers the contact points touched.

    What a PMS replaced keeps its row with its end. It follows from the profile and its change log
    alone, so that neither order nor number of calls matters.
    """
    touched: set[int] = set()
    for ids in _chunks(sorted(set(profile_ids))):
        touched |= keeping.keep(ids, now)
        pms_words.keep(ids, now)
    return touched


def keep_all(now: datetime, after: int = 0) -> Iterator[int]:
    """Keep and learn everything: for histories and for the night. Yields the last profile done.

    Each chunk is a transaction; who is interrupted goes on `after` the last answer.
    """
    while True:
        with scope.everything():
            merge.expect_bulk()
            ids = _ids("profile", after)
            if not ids:
                break
            keep_contacts(ids, now)
        after = ids[-1]
        yield after
    learn_all(now)


def learn_roles(contact_point_ids: Collection[int], now: datetime) -> set[int]:
    """Say who is behind these contact points; answers those whose role changed.

    Of one that very many share, a single use more changes nothing: it waits for `learn_all`.
    """
    changed: set[int] = set()
    domains = learning.Domains()
    for ids in _chunks(sorted(set(contact_point_ids))):
        changed |= _learn(learning.evidence_on(ids, most=learning.CROWD), domains, now)
    return changed


def learn_all(now: datetime, part: int = 0, parts: int = 1) -> set[int]:
    """The same for every contact point, or for one of so many parts of them, chunk by chunk.

    Stays and the other addresses of a domain tell too, and nobody is woken by them.
    """
    changed: set[int] = set()
    domains, after = learning.Domains(), 0
    while True:
        with scope.everything():
            merge.expect_bulk()
            ids = _ids("contact_point", after, part, parts)
            if not ids:
                return changed
            changed |= _learn(learning.evidence_on(ids), domains, now)
        after = ids[-1]


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def _ids(table: str, after: int, part: int = 0, parts: int = 1) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {table} WHERE id > %s AND id %% %s = %s ORDER BY id LIMIT {CHUNK}",
            [after, parts, part],
        )
        return [id_ for (id_,) in cursor.fetchall()]


def _learn(
    evidence: Sequence[learning.Evidence], domains: learning.Domains, now: datetime
) -> set[int]:
    """Write what differs; a person's ruling stands, and what was learned stands beside it."""
    rows = []
    for each, verdict in learning.verdicts_on(evidence, domains):
        basis, users = learning.basis_of(verdict), len(each.users)
        used = (each.first_use_at, each.last_use_at)
        if (each.basis, each.profiles, each.seen) != (basis, users, used):
            rows.append(
                {"id": each.id, "role": verdict.role, "basis": basis, "profiles": users}
                | {"first": used[0], "last": used[1]}
            )
    if not rows:
        return set()
    keeping.hold([each.id for each in evidence], "FOR NO KEY UPDATE")
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH written AS (
                 UPDATE contact_point c
                    SET role = CASE WHEN c.ruled_by = '' THEN x.role ELSE c.role END,
                        basis = x.basis, profiles = x.profiles, learned_at = %s,
                        first_seen_at = x.first, last_seen_at = x.last
                   FROM jsonb_to_recordset(%s::jsonb) AS x(id bigint, role text, basis jsonb,
                        profiles int, first timestamptz, last timestamptz)
                  WHERE c.id = x.id RETURNING c.id, old.role AS was, new.role AS role)
               SELECT id FROM written WHERE was <> role""",
            [now, json_text(rows)],
        )
        return {id_ for (id_,) in cursor.fetchall()}


def rule_role(access: Access, point_id: int, role: Role | None, reason: str, now: datetime) -> None:
    """A person says who is behind a contact point, and his word beats what was learned.

    Without a role the word is taken back, and what was learned stands again. It counts at every
    hotel that uses the contact point, so he needs the right at each.
    """
    point = _ruled_by(access, point_id)
    if not reason.strip():
        raise Refused("Say why, for those who read it later.", "reason_missing")
    told = role or Role(point.basis["role"])
    with audit.acting(access.actor, now, reason):
        audit.record(
            "role_ruled",
            f"contact_point:{point_id}",
            facts={"role": told, "before": point.role, "is_taken_back": role is None},
        )
        ContactPoint.objects.filter(pk=point_id).update(
            role=told,
            ruled_by=access.actor if role else "",
            ruled_at=now if role else None,
            ruled_because=reason.strip() if role else "",
        )
        telling.wake([], [point_id], now)


def _ruled_by(access: Access, point_id: int) -> ContactPoint:
    point = ContactPoint.objects.filter(pk=point_id).first()
    with connection.cursor() as cursor:
        cursor.execute("SELECT hotels_of_contact_point(%s)", [point_id if point else None])
        hotels = [id_ for (id_,) in cursor.fetchall()]
    if point is None or not any(access.may("contact.read", id_) for id_ in hotels):
        raise Forbidden(
            "There is no such contact point among those you may see.",
            "not_visible",
            object=f"contact_point:{point_id}",
        )
    for id_ in hotels:
        if not access.may(MANAGE, id_):
            raise Forbidden(
                "Other hotels use this contact point too, and your role does not hold there. Ask an"
                " administrator.",
                "right_missing",
                right=MANAGE,
                property_id=id_,
            )
    return point
