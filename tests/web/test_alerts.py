"""The page on which a hotel sets how its roles are alerted outside."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from staytrue.desk.models import AlertChannel
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.lab.mail_sink import MailSink
from staytrue.staff.access import Access
from staytrue.staff.models import Member
from tests.desk import scene
from tests.desk.scene import Desk
from tests.make import NOON
from tests.messages import ways
from tests.web.house import signed_in

pytestmark = pytest.mark.django_db
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.fixture(autouse=True)
def _at_noon() -> object:
    with clock.use(lambda: NOON):
        yield


@pytest.fixture
def desk() -> Desk:
    return scene.build()


def client(by: Access) -> Client:
    with scope.everything():
        return signed_in(Member.objects.get(pk=by.member_id))


def post(desk: Desk, **fields: str) -> str:
    answer = client(desk.hugo).post("/desk/alerts/BIO/", fields, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def channels() -> list[AlertChannel]:
    with scope.everything():
        return list(AlertChannel.objects.order_by("pk"))


def test_a_way_is_set_up_tried_and_ended_and_its_address_is_never_shown(
    desk: Desk, tmp_path: Path
) -> None:
    with ways.home(tmp_path / "home"), MailSink() as sink:
        ways.outlet(desk.hotel, sink.port)
        post(desk, act="add", role="front_desk", by="email")
        shown = post(desk, act="add", role="guest_relations", by="service", address=SLACK)
        assert "Slack" in shown
        assert "TIiajkdnlazkcOXrIdevi7FQ" not in shown
        mail, slack = channels()
        assert "Said: look whether it arrived" in post(desk, act="try", way=str(mail.pk))
        assert "This is a trial" in sink.mails[0].body.decode()
        post(desk, act="end", way=str(slack.pk))
        assert [each.pk for each in channels()] == [mail.pk]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"by": "email"}, "no way out for mail yet"),
        ({"by": "service", "address": "json://169.254.169.254/"}, "no address of Slack"),
        ({"by": "service", "address": SLACK, "role": "nobody"}, "no such role"),
    ],
)
def test_what_cannot_be_is_refused_in_words(desk: Desk, fields: dict[str, str], told: str) -> None:
    assert told in post(desk, act="add", **({"role": "front_desk"} | fields))
    assert channels() == []


def test_another_hotels_page_does_not_exist_for_him(desk: Desk) -> None:
    code = desk.at.other.code
    assert client(desk.hugo).get(f"/desk/alerts/{code}/").status_code in (403, 404)
    assert client(desk.lea).get("/desk/alerts/BIO/").status_code == 403
