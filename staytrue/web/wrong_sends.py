"""Messages that later facts showed to be wrong: the ledger, one of them, and what is done about it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.messages import queries, wrong_sends
from staytrue.messages.queries import ANSWER, READ
from staytrue.messages.writing.rendering import Rendered
from staytrue.messages.wrong_sends import LINES, Listed
from staytrue.staff.access import Access
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import names_of
from staytrue.staff.queries import roles as staff_roles
from staytrue.web import reasons, words, wrong_words
from staytrue.web.acting import tried
from staytrue.web.health import role_named
from staytrue.web.pages import page


@needs(READ)
def ledger(request: HttpRequest) -> HttpResponse:
    """Every wrong message of one's hotels, the newest first, and how many there are of ten thousand."""
    access, now = access_in(request), clock.now()
    after = request.GET.get("after", "")
    found = wrong_sends.listed(
        access, after=int(after) if after.isdecimal() and len(after) < 19 else None,
        limit=LINES + 1,
    )  # fmt: skip
    owners = _owners(found)
    lines = [(each, owners[each.owner]) for each in found[:LINES]]
    return page(
        request, "wrong_sends.html", now, screen="outbox", lines=lines,
        rate=wrong_sends.rate(access, queries.hotels(access), now),
        later=found[LINES - 1].wrong.pk if len(found) > LINES else 0,
    )  # fmt: skip


@needs(READ)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: what was taken to be so and what was so, and the drafted correction."""
    access, now = access_in(request), clock.now()
    found = wrong_sends.one(access, pk)
    draft, why_not = _draft(access, found)
    who = names_of(each.actor for each in found.acts)
    return page(
        request, "wrong_send.html", now, screen="outbox", of=found, wrong=found.wrong,
        line=found.line, zone=found.line.hotel.timezone, draft=draft, why_not=why_not,
        then=wrong_words.facts(found.wrong.then), stands=wrong_words.facts(found.wrong.stands),
        owner=_owners([found])[found.owner],
        may_act=found.is_open and access.may(ANSWER, found.wrong.property_id),
        acts=[(each, words.word(wrong_words.ACT, each.act), who.get(each.actor, each.actor))
              for each in found.acts],
    )  # fmt: skip


def _draft(access: Access, found: Listed) -> tuple[Rendered | None, str]:
    """The words of the correction for whom may read addresses and names, or why there are none."""
    if not access.may("contact.read", found.wrong.property_id):
        return None, _("Your role does not show what is written to guests.")
    try:
        made = wrong_sends.draft(found, clock.now())
    except Refused as refusal:
        return None, reasons.of(refusal)
    return made, "" if made else _("He said no to being written to: nothing more is sent to him.")


@needs(ANSWER)
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take it, hand the correction to the gate, or leave it so."""
    access, now = access_in(request), clock.now()
    acts = {
        "take": (wrong_sends.take, _("You answer for it from now on.")),
        "correct": (wrong_sends.correct, _("The correction is at the gate.")),
        "leave": (wrong_sends.leave, _("Left so. Nothing is written about it.")),
    }
    chosen = acts.get(request.POST.get("act", ""))
    if chosen is None:
        raise Http404
    do, said = chosen
    tried(request, lambda: do(access, pk, now), said)
    return redirect("wrong_send", pk)


def _owners(found: list[Listed]) -> dict[str, str]:
    """Roles by their name in the house, members by theirs."""
    owners = {each.owner for each in found}
    named = {role.key: role_named(role.key) for role in staff_roles()} | names_of(owners)
    return {owner: named.get(owner, owner) for owner in owners}
