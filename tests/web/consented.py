"""What guests of the demo house said about being written to: for pictures of consent."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from staytrue.consent import acts, desk, proposals
from staytrue.consent.actions import keep_contacts, learn_roles
from staytrue.consent.acts import About, Spoken
from staytrue.consent.models import ContactUse
from staytrue.consent.proposals import Heard
from staytrue.consent.purposes import GROUP, ONE_CLICK, Channel, Origin, Within
from staytrue.consent.ratchet import Cause
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.mirror.models import Profile
from staytrue.staff.access import access_of, house_access
from staytrue.staff.models import Member


def build(known: Profile, elsewhere: Profile, now: datetime) -> None:
    """One agreed on the website and left by a click; others bounced, complained and replied."""
    with scope.everything():
        ids = list(Profile.objects.order_by("pk").values_list("pk", flat=True)[:200])
        learn_roles(keep_contacts([known.pk, elsewhere.pk, *ids], now), now)
        uses = list(
            ContactUse.objects.filter(
                contact_point__kind="email", until_at=None, profile_id__in=ids
            )
            .exclude(profile_id__in=[known.pk, elsewhere.pk])
            .order_by("pk")[:3]
        )
        sirga = Property.objects.get(code="BIO")
        lea = access_of(Member.objects.get(name="Léa Morel"))
        his = ContactUse.objects.filter(
            profile_id=elsewhere.pk, contact_point__kind="email", until_at=None
        ).first()
        point = his.contact_point_id if his else None
        agreed = Spoken(
            Origin.FORM, "website", elsewhere.property_id, wording="Yes, send me news of your hotels.",
            wording_version="3", language="es", said_at=now - timedelta(days=200),
        )  # fmt: skip
        acts.opt_in([About(elsewhere.pk, point)], ONE_CLICK, [Channel.EMAIL], GROUP, agreed, now)
        desk.opted_out(lea, [known.pk], sirga, [Channel.SMS], Within.PROPERTY, "No texts, please.", now)  # fmt: skip
        carrier = Spoken(Origin.CARRIER, "carrier", sirga.pk)
        acts.suppress([About(None, uses[0].contact_point_id)], Channel.EMAIL, Cause.BOUNCE, carrier, now)  # fmt: skip
        acts.suppress([About(None, uses[1].contact_point_id)], Channel.EMAIL, Cause.COMPLAINT, carrier, now)  # fmt: skip
        reply = Heard(
            Origin.MAIL_REPLY, Channel.EMAIL, "Merci de me retirer de votre liste.", sirga.pk, "fr",
            uses[2].profile_id, uses[2].contact_point_id, uses[2].written,
        )  # fmt: skip
        proposals.propose(reply, "inbound", now)
        wording = "We may send you news of our hotels; say no at any time."
        chief = house_access(lea.actor)
        desk.sign_statement(chief, sirga, wording, "en", date(2025, 1, 1), now)
