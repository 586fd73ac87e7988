"""Signing in with allauth: closed to strangers, silent about who is known, every try audited."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client

from staytrue.hotel import scope
from staytrue.staff import audit, sessions, signin
from staytrue.staff.access import house_access
from staytrue.staff.actions import RoleAt, create_member, end_membership
from staytrue.staff.models import AuditEntry, Member
from tests.staff import people

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.staff.screens")]

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_earlier_tries() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, email: str, password: str = people.PASSWORD) -> HttpResponse:
    return client.post(LOGIN, {"login": email, "password": password})


def audited(action: str) -> list[AuditEntry]:
    with scope.everything():
        return list(AuditEntry.objects.filter(action=action))


@pytest.fixture
def lea() -> Member:
    return people.member(
        "front_desk",
        at=people.property_(),
        email="lea.morel@tresrios.example",
        password=people.PASSWORD,
    )


def test_a_member_signs_in_by_e_mail_whatever_the_case(lea: Member) -> None:
    client = Client()
    assert sign_in(client, "Lea.Morel@TresRios.example").status_code == 302
    assert client.get("/me").content.decode() == f"member:{lea.pk}"
    (entry,) = audited("signed_in")
    assert (entry.actor, entry.facts) == (f"member:{lea.pk}", {"network": "127.0.0.0/24"})


def test_a_session_fixed_before_signing_in_is_not_the_one_after(lea: Member) -> None:
    client = Client()
    client.session.save()
    client.cookies["sessionid"] = before = client.session.session_key
    sign_in(client, lea.email)
    assert client.session.session_key != before


def test_a_wrong_password_and_an_unknown_address_answer_alike_and_are_audited(lea: Member) -> None:
    answers = [
        sign_in(Client(), email, "not the password").content.decode().replace(email, "")
        for email in (lea.email, "nobody@tresrios.example")
    ]
    assert strip_token(answers[0]) == strip_token(answers[1])
    assert [entry.object for entry in audited("sign_in_failed")] == [f"member:{lea.pk}", ""]
    assert "@" not in "".join(str(entry.facts) for entry in audited("sign_in_failed"))


def strip_token(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrf" not in line)


def test_guessing_is_slowed_down_and_then_even_the_right_password_waits(lea: Member) -> None:
    for _ in range(6):
        sign_in(Client(), lea.email, "not the password")
    client = Client()
    assert sign_in(client, lea.email).status_code != 302
    assert client.get("/me").status_code == 302


def test_nobody_signs_up() -> None:
    client = Client()
    form = {"email": "eve@example.org", "password1": people.PASSWORD}
    client.post("/accounts/signup/", form)
    assert not Member.objects.filter(email="eve@example.org").exists()


def test_the_pages_to_change_an_address_are_closed(lea: Member) -> None:
    client = Client()
    sign_in(client, lea.email)
    assert client.get("/accounts/email/").status_code == 403


def test_asking_for_a_new_password_never_tells_who_is_known(lea: Member) -> None:
    answers = [
        Client().post("/accounts/password/reset/", {"email": email})
        for email in (lea.email, "nobody@tresrios.example")
    ]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert [message.to for message in mail.outbox] == [[lea.email]]


def test_an_invited_member_sets_his_password_once() -> None:
    with audit.acting("tests", people.NOW):
        roles = [RoleAt("administrator")]
        member = create_member(house_access("tests"), "rui@tresrios.example", "Rui Sá", roles)
    assert not member.has_usable_password()
    path, client = signin.invitation_path(member), Client()
    form = client.get(path, follow=True)
    new = {"password1": people.PASSWORD, "password2": people.PASSWORD}
    client.post(form.redirect_chain[-1][0], new)
    assert sign_in(Client(), member.email).status_code == 302
    assert b'name="password1"' not in Client().get(path, follow=True).content


def test_who_left_cannot_sign_in(lea: Member) -> None:
    people.member("administrator")
    with audit.acting("tests", people.NOW, "a test"):
        end_membership(house_access("tests"), lea, people.NOW)
    client = Client()
    sign_in(client, lea.email)
    assert client.get("/me").status_code == 302


def test_the_password_is_kept_with_argon2(lea: Member) -> None:
    assert Member.objects.get(pk=lea.pk).password.startswith("argon2$argon2id$")


@pytest.mark.parametrize("password", ["eleven char", "x" * 129, "password1234"])
def test_a_weak_or_endless_password_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, Member(email="a@b.example", name="A"))


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8::7", "2001:db8::/64"), (None, "")],
)
def test_only_the_network_of_an_address_is_kept(address: str | None, network: str) -> None:
    assert sessions.network_of(address) == network
