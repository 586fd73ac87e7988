"""A browser on the demo house: for pictures and for tests that need one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import django_htmx
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection, connections
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from staytrue import web
from staytrue.guests.card import guest_of
from staytrue.guests.models import Household, IdentityEvent, Link, RuleStanding, ValueStat
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.mirror.models import Profile
from staytrue.staff import audit
from staytrue.staff.actions import set_language
from staytrue.staff.models import Member
from tests import databases
from tests.conftest import chromium
from tests.web import (
    coming,
    desking,
    guest_doors,
    journeying,
    mailed,
    posted,
    rewarded,
    scene,
    written,
)

STATIC = Path(web.__file__).parent / "static"
HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
CONNECTIONS = {
    "connections": "/connections/",
    "connection": "/connections/bio-files/",
    "connection-alive": "/connections/lis-mews/",
    "connection-alive-week": "/connections/lis-mews/?lag=week",
    "connection-changed": "/connections/bio-views/",
    "connection-restored": "/connections/bio-opera/",
    "connection-pace": "/connections/lis-mews/pace/",
    "fields": "/connections/bio-files/fields/",
    "fidelity": "/connections/bio-files/fidelity/",
    "fidelity-none": "/connections/lis-files/fidelity/",
    "connect": "/connections/new/",
    "connect-mews": "/connections/new/?pms=mews",
    "connect-views": "/connections/new/?pms=sql_views",
    "connect-opera": "/connections/new/?pms=opera_cloud",
    "connection-settings": "/connections/bio-files/settings/",
    "connection-settings-live": "/connections/lis-mews/settings/",
}
HOUSE = {
    "audit": "/audit/",
    "sending": "/sending/",
    "me": "/me/",
    "more": "/more/",
    "help": "/help/",
    "second-factor": "/accounts/2fa/",
    "second-factor-app": "/accounts/2fa/totp/deactivate/",
    "passkeys": "/accounts/2fa/webauthn/",
    "passkey-add": "/accounts/2fa/webauthn/add/",
    "proof": "/accounts/reauthenticate/",
    "proof-code": "/accounts/2fa/reauthenticate/",
    "signing-in": "/members/signing-in/",
    "sign-out": "/accounts/logout/",
    "not-found": "/stays/999999999/",
}
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]


@contextmanager
def served() -> Iterator[str]:
    """The product on a port of this machine, on the present database."""
    thread = LiveServerThread("localhost", StaticFilesHandler)
    hosts, settings.ALLOWED_HOSTS = settings.ALLOWED_HOSTS, ["localhost"]
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://localhost:{thread.port}"
    finally:
        thread.terminate()
        settings.ALLOWED_HOSTS = hosts


@contextmanager
def browser() -> Iterator[Browser]:
    """The machine's own chromium; nothing is fetched."""
    path = chromium()
    with sync_playwright() as playwright:
        window = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        # Within Playwright's loop Django keeps connections of their own: those of a neighbour who
        # has had the database renewed since are dead.
        connections.close_all()
        try:
            yield window
        finally:
            connections.close_all()
            window.close()


