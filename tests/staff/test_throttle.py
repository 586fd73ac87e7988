"""Guessing is slowed, blocked and told, alike for members and for nobody (attack 44)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.staff import audit, throttle
from staytrue.staff.models import Ask, AuditEntry, Member
from tests.staff import people
from tests.staff.test_factors import CODE, code_now

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.staff.screens")]

LOGIN = "/accounts/login/"
WRONG = "not the password"


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _somebody_acts(db: None) -> Iterator[None]:
    with audit.acting("anonymous", people.NOW):
        yield


@pytest.fixture
def lea() -> Member:
    return people.member("front_desk", at=people.property_(), password=people.PASSWORD)


def tried(email: str, password: str = WRONG, ip: str = "203.0.113.7",
          cookies: SimpleCookie | None = None) -> bool | None:  # fmt: skip
    """Whether it opened; None where the password was not even looked at."""
    request = RequestFactory().post(LOGIN, REMOTE_ADDR=ip)
    request.COOKIES = {name: each.value for name, each in (cookies or {}).items()}
    with context.request_context(request):
        try:
            found = get_adapter(request).authenticate(request, email=email, password=password)
        except ValidationError:
            return None
        return found is not None


def tries(count: int, pause: timedelta, email: str = "", ip: str = "203.0.113.7") -> list[int]:
    """Which of so many wrong tries were looked at; without an address, one for each."""
    looked = []
    for number in range(count):
        with clock.use(lambda number=number: people.NOW + number * pause):
            if tried(email or f"guest{number}@tresrios.example", ip=ip) is not None:
                looked.append(number)
    return looked


def audited(action: str) -> list[AuditEntry]:
    with scope.everything():
        return list(AuditEntry.objects.filter(action=action).order_by("pk"))


def asked() -> list[Ask]:
    with scope.everything():
        return list(Ask.objects.filter(kind=throttle.KIND, closed_at=None))


def test_of_a_thousand_tries_on_one_account_eleven_are_looked_at(lea: Member) -> None:
    looked = tries(1_000, timedelta(seconds=5), lea.email)
    gaps = [5 * (later - earlier) for earlier, later in itertools.pairwise(looked)]
    assert gaps == [5, 5, 5, 5, 30, 60, 120, 240, 480, 3600]
    assert len(audited("sign_in_failed")) == 11
    (blocked,) = audited("sign_in_blocked")
    assert (blocked.object, blocked.facts["by"]) == (f"member:{lea.pk}", "account")
    (ask,) = asked()
    assert (ask.role_id, ask.property_id, ask.facts["name"]) == ("administrator", None, lea.name)
    # From wherever it comes, the right password waits as well.
    with clock.use(lambda: people.NOW + timedelta(seconds=5_000)):
        assert tried(lea.email, people.PASSWORD, ip="198.51.100.4") is None


def test_of_one_try_at_a_thousand_accounts_35_are_looked_at(lea: Member) -> None:
    looked = tries(1_000, timedelta(seconds=1))
    assert (looked[:30], len(looked)) == ([*range(30)], 35)
    (ask,) = asked()
    assert (ask.facts["by"], ask.facts["network"]) == ("network", "203.0.113.0/24")
    with clock.use(lambda: people.NOW + timedelta(seconds=1_000)):
        assert tried(lea.email, people.PASSWORD) is None
        assert tried(lea.email, people.PASSWORD, ip="198.51.100.4") is True


def test_nobody_outside_locks_a_member_out_where_he_signed_in_before(lea: Member) -> None:
    client = Client()
    client.post(LOGIN, {"login": lea.email, "password": people.PASSWORD})
    tries(20, timedelta(seconds=1), lea.email)
    with clock.use(lambda: people.NOW + timedelta(seconds=20)):
        assert tried(lea.email, people.PASSWORD) is None
        assert tried(lea.email, people.PASSWORD, cookies=client.cookies) is True
        # There, too, nobody guesses on and on; and it is not known to anybody else.
        looked = [tried(lea.email, cookies=client.cookies) for _ in range(8)]
        assert looked == [False] * 5 + [None] * 3
        client.cookies[throttle.COOKIE] = "x" + client.cookies[throttle.COOKIE].value
        assert tried(lea.email, people.PASSWORD, cookies=client.cookies) is None


def test_an_address_nobody_has_costs_the_same_work(
    lea: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    for _ in range(12):
        work = []
        for email in (lea.email, "nobody@tresrios.example"):
            hashed.clear()
            with CaptureQueriesContext(connection) as said:
                answer = tried(email, ip=f"203.0.{len(email)}.7")
            work.append((answer, len(hashed), [shape(each["sql"]) for each in said]))
        assert work[0] == work[1]
    assert {entry.object for entry in audited("sign_in_blocked")} <= {f"member:{lea.pk}", ""}


def shape(statement: str) -> str:
    """A statement without what differs from one address to another."""
    return re.sub(r"'[^']*'|[a-z]?\d[\w:.+ -]*", "?", statement)


def test_a_right_password_ends_the_count(lea: Member) -> None:
    for _ in range(3):
        assert [tried(lea.email) for _ in range(4)] == [False] * 4
        assert tried(lea.email, people.PASSWORD) is True


def test_codes_are_counted_for_all_processes_together() -> None:
    member = people.member(
        "marketing", at=people.property_(), password=people.PASSWORD, second_factor=True
    )
    client = Client()
    client.post(LOGIN, {"login": member.email, "password": people.PASSWORD})
    for _ in range(5):
        client.post(CODE, {"code": "000000"})
        cache.clear()  # what another process does not know of
    client.post(CODE, {"code": code_now()})
    assert client.get("/me").status_code == 302
    later = clock.now() + timedelta(minutes=1)
    with clock.use(lambda: later):
        client.post(CODE, {"code": code_now()})
        assert client.get("/me").status_code == 200


def test_a_code_that_opened_in_one_process_opens_nothing_in_another() -> None:
    member = people.member(
        "marketing", at=people.property_(), password=people.PASSWORD, second_factor=True
    )
    first, second, code = Client(), Client(), code_now()
    for client in (first, second):
        client.post(LOGIN, {"login": member.email, "password": people.PASSWORD})
        client.post(CODE, {"code": code})
        cache.clear()
    assert [client.get("/me").status_code for client in (first, second)] == [200, 302]


def test_after_a_quiet_day_all_is_forgotten_and_the_ask_closes(lea: Member) -> None:
    with clock.use(lambda: people.NOW):
        for each in throttle.of_password(RequestFactory().get("/"), lea.email, "n")[:1]:
            for number in range(10):
                throttle.begin([each], people.NOW + number * timedelta(hours=1))
            throttle.failed([each], people.NOW, lea, "n")
    assert len(asked()) == 1
    throttle.forget(people.NOW + timedelta(hours=10) + throttle.FORGOTTEN - timedelta(hours=2))
    assert len(asked()) == 1
    throttle.forget(people.NOW + timedelta(hours=11) + throttle.FORGOTTEN)
    assert asked() == []
    assert tried(lea.email) is False


def test_the_table_says_whom_it_counts_to_nobody_who_reads_it(lea: Member) -> None:
    tried(lea.email)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sign_in_try::text FROM sign_in_try")
        told = str(cursor.fetchall())
    assert lea.email not in told
    assert "203.0.113" not in told
