"""The editor of a journey: its steps one by one, and what a real stay would get of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from staytrue.journeys import actions, differences, editing, previewing, queries
from staytrue.journeys.models import JourneyVersion
from staytrue.journeys.previewing import Preview
from staytrue.journeys.queries import Told
from staytrue.journeys.rules import ABSENT, WANTED, Line
from staytrue.journeys.steps import Step, read, stored
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.messages.kinds import Kind
from staytrue.messages.writing import live, previews, standard_set
from staytrue.messages.writing.live import Wish
from staytrue.staff.access import Access
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import names_of
from staytrue.web import given, journey_words, message_words, step_words, words
from staytrue.web.acting import tried
from staytrue.web.pages import page
from staytrue.web.step_form import StepForm, offered
from staytrue.web.texts import refused

_PLACES = {"up": -1, "down": 1}


@needs(actions.WRITE)
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, key: str, name: str) -> HttpResponseBase:
    """One step with all it says, and the plan a real stay would have with it."""
    access, now = access_in(request), clock.now()
    told = _told(access, key)
    kept = _step(told, name)
    form = StepForm(kept, request.POST if request.method == "POST" else None)
    is_whole = not form.is_bound or form.is_valid()
    made = form.made if form.is_bound and is_whole else kept
    if request.method == "POST" and is_whole and "show" not in request.POST:
        changed = editing.with_changed(told.steps, made)
        if tried(request, lambda: actions.draft(access, told.journey, stored(changed), now),
                 _("Kept as a draft.")):  # fmt: skip
            return redirect("journey_step", key, name)
    stays = previews.stays(access, None, now.date())
    asked = request.POST.get("stay") or request.GET.get("stay", "")
    chosen = given.number(asked) or (stays[0].id if stays else None)
    return page(
        request, "journey_step.html", now, screen="journeys", told=told, step=kept, form=form,
        offered=offered(), stays=stays, chosen=chosen, sentences=step_words.sentences(made),
        **_seen(access, told, made, chosen),
    )  # fmt: skip


@needs(actions.WRITE, keeps_awake=False)
@require_POST
def preview(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """The plan of a stay with the step as it is typed; nothing is kept."""
    access = access_in(request)
    told = _told(access, key)
    kept = _step(told, name)
    form = StepForm(kept, request.POST)
    is_whole = form.is_valid()
    shown = form.made if is_whole else kept
    wrong = [] if is_whole else [str(each) for found in form.errors.values() for each in found]
    return render(
        request, "parts/step_seen.html",
        {"step": shown, "wrong": wrong, "now": clock.now(),
         "sentences": step_words.sentences(shown),
         **_seen(access, told, shown, given.number(request.POST.get("stay", "")))},
    )  # fmt: skip


@needs(actions.WRITE)
@require_POST
def change(request: HttpRequest, key: str) -> HttpResponseBase:
    """One step more, one less, or one earlier or later: a new draft."""
    access, now = access_in(request), clock.now()
    told = _told(access, key)
    act, name = request.POST.get("act", ""), request.POST.get("step", "")
    made: Step | None = None
    if act == "add":
        kinds = {each.value: each for each in editing.KINDS}
        if name not in kinds:
            raise Http404
        steps, made = editing.with_new(told.steps, kinds[name])
    elif act == "remove":
        steps = editing.without(told.steps, _step(told, name).key)
    elif act in _PLACES:
        steps = editing.moved(told.steps, _step(told, name).key, _PLACES[act])
    else:
        raise Http404
    done = tried(request, lambda: actions.draft(access, told.journey, stored(steps), now),
                 _("Kept as a draft."))  # fmt: skip
    return redirect("journey_step", key, made.key) if done and made else redirect("journey", key)


@needs(queries.READ)
def versions(request: HttpRequest, key: str) -> HttpResponse:
    """Every version of a journey, and what one of them changed against another."""
    access, now = access_in(request), clock.now()
    told = _told(access, key)
    rows = list(JourneyVersion.objects.filter(journey=told.journey).order_by("-number"))
    by_number = {str(row.number): row for row in rows}
    later = by_number.get(request.GET.get("to", "")) or rows[0]
    earlier = by_number.get(request.GET.get("from", "")) or next(
        (row for row in rows if row.number < later.number), later
    )
    found = differences.between(read(earlier.steps), read(later.steps))
    names = names_of([name for row in rows for name in (row.drafted_by, row.approved_by)])
    return page(
        request, "journey_versions.html", now, screen="journeys", told=told, rows=rows,
        names=names, earlier=earlier, later=later,
        choices=[("from", earlier, _("Against")), ("to", later, _("What changed in"))],
        lines=[step_words.difference(each) for each in found],
    )  # fmt: skip


def _told(access: Access, key: str) -> Told:
    told = queries.one(access, key, clock.now())
    if told is None:
        raise Http404
    return told


def _step(told: Told, name: str) -> Step:
    found = next((each for each in told.steps if each.key == name), None)
    if found is None:
        raise Http404
    return found


def _seen(access: Access, told: Told, step: Step, stay: int | None) -> dict[str, Any]:
    """What the side of the editor shows: the lines of the stay's plan, and this step's text."""
    if stay is None:
        return {}
    now = clock.now()
    changed = editing.with_changed(told.steps, step)
    seen = previewing.previewed(access, told.journey, changed, stay, now)
    cell = journey_words.cell(seen.standings[step.key])
    return {
        "sample": seen, "cell": cell, "hotel": seen.hotel,
        "lines": [_line(each, step.key) for each in seen.lines],
        **_text(access, seen, step),
    }  # fmt: skip


def _line(line: Line, edited: str) -> dict[str, Any]:
    what = {WANTED: "new", ABSENT: "absent"}.get(line.standing, "expected")
    style, sign = journey_words.MARK[what]
    word = journey_words.LEAVES if line.standing == WANTED else words.word(journey_words.WHAT, what)
    why = [words.word(message_words.REASON, line.reason)] if line.reason else []
    if line.late and not line.reason:
        why.append(words.word(journey_words.LATE_WHY, line.late))
    return {
        "kind": line.step.kind.value, "is_edited": line.step.key == edited, "at": line.at,
        "is_about": line.standing != WANTED, "style": style, "sign": sign, "word": word,
        "why": " ".join(why), "language": line.wanted.language if line.wanted else "",
        "role": line.wanted.recipient_role.partition(":")[0] if line.wanted else "",
    }  # fmt: skip


def _text(access: Access, seen: Preview, step: Step) -> dict[str, Any]:
    """The words in force for the step, filled for the stay, in the language it would be in."""
    languages = [line.wanted.language for line in seen.lines
                 if line.step.key == step.key and line.wanted]  # fmt: skip
    if not languages:
        return {}
    kind, hotel = Kind(step.kind), seen.hotel
    version = live.live({Wish(hotel.pk, kind, step.channel)})
    told = next((each.texts for each in version.values()), None)
    told = told or standard_set.texts(kind, step.channel)
    text = told.get(languages[0])
    if text is None:
        return {"no_text": True}
    try:
        made = previews.shown(
            access, kind, step.channel, hotel.pk, languages[0], text, seen.stay.pk, clock.now()
        )
    except Refused as refusal:
        return {"no_text": refused(refusal)}
    return {"made": made, "is_standard": not version, "language": languages[0]}


def listed(steps: Sequence[Step]) -> list[tuple[Step, list[str]]]:
    """The steps of a journey with what each says."""
    return [(each, step_words.sentences(each)) for each in steps]
