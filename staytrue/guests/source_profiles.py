"""Features and keys of mirrored profiles, and the counts of their values: made from the mirror alone.

Whatever is here may be made again at any time; doing it twice is doing it once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from staytrue.guests import values
from staytrue.guests.matching.hubs import State
from staytrue.guests.matching.keys import Value, keys_of, sound_key, values_of
from staytrue.guests.matching.normalise import VERSION, Features, features_of
from staytrue.guests.matching.pairs import BLOCK_MAX
from staytrue.guests.values import Seen
from staytrue.hotel.codes import ProfileKind
from staytrue.hotel.records import Address, Email, Loyalty, Phone, Profile
from staytrue.kit.asking import ask

BUCKETS = 1 << 16
BUCKETS_MOST = 512
"""Whoever would hold more locks than this at once holds the one of everybody instead."""
_LOCK = 0x6B65
_EVERYBODY = -1
_UNCOUNTED = "born"
"""Placeholders among birth dates are found against all other dates, by the batch."""

_feature_json = msgspec.json.Decoder(Features)
_emails = msgspec.json.Decoder(list[Email])
_phones = msgspec.json.Decoder(list[Phone])
_addresses = msgspec.json.Decoder(list[Address])
_loyalty = msgspec.json.Decoder(list[Loyalty])


@dataclass(frozen=True)
class Row:
    """A profile in the mirror beside what is kept of it here."""

    id: int
    connection_id: int
    property_id: int | None
    hash: int
    features: Features
    is_gone: bool
    is_erased: bool
    merged_into: str | None
    known_hash: int | None
    known: Features | None
    """What it was counted with; nothing where it was not."""
    is_new: bool
    """Nothing was kept of it, and it is nobody's."""

    @property
    def counted(self) -> Features | None:
        """What it is to be counted with."""
        return None if self.is_gone else self.features


@dataclass
class Refreshed:
    """What came of a refreshing: the profiles that differ, and those that others made differ."""

    rows: dict[int, Row] = field(default_factory=dict)
    seen: dict[int, Seen] = field(default_factory=dict)
    keys: dict[int, tuple[int, ...]] = field(default_factory=dict)
    disturbed: set[int] = field(default_factory=set)

    def follow(self, later: Refreshed) -> None:
        """Take over what a second refreshing of some of them found; what they were stays."""
        self.seen |= later.seen
        self.keys |= later.keys
        self.disturbed |= later.disturbed


def decoded(text: str) -> Features:
    """Stored features."""
    return _feature_json.decode(text)


def encoded(features: Features) -> str:
    """Features as they are stored."""
    return msgspec.json.encode(features).decode()


def provider(dialect: str, settings: dict[str, Any]) -> str:
    """Within which card tokens of a connection mean something: its gateway, else its PMS."""
    return str(settings.get("card_provider") or dialect)


def stale_of(connection_id: int, most: int) -> list[int]:
    """Profiles of a connection whose features are not of their version in the mirror."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id FROM profile p LEFT JOIN source_profile s ON s.profile_id = p.id
                WHERE p.connection_id = %s AND (s.profile_id IS NULL
                  OR s.profile_hash <> p.content_hash OR s.normaliser <> %s)
                ORDER BY p.id LIMIT %s""",
            [connection_id, VERSION, most],
        )
        return [id_ for (id_,) in cursor.fetchall()]


def count() -> int:
    """How many profiles are recognised, as far as the database has counted them lately."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT greatest(reltuples::bigint, 0) FROM pg_class
                WHERE oid = 'source_profile'::regclass"""
        )
        return int(cursor.fetchone()[0])


