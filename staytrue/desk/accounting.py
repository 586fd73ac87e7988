"""Accounting is told of decided money: once for each decision, signed, again until it is taken.

What is told stands before it leaves, so that every attempt says the same under the same id: whoever
gets it twice, because an answer was lost, knows it again.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection
from datetime import datetime, timedelta
from secrets import token_bytes

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from staytrue.desk import working
from staytrue.desk.configuring import RIGHT, changing
from staytrue.desk.kinds import LineState, Notice
from staytrue.desk.models import AccountingHook, AccountingNotice, MoneyLine
from staytrue.kit.addresses import Resolver, check_address, system_resolver
from staytrue.kit.errors import Misconfigured, Refused, StaytrueError, Temporary
from staytrue.kit.http import Client, Limits
from staytrue.kit.scrubbing import remember
from staytrue.kit.secrets import keyring
from staytrue.kit.signing import key_of, signature
from staytrue.mirror.models import Reservation
from staytrue.staff.access import Access, one_of, require, visible_to
from staytrue.staff.actions import NewAsk, close_ask, open_ask

KIND = "accounting_hook"
TABLE, FIELD = "accounting_hook", "key"
PRIVATE = "connections.manage"
"""Who may let a hook reach into the hotel's own network."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)
TRIES, TRIES_TO_ASK = 20, 5
"""Given up after three days; asked about after a quarter of an hour."""
BATCH = 200
_SECONDS = 10.0
_LIMITS = Limits(body_bytes=64 << 10, head_bytes=32 << 10)


def set_hook(
    access: Access, property_id: int, url: str, now: datetime, *, reason: str,
    allowed: Collection[str] = (), is_on: bool = True, new_key: bool = False,
    resolve: Resolver = system_resolver,
) -> str:  # fmt: skip
    """Where accounting is told; answers the key its notices are signed by when that is new."""
    require(access, RIGHT, property_id)
    if allowed:
        require(access, PRIVATE, property_id)
    try:
        check_address(url, frozenset(allowed), resolve=resolve)
    except (Misconfigured, Temporary) as error:
        raise Refused(error.sentence, error.code, **error.facts) from error
    before = AccountingHook.objects.filter(property_id=property_id).first()
    key = "" if before and not new_key else f"whsec_{b64encode(token_bytes(32)).decode()}"
    values = {"url": url, "allowed": sorted(allowed), "is_on": is_on, "set_by": access.actor,
              "set_at": now}  # fmt: skip
    if key:
        remember(key)
        keys = keyring(settings.HOME)
        values["sealed"] = keys.seal(key, table=TABLE, row=property_id, field=FIELD)
    with changing(access, property_id, now, reason, is_first=before is None):
        AccountingHook.objects.update_or_create(property_id=property_id, defaults=values)
    return key


def hook_of(access: Access, property_id: int) -> AccountingHook | None:
    """Where accounting of a hotel is told, for who manages its desk."""
    return visible_to(access, AccountingHook.objects.all(), RIGHT).filter(pk=property_id).first()


def notices(access: Access, property_id: int) -> QuerySet[AccountingNotice]:
    """What accounting was told, the newest first."""
    found = visible_to(access, AccountingNotice.objects.all(), RIGHT)
    return found.filter(property_id=property_id).select_related("line").order_by("-pk")


@transaction.atomic
def again(access: Access, notice_id: int, now: datetime) -> AccountingNotice:
    """Try at once what was given up or waits."""
    found = one_of(access, AccountingNotice.objects.select_for_update(), RIGHT, pk=notice_id)
    if found.sent_at is not None:
        raise Refused("Accounting has taken it already.", "notice_taken")
    found.attempts, found.next_at, found.problem = 0, now, ""
    found.save(update_fields=["attempts", "next_at", "problem"])
    return found


def event_id(notice: AccountingNotice) -> str:
    """The id its receiver knows it by again: the line, what is said of it, and the decision."""
    return f"{notice.line_id}.{notice.kind}.{int(notice.decided_at.timestamp() * 1000)}"


def settle(now: datetime) -> int:
    """Write the notices that decided money asks for and that are not there; how many."""
    hotels = list(AccountingHook.objects.filter(is_on=True).values_list("pk", flat=True))
    if not hotels:
        return 0
    told = AccountingNotice.objects.filter(line=OuterRef("pk"), kind=Notice.APPROVED.value)
    approved = (
        MoneyLine.objects.filter(property_id__in=hotels, state=LineState.APPROVED.value)
        .exclude(Exists(told.filter(decided_at=OuterRef("decided_at"))))
    )  # fmt: skip
    made = [_notice(line, Notice.APPROVED, line.decided_at or now, now)
            for line in approved.select_related("property", "case").order_by("pk")[:BATCH]]  # fmt: skip
    made += [_notice(each.line, Notice.WITHDRAWN, each.decided_at, now)
             for each in _withdrawn(hotels)]  # fmt: skip
    # Whoever else settles at this instant writes the same: one of them stands.
    AccountingNotice.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _withdrawn(hotels: Collection[int]) -> QuerySet[AccountingNotice]:
    """Approvals that were told and hold no more: the amount was changed, and is decided anew."""
    untold = ~Exists(
        AccountingNotice.objects.filter(
            line=OuterRef("line"), decided_at=OuterRef("decided_at"), kind=Notice.WITHDRAWN.value
        )
    )
    gone = Q(line__decided_at=None) | ~Q(line__decided_at=F("decided_at"))
    found = AccountingNotice.objects.filter(
        untold, gone, property_id__in=hotels, kind=Notice.APPROVED.value
    )
    return found.select_related("line__property", "line__case").order_by("pk")[:BATCH]


