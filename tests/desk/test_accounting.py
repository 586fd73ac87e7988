"""Accounting is told of decided money: signed, once for each decision, again until it is taken."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from staytrue.desk import accounting, moving, paying
from staytrue.desk.models import AccountingHook, AccountingNotice, MoneyLine
from staytrue.flow import casework
from staytrue.kit.errors import Forbidden, Refused
from staytrue.kit.signing import is_signed, key_of
from staytrue.staff.models import Ask, AuditEntry
from tests.desk.scene import NOTE, Desk, after
from tests.staff import people

Took = list[tuple[dict[str, str], bytes]]


class Books:
    """A receiver on this machine: what it took, and what it answers."""

    def __init__(self) -> None:
        self.took: Took = []
        self.status = 204
        books = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                books.took.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(books.status)
                if books.status == 302:
                    self.send_header("Location", "http://169.254.169.254/")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.authority = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.authority}/money"

    @property
    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """What it was told, in order: type and facts."""
        events = [json.loads(body) for _head, body in self.took]
        return [(each["type"], each["data"]) for each in events]

    @property
    def ids(self) -> list[str]:
        return [head["webhook-id"] for head, _body in self.took]


@pytest.fixture
def books() -> Iterator[Books]:
    made = Books()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def hooked(desk: Desk, books: Books, minutes: int = 0) -> str:
    """Accounting of Hotel Sirga is told there, in its own network; the key."""
    return accounting.set_hook(
        people.access("administrator", at=desk.hotel), desk.hotel.pk, books.url, after(minutes),
        allowed=[books.authority], reason="Books",
    )  # fmt: skip


def approved(desk: Desk, minutes: int = 1) -> MoneyLine:
    case = desk.opens()
    moving.take(desk.lea, case.pk, after(minutes))
    line = paying.propose(desk.lea, case.pk, "refund", Decimal(80), "Noise", after(minutes), NOTE)
    return paying.approve(desk.hugo, line.pk, "He is right", after(minutes))


def works(now: datetime) -> None:
    """The duty, as the worker does it."""
    casework.tell_accounting(now)


def test_what_is_approved_is_told_once_signed_and_names_its_folio(desk: Desk, books: Books) -> None:
    key = hooked(desk, books)
    line = approved(desk)
    for minute in (2, 3, 4):
        works(after(minute))
    ((head, body),) = books.took
    assert is_signed([key_of(key)], head["webhook-id"], head["webhook-timestamp"],
                     head["webhook-signature"], body)  # fmt: skip
    ((kind, data),) = books.told
    assert kind == "money.approved"
    assert (data["line"], data["amount"], data["currency"], data["kind"], data["folio"]) == (
        line.pk, "80.00", "EUR", "refund", "30117:1",
    )  # fmt: skip
    assert "Noise" not in body.decode()


def test_nothing_is_told_before_it_is_approved_or_without_a_hook(desk: Desk, books: Books) -> None:
    approved(desk)
    works(after(2))
    assert not AccountingNotice.objects.exists()
    hooked(desk, books)
    case = desk.opens()
    paying.propose(desk.lea, case.pk, "refund", Decimal(90), "Noise", after(3), NOTE)
    works(after(4))
    # What was approved before there was a hook is still to be posted; what is proposed is not.
    assert [data["amount"] for _kind, data in books.told] == ["80.00"]


def test_a_receiver_that_is_away_gets_the_same_again_later_and_somebody_is_asked(
    desk: Desk, books: Books
) -> None:
    hooked(desk, books)
    approved(desk)
    books.status = 503
    now = after(2)
    for _each in range(5):
        works(now)
        works(now + timedelta(seconds=1))
        found = AccountingNotice.objects.get()
        assert found.next_at
        now = found.next_at
    assert len(books.took) == 5
    assert Ask.objects.get(kind=accounting.KIND, closed_at=None).role_id == "general_manager"
    books.status = 200
    works(now)
    works(now + timedelta(days=1))
    assert len(books.took) == 6
    assert len({*books.ids}) == len({body for _head, body in books.took}) == 1
    assert AccountingNotice.objects.get().sent_at == now
    assert not Ask.objects.filter(kind=accounting.KIND, closed_at=None).exists()


def test_what_nobody_takes_for_days_is_given_up_and_sent_by_hand(desk: Desk, books: Books) -> None:
    hooked(desk, books)
    approved(desk)
    works(after(2))
    AccountingNotice.objects.update(sent_at=None, next_at=after(3), attempts=accounting.TRIES - 1)
    books.status = 500
    works(after(3))
    found = AccountingNotice.objects.get()
    assert (found.next_at, found.sent_at, found.problem) == (None, None, "http_500")
    books.status = 200
    accounting.again(desk.hugo, found.pk, after(9))
    works(after(10))
    with pytest.raises(Refused):
        accounting.again(desk.hugo, found.pk, after(11))
    with pytest.raises(Forbidden):
        accounting.again(desk.lea, found.pk, after(11))


def test_an_approval_that_holds_no_more_is_withdrawn_and_told_anew(
    desk: Desk, books: Books
) -> None:
    hooked(desk, books)
    line = approved(desk)
    works(after(2))
    paying.change(desk.lea, line.pk, Decimal(60), "One night", after(3))
    works(after(4))
    paying.approve(desk.hugo, line.pk, "Right", after(5))
    works(after(6))
    assert [(kind, data.get("amount")) for kind, data in books.told] == [
        ("money.approved", "80.00"), ("money.withdrawn", None), ("money.approved", "60.00"),
    ]  # fmt: skip
    assert len({*books.ids}) == 3


def test_a_withdrawal_waits_for_what_it_withdraws(desk: Desk, books: Books) -> None:
    hooked(desk, books)
    line = approved(desk)
    books.status = 500
    works(after(2))
    paying.change(desk.lea, line.pk, Decimal(60), "One night", after(2))
    books.status = 200
    works(after(2))
    assert [kind for kind, _data in books.told] == ["money.approved"]
    works(after(3))
    assert [kind for kind, _data in books.told][1:] == ["money.approved", "money.withdrawn"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/", "https://169.254.169.254/latest/", "https://10.0.0.7/books",
        "file:///etc/passwd", "https://user:word@books.example/", "https://[::1]/",
    ],
)  # fmt: skip
def test_a_hook_never_leads_into_a_network_of_its_own(desk: Desk, url: str) -> None:
    with pytest.raises(Refused):
        accounting.set_hook(desk.hugo, desk.hotel.pk, url, after(0), reason="Books")
    assert not AccountingHook.objects.exists()


def test_a_name_that_leads_elsewhere_later_is_not_followed_and_neither_is_a_redirect(
    desk: Desk, books: Books
) -> None:
    accounting.set_hook(
        desk.hugo, desk.hotel.pk, "https://books.example/", after(0), reason="Books",
        resolve=lambda _host, _port: ["93.184.215.14"],
    )  # fmt: skip
    approved(desk)
    accounting.settle(after(2))
    assert accounting.send(after(2), resolve=lambda _host, _port: ["10.0.0.7"]) == 0
    assert AccountingNotice.objects.get().problem == "address_not_allowed"
    hooked(desk, books, 3)
    books.status = 302
    works(after(60))
    assert AccountingNotice.objects.get().problem == "http_redirect"
    assert len(books.took) == 1


def test_a_hook_takes_its_right_a_reason_and_stands_in_the_audit_without_its_key(
    desk: Desk, books: Books
) -> None:
    asked_for = {"now": after(0), "reason": "Books"}
    own = {"allowed": [books.authority], **asked_for}
    for who, more in ((desk.lea, asked_for), (desk.hugo, own)):
        with pytest.raises(Forbidden):
            accounting.set_hook(who, desk.hotel.pk, books.url, **more)  # type: ignore[arg-type]
    key = hooked(desk, books)
    chief = people.access("administrator", at=desk.hotel)
    with pytest.raises(Refused):
        accounting.set_hook(chief, desk.hotel.pk, books.url, **own | {"reason": ""})  # type: ignore[arg-type]
    told = AuditEntry.objects.filter(object__startswith="accounting_hook")
    assert told.count() == 1
    assert key not in str([(each.before, each.after, each.facts) for each in told])
    assert key.encode() not in bytes(AccountingHook.objects.get().sealed)
