"""Alerts outside Staytrue: exactly the asked role's members, once, with no word about a guest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from apprise.plugins.slack import NotifySlack
from django.db import connection

from staytrue.desk import alert_ways, alerts
from staytrue.desk.models import AlertChannel, AlertSent
from staytrue.kit.errors import Forbidden, Refused
from staytrue.lab.mail_sink import MailSink
from staytrue.staff import audit
from staytrue.staff.actions import NewAsk, close_ask, open_ask
from staytrue.staff.models import Member
from tests.desk.scene import Desk, after
from tests.make import NOON
from tests.messages import ways
from tests.staff import people

pytestmark = pytest.mark.django_db
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"

TEAMS = (
    "https://prod-12.westeurope.logic.azure.com:443/workflows/643e69f83c8944/triggers/manual"
    "/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=abcdefghij"
)


class Far(HTTPServer):
    """A far side over real HTTP: what it was told, and what it answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told: list[str] = []
        self.status = 200


class _Handler(BaseHTTPRequestHandler):
    server: Far

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append(json.dumps(json.loads(body), ensure_ascii=False))
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Iterator[Far]:
    """Where Slack would be."""
    with Far() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        at = f"http://127.0.0.1:{server.server_port}/services"
        monkeypatch.setattr(NotifySlack, "webhook_url", at)
        monkeypatch.setattr(NotifySlack, "request_rate_per_sec", 0)
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def mails(tmp_path: Path, desk: Desk) -> Iterator[MailSink]:
    """The mail server of Hotel Sirga."""
    with ways.home(tmp_path / "home"), MailSink() as sink:
        ways.outlet(desk.hotel, sink.port)
        yield sink


def alerted(desk: Desk, role: str, service: str = "email", address: str = "") -> AlertChannel:
    with audit.acting(desk.hugo.actor, NOON, "they are on their feet all day"):
        return alerts.add(desk.hugo, desk.hotel.pk, role, service, address, NOON)


def asks(desk: Desk, role: str, key: str = "case:1:case_late", minutes: int = 1) -> None:
    facts = {"case": 1, "about": "recovery", "place": "214", "guest": "Claire Fontanel"}
    ask = NewAsk(key=key, kind="case_late", role=role, property_id=desk.hotel.pk, facts=facts,
                 link="/desk/1/")  # fmt: skip
    open_ask(ask, after(minutes))


def address_of(member_id: int | None) -> str:
    return Member.objects.get(pk=member_id).email


def test_exactly_the_asked_roles_members_get_a_mail_in_their_language_once(
    desk: Desk, mails: MailSink
) -> None:
    elsewhere = people.member("guest_relations", at=desk.at.other)
    chain = people.member("guest_relations")
    gone = people.member("guest_relations", at=desk.hotel)
    with audit.acting("tests", NOON, "she left"):
        Member.objects.filter(pk=chain.pk).update(language="fr")
        Member.objects.filter(pk=gone.pk).update(is_active=False)
    alerted(desk, "guest_relations")
    alerted(desk, "front_desk")
    asks(desk, "guest_relations")
    assert [alerts.send_due(after(1)), alerts.send_due(after(5))] == [1, 0]
    to = [each.recipients for each in mails.mails]
    assert sorted(to) == sorted([(address_of(desk.lea.member_id),), (chain.email,)])
    assert elsewhere.email not in str(to)
    words = {each.recipients[0]: each.parsed["Subject"] for each in mails.mails}
    assert "1 new for Guest relations" in words[address_of(desk.lea.member_id)]
    assert words[chain.email] != words[address_of(desk.lea.member_id)]
    assert (
        "A case is late" in mails.mails[to.index((address_of(desk.lea.member_id),))].body.decode()
    )


def test_an_alert_says_what_kind_waits_and_where_and_nothing_of_a_guest(
    desk: Desk, mails: MailSink, far: Far
) -> None:
    alerted(desk, "guest_relations")
    alerted(desk, "guest_relations", "service", SLACK)
    asks(desk, "guest_relations")
    assert alerts.send_due(after(1)) == 2
    (said,) = far.told
    for told in (mails.mails[0].body.decode(), said):
        assert "A case is late" in told
        assert "/desk/1/" in told
        for secret in ("Claire", "Fontanel", "214", "recovery"):
            assert secret not in told


