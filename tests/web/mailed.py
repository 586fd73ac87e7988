"""Mailings of the demo house: a draft by hand, one from a file, one to approve, three under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from staytrue.consent import actions as consent
from staytrue.consent import acts
from staytrue.consent.acts import About, Spoken
from staytrue.consent.models import ContactUse
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.messages.kinds import Kind
from staytrue.messages.mailings import actions, looking, rounds
from staytrue.messages.models import Mailing, MailingRecipient, Message
from staytrue.messages.writing import standard_set, versions
from staytrue.mirror.models import Profile
from staytrue.staff import audit
from staytrue.staff.access import Access, house_access
from staytrue.staff.models import Member

SUBJECTS = {"en": "May at the river", "fr": "Mai au bord du fleuve", "es": "Mayo junto al río"}
PART = 30
"""So many guests are on each list; the same words reach nobody by two of them."""


def pages() -> dict[str, str]:
    """The list, a new one, and a mailing in each state."""
    with scope.everything():
        found = {each.name.split()[0].lower(): each for each in Mailing.objects.all()}
    named = {f"mailing-{name}": f"/mailings/{each.public_id}/" for name, each in found.items()}
    return {
        "mailings": "/mailings/",
        "mailing-new": "/mailings/new/?hotel=LIS",
        "mailing-new-textless": "/mailings/new/?hotel=BIO",
        "mailing-chosen": f"{named['mailing-draft']}?q=garcia",
        **named,
    }


def build(now: datetime) -> None:
    """Lisbon writes to its guests: most agreed, some said no, some have no address."""
    chief = house_access("scene")
    with scope.everything():
        lisbon = Property.objects.get(code="LIS")
        author = house_access(f"member:{Member.objects.earliest('pk').pk}")
        text = _text(chief, author, lisbon, now)
        guests = Profile.objects.filter(property_id=lisbon.pk, kind="person").order_by("pk")
        people = list(guests.values_list("pk", flat=True)[: 4 * PART])
        consent.learn_roles(consent.keep_contacts(people, now), now)
        _agree(people, now)
        draft = actions.write(author, lisbon, "Draft of May", text, "hand", now)
        actions.add(author, draft.public_id, people[:6], now)
        actions.ask(author, draft.public_id, now)
        filed = actions.write(author, lisbon, "Filed by the agency", text, "file", now)
        actions.take_file(author, filed.public_id, _file(people[:3]), now)
    looking.look_if_short(draft.public_id, now)
    for place, name in enumerate(("Waiting", "Sending", "Paused", "Done")):
        part = people[place * PART : (place + 1) * PART]
        mailing = _handed_in(author, lisbon, f"{name} for May", text, part, now)
        if name != "Waiting":
            _begin(chief, mailing, now)
    with scope.everything():
        actions.pause(chief, Mailing.objects.get(name="Paused for May").public_id, now)
        Message.objects.filter(step=_step("Done for May")).update(state="accepted", handed_at=now)
    rounds.move(now)


def _text(chief: Access, author: Access, hotel: Property, now: datetime) -> int:
    texts = {
        language: replace(text, subject=SUBJECTS[language])
        for language, text in standard_set.texts(Kind.WIN_BACK).items()
    }
    version = versions.save_draft(author, Kind.MAILING, "email", hotel.pk, texts, now)
    versions.send_for_approval(author, version.pk, now)
    versions.approve(chief, version.pk, now)
    return version.pk


def _agree(people: Sequence[int], now: datetime) -> None:
    """Four of five agreed to news at the desk; every seventh said no since."""
    uses = ContactUse.objects.filter(
        profile_id__in=people, contact_point__kind="email", until_at=None
    ).order_by("profile_id")
    about = [About(each.profile_id, each.contact_point_id) for each in uses]
    channels, marketing = {Channel.EMAIL}, {Purpose.MARKETING}
    yes = Spoken(Origin.LETTER, "scene", wording="Write to me.", said_at=now)
    no = Spoken(Origin.DESK, "scene", words="No more, please.", said_at=now)
    with audit.acting("scene", now):
        acts.opt_in([each for place, each in enumerate(about) if place % 5], marketing, channels,
                    GROUP, yes, now)  # fmt: skip
        acts.opt_out(about[::7], marketing, channels, GROUP, no, now)


def _file(people: Sequence[int]) -> bytes:
    """Some addresses of guests, two that nobody has."""
    uses = ContactUse.objects.filter(profile_id__in=people, contact_point__kind="email")
    known = list(uses.values_list("written", flat=True))
    return "\n".join(["email", *known, "nobody@else.example", "=1+1"]).encode()


def _handed_in(
    author: Access, hotel: Property, name: str, text: int, people: Sequence[int], now: datetime
) -> Mailing:
    with scope.everything():
        made = actions.write(author, hotel, name, text, "hand", now, 20)
        actions.add(author, made.public_id, people, now)
        actions.hand_in(author, made.public_id, now)
    looking.look_if_short(made.public_id, now)
    return made


def _begin(chief: Access, mailing: Mailing, now: datetime) -> None:
    """Approved and begun; half of it left, one came back, one waits."""
    with scope.everything():
        actions.approve(chief, mailing.public_id, now)
        actions.send(chief, mailing.public_id, now)
        # As if a minute's worth were planned: the minute of a hotel is shared by its mailings.
        waiting = MailingRecipient.objects.filter(mailing=mailing, verdict="go").order_by("pk")
        rounds.plan(Mailing.objects.get(pk=mailing.pk), list(waiting[: PART // 2]), now)
        mine = list(Message.objects.filter(step=_step(mailing.name)).values_list("pk", flat=True))
        gone = Message.objects.filter(pk__in=mine[:-4])
        gone.update(state="accepted", handed_at=now, decided_at=now, settled_at=now)
        Message.objects.filter(pk__in=mine[:1]).update(state="bounced", reason="refused")
        Message.objects.filter(pk__in=mine[-1:]).update(state="closed", reason="opted_out")
        Message.objects.filter(pk__in=mine[-2:-1]).update(state="held", reason="capped")


def _step(name: str) -> str:
    return actions.step_of(Mailing.objects.get(name=name))
