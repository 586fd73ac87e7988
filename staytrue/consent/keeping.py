"""The uses of contact points: made equal to what the versions of their profiles tell."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from staytrue.consent import learning
from staytrue.consent.facts import Facts
from staytrue.consent.points import FIELDS, Point, Use, Version, domain_of, uses_of
from staytrue.consent.roles import role_of
from staytrue.kit.errors import Temporary
from staytrue.mirror.rows import json_text

_PMS = "pms"
_TOLD = ("until_at", "seen_at", "type", "masked", "written", "marketing")
_JSON = ("emails", "phones", "addresses", "consents")
Key = tuple[int, str, str, datetime]


def keep(profile_ids: Sequence[int], now: datetime) -> set[int]:
    """Write what differs; answers the contact points touched."""
    profiles = _profiles(profile_ids)
    versions = _versions([id_ for id_, row in profiles.items() if row["versions"] > 1])
    wanted: dict[Key, Use] = {
        (id_, use.kind, use.value, use.since_at): use
        for id_, row in profiles.items()
        for use in uses_of(row, versions.get(id_, ()))
    }
    known = _known(profile_ids)
    new = sorted(wanted.keys() - known.keys())
    gone = sorted(known.keys() - wanted.keys())
    differ = [
        key
        for key in sorted(wanted.keys() & known.keys())
        if any(getattr(wanted[key], name) != known[key][name] for name in _TOLD)
        or known[key]["property_id"] != profiles[key[0]]["property_id"]
    ]
    points = _points({key[1:3] for key in new}, wanted, now) if new else {}
    _add([(key, wanted[key], profiles[key[0]], points[key[1:3]]) for key in new])
    _change([(known[key]["id"], wanted[key], profiles[key[0]]) for key in differ])
    _remove([known[key]["id"] for key in gone])
    touched = {points[key[1:3]] for key in new}
    touched |= {known[key]["point"] for key in (*gone, *differ)}
    _tell_refusals(
        {points[key[1:3]] for key in new if wanted[key].marketing == "out"}
        | {known[key]["point"] for key in gone if known[key]["marketing"] == "out"}
        | {
            known[key]["point"]
            for key in differ
            if "out" in (known[key]["marketing"], wanted[key].marketing)
        }
    )
    erased = _remove_given([id_ for id_, row in profiles.items() if row["anonymised"]])
    return touched - _forget({known[key]["point"] for key in gone} | erased)


def give(
    profile_id: int, property_id: int | None, points: Sequence[Point], origin: str, now: datetime
) -> dict[tuple[str, str], int]:
    """Somebody else than a PMS says that a profile uses these from now on; answers their ids.

    What the same origin gave before of these kinds ends: he has a new one.
    """
    new = {
        (profile_id, each.kind, each.value, now): Use(
            each.kind, each.value, now, None, now, each.type, each.masked, each.written, ""
        )
        for each in points
    }
    found = _points({key[1:3] for key in new}, new, now)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE contact_use u SET until_at = %s FROM contact_point c
                WHERE c.id = u.contact_point_id AND u.profile_id = %s AND u.origin = %s
                  AND u.until_at IS NULL AND c.kind = ANY(%s) AND NOT c.id = ANY(%s)""",
            [now, profile_id, origin, sorted({key[1] for key in new}), sorted(found.values())],
        )
        cursor.execute(
            """SELECT contact_point_id FROM contact_use
                WHERE profile_id = %s AND contact_point_id = ANY(%s) AND until_at IS NULL""",
            [profile_id, sorted(found.values())],
        )
        known = {id_ for (id_,) in cursor.fetchall()}
    row = {"property_id": property_id}
    fresh = [key for key in new if found[key[1:3]] not in known]
    _add([(key, new[key], row, found[key[1:3]]) for key in fresh], origin)
    return found


def known_as(point: Point, now: datetime) -> int:
    """The contact point of an address, made where nobody is known to use it yet."""
    use = Use(point.kind, point.value, now, None, now, point.type, point.masked, point.written, "")
    found = _points({(point.kind, point.value)}, {(0, point.kind, point.value, now): use}, now)
    return found[point.kind, point.value]


