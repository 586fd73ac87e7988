"""A passkey in a real browser: set up, signed in with, and of no use at another address (attack 45)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect
from pytest_django import DjangoDbBlocker

from staytrue.hotel import scope
from staytrue.staff.models import AuditEntry, Member
from tests import databases
from tests.staff import people
from tests.web import album

pytestmark = pytest.mark.browser
KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@dataclass
class Desk:
    """The product on a port, a browser, and somebody who works there."""

    base: str
    browser: Browser
    member: Member


@pytest.fixture(scope="module")
def desk(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Desk]:
    """Ana, who has a password and no second factor yet."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with django_db_blocker.unblock():
        ana = people.member("front_desk", at=people.property_("BIO"), password=people.PASSWORD)
        with album.served() as base, album.browser() as window:
            settings.ALLOWED_HOSTS.append("127.0.0.1")
            yield Desk(base, window, ana)
        databases.renew()


def plugged(page: Page) -> Page:
    """A window of a computer with a key in it, which answers at once."""
    tool = page.context.new_cdp_session(page)
    tool.send("WebAuthn.enable")
    tool.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return page


def by_password(page: Page, base: str, member: Member) -> None:
    page.goto(f"{base}/accounts/login/")
    page.locator("[name=login]").fill(member.email)
    page.locator("[name=password]").fill(people.PASSWORD)
    page.locator("button.main").click()


def test_a_passkey_is_set_up_opens_and_is_refused_at_another_address(desk: Desk) -> None:
    page = plugged(desk.browser.new_page())
    by_password(page, desk.base, desk.member)
    page.goto(f"{desk.base}/accounts/2fa/webauthn/add/")
    page.get_by_role("button", name="Add").click()
    # What follows is the list of keys, or the recovery codes that come with the first one.
    expect(page).not_to_have_url(f"{desk.base}/accounts/2fa/webauthn/add/")
    page.context.clear_cookies()

    # Lured to another address, the browser does not let the key sign.
    elsewhere = desk.base.replace("localhost", "127.0.0.1")
    by_password(page, elsewhere, desk.member)
    expect(page).to_have_url(f"{elsewhere}/accounts/2fa/authenticate/")
    page.locator("form[data-passkey] button").click()
    expect(page.locator("[data-failed]")).to_be_visible()
    page.goto(f"{elsewhere}/me/")
    assert page.url == f"{elsewhere}/accounts/2fa/authenticate/"

    by_password(page, desk.base, desk.member)
    expect(page).to_have_url(f"{desk.base}/accounts/2fa/authenticate/")
    page.locator("form[data-passkey] button").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.goto(f"{desk.base}/me/")
    assert page.url == f"{desk.base}/me/"
    with scope.everything():
        signed_in = AuditEntry.objects.filter(action="signed_in").count()
    assert signed_in == 2
