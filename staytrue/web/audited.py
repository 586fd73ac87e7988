"""The audit in words: who did what about whom. Guests stand in it as references only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from staytrue.hotel.models import Property
from staytrue.inbox.models import Connection, Delivery
from staytrue.kit import clock
from staytrue.staff import queries
from staytrue.staff.guard import access_in, needs
from staytrue.staff.models import AuditEntry, Member, Role
from staytrue.staff.rights import RIGHTS
from staytrue.web import words
from staytrue.web.deliveries import name_of
from staytrue.web.pages import page

PAGE = 100
# What may be named, by the tables that the audit speaks of.
_NAMED: dict[str, Callable[[], QuerySet[Any]]] = {
    "member": Member.objects.all, "role": Role.objects.all, "property": Property.objects.all,
    "connection": Connection.objects.all, "delivery": Delivery.objects.all,
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One entry: whoever acted and whatever it is about by name, what differs in words."""

    entry: AuditEntry
    who: str
    kind: str
    name: str
    hotel: str
    fields: list[str]
    facts: list[tuple[str, str]]


@needs("audit.read")
def audit(request: HttpRequest) -> HttpResponse:
    """What somebody did, newest first."""
    access, about = access_in(request), request.GET.get("about", "")
    entries = queries.audit_of(access, about or None)
    if before := request.GET.get("before", ""):
        if not before.isdecimal():
            raise Http404
        entries = entries.filter(pk__lt=int(before))
    rows = list(entries[: PAGE + 1])
    shown = rows[:PAGE]
    return page(
        request, "audit.html", clock.now(), about=about, lines=lines(shown),
        older=shown[-1].pk if len(rows) > PAGE else "",
    )  # fmt: skip


def lines(entries: Iterable[AuditEntry]) -> list[Line]:
    """Entries with the names of all that they speak of, read at once."""
    entries = list(entries)
    names = _names(entries)
    hotels = dict(Property.objects.values_list("pk", "code"))
    return [
        Line(
            each,
            _actor(each.actor, names),
            words.word(words.AUDITED, each.object.partition(":")[0]),
            _object(each, names),
            hotels.get(each.property_id or 0, ""),
            [words.word(words.COLUMN, field) for field in each.fields if field != "id"],
            [(words.word(words.COLUMN, name), _value(name, value))
             for name, value in each.facts.items()],
        )
        for each in entries
    ]  # fmt: skip


def _names(entries: Iterable[AuditEntry]) -> Mapping[tuple[str, str], str]:
    """The name of each object by table and key; what is gone or not visible has none."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for each in entries:
        told = {f"{name[:-3]}:{key}" for name, key in (each.before | each.after).items()
                if name in ("member_id", "role_id")}  # fmt: skip
        for one in {each.object, each.actor} | told:
            table, _colon, key = one.partition(":")
            if table in _NAMED and (table == "role" or key.isdecimal()):
                wanted[table].add(key)
    zones = dict(Property.objects.values_list("pk", "timezone"))
    return {
        (table, str(found.pk)): _name(found, zones)
        for table, keys in wanted.items()
        for found in _NAMED[table]().filter(pk__in=keys)
    }


def _name(found: Any, zones: Mapping[int, str]) -> str:
    if isinstance(found, Delivery):
        return name_of(found, zones.get(found.property_id, "UTC"))
    if isinstance(found, Role):
        return _(found.name) if found.name else found.key
    return str(found.name)


def _actor(actor: str, names: Mapping[tuple[str, str], str]) -> str:
    kind, _colon, key = actor.partition(":")
    if kind == "connection":
        return f"{words.word(words.AUDITED, kind)} {key}"
    return names.get((kind, key)) or words.word(words.ACTOR, actor)


def _object(of: AuditEntry, names: Mapping[tuple[str, str], str]) -> str:
    table, _colon, key = of.object.partition(":")
    told = of.before | of.after
    if table == "role_grant" and "role_id" in told:
        facts = {"role": names.get(("role", told["role_id"])) or told["role_id"],
                 "member": names.get(("member", str(told.get("member_id")))) or "?"}  # fmt: skip
        return _("%(role)s, %(member)s") % facts
    # What was refused by a key that is none of ours stands as "pk=7".
    return names.get((table, key)) or str(told.get("prefix") or key.partition("=")[2] or key)


def _value(name: str, value: object) -> str:
    told = str(value)
    return _(RIGHTS[told]) if name == "right" and told in RIGHTS else told