def let_go(point_ids: Collection[int]) -> None:
    """Forget those of these that nobody uses."""
    _forget(point_ids)


def take_back(profile_id: int, kind: str, origin: str, now: datetime) -> set[int]:
    """What this origin gave of this kind is used no more; answers the contact points."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE contact_use u SET until_at = %s FROM contact_point c
                WHERE c.id = u.contact_point_id AND u.profile_id = %s AND u.origin = %s
                  AND u.until_at IS NULL AND c.kind = %s RETURNING c.id""",
            [now, profile_id, origin, kind],
        )
        return {id_ for (id_,) in cursor.fetchall()}


def _remove_given(profile_ids: Sequence[int]) -> set[int]:
    """What others than the PMS said of profiles that were anonymised goes with them."""
    if not profile_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM contact_use WHERE profile_id = ANY(%s) AND origin <> %s
               RETURNING contact_point_id""",
            [list(profile_ids), _PMS],
        )
        return {id_ for (id_,) in cursor.fetchall()}


def _profiles(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The profiles, locked in the order in which a merge writes them, so that none changes now."""
    names = ("id", "property_id", "versions", "version_at", "first_seen_at", "deleted", "anonymised",
             *_JSON)  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, property_id, versions, version_at, first_seen_at, deleted, anonymised,
                      emails::text, phones::text, addresses::text, consents::text
                 FROM profile WHERE id = ANY(%s)
                ORDER BY connection_id, source_id FOR NO KEY UPDATE""",
            [list(ids)],
        )
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        row |= {name: [] if row[name] == "[]" else json.loads(row[name]) for name in _JSON}
    return {row["id"]: row for row in rows}


def _versions(ids: Sequence[int]) -> dict[int, list[Version]]:
    """Of profiles that changed: the versions that tell of contacts, oldest first."""
    if not ids:
        return {}
    found: dict[int, list[Version]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT object_id, at, source_at, diff::text FROM change
                WHERE object = 'profile' AND object_id = ANY(%s) AND (diff IS NULL OR diff ?| %s)
                ORDER BY object_id, no""",
            [list(ids), list(FIELDS)],
        )
        for id_, at, source_at, diff in cursor.fetchall():
            version = Version(at, source_at, json.loads(diff) if diff else None)
            found.setdefault(id_, []).append(version)
    return found


def _known(profile_ids: Sequence[int]) -> dict[Key, dict[str, Any]]:
    names = ("id", "point", "property_id", *_TOLD)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT u.profile_id, c.kind, c.value, u.since_at, u.id, c.id, u.property_id,
                       {", ".join(f"u.{name}" for name in _TOLD)}
                  FROM contact_use u JOIN contact_point c ON c.id = u.contact_point_id
                 WHERE u.profile_id = ANY(%s) AND u.origin = %s""",
            [list(profile_ids), _PMS],
        )
        return {row[:4]: dict(zip(names, row[4:], strict=True)) for row in cursor.fetchall()}


def _points(
    pairs: Collection[tuple[str, str]], wanted: Mapping[Key, Use], now: datetime
) -> dict[tuple[str, str], int]:
    """The ids of these contact points, held against being forgotten; unknown ones are made.

    A new one has the role that its letters tell until it is learned.
    """
    uses: dict[tuple[str, str], Use] = {}
    for key, use in wanted.items():
        if key[1:3] in pairs:
            uses.setdefault(key[1:3], use)
    rows = []
    for kind, value in sorted(pairs, key=lambda pair: (pair[1], pair[0])):
        use = uses[kind, value]
        verdict = role_of(Facts(kind=kind, value=value, masked=use.masked))
        rows.append(
            {"kind": kind, "value": value, "domain": domain_of(kind, value)}
            | {"role": verdict.role, "basis": learning.basis_of(verdict)}
            | {"first": use.since_at, "last": use.seen_at}
        )
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO contact_point (kind, value, domain, role, basis, profiles, learned_at,
                      ruled_by, ruled_because, refused, first_seen_at, last_seen_at)
               SELECT x.kind, x.value, x.domain, x.role, x.basis, 0, %s, '', '', false, x.first,
                      x.last
                 FROM jsonb_to_recordset(%s::jsonb) AS x(kind text, value text, domain text,
                      role text, basis jsonb, first timestamptz, last timestamptz)
                WHERE NOT EXISTS (SELECT FROM contact_point c
                                   WHERE c.value = x.value AND c.kind = x.kind)
                ORDER BY x.value, x.kind ON CONFLICT DO NOTHING""",
            [now, json_text(rows)],
        )
        cursor.execute(
            """SELECT c.kind, c.value, c.id
                 FROM unnest(%s::text[], %s::text[]) x(kind, value)
                 JOIN contact_point c ON c.value = x.value AND c.kind = x.kind
                ORDER BY c.id FOR KEY SHARE OF c""",
            [[row["kind"] for row in rows], [row["value"] for row in rows]],
        )
        found = {(kind, value): id_ for kind, value, id_ in cursor.fetchall()}
    if len(found) < len(pairs):
        raise Temporary("A contact point was forgotten at this moment.", "contact_point_forgotten")
    return found


