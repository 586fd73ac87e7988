"""Two hotels in which every field of a stay and of a guest has words of its own, walked by each role.

Every request is taken back: a cell never sees what another one did. What comes back is kept, so
that what is open and what is shown are judged on the same answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models, transaction
from django.test import Client

from staytrue.consent.models import ConsentAct, CustomerStatement, ProposedOptOut
from staytrue.desk import opening
from staytrue.desk.models import BusyReport, MoneyLine, SpotCheck
from staytrue.forms.models import WebsiteEntry
from staytrue.guests import links
from staytrue.guests.models import Guest
from staytrue.hotel import records, scope
from staytrue.hotel.codes import FolioKind, GuestRole, Payment, Status
from staytrue.hotel.models import Property
from staytrue.inbox.models import Connection, ParkedPart
from staytrue.kit import clock
from staytrue.messages.models import Mailing, Message, Outlet, Template, TemplateVersion, WrongSend
from staytrue.staff import audit
from staytrue.staff.access import house_access
from staytrue.staff.models import AuditEntry, SharedMachine
from staytrue.staff.rights import ROLES
from tests import make
from tests.web import house
from tests.web.house import House

STAY, PERSON = "90{n}17", "P{n}"
# Field → what an answer holds that shows it, as screens and as the API write it; {n} is the hotel.
SHOWN: Mapping[str, tuple[str, ...]] = {
    "group_number": ("GRP-77{n}",),
    "source_status": ("Zugesagt{n}",),
    "room_category": ("Kategorie{n}",),
    "rate_code": ("RATE-QX{n}",),
    "source_board": ("Verpflegung{n}",),
    "source_channel": ("Kanalwort{n}",),
    "source": ("Herkunft{n}",),
    "source_segment": ("Segmentwort{n}",),
    "extras": ("Sonderding{n}",),
    "room_number": ("Z{n}0417",),
    "amount": ("731{n}.53", "731{n},53", "7,31{n}.53", "73{n}153"),
    "room_amount": ("642{n}.27", "6,42{n}.27"),
    "folio": ("Folioposten{n}",),
    "source_payment": ("Zahlwort{n}",),
    "notes": ("Randnotiz{n}",),
    "custom": ("Eigenwert{n}",),
    "last_name": ("Quastenberg{n}",),
    "vip": ("VIPWORT{n}",),
    "loyalty": ("LOY-55{n}",),
    "emails": ("quast{n}@kasten.example",),
    "phones": ("61234567{n}",),
    "addresses": ("Kirschweg {n}",),
    "birth_date": ("193{n}-02-03", "Feb 193{n}", "February 193{n}"),
    "card_token": ("tok-99{n}",),
    "nationality": ("Liechtenstein", "Andorra"),
}


def words_of(name: str, hotel: int) -> tuple[str, ...]:
    """What shows this field of this hotel (1: Sirga, 2: the other); countries differ by name."""
    if name == "nationality":
        return (SHOWN[name][hotel - 1],)
    return tuple(each.format(n=hotel) for each in SHOWN[name])


class Answer(NamedTuple):
    """What came back: the status, the text, and the denials that the audit got meanwhile."""

    status: int
    text: str
    denials: tuple[tuple[str, str], ...]


@dataclass
class Scene:
    """Both hotels, everybody signed in, and what there is to ask for at each hotel."""

    house: House
    clients: dict[str, Client]
    here: dict[str, Any] = field(default_factory=dict)
    there: dict[str, Any] = field(default_factory=dict)
    kept: dict[tuple[str, str, str], Answer] = field(default_factory=dict)

    def ask(self, role: str, method: str, address: str, given: Any = None) -> Answer:
        """The answer to one request, which is taken back; asked once for all tests."""
        key = role, method, f"{address} {given}"
        if key not in self.kept:
            self.kept[key] = self._ask(self.clients[role], method, address, given)
        return self.kept[key]

    def after(
        self, role: str, address: str, given: Any, look: Callable[[], Any]
    ) -> tuple[Answer, Any]:
        """The answer to a form, and what somebody sees who looks before it is taken back."""
        seen: list[Any] = []
        with transaction.atomic():
            answer = self._ask(self.clients[role], "post", address, given,
                               lambda: seen.append(look()))  # fmt: skip
            transaction.set_rollback(True)
        return answer, seen[0]

    def _ask(self, client: Client, method: str, address: str, given: Any,
             look: Callable[[], Any] = lambda: None) -> Answer:  # fmt: skip
        cookies = {name: each.value for name, each in client.cookies.items()}
        with transaction.atomic():
            with scope.everything():
                before = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
            asked = client.get(address) if method == "get" else client.post(address, given or {})
            with scope.everything():
                later = AuditEntry.objects.filter(action="denied", pk__gt=before or 0)
                denials = tuple(
                    (str(each.facts.get("code")), str(each.facts.get("route"))) for each in later
                )
                look()
            transaction.set_rollback(True)
        client.cookies.clear()
        client.cookies.load(cookies)
        return Answer(asked.status_code, _text(asked), denials)


def _text(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(body.decode("utf-8", "replace"))


@contextmanager
def built() -> Iterator[Scene]:
    """The scene in a transaction of its own, gone at the end."""
    with clock.use(lambda: house.NOW), transaction.atomic():
        at = house.build()
        scene = Scene(at, {})
        with audit.acting("tests", house.NOW), scope.everything():
            for number, (hotel, link) in enumerate(
                ((at.sirga, at.link), (at.other, at.other_link)), 1
            ):
                _take(hotel, link, number)
            scene.here = _things(at.sirga, at.link, 1)
            scene.there = _things(at.other, at.other_link, 2)
        for role in ROLES:
            # Members and roles belong to all hotels, and so do those who manage them.
            everywhere = role.key == "administrator"
            scene.clients[role.key] = at.client(role.key, everywhere=everywhere)
        scene.clients["administrator_here"] = at.client("administrator")
        yield scene
        transaction.set_rollback(True)


def _take(hotel: Property, link: Connection, n: int) -> None:
    """One guest in house, with something in every field."""
    of = {name: words_of(name, n)[0] for name in SHOWN}
    person = make.profile(
        source_id=PERSON.format(n=n), title="Dr", first_name="Ottokar", last_name=of["last_name"],
        birth_date=of["birth_date"], nationality=("LI", "AD")[n - 1], language="de",
        emails=[records.Email(of["emails"])],
        phones=[records.Phone(f"+34{of['phones']}", f"+34{of['phones']}")],
        addresses=[records.Address(line1=of["addresses"], city="Porto", country="PT")],
        loyalty=[records.Loyalty("own", of["loyalty"])], card_token=of["card_token"],
        vip=of["vip"], notes=of["notes"], custom={"trait": of["custom"]},
    )  # fmt: skip
    stay = make.reservation(
        number=STAY.format(n=n), property=hotel.code, status=Status.IN_HOUSE,
        arrival_on=date(2026, 5, 20), amount=Decimal(of["amount"]), currency="EUR",
        room_amount=Decimal(of["room_amount"]), payment_method=Payment.CARD,
        extras=[records.Extra("SD", of["extras"])],
        folio=[records.FolioLine("1", FolioKind.ROOM, label=of["folio"], amount=Decimal(5),
                                 currency="EUR")],
        guests=[records.GuestOnBooking(GuestRole.PRIMARY, PERSON.format(n=n))],
        custom={"trait": of["custom"]},
        **{name: of[name] for name in (
            "group_number", "source_status", "room_category", "rate_code", "source_board",
            "source_channel", "source", "source_segment", "room_number", "source_payment", "notes",
        )},
    )  # fmt: skip
    house.take(link, person)
    house.take(link, stay)


def _things(hotel: Property, link: Connection, n: int) -> dict[str, Any]:
    """Key in an address → the key of a thing of this hotel."""
    now, day = house.NOW, house.TODAY
    profile = make_id("profile", "source_id", PERSON.format(n=n))
    stay = make_id("reservation", "number", STAY.format(n=n))
    (known,) = links.open_guests(1, now)
    links.move({profile: known}, links.note(links.Act(links.Kind.CREATED, "worker"), now), now)
    guest = Guest.objects.get(pk=known)
    by = house_access("tests")
    new = opening.NewCase(property_id=hotel.pk, kind="request", words=f"Kofferwunsch{n}",
                          reservation_id=stay)  # fmt: skip
    case = opening.open_case(by, new, now)
    parcel = make.delivery(link, state="applied")
    message = plant(
        Message, property=hotel, public_id=UUID(int=n), profile_id=profile, reservation_id=stay,
        kind="pre_stay", purpose="service", language="en", step="pre_stay", state="held",
    )  # fmt: skip
    text = plant(TemplateVersion, template=plant(Template, property=hotel), property_id=hotel.pk)
    mailing = plant(Mailing, property=hotel, public_id=UUID(int=10 + n), source="hand",
                    template_version=text.pk)  # fmt: skip
    outlet = plant(Outlet, property=hotel, carrier="outbox", channel="email")
    return {
        "code": hotel.code, "connection": link.name, "stay": stay, "profile": profile,
        "guest": guest.public_id, "case": case.pk, "delivery": parcel.pk,
        "line": plant(MoneyLine, case=case, property=hotel, kind="cost", amount=5).pk,
        "check": plant(SpotCheck, property=hotel, case=case, day=day).pk,
        "report": plant(BusyReport, property=hotel, first_on=day, last_on=day).pk,
        "machine": plant(SharedMachine, property=hotel, token=bytes([n]) * 32).pk,
        "message": message.public_id, "mailing": mailing.public_id, "outlet": outlet.pk,
        "wrong": plant(WrongSend, message=message, property_id=hotel.pk).pk,
        "entry": plant(WebsiteEntry, property=hotel, key=str(n), last_name="Nadie").pk,
        "proposal": plant(ProposedOptOut, property_id=hotel.pk, channel="email").pk,
        "statement": plant(CustomerStatement, property_id=hotel.pk, since_on=day).pk,
        "suppression": plant(ConsentAct, property_id=hotel.pk, act="suppress", channel="email",
                             address_hash=bytes(32), cause="by_hand").pk,
        "part": plant(ParkedPart, connection=link, property_id=hotel.pk, delivery=parcel,
                      object="reservation", code="unknown_status").pk,
    }  # fmt: skip


def make_id(table: str, column: str, value: str) -> int:
    """The id of the one row of this table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE {column} = %s", [value])
        return int(cursor.fetchone()[0])


def plant(model: Any, **facts: Any) -> Any:
    """A row of this model; what is not said here is something harmless."""
    for each in model._meta.concrete_fields:
        if each.name in facts or each.attname in facts or each.null or each.primary_key:
            continue
        if not each.has_default():
            facts[each.name] = _harmless(each)
    return model.objects.create(**facts)


def _harmless(each: Any) -> Any:
    by_type: dict[type, Any] = {
        models.DateTimeField: house.NOW, models.DateField: house.TODAY,
        models.TextField: "x", models.CharField: "EUR", models.EmailField: "x@y.example",
    }  # fmt: skip
    return next((value for kind, value in by_type.items() if isinstance(each, kind)), 1)