def refresh(
    profile_ids: Collection[int], salt: bytes, now: datetime, *, anew: bool = False
) -> Refreshed:
    """Make features, keys and counts of these profiles equal to the mirror.

    Holds their keys until the transaction ends, so that of two who bring one new person the second
    sees the first. `anew`: also of profiles that did not change, because their values did.
    """
    done = Refreshed()
    rows = [row for row in _rows(profile_ids) if anew or row.known_hash != row.hash]
    if not rows:
        return done
    found = {row.id: values_of(row.features, salt) for row in rows}
    plain = {row.id: keys_of(row.features, salt) for row in rows}
    states = hold(
        {key for row in rows if not row.is_gone for key in plain[row.id]},
        {value.key for each in found.values() for value in each},
    )
    for row in rows:
        done.rows[row.id] = row
        if row.is_gone:
            continue
        seen = values.seen(row.features, found[row.id], states)
        done.seen[row.id] = seen
        done.keys[row.id] = keys_of(row.features, salt, seen.generic)
    kept = {
        id_: {*keys, *(value.key for value in found[id_] if value.field != _UNCOUNTED)}
        for id_, keys in done.keys.items()
    }
    done.disturbed, turned = _keep(rows, kept, _counts(rows, found, salt), now, states)
    # What turned a value while we waited for it did not see these profiles yet.
    done.disturbed |= {id_ for id_ in done.keys for value in found[id_] if value.key in turned}
    return done


def hold(keys: Collection[int], valued: Collection[int]) -> dict[int, State]:
    """Wait for whoever recognises a profile with one of these keys, until his transaction ends.

    Answers the states of these values as they were before the waiting.
    """
    buckets = sorted({key % BUCKETS for key in keys})
    if len(buckets) > BUCKETS_MOST:
        hold_all()
        return values.states_of(valued)
    rows = ask(
        """SELECT key, state FROM value_stat WHERE key = ANY(%s) AND state <> 'personal'
            UNION ALL SELECT NULL, pg_advisory_xact_lock_shared(%s, %s)::text
            UNION ALL SELECT NULL, pg_advisory_xact_lock(%s, b)::text
                        FROM unnest(%s::int[]) x(b)""",
        [list(valued), _LOCK, _EVERYBODY, _LOCK, buckets],
    )
    return {key: State(state) for key, state in rows if key is not None}


