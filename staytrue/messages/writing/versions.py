"""From draft to live: who writes a text, who approves it, and what keeps it from being approved."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from staytrue.hotel.models import Property
from staytrue.kit.errors import Forbidden, Refused
from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.models import Template, TemplateVersion
from staytrue.messages.writing import fields, letterheads, live, rendering, sampling, standard_set
from staytrue.messages.writing.language import LANGUAGES
from staytrue.messages.writing.layout import Text
from staytrue.messages.writing.letterheads import WRITE
from staytrue.messages.writing.liquid import Problem
from staytrue.staff import audit
from staytrue.staff.access import Access, require, require_everywhere
from staytrue.staff.queries import others_may

APPROVE = "templates.approve"
BY_STAYTRUE = "staytrue"
"""Who wrote the texts that ship."""


def problems(
    kind: Kind, channel: str, property_id: int | None, texts: Mapping[str, Text]
) -> dict[str, list[Problem]]:
    """What is wrong with a text in each language, the worst first."""
    own = letterheads.domains_of(_hotels(property_id))
    of_stay = DEMANDS[kind].of_stay
    return {
        language: rendering.check(text, own, channel, of_stay=of_stay)
        for language, text in texts.items()
    }


@transaction.atomic
def save_draft(
    access: Access,
    kind: Kind,
    channel: str,
    property_id: int | None,
    texts: Mapping[str, Text],
    now: datetime,
) -> TemplateVersion:
    """Keep these words as the draft; refused with the field named where they could not be filled."""
    _require(access, WRITE, property_id)
    if not texts or not set(texts) <= set(LANGUAGES):
        raise Refused("Write it in English, French or Spanish.", "template_empty")
    for found in problems(kind, channel, property_id, texts).values():
        rendering.refuse(found)
    _require_fields(access, kind, channel, property_id, texts)
    with audit.acting(access.actor, now):
        template = _template(kind, channel, property_id)
        draft = TemplateVersion.objects.filter(
            template=template, state__in=["draft", "waiting"]
        ).first() or TemplateVersion(template=template, number=_next(template))
        draft.property_id = property_id
        draft.texts = {language: asdict(text) for language, text in texts.items()}
        draft.purpose = live.purpose_of(kind, texts)
        draft.state, draft.written_by, draft.written_at = "draft", access.actor, now
        draft.save()
    return draft


@transaction.atomic
def send_for_approval(access: Access, version_id: int, now: datetime) -> None:
    """The draft is finished; somebody else looks at it."""
    draft = _held(version_id, "draft")
    _require(access, WRITE, draft.property_id)
    with audit.acting(access.actor, now):
        draft.state = "waiting"
        draft.save(update_fields=["state"])


@transaction.atomic
def approve(
    access: Access, version_id: int, now: datetime, *, looked_at: Collection[str] = ()
) -> None:
    """Let this version be sent from now on, in place of the one before it."""
    version = _held(version_id, "waiting")
    _require(access, APPROVE, version.property_id)
    if version.written_by == access.actor and others_may(access, APPROVE, version.property_id):
        raise Refused(
            "You wrote it, so someone else must approve it.", "own_text", version=version_id
        )
    words = live.version_of(version)
    _sendable(words, version.property_id, looked_at, now)
    with audit.acting(access.actor, now):
        TemplateVersion.objects.filter(template=version.template, state="live").update(
            state="retired"
        )
        version.state, version.approved_by, version.approved_at = "live", access.actor, now
        version.looked_at = sorted(looked_at)
        version.save(update_fields=["state", "approved_by", "approved_at", "looked_at"])


@transaction.atomic
def send_back(access: Access, version_id: int, why: str, now: datetime) -> None:
    """Not so: it becomes a draft again, and the audit says why."""
    version = _held(version_id, "waiting")
    _require(access, APPROVE, version.property_id)
    if not why.strip():
        raise Refused("Say what should be different.", "reason_missing")
    with audit.acting(access.actor, now, why.strip()):
        version.state = "draft"
        version.save(update_fields=["state"])


@transaction.atomic
def adopt_standard(
    access: Access,
    sets: Sequence[tuple[Kind, str]],
    now: datetime,
    property_id: int | None = None,
) -> int:
    """Approve texts that ship where the hotel, or the group, has none of its own; answers how many."""
    _require(access, APPROVE, property_id)
    made = 0
    with audit.acting(access.actor, now):
        for kind, channel in sets:
            texts = standard_set.texts(kind, channel)
            template = _template(kind, channel, property_id)
            if not texts or TemplateVersion.objects.filter(template=template).exists():
                continue
            version = TemplateVersion.objects.create(
                template=template,
                property_id=property_id,
                number=1,
                texts={language: asdict(text) for language, text in texts.items()},
                purpose=live.purpose_of(kind, texts),
                state="waiting",
                written_by=BY_STAYTRUE,
                written_at=now,
            )
            approve(access, version.pk, now)
            made += 1
    return made


def _sendable(
    words: rendering.Version,
    property_id: int | None,
    looked_at: Collection[str],
    now: datetime,
) -> None:
    """Refuse what would stop at the door, or should never pass it."""
    if set(words.texts) != set(LANGUAGES):
        raise Refused("A text stands in English, French and Spanish before it goes live.",
                      "languages_missing")  # fmt: skip
    hotels = _hotels(property_id)
    found = problems(words.kind, words.channel, property_id, words.texts)
    for language, told in found.items():
        rendering.refuse(told)
        unseen = [each.name for each in told if each.needs_approval and each.name not in looked_at]
        if unseen:
            raise Refused(
                f"The text links to {unseen[0]}. Look at it and say so.", "link_not_looked_at",
                link=unseen[0], language=language,
            )  # fmt: skip
    if words.channel == standard_set.EMAIL:
        houses = letterheads.houses(hotels)
        bare = sorted(house.name for house in houses.values() if not house.legal_line)
        if bare:
            raise Refused(
                f"{bare[0]} has no legal line on its letterhead. Add name and address first.",
                "no_legal_line", hotel=bare[0],
            )  # fmt: skip
        rendering.require_way_out(words)
    sampling.require_filled(words, hotels, now)


def _require_fields(
    access: Access, kind: Kind, channel: str, property_id: int | None, texts: Mapping[str, Text]
) -> None:
    """Who may not read rates, payments, room details or guest records has no text tell more of them.

    What the text in force tells already may stay in it.
    """
    wish = live.Wish(property_id or 0, kind, channel)
    in_force = live.live([wish]).get(wish)
    before = in_force.texts if in_force else standard_set.texts(kind, channel)
    known = {name for text in before.values() for name in rendering.names_in(text)}
    told = {name for text in texts.values() for name in rendering.names_in(text)}
    for name in sorted(told - known):
        right = fields.right_for(name)
        if right and not access.may(right, property_id):
            raise Refused(
                f"Your role may not read what {name} tells, so no text of yours can add it.",
                "field_hidden", name=name,
            )  # fmt: skip


def _hotels(property_id: int | None) -> list[int]:
    if property_id is not None:
        return [property_id]
    return list(Property.objects.values_list("pk", flat=True))


def _template(kind: Kind, channel: str, property_id: int | None) -> Template:
    hotel = Property.objects.get(pk=property_id) if property_id is not None else None
    found, _ = Template.objects.get_or_create(kind=kind.value, channel=channel, property=hotel)
    return Template.objects.select_for_update().get(pk=found.pk)


def _next(template: Template) -> int:
    newest = TemplateVersion.objects.filter(template=template).aggregate(most=Max("number"))
    return int(newest["most"] or 0) + 1


def _held(version_id: int, state: str) -> TemplateVersion:
    """The version, locked, where it is in this state."""
    found = (
        TemplateVersion.objects.select_related("template")
        .select_for_update(of=("self",))
        .filter(pk=version_id)
        .first()
    )
    if found is None:
        raise Forbidden("There is no such text among those you may see.", "not_visible",
                        object=f"template_version:{version_id}")  # fmt: skip
    if found.state != state:
        raise Refused("The text has moved on meanwhile. Look at it again.", "text_moved_on",
                      state=found.state)  # fmt: skip
    return found


def _require(access: Access, right: str, property_id: int | None) -> None:
    """The group's texts are for those who hold the right at all hotels."""
    if property_id is None:
        require_everywhere(access, right)
    else:
        require(access, right, property_id)
