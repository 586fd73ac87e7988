"""What a guest's fields are, composed from his profiles; kept on the guest for lists and search."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from staytrue.guests.composing import FIELDS, Golden, Profile, Standing, Trust, Word, composed
from staytrue.hotel import scope
from staytrue.kit.asking import ask
from staytrue.kit.text import fold
from staytrue.mirror.rows import KEY_MAX, name_key

CHUNK = 2_000
_decode = msgspec.json.decode
_VALUES = ", ".join(f"'{name}', p.{name}" for name in FIELDS)


@dataclass
class Sources:
    """All that a guest is composed from; `links` counts profiles that the mirror lost as well."""

    links: int = 0
    profiles: list[Profile] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    trust: dict[int, Trust] = field(default_factory=dict)
    nobodys: set[str] = field(default_factory=set)

    def golden(self) -> Golden:
        """The guest as these make him."""
        return composed(self.profiles, self.words, self.trust, frozenset(self.nobodys))


@dataclass(frozen=True)
class Kept:
    """A guest's fields as they are kept; nothing where no profile is left to say them."""

    links: int
    name: str | None
    name_key: str | None
    last_name_key: str | None
    kind: str | None
    golden: str


_OF = f"""
  SELECT l.guest_id, l.profile_id, p.connection_id, p.source_id, p.property_id, p.version_at,
         p.deleted OR p.merged_into IS NOT NULL, p.anonymised,
         jsonb_build_object({_VALUES})::text, t.kind, t.trust,
         ARRAY(SELECT c.value FROM contact_point c
                WHERE c.value = ANY(p.contact_keys) AND c.role IN ('agency', 'own', 'placeholder')),
         (SELECT jsonb_agg(to_jsonb(c))::text FROM correction c
           WHERE c.profile_id = p.id AND c.lifted_at IS NULL)
    FROM {{links}} LEFT JOIN profile p ON p.id = l.profile_id
    LEFT JOIN source_trust t ON t.connection_id = p.connection_id"""
_OF_GUESTS = f"""{_OF.format(links="link l")}
   WHERE l.guest_id = ANY(%(ids)s) AND l.until_at IS NULL
     AND (%(all)s OR l.profile_id = ANY(%(profiles)s))"""
_OF_PROFILES = _OF.format(
    links="(SELECT id, id FROM unnest(%(ids)s::bigint[]) x(id)) l(guest_id, profile_id)"
)


def read(
    guest_ids: Collection[int], *, profiles: Collection[int] | None = None
) -> dict[int, Sources]:
    """What these guests are composed from, in one query; with `profiles`, from none but these."""
    given = {"all": profiles is None, "profiles": list(profiles or ())}
    return _read(_OF_GUESTS, guest_ids, given)


def _read(statement: str, of: Collection[int], given: Mapping[str, Any]) -> dict[int, Sources]:
    found: dict[int, Sources] = {id_: Sources() for id_ in of}
    for id_, *row in ask(statement, {"ids": list(of), **given}):
        _add(found[id_], row)
    return found


def alone(profile_ids: Sequence[int]) -> dict[int, Kept]:
    """The fields of a guest who has this one profile, for each of these."""
    found: dict[int, Kept] = {}
    for start in range(0, len(profile_ids), CHUNK):
        sources = _read(_OF_PROFILES, profile_ids[start : start + CHUNK], {})
        found |= {id_: _kept(of) for id_, of in sources.items()}
    return found


def _add(to: Sources, row: list[Any]) -> None:
    id_, link, source_id, property_id, at, is_gone, is_anonymised, values, *rest = row
    kind, trust, nobodys, words = rest
    to.links += 1
    if link is None:
        return
    to.profiles.append(
        Profile(id_, link, source_id, at, _decode(values), property_id, is_gone, is_anonymised)
    )
    to.nobodys.update(nobodys)
    if kind is not None:
        to.trust[link] = Trust(kind, trust)
    for each in _decode(words) if words else ():
        to.words.append(
            Word(id_, each["field"], each["value"], each["base"], Standing(each["standing"]),
                 datetime.fromisoformat(each["at"]), each["actor"], each["reason"])
        )  # fmt: skip


def compute(guest_ids: Collection[int], now: datetime) -> None:
    """Compute these guests' fields, number of profiles and state again.

    Over all their profiles, whoever asks: what is kept must not hang on what he may see.
    """
    with scope.everything():
        _hold(guest_ids)
        _compute(guest_ids, now)


def _hold(guest_ids: Collection[int]) -> None:
    """Before anything is read, or what another transaction has just composed would be undone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM guest WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [list(guest_ids)]
        )


def _compute(guest_ids: Collection[int], now: datetime) -> None:
    ids = sorted(set(guest_ids))
    for start in range(0, len(ids), CHUNK):
        found = read(ids[start : start + CHUNK])
        _keep({id_: _kept(sources) for id_, sources in found.items()}, now)


def _keep(found: Mapping[int, Kept], now: datetime) -> None:
    made = list(found.values())
    ask(
        """UPDATE guest g
              SET computed_at = %(now)s, profiles = x.links, golden = x.golden,
                  state = CASE WHEN g.state = 'erased' THEN g.state
                               WHEN x.links = 0 THEN 'retired' ELSE 'active' END,
                  -- Who has no profile left keeps the name under which he was known.
                  name = coalesce(x.name, g.name), name_key = coalesce(x.name_key, g.name_key),
                  last_name_key = coalesce(x.last_name_key, g.last_name_key),
                  kind = coalesce(x.kind, g.kind)
             FROM unnest(%(ids)s::bigint[], %(links)s::int[], %(names)s::text[],
                         %(keys)s::text[], %(last)s::text[], %(kinds)s::text[],
                         %(golden)s::jsonb[])
                  AS x(id, links, name, name_key, last_name_key, kind, golden)
            WHERE g.id = x.id""",
        {
            "now": now,
            "ids": list(found),
            "links": [each.links for each in made],
            "names": [each.name for each in made],
            "keys": [each.name_key for each in made],
            "last": [each.last_name_key for each in made],
            "kinds": [each.kind for each in made],
            "golden": [each.golden for each in made],
        },
    )


def _kept(sources: Sources) -> Kept:
    """The fields as they are kept: also the name as it is searched, and as lists are ordered."""
    if not sources.profiles:
        return Kept(sources.links, None, None, None, None, "{}")
    golden = sources.golden()
    parts = [golden.value(part) for part in ("first_name", "last_name", "second_last_name")]
    nameless = min(each.source_id for each in sources.profiles)
    return Kept(
        sources.links,
        golden.name or nameless,
        name_key(*parts),
        fold(parts[1] or "")[:KEY_MAX],
        golden.value("kind"),
        msgspec.json.encode(golden.stored()).decode(),
    )
