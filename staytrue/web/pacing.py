"""How often a living PMS is asked, what its connection must reach, and which role hears of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from staytrue.connectors import registry
from staytrue.flow import connecting
from staytrue.inbox import objectives
from staytrue.inbox import pace as rules
from staytrue.inbox.models import Connection
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.mirror.feeds import CONNECTIONS
from staytrue.staff.access import one_of, require
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import roles
from staytrue.web import formats, reasons, words
from staytrue.web.health import must_told, pace_told, role_named
from staytrue.web.pages import page

MANAGE = "connections.manage"
PAUSES = (10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400)
SPANS_MIN = 2


@dataclass(frozen=True)
class TaskFields:
    """One task's part of the form: what holds now, the pause for all hours, those for some."""

    name: str
    now: str
    otherwise: forms.BoundField
    spans: list[list[forms.BoundField]]


class PaceForm(forms.Form):
    """Pauses by task and hour; objectives and their role. What is left empty is our own pace."""

    def __init__(self, link: Connection, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.link = link
        self.rows: dict[str, int] = {}
        for task in rules.TASKS:
            self._draw(task, link.cadence.get(task) or {})
        must = objectives.wanted(link.objectives)
        self.fields["lag_p95"] = forms.DecimalField(
            label=_("95 of 100 changes arrive within … minutes"), required=False,
            min_value=Decimal("0.1"), max_value=1_440, decimal_places=1,
            initial=_plain(must["lag_p95"] / 60) if "lag_p95" in must else None,
        )  # fmt: skip
        self.fields["fidelity"] = forms.DecimalField(
            label=_("Per cent of the compared records that are equal"), required=False,
            min_value=1, max_value=100, decimal_places=2,
            initial=_plain(must["fidelity"] * 100) if "fidelity" in must else None,
        )  # fmt: skip
        self.fields[objectives.SAMPLE] = forms.IntegerField(
            label=_("Bookings and guests compared each night"), required=False,
            min_value=objectives.SAMPLE_MIN, max_value=objectives.SAMPLE_MAX,
            initial=link.objectives.get(objectives.SAMPLE),
            help_text=_("When left empty: %(n)s of each.")
            % {"n": formats.number(objectives.SAMPLE_OWN)},
        )  # fmt: skip
        self.fields["role"] = forms.ChoiceField(
            label=_("Who hears of it"), initial=objectives.role(link.objectives),
            help_text=_("Only this role is told when the mirror is late or an objective is missed."),
            choices=[(each.key, role_named(each.key)) for each in roles()],
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Each span whole, and no two of one task over each other."""
        for task in rules.TASKS:
            for row in range(self.rows[task]):
                first, last, pause = (self._said(task, row, part) for part in _PARTS)
                if not (first or last or pause):
                    continue
                if not (first and last and pause):
                    self.add_error(
                        _name(task, row, "every"),
                        _("Say from, to and how often, or leave all three empty."),
                    )
                elif int(first) == int(last) % 24:
                    self.add_error(_name(task, row, "to"), _("From and to are the same hour."))
        try:
            rules.check(self.cadence())
        except Refused as refusal:
            self.add_error(None, reasons.of(refusal))
        return self.cleaned_data

    def cadence(self) -> dict[str, Any]:
        """What was said, as it is kept."""
        return {task: said for task in rules.TASKS if (said := self._task(task))}

    def objectives(self) -> dict[str, Any]:
        """What was said; None takes an objective away."""
        lag, share = self.cleaned_data["lag_p95"], self.cleaned_data["fidelity"]
        return {
            "lag_p95": None if lag is None else float(lag * 60),
            "fidelity": None if share is None else float(share / 100),
            objectives.SAMPLE: self.cleaned_data[objectives.SAMPLE],
            "role": self.cleaned_data["role"],
        }

    def tasks(self) -> Iterator[TaskFields]:
        """The form, task by task."""
        for task in rules.TASKS:
            yield TaskFields(
                words.word(words.TASK, task),
                pace_told(rules.in_force(self.link.cadence, task)),
                self[f"{task}-else"],
                [[self[_name(task, row, part)] for part in _PARTS]
                 for row in range(self.rows[task])],
            )  # fmt: skip

    def _draw(self, task: str, said: Mapping[str, Any]) -> None:
        spans = sorted((said.get("hours") or {}).items(), key=lambda each: _hours(each[0]))
        pauses = sorted({*PAUSES, *dict(spans).values(), *_listed(said.get("seconds"))})
        every = [(pause, formats.span(pause)) for pause in pauses]
        self.fields[f"{task}-else"] = forms.ChoiceField(
            label=_("In all other hours every"), required=False, initial=said.get("seconds"),
            choices=[("", _("our own pace")), *every],
        )  # fmt: skip
        self.rows[task] = max(SPANS_MIN, len(spans) + 1)
        for row in range(self.rows[task]):
            span, pause = spans[row] if row < len(spans) else ("", "")
            first, last = _hours(span)
            told = {"from": (_("From"), range(24), first), "to": (_("To"), range(1, 25), last)}
            for part, (label, hours, initial) in told.items():
                self.fields[_name(task, row, part)] = forms.ChoiceField(
                    label=label, required=False, initial=initial,
                    choices=[("", "—"), *((str(n), formats.hour(str(n))) for n in hours)],
                )  # fmt: skip
            self.fields[_name(task, row, "every")] = forms.ChoiceField(
                label=_("Every"), required=False, initial=pause, choices=[("", "—"), *every]
            )

    def _said(self, task: str, row: int, part: str) -> str:
        return str(self.cleaned_data.get(_name(task, row, part)) or "")

    def _task(self, task: str) -> dict[str, Any]:
        rows = [[self._said(task, row, part) for part in _PARTS] for row in range(self.rows[task])]
        hours = {f"{first}-{last}": int(pause) for first, last, pause in rows
                 if first and last and pause}  # fmt: skip
        otherwise = self.cleaned_data.get(f"{task}-else")
        return ({"seconds": int(otherwise)} if otherwise else {}) | (
            {"hours": hours} if hours else {}
        )


_PARTS = ("from", "to", "every")


def _name(task: str, row: int, part: str) -> str:
    return f"{task}-{row}-{part}"


def _hours(span: str) -> tuple[str, str]:
    first, _dash, last = span.partition("-")
    return first, last


def _listed(pause: int | None) -> list[int]:
    return [pause] if pause else []


def _plain(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def pace(request: HttpRequest, name: str) -> HttpResponse:
    """Pace and objectives of one connection; they count from its next turn."""
    access = access_in(request)
    links = Connection.objects.select_related("property")
    link = one_of(access, links, CONNECTIONS, name=name)
    require(access, MANAGE, link.property_id)
    if registry.live(link.dialect) is None:
        raise Http404
    form = PaceForm(link, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            connecting.tune(
                link, form.cadence(), form.objectives(), by=access.actor, now=clock.now()
            )
        except Refused as refusal:
            form.add_error(None, reasons.of(refusal))
        else:
            messages.success(request, _("Saved. It counts from the next turn on."))
            return redirect("connection", name)
    return page(
        request, "connection_pace.html", clock.now(), screen="connections", link=link, form=form,
        must=must_told(link),
    )  # fmt: skip
