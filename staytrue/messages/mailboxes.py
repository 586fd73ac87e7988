"""A hotel's mailbox: set up by a member, read every few seconds from where it was left."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit.errors import Refused, StaytrueError
from staytrue.kit.scrubbing import remember
from staytrue.kit.secrets import keyring
from staytrue.messages import incoming
from staytrue.messages.carriers.imap import Box, Imap
from staytrue.messages.models import Mailbox
from staytrue.staff import audit
from staytrue.staff.actions import NewAsk, close_ask, open_ask

TABLE, FIELD = "mailbox", "password"
PORT = 993
MOST = 50
"""So many mails of one mailbox in one round."""
WAIT, WAIT_MOST = timedelta(seconds=15), timedelta(minutes=15)
ASK_AFTER = 8
"""After so many looks in vain, half an hour by then, somebody is asked."""
ASK = "mailbox_away"
log = structlog.get_logger(__name__)


@transaction.atomic
def set_up(house: Property, box: Box, by: str, now: datetime) -> Mailbox:
    """Read this mailbox from now on: what lies in it already is not looked at.

    Signs in first; without a new password the one of before counts, on the same server only.
    """
    if not (box.host and box.username and 0 < box.port < 65_536):
        raise Refused("A mailbox needs a server and a name to sign in with.", "mailbox_setting")
    with scope.everything(), audit.acting(by, now):
        known = Mailbox.objects.filter(property=house).first()
        is_same = known is not None and (known.host, known.port) == (box.host, box.port)
        password = box.password or (_password(known) if known and is_same else "")
        opened = Box(box.host, box.port, box.username, password, box.folder)
        with Imap(opened) as line:
            start = (line.validity, max(line.next_uid - 1, 0))
        made, _ = Mailbox.objects.update_or_create(
            property=house,
            defaults={
                "host": box.host, "port": box.port, "username": box.username,
                "folder": box.folder, "validity": start[0], "last_uid": start[1],
                "looked_at": now, "read_at": now, "failures": 0, "error": "",
            },
        )  # fmt: skip
        remember(password)
        sealed = keyring(settings.HOME).seal(password, table=TABLE, row=made.pk, field=FIELD)
        made.sealed = b64encode(sealed).decode()
        made.save(update_fields=["sealed"])
        close_ask(_key(made), "set_up", now)
    return made


def stop(house: Property, by: str, now: datetime) -> None:
    """Read it no more; its password is forgotten."""
    with transaction.atomic(), scope.everything(), audit.acting(by, now):
        for each in Mailbox.objects.filter(property=house):
            close_ask(_key(each), "stopped", now)
            each.delete()


def of(property_ids: Iterable[int]) -> dict[int, Mailbox]:
    """The mailboxes of these hotels."""
    return {each.property_id: each for each in Mailbox.objects.filter(property__in=property_ids)}


def read_all(now: datetime) -> int:
    """Look into each mailbox whose turn it is; how many mails came."""
    with scope.everything():
        boxes = list(Mailbox.objects.all())
    return sum(_look(each, now) for each in boxes if _is_due(each, now))


def _is_due(each: Mailbox, now: datetime) -> bool:
    """A server that is away is asked less and less often."""
    if each.looked_at is None or not each.failures:
        return True
    wait: timedelta = min(WAIT * 2 ** min(each.failures, 10), WAIT_MOST)
    return now >= each.looked_at + wait


def _look(each: Mailbox, now: datetime) -> int:
    count = 0
    try:
        with Imap(_box(each)) as line:
            for uid, raw in _new(each, line):
                incoming.take(raw, each.property_id, now)
                count += 1
                _keep(each, last_uid=uid)
            if each.validity != line.validity:
                # Given new numbers, its mails were found by their day; from here on by number.
                _keep(each, validity=line.validity, last_uid=max(line.next_uid - 1, 0))
        if each.failures:
            with scope.everything():
                close_ask(_key(each), "read", now)
        _keep(each, looked_at=now, read_at=now, failures=0, error="")
    except StaytrueError as error:
        log.warning("mailbox not read", mailbox=each.pk, code=error.code)
        _keep(each, looked_at=now, failures=each.failures + 1, error=error.code)
        if each.failures == ASK_AFTER:
            with scope.everything():
                open_ask(_ask(each), now)
    return count


def _new(each: Mailbox, line: Imap) -> Iterable[tuple[int, bytes]]:
    if each.validity == line.validity or each.read_at is None:
        return line.after(each.last_uid, MOST)
    # One that was taken before says nothing twice.
    return line.since((each.read_at - timedelta(days=1)).date(), MOST)


def _keep(each: Mailbox, **values: object) -> None:
    for name, value in values.items():
        setattr(each, name, value)
    with scope.everything():
        Mailbox.objects.filter(pk=each.pk).update(**values)


def _ask(each: Mailbox) -> NewAsk:
    return NewAsk(
        key=_key(each), kind=ASK, role="general_manager", property_id=each.property_id,
        facts={"code": each.error}, link="/sending/",
    )  # fmt: skip


def _key(each: Mailbox) -> str:
    return f"mailbox:{each.pk}"


def _box(each: Mailbox) -> Box:
    return Box(each.host, each.port, each.username, _password(each), each.folder)


def _password(each: Mailbox) -> str:
    if not each.sealed:
        return ""
    keys = keyring(settings.HOME)
    return keys.open_(b64decode(each.sealed), table=TABLE, row=each.pk, field=FIELD)
