"""Commands that make a home and what stands in it: init, migrate, property, connect, secrets."""

from __future__ import annotations

import secrets
from pathlib import Path

import click
from django.conf import settings

from staytrue.cli.frame import ACTOR, Answer, acting, answers, property_named, secret_setting
from staytrue.connectors import registry
from staytrue.connectors.fields import secret_names
from staytrue.hotel import actions as hotel
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import secrets as sealing
from staytrue.inbox.models import Connection
from staytrue.inbox.secrets import masked
from staytrue.kit import clock, database
from staytrue.staff import actions as staff
from staytrue.staff import audit
from staytrue.staff.access import house_access
from staytrue.staff.actions import RoleAt


@click.command
@click.option(
    "--admin", metavar="EMAIL", help="Make this administrator, with a password to change."
)
@click.option(
    "--group", default="My hotels", show_default=True, help="The name of the hotel group."
)
@answers
def init(admin: str | None, group: str) -> Answer:
    """Make a home: its database, its roles, its tables, and the first administrator."""
    now = clock.now()
    with database.running():
        database.migrate(now)
        with scope.everything(), audit.acting(ACTOR, now):
            name = hotel.name_group(group).name
            password = make_administrator(admin) if admin else None
    document = {"home": str(settings.HOME), "group": name, "admin": admin, "password": password}
    lines = [f"The home is {settings.HOME}."]
    if admin:
        lines += [f"{admin} signs in with the password {password} and should change it at once."]
    return Answer(document, lines)


def make_administrator(email: str) -> str:
    """A member who may do everything everywhere; answers the password nobody sees again."""
    password = secrets.token_urlsafe(12)
    roles = [RoleAt("administrator")]
    by = house_access(ACTOR)
    staff.create_member(by, email, email.partition("@")[0], roles, password=password)
    return password


@click.command
@answers
def migrate() -> Answer:
    """Bring the database to this version of Staytrue."""
    with database.running():
        database.migrate(clock.now())
    return Answer({"migrated": True}, ["The database is of this version."])


@click.group(name="property")
def property_() -> None:
    """The hotels of the group."""


@property_.command
@click.argument("code")
@click.option("--name", required=True, help="The hotel's name as guests read it.")
@click.option("--timezone", required=True, help="Like Europe/Madrid.")
@click.option("--country", required=True, help="Two letters, like ES.")
@click.option("--currency", required=True, help="Three letters, like EUR.")
@click.option("--language", default="en", show_default=True, help="The hotel's own language.")
@click.option("--city", default="", help="The town it stands in.")
@click.option("--legal-entity", default="", help="The company that runs it.")
@answers
def add(code: str, **facts: str) -> Answer:
    """Add a hotel."""
    with acting():
        made = hotel.add_property(code, **facts)
    document = {"code": made.code, "name": made.name, "timezone": made.timezone}
    return Answer(document, [f"{made.name} is {made.code}."])


@click.command
@click.argument("name")
@click.option("--property", "code", required=True, help="The code of the hotel.")
@click.option(
    "--dialect", required=True, help="The connector: " + ", ".join(registry.names()) + "."
)
@click.option(
    "--set", "given", multiple=True, metavar="KEY=VALUE",
    help="A setting of it. A secret one as KEY=@FILE, KEY=- (standard input) or KEY alone (asked).",
)  # fmt: skip
@click.option("--cadence", default=86_400, show_default=True, help="Seconds between deliveries.")
@click.option(
    "--allow-private-address", is_flag=True, help="Its PMS stands in the own network: allow that."
)
@click.option(
    "--lookups-only", is_flag=True,
    help="Mirror nothing of it: ask it about single stays just before a message.",
)  # fmt: skip
@click.option("--two-way", is_flag=True, help="Not yet: write-back comes with its own package.")
@answers
def connect(
    name: str,
    code: str,
    dialect: str,
    given: tuple[str, ...],
    cadence: int,
    *,
    allow_private_address: bool,
    lookups_only: bool,
    two_way: bool,
) -> Answer:
    """Link a hotel to its PMS."""
    if two_way:
        raise click.UsageError("--two-way is not possible yet: nothing is written to a PMS so far")
    if dialect not in registry.names():
        known = ", ".join(registry.names())
        raise click.UsageError(f"there is no dialect {dialect}; there are: {known}")
    secret = secret_names(registry.manifest(dialect))
    chosen = dict(secret_setting(text, secret) for text in given)
    if (file := Path(str(chosen.get("mapping", "")))).is_file():
        # The worker reads it from another directory.
        chosen["mapping"] = str(file.resolve())
    with acting() as now:
        link = inbox.connect(
            name, property_named(code), dialect, chosen, now=now, cadence_seconds=cadence,
            lookups_only=lookups_only,
        )  # fmt: skip
        inbox.allow_private(link, is_allowed=allow_private_address)
    shown = masked(link)
    document = {
        "name": name, "property": code, "dialect": dialect, "settings": shown,
        "lookups_only": lookups_only,
    }  # fmt: skip
    what = "for look-ups only" if lookups_only else "one-way"
    return Answer(document, [f"{name} links {code} to {dialect}, {what}."])


@click.group(name="secrets")
def secrets_() -> None:
    """The credentials of connections, sealed with a key that the database does not hold."""


@secrets_.command
@answers
def rotate() -> Answer:
    """Seal everything with the key of today; afterwards the key of before may go."""
    with acting("key rotated"):
        changed = sum(map(sealing.rotate, Connection.objects.order_by("pk").select_for_update()))
    told = [f"{changed} secrets are sealed with the key of today; all others were already."]
    return Answer({"changed": changed}, told)
