"""Texts that guests send to a hotel's number: who wants no more gets no more, at once.

His number is answered once, with one text that says so; never again, however often he says it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from staytrue.consent import acts, opt_out_words
from staytrue.consent.acts import About, Spoken
from staytrue.consent.models import ContactPoint, ContactUse
from staytrue.consent.points import PHONE
from staytrue.consent.purposes import Channel, Origin, Purpose, Scope, Within
from staytrue.consent.recorded import address_hash
from staytrue.hotel import scope
from staytrue.kit import database, ids
from staytrue.messages import arming, outlets
from staytrue.messages.arming import Disarmed, Key
from staytrue.messages.carriers.base import Outgoing, Sender
from staytrue.messages.carriers.gateways import Heard
from staytrue.messages.models import IncomingText, Message, Outlet
from staytrue.mirror.models import Profile
from staytrue.mirror.rows import digits

ACTOR = "incoming text"
SOON = timedelta(hours=1)
"""A confirmation that is later would only puzzle him."""
WORDS = {
    "en": "{hotel}: you get no more text messages from us.",
    "fr": "{hotel}\N{NARROW NO-BREAK SPACE}: vous ne recevrez plus de SMS de notre part.",
    "es": "{hotel}: no recibirá más SMS nuestros.",
}
_AT_ONCE = 50


class Came(StrEnum):
    """What a text was."""

    STOPPED = "stopped"
    KNOWN = "known"
    NOTHING = "nothing"


def take(heard: Heard, outlet: Outlet, now: datetime) -> Came:
    """Obey one text, once; one that asks for something else leaves no trace.

    No text ever opts in: whoever sends one can name any number as his own.
    """
    if not (heard.is_blocked or opt_out_words.said_in_sms(heard.words)):
        return Came.NOTHING
    with transaction.atomic(), scope.everything():
        text, is_new = IncomingText.objects.get_or_create(
            outlet=outlet, key=heard.key,
            defaults={"property_id": outlet.property_id, "at": now},
        )  # fmt: skip
        if not is_new:
            return Came.KNOWN
        said = _stop(heard, outlet, now)
        # The gateway's own block is not a word to answer: nothing reaches him there any more.
        if said and not (heard.is_blocked and not heard.words):
            text.number, text.language = _full(heard.number), _language(heard)
            text.state = IncomingText.State.DUE
            text.save(update_fields=["number", "language", "state"])
    return Came.STOPPED


def blocked(message: Message, detail: str, now: datetime) -> None:
    """A gateway would not take a text because its guest told it to stop: his word, said there."""
    about = About(contact_point_id=message.contact_point_id)
    if message.contact_point_id is not None:
        proof = {"message": str(message.public_id), "detail": detail}
        _no_more(about, Spoken(Origin.CARRIER, ACTOR, message.property_id, proof=proof), now)


def confirm_due(now: datetime) -> int:
    """Send each confirmation that is due, at most once: it is marked before it leaves."""
    with transaction.atomic(durable=True), scope.everything():
        waiting = list(
            IncomingText.objects.select_related("outlet__property")
            .select_for_update(of=("self",), skip_locked=True)
            .filter(state=IncomingText.State.DUE)
            .order_by("at")[:_AT_ONCE]
        )
        if not waiting:
            return 0
        database.wait_for_disk()
        leaving = _leaving(waiting, now)
    for text, outgoing in leaving:
        with scope.everything():
            carrier = outlets.opened(text.outlet)
        try:
            tuple(carrier.hand_over([outgoing]))
        finally:
            carrier.close()
    return len(leaving)


def _leaving(waiting: list[IncomingText], now: datetime) -> list[tuple[IncomingText, Outgoing]]:
    """Mark each as left or closed; those whose way out is open and whose word is fresh leave."""
    armed = arming.state(now)
    found = []
    for text in waiting:
        is_late = now - text.at > SOON
        if isinstance(armed, Disarmed) and not is_late:
            continue
        way = Key(text.property_id, "sms")
        # Nothing from before the arming leaves: a restored database may have sent it already.
        since = text.outlet.armed_at
        if (
            is_late
            or isinstance(armed, Disarmed)
            or since is None
            or text.at < since
            or armed.refusal(way, text.number, Purpose.STAY)
        ):
            text.state = IncomingText.State.CLOSED
        else:
            text.state = IncomingText.State.LEFT
            found.append((text, _confirmation(text, now)))
        text.number = ""
        text.save(update_fields=["state", "number"])
    return found


def _confirmation(text: IncomingText, now: datetime) -> Outgoing:
    words = WORDS[text.language].format(hotel=text.outlet.property.name)
    return Outgoing(
        public_id=ids.new(), mark="", sender=Sender(text.outlet.sender_address), name="",
        address=text.number, language=text.language, subject="", html="", text=words, at=now,
    )  # fmt: skip


def _stop(heard: Heard, outlet: Outlet, now: datetime) -> list[int]:
    origin = Origin.SMS if heard.words else Origin.CARRIER
    spoken = Spoken(
        origin, ACTOR, outlet.property_id, words=heard.words,
        language=opt_out_words.language_of(heard.words), proof={"text": heard.key},
    )  # fmt: skip
    return _no_more(_about(heard.number), spoken, now)


def _no_more(about: About, spoken: Spoken, now: datetime) -> list[int]:
    """Whoever stops a number means everything that it sends."""
    here = Scope(Within.PROPERTY, spoken.property_id)
    return acts.opt_out([about], list(Purpose), [Channel.SMS], here, spoken, now)


def _about(number: str) -> About:
    """The number alone, whoever has it, also one that nobody has yet."""
    value = digits(number)
    point = ContactPoint.objects.filter(kind=PHONE, value=value).first()
    return About(None, point.pk if point else None, address_hash(PHONE, value))


def _full(number: str) -> str:
    return f"+{digits(number)}"


def _language(heard: Heard) -> str:
    """That of his word, else the one his profile speaks."""
    told = opt_out_words.language_of(heard.words)
    if not told:
        uses = ContactUse.objects.filter(
            contact_point__kind=PHONE, contact_point__value=digits(heard.number), until_at=None
        )
        speaks = Profile.objects.filter(pk__in=uses.values("profile_id")).values_list(
            "language", flat=True
        )
        told = next((each.partition("-")[0] for each in speaks if each), "")
    return told if told in WORDS else "en"
