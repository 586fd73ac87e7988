"""Hotel Sirga with guests who agreed to news, a text that was approved, and a sender that is armed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from staytrue.consent import acts
from staytrue.consent.acts import About, Spoken
from staytrue.consent.models import ContactUse
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose
from staytrue.consent.ratchet import Cause
from staytrue.guests import settling
from staytrue.hotel import scope
from staytrue.hotel.records import Email, Profile
from staytrue.messages import dispatching, leases, outlets
from staytrue.messages.dispatching import Ports
from staytrue.messages.kinds import Kind
from staytrue.messages.letters import Written
from staytrue.messages.mailings import actions, looking, queries, rounds
from staytrue.messages.mailings.queries import Counts
from staytrue.messages.models import Mailing, OutboxEntry, TemplateVersion
from staytrue.mirror.models import Profile as Person
from staytrue.staff import audit
from staytrue.staff.access import Access
from tests import make
from tests.make import NOON
from tests.messages import scene as letters
from tests.messages import ways
from tests.messages.scene import Scene
from tests.staff import people


@dataclass
class House:
    """The hotel, who writes its mailings and who approves them."""

    of: Scene
    writer: Access
    chief: Access

    def guest(self, place: int) -> int:
        """The profile of the guest of this number."""
        return self.of.person(f"M{place}")

    def guests(self, first: int, end: int) -> list[int]:
        """The profiles of these."""
        return [self.guest(place) for place in range(first, end)]

    def draft(self, source: str = "hand", **how: int) -> Mailing:
        """A draft with nobody on its list."""
        with scope.everything():
            text = TemplateVersion.objects.get(template__kind=Kind.MAILING, state="live")
            return actions.write(
                self.writer, self.of.hotel, "May news", text.pk, source, NOON, **how
            )

    def handed_in(self, profiles: list[int], source: str = "hand", **how: int) -> Mailing:
        """A list chosen by hand, counted and waiting for approval."""
        mailing = self.draft(source, **how)
        with scope.everything():
            if profiles:
                actions.add(self.writer, mailing.public_id, profiles, NOON)
            actions.hand_in(self.writer, mailing.public_id, NOON)
        looking.look(mailing, NOON)
        return mailing

    def sending(self, profiles: list[int], source: str = "hand", **how: int) -> Mailing:
        """The same, approved and begun."""
        mailing = self.handed_in(profiles, source, **how)
        with scope.everything():
            actions.approve(self.chief, mailing.public_id, NOON)
            actions.send(self.writer, mailing.public_id, NOON)
        return mailing

    def does(self, act: str, mailing: Mailing, at: datetime = NOON) -> None:
        """The chief does this with it."""
        with scope.everything():
            actions.ACTS[act](self.chief, mailing.public_id, at)


def build(count: int = 10, *, limit: int = 100_000) -> House:
    """So many guests M0, M1 … who agreed to news in a letter."""
    hotel = make.hotel("BIO")
    of = Scene(hotel, make.link(hotel))
    of.tells(*(_guest(place) for place in range(count)))
    of.tells(make.reservation(guests=letters.guests("M0")))
    letters.words(Kind.MAILING)
    with scope.everything():
        everybody = list(Person.objects.values_list("pk", flat=True))
    agree(*everybody)
    with scope.everything(), audit.acting("tests", NOON):
        outlets.set_up(hotel, "email", "dry_run", {"per_minute": 0}, ways.SENDER)
    outlets.arm(hotel, "email", by=ways.WORKER, now=NOON, limit=limit)
    leases.take(ways.WORKER, NOON)
    of.is_fresh(NOON)
    with scope.everything():
        writer, chief = (
            people.access("marketing", at=hotel),
            people.access("general_manager", at=hotel),
        )
    return House(of, writer, chief)


def _guest(place: int) -> Profile:
    return make.profile(source_id=f"M{place}", first_name="Ane", last_name=f"Etxeberria {place}",
                        emails=[Email(f"ane{place}@fontanel.example")])  # fmt: skip


def agree(*profiles: int, confirmed: bool = False) -> None:
    """They agreed to news, and perhaps confirmed it by the link in a mail."""
    with scope.everything(), audit.acting("tests", NOON):
        uses = ContactUse.objects.filter(profile_id__in=profiles, contact_point__kind="email")
        about = [About(each.profile_id, each.contact_point_id) for each in uses]
        spoken = Spoken(Origin.LETTER, "tests", wording="Write to me.")
        acts.opt_in(
            about, {Purpose.MARKETING}, {Channel.EMAIL}, GROUP, spoken, NOON, confirmed=confirmed
        )


def refuse(*profiles: int, at: datetime = NOON) -> None:
    """They said at the desk that they want no more news."""
    with scope.everything(), audit.acting("tests", at):
        uses = ContactUse.objects.filter(profile_id__in=profiles, contact_point__kind="email")
        about = [About(each.profile_id, each.contact_point_id) for each in uses]
        spoken = Spoken(Origin.DESK, "tests", words="No more.")
        acts.opt_out(about, {Purpose.MARKETING}, {Channel.EMAIL}, GROUP, spoken, at)


def recognised() -> None:
    """Each profile belongs to a guest."""
    with scope.everything():
        settling.settle_guests(list(Person.objects.values_list("pk", flat=True)), NOON)


def bounced(profile: int) -> None:
    """A mail to his address came back."""
    with scope.everything(), audit.acting("tests", NOON):
        use = ContactUse.objects.get(profile_id=profile, contact_point__kind="email")
        acts.suppress([About(None, use.contact_point_id)], Channel.EMAIL, Cause.BOUNCE,
                      Spoken(Origin.CARRIER, "tests"), NOON)  # fmt: skip


def planned(at: datetime = NOON) -> int:
    """The worker plans a batch; nothing leaves yet."""
    return rounds.move(at)


def sent(at: datetime = NOON) -> list[str]:
    """What is planned leaves, as far as it may; the addresses it went to."""
    with scope.everything():
        before = set(OutboxEntry.objects.values_list("pk", flat=True))
    words = Written("May news", "<p>Come.</p>", "Come.", "Ane", "https://sirga.example/g/u/abc")
    ports = Ports(write=lambda claims, _now: [words] * len(claims), clock=lambda: at)
    dispatching.send_due(ways.WORKER, ports)
    with scope.everything():
        new = OutboxEntry.objects.exclude(pk__in=before).order_by("pk")
        return list(new.values_list("address", flat=True))


def round_(at: datetime = NOON) -> list[str]:
    """Both, as the worker does them."""
    planned(at)
    return sent(at)


def counts(mailing: Mailing) -> Counts:
    """Where everybody on its list stands."""
    with scope.everything():
        return queries.counts(Mailing.objects.get(pk=mailing.pk))


def stands(mailing: Mailing) -> str:
    """Its state."""
    with scope.everything():
        return Mailing.objects.get(pk=mailing.pk).state
