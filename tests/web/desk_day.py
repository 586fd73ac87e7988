"""A hotel with one guest in house and somebody in each role, before browsers: for days at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from allauth.mfa.totp.internal.auth import TOTP
from playwright.sync_api import BrowserContext, Page

from staytrue.desk import configuring, opening
from staytrue.desk.models import Case
from staytrue.flow import casework
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.messages import guest_links
from staytrue.messages.guest_links import Opens, Wanted
from staytrue.staff import audit
from staytrue.staff.access import Access, access_of, house_access
from staytrue.staff.actions import NewAsk, RoleAt, close_asks, create_member, open_ask
from staytrue.staff.models import Member
from tests.desk import scene
from tests.desk.scene import Desk
from tests.make import NOON
from tests.staff import people
from tests.web import album

DESK, PHONE, LAPTOP = (1280, 900), (360, 780), (1280, 720)
CREW = {
    "iker": ("Iker Zabala", "front_desk"),
    "carmen": ("Carmen Vidal", "department"),
    "lea": ("Léa Morel", "guest_relations"),
    "elena": ("Elena Ruiz", "general_manager"),
    "ana": ("Ana Ribeiro", "marketing"),
    "maite": ("Maite Arrieta", "administrator"),
    "hugo": ("Hugo Perrin", "auditor"),
}


@dataclass
class Day:
    """The hotel, its clock, and the windows of those who work there."""

    desk: Desk
    album: album.Album | None = None
    at: datetime = NOON
    windows: list[BrowserContext] = field(default_factory=list)

    def page(self, who: str | None, size: tuple[int, int] = DESK, path: str = "/desk/") -> Page:
        """A window of a member of the crew, or of somebody from outside."""
        assert self.album
        context = self.album.context(who, size=size)
        self.windows.append(context)
        page = context.new_page()
        page.goto(self.album.base + path)
        return page

    def access(self, who: str) -> Access:
        """What somebody of the crew may do."""
        with scope.everything():
            return access_of(Member.objects.get(email=f"{who}@tresrios.example"))

    def asks(self, words: str, department: str = "", place: str = "214") -> Case:
        """A request of this instant, written down at the desk."""
        with scope.everything():
            return opening.quick(
                self.access("iker"), self.desk.hotel.pk, words, place, department, self.at
            )

    def needs(self, role: str, due_at: datetime) -> None:
        """Something is asked of a role at every hotel."""
        facts = {"number": "30117", "cause": "gone"}
        with scope.everything():
            open_ask(NewAsk(f"shown:{role}", "verify_stay", role, None, facts, due_at=due_at),
                     self.at)  # fmt: skip

    def survey(self) -> str:
        """The address at which the guest of room 214 says how it was."""
        wanted = Wanted(Opens.SURVEY, self.desk.hotel.pk, self.desk.profile(), "email", "en",
                        None, self.desk.stay)  # fmt: skip
        with scope.everything():
            return guest_links.make([wanted], self.at)[0]

    def works(self) -> None:
        """What the worker does within half a second of a change."""
        with scope.everything():
            casework.settle_cases([self.desk.stay], self.at)

    def passes(self, minutes: float) -> None:
        """So much later."""
        self.at += timedelta(minutes=minutes)

    def ends(self) -> None:
        """Everybody closes his windows; nothing is asked of anybody."""
        for each in self.windows:
            each.close()
        self.windows.clear()
        with scope.everything():
            close_asks({f"shown:{role}" for _name, role in CREW.values()}, "seen", self.at)


@contextmanager
def open_day() -> Iterator[Day]:
    """Hotel Sirga served to a browser; housekeeping and the workshop have their departments."""
    day = Day(scene.build())
    with clock.use(lambda: day.at):
        _crew(day)
        with album.served() as base, album.browser() as window:
            day.album = album.Album(base, window, {})
            yield day


def _crew(day: Day) -> None:
    hotel = day.desk.hotel.pk
    with scope.everything(), audit.acting("scene", NOON):
        for key, (name, role) in CREW.items():
            place = None if role in ("administrator", "auditor") else hotel
            made = create_member(house_access("scene"), f"{key}@tresrios.example", name,
                                 [RoleAt(role, place)])  # fmt: skip
            TOTP.activate(made, people.SECRET)
        for key, name in (("house", "Housekeeping"), ("tech", "Workshop")):
            made = configuring.set_department(day.desk.hugo, hotel, key, name, "department", NOON)
            if key == "house":
                carmen = Member.objects.get(email="carmen@tresrios.example")
                configuring.set_members(day.desk.hugo, made.pk, [carmen.pk], NOON)