def session_of(address: str, language: str = "en") -> str:
    """A session cookie of this member, who reads this language."""
    member = Member.objects.get(email=f"{address}@tresrios.example")
    with audit.acting("album", scene.NOW):
        set_language(member, language)
    client = Client()
    client.force_login(member)
    session = client.session
    session["proved_at"] = clock.now().isoformat()
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@dataclass
class Album:
    """The server, the browser, and what the demo house holds."""

    base: str
    browser: Browser
    numbers: dict[str, str]
    doors: dict[str, str] = field(default_factory=dict)

    def pages(self, only: str = "") -> list[tuple[str, str]]:
        """Name and path of every page; those of nobody begin with a bang."""
        with scope.everything(), connection.cursor() as cursor:
            stay, moved, lost, replaced = (self._stay(cursor, each) for each in
                                           ("arrival", "room moved", "out of sight",
                                            "guest replaced"))  # fmt: skip
            cursor.execute("SELECT id FROM parked_part ORDER BY id LIMIT 1")
            parked = cursor.fetchone()[0]
            cursor.execute("SELECT id FROM member WHERE name = 'Iker Zabala'")
            iker = cursor.fetchone()[0]
        self.doors = self.doors or guest_doors.paths()
        named = {
            **self.doors,
            "!sign-in": "/accounts/login/",
            "!password": "/accounts/password/reset/",
            "today": "/today/",
            "today-one": "/today/BIO/?list=in_house",
            "today-lost": "/today/?list=out_of_sight",
            "stays": "/stays/",
            "stay": f"/stays/{stay}/",
            "stay-moved": f"/stays/{moved}/",
            "stay-lost": f"/stays/{lost}/",
            "stay-replaced": f"/stays/{replaced}/",
            "stay-parked": f"/stays/{scene.misunderstood().pk}/",
            "stay-then": f"/stays/{moved}/?on=2026-05-18",
            "guests": "/guests/",
            "guests-narrowed": "/guests/?hotel=BIO&lacks=phones",
            "guest": f"/guests/{scene.most_travelled().pk}/",
            "guest-odd": f"/profiles/{self._guest('AND-77')}/",
            "profile": f"/profiles/{scene.most_travelled().pk}/",
            **self._card(),
            "sources": "/guests/sources/",
            "completeness": "/guests/completeness/?hotel=LIS",
            **self._recognised(),
            "flows": "/guests/flows/?at=BIO&next=BIO",
            "reach": "/guests/reachability/",
            "consent": "/guests/consent/",
            "grounds": "/guests/grounds/",
            "search": "/search/?q=olabarria",
            "search-mistyped": "/search/?q=olavaria",
            "search-empty": "/search/?q=nobody+here",
            **CONNECTIONS,
            **written.PAGES,
            **posted.pages(),
            **mailed.pages(),
            **coming.pages(),
            **desking.pages(),
            **journeying.pages(),
            "raw": f"/parked/{parked}/",
            "members": "/members/",
            "member": f"/members/{iker}/",
            "roles": "/roles/",
            "role": "/roles/front_desk/",
            **HOUSE,
        }
        return [(name, path) for name, path in named.items() if only in name]

    def _stay(self, cursor: object, scene_name: str) -> int:
        cursor.execute(  # type: ignore[attr-defined]
            """SELECT r.id FROM reservation r JOIN property h ON h.id = r.property_id
                WHERE r.number = %s AND h.code = 'BIO'""",
            [self.numbers[scene_name]],
        )
        return int(cursor.fetchone()[0])  # type: ignore[attr-defined]

    def _card(self) -> dict[str, str]:
        """The tabs of the card of the guest who stayed most, and what undoing would bring him."""
        with scope.everything():
            found = guest_of(scene.most_travelled().pk)
            joined = IdentityEvent.objects.filter(
                kind__in=["attached", "merged"],
                undone_by=None,
                pk__in=Link.objects.filter(guest=found, until_at=None).values("begun_by"),
            ).last()
        card = f"/guests/{found.public_id}/" if found else "/guests/"
        parting = f"{card}undo/{joined.pk}/" if joined else f"{card}history/"
        return {
            "guest-parting": parting,
            "guest-profiles": f"{card}profiles/",
            "guest-history": f"{card}history/",
            "guest-consent": f"{card}consent/",
            "guest-opt-out": f"{card}opt-out/",
            "guest-then": f"{card}?known=2026-05-18",
            **rewarded.pages(card),
        }

    def _recognised(self) -> dict[str, str]:
        """Pairs to decide, values that many share, households, and the settings of it all."""
        with scope.everything():
            hub = ValueStat.objects.filter(state="generic").earliest("-profiles")
            home = Household.objects.earliest("pk")
            hotel = Property.objects.earliest("pk").pk
            for rule, stage in (("score", "trial"), ("card", "proven"), ("phone", "closed")):
                RuleStanding.objects.get_or_create(
                    rule=rule, property_id=hotel, stage=stage, defaults={"since": scene.NOW}
                )
        return {
            "review": "/guests/review/",
            "hubs": "/guests/hubs/",
            "hub": f"/guests/hubs/{hub.key}/",
            "households": "/guests/households/",
            "household": f"/guests/households/{home.pk}/",
            "recognition": "/guests/recognition/",
        }

    def _guest(self, source_id: str) -> int:
        with scope.everything():
            return Profile.objects.get(source_id=source_id).pk

    def context(
        self,
        member: str | None = "maite.arrieta",
        language: str = "en",
        *,
        dark: bool = False,
        size: tuple[int, int] = (1280, 900),
    ) -> BrowserContext:
        """A fresh window of this member."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            locale=language,
        )
        if member:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "url": self.base,
                      "value": session_of(member, language)}  # fmt: skip
            context.add_cookies([cookie])  # type: ignore[list-item]
        return context

    def take(
        self, path: str, picture: Path, language: str, look: str, size: tuple[int, int]
    ) -> None:
        """One picture of one page, whole."""
        guest = picture.name.startswith("!")
        page_of = picture.name.removesuffix(f"-{look}-{language}.png")
        who = None if guest else desking.AS.get(page_of, "maite.arrieta")
        context = self.context(who, language, dark=look == "dark", size=size)
        page = context.new_page()
        page.goto(self.base + path)
        # As high as the page, so that the rail reaches its foot.
        whole = max(size[1], page.evaluate("document.documentElement.scrollHeight"))
        page.set_viewport_size({"width": size[0], "height": whole})
        page.wait_for_timeout(150)
        page.screenshot(path=picture.with_name(picture.name.lstrip("!")))
        context.close()


def csp_errors(page: Page) -> Callable[[], list[str]]:
    """What the page's policy refused, and every error of its script."""
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return lambda: said


@contextmanager
def open_album(folder: Path) -> Iterator[Album]:
    """The demo house in a database of its own, served, with a browser before it."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with databases.prepared(), clock.use(lambda: scene.NOW):
        year = scene.build(folder)
        with served() as base, browser() as window:
            yield Album(base, window, year.numbers)
