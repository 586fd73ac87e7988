"""The only door to guests: claimed under locks with every check, compared once more, settled.

At most once is carried by the constraints of the table; what changed between claim and hand-over
goes back and is decided anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from staytrue.consent import permissions
from staytrue.consent.permissions import Asked
from staytrue.hotel import scope
from staytrue.kit.asking import ask
from staytrue.messages import arming, decisions, looking, rows
from staytrue.messages.arming import Armed, Disarmed, Key
from staytrue.messages.case import Act, Answer
from staytrue.messages.claims import Claimed, give_back, still_held
from staytrue.messages.decisions import Said
from staytrue.messages.gathering import Gathered, Set
from staytrue.messages.kinds import OPEN, State
from staytrue.messages.looking import Lookup
from staytrue.messages.models import Message
from staytrue.messages.reasons import Reason
from staytrue.messages.rules import decide, good_until
from staytrue.messages.turns import Looked, changed_since

ROUNDS = 50
"""So many times a set that only waits is passed over before the caller gets a word."""
SHADOW = "shadow"
"""Who decides what leaves nowhere."""
LOOK_UPS = 20
"""So many are asked at the PMS together: the first answer must still count behind the last."""


def claim(limit: int, worker: str, now: datetime, lookup: Lookup | None = None) -> list[Claimed]:
    """Up to `limit` messages that may leave; they belong to the caller from now on.

    Where a PMS can be asked about one reservation, it is, between two rounds and under no lock.
    """
    reads = frozenset(lookup.hotels()) if lookup else frozenset()
    # What has to wait must not keep waiting what may leave behind it.
    for _ in range(ROUNDS):
        claims, wanting, decided = _round(limit, worker, now, reads)
        if lookup and wanting:
            told = looking.look_up(wanting, lookup, now)
            asked = [each.pk for each in wanting if each.reservation_id in told]
            claims += _round(limit, worker, now, reads, asked)[0]
        if claims or wanting or not decided:
            return claims
    return []


def decide_shadows(limit: int, now: datetime, lookup: Lookup | None = None) -> int:
    """Decide what runs in shadow, as if it could leave; how many were decided.

    It needs no lease, and there is nothing to claim: the rule closes what would have left, and the
    table takes no state from which a carrier could be reached.
    """
    reads = frozenset(lookup.hotels()) if lookup else frozenset()
    with scope.everything():
        ids = [each.pk for each in _due(limit, now, is_shadow=True)]
    if not ids:
        return 0
    _, wanting, decided = _round(limit, SHADOW, now, reads, ids)
    if lookup and wanting:
        told = looking.look_up(wanting, lookup, now)
        asked = [each.pk for each in wanting if each.reservation_id in told]
        _round(limit, SHADOW, now, reads, asked)
    return decided


def _round(
    limit: int,
    worker: str,
    now: datetime,
    reads: Collection[int],
    only: Collection[int] | None = None,
) -> tuple[list[Claimed], list[Message], int]:
    """One transaction: the claims, what the PMS has to be asked about, how many were decided."""
    with scope.everything():
        due = _due(limit, now, only, is_shadow=worker == SHADOW)
        if not due:
            return [], [], 0
        armed = arming.state(now)
        found = Set(due, now, reads)
        answered: list[tuple[Gathered, Answer]] = []
        wanting: list[Message] = []
        for message in found.messages:
            each = found.gathered(message, armed)
            answer = decide(each.case)
            if answer.wants_look_up and len(wanting) == LOOK_UPS:
                # Not decided: it stays due, and the next round asks.
                continue
            wanting += [message] if answer.wants_look_up else []
            if answer.act == Act.SEND and isinstance(armed, Armed):
                found.use(each)
                armed.spend(Key(message.property_id, message.channel))
            elif answer.reason == Reason.SHADOW:
                found.use(each)
            answered.append((each, answer))
        sending = [each for each, answer in answered if answer.act == Act.SEND]
        claims = _take(sending, armed, worker, now)
        _keep([(each, answer) for each, answer in answered if answer.act != Act.SEND], now)
    return claims, wanting, len(answered)


def _due(
    limit: int, now: datetime, only: Collection[int] | None = None, *, is_shadow: bool
) -> list[Message]:
    """The next open messages whose moment has come, held; others' are left out."""
    waiting = Message.objects.filter(
        state__in=[state.value for state in sorted(OPEN)], is_shadow=is_shadow
    )
    if only is not None:
        waiting = waiting.filter(pk__in=only)
    at = Coalesce(F("held_until"), F("due_at"))
    due = waiting.annotate(look_at=at).filter(look_at__lte=now).order_by("look_at", "pk")
    return list(due.select_for_update(skip_locked=True)[:limit])