def test_what_comes_within_a_minute_is_told_together_and_what_is_over_is_not_told(
    desk: Desk, mails: MailSink, far: Far
) -> None:
    alerted(desk, "front_desk", "service", SLACK)
    asks(desk, "front_desk")
    alerts.send_due(after(1))
    for number in range(15):
        asks(desk, "front_desk", f"case:{number}:late", 1)
    asks(desk, "front_desk", "case:99:late", 1)
    close_ask("case:99:late", "done", after(1))
    assert alerts.send_due(after(1.5)) == 0
    assert alerts.send_due(after(2)) == 15
    assert len(far.told) == 2
    assert "15 new" in far.told[1]
    assert far.told[1].count("/desk/1/") == alerts.LISTED


def test_what_was_asked_before_a_way_was_set_up_is_not_told(desk: Desk, mails: MailSink) -> None:
    asks(desk, "front_desk", minutes=-1)
    alerted(desk, "front_desk")
    assert alerts.send_due(after(1)) == 0
    assert not mails.mails


def test_a_far_side_that_is_away_is_tried_less_often_and_told_when_it_is_back(
    desk: Desk, mails: MailSink, far: Far
) -> None:
    made = alerted(desk, "front_desk", "service", SLACK)
    asks(desk, "front_desk")
    far.status = 503
    counts = [alerts.send_due(after(minutes)) for minutes in (1, 2, 3, 4, 7, 8)]
    assert sum(counts) == 0
    tries = len(far.told)
    made.refresh_from_db()
    assert (made.error, made.failures) == ("alert_not_taken", tries)
    assert tries < 4
    far.status = 200
    assert alerts.send_due(after(60)) == 1
    made.refresh_from_db()
    assert (made.error, made.failures) == ("", 0)
    assert AlertSent.objects.count() == 1


def test_no_redirect_is_followed(desk: Desk, mails: MailSink, far: Far) -> None:
    made = alerted(desk, "front_desk", "service", SLACK)
    far.status = 307
    with pytest.raises(Refused, match="not take"):
        alerts.try_out(desk.hugo, made.pk, after(1))
    assert len(far.told) == 1


@pytest.mark.parametrize(
    "address",
    [
        "json://169.254.169.254/latest",
        "xml://127.0.0.1:5432/",
        "mailto://user:pass@10.0.0.5",
        "file:///etc/passwd",
        "workflows://10.0.0.1/643e69f83c8944/abcdefghij",
        "workflows://logic.azure.com.evil.example/643e69f83c8944/abcdefghij",
        TEAMS.replace(":443", ":8443"),
        f"{SLACK}?verify=no",
        f"{SLACK}?template=/etc/passwd",
        f"{SLACK}?redirect=yes",
        "https://hooks.slack.com.evil.example/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "ntfy://10.0.0.1/topic",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiaj\nkdnlazkcOXrIdevi7FQ",
        "",
    ],
)
def test_an_address_that_could_lead_elsewhere_is_none(address: str) -> None:
    with pytest.raises(Refused, match="no address"):
        alert_ways.service_of(address)


@pytest.mark.parametrize(
    ("address", "service"),
    [
        (SLACK, "slack"),
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "slack"),
        (TEAMS, "teams"),
        ("vonage://ACaaaaaa:e29dfbcebf390dee@34600000001/+34600000000", "vonage"),
    ],
)  # fmt: skip
def test_slack_teams_and_gateways_are_known(address: str, service: str) -> None:
    assert alert_ways.service_of(address) == service


def test_its_address_is_sealed_and_stands_in_no_audit(desk: Desk, mails: MailSink) -> None:
    made = alerted(desk, "front_desk", "service", SLACK)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM alert_channel c WHERE id = %s", [made.pk])
        row = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(a::text, ' ') FROM audit_entry a")
        kept = row + cursor.fetchone()[0]
    assert "TIiajkdnlazkcOXrIdevi7FQ" not in kept
    assert "alert_channel" in kept


def test_only_who_sets_the_desk_sets_alerts(desk: Desk, mails: MailSink) -> None:
    with pytest.raises(Forbidden):
        alerts.add(desk.lea, desk.hotel.pk, "front_desk", "email", "", NOON)
    with pytest.raises(Forbidden):
        alerts.of(desk.lea, desk.hotel.pk)
    made = alerted(desk, "front_desk")
    with pytest.raises(Refused, match="already"):
        alerted(desk, "front_desk")
    with audit.acting(desk.hugo.actor, NOON + timedelta(minutes=1), "they read it here"):
        alerts.end(desk.hugo, made.pk)
    assert alerts.of(desk.hugo, desk.hotel.pk) == []
