"""Commands on points: balances, opening balances, adjustments, redemptions, the ledger as a file."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click

from staytrue.cli.files import FILE
from staytrue.cli.frame import ACTOR, Answer, acting, answers, reading, table
from staytrue.guests.accounts import queries as accounts
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.kit.spreadsheet import text_of
from staytrue.loyalty import exporting, modules, moving, openings, queries
from staytrue.staff.access import house_access

_REASON = click.option("--reason", required=True, help="Why; the ledger keeps it.")


@click.group
def points() -> None:
    """Points of members: an account is named by its number."""


@points.command
@click.argument("account", type=int)
@answers
def balance(account: int) -> Answer:
    """What a member has: balance, tier, and the last entries."""
    with reading():
        return _shown(account)


@points.command(name="open")
@click.argument("account", type=int)
@click.argument("amount", type=int, metavar="POINTS")
@_REASON
@answers
def open_(account: int, amount: int, reason: str) -> Answer:
    """Enter what a member had before, once."""
    with acting(reason) as now:
        _require_module()
        moving.open_with(house_access(ACTOR), account, amount, reason, now)
        return _shown(account)


@points.command(name="openings")
@click.argument("file", type=FILE)
@click.option("--total", required=True, type=int, help="The sum of all points, as counted before.")
@click.option("--reason", default="", help="Why; the ledger keeps it.")
@click.option("--check", is_flag=True, help="Read the file only; nothing is entered.")
@answers
def openings_(file: Path, total: int, reason: str, *, check: bool) -> Answer:
    """Enter a CSV of `account,points` or `hotel,profile,points`, whole or not at all."""
    text = text_of(file.read_bytes())
    with acting(reason) as now:
        _require_module()
        access = house_access(ACTOR)
        if check:
            sheet = openings.read(access, text, total)
        else:
            sheet = openings.take(access, text, total, reason, now)
    document = {
        "lines": len(sheet.lines), "points": sheet.points, "total": sheet.total,
        "bad": [vars(each) for each in sheet.bad], "taken": not check,
    }  # fmt: skip
    lines = [f"{len(sheet.lines)} lines, {sheet.points} points of {sheet.total}"]
    rows = ((each.number, each.code.replace("_", " "), each.word) for each in sheet.bad)
    lines += table(rows, ("LINE", "WRONG", "")) if sheet.bad else []
    return Answer(document, lines, yes=sheet.is_good)


@points.command(context_settings={"ignore_unknown_options": True})
@click.argument("account", type=int)
@click.argument("amount", type=int, metavar="POINTS")
@_REASON
@answers
def adjust(account: int, amount: int, reason: str) -> Answer:
    """Add points, or take some away with a minus, as an entry of its own."""
    with acting(reason) as now:
        _require_module()
        moving.adjust(house_access(ACTOR), account, amount, reason, now)
        return _shown(account)


@points.command
@click.argument("account", type=int)
@click.argument("amount", type=int, metavar="POINTS")
@click.option("--for", "what", required=True, help="What the points are for.")
@answers
def hold(account: int, amount: int, what: str) -> Answer:
    """Set points aside for a redemption; prints its number."""
    with acting(what) as now:
        _require_module()
        made = moving.hold(house_access(ACTOR), account, amount, what, now)
    return Answer({"redemption": str(made)}, [str(made)])


@points.command
@click.argument("redemption", type=click.UUID)
@answers
def use(redemption: UUID) -> Answer:
    """Say that what was held was given out."""
    with acting() as now:
        moving.use(house_access(ACTOR), redemption, now)
    return Answer({"redemption": str(redemption), "state": "used"}, ["used"])


@points.command
@click.argument("redemption", type=click.UUID)
@answers
def release(redemption: UUID) -> Answer:
    """Give back what was held: every point to where it was taken from."""
    with acting() as now:
        moving.release(house_access(ACTOR), redemption, now)
    return Answer({"redemption": str(redemption), "state": "released"}, ["released"])


@points.command
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--balances", type=click.Path(dir_okay=False, path_type=Path),
              help="A second file with what Staytrue says of each account.")  # fmt: skip
@answers
def export(file: Path, balances: Path | None) -> Answer:
    """Write the whole ledger into a CSV; `python -m staytrue.loyalty.recompute FILE` adds it up."""
    for each in (file, balances):
        if each and not each.absolute().parent.is_dir():
            raise click.UsageError(f"there is no directory {each.absolute().parent}")
    with reading():
        count = exporting.write(file)
        told = exporting.write_balances(balances) if balances else 0
    lines = [f"{file} holds {count} entries."]
    lines += [f"{balances} holds {told} accounts."] if balances else []
    return Answer({"entries": count, "accounts": told}, lines)


def _require_module() -> None:
    if not modules.is_on():
        raise Refused("There is no programme here: the module is off.", "loyalty_off")


def _shown(account: int) -> Answer:
    _require_module()
    access, now = house_access(ACTOR), clock.now()
    held = accounts.held(account)
    has = queries.points_of(held, now.date())
    entries = queries.entries(access, held.guest_id, 20)
    document = {
        "account": held.account.pk, "balance": has.balance, "held": has.held, "tier": has.tier_key,
        "entries": [vars(each) for each in entries],
    }  # fmt: skip
    head = f"account {held.account.pk}: {has.balance} points"
    head += f", {has.held} set aside" if has.held else ""
    head += f", {has.tier_name}" if has.tier_name else ""
    rows = ((f"{each.at:%Y-%m-%d}", each.kind, each.points, each.balance, each.reason)
            for each in entries)  # fmt: skip
    return Answer(document, [head, *table(rows, ("DAY", "WHAT", "POINTS", "BALANCE", "WHY"))])
