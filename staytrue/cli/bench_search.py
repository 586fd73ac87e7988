"""The search bench: six kinds of questions to the search page, beside an empty view of the same run.

The group is written by the product's own merge; guests and what they were reached at before are
laid beside it. Who must come first is known, because the questions were made from the guests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection
from django.http import HttpRequest, HttpResponse

from staytrue.cli.bench_import import Size
from staytrue.cli.bench_intake import EMPTY, serving
from staytrue.cli.callers import Ran, call
from staytrue.cli.frame import ACTOR
from staytrue.cli.measuring import Measure, fresh_home
from staytrue.guests.search import search
from staytrue.hotel import actions as hotel
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection
from staytrue.kit import clock, database, merge
from staytrue.kit.home import own_secret
from staytrue.lab import seeking
from staytrue.lab.seeking import KINDS, Question, Sought
from staytrue.mirror import actions
from staytrue.mirror.rows import Encoder
from staytrue.staff import audit
from staytrue.staff.access import Access, RoleHeld, house_access
from staytrue.staff.actions import RoleAt, create_member, set_policy
from staytrue.staff.rights import ROLES

_SEED = 11
_HOTELS = 10
_EACH_MOST, _GUESTS_PER_QUESTION = 200, 100
_BLOCK = 20_000
_PRODUCT = "staytrue.wsgi:application"
_FIRST_SHARE = 0.95


def measures(size: Size) -> Iterator[Measure]:
    """How soon the page answers each kind of question, and how often the right guest is first."""
    with fresh_home() as home:
        now = clock.now()
        links = group_of(_HOTELS, now)
        fill(links, _SEED, size.guests, now)
        each = min(_EACH_MOST, size.guests // _GUESTS_PER_QUESTION)
        asked = seeking.questions(_SEED, size.guests, _HOTELS, each)
        with database.address("owner").connect(autocommit=True) as server:
            # As a server's own autovacuum does sooner or later.
            server.execute("VACUUM ANALYZE")
        session = _session(home, now)
        with serving(home) as bare, serving(home, _PRODUCT) as port:
            _ask(bare, session, [None] * _EACH_MOST)
            _ask(port, session, asked[:: len(KINDS)])
            empty = _ask(bare, session, [None] * _EACH_MOST)
            for kind in KINDS:
                ran = _ask(port, session, [each for each in asked if each.kind == kind])
                for name, share in (("p50", 0.5), ("p95", 0.95)):
                    value, least = ran.percentile(share) * 1_000, empty.percentile(share) * 1_000
                    yield Measure(f"search.{kind}.{name}", round(value, 1), "ms", round(least, 2),
                                  round(value / least, 1))  # fmt: skip
        for kind, first in first_shares(links, asked, now).items():
            yield Measure(f"search.{kind}.first", first, "of the labelled set", _FIRST_SHARE,
                          round(first / _FIRST_SHARE, 3))  # fmt: skip


def group_of(hotels: int, now: datetime) -> list[Connection]:
    """Invented hotels, each with a connection by files."""
    with scope.everything(), audit.acting(ACTOR, now):
        houses = [
            hotel.add_property(f"H{number}", name=f"Hotel {number}", timezone="Europe/Madrid",
                               country="ES", currency="EUR")
            for number in range(hotels)
        ]  # fmt: skip
        return [
            inbox.connect(f"h{number}-files", house, "export_files", {}, now=now)
            for number, house in enumerate(houses)
        ]


def fill(links: Sequence[Connection], seed: int, count: int, now: datetime) -> None:
    """So many guests with their profiles and stays, as if all had been read and recognised."""
    for block in seeking.blocks(seeking.crowd(seed, count, len(links)), _BLOCK):
        with scope.everything():
            for place, link in enumerate(links):
                _read(link, place, block, len(links), seed, now)
            _recognise(block, now)


def _read(
    link: Connection, place: int, block: list[Sought], hotels: int, seed: int, now: datetime
) -> None:
    """What one hotel knows of these guests, through the product's own merge."""
    encoder = Encoder(link.pk, link.property_id, "Europe/Madrid", now)
    profiles = [guest.profile(guest.hotels.index(place)) for guest in block
                if place in guest.hotels]  # fmt: skip
    stays = [
        stay
        for guest in block
        for at, stay in enumerate(seeking.stays_of(seed, guest, hotels, now.date()))
        if seeking.hotel_of(guest, at) == place
    ]
    given = {"connection_id": link.pk, "read_at": now, "delivery_id": 1, "imported": True,
             "first_seen_at": now}  # fmt: skip
    for name, lines in (
        ("profile", [encoder.profile(seq, seq, seq, each) for seq, each in enumerate(profiles)]),
        ("reservation", [encoder.reservation(seq, seq, seq, each)
                         for seq, each in enumerate(stays)]),
    ):  # fmt: skip
        merge.stage(actions.TARGETS[name], ["\n".join(lines) + "\n"])
        actions.merge_staged(name, link.pk, 0, len(lines), given, fresh=True)
        merge.clear(actions.TARGETS[name], link.pk)


