"""The form of one step: every field that a step has, and its conditions as plain choices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staytrue.journeys import steps
from staytrue.journeys.steps import (
    CHANGE_FIELDS,
    INSTANTS,
    Anchor,
    Condition,
    Field,
    Late,
    Step,
    To,
)
from staytrue.kit.errors import Refused
from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.writing import standard_set
from staytrue.web import formats, journey_words, reasons, step_words, text_words, words
from staytrue.web.words import Words

ROWS_FREE = 2
"""So many empty rows for further conditions."""
_OF_KIND = {Kind.CHANGE: Anchor.CHANGE, Kind.CANCELLATION: Anchor.CANCELLATION,
            Kind.BIRTHDAY: Anchor.BIRTHDAY}  # fmt: skip
CLASS: Words = {
    "": gettext_lazy("As its kind: %(purpose)s"),
    "marketing": gettext_lazy("Marketing: only to who may be advertised to"),
}


class StepForm(forms.Form):
    """A step as it stands, or as somebody fills it in."""

    def __init__(self, step: Step, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="", initial=_initial(step))
        self.step = step
        self.rows = len(step.only_if) + ROWS_FREE
        self._draw_when(step)
        self._draw_whom(step)
        self._draw_conditions()
        self._draw_limits(step)

    def _draw_when(self, step: Step) -> None:
        tied = _OF_KIND.get(step.kind)
        anchors = [tied] if tied else [each for each in Anchor if each not in _OF_KIND.values()]
        self.fields["anchor"] = forms.ChoiceField(
            label=_("Hangs on"), choices=[(each.value, step_words.ANCHOR[each]) for each in anchors]
        )
        self.fields["days"] = _number(_("Days from it"), -730, 730, _("Below zero: before."))
        self.fields["at"] = _clock(_("At (hotel time)"), _(
            "Left empty: the very moment of a booking, check-in or check-out, and the minutes below."
        ))  # fmt: skip
        self.fields["minutes"] = _number(_("Minutes after that moment"), 0, 525_600)
        self.fields["late"] = forms.ChoiceField(
            label=_("Booked too late for it"),
            choices=[(each.value, journey_words.LATE[each]) for each in Late],
        )
        if step.kind == Kind.CHANGE:
            self.fields["collect_minutes"] = _number(
                _("Waits so many minutes for further changes"), 1, 1_440
            )
            self.fields["fields"] = forms.MultipleChoiceField(
                label=_("Changes it tells of"), required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[(each, words.word(words.FIELD, each)) for each in CHANGE_FIELDS],
            )  # fmt: skip

    def _draw_whom(self, step: Step) -> None:
        self.fields["to"] = forms.ChoiceField(
            label=_("To whom"), choices=[(each.value, journey_words.TO[each]) for each in To]
        )
        channels = [way for kind, way in standard_set.SETS if kind == step.kind]
        channels += [step.channel] if step.channel not in channels else []
        self.fields["channel"] = forms.ChoiceField(
            label=_("Channel"),
            choices=[(each, words.word(text_words.CHANNEL, each)) for each in channels],
        )
        own = words.word(text_words.PURPOSE, DEMANDS[step.kind].purpose)
        self.fields["class"] = forms.ChoiceField(
            label=_("Class"), required=False,
            choices=[(key, str(label) % {"purpose": own}) for key, label in CLASS.items()],
        )  # fmt: skip
        self.fields["once"] = forms.BooleanField(
            label=_("Once per party: five rooms with one address get one"), required=False
        )
        self.fields["to_blocks"] = forms.BooleanField(
            label=_("Also to the rooms of group blocks"), required=False
        )

    def _draw_conditions(self) -> None:
        used = [condition.field for condition in self.step.only_if]
        choices = [("", "—"), *step_words.offered(used)]
        for row in range(self.rows):
            self.fields[f"what-{row}"] = forms.ChoiceField(
                label=_("Condition"), required=False, choices=choices
            )
            self.fields[f"value-{row}"] = forms.CharField(
                label=_("Value"), required=False, max_length=400,
                widget=forms.TextInput(attrs={"list": "values"}),
            )  # fmt: skip

    def _draw_limits(self, step: Step) -> None:
        self.fields["nights_min"] = _number(_("Nights at least"), 0, 365)
        self.fields["lives_minutes"] = _number(
            _("Leaves within so many minutes of its moment"), 5, 44_640
        )
        self.fields["until_anchor"] = forms.ChoiceField(
            label=_("Never after"), required=False,
            choices=[("", _("no further limit"))]
            + [(each.value, step_words.ANCHOR[each])
               for each in (Anchor.ARRIVAL, Anchor.CHECK_IN, Anchor.DEPARTURE, Anchor.CHECK_OUT)],
        )  # fmt: skip
        self.fields["until_days"] = _number(_("Days from that"), -730, 730)
        self.fields["until_at"] = _clock(_("At (hotel time)"))
        self.fields["freshness_minutes"] = _number(
            _("Oldest mirror it tolerates, in minutes"), 1, 44_640,
            _("May be tighter than the limit of its kind, never wider."),
        )  # fmt: skip
        widest = DEMANDS[step.kind].freshness.total_seconds()
        self.fields["freshness_minutes"].widget.attrs["placeholder"] = formats.span(widest)

    def conditions(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        """The rows of conditions."""
        return ((self[f"what-{row}"], self[f"value-{row}"]) for row in range(self.rows))

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The other fields, in the order in which one thinks of them."""
        parts = (
            (_("When"), ("anchor", "days", "at", "minutes", "late", "collect_minutes", "fields")),
            (_("Recipient"), ("to", "channel", "class", "once", "to_blocks")),
            (_("Limits"), ("nights_min", "lives_minutes", "until_anchor", "until_days", "until_at",
                           "freshness_minutes")),
        )  # fmt: skip
        return [
            (title, [self[name] for name in names if name in self.fields]) for title, names in parts
        ]

    def clean(self) -> dict[str, Any]:
        """The step whole, read as it will be stored."""
        if not self.errors:
            try:
                (self.made,) = steps.read([self._raw()])
            except Refused as refusal:
                self.add_error(None, reasons.of(refusal))
        return self.cleaned_data

    def _raw(self) -> dict[str, Any]:
        told = self.cleaned_data
        raw: dict[str, Any] = {
            "key": self.step.key,
            "kind": self.step.kind.value,
            "when": _point(told["anchor"], told["days"], told["at"], told["minutes"]),
            "to": told["to"], "channel": told["channel"], "late": told["late"],
            "sells": told["class"] == "marketing", "to_blocks": told["to_blocks"],
            "each_room": not told["once"], "only_if": self._conditions(),
        }  # fmt: skip
        for name in ("nights_min", "lives_minutes", "freshness_minutes", "collect_minutes"):
            if told.get(name) is not None:
                raw[name] = told[name]
        if told["until_anchor"]:
            raw["until"] = _point(told["until_anchor"], told["until_days"], told["until_at"], None)
        if "fields" in self.fields:
            raw["fields"] = told["fields"]
        return raw

    def _conditions(self) -> list[dict[str, Any]]:
        found = []
        for row in range(self.rows):
            what, told = self.cleaned_data[f"what-{row}"], self.cleaned_data[f"value-{row}"]
            if not what:
                continue
            field, _colon, asks = what.partition(":")
            values = [step_words.code(Field(field), each) for each in told.split(",")]
            found.append({"field": field, "asks": asks, "values": [v for v in values if v]})
        return found


