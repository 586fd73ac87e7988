"""Named reads of one case: what happened, what it moves, whose it is, what may be done."""

from __future__ import annotations

from collections.abc import Iterable

from staytrue.desk import keeping, moving, next_rules, paying, rules, working
from staytrue.desk.access import one, visible
from staytrue.desk.kinds import Move
from staytrue.desk.models import Case, CaseEvent, Mention, MoneyLine
from staytrue.desk.next_rules import Next
from staytrue.guests import links
from staytrue.mirror.models import Reservation
from staytrue.staff.access import Access

__all__ = ["one", "visible"]
MONEY_EVENTS = frozenset({"proposed", "changed", "line_approved", "line_refused", "posted", "unposted",
                    "reconciled"})  # fmt: skip


def history(access: Access, case: Case) -> list[CaseEvent]:
    """What happened to a case he sees, the oldest first; of money only for who may read it."""
    found = CaseEvent.objects.filter(case=one(access, case.pk)).order_by("no")
    if not access.may(paying.READ, case.property_id):
        found = found.exclude(kind__in=MONEY_EVENTS)
    return list(found)


def lines(access: Access, case: Case) -> list[MoneyLine]:
    """The money of a case he sees, for who may read money."""
    return paying.lines_of(access, one(access, case.pk))


def stay_of(case: Case) -> Reservation | None:
    """The stay it is about, as the mirror has it at this moment."""
    return Reservation.objects.filter(pk=case.reservation_id or 0).first()


def origin_link(case: Case) -> str:
    """Where that stands which opened it: a message, or the stay with its page, history and bill."""
    if case.message_id is not None:
        return f"/messages/{case.message_id}/"
    if case.reservation_id is None:
        return ""
    return f"/stays/{case.reservation_id}/"


def guest_of(case: Case) -> int | None:
    """The guest its profile belongs to by now: a merge or an unmerge has taken the case along."""
    if case.profile_id is None:
        return None
    return links.guests_of([case.profile_id]).get(case.profile_id)


def of_profiles(access: Access, profile_ids: Iterable[int]) -> list[Case]:
    """The cases of a guest with these profiles, as far as he sees them, the newest first."""
    found = visible(access).filter(profile_id__in=list(profile_ids))
    return list(found.order_by("-opened_at", "-pk"))


def of_stay(access: Access, reservation_id: int) -> list[Case]:
    """The cases about a stay, as far as he sees them, the newest first."""
    return list(visible(access).filter(reservation_id=reservation_id).order_by("-opened_at", "-pk"))


def is_named(access: Access, case: Case) -> bool:
    """Whether a colleague named this reader in it and he has not said yet that he read it."""
    unread = Mention.objects.filter(case=case, member_id=access.member_id or 0, read_at=None)
    return unread.exists()


def moves_for(access: Access, case: Case) -> list[Move]:
    """What this reader may do to its state now."""
    return next_rules.moves_for(
        keeping.standing(case),
        working.who(access, case.property_id),
        working.terms_of(case.property_id, case.type_key),
        moving.undecided(case),
    )


def next_of(access: Access, case: Case) -> Next | None:
    """What this reader does next about it."""
    return next_rules.next_for(
        keeping.standing(case),
        working.who(access, case.property_id),
        working.terms_of(case.property_id, case.type_key),
        moving.undecided(case),
    )


def missing_to_close(case: Case) -> list[str]:
    """What stands between a case and its end."""
    terms = working.terms_of(case.property_id, case.type_key)
    return rules.missing_to_close(keeping.standing(case), terms, moving.undecided(case))