def _recognise(block: list[Sought], now: datetime) -> None:
    """One guest for each, and the addresses some of them had before."""
    former = [guest for guest in block if guest.former_mail]
    values: dict[str, Any] = {
        "now": now,
        "first": block[0].serial,
        "last": block[-1].serial,
        "serials": [guest.serial for guest in former],
        "mails": [guest.former_mail for guest in former],
    }
    with connection.cursor() as cursor:
        for statement in _RECOGNISED:
            cursor.execute(statement, values)


# The public id of a guest is his serial number, so that whoever is found can be told.
_RECOGNISED = (
    """INSERT INTO guest (public_id, state, opened_at, computed_at, kind, name, name_key,
                          last_name_key, profiles, golden)
       SELECT lpad(to_hex(n), 32, '0')::uuid, 'active', %(now)s, %(now)s, 'person',
              concat_ws(' ', p.first_name, p.last_name, p.second_last_name), p.name_key,
              p.last_name_key, p.count, '{}'
         FROM generate_series(%(first)s::int, %(last)s::int) n CROSS JOIN LATERAL (
           SELECT *, count(*) OVER () AS count FROM profile
            WHERE connection_id IN (SELECT id FROM connection) AND source_id = 'S' || n
            ORDER BY emails = '[]' LIMIT 1) p""",
    """INSERT INTO link (profile_id, guest_id, property_id, since_at, begun_by)
       SELECT p.id, g.id, p.property_id, %(now)s, 1
         FROM generate_series(%(first)s::int, %(last)s::int) n
         JOIN guest g ON g.public_id = lpad(to_hex(n), 32, '0')::uuid
         JOIN profile p ON p.connection_id IN (SELECT id FROM connection)
          AND p.source_id = 'S' || n""",
    """INSERT INTO contact_point (kind, value, domain, role, basis, profiles, ruled_by, ruled_because,
                                  refused, first_seen_at, last_seen_at)
       SELECT 'email', x.mail, 'post.example', 'private', '{}', 1, '', '', false, %(now)s, %(now)s
         FROM unnest(%(mails)s::text[]) x(mail)""",
    """INSERT INTO contact_use (contact_point_id, profile_id, property_id, since_at, until_at,
                                seen_at, masked, written, marketing, origin)
       SELECT c.id, p.id, p.property_id, %(now)s, %(now)s, %(now)s, false, x.mail, '', 'pms'
         FROM unnest(%(serials)s::int[], %(mails)s::text[]) x(serial, mail)
         JOIN contact_point c ON c.kind = 'email' AND c.value = x.mail
         JOIN profile p ON p.connection_id IN (SELECT id FROM connection)
          AND p.source_id = 'S' || x.serial AND p.emails <> '[]'""",
)


def _session(home: Path, now: datetime) -> str:
    """The session of a member who sees everything, signed as the server of this home signs."""
    with scope.everything(), audit.acting(ACTOR, now, "a bench"):
        # Nobody signs in to a bench: there is no second factor to ask for.
        set_policy(house_access(ACTOR), "nobody", 3)
        member = create_member(
            house_access(ACTOR), "bench@staytrue.example", "Bench", [RoleAt("administrator")]
        )

    def enter(request: HttpRequest) -> HttpResponse:
        login(request, member, backend=settings.AUTHENTICATION_BACKENDS[0])
        return HttpResponse()

    before = settings.SECRET_KEY
    settings.SECRET_KEY = own_secret(home, "signing")
    try:
        answer = cast(HttpResponse, SessionMiddleware(enter)(HttpRequest()))
    finally:
        settings.SECRET_KEY = before
    cookie = answer.cookies[settings.SESSION_COOKIE_NAME]
    return f"{cookie.key}={cookie.value}"


def _ask(port: int, session: str, asked: Sequence[Question | None]) -> Ran:
    """One after the other, as one person asks; nothing to ask is the empty view."""

    def request(number: int) -> bytes:
        question = asked[number]
        path = f"/search/?q={quote(question.words)}" if question else EMPTY
        return f"GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {session}\r\n\r\n".encode()

    return call(port, request, len(asked), callers=1)


def first_shares(
    links: Sequence[Connection], asked: Sequence[Question], now: datetime
) -> dict[str, float]:
    """Of each kind of question, how many name first whom they are meant for."""
    right = dict.fromkeys(KINDS, 0)
    everywhere = house_access(ACTOR)
    with scope.everything():
        for question in asked:
            # A room has a number in each hotel: who asks works there.
            access = everywhere if question.hotel is None else _desk(links[question.hotel])
            found = search(access, question.words, now.date()).guests
            public_id = found[0].public_id if found else None
            right[question.kind] += public_id is not None and public_id.int == question.serial
    total = {kind: sum(each.kind == kind for each in asked) for kind in KINDS}
    return {kind: round(right[kind] / max(1, total[kind]), 3) for kind in KINDS}


def _desk(link: Connection) -> Access:
    rights = next(role.rights for role in ROLES if role.key == "front_desk")
    id_ = link.property_id
    return Access(ACTOR, at={id_: (RoleHeld("front_desk", rights),)}, property_ids=frozenset({id_}))
