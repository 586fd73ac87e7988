"""Which words are in force: the hotel's own text before the group's, only what was approved."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.models import TemplateVersion
from staytrue.messages.writing import rendering
from staytrue.messages.writing.layout import Text
from staytrue.messages.writing.rendering import Version
from staytrue.messages.writing.standard_set import EMAIL


@dataclass(frozen=True)
class Wish:
    """A text that is looked for."""

    property_id: int
    kind: Kind
    channel: str = EMAIL


def live(wishes: Collection[Wish]) -> dict[Wish, Version]:
    """The version in force for each; what has none is absent, and nothing may leave for it."""
    ids = {each.property_id for each in wishes}
    rows = TemplateVersion.objects.filter(
        Q(property_id__in=ids) | Q(property_id=None),
        state="live",
        template__kind__in={each.kind.value for each in wishes},
    ).select_related("template")
    by_place = {(row.property_id, row.template.kind, row.template.channel): row for row in rows}
    found = {}
    for wish in wishes:
        rest = (wish.kind.value, wish.channel)
        row = by_place.get((wish.property_id, *rest)) or by_place.get((None, *rest))
        if row is not None:
            found[wish] = version_of(row)
    return found


def by_id(ids: Collection[int]) -> dict[int, Version]:
    """These versions, live or retired: for what was planned or sent with them."""
    rows = TemplateVersion.objects.filter(pk__in=ids).select_related("template")
    return {row.pk: version_of(row) for row in rows}


def version_of(row: TemplateVersion) -> Version:
    """A row as words."""
    return Version(
        row.pk,
        Kind(row.template.kind),
        row.template.channel,
        row.purpose,
        texts_of(row.texts),
    )


def texts_of(stored: Mapping[str, Any]) -> dict[str, Text]:
    """Words as they are kept."""
    return {language: Text(**parts) for language, parts in stored.items()}


def purpose_of(kind: Kind, texts: Mapping[str, Text]) -> str:
    """The kind's purpose; marketing as soon as any language of it sells something."""
    sells = any(rendering.sells(text) for text in texts.values())
    return "marketing" if sells else DEMANDS[kind].purpose