def hold_all() -> None:
    """Wait for everybody who recognises a profile, until their transactions end, and let none in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, _EVERYBODY])


def _rows(profile_ids: Collection[int]) -> list[Row]:
    rows = ask(
        """SELECT p.id, p.connection_id, p.property_id, p.content_hash, h.country, c.dialect,
                      c.settings->>'card_provider', p.source_id, p.kind, p.first_name, p.last_name,
                      p.second_last_name, p.birth_date, p.country, p.card_token, p.emails::text,
                      p.phones::text, p.addresses::text, p.loyalty::text, p.merged_into,
                      p.deleted OR p.anonymised OR p.merged_into IS NOT NULL, p.anonymised,
                      s.profile_hash, s.normaliser, s.features::text, s.is_gone,
                      s.profile_id IS NULL AND l.id IS NULL
                 FROM profile p JOIN connection c ON c.id = p.connection_id
                 JOIN property h ON h.id = coalesce(p.property_id, c.property_id)
                 LEFT JOIN source_profile s ON s.profile_id = p.id
                 LEFT JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
                WHERE p.id = ANY(%s) ORDER BY p.id""",
        [list(profile_ids)],
    )
    return [_row(*row) for row in rows]


def _row(
    id_: int, connection_id: int, property_id: int | None, hash_: int, home: str, dialect: str,
    card_provider: str | None, source_id: str, kind: str, first: str | None, last: str | None,
    second: str | None, born: str | None, country: str | None, card: str | None, emails: str,
    phones: str, addresses: str, loyalty: str, merged_into: str | None, is_gone: bool,  # noqa: FBT001
    is_erased: bool, known_hash: int | None, normaliser: int | None,  # noqa: FBT001
    features: str | None, was_gone: bool | None, is_new: bool,  # noqa: FBT001
) -> Row:  # fmt: skip
    profile = Profile(
        source_id=source_id, kind=ProfileKind(kind), first_name=first, last_name=last,
        second_last_name=second, birth_date=born, country=country, card_token=card,
        emails=_emails.decode(emails), phones=_phones.decode(phones),
        addresses=_addresses.decode(addresses),
        loyalty=_loyalty.decode(loyalty),
    )  # fmt: skip
    made = features_of(profile, home, provider(dialect, {"card_provider": card_provider}))
    known = decoded(features) if features and not was_gone else None
    # Features of another version of the normaliser are made again, and given back as they were.
    known_hash = known_hash if normaliser == VERSION else None
    return Row(
        id_, connection_id, property_id, hash_, made, is_gone, is_erased, merged_into,
        known_hash, known, is_new,
    )  # fmt: skip


_Counts = Counter[tuple[int, str, int | None]]


def _counts(rows: Sequence[Row], found: dict[int, tuple[Value, ...]], salt: bytes) -> _Counts:
    """(key, field, sound of the surname) → how many profiles more use it, or fewer."""
    counts: _Counts = Counter()
    for row in rows:
        for features, sign in ((row.known, -1), (row.counted, 1)):
            if features is None:
                continue
            these = found[row.id] if sign > 0 else values_of(features, salt)
            sound = sound_key(features, salt)
            for key, name in {(value.key, value.field) for value in these}:
                if name != _UNCOUNTED:
                    counts[key, name, sound] += sign
    return _Counts({what: count for what, count in counts.items() if count})


_KEEP = """
WITH kept AS (
  INSERT INTO source_profile AS s (profile_id, connection_id, property_id, profile_hash, normaliser,
                                   features, is_gone)
  SELECT x.id, x.connection, x.property, x.hash, %(version)s, x.features, x.gone
    FROM unnest(%(ids)s::bigint[], %(connections)s::bigint[], %(properties)s::bigint[],
                %(hashes)s::bigint[], %(features)s::jsonb[], %(gone)s::bool[])
         x(id, connection, property, hash, features, gone)
  ON CONFLICT (profile_id) DO UPDATE SET
    property_id = excluded.property_id, profile_hash = excluded.profile_hash,
    normaliser = excluded.normaliser, features = excluded.features, is_gone = excluded.is_gone
), wanted AS (
  SELECT * FROM unnest(%(keys)s::bigint[], %(owners)s::bigint[]) x(key, profile_id)
), dropped AS (
  DELETE FROM match_key m WHERE m.profile_id = ANY(%(known)s)
     AND NOT EXISTS (SELECT FROM wanted w WHERE w.key = m.key AND w.profile_id = m.profile_id)
  RETURNING m.key
), added AS (
  INSERT INTO match_key (key, profile_id) SELECT * FROM wanted ORDER BY key, profile_id
  ON CONFLICT DO NOTHING RETURNING key
), named AS (
  INSERT INTO value_surname AS v (key, sound, profiles)
  SELECT key, sound, sum(n) FROM unnest(%(counted)s::bigint[], %(sounds)s::bigint[], %(by)s::int[])
         x(key, sound, n) WHERE sound IS NOT NULL GROUP BY key, sound HAVING sum(n) <> 0
   ORDER BY key, sound
  ON CONFLICT (key, sound) DO UPDATE SET profiles = v.profiles + excluded.profiles
  RETURNING v.key, (new.profiles > 0)::int - (coalesce(old.profiles, 0) > 0)::int AS more
), stats AS (
  INSERT INTO value_stat AS s (key, field, profiles, surnames, state, found_at, ruled, ruled_by,
                               ruled_why)
  SELECT x.key, x.field, x.profiles, x.more, {fresh}, CASE WHEN {fresh} <> 'personal' THEN %(now)s END,
         '', '', ''
    FROM (SELECT c.key, c.field, sum(c.n) AS profiles,
                 coalesce((SELECT sum(more) FROM named n WHERE n.key = c.key), 0) AS more
            FROM unnest(%(counted)s::bigint[], %(fields)s::text[], %(by)s::int[]) c(key, field, n)
           GROUP BY c.key, c.field) x ORDER BY x.key
  ON CONFLICT (key) DO UPDATE SET profiles = s.profiles + excluded.profiles,
    surnames = s.surnames + excluded.surnames, state = {later},
    found_at = CASE WHEN {later} <> 'personal' THEN coalesce(s.found_at, %(now)s) END
  RETURNING s.key, coalesce(old.state, 'personal') AS was, new.state AS state
)
SELECT (SELECT array_agg(key) FROM stats WHERE was <> state),
       (SELECT array_agg(s.key) FROM stats s LEFT JOIN unnest(%(known_keys)s::bigint[],
                 %(known_states)s::text[]) k(key, state) ON k.key = s.key
         WHERE s.was <> coalesce(k.state, 'personal')),
       (SELECT array_agg(key) FROM added), (SELECT array_agg(key) FROM dropped)
