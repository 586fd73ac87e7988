"""How soon a no takes effect while a mailing leaves: guests click all the while that it does.

Web server, worker and mail server are processes of their own, as in life; the worker plans the
mailing batch by batch, and the gate decides each message. A guest's click is answered: from then on
no mail may come to him, but for those that were on their way at that very moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from threading import Event
from uuid import UUID

from staytrue.cli import bench_world
from staytrue.cli.bench_changes import working
from staytrue.cli.bench_dispatch import Sink, arm, sink
from staytrue.cli.bench_import import Size
from staytrue.cli.bench_intake import serving
from staytrue.cli.bench_world import World
from staytrue.cli.callers import call
from staytrue.cli.frame import ACTOR
from staytrue.cli.measuring import Measure, fresh_home
from staytrue.consent import acts
from staytrue.consent.acts import About, Spoken
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.kit.asking import ask
from staytrue.kit.errors import Refused
from staytrue.lab.streams import stream
from staytrue.messages import guest_links
from staytrue.messages.guest_links import Opens
from staytrue.messages.kinds import Kind
from staytrue.messages.mailings import actions as mailings
from staytrue.messages.mailings import rounds
from staytrue.messages.models import Mailing
from staytrue.messages.writing import standard_set, versions
from staytrue.staff import audit
from staytrue.staff.access import house_access

_MAILS_MOST, _PROFILES_PER_MAIL = 20_000, 3
_EACH = 20
"""One guest in so many clicks; their clicks are spread over the whole mailing."""
_LIMIT_SECONDS = 3.0
_SEED, _PIECE = 7, 2_000
_LOOK_SECONDS, _PATIENCE_SECONDS = 0.5, 3_600.0
_PRODUCT = "staytrue.wsgi:application"

Reached = tuple[int, int, str]
"""Profile, contact point, address."""


def measures(size: Size) -> Iterator[Measure]:
    """The longest time from an answered click to a mail that still came, and how many came late."""
    mails = min(_MAILS_MOST, size.reservations // 10)
    with fresh_home() as home, sink() as server:
        now = clock.now()
        world = bench_world.build(home, 1_000, mails * _PROFILES_PER_MAIL, now)
        everyone = _willing(mails, now)
        clicking = stream(_SEED, "clicks").sample(everyone, len(everyone) // _EACH)
        ways = _ways(world, clicking, now)
        arm(world, server.port, now)
        mailing = _approved(world, everyone, now)
        with serving(home, _PRODUCT) as web, working(home):
            with scope.everything():
                mailings.send(house_access(ACTOR), mailing, clock.now())
            lasts = len(everyone) / mailings.PER_MINUTE_MAX * 60
            clicked = call(web, lambda place: _click(ways[place]), len(ways), callers=8,
                           rate=len(ways) / lasts)  # fmt: skip
            _until_over(mailing)
    at = {clicking[place][2]: at for place, at in clicked.answered_at.items()}
    yield from _judged(server, at, len(everyone))


def _judged(server: Sink, clicked: dict[str, float], mails: int) -> Iterator[Measure]:
    after = [at - clicked[to] for at, to in server.came if to in clicked and at > clicked[to]]
    longest = max(after, default=0.0)
    late = sum(lag > _LIMIT_SECONDS for lag in after)
    spared = len(clicked.keys() - {to for _, to in server.came})
    instants = [at for at, _ in server.came]
    yield Measure("opt_out", round(longest, 3), "s", _LIMIT_SECONDS,
                  round(longest / _LIMIT_SECONDS, 3))  # fmt: skip
    yield Measure("opt_out.late", late, "mails", 0, None)
    yield Measure("opt_out.spared", spared, "mails", len(clicked), round(spared / len(clicked), 3))
    yield Measure("opt_out.mailing", len(server.came), "mails", mails, None)
    lasted = round(max(instants) - min(instants))
    yield Measure("opt_out.lasted", lasted, "s", None, None)


_REACHED = """
  SELECT DISTINCT ON (c.id) p.id, c.id, c.value FROM profile p
    JOIN contact_use u ON u.profile_id = p.id AND u.until_at IS NULL AND u.marketing <> 'out'
    JOIN contact_point c ON c.id = u.contact_point_id AND c.kind = 'email' AND c.profiles = 1
   ORDER BY c.id LIMIT %s"""


def _willing(count: int, now: datetime) -> list[Reached]:
    """So many guests who agreed to news in a letter."""
    spoken = Spoken(Origin.LETTER, ACTOR, wording="Write to me.")
    with scope.everything(), audit.acting(ACTOR, now):
        found = [(profile, point, value) for profile, point, value in ask(_REACHED, [count])]
        for start in range(0, len(found), _PIECE):
            about = [About(*each[:2]) for each in found[start : start + _PIECE]]
            acts.opt_in(about, {Purpose.MARKETING}, {Channel.EMAIL}, GROUP, spoken, now)
    return found


def _ways(world: World, clicking: Sequence[Reached], now: datetime) -> list[str]:
    """The one click of each, as an earlier mail showed it to his mail program."""
    paths: list[str] = []
    with scope.everything():
        for start in range(0, len(clicking), _PIECE):
            wanted = [
                guest_links.Wanted(
                    Opens.PREFERENCES, world.house.pk, profile, Channel.EMAIL, "en", point
                )
                for profile, point, _ in clicking[start : start + _PIECE]
            ]
            paths += [f"{path}{guest_links.STOP}" for path in guest_links.make(wanted, now)]
    return paths


def _click(way: str) -> bytes:
    body = "List-Unsubscribe=One-Click"
    return (
        f"POST {way} HTTP/1.1\r\nhost: localhost\r\n"
        "content-type: application/x-www-form-urlencoded\r\n"
        f"content-length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _approved(world: World, everyone: Sequence[Reached], now: datetime) -> UUID:
    """A mailing of one approved text to all of them, ready to leave."""
    access = house_access(ACTOR)
    with scope.everything():
        words = standard_set.texts(Kind.WIN_BACK)
        text = versions.save_draft(access, Kind.MAILING, Channel.EMAIL, None, words, now)
        versions.send_for_approval(access, text.pk, now)
        versions.approve(access, text.pk, now)
        made = mailings.write(access, world.house, "Autumn", text.pk, Mailing.Source.HAND, now,
                              mailings.PER_MINUTE_MAX)  # fmt: skip
        mailings.add(access, made.public_id, [profile for profile, _, _ in everyone], now)
        mailings.hand_in(access, made.public_id, now)
    while not _mailing(made.public_id).looked_at:
        rounds.move(now)
    with scope.everything():
        mailings.approve(access, made.public_id, now)
    return made.public_id


def _mailing(public_id: UUID) -> Mailing:
    with scope.everything():
        return Mailing.objects.get(public_id=public_id)


def _until_over(public_id: UUID) -> None:
    """Wait until each of them left, or never will."""
    pause, until = Event(), clock.monotonic() + _PATIENCE_SECONDS
    while _mailing(public_id).state != Mailing.State.DONE:
        if clock.monotonic() > until:
            raise Refused("The mailing never ended.", "bench_broken")
        pause.wait(_LOOK_SECONDS)
