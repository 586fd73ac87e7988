"""Hotel Sirga with one coming stay, words for every kind, and a sender that is armed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from staytrue.consent import actions as consent
from staytrue.consent import acts
from staytrue.consent.acts import About, Spoken
from staytrue.consent.models import ContactPoint
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.models import Property
from staytrue.hotel.records import Email, GuestOnBooking, Profile, Reservation
from staytrue.inbox.models import Connection
from staytrue.messages import gate, leases, planning
from staytrue.messages.case import Told
from staytrue.messages.claims import Claimed
from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.models import Decision, Message, Template, TemplateVersion
from staytrue.messages.planning import Moved
from staytrue.messages.wanted import Wanted
from staytrue.mirror import actions as mirror
from staytrue.mirror.models import Freshness
from staytrue.mirror.models import Profile as MirrorProfile
from staytrue.mirror.models import Reservation as Stay
from staytrue.staff import audit
from tests import make
from tests.make import NOON
from tests.messages import ways
from tests.web import house

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Scene:
    """The hotel, its feed and its people; instants are minutes after noon of 21 May."""

    hotel: Property
    link: Connection
    stays: dict[str, int] = field(default_factory=dict)

    def tells(self, *records: Reservation | Profile, at: datetime = NOON) -> None:
        """The PMS tells of these: the mirror is true through this instant."""
        for kind in (Profile, Reservation):
            if told := [record for record in records if isinstance(record, kind)]:
                house.take(self.link, *told, made_at=at)
        with scope.everything():
            mirror.settle_rosters(list(Stay.objects.values_list("pk", flat=True)), at)
            ids = list(MirrorProfile.objects.values_list("pk", flat=True))
            consent.learn_roles(consent.keep_contacts(ids, at), at)

    def is_fresh(self, at: datetime) -> None:
        """The feed answered: nothing differs."""
        with scope.everything():
            Freshness.objects.filter(object="reservation").update(true_through=at)

    def stay(self, number: str = "30117") -> Stay:
        """The mirrored stay of this number."""
        with scope.everything():
            return Stay.objects.get(number=number)

    def person(self, source_id: str = "G1") -> int:
        """The profile of this guest."""
        with scope.everything():
            return MirrorProfile.objects.get(source_id=source_id).pk

    def wanted(self, kind: Kind = Kind.PRE_CHECKIN, number: str = "30117", **facts: Any) -> Wanted:
        """A message that is due at noon and makes sense for two days."""
        stay = self.stay(number)
        given: dict[str, Any] = {
            "kind": kind,
            "property_id": self.hotel.pk,
            "profile_id": self.person(),
            "contact_point_id": None,
            "purpose": DEMANDS[kind].purpose,
            "due_at": NOON,
            "not_before": NOON,
            "not_after": NOON + 2 * DAY,
            "language": "en",
            "language_why": "profile",
            "step": f"stay:{kind}",
            "step_version": 1,
            "basis": {
                "arrival_on": stay.arrival_on.isoformat(),
                "departure_on": stay.departure_on.isoformat(),
            },
        }
        return Wanted(**given | facts)

    def agrees(self) -> None:
        """Claire agreed to advertising, in a letter."""
        with scope.everything(), audit.acting("tests", NOON):
            acts.opt_in(self._about(), {Purpose.MARKETING}, {Channel.EMAIL}, GROUP,
                        Spoken(Origin.LETTER, "tests", wording="Write to me."), NOON)  # fmt: skip

    def refuses(self, purpose: str) -> None:
        """Claire said at the desk that she wants no more of this."""
        with scope.everything(), audit.acting("tests", NOON):
            acts.opt_out(self._about(), {Purpose(purpose)}, {Channel.EMAIL}, GROUP,
                         Spoken(Origin.DESK, "tests", words="No more."), NOON)  # fmt: skip

    def _about(self) -> list[About]:
        point = ContactPoint.objects.get(value="claire@fontanel.example")
        return [About(self.person(), point.pk)]

    def plan(self, *wanted: Wanted, number: str = "30117", at: datetime = NOON) -> list[Moved]:
        """Settle the plan of one stay to exactly these."""
        with scope.everything():
            return planning.settle({self.stay(number).pk: wanted}, at)

    def claim(self, at: datetime = NOON, lookup: Any = None, limit: int = 100) -> list[Claimed]:
        """One round of the gate, by whoever holds the lease."""
        leases.take(ways.WORKER, at)
        return gate.claim(limit, ways.WORKER, at, lookup)


def build(status: Status = Status.CONFIRMED, *, armed: bool = True, **facts: Any) -> Scene:
    """Claire Fontanel comes on 23 May; her PMS told so at noon."""
    hotel = make.hotel("BIO")
    scene = Scene(hotel, make.link(hotel))
    scene.tells(make.profile(language="en", emails=[Email("claire@fontanel.example")]))
    scene.tells(make.reservation(status=status, **facts))
    words(*Kind)
    if armed:
        ways.armed(hotel, limit=1000)
    return scene


def words(*kinds: Kind) -> None:
    """Approved words of the group for these kinds, in English."""
    with scope.everything(), audit.acting("tests", NOON):
        for kind in kinds:
            template = Template.objects.create(kind=kind)
            TemplateVersion.objects.create(
                template=template, number=1, purpose=DEMANDS[kind].purpose, state="live",
                texts={"en": {"subject": "Your stay", "preview": "", "body": "Welcome."}},
                written_by="tests", written_at=NOON, approved_by="tests", approved_at=NOON,
            )  # fmt: skip


def renew_words(kind: Kind, body: str = "Welcome.") -> None:
    """A newer version of the words is approved in place of the one before."""
    with scope.everything(), audit.acting("tests", NOON):
        old = TemplateVersion.objects.get(template__kind=kind, state="live")
        TemplateVersion.objects.filter(pk=old.pk).update(state="retired")
        old.pk, old.number, old.state = None, old.number + 1, "live"
        old.texts = {"en": {"subject": "Your stay", "preview": "", "body": body}}
        old.save(force_insert=True)


def messages() -> list[Message]:
    """Every message, oldest first."""
    with scope.everything():
        return list(Message.objects.order_by("pk"))


def only() -> Message:
    """The one message there is."""
    (message,) = messages()
    return message


def decisions() -> list[tuple[str, str]]:
    """Every decision: its answer and its reason."""
    with scope.everything():
        return list(Decision.objects.order_by("pk").values_list("answer", "reason"))


def later(**facts: Any) -> Reservation:
    """The same stay in a newer version."""
    return make.reservation(**facts)


def guests(*ids: str) -> list[GuestOnBooking]:
    """A roster: the first is the primary guest."""
    roles = ["primary", *["companion"] * (len(ids) - 1)]
    return [house.guest(role, id_) for role, id_ in zip(roles, ids, strict=True)]


@dataclass
class Asked:
    """A PMS that can be asked about one reservation; `says` may do something first."""

    hotel: Property
    says: Any = Told.SAME
    calls: list[int] = field(default_factory=list)

    def hotels(self) -> list[int]:
        return [self.hotel.pk]

    def ask(self, reservation_id: int, now: datetime) -> Told:
        self.calls.append(reservation_id)
        return self.says() if callable(self.says) else self.says


ARRIVAL = date(2026, 5, 23)