def _notice(line: MoneyLine, kind: Notice, decided_at: datetime, now: datetime) -> AccountingNotice:
    made = AccountingNotice(
        property_id=line.property_id, line=line, kind=kind.value, decided_at=decided_at,
        made_at=now, next_at=now,
    )  # fmt: skip
    stay = Reservation.objects.filter(pk=line.case.reservation_id or 0).first()
    data = {
        "line": line.pk, "case": line.case_id, "hotel": line.property.code, "kind": line.kind,
        "folio": f"{stay.number}:{stay.leg}" if stay else None, "decided_at": decided_at.isoformat(),
    }  # fmt: skip
    if kind == Notice.APPROVED:
        data |= {"amount": str(line.amount), "currency": line.currency, "by": line.decided_by}
    told = {"type": f"money.{kind.value}", "timestamp": now.isoformat(), "data": data}
    made.body = msgspec.json.encode(told).decode()
    return made


def send(now: datetime, resolve: Resolver = system_resolver) -> int:
    """Tell what is due; how many were taken. Of one line the earlier is told before the later."""
    taken = 0
    for hook in AccountingHook.objects.filter(is_on=True).select_related("property"):
        waiting = list(_due(hook.pk, now)[:BATCH])
        if not waiting:
            continue
        key = key_of(keyring(settings.HOME).open_(
            bytes(hook.sealed), table=TABLE, row=hook.pk, field=FIELD
        ))  # fmt: skip
        with Client(allow_private=frozenset(hook.allowed), timeout=_SECONDS, limits=_LIMITS,
                    resolve=resolve) as client:  # fmt: skip
            taken += _send_all(client, hook, key, waiting, now)
    return taken


def _due(property_id: int, now: datetime) -> QuerySet[AccountingNotice]:
    """What is to be told now; what follows on something that still waits, waits too."""
    earlier = AccountingNotice.objects.filter(
        line=OuterRef("line"), pk__lt=OuterRef("pk"), next_at__gt=now
    )
    found = AccountingNotice.objects.filter(property_id=property_id, next_at__lte=now)
    return found.exclude(Exists(earlier)).order_by("pk")


def _send_all(
    client: Client, hook: AccountingHook, key: bytes, waiting: list[AccountingNotice], now: datetime
) -> int:
    taken, failed = 0, ""
    for notice in waiting:
        # A receiver that is away is not asked again for each of hundreds.
        failed = _told(client, hook.url, key, notice, now)
        if failed:
            _put_off(notice, failed, now)
            break
        notice.sent_at, notice.next_at, notice.problem = now, None, ""
        notice.attempts += 1
        notice.save(update_fields=["sent_at", "next_at", "problem", "attempts"])
        taken += 1
    _ask(hook, waiting[taken] if failed else None, now)
    return taken


def _told(client: Client, url: str, key: bytes, notice: AccountingNotice, now: datetime) -> str:
    """Say it once; the code of what went wrong, or nothing."""
    body, id_ = notice.body.encode(), event_id(notice)
    headers = {
        "content-type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature(key, id_, now, body),
    }
    try:
        answer = client.request("POST", url, headers=headers, body=body)
    except StaytrueError as error:
        return error.code
    return "" if answer.status // 100 == 2 else f"http_{answer.status}"


def _put_off(notice: AccountingNotice, problem: str, now: datetime) -> None:
    """Later, each time twice as long; at last it is given up, and stays to be sent by hand."""
    notice.attempts += 1
    notice.problem = problem
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(notice.attempts - 1, 20))
    notice.next_at = now + wait if notice.attempts < TRIES else None
    notice.save(update_fields=["attempts", "problem", "next_at"])


def _ask(hook: AccountingHook, failed: AccountingNotice | None, now: datetime) -> None:
    key = f"{KIND}:{hook.pk}"
    if failed is None:
        close_ask(key, "taken", now)
    elif failed.attempts >= TRIES_TO_ASK:
        duty = working.setting_of(hook.pk).duty_role_id
        open_ask(
            NewAsk(key=key, kind=KIND, role=duty, property_id=hook.pk,
                   facts={"problem": failed.problem},
                   link=f"/desk/settings/{hook.property.code}/#accounting"),
            now,
        )  # fmt: skip
