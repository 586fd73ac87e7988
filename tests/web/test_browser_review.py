"""The review queue in a real browser: decided by keys, on one screen, the next pair at once."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from staytrue.guests.models import IdentityEvent
from staytrue.hotel import scope
from tests.web.album import Album

pytestmark = pytest.mark.browser
SCREEN = (1280, 720)
PHONE = (360, 780)


def review(book: Album, language: str = "en", size: tuple[int, int] = SCREEN) -> Page:
    page = book.context("lea.morel", language, size=size).new_page()
    page.goto(f"{book.base}/guests/review/")
    return page


def shown(page: Page) -> str:
    return page.locator(".keys [name=pair]").input_value()


def pairs(page: Page) -> list[str]:
    """Every open pair by its address, the present one first."""
    rest = page.locator("#beside .hit").evaluate_all("all => all.map(each => each.href)")
    return [f"/guests/review/?pair={shown(page)}", *rest]


def standing(kind: str | None) -> int:
    """Decisions of this kind that nobody took back."""
    with scope.everything():
        return IdentityEvent.objects.filter(kind=kind, undone_by=None).count()


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_all_evidence_of_each_pair_stands_on_one_screen(language: str, book: Album) -> None:
    page = review(book, language)
    for where in pairs(page):
        page.goto(where if where.startswith("http") else book.base + where)
        high = page.evaluate("document.documentElement.scrollHeight")
        assert high <= SCREEN[1], f"{where} is {high} high in {language}"
    page.context.close()


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_a_phone_shows_a_pair_without_scrolling_sideways(language: str, book: Album) -> None:
    page = review(book, language, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    expect(page.locator(".keys")).to_be_in_viewport()
    page.context.close()


def test_one_key_decides_and_one_takes_it_back(book: Album) -> None:
    page = review(book)
    first = shown(page)
    for key, kind in (("m", "merged"), ("n", "rejected"), ("l", None)):
        before = standing(kind)
        page.keyboard.press(key)
        expect(page.locator(".keys [name=pair]")).not_to_have_value(first)
        assert standing(kind) == before + bool(kind)
        page.keyboard.press("u")
        expect(page.locator(".keys [name=pair]")).to_have_value(first)
        assert standing(kind) == before
    page.context.close()


def test_the_next_pair_stands_there_before_the_answer(book: Album, record_property: Any) -> None:
    page = review(book)
    page.evaluate(
        """() => {
          window.took = [];
          let pressed = 0;
          addEventListener("keydown", () => { pressed = performance.now(); }, true);
          document.body.addEventListener("htmx:afterSettle", () => {
            window.took.push(performance.now() - pressed);
          });
        }"""
    )
    preloaded = page.evaluate("document.querySelector('#next').content.textContent")
    expected = page.locator("#beside .hit").first.inner_text()
    assert expected.split(" / ")[0].split("\n")[-1] in preloaded
    for _ in range(3):
        before = shown(page)
        page.keyboard.press("l")
        expect(page.locator(".keys [name=pair]")).not_to_have_value(before)
        page.keyboard.press("u")
        expect(page.locator(".keys [name=pair]")).to_have_value(before)
    # How soon it is live, of which no test judges.
    record_property("milliseconds", page.evaluate("window.took"))
    page.context.close()


def test_keys_are_silent_while_a_pair_is_being_decided(book: Album) -> None:
    page = review(book)
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.method))
    page.evaluate("document.querySelector('.keys fieldset').disabled = true")
    for key in "mnl":
        page.keyboard.press(key)
    assert "POST" not in sent
    page.context.close()
