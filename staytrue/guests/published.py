"""The matcher in force: a model, and the rarities and number of profiles it was learned on, frozen.

So the score of a pair depends on its two profiles, the matcher and the states of their values, and
never on the order in which profiles came.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection, transaction

from staytrue.guests import links
from staytrue.guests.matching import model as models
from staytrue.guests.matching.model import Model
from staytrue.guests.matching.rarity import Rarities, Rarity
from staytrue.guests.models import Matcher

SHIPPED = 0
"""The version of the model that ships; it scores until a group's own is published."""
SHIPPED_PROFILES = 20_000
"""Among how many profiles the shipped model takes itself to be: those of one hotel of some years."""


@dataclass(frozen=True)
class Published:
    """What every pair is scored with."""

    version: int
    model: Model
    rarities: Rarities
    profiles: int


def current() -> Published:
    """The matcher in force at this moment; read whole only once per process and version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM matcher WHERE is_active")
        row = cursor.fetchone()
    return of_version(row[0] if row else SHIPPED)


@lru_cache(maxsize=4)
def of_version(version: int) -> Published:
    """A matcher that was in force once, or is; they never change."""
    if version == SHIPPED:
        none = Rarities(Rarity(), Rarity(), Rarity(), Rarity(), Rarity())
        return Published(SHIPPED, models.default(), none, SHIPPED_PROFILES)
    kept = Matcher.objects.get(version=version)
    rarities = rarities_of(zlib.decompress(bytes(kept.rarities)))
    return Published(version, Model.from_json(kept.document), rarities, kept.profiles)


@transaction.atomic
def publish(
    model: Model,
    rarities: Rarities,
    profiles: int,
    *,
    actor: str,
    source: str = "",
    figures: Mapping[str, Any] | None = None,
    now: datetime,
) -> int:
    """Score with this from now on; answers its version. What was scored before keeps its own."""
    document = model.checked().as_json()
    Matcher.objects.filter(is_active=True).update(is_active=False)
    made = Matcher.objects.create(
        at=now,
        actor=actor,
        source=source,
        document=document,
        rarities=zlib.compress(rarities_text(rarities)),
        profiles=profiles,
        figures=dict(figures or {}),
        is_active=True,
    )
    # A database that was restored may give a number again.
    of_version.cache_clear()
    links.note(links.Act(links.Kind.MATCHER, actor, matcher=made.version), now)
    return made.version


def rarities_text(rarities: Rarities) -> bytes:
    """The rarities as JSON; weights are multiples of 1/1024, so that nothing is lost."""
    return json.dumps(asdict(rarities), ensure_ascii=False, separators=(",", ":")).encode()


def rarities_of(text: bytes) -> Rarities:
    """The rarities of such a text."""
    document: dict[str, Any] = json.loads(text)
    others = tuple(Rarity(**each) for each in document.pop("others"))
    return Rarities(**{name: Rarity(**each) for name, each in document.items()}, others=others)