def as_told(step: Step) -> dict[str, Any]:
    """What the form of a step says untouched, as a browser sends it."""
    return {name: value for name, value in _initial(step).items() if value not in (None, False)}


def _initial(step: Step) -> dict[str, Any]:
    until = step.until
    told: dict[str, Any] = {
        "anchor": step.when.anchor.value, "days": step.when.days, "at": step.when.at or "",
        "minutes": step.when.minutes, "late": step.late.value, "to": step.to.value,
        "channel": step.channel, "class": "marketing" if step.sells else "",
        "once": not step.each_room, "to_blocks": step.to_blocks, "nights_min": step.nights_min,
        "lives_minutes": step.lives_minutes, "freshness_minutes": step.freshness_minutes,
        "until_anchor": until.anchor.value if until else "",
        "until_days": until.days if until else 0, "until_at": (until.at if until else "") or "",
        "collect_minutes": step.collect_minutes, "fields": list(step.fields),
    }  # fmt: skip
    for row, condition in enumerate(step.only_if):
        told[f"what-{row}"] = f"{condition.field.value}:{condition.asks.value}"
        told[f"value-{row}"] = _values(condition)
    return told


def _values(condition: Condition) -> str:
    return ", ".join(step_words.value(condition.field, each) for each in condition.values)


def _point(anchor: str, days: int | None, at: str, minutes: int | None) -> dict[str, Any]:
    """A moment; the minutes count only where no time of day is said."""
    told: dict[str, Any] = {"anchor": anchor, "days": days or 0}
    if at:
        return told | {"at": at}
    return told | {"days": 0, "minutes": minutes or 0} if Anchor(anchor) in INSTANTS else told


def _number(label: str, least: int, most: int, hint: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=least, max_value=most, help_text=hint
    )


def _clock(label: str, hint: str = "") -> forms.RegexField:
    return forms.RegexField(
        r"^([01]\d|2[0-3]):[0-5]\d$", label=label, required=False, help_text=hint,
        widget=forms.TextInput(attrs={"type": "time"}),
    )  # fmt: skip


def offered() -> list[str]:
    """Words that the values of conditions may be, for the list under the field."""
    listed = [str(word) for told in step_words.VALUES.values() for word in told.values()]
    listed += step_words.tiers().values()
    return sorted({*listed, *(formats.language(each) for each in ("en", "fr", "es"))})
