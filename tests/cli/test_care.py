"""Resuming a connection, once what stopped it is mended."""

from __future__ import annotations

from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection
from staytrue.staff import audit
from staytrue.staff.models import AuditEntry
from tests.cli.conftest import Cli
from tests.make import NOON


def test_a_stopped_connection_is_resumed_once_and_the_audit_knows_who(cli: Cli) -> None:
    given = ("--dialect", "export_files", "--set", "mapping=staytrue_stays")
    assert cli("connect", "stopping", "--property", "BIO", *given).code == 0
    with scope.everything(), audit.acting("tests", NOON):
        link = Connection.objects.get(name="stopping")
        inbox.stop(link, "login_refused", {"reason": "The password changed."}, NOON)
    ran = cli("resume", "stopping", "--json")
    again = cli("resume", "stopping")
    with scope.everything():
        link.refresh_from_db()
        entry = AuditEntry.objects.get(action="connection_resumed", object=f"connection:{link.pk}")
    assert (ran.code, ran.document, link.stopped_at) == (0, {"resumed": "stopping"}, None)
    assert (again.code, again.err) == (1, "staytrue: stopping is not stopped.\n")
    assert entry.actor == "command line"
