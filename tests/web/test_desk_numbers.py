"""Every number of the managers' report leads to the cases that make it, and to no others."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from staytrue.desk import moving, paying, spot_checks
from staytrue.desk.models import Case, SpotCheck
from staytrue.flow import casework
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.web.desk_report import numbers
from tests.desk import scene
from tests.desk.scene import NOTE, Desk, after
from tests.make import NOON
from tests.web.test_desk import client, read

pytestmark = pytest.mark.django_db
DAY = NOON.date()
ADDRESS = f"/desk/figures/?from={DAY}&to={DAY}"
# Rooms are the mirror's, answers and scores the guests': no case makes them.
OF_NO_CASE = ("Rooms", "Answers", "Score")


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A day with every kind of case: done, waiting, repeated, looked at, with money."""
    with clock.use(lambda: after(240)):
        made = scene.build()
        with scope.everything():
            _day(made)
        yield made


def _day(desk: Desk) -> None:
    desk.tells(arrival_on=DAY - timedelta(days=1), departure_on=DAY + timedelta(days=2))
    noise = [desk.opens(cause="noise", now=after(minutes)) for minutes in (0, 1, 2)]
    for kind in ("request", "preference", "feedback", "reply"):
        case = desk.opens(desk.hugo, kind=kind, now=after(3))
        if kind in ("request", "feedback"):
            moving.take(desk.lea if kind == "feedback" else desk.iker, case.pk, after(5))
        if kind == "request":
            moving.complete(desk.iker, case.pk, after(25))
    moving.take(desk.lea, noise[0].pk, after(30))
    line = paying.propose(desk.lea, noise[0].pk, "refund", Decimal(80), "Bad nights", after(31),
                          NOTE)  # fmt: skip
    paying.approve(desk.hugo, line.pk, "He is right", after(32))
    spot_checks.draw(desk.hugo, desk.hotel.pk, DAY, 1, 7, after(60))
    spot_checks.mark(desk.hugo, SpotCheck.objects.get().pk, "right", after(61))


def opened(who: Client, link: str) -> set[int]:
    """The cases a link of the report lists."""
    shown = read(who, f"/desk/figures/{link}")
    section = re.search(r"The cases behind this number.*?</section>", shown)
    assert section, link
    return {int(each) for each in re.findall(r'href="/desk/(\d+)/"', section[0])}


def expected(name: str, ids: set[int]) -> set[int]:
    """Who waited has been taken, what took a time is done."""
    cases = Case.objects.filter(pk__in=ids)
    if name.startswith("waited."):
        cases = cases.exclude(taken_at=None)
    elif name.startswith("took."):
        cases = cases.exclude(closed_at=None)
    return set(cases.values_list("pk", flat=True))


def test_each_link_opens_exactly_the_cases_of_its_number(desk: Desk) -> None:
    who = client(desk, desk.hugo)
    with scope.everything():
        found = casework.report(desk.hugo, [desk.hotel.pk], DAY, DAY, after(240))
        wanted = {name: expected(name, set(ids)) for name, ids in numbers(found)}
        assert {each.kind for each in Case.objects.all()} == {
            "request", "preference", "recovery", "feedback", "reply",
        }  # fmt: skip
    links = re.findall(r'href="(\?[^"]*of=([^"&]+))"', read(who, ADDRESS))
    shown = {html.unescape(name): html.unescape(link) for link, name in links}
    # Every number of this day is on the page; a day of nothing is not.
    assert {name for name, ids in wanted.items() if ids} - {"all"} <= shown.keys()
    for name, link in shown.items():
        assert opened(who, link) == wanted[name], name
    assert len(shown) > 15


def test_no_number_of_cases_stands_without_its_link(desk: Desk) -> None:
    shown = read(client(desk, desk.hugo), ADDRESS)
    report = shown[shown.index("How long it takes") : shown.index("</main>")]
    bare = re.sub(r"<a [^>]*>.*?</a>", "", report)
    bare = re.sub(r'<td[^>]*class="c1".*?</td>', "", bare)
    for name in OF_NO_CASE:
        bare = re.sub(rf'<td[^>]*data-l="{name}".*?</td>', "", bare)
    text = re.sub(r"<[^>]+>", " ", bare)
    assert not re.findall(r"\d+", text), text
