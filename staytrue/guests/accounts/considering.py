"""Check-outs are considered, each once: who is entered in the CRM's own list, and who not and why.

It settles from state: called twice, late, or for stays that were never checked out, it ends the
same. Two that meet at one guest are told apart by the guest's row.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from staytrue.guests import links
from staytrue.guests.accounts import configuring
from staytrue.guests.accounts.rules import (
    WAITING,
    WITH_ACCOUNT,
    Case,
    ContactType,
    Kind,
    Outcome,
    Setting,
    Stay,
    Value,
    outcome,
    taken,
)
from staytrue.guests.models import Account, CheckOut
from staytrue.hotel.rules import due_business_date
from staytrue.kit.asking import ask
from staytrue.mirror.rules import IS_HISTORY
from staytrue.staff import audit

ITSELF = "checkout"
"""Who opens accounts by itself."""


@dataclass(frozen=True)
class Found:
    """A stay as the mirror knows it, with its guest and what became of it before."""

    id: int
    property_id: int
    is_checked_out: bool
    left_on: date
    stay: Stay
    is_history: bool
    profile_id: int | None
    guest_id: int | None
    phones: list[dict[str, Any]]
    emails: list[dict[str, Any]]
    before: str
    before_profile: int | None
    taken: dict[str, Any] | None


@dataclass(frozen=True)
class Considered:
    """What becomes of one check-out; `account_id` where it is in the list."""

    reservation_id: int
    outcome: Outcome
    why: str = ""
    word: str = ""
    account_id: int | None = None


def consider(
    reservation_ids: Collection[int],
    now: datetime,
    *,
    actor: str = ITSELF,
    run_id: int | None = None,
    is_asked: bool = False,
    is_moved: bool = False,
    reason: str = "",
) -> list[Considered]:
    """Consider those of these stays that are checked out, and take back those that are no longer.

    `is_asked` by a person, for a reason that the audit keeps: also what came with a history or was
    passed over by a setting. `is_moved`: only whose it is differs, its contacts stay as they were.
    """
    settings, known = configuring.settings(), configuring.vocabulary()
    told = []
    with transaction.atomic(), audit.acting(actor, now, reason):
        rows = found(reservation_ids)
        links.lock({each.guest_id for each in rows if each.guest_id})
        held = _Held()
        held.learn(rows)
        for each in _in_order(rows):
            if each.is_checked_out:
                # What came with a history is nobody's business before a person asks for it.
                if (is_asked or not each.is_history) and not _is_over(each, is_asked=is_asked):
                    made = held.decide(each, settings[each.property_id], is_asked=is_asked)
                    setting = settings[each.property_id] or Setting()
                    contacts = _taken(each, setting, known, as_before=is_moved)
                    told.append(_keep(each, made, held, contacts, now, actor, run_id))
            elif each.before and each.before != Outcome.REVERSED:
                told.append(_take_back(each, now))
    return told


def preview(pieces: Iterable[Collection[int]], *, is_asked: bool = True) -> Iterator[Considered]:
    """What considering these stays would do, piece by piece; nothing is written."""
    settings = configuring.settings()
    held = _Held()
    for ids in pieces:
        rows = found(ids)
        held.learn(rows)
        for each in _in_order(rows):
            if each.is_checked_out and not _is_over(each, is_asked=is_asked):
                made = held.decide(each, settings[each.property_id], is_asked=is_asked)
                if made.outcome == Outcome.ADDED:
                    held.opened(each, 0)
                yield made


def _in_order(found: Iterable[Found]) -> list[Found]:
    """The oldest first; whoever is not recognised yet comes again when he is."""
    known = [each for each in found if each.guest_id or not each.stay.is_of_person]
    return sorted(known, key=lambda each: (each.left_on, each.id))


def _is_over(each: Found, *, is_asked: bool) -> bool:
    """Whether it has its outcome for good."""
    if each.before in ("", Outcome.REVERSED) or each.before_profile != each.profile_id:
        return False
    if each.before in WAITING:
        return each.before == Outcome.HISTORY and not is_asked
    return not is_asked or each.before in WITH_ACCOUNT


class _Held:
    """Whose accounts there are, among the guests of a set; it grows as accounts are opened."""

    def __init__(self) -> None:
        self._of_guest: dict[int, int] = {}
        self._seen: set[int] = set()

    def learn(self, rows: Iterable[Found]) -> None:
        """Look up the guests and profiles of these stays; what was opened meanwhile stays."""
        rows = list(rows)
        accounts = ask(
            """SELECT l.guest_id, min(a.id) FROM link l JOIN account a ON a.profile_id = l.profile_id
                WHERE l.guest_id = ANY(%s) AND l.until_at IS NULL GROUP BY l.guest_id""",
            [sorted({each.guest_id for each in rows if each.guest_id})],
        )
        seen = ask(
            """SELECT DISTINCT profile_id FROM checkout
                WHERE profile_id = ANY(%(ids)s) AND account_id IS NOT NULL AND outcome <> 'reversed'
               UNION SELECT profile_id FROM account WHERE profile_id = ANY(%(ids)s)""",
            {"ids": sorted({each.profile_id for each in rows if each.profile_id})},
        )
        self._of_guest.update(accounts)
        self._seen.update(id_ for (id_,) in seen)

    def decide(self, each: Found, setting: Setting | None, *, is_asked: bool) -> Considered:
        account = self._of_guest.get(each.guest_id or 0)
        becomes, why, word = outcome(
            Case(
                stay=each.stay, setting=setting, is_history=each.is_history, is_asked=is_asked,
                has_account=account is not None, is_known=each.profile_id in self._seen,
            )
        )  # fmt: skip
        return Considered(
            each.id, becomes, why or "", word, account if becomes in WITH_ACCOUNT else None
        )

    def opened(self, each: Found, account_id: int) -> None:
        if each.guest_id and each.profile_id:
            self._of_guest.setdefault(each.guest_id, account_id)
            self._seen.add(each.profile_id)


def _keep(
    each: Found,
    made: Considered,
    held: _Held,
    contacts: dict[str, Any],
    now: datetime,
    actor: str,
    run_id: int | None,
) -> Considered:
    """Write what became of it; whoever is new is entered. What waits as before is no news."""
    if made.outcome == Outcome.BLOCKED and each.before == Outcome.BLOCKED:
        return made
    account_id = made.account_id
    if made.outcome == Outcome.ADDED and each.profile_id:
        account_id = _open(each, each.profile_id, now, actor).pk
    if account_id is not None:
        held.opened(each, account_id)
        Account.objects.filter(pk=account_id).update(**contacts, taken_at=now)
    CheckOut.objects.update_or_create(
        reservation_id=each.id,
        defaults={
            "property_id": each.property_id, "left_on": each.left_on, "nights": each.stay.nights,
            "outcome": made.outcome,
            "why": made.why, "word": made.word, "profile_id": each.profile_id,
            "account_id": account_id, "considered_at": now, "run_id": run_id,
            "taken": contacts if account_id is not None else None,
        },
    )  # fmt: skip
    return Considered(each.id, made.outcome, made.why, made.word, account_id)


def _open(each: Found, profile_id: int, now: datetime, actor: str) -> Account:
    made = Account.objects.create(
        profile_id=profile_id, property_id=each.property_id, reservation_id=each.id,
        opened_at=now, opened_on=each.left_on, opened_by=actor, taken_at=now,
    )  # fmt: skip
    audit.record(
        "account_opened", f"account:{made.pk}", property_id=each.property_id,
        facts={"reservation": each.id},
    )  # fmt: skip
    return made


def _taken(
    each: Found, setting: Setting, known: Collection[ContactType], *, as_before: bool
) -> dict[str, Any]:
    """What the hotel chose, each by its type, as an account keeps it; what has none says so.

    `as_before`: as this check-out gave it when it was considered.
    """
    if as_before and each.taken and each.before_profile == each.profile_id:
        return each.taken
    phones = [Value(one.get("number") or one["raw"], one.get("type") or "") for one in each.phones]
    emails = [
        Value(one["address"], one.get("type") or "", is_relay=bool(one.get("masked")))
        for one in each.emails
    ]
    values = {
        "phone_1": taken(phones, Kind.PHONE, setting.phone_1, list(known)),
        "phone_2": taken(phones, Kind.PHONE, setting.phone_2, list(known)),
        "email": taken(emails, Kind.EMAIL, setting.email, list(known)),
    }
    empty = {name: getattr(setting, name) for name, value in values.items() if not value}
    return {**values, "empty": empty}


def take_contacts(account_ids: Collection[int], now: datetime) -> None:
    """Give these accounts their contacts back, each as its last check-out gave them."""
    last = dict(ask(
        """SELECT DISTINCT ON (account_id) reservation_id, account_id FROM checkout
            WHERE account_id = ANY(%s) AND outcome = ANY(%s)
            ORDER BY account_id, left_on DESC, id DESC""",
        [sorted(account_ids), sorted(each.value for each in WITH_ACCOUNT)],
    ))  # fmt: skip
    settings, known = configuring.settings(), configuring.vocabulary()
    for each in found(list(last)):
        setting = settings[each.property_id] or Setting()
        contacts = _taken(each, setting, known, as_before=True)
        Account.objects.filter(pk=last[each.id]).update(**contacts, taken_at=now)


def forget_contacts(profile_ids: Collection[int], now: datetime) -> None:
    """Whoever of these is anonymised leaves no contacts in accounts and check-outs."""
    gone = [id_ for (id_,) in ask(
        "SELECT id FROM profile WHERE id = ANY(%s) AND anonymised", [sorted(profile_ids)]
    )]  # fmt: skip
    if not gone:
        return
    rows = CheckOut.objects.filter(profile_id__in=gone)
    held = {*rows.values_list("account_id", flat=True)} - {None}
    held |= {*Account.objects.filter(profile_id__in=gone).values_list("pk", flat=True)}
    rows.update(taken=None)
    Account.objects.filter(pk__in=held).update(phone_1="", phone_2="", email="", taken_at=now)
    take_contacts(held, now)


def _take_back(each: Found, now: datetime) -> Considered:
    CheckOut.objects.filter(reservation_id=each.id).update(
        outcome=Outcome.REVERSED, considered_at=now
    )
    return Considered(each.id, Outcome.REVERSED)


_STAYS = f"""
  SELECT r.id, r.property_id, r.status = 'checked_out', r.checked_out_at, r.day_only,
         r.departure_on, r.arrival_on, r.checked_in_at, z.timezone, z.day_close_at,
         coalesce(r.rate_code, ''), r.channel, coalesce(r.segment, r.derived_segment, ''),
         r.group_number IS NOT NULL, r.amount, {IS_HISTORY},
         p.id, p.kind, l.guest_id, coalesce(p.phones, '[]')::text, coalesce(p.emails, '[]')::text,
         coalesce(o.outcome, ''), o.profile_id, o.taken::text
    FROM reservation r JOIN property z ON z.id = r.property_id
    LEFT JOIN profile p ON p.connection_id = r.connection_id AND p.source_id = r.primary_profile
    LEFT JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
    LEFT JOIN checkout o ON o.reservation_id = r.id
   WHERE r.id = ANY(%s) AND (r.status = 'checked_out' OR o.id IS NOT NULL) ORDER BY r.id"""


def found(reservation_ids: Collection[int]) -> list[Found]:
    return [_row(row) for row in ask(_STAYS, [sorted(reservation_ids)])]


def _row(row: tuple[Any, ...]) -> Found:
    (id_, hotel, is_out, out_at, day_only, departs, arrives, in_at, zone, close, rate, channel,
     segment, of_group, amount, history, profile, kind, guest, phones, emails, before,
     before_profile, told) = row  # fmt: skip
    left_on = _day(out_at, "checked_out_at" in day_only, departs, zone, close)
    came_on = _day(in_at, "checked_in_at" in day_only, arrives, zone, close)
    stay = Stay(
        left_on=left_on, nights=max(0, (left_on - came_on).days), rate_code=rate, channel=channel,
        segment=segment, is_of_group=of_group, amount=Decimal(amount) if amount is not None else None,
        is_of_person=kind == "person",
    )  # fmt: skip
    return Found(
        id=id_, property_id=hotel, is_checked_out=is_out, left_on=left_on, stay=stay,
        is_history=history, profile_id=profile, guest_id=guest, phones=json.loads(phones),
        emails=json.loads(emails), before=before, before_profile=before_profile,
        taken=json.loads(told) if told else None,
    )  # fmt: skip


def _day(
    instant: datetime | None, is_day_only: object, booked: date, zone: str, close: time
) -> date:
    """The hotel's day of a check-in or check-out; without its instant, the booked one."""
    if instant is None:
        return booked
    if is_day_only:
        return instant.astimezone(ZoneInfo(zone)).date()
    return due_business_date(instant, ZoneInfo(zone), close)
