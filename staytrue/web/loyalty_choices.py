"""The choices that terms offer, with their words: what is given, for which stays, how it rounds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from staytrue.hotel.models import Property
from staytrue.web import words
from staytrue.web.loyalty_sentences import BASE, ROUNDING
from staytrue.web.words import Words

PER: Words = {
    "night": gettext_lazy("per night"),
    "stay": gettext_lazy("per reservation"),
    "unit": gettext_lazy("per unit spent"),
}
ROOMS: Words = {
    "each": gettext_lazy("each room earns"),
    "once": gettext_lazy("once for all rooms"),
}
BY: Words = {
    "arrival": gettext_lazy("the arrival"),
    "departure": gettext_lazy("the departure"),
    "any_night": gettext_lazy("any night"),
}
SHARE: Words = {
    "whole": gettext_lazy("the whole stay"),
    "nights": gettext_lazy("only the nights within (basis: any night)"),
}
ROUNDED: Words = {
    "points": gettext_lazy("the points"),
    "amount": gettext_lazy("the amount, before it is multiplied"),
}
COMBINE: Words = {
    "first": gettext_lazy("the first in this order"),
    "best": gettext_lazy("the best for the guest"),
    "sum": gettext_lazy("all of them together"),
}
WINDOW: Words = {
    "rolling": gettext_lazy("the months before the day"),
    "calendar": gettext_lazy("a calendar year, kept to the end of the next"),
}
MEASURE: Words = {
    "nights": pgettext_lazy("tier", "Nights"),
    "stays": pgettext_lazy("tier", "Stays"),
    "spend": pgettext_lazy("tier", "Spent"),
    "points": pgettext_lazy("tier", "Points"),
}


def rule_fields(*, is_default: bool) -> dict[str, forms.Field]:
    """The fields of a rule; a default has no name and no days."""
    fields: dict[str, forms.Field] = {}
    if not is_default:
        fields["key"] = forms.CharField(
            label=_("Name"), required=False, max_length=40,
            help_text=_("Short, such as summer-2026. It stands beside every award."),
        )  # fmt: skip
    fields |= {
        "points": _number(_("Points"), 0, decimals=4, hint=_("Empty: no such rule.")),
        "per": _choice(_("Given"), PER),
        "of": _boxes(_("Spent on"), BASE, _("For points per unit spent.")),
        "rooms": _choice(_("Several rooms of one booking"), ROOMS),
    }
    if not is_default:
        fields |= {
            "first": _day(_("From")),
            "last": _day(_("Until, included")),
            "by": _choice(_("What must lie within"), BY),
            "share": _choice(_("Of a stay across the border counts"), SHARE),
        }
    fields |= {
        "rate_codes": _text(_("Only these rate codes"), _("With commas between. Empty: all.")),
        "not_rate_codes": _text(_("Not these rate codes"), ""),
        "channels": _boxes(_("Only through"), words.CHANNEL),
        "segments": _boxes(_("Only of segments"), words.SEGMENT),
        "hotels": _hotels(),
        "nights_min": _number(_("Nights at least"), 0, most=365, decimals=0),
        "rounding": _choice(_("Rounded"), ROUNDING),
        "rounded": _choice(_("What is rounded"), ROUNDED),
    }
    if not is_default:
        fields["off"] = forms.BooleanField(label=_("Take this rule out"), required=False)
    return fields


def parts() -> list[tuple[str, tuple[str, ...]]]:
    """The fields of a rule under their headings."""
    return [
        (_("What it gives"), ("key", "points", "per", "of", "rooms")),
        (_("In which days"), ("first", "last", "by", "share")),
        (_("For which stays"), ("rate_codes", "not_rate_codes", "channels", "segments", "hotels",
                                "nights_min")),
        (_("How it becomes whole"), ("rounding", "rounded")),
        ("", ("off",)),
    ]  # fmt: skip


def terms_fields(months_max: int) -> dict[str, forms.Field]:
    """What is said once for the whole programme."""
    return {
        "combine": _choice(_("Where several rules fit, these count"), COMBINE, required=False),
        "room_charge": _number(_("Points per unit of room charge"), 0, decimals=4),
        "room_charge_rounding": _choice(_("Rounded"), ROUNDING, required=False),
        "window": _choice(_("A tier is measured over"), WINDOW, required=False),
        "months": _number(_("So many months"), 1, most=60, decimals=0),
        "expires_after": forms.IntegerField(
            label=_("Points end after so many months"), required=False, min_value=1,
            max_value=months_max, help_text=_("Counted from the month they were earned in. Empty: never."),
        ),
    }  # fmt: skip


def _choice(label: str, table: Words, *, required: bool = True) -> forms.Field:
    return forms.ChoiceField(label=label, choices=[*table.items()], required=required)


def _boxes(label: str, table: Words, hint: str = "") -> forms.Field:
    return forms.MultipleChoiceField(
        label=label, choices=[*table.items()], required=False, help_text=hint,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


def _hotels() -> forms.Field:
    found = Property.objects.order_by("code").values_list("pk", "code")
    return forms.TypedMultipleChoiceField(
        label=_("Only at"), choices=[(pk, code) for pk, code in found], required=False, coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


def _day(label: str) -> forms.Field:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


def _text(label: str, hint: str) -> forms.Field:
    return forms.CharField(label=label, required=False, max_length=1_000, help_text=hint)


def _number(
    label: str, least: int, *, most: int | None = None, decimals: int = 0, hint: str = ""
) -> forms.Field:
    given: dict[str, Any] = {"label": label, "required": False, "min_value": least,
                             "max_value": most, "help_text": hint}  # fmt: skip
    if decimals:
        return forms.DecimalField(max_digits=12, decimal_places=decimals, **given)
    return forms.IntegerField(**given)
