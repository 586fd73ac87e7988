"""A backup restored into an empty home sends nothing before a person arms it, and nothing twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from staytrue.consent import actions as consent
from staytrue.consent import acts, permissions
from staytrue.consent.acts import About, Spoken
from staytrue.consent.models import ContactPoint, ContactUse
from staytrue.consent.permissions import Asked
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit import clock, database
from staytrue.lab.mail_sink import MailSink
from staytrue.messages import opt_outs, planning
from staytrue.messages.kinds import Kind
from staytrue.messages.models import GateSetting, Message
from staytrue.messages.wanted import Wanted
from staytrue.messages.writing import letterheads, versions
from staytrue.mirror.models import Freshness, Profile
from staytrue.staff import audit
from staytrue.staff.access import house_access
from tests.cli.conftest import Cli

CORRECTED = {"cause": "cancelled", "subject": "Welcome", "sent_on": "2026-05-20"}


@pytest.fixture
def sink() -> Iterator[MailSink]:
    """A mail server."""
    with MailSink() as running:
        yield running


def due(*names: str) -> None:
    """A correction for each of these is due: of no stay, so that the mirror's age is one's own."""
    now = clock.now()
    house = Property.objects.get(code="BIO")
    Freshness.objects.update(true_through=now)
    mine = ContactUse.objects.filter(until_at=None, contact_point__kind="email")
    used = list(mine.filter(contact_point__role="private").order_by("profile_id")[: len(names)])
    # Who is behind them is not what is tried here.
    points = ContactPoint.objects.filter(pk__in=[use.contact_point_id for use in used])
    points.update(role="private", ruled_by="tests", ruled_at=now)
    wanted = [
        Wanted(
            Kind.CORRECTION, house.pk, use.profile_id, use.contact_point_id, "stay", now, now,
            now + timedelta(days=1), "en", "", "wrong_send", 1, party=f"correction:{name}",
            facts={"corrects": CORRECTED},
        )
        for name, use in zip(names, used, strict=True)
    ]  # fmt: skip
    assert planning.add(wanted, now) == len(names)


def states() -> dict[str, str]:
    with database.running(), scope.everything():
        rows = Message.objects.filter(kind=Kind.CORRECTION).order_by("pk")
        return {each.party.removeprefix("correction:"): each.state for each in rows}


def prepare(cli: Cli, port: int) -> None:
    """The hotel may send to the sink; two are due."""
    now = clock.now()
    with database.running(), scope.everything():
        house = Property.objects.get(code="BIO")
        with audit.acting("tests", now):
            GateSetting.objects.update_or_create(
                property=house, defaults={"quiet_from": "00:00", "quiet_until": "00:00"}
            )
        head = {"colour": "#162a22", "legal_line": "Hotel Sirga SL"}
        letterheads.set_letterhead(house_access("tests"), house, head, now)
        versions.adopt_standard(house_access("tests"), [(Kind.CORRECTION, "email")], now)
        ids = list(Profile.objects.order_by("pk").values_list("pk", flat=True)[:200])
        consent.learn_roles(consent.keep_contacts(ids, now), now)
        due("before", "waiting")
        Message.objects.filter(party="correction:waiting").update(
            due_at=now + timedelta(hours=1), not_before=now + timedelta(hours=1)
        )
    way = ["--carrier", "smtp", "--sender", "stay@sirga.example", "--set", "host=127.0.0.1"]
    way += ["--set", f"port={port}", "--set", "security=none"]
    assert cli("sending", "outlet", "BIO", *way).code == 0
    assert cli("arm", "BIO", "--limit", 1_000).code == 0


def opts_out() -> Asked:
    """Somebody says no after the backup was made."""
    now = clock.now()
    with database.running(), scope.everything(), audit.acting("tests", now):
        message = Message.objects.get(party="correction:waiting")
        about = About(message.profile_id, message.contact_point_id)
        spoken = Spoken(Origin.DESK, "tests", words="No more.")
        acts.opt_out([about], {Purpose.MARKETING}, {Channel.EMAIL}, GROUP, spoken, now)
        opt_outs.Notes().write()
    assert message.contact_point_id
    return Asked(message.contact_point_id, message.profile_id, message.property_id,
                 Purpose.MARKETING, Channel.EMAIL)  # fmt: skip


def test_a_restored_home_sends_nothing_until_armed_and_nothing_it_had_sent(
    filled: Cli,
    home: Path,
    elsewhere: Callable[[Path], None],
    tmp_path: Path,
    sink: MailSink,
) -> None:
    """Q07, faults 50 and 51: a real backup, an empty home, a real mail server."""
    prepare(filled, sink.port)
    file, new = tmp_path / "all.tar", tmp_path / "new"
    assert filled("backup", file).code == 0
    mirror = filled("verify", "mirror", "--hash", "--json").document["hash"]
    # What happens after the backup is known to the journal alone.
    assert filled("work", "--until-idle").code == 0
    assert states() == {"before": "accepted", "waiting": "planned"}
    assert len(sink.mails) == 1
    said_no = opts_out()
    try:
        elsewhere(new)
        assert filled("restore", file, "--json").document["hash"] == mirror
        assert states() == {"before": "planned", "waiting": "planned"}
        filled("work", "--until-idle")
        assert len(sink.mails) == 1, "a restored home is not armed"
        assert filled("arm", "BIO").code == 1, "the journal of the home that sent is not here"
        shutil.copytree(home / "journal", new / "journal", dirs_exist_ok=True)
        assert filled("arm", "BIO", "--limit", 1_000).code == 0
        filled("work", "--until-idle")
        assert states() == {"before": "accepted", "waiting": "planned"}
        assert len(sink.mails) == 1, "what had left does not leave again"
        with database.running(), scope.everything():
            assert not permissions.of([said_no], clock.now())[0].allowed
    finally:
        elsewhere(home)
        assert filled("disarm").code == 0
