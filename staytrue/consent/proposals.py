"""Proposed opt-outs: words of a guest that came by mail or message, until a member has read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from staytrue.consent import acts
from staytrue.consent.acts import About, Spoken
from staytrue.consent.desk import RECORD
from staytrue.consent.models import ProposedOptOut
from staytrue.consent.points import EMAIL
from staytrue.consent.purposes import GROUP, ONE_CLICK, POINT_KIND, Channel, Origin
from staytrue.consent.recorded import address_hash
from staytrue.hotel.contacts import address_key
from staytrue.kit.errors import Refused
from staytrue.staff import audit
from staytrue.staff.access import Access, require
from staytrue.staff.actions import NewAsk, close_ask, open_ask

KIND = "proposed_opt_out"
CONFIRMED, DISMISSED = "confirmed", "dismissed"


@dataclass(frozen=True)
class Heard:
    """What came in: by which way, from whom, in which words; `proof` names the message."""

    origin: Origin
    channel: Channel
    words: str
    property_id: int | None
    language: str = ""
    profile_id: int | None = None
    contact_point_id: int | None = None
    sender: str = ""
    proof: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def propose(heard: Heard, actor: str, now: datetime) -> int:
    """Keep the words and ask the front desk; nothing is changed until a member confirms.

    The same mail again (`proof` names it by its hash) is the same proposal.
    """
    mail = heard.proof.get("mail")
    known = ProposedOptOut.objects.filter(proof__mail=mail, property_id=heard.property_id)
    if mail and (before := known.first()):
        return before.pk
    with audit.acting(actor, now):
        made = ProposedOptOut.objects.create(
            at=now,
            origin=heard.origin,
            channel=heard.channel,
            property_id=heard.property_id,
            profile_id=heard.profile_id,
            contact_point_id=heard.contact_point_id,
            sender=heard.sender,
            words=heard.words,
            language=heard.language,
            proof=dict(heard.proof),
        )
    ask = NewAsk(
        key=f"proposed-opt-out:{made.pk}",
        kind=KIND,
        role="front_desk",
        property_id=heard.property_id,
        facts={"channel": heard.channel},
        link="/guests/consent/",
    )
    open_ask(ask, now)
    return made.pk


@transaction.atomic
def decide(access: Access, proposal_id: int, now: datetime, *, is_meant: bool) -> list[int]:
    """A member read it: the opt-out is applied with the words as its proof, or dismissed."""
    found = ProposedOptOut.objects.select_for_update().filter(pk=proposal_id).first()
    if found is None or found.decision:
        raise Refused("Somebody has decided this already.", "decided_already")
    require(access, RECORD, found.property_id)
    found.decision = CONFIRMED if is_meant else DISMISSED
    found.decided_by, found.decided_at = access.actor, now
    with audit.acting(access.actor, now):
        found.save(update_fields=["decision", "decided_by", "decided_at"])
    close_ask(f"proposed-opt-out:{found.pk}", found.decision, now)
    if not is_meant:
        return []
    about = About(found.profile_id, found.contact_point_id, _hash(found))
    if about == About():
        raise Refused(
            "Nobody is known by this address. Find the guest and record it on his card.",
            "nobody_known",
        )
    proof = {**found.proof, "proposal": found.pk}
    spoken = Spoken(
        Origin(found.origin), access.actor, found.property_id, language=found.language,
        words=found.words, said_at=found.at, proof=proof,
    )  # fmt: skip
    return acts.opt_out([about], ONE_CLICK, [Channel(found.channel)], GROUP, spoken, now)


def _hash(found: ProposedOptOut) -> bytes:
    """An address that nobody has yet is kept out all the same, should a guest bring it."""
    kind, value = POINT_KIND[Channel(found.channel)], address_key(found.sender)
    if found.profile_id or found.contact_point_id or kind != EMAIL or "@" not in value:
        return b""
    return address_hash(kind, value)


def open_ones() -> QuerySet[ProposedOptOut]:
    """Those that nobody decided yet."""
    return ProposedOptOut.objects.filter(decision="")
