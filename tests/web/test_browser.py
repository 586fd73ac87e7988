"""The pages in a real browser: reachable by everybody, on a phone, by keys, in three languages."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.web import album, scene
from tests.web.album import Album

pytestmark = pytest.mark.browser
PHONE = (360, 780)
LANGUAGES = ("en", "fr", "es")
# Every page is looked at; the names are those of the album.
NAMES = (
    "!sign-in", "!password", "today", "today-one", "today-lost", "stays", "stay", "stay-moved",
    "stay-lost", "stay-replaced", "stay-then", "guests", "guests-narrowed", "guest",
    "guest-profiles", "guest-history", "guest-consent", "guest-opt-out", "consent", "grounds", "guest-then", "profile", "sources", "flows", "reach",
    "search", "search-empty",
    "review", "hubs", "hub", "households", "household", "recognition",
    "texts", "texts-hotel", "text", "text-waiting", "text-sms", "letterhead",
    "journeys", "journey", "stay-planned",
    "mailings", "mailing-new", "mailing-chosen", "mailing-filed", "mailing-waiting", "mailing-sending", "mailing-paused",
    "connections", "connection", "connection-alive", "connection-changed", "connection-restored",
    "connection-pace", "connect-mews", "fields", "fidelity", "raw", "members", "member", "roles", "role", "audit", "me",
    "!own-choices", "!own-choices-saved", "!own-arrival", "!own-arrival-saved", "!own-survey",
    "!own-survey-saved", "!own-nothing", "stay-written",
    "desk", "next", "case-recovery", "case-offered", "shift", "guest-cases", "stay-cases",
    "desk-figures", "desk-settings", "outside-reviews",
    "more", "help", "second-factor", "sign-out", "not-found",
)  # fmt: skip


def open_page(book: Album, name: str, **look: object) -> Page:
    """A fresh window on this page."""
    path = dict(book.pages())[name]
    member = None if name.startswith("!") else "maite.arrieta"
    page = book.context(member, **look).new_page()  # type: ignore[arg-type]
    page.goto(book.base + path)
    return page


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_accessible_and_its_policy_is_kept(name: str, book: Album) -> None:
    for dark in (False, True):
        context = book.context(None if name.startswith("!") else "maite.arrieta", dark=dark)
        page = context.new_page()
        said = album.csp_errors(page)
        page.goto(book.base + dict(book.pages())[name])
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert [text for text in said() if "404" not in text] == []
        context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_scrolls_sideways_on_a_phone(language: str, book: Album) -> None:
    context = book.context(language=language, size=PHONE)
    page = context.new_page()
    for name, path in book.pages():
        page.goto(book.base + path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE[0], f"{name} is {wide} wide in {language}"
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_speaks_its_language(language: str, book: Album) -> None:
    page = open_page(book, "today", language=language)
    expect(page.locator("html")).to_have_attribute("lang", language)
    age = {"en": "14 h 50 min old", "fr": "il y a 14 h 50", "es": "hace 14 h 50 min"}[language]
    expect(page.locator(".table .asof").first).to_contain_text(age)
    page.context.close()


def test_the_day_is_worked_by_keys_alone(book: Album) -> None:
    page = open_page(book, "today")
    page.locator("table [data-row]").first.focus()
    page.keyboard.press("j")
    name = page.locator("[data-row]:focus a").first.inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(name)
    page.keyboard.press("t")
    expect(page.locator("#ages")).to_be_checked()
    expect(page.locator(".facts .src").first).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("n")
    expect(page).to_have_url(f"{book.base}/connections/")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.context.close()


def test_a_guest_is_read_and_settled_by_keys_alone(book: Album) -> None:
    page = open_page(book, "guest")
    name = page.locator("h1").inner_text()
    page.keyboard.press("2")
    expect(page).to_have_url(re.compile("/profiles/$"))
    expect(page.locator("h1")).to_have_text(name)
    field = page.locator("details", has=page.locator("#of-phones"))
    field.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(field).to_contain_text("Confirmed by the guest")
    page.keyboard.press("3")
    expect(page).to_have_url(re.compile("/history/$"))
    page.keyboard.press("1")
    page.locator("a[href$='#of-phones']").focus()
    page.keyboard.press("Enter")
    # The link to one field opens it.
    expect(page.locator("#of-phones")).to_be_visible()
    page.context.close()


def test_a_text_is_seen_as_it_is_typed(book: Album) -> None:
    page = open_page(book, "text")
    page.fill("#subject", "Bonjour {{ guest.password }}")
    expect(page.locator("#checked")).to_contain_text("guest.password")
    page.fill("#subject", "Votre {{ stay.arrival }}")
    mail = page.frame_locator("iframe")
    expect(mail.locator("body")).to_contain_text("Hotel Sirga")
    # No step of it is one for the browser's way back.
    assert page.evaluate("history.length") == 2


def test_the_palette_finds_and_opens_a_guest(book: Album) -> None:
    page = open_page(book, "today")
    page.keyboard.press("/")
    page.keyboard.type("olabarria nekane")
    expect(page.locator("#hits .hit").first).to_contain_text("Nekane Olabarria")
    expect(page.locator("#hits .hit").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Nekane Olabarria")
    page.context.close()


def test_single_keys_are_silent_in_fields_and_when_switched_off(book: Album) -> None:
    page = open_page(book, "guests")
    page.locator("#name").press_sequentially("t/?")
    expect(page.locator("#name")).to_have_value("t/?")
    expect(page.locator("#palette")).to_be_hidden()
    page.goto(f"{book.base}/me/")
    switch = page.get_by_label("Single keys work on this machine")
    switch.uncheck()
    page.locator("form", has=switch).get_by_role("button").click()
    page.keyboard.press("/")
    expect(page.locator("#palette")).to_be_hidden()
    page.context.close()


def test_an_open_screen_fetches_itself_when_something_moved(book: Album) -> None:
    page = open_page(book, "today")
    expect(page.locator("#version")).to_be_attached()
    seen = page.locator("#version").get_attribute("hx-get")
    scene.move_screens()
    page.wait_for_function("was => document.querySelector('#version').getAttribute('hx-get') != was",
                           arg=seen)  # fmt: skip
    expect(page.locator("main h1")).to_be_visible()
    page.context.close()


def test_an_open_tab_never_claims_to_be_fresher_than_it_is(book: Album) -> None:
    context = book.context()
    page = context.new_page()
    page.clock.install()
    page.goto(f"{book.base}/connections/")
    lisbon = page.locator("tr", has_text="lis-files")
    expect(lisbon.locator(".asof")).to_contain_text("4 min old")
    expect(lisbon.locator("[data-late]")).to_be_hidden()
    page.clock.run_for(30 * 60 * 1000)
    expect(lisbon.locator(".asof")).to_contain_text("34 min old")
    expect(lisbon.locator("[data-late]")).to_be_visible()
    context.close()


def test_everything_works_without_script(book: Album) -> None:
    context = book.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{book.base}/accounts/login/")
    page.locator("[name=login]").fill("iker.zabala@tresrios.example")
    page.locator("[name=password]").fill(scene.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Stays", exact=True).click()
    page.locator("tbody a").first.click()
    expect(page.locator("h1")).to_be_visible()
    page.goto(f"{book.base}/search/?q=olabarria")
    expect(page.locator("main .hit").first).to_be_visible()
    context.close()


def test_a_page_prints_with_ages_and_origins(book: Album) -> None:
    page = open_page(book, "stay")
    page.emulate_media(media="print")
    expect(page.locator(".rail")).to_be_hidden()
    expect(page.locator(".facts .src").first).to_be_visible()
    expect(page.locator(".printhead")).to_be_visible()
    page.context.close()


def test_script_and_sheet_keep_their_budget() -> None:
    static = album.STATIC
    assert (static / "staytrue.css").stat().st_size <= 40_000
    scripts = (static / "staytrue.js").stat().st_size + album.HTMX.stat().st_size
    assert scripts <= 60 * 1024