def _take(
    sending: Sequence[Gathered], armed: Armed | Disarmed, worker: str, now: datetime
) -> list[Claimed]:
    """Claim them; whom another was quicker with is closed. Never without a fence."""
    if not sending or isinstance(armed, Disarmed):
        return []
    ordered = sorted(sending, key=lambda each: each.message.pk)
    try:
        with transaction.atomic():
            return _claimed(ordered, armed.fence, worker, now)
    except IntegrityError:
        # Somebody used a slot of one of them at this very moment: the constraint says of which.
        return [one for each in ordered for one in _alone(each, armed.fence, worker, now)]


def _alone(each: Gathered, fence: int, worker: str, now: datetime) -> list[Claimed]:
    each.message.refresh_from_db()
    try:
        with transaction.atomic():
            return _claimed([each], fence, worker, now)
    except IntegrityError:
        reason = Reason.PARTY_ALREADY_WRITTEN if each.message.party else Reason.ALREADY_SENT
        each.message.refresh_from_db()
        _keep([(each, Answer(Act.CLOSE, reason))], now)
        return []


_OF_CLAIM = (
    "state", "reason", "held_until", "claim_token", "claimed_at", "decided_at", "attempts",
    "address", "contact_point_id", "purpose", "stay_version", "consent_version",
)  # fmt: skip


def _claimed(sending: Sequence[Gathered], fence: int, worker: str, now: datetime) -> list[Claimed]:
    claims = [_claim_of(each, fence, now) for each in sending]
    rows.update([each.message for each in sending], _OF_CLAIM)
    decisions.note(
        [
            Said(each.message.pk, each.message.property_id, Act.SEND,
                 facts={**each.facts, "attempt": each.message.attempts, "worker": worker})
            for each in sending
        ],
        now,
    )  # fmt: skip
    decisions.close_asks([each.message.pk for each in sending], "left", now)
    return claims


def _claim_of(each: Gathered, fence: int, now: datetime) -> Claimed:
    message, address = each.message, each.address
    if address is None or each.permission is None or each.template is None or message.is_shadow:
        raise AssertionError("a shadow, or one without address or words, cannot be claimed")
    message.state, message.reason, message.held_until = State.CLAIMED, "", None
    message.claim_token, message.claimed_at, message.decided_at = fence, now, now
    message.attempts += 1
    message.address, message.contact_point_id = each.value, address.point_id
    message.purpose = each.case.purpose
    message.stay_version, message.consent_version = each.stay_version, each.permission.version
    return Claimed(
        message=message,
        address=each.value,
        profile_id=address.profile_id,
        contact_point_id=address.point_id,
        purpose=each.case.purpose,
        template_version=each.template,
        stay_version=each.stay_version,
        is_out_of_sight=each.case.stay is not None and each.case.stay.is_out_of_sight,
        consent_version=each.permission.version,
        fence=fence,
        attempt=message.attempts,
        good_until=good_until(each.case),
    )


_STATES = {
    Act.HOLD: State.HELD,
    Act.REPLAN: State.HELD,
    Act.CLOSE: State.CLOSED,
    Act.EXPIRE: State.EXPIRED,
}


