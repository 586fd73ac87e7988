"""Second factors: asked of whoever could do harm, checked at the sign-in, and used once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client

from staytrue.hotel import scope
from staytrue.staff import audit, factors, policies
from staytrue.staff.access import access_of, house_access
from staytrue.staff.actions import remove_factors, set_policy
from staytrue.staff.models import AuditEntry, Member
from staytrue.staff.rights import ROLES
from tests.staff import people

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.staff.screens")]

LOGIN, CODE = "/accounts/login/", "/accounts/2fa/authenticate/"
ASKED = {"administrator", "general_manager", "marketing"}


@pytest.fixture(autouse=True)
def _no_earlier_tries(settings: Any) -> Iterator[None]:
    # What is kept of passwords is slow to compute on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ana() -> Member:
    """Marketing, with an app on her phone and recovery codes in a drawer."""
    made = people.member(
        "marketing", at=people.property_(), password=people.PASSWORD, second_factor=True
    )
    with audit.acting("tests", people.NOW):
        RecoveryCodes.activate(made)
    return made


def audited(action: str) -> list[AuditEntry]:
    with scope.everything():
        return list(AuditEntry.objects.filter(action=action))


def by_password(client: Client, member: Member) -> Any:
    return client.post(LOGIN, {"login": member.email, "password": people.PASSWORD})


def code_now(off: int = 0) -> str:
    counter = next(totp.yield_hotp_counters_from_time()) + off
    return str(totp.format_hotp_value(totp.hotp_value(people.SECRET, counter)))


def recovery_codes(member: Member) -> list[str]:
    found = Authenticator.objects.get(user=member, type=Authenticator.Type.RECOVERY_CODES)
    return list(found.wrap().get_unused_codes())


def is_in(client: Client) -> bool:
    return client.get("/me").status_code == 200


def test_the_password_alone_opens_nothing_where_there_is_a_second_factor(ana: Member) -> None:
    client = Client()
    assert by_password(client, ana)["Location"] == CODE
    assert not is_in(client)
    client.post(CODE, {"code": code_now()})
    assert is_in(client)


def test_a_code_opens_once(ana: Member) -> None:
    first, second, code = Client(), Client(), code_now()
    for client in (first, second):
        by_password(client, ana)
        client.post(CODE, {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)
    (entry,) = audited("second_factor_failed")
    assert entry.object == f"member:{ana.pk}"
    assert entry.facts == {"factor": "totp", "network": "127.0.0.0/24"}


def test_a_code_of_a_while_ago_opens_nothing(ana: Member) -> None:
    client = Client()
    by_password(client, ana)
    client.post(CODE, {"code": code_now(-2)})
    assert not is_in(client)


def test_a_recovery_code_stands_in_once(ana: Member) -> None:
    code = recovery_codes(ana)[0]
    first, second = Client(), Client()
    for client in (first, second):
        by_password(client, ana)
        client.post(CODE, {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)
    assert code not in recovery_codes(ana)


def test_guessing_codes_is_slowed_down_until_even_the_right_one_waits(ana: Member) -> None:
    client = Client()
    by_password(client, ana)
    for _ in range(6):
        client.post(CODE, {"code": "000000"})
    client.post(CODE, {"code": code_now()})
    assert not is_in(client)


def test_a_new_password_does_not_go_round_the_second_factor(ana: Member) -> None:
    ana.set_password("another quiet room")
    with audit.acting("tests", people.NOW):
        ana.save()
    client = Client()
    client.post(LOGIN, {"login": ana.email, "password": "another quiet room"})
    assert not is_in(client)


def test_secrets_stand_in_the_database_sealed(ana: Member) -> None:
    told = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert people.SECRET not in told
    assert not any(code in told for code in recovery_codes(ana))


@pytest.mark.parametrize("role", [role.key for role in ROLES])
def test_whoever_could_do_harm_is_led_to_a_second_factor_first(role: str) -> None:
    client = Client()
    member = people.member(role, at=people.property_(), password=people.PASSWORD)
    by_password(client, member)
    answer = client.get("/me")
    assert (answer.status_code == 302) is (role in ASKED)
    if role in ASKED:
        assert answer["Location"] == "/accounts/2fa/"
        assert client.get("/accounts/2fa/").status_code == 200


@pytest.mark.parametrize(("policy", "asked"), [("everybody", True), ("nobody", False)])
def test_the_group_may_ask_everybody_or_nobody(policy: str, *, asked: bool) -> None:
    choose(policy)
    for role in ("administrator", "front_desk"):
        member = people.member(role, second_factor=False)
        assert factors.is_missing(access_of(member)) is asked


def test_a_group_that_says_nothing_asks_whoever_could_do_harm() -> None:
    assert policies.policy().second_factor == "sensitive"


def test_what_is_asked_at_the_sign_in_changes_only_with_a_reason() -> None:
    with pytest.raises(IntegrityError, match="nobody said why"), transaction.atomic():
        choose("nobody", reason=" ", acts=save_policy)


def test_the_last_factor_of_whoever_must_have_one_stays(ana: Member) -> None:
    client = signed_in(ana)
    page = client.post("/accounts/2fa/totp/deactivate/").content.decode()
    assert "Your role needs a second factor." in page
    assert Authenticator.objects.filter(user=ana, type="totp").exists()


def test_with_a_new_factor_other_sessions_end(
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    member = people.member("front_desk", at=people.property_(), password=people.PASSWORD)
    here, elsewhere = signed_in(member), signed_in(member)
    page = here.get("/accounts/2fa/totp/activate/")
    secret = here.session["mfa.totp.secret"]
    counter = int(time.time()) // 30
    code = totp.format_hotp_value(totp.hotp_value(secret, counter))
    assert page.status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        here.post("/accounts/2fa/totp/activate/", {"code": code})
    assert Authenticator.objects.filter(user=member, type="totp").exists()
    assert (is_in(here), is_in(elsewhere)) == (True, False)


def test_the_factors_of_another_are_taken_away_only_with_a_reason(ana: Member) -> None:
    people.member("administrator")
    client = signed_in(ana)
    with audit.acting("tests", people.NOW, "phone lost"):
        remove_factors(house_access("tests"), ana)
    assert not Authenticator.objects.filter(user=ana).exists()
    assert not is_in(client)
    assert {entry.reason for entry in audited("deleted")} == {"phone lost"}


def signed_in(member: Member) -> Client:
    client = Client()
    by_password(client, member)
    client.post(CODE, {"code": code_now()})
    assert client.session.get("proved_at")
    client.get("/me")
    cache.clear()
    return client


def save_policy() -> None:
    found = policies.policy()
    found.second_factor = "nobody"
    found.save()


def choose(policy: str, reason: str = "a test", acts: object = None) -> None:
    with audit.acting("tests", people.NOW, reason):
        if callable(acts):
            acts()
        else:
            set_policy(house_access("tests"), policy, 3)
