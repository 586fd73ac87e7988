"""A guest of both demo hotels, known to be one: confirmed, corrected, and contradicted by a PMS."""

from __future__ import annotations

from datetime import datetime, timedelta

from staytrue.flow import reactions
from staytrue.guests import choosing, correcting, links
from staytrue.guests.composing import Standing
from staytrue.hotel import records, scope
from staytrue.inbox.models import Connection
from staytrue.mirror.models import Profile
from staytrue.staff.access import access_of
from staytrue.staff.models import Member
from tests.web import house


def build(known: Profile, elsewhere: Profile, elsewhere_link: Connection, now: datetime) -> None:
    """These profiles are one guest, whoever they are by now."""
    since = now - timedelta(days=17)
    with scope.everything():
        ana = Member.objects.get(name="Ana Ribeiro")
        actor, both = f"member:{ana.pk}", [known.pk, elsewhere.pk]
        guest = links.guests_of([known.pk]).get(known.pk)
        if guest is None:
            (guest,) = links.open_guests(1, since)
            links.move({known.pk: guest}, links.note(links.Act(links.Kind.CREATED, "worker"), since),
                       since)  # fmt: skip
        act = links.Act(links.Kind.MERGED, actor, "staff", min(both), max(both))
        event = links.note(act, since)
        links.move({elsewhere.pk: guest}, event, since)
        lea = access_of(Member.objects.get(name="Léa Morel"))
    said = {"value": "+34 612 345 678"}
    reason = "He told us at the desk"
    correcting.correct(lea, known.pk, "phones", said, reason, now, Standing.CONFIRMED)
    given = {"value": "unai@dominguez.example"}
    correcting.correct(lea, elsewhere.pk, "emails", given, "He spelled it", now)
    choosing.choose(lea, known.pk, "local", "He moved to Lisbon", now, is_so=False)
    newer = records.Profile(
        source_id=elsewhere.source_id, first_name=known.first_name, last_name=known.last_name,
        second_last_name=known.second_last_name, custom=elsewhere.custom,
        emails=[records.Email("u.dominguez@office.example")],
    )  # fmt: skip
    house.take(elsewhere_link, newer, made_at=now - timedelta(minutes=3))
    with scope.everything():
        reactions.compute_guests([elsewhere.pk], now)
