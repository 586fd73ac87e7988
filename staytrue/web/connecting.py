"""Connect a PMS: choose it, fill the form its manifest draws, test it, and watch the first load."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from staytrue.connectors import registry
from staytrue.connectors.fields import Field, fields_of
from staytrue.flow import connecting, houses, outgoing
from staytrue.hotel.models import Property
from staytrue.inbox import secrets
from staytrue.inbox.loading import loading
from staytrue.inbox.models import Connection
from staytrue.kit import clock
from staytrue.kit.errors import Misconfigured, Refused, Temporary
from staytrue.mirror.feeds import CONNECTIONS
from staytrue.staff.access import Access, one_of, require, visible_to
from staytrue.staff.guard import access_in, needs, proved
from staytrue.web import formats, reasons, words
from staytrue.web.far_side import CAN, PROVEN
from staytrue.web.pages import page

MANAGE = "connections.manage"
CADENCES = (300, 600, 900, 3_600, 86_400)
_PREFIX = "set-"
_OWN = ("name", "property", "cadence")
_KINDS: dict[str, type[forms.Field]] = {
    "number": forms.IntegerField, "yes_no": forms.BooleanField, "choice": forms.ChoiceField
}  # fmt: skip
_ANSWERS = (Refused, Misconfigured, Temporary)


@dataclass(frozen=True)
class Offer:
    """One PMS to choose: what it is, what its connector can, and why one should be careful."""

    dialect: str
    name: str
    vendor: str
    status: str
    can: list[str]
    because: str
    is_fragile: bool


def _offer(dialect: str) -> Offer:
    facts = registry.manifest(dialect)
    able = facts.get("capabilities", {})
    because = str(facts.get("fragile_because", ""))
    vendor = str(facts.get("vendor", ""))
    return Offer(
        dialect,
        words.word(words.DIALECT, dialect),
        "" if vendor == "any" else vendor,
        words.word(PROVEN, str(facts.get("status", "draft"))),
        [str(label) for name, label in CAN.items() if able.get(name)],
        _(because) if because else "",
        bool(facts.get("fragile")),
    )


class ConnectionForm(forms.Form):
    """What the manifest asks for, after what every connection has. A secret is never shown again."""

    def __init__(
        self,
        dialect: str,
        hotels: Iterable[Property],
        link: Connection | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self.asked = fields_of(registry.manifest(dialect))
        self.link = link
        super().__init__(data, initial=self._known(dialect), label_suffix="")
        self.hotels = {str(each.pk): each for each in hotels}
        if link is None:
            self.fields["name"] = forms.CharField(
                label=_("Name of the connection"), max_length=40,
                help_text=_("Small letters, digits and hyphens, like sirga-mews."),
                widget=forms.TextInput({"autocomplete": "off"}),
            )  # fmt: skip
            named = [(key, each.name) for key, each in self.hotels.items()]
            self.fields["property"] = forms.ChoiceField(label=_("Hotel"), choices=named)
        for field in self.asked:
            self.fields[_PREFIX + field.name] = self._drawn(field)
        self.fields["cadence"] = forms.TypedChoiceField(
            label=_("Promised pace"), coerce=int,
            help_text=_("When the mirror is older than this, somebody is told."),
            choices=[(each, formats.span(each)) for each in self._cadences()],
        )  # fmt: skip
        if registry.manifest(dialect).get("kind") == "live":
            self.fields[outgoing.AUTHORITY] = forms.CharField(
                label=_("Certificate authority of the house"), required=False,
                help_text=_("Only where the PMS shows a certificate of the house’s own: paste its"
                            " authority in PEM form."),
                widget=forms.Textarea({"rows": 3}),
            )  # fmt: skip
        if link is None and registry.live(dialect) is not None:
            self.fields["lookups_only"] = forms.BooleanField(
                label=_("For look-ups only: another feed mirrors this hotel"), required=False
            )
        self.fields["is_private"] = forms.BooleanField(
            label=_("The PMS stands in our own network: allow its private address"), required=False
        )

    def values(self) -> dict[str, Any]:
        """The settings as given; what was emptied is None, a secret left empty stays as it is."""
        given = {field: self.cleaned_data[_PREFIX + field.name] for field in self.asked}
        values = {
            field.name: None if said in ("", None) else said
            for field, said in given.items()
            if not (field.secret and said == "")
        }
        if outgoing.AUTHORITY in self.fields:
            values[outgoing.AUTHORITY] = self.cleaned_data[outgoing.AUTHORITY].strip() or None
        return values

    def own(self) -> list[forms.BoundField]:
        """What every connection has."""
        return [self[name] for name in _OWN if name in self.fields]

    def rarely(self) -> list[forms.BoundField]:
        """What hardly anybody needs."""
        return [self[outgoing.AUTHORITY]] if outgoing.AUTHORITY in self.fields else []

    def of_the_pms(self) -> list[forms.BoundField]:
        """What the manifest asks for."""
        return [self[_PREFIX + field.name] for field in self.asked]

    def _known(self, dialect: str) -> dict[str, Any]:
        is_live = registry.manifest(dialect).get("kind") != "files"
        known: dict[str, Any] = {"cadence": CADENCES[0] if is_live else CADENCES[-1]}
        known |= {_PREFIX + field.name: field.default for field in self.asked if not field.secret}
        if self.link:
            known |= {_PREFIX + name: said for name, said in self.link.settings.items()}
            known |= {"cadence": self.link.cadence_seconds, "is_private": self.link.is_private}
            known[outgoing.AUTHORITY] = self.link.settings.get(outgoing.AUTHORITY, "")
        return known

    def _cadences(self) -> list[int]:
        own = [self.link.cadence_seconds] if self.link else []
        return sorted({*CADENCES, *own})

    def _drawn(self, field: Field) -> forms.Field:
        is_kept = self.link is not None and field.name in self.link.sealed
        is_new = self.link is None or field.name in self.link.settings
        make: Callable[..., forms.Field] = partial(
            _KINDS.get(field.kind, forms.CharField),
            label=_(field.label),
            help_text=_(field.help) if field.help else "",
            required=field.required and is_new and not is_kept and field.kind != "yes_no",
        )
        if field.kind == "choice":
            # What must not be chosen may stay open, unless the connector names its own way.
            is_open = not (field.required or field.default)
            named = [(value, _(name)) for value, name in field.choices]
            return make(choices=[("", "—"), *named] if is_open else named)
        if field.secret:
            told = {"placeholder": _("kept; write a new one to replace it")} if is_kept else {}
            return make(widget=forms.PasswordInput({"autocomplete": "new-password", **told}))
        return make(widget=forms.Textarea({"rows": 4})) if field.kind == "long" else make()


@needs(MANAGE)
@proved("GET", "POST")
@require_http_methods(["GET", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
    """Choose a PMS; then its form."""
    access, dialect = access_in(request), request.GET.get("pms", "")
    if dialect not in registry.names():
        offers = [_offer(name) for name in registry.names()]
        return page(request, "connect.html", clock.now(), screen="connections", offers=offers)
    hotels = visible_to(access, Property.objects.all(), MANAGE)
    form = ConnectionForm(dialect, hotels, data=request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        hotel = form.hotels[form.cleaned_data["property"]]
        if request.POST.get("act") == "test":
            return _tested(request, dialect, hotel, form.values(), form)
        try:
            link = connecting.connect(
                form.cleaned_data["name"], hotel, dialect, form.values(),
                **_facts(form), by=access.actor, now=clock.now(),
                lookups_only=form.cleaned_data.get("lookups_only", False),
            )  # fmt: skip
        except _ANSWERS as error:
            problem = reasons.of(error)
        else:
            messages.success(request, _("%(name)s is connected.") % {"name": link.name})
            return redirect("connection", link.name)
    return _form(request, form, _offer(dialect), problem)


@needs(MANAGE)
@proved("GET", "POST")
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, name: str) -> HttpResponse:
    """Change how one PMS is reached. Secrets can be replaced and never read."""
    access = access_in(request)
    link = _link(access, name, MANAGE)
    form = ConnectionForm(link.dialect, [link.property], link, request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        if request.POST.get("act") == "test":
            values = secrets.readable(link) | houses.without_forgetting(link, form.values())
            return _tested(request, link.dialect, link.property, values, form)
        try:
            connecting.change(link, form.values(), **_facts(form), by=access.actor, now=clock.now())
        except _ANSWERS as error:
            problem = reasons.of(error)
        else:
            messages.success(request, _("Saved. It counts from now on."))
            return redirect("connection", name)
    return _form(request, form, _offer(link.dialect), problem, link=link)


@needs(MANAGE)
@proved("POST")
@require_POST
def new_address(request: HttpRequest, name: str) -> HttpResponse:
    """Make the address at which the PMS calls us; it is shown here and never again."""
    access = access_in(request)
    link = _link(access, name, MANAGE)
    path = connecting.new_address(link, by=access.actor, now=clock.now())
    address = request.build_absolute_uri(path)
    return page(request, "address.html", clock.now(), screen="connections", link=link,
                address=address, shared_by=_shared_by(link.dialect))  # fmt: skip


@needs("connections.read", keeps_awake=False)
def progress(request: HttpRequest, name: str) -> HttpResponse:
    """The first load as it runs: asked for every 1.5 s by the page, 204 while nothing moved."""
    link = _link(access_in(request), name, CONNECTIONS)
    now = loading(link)
    if now.is_over:
        return HttpResponse(headers={"HX-Refresh": "true"})
    if request.GET.get("seen") == now.seen:
        return HttpResponse(status=204)
    return render(request, "parts/loading.html", {"link": link, "load": now})


def _link(access: Access, name: str, right: str) -> Connection:
    link = one_of(access, Connection.objects.select_related("property"), CONNECTIONS, name=name)
    require(access, right, link.property_id)
    return link


def _facts(form: ConnectionForm) -> dict[str, Any]:
    said = form.cleaned_data
    return {"cadence_seconds": said["cadence"], "is_private": said["is_private"]}


def _form(
    request: HttpRequest, form: ConnectionForm, offer: Offer, problem: str, **more: Any
) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # The test button of a form that is not complete: what is missing stands beside it.
        missing = [str(form[name].label) for name in form.errors]
        return render(request, "parts/tested.html", {"missing": missing, "problem": problem})
    able = registry.manifest(offer.dialect).get("capabilities", {})
    return page(
        request, "connect_form.html", clock.now(), screen="connections", form=form, offer=offer,
        problem=problem, may_test=registry.live(offer.dialect) is not None,
        may_call=bool(able.get("push")), shared_by=_shared_by(offer.dialect), **{"link": None, **more},
    )  # fmt: skip


def _shared_by(dialect: str) -> str:
    """The labels of what connections have in common that the PMS calls at one address."""
    facts = registry.manifest(dialect)
    shared = facts.get("push_shared", ())
    return ", ".join(_(field.label) for field in fields_of(facts) if field.name in shared)


def _tested(
    request: HttpRequest,
    dialect: str,
    hotel: Property,
    values: Mapping[str, Any],
    form: ConnectionForm,
) -> HttpResponse:
    """Ask the PMS with these settings, which are kept nowhere."""
    given = {name: said for name, said in values.items() if said is not None}
    is_private, told, problem = form.cleaned_data["is_private"], [], ""
    try:
        told = outgoing.check(dialect, hotel, given, is_private=is_private, now=clock.now())
    except _ANSWERS as error:
        problem = reasons.of(error)
    return render(request, "parts/tested.html", {"told": told, "problem": problem, "missing": []})