def _add(rows: Iterable[tuple[Key, Use, Mapping[str, Any], int]], origin: str = _PMS) -> None:
    made = [
        msgspec.structs.asdict(use)
        | {"contact_point_id": point, "profile_id": key[0], "property_id": row["property_id"]}
        for key, use, row, point in rows
    ]
    if not made:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO contact_use (contact_point_id, profile_id, property_id, since_at,
                      until_at, seen_at, type, masked, written, marketing, origin)
               SELECT x.*, %s FROM jsonb_to_recordset(%s::jsonb) AS x(contact_point_id bigint,
                      profile_id bigint, property_id bigint, since_at timestamptz,
                      until_at timestamptz, seen_at timestamptz, type text, masked boolean,
                      written text, marketing text)
                ORDER BY x.profile_id, x.contact_point_id""",
            [origin, json_text(made)],
        )


def _change(rows: Iterable[tuple[int, Use, Mapping[str, Any]]]) -> None:
    changed = [
        {name: getattr(use, name) for name in _TOLD}
        | {"id": id_, "property_id": row["property_id"]}
        for id_, use, row in rows
    ]
    if not changed:
        return
    sets = ", ".join(f"{name} = x.{name}" for name in (*_TOLD, "property_id"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE contact_use u SET {sets}
                  FROM jsonb_to_recordset(%s::jsonb) AS x(id bigint, until_at timestamptz,
                       seen_at timestamptz, type text, masked boolean, written text,
                       marketing text, property_id bigint)
                 WHERE u.id = x.id""",
            [json_text(changed)],
        )


def _remove(ids: Sequence[int]) -> None:
    if ids:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM contact_use WHERE id = ANY(%s)", [list(ids)])


def _tell_refusals(point_ids: Collection[int]) -> None:
    """A contact point is refused while any of its profiles, now or once, says no to marketing."""
    if not point_ids:
        return
    with connection.cursor() as cursor:
        hold(point_ids, "FOR NO KEY UPDATE")
        cursor.execute(
            """UPDATE contact_point c SET refused = NOT c.refused
                WHERE c.id = ANY(%s) AND c.refused <> EXISTS (
                  SELECT FROM contact_use u WHERE u.contact_point_id = c.id
                     AND u.marketing = 'out')""",
            [sorted(point_ids)],
        )


def _forget(point_ids: Collection[int]) -> set[int]:
    """Contact points that nobody has any more, now that a profile was erased, leave with it."""
    if not point_ids:
        return set()
    with connection.cursor() as cursor:
        hold(point_ids, "FOR UPDATE")
        cursor.execute(
            """DELETE FROM contact_point c WHERE c.id = ANY(%s) AND NOT EXISTS (
                 SELECT FROM contact_use u WHERE u.contact_point_id = c.id) RETURNING c.id""",
            [sorted(point_ids)],
        )
        return {id_ for (id_,) in cursor.fetchall()}


def hold(point_ids: Collection[int], strength: str) -> None:
    """Lock in one order; what is asked after it sees what the others wrote before."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM contact_point WHERE id = ANY(%s) ORDER BY id {strength}",
            [sorted(point_ids)],
        )
