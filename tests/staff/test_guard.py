"""Each route is open to exactly the roles that the table says; the rest is audited (attack 3)."""

from __future__ import annotations

import pytest
from django.contrib.auth.views import LoginView
from django.test import Client

from staytrue.hotel import scope
from staytrue.staff import guard
from staytrue.staff.models import AuditEntry
from tests.staff import matrix, people

SCREENS = "tests.staff.screens"
# What these screens answer to those who may pass.
PASSED = {"broken": 500, "half_done": 403, "today": 200, "version": 204}


@pytest.mark.django_db
@pytest.mark.urls(SCREENS)
@pytest.mark.parametrize(
    "cell", matrix.cells(SCREENS), ids=lambda cell: f"{cell.route.name}-{cell.role}"
)
def test_a_route_is_open_to_exactly_its_roles(cell: matrix.Cell) -> None:
    hotel = people.property_("HERE")
    client = Client(raise_request_exception=False)
    client.force_login(people.member(cell.role, at=hotel))
    status = client.get("/" + cell.route.pattern.replace("<code>", "HERE")).status_code
    expected = PASSED.get(cell.route.name, 200)
    if cell.role == "administrator" and cell.route.name == "half_done":
        expected = 200
    assert status == (expected if cell.may else 403)
    with scope.everything():
        denials = AuditEntry.objects.filter(action="denied").count()
    assert denials == (status == 403)


def test_a_view_that_says_nothing_has_no_right() -> None:
    assert guard.right_of(LoginView.as_view(), "login") is None


def test_only_the_account_pages_we_know_are_open() -> None:
    views = {route.name: route for route in matrix._walk(_account_pages(), "", "")}
    opened = {name for name, route in views.items() if route.right == guard.OPEN}
    assert "account_login" in opened
    assert not {"account_email", "account_confirm_email"} & opened
    assert views["mfa_index"].right == guard.SIGNED_IN


def _account_pages() -> list[matrix.URLPattern | matrix.URLResolver]:
    return matrix.get_resolver("allauth.urls").url_patterns
