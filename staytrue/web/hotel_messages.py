"""What a hotel decided about its messages: how fresh, how many, when, and on whose word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from staytrue.hotel.models import Property
from staytrue.journeys import actions, queries
from staytrue.journeys.models import JourneySetting
from staytrue.kit import clock
from staytrue.messages import doors
from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.models import GateSetting
from staytrue.staff.access import one_of
from staytrue.staff.guard import access_in, needs
from staytrue.staff.models import AuditEntry
from staytrue.staff.queries import last_changes, names_of
from staytrue.web import formats, message_words, step_words, words
from staytrue.web.acting import tried
from staytrue.web.pages import page

DOOR, OWN = "gate_setting", "journey_setting"
TITLE: dict[str, Promise] = {
    "cap_messages": gettext_lazy("Most messages to one guest"),
    "cap_days": gettext_lazy("in so many days"),
    "quiet_from": gettext_lazy("Quiet from"),
    "quiet_until": gettext_lazy("Quiet until"),
    "shared_above": gettext_lazy("Guests who may share one address"),
    "look_ups_per_hour": gettext_lazy("Calls to the PMS an hour"),
    "without_check_in": gettext_lazy("Sent without the evidence of a check-in"),
    "confirming_channels": gettext_lazy("Channels that confirm their bookings themselves"),
    "writes_to_blocks": gettext_lazy("Write to the rooms of group blocks"),
    "block_rooms": gettext_lazy("A booking of so many rooms is a block"),
    "nights_min": gettext_lazy("Nights of a stay that is asked in its middle"),
}
MEANING: dict[str, Promise] = {
    "cap_messages": gettext_lazy(
        "Across all journeys and mailings. What the stay needs (confirmation, change, cancellation, "
        "arrival information) is never held for it."
    ),
    "quiet_until": gettext_lazy(
        "By the hotel’s own clock. What would leave between waits for the end; what the stay needs "
        "leaves at once. The same time twice: no quiet hours."
    ),
    "shared_above": gettext_lazy(
        "An address that more guests use is an agency’s or a company’s desk: it is held and asked "
        "about."
    ),
    "look_ups_per_hour": gettext_lazy(
        "Before a message that must be right, the PMS is asked about that one stay. What comes after "
        "these calls waits for the next hour."
    ),
    "without_check_in": gettext_lazy(
        "Only where the PMS never tells of check-ins: the calendar must do, so a no-show may be "
        "written to."
    ),
    "confirming_channels": gettext_lazy("Their bookings get no confirmation of ours."),
    "writes_to_blocks": gettext_lazy("A step may do so by itself, whatever stands here."),
    "nights_min": gettext_lazy("A step may ask for more nights, never for fewer."),
}  # fmt: skip
_SECTIONS = (
    (gettext_lazy("How many, and when"), ("cap_messages", "cap_days", "quiet_from", "quiet_until")),
    (gettext_lazy("Whose word counts"),
     ("look_ups_per_hour", "shared_above", "without_check_in")),
    (gettext_lazy("Journeys here"),
     ("confirming_channels", "writes_to_blocks", "block_rooms", "nights_min")),
)  # fmt: skip
_OF_JOURNEYS = ("confirming_channels", "writes_to_blocks", "block_rooms", "nights_min")
_LIMIT = "limit-"


class ChosenForm(forms.Form):
    """Every choice with its meaning and its default; an empty field takes the default."""

    def __init__(self, told: Mapping[str, Any], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="", initial=dict(told))
        for name, (least, most) in doors.RANGES.items():
            self.fields[name] = forms.IntegerField(required=False, min_value=least, max_value=most)
        for name in ("quiet_from", "quiet_until"):
            self.fields[name] = forms.TimeField(
                required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            )
        waivable = [(kind.value, message_words.KIND[kind]) for kind in doors.WAIVABLE]
        for name, choices in (
            ("without_check_in", waivable),
            ("confirming_channels", [*words.CHANNEL.items()]),
        ):
            self.fields[name] = forms.MultipleChoiceField(
                required=False, choices=choices, widget=forms.CheckboxSelectMultiple
            )
        self.fields["writes_to_blocks"] = forms.BooleanField(required=False)
        self.fields["block_rooms"] = forms.IntegerField(
            required=False, min_value=2, max_value=1_000
        )
        self.fields["nights_min"] = forms.IntegerField(required=False, min_value=0, max_value=365)
        for kind in Kind:
            self.fields[f"{_LIMIT}{kind}"] = forms.IntegerField(
                label=words.word(message_words.KIND, kind), required=False, min_value=1,
                max_value=doors.LIMIT_MOST,
            )  # fmt: skip
        for name, title in TITLE.items():
            self.fields[name].label = str(title)
            self.fields[name].help_text = str(MEANING.get(name, ""))

    def door(self) -> dict[str, Any]:
        """What is of the gate."""
        told, own = self.cleaned_data, _defaults()
        names = [*doors.RANGES, "quiet_from", "quiet_until"]
        found = {name: own[name] if told[name] is None else told[name] for name in names}
        limits = {
            kind.value: told[f"{_LIMIT}{kind}"]
            for kind in Kind
            if told[f"{_LIMIT}{kind}"] not in (None, _minutes(kind))
        }
        return found | {"without_check_in": told["without_check_in"], "limits": limits}

    def own(self) -> dict[str, Any]:
        """What is of its journeys."""
        told, own = self.cleaned_data, _defaults()
        return {name: own[name] if told[name] is None else told[name] for name in _OF_JOURNEYS}


@dataclass(frozen=True)
class Choice:
    """A field with its default and who changed it last."""

    field: forms.BoundField
    default: str
    who: str
    entry: AuditEntry | None

    @property
    def is_switch(self) -> bool:
        """Whether it is a single yes or no."""
        return isinstance(self.field.field, forms.BooleanField)


@needs(actions.WRITE)
@require_http_methods(["GET", "POST"])
def chosen(request: HttpRequest, code: str) -> HttpResponse:
    """Everything a hotel may decide about its messages, in one form."""
    access, now = access_in(request), clock.now()
    hotel = one_of(access, Property.objects.all(), actions.WRITE, code=code)
    form = ChosenForm(_told(hotel), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = _("Saved. What is planned here follows at once.")
        keep = partial(actions.decide, access, hotel, now, form.door(), **form.own())
        if tried(request, keep, done):
            return redirect("hotel_messages", code=hotel.code)
    return page(
        request, "hotel_messages.html", now, screen="journeys", hotel=hotel, form=form,
        may_choose=access.may(doors.RIGHT, hotel.pk), **_shown(form, hotel),
    )  # fmt: skip


def _shown(form: ChosenForm, hotel: Property) -> dict[str, Any]:
    """The choices by section, and the limits, each with its default and its last change."""
    changed = last_changes([f"{DOOR}:{hotel.pk}", f"{OWN}:{hotel.pk}"])
    who = names_of([entry.actor for entry in changed.values()])
    own = _defaults()

    def of(name: str, entry: AuditEntry | None, default: str, *, is_own: bool) -> Choice:
        told = None if is_own else entry
        said = words.word(words.ACTOR, told.actor) if told else ""
        return Choice(form[name], default, who.get(told.actor, said) if told else "", told)

    def choice(name: str) -> Choice:
        table = OWN if name in _OF_JOURNEYS else DOOR
        is_own = form.initial[name] == own[name]
        return of(name, changed.get((table, name)), _default(name, own[name]), is_own=is_own)

    def limit(kind: Kind) -> Choice:
        name = f"{_LIMIT}{kind}"
        default = formats.span(_minutes(kind) * 60)
        return of(name, changed.get((DOOR, "limits")), default, is_own=form.initial[name] is None)

    return {
        "parts": [(title, [choice(name) for name in names]) for title, names in _SECTIONS],
        "limits": [limit(kind) for kind in Kind],
    }


def _told(hotel: Property) -> dict[str, Any]:
    """What the hotel decided, as the form shows it."""
    door = doors.of(hotel)
    told = {name: getattr(door, name) for name in (*doors.RANGES, "quiet_from", "quiet_until")}
    told["without_check_in"] = list(door.without_check_in)
    limits = {f"{_LIMIT}{kind}": door.limits.get(kind.value) for kind in Kind}
    return {**told, **queries.decided(hotel), **limits}


def _defaults() -> dict[str, Any]:
    """What holds at a hotel that decided nothing."""
    door, own = GateSetting(quiet_from=time(21), quiet_until=time(9)), JourneySetting()
    names = (*doors.RANGES, "quiet_from", "quiet_until", "without_check_in")
    return {name: getattr(door, name) for name in names} | {
        name: getattr(own, name) for name in _OF_JOURNEYS
    }


def _default(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return words.word(step_words.ANSWER, "yes" if value else "no")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, list):
        return ", ".join(_listed(name, value)) or _("none")
    return formats.number(value)


def _listed(name: str, codes: list[str]) -> Iterator[str]:
    table = words.CHANNEL if name == "confirming_channels" else message_words.KIND
    return (words.word(table, code) for code in codes)


def _minutes(kind: Kind) -> int:
    return int(DEMANDS[kind].freshness.total_seconds() // 60)
