"""How guests are recognised: the cascade, what joins by itself, and the figures beside each switch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from staytrue.guests import dry_runs, published, safety_reviews, settings, standings
from staytrue.guests.matching.named_rules import Mode, Rule
from staytrue.guests.matching.safety import Stage
from staytrue.guests.models import IdentityRun, Matcher
from staytrue.guests.resolving import SCORE
from staytrue.guests.reviewing import MERGE
from staytrue.guests.safety_reviews import MANAGE
from staytrue.guests.settings import Cost
from staytrue.guests.standings import Standing
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.staff.access import require_everywhere
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import names_of, who_may
from staytrue.web import evidence, formats, reasons
from staytrue.web.given import known
from staytrue.web.pages import page
from staytrue.web.words import Words, word

RUNS = 10
WHO = 3
_TONE = {Stage.TRIAL: "", Stage.PROVEN: "good", Stage.CLOSED: "bad"}
MODE: Words = {
    settings.OFF: gettext_lazy("Off: only the score of all evidence"),
    Mode.GUARDED.value: gettext_lazy("Guarded: nothing may speak against one person"),
    Mode.EXACT.value: gettext_lazy("Exact: last name and value alone, as usually written"),
}
STAGE: Words = {
    Stage.TRIAL.value: pgettext_lazy("rule", "on trial"),
    Stage.PROVEN.value: pgettext_lazy("rule", "proven"),
    Stage.CLOSED.value: pgettext_lazy("rule", "closed"),
}
DOES: Words = {
    "trial": gettext_lazy("only suggests"),
    "trial.joins": gettext_lazy("joins, and each join is asked about"),
    "proven": gettext_lazy("only suggests until people have answered"),
    "proven.joins": gettext_lazy("joins, and most joins are asked about"),
    "closed": gettext_lazy("erred too often, only suggests"),
}
OUTCOME: Words = {"linked": gettext_lazy("joins"), "review": gettext_lazy("asks a person")}


@dataclass(frozen=True)
class Counted:
    """One line of a dry run: what a rule does, why, and how often in each mode."""

    rule: str
    told: str
    guarded: int
    exact: int


@dataclass(frozen=True)
class Stood:
    """One line of a rule at a hotel: what it does, what is still to be answered, and by whom."""

    standing: Standing
    rule: str
    hotel: str
    stage: str
    tone: str
    does: str
    who: str


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def recognition(request: HttpRequest) -> HttpResponse:
    """The settings with their figures; what is changed counts from the next profile on."""
    access, now = access_in(request), clock.now()
    require_everywhere(access, MANAGE)
    if request.method == "POST":
        return _change(request)
    run = dry_runs.latest()
    kept, costs, shown = settings.current(), settings.costs(), settings.shown()
    closed = safety_reviews.closed()
    hotels = dict(Property.objects.values_list("pk", "name"))
    runs = list(IdentityRun.objects.exclude(step=dry_runs.STEP).order_by("-pk")[:RUNS])
    matcher = Matcher.objects.filter(is_active=True).defer("document", "rarities").first()
    return page(
        request, "recognition.html", now, kept=kept, shown=shown, costs=_costs(costs),
        modes=[(mode, word(MODE, mode)) for mode in settings.MODES],
        steps=[(rule.value, word(evidence.RULE, rule.value), rule.value in kept.steps)
               for rule in Rule],
        run=run, counted=_counted(run.counts) if run and run.ended_at else (),
        closed=[(each, word(evidence.RULE, each.rule), hotels.get(each.property_id or 0, ""))
                for each in closed],
        waiting=safety_reviews.waiting(), stood=_stood(standings.standings(now), hotels),
        proving=[(rule, word(evidence.RULE, rule), rule in kept.prove_first, rule in kept.trusted)
                 for rule in (SCORE, *Rule)],
        least=settings.ANSWERS_LEAST, runs=runs, matcher=matcher,
        shipped=published.SHIPPED_PROFILES,
        who=names_of([*(each.actor for each in runs), *([matcher.actor] if matcher else [])]),
    )  # fmt: skip


@needs(MANAGE)
@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """Count what each rule would do; nothing is done."""
    access = access_in(request)
    require_everywhere(access, MANAGE)
    dry_runs.ask(access.actor, clock.now())
    return redirect("recognition")


def _change(request: HttpRequest) -> HttpResponse:
    access, now, given = access_in(request), clock.now(), request.POST
    confirmed = bool(given.get("confirmed"))
    try:
        if "reopen" in given:
            safety_reviews.reopen(access, known(given["reopen"]), now)
        elif "proving" in given:
            trusted = given.getlist("trust")
            settings.set_proving(access, given.getlist("prove"), now, trusted=trusted)
        elif "mode" in given:
            steps = given.getlist("step")
            settings.set_cascade(access, given["mode"], steps, now, confirmed=confirmed)
        else:
            is_on = bool(given.get("automatic"))
            settings.set_automatic(access, now, on=is_on, confirmed=confirmed)
    except Refused as refusal:
        messages.error(request, reasons.of(refusal))
    else:
        messages.success(request, _("Saved. It counts from the next profile on."))
    return redirect("recognition")


def _stood(found: Sequence[Standing], hotels: Mapping[int, str]) -> list[Stood]:
    """The lines of the rules; whoever may decide at a hotel may be asked to."""
    named = who_may(MERGE)
    lines = []
    for each in found:
        rule, at = each.measured.rule, each.measured.property_id
        who = list(dict.fromkeys([*(named.get(at, []) if at else []), *named.get(None, [])]))
        does = f"{each.stage}.joins" if each.joins else str(each.stage)
        lines.append(
            Stood(
                each, word(evidence.RULE, rule), hotels.get(at or 0, ""),
                word(STAGE, each.stage), _TONE[each.stage], word(DOES, does),
                evidence.listed(who[:WHO]) + ("…" if len(who) > WHO else ""),
            )
        )  # fmt: skip
    return lines


def _costs(costs: settings.Costs) -> list[tuple[str, int, str]]:
    told = (
        (_("by the score"), costs.score),
        (_("by the guarded cascade"), costs.guarded),
        (_("by the exact cascade"), costs.exact),
    )
    return [(name, cost.pairs, _wrong(cost)) for name, cost in told]


def _wrong(cost: Cost) -> str:
    if cost.wrong_per_10000 is None:
        return _("no pair known")
    return formats.tenth(cost.wrong_per_10000)


def _counted(counts: dict[str, Any]) -> list[Counted]:
    """The lines of a dry run, rule by rule, both modes side by side."""
    guarded, exact = (counts.get(mode.value, {}) for mode in Mode)
    found = []
    for code in sorted({*guarded, *exact}, key=_place):
        rule, outcome, reason = code.split(".")
        facts = {"does": word(OUTCOME, outcome), "why": word(evidence.REASON, reason)}
        told = _("%(does)s: %(why)s") % facts
        found.append(
            Counted(word(evidence.RULE, rule), told, guarded.get(code, 0), exact.get(code, 0))
        )
    return found


def _place(code: str) -> tuple[int, str]:
    return [rule.value for rule in Rule].index(code.partition(".")[0]), code