def _keep(answered: Sequence[tuple[Gathered, Answer]], now: datetime) -> None:
    """Write what was decided; a hold that says the same as before is no new decision."""
    said, closed, asks = [], [], []
    for each, answer in answered:
        message, state = each.message, _STATES[answer.act]
        reason = answer.reason.value if answer.reason else ""
        if (message.state, message.reason) != (state, reason):
            facts = {**each.facts, **answer.facts}
            said.append(
                Said(message.pk, message.property_id, answer.act, reason, answer.until, facts)
            )
        plan = message.facts.get("plan")
        message.facts = ({"plan": plan} if plan else {}) | {**each.facts, **answer.facts}
        message.state, message.reason, message.held_until = state, reason, answer.until
        message.decided_at = now
        message.settled_at = now if state in (State.CLOSED, State.EXPIRED) else None
        if looking.is_for_person(answer) and not message.is_shadow:
            asks.append(looking.ask_for(message))
        else:
            closed.append(message.pk)
    rows.update(
        [each.message for each, _ in answered],
        ["state", "reason", "facts", "held_until", "decided_at", "settled_at"],
    )
    decisions.note(said, now)
    decisions.ask_people(asks, now)
    decisions.close_asks(closed, "decided", now)


def last_looks(
    claims: Sequence[Claimed], now: datetime, standing: State = State.CLAIMED
) -> frozenset[int]:
    """The numbers of those that may be handed over now; the others go back to be decided anew.

    What was let go and waits for a slow carrier is looked at again, `standing` as handed over.
    """
    with scope.everything():
        still = still_held(claims, [standing])
        mine = [each for each in claims if each.message.pk in still]
        ways = {Key(each.message.property_id, each.message.channel) for each in mine}
        fences = {each.fence for each in mine}
        open_ways = {fence: arming.still(fence, ways, now) for fence in fences}
        stays = _versions([each.message.reservation_id for each in mine])
        answers = permissions.of(
            [
                Asked(each.contact_point_id, each.profile_id, each.message.property_id,
                      each.purpose, each.message.channel)
                for each in mine
            ],
            now,
        )  # fmt: skip
        leaving: list[Claimed] = []
        back: list[tuple[Claimed, Mapping[str, Any]]] = []
        for each, permission in zip(mine, answers, strict=True):
            message = each.message
            key = Key(message.property_id, message.channel)
            stay, is_hidden = stays.get(message.reservation_id or 0, (None, False))
            # One that was out of sight already leaves on the word of whoever looked.
            is_lost = is_hidden and not each.is_out_of_sight
            causes = changed_since(
                Looked(each.stay_version, each.consent_version, good_until=each.good_until),
                Looked(
                    None if is_lost else stay,
                    permission.version,
                    permission.allowed,
                    key in open_ways[each.fence],
                ),
                not_after=message.not_after,
                now=now,
            )
            if causes:
                back.append((each, {"changed": causes}))
            else:
                leaving.append(each)
        ids = frozenset(each.message.pk for each in leaving)
        Message.objects.filter(pk__in=ids).update(state=State.HANDED_OVER, handed_at=now)
        for each in leaving:
            each.message.state, each.message.handed_at = State.HANDED_OVER, now
        give_back(back, now)
    return ids


def _versions(reservation_ids: Collection[int | None]) -> dict[int, tuple[int, bool]]:
    """Reservation → its version now, and whether it left the feed."""
    rows = ask(
        "SELECT id, content_hash, out_of_sight_since IS NOT NULL FROM reservation"
        " WHERE id = ANY(%s::bigint[])",
        [sorted({id_ for id_ in reservation_ids if id_})],
    )
    return {id_: (version, is_hidden) for id_, version, is_hidden in rows}


def wake(reason: Reason, property_ids: Collection[int], now: datetime) -> int:
    """What is held for this reason at these hotels is decided again at the next round."""
    with scope.everything():
        return Message.objects.filter(
            state=State.HELD, reason=reason.value, property_id__in=property_ids
        ).update(held_until=now)
