"""Commands on sending: arm and disarm a hotel's way out, set it up, say how it stands."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

import click

from staytrue.cli.frame import (
    ACTOR,
    Answer,
    Instant,
    acting,
    answers,
    in_zone,
    open_home,
    property_named,
    secret_setting,
    table,
)
from staytrue.hotel import scope
from staytrue.kit import clock, name_records
from staytrue.messages import domains, outlets, standing
from staytrue.messages import incoming as incoming_mail
from staytrue.messages.arming import FIRST_DAY_LIMIT
from staytrue.messages.carriers import choosing
from staytrue.messages.carriers.base import Sender
from staytrue.messages.carriers.notices import SIZE_MOST
from staytrue.messages.domains import Level
from staytrue.messages.models import Outlet

CHANNEL = click.Choice(choosing.CHANNELS)


@click.command
@click.argument("code", metavar="PROPERTY")
@click.option("--channel", type=CHANNEL, default=choosing.EMAIL, show_default=True)
@click.option("--from", "from_at", type=Instant(), help="Nothing leaves before; else from now.")
@click.option("--limit", default=FIRST_DAY_LIMIT, show_default=True,
              help="At most so many in the first 24 hours.")  # fmt: skip
@click.option("--allow", multiple=True, metavar="ADDRESS",
              help="Only to this address, or @domain; may be repeated.")  # fmt: skip
@click.option("--journal-lost", is_flag=True,
              help="After a restore without its journal: what was due until now never leaves.")  # fmt: skip
@answers
def arm(
    code: str,
    channel: str,
    from_at: datetime | None,
    limit: int,
    allow: tuple[str, ...],
    *,
    journal_lost: bool,
) -> Answer:
    """Let a hotel send. Until then nothing ever leaves this machine."""
    now = clock.now()
    with open_home():
        with scope.everything():
            house = property_named(code)
        begin = in_zone(from_at, house.timezone) if from_at else now
        found = outlets.arm(
            house, channel, by=ACTOR, now=now, from_at=begin, limit=limit, allowed=allow,
            journal_is_lost=journal_lost,
        )  # fmt: skip
    lines = [f"{code} sends {channel} from {begin:%Y-%m-%d %H:%M %Z}, {limit} in the first 24 h."]
    if allow:
        lines.append(f"Only to {', '.join(allow)}.")
    if found.left:
        lines.append(
            f"The journal knew of {found.left} messages that this database had forgotten; "
            f"{found.unknown} of them are unknown. None of them leaves again."
        )
    document = {"property": code, "channel": channel, "from": begin.isoformat(), "limit": limit,
                "allowed": list(allow), "recovered": vars(found)}  # fmt: skip
    return Answer(document, lines)


@click.command
@click.argument("code", metavar="[PROPERTY]", required=False)
@click.option("--channel", type=CHANNEL, default=choosing.EMAIL, show_default=True)
@click.option("--because", default="", help="Why, for the audit.")
@answers
def disarm(code: str | None, channel: str, because: str) -> Answer:
    """Stop a hotel's sending at once; without a hotel, everything of this machine."""
    now = clock.now()
    with open_home():
        if code is None:
            outlets.stop(ACTOR, now, because)
            return Answer({"stopped": "everything"}, ["Nothing leaves this machine any more."])
        with scope.everything():
            house = property_named(code)
        outlets.disarm(house, channel, by=ACTOR, now=now, because=because)
    return Answer({"stopped": code, "channel": channel}, [f"{code} sends no {channel} any more."])


@click.group(name="sending")
def sending() -> None:
    """A hotel's ways out, and whether anything may leave."""


@sending.command
@answers
def status() -> Answer:
    """Whether this machine is armed, and each hotel's outlet."""
    with open_home(), scope.everything():
        machine = standing.machine(clock.now())
        ways = standing.ways(clock.now())
    lines = [
        "This machine is armed." if machine.is_armed else f"Nothing leaves: {machine.why}.",
        *table(
            ((w.code, w.channel, w.carrier, w.state, w.left, " ".join(w.allowed)) for w in ways),
            ("hotel", "channel", "carrier", "state", "left today", "only to"),
        ),
    ]
    return Answer({"machine": vars(machine), "outlets": [vars(way) for way in ways]}, lines)


@sending.command
@click.argument("code", metavar="PROPERTY")
@click.option("--channel", type=CHANNEL, default=choosing.EMAIL, show_default=True)
@click.option("--carrier", required=True, type=click.Choice(sorted(choosing.FORMS)))
@click.option("--sender", default="", help="The address guests see, of the hotel's own domain.")
@click.option("--name", default="", help="The name guests see; else the hotel's.")
@click.option("--reply-to", default="", help="Where answers go, if elsewhere.")
@click.option(
    "--set", "given", multiple=True, metavar="KEY=VALUE",
    help="A setting of the carrier. A secret one as KEY=@FILE, KEY=- or KEY alone (asked).",
)  # fmt: skip
@answers
def outlet(
    code: str,
    channel: str,
    carrier: str,
    sender: str,
    name: str,
    reply_to: str,
    given: tuple[str, ...],
) -> Answer:
    """Set up a hotel's way out. It is not armed by that."""
    secret = choosing.FORMS[carrier].secret
    values = dict(secret_setting(text, secret) for text in given)
    with acting():
        house = property_named(code)
        made = outlets.set_up(
            house, channel, carrier, values, Sender(sender, name or house.name, reply_to)
        )
    document = {"property": code, "channel": channel, "carrier": carrier,
                "settings": outlets.shown(made), "armed": False}  # fmt: skip
    return Answer(document, [f"{code} has a way out for {channel} by {carrier}; arm it to send."])


@sending.command
@click.argument("code", metavar="PROPERTY")
@click.argument("file", type=click.File("rb"), default="-")
@answers
def incoming(code: str, file: BinaryIO) -> Answer:
    """Take a mail that came back, from a file or a pipe: a bounce, a complaint, a reply."""
    raw = file.read(SIZE_MOST)
    with open_home():
        with scope.everything():
            house = property_named(code)
        came = incoming_mail.take(raw, house.pk, clock.now())
    return Answer({"came": came.value}, [f"It was: {came.value}."])


@sending.command
@click.argument("code", metavar="PROPERTY")
@click.option("--selector", multiple=True, help="The DKIM selector of the carrier.")
@answers
def check(code: str, selector: tuple[str, ...]) -> Answer:
    """Ask whether the world believes mail from this hotel's domain: SPF, DKIM, DMARC."""
    with open_home(), scope.everything():
        mail = Outlet.objects.filter(property=property_named(code), channel="email").first()
    if mail is None:
        raise click.UsageError(f"{code} has no way out for mail: staytrue sending outlet {code} …")
    domain = mail.sender_address.rpartition("@")[2]
    found = domains.findings(domain, name_records.texts, selector)
    document = [vars(each) for each in found]
    rows = ((each.record, each.level.value, each.code, each.read) for each in found)
    lines = table(rows, ("record", "stands", "why", "read"))
    return Answer(document, lines, yes=all(each.level is not Level.BAD for each in found))