""".format(
    fresh=values.STATE.format(ruled="''", surnames="x.more", field="x.field"),
    later=values.STATE.format(
        ruled="s.ruled", surnames="(s.surnames + excluded.surnames)", field="s.field"
    ),
)


def _keep(
    rows: Sequence[Row],
    keys: dict[int, set[int]],
    counts: _Counts,
    now: datetime,
    states: Mapping[int, State],
) -> tuple[set[int], set[int]]:
    """Write it all at once; answers whose pairs differ now, though they themselves do not, and the
    values whose states were not these any more.
    """
    pairs = [(key, id_) for id_, of in keys.items() for key in of]
    counted = list(counts.items())
    [(turned, late, added, dropped)] = ask(
        _KEEP,
        {
            "version": VERSION,
            "now": now,
            "ids": [row.id for row in rows],
            "connections": [row.connection_id for row in rows],
            "properties": [row.property_id for row in rows],
            "hashes": [row.hash for row in rows],
            "features": [encoded(row.features) for row in rows],
            "gone": [row.is_gone for row in rows],
            "known": [row.id for row in rows if row.known is not None],
            "keys": [key for key, _ in pairs],
            "owners": [id_ for _, id_ in pairs],
            "counted": [key for (key, _, _), _ in counted],
            "fields": [name for (_, name, _), _ in counted],
            "sounds": [sound for (_, _, sound), _ in counted],
            "by": [count for _, count in counted],
            "known_keys": list(states),
            "known_states": list(states.values()),
        },
    )
    disturbed = _disturbed(set(turned or ()), Counter(added or ()), Counter(dropped or ()))
    return disturbed, set(late or ())


def _disturbed(turned: set[int], added: Counter[int], dropped: Counter[int]) -> set[int]:
    """The users of values whose state turned, and of keys that became too common or no longer are."""
    found = set(values.users_of(turned)) if turned else set()
    moved = {key: by for key in {*added, *dropped} if (by := added[key] - dropped[key])}
    if not moved:
        return found
    # Only the few keys about as common as may be are read on.
    rows = ask(
        """SELECT x.key, m.ids FROM unnest(%(keys)s::bigint[], %(by)s::int[]) x(key, n),
                 LATERAL (SELECT array_agg(profile_id) AS ids FROM (
                   SELECT profile_id FROM match_key k WHERE k.key = x.key
                    OFFSET greatest(%(most)s - abs(x.n), 0) LIMIT 1) least) near,
                 LATERAL (SELECT array_agg(profile_id) AS ids FROM (
                   SELECT profile_id FROM match_key k WHERE k.key = x.key
                    LIMIT %(most)s + abs(x.n) + 1) y) m
                WHERE near.ids IS NOT NULL""",
        {"keys": list(moved), "by": list(moved.values()), "most": BLOCK_MAX},
    )
    for key, ids in rows:
        was, is_ = len(ids) - moved[key], len(ids)
        if (was > BLOCK_MAX) != (is_ > BLOCK_MAX):
            found |= set(ids)
    return found
