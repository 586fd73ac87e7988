"""What comes back in the demo house: a mailbox, a gateway with its hook, what guests wrote on the site."""

from __future__ import annotations

from staytrue.forms import website
from staytrue.forms.models import WebsiteForm
from staytrue.forms.website import Told
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.messages import outlets
from staytrue.messages.carriers.base import Sender
from staytrue.messages.models import Outlet
from staytrue.mirror.models import Profile
from staytrue.staff import audit
from tests.web import scene

TWILIO = "twilio://AC0123456789abcdef0123456789abcdef:token@+351911222333/{to}"


def _written(hotel: Property) -> None:
    """Somebody we know, with another number, and somebody who is nobody yet."""
    who = (
        Profile.objects.filter(property_id=hotel.pk, last_name__isnull=False)
        .exclude(emails=[])
        .first()
    )
    assert who
    mail = who.emails[0]["address"]
    for told in (
        Told("album-1", who.first_name or "", who.last_name or "", mail, "+34 600 999 888",
             "Is the pool heated in May?", True, "News and offers", "2026-11"),
        Told("album-2", "Noa", "Bergeron", "noa@bergeron.example", "",
             "Do you have a room with a view of the river?"),
    ):  # fmt: skip
        website.take(hotel, told, scene.NOW)


def pages() -> dict[str, str]:
    """Names and paths for the album."""
    with scope.everything(), audit.acting("tests", scene.NOW):
        lisbon = Property.objects.get(code="LIS")
        mails = Outlet.objects.get(property=lisbon, channel="email")
        told = {"address": TWILIO, "webhook_secret": "of-the-album"}
        texts = outlets.set_up(lisbon, "sms", "gateway", told, Sender(""))
        for code in ("BIO", "LIS"):
            house = Property.objects.get(code=code)
            WebsiteForm.objects.update_or_create(property=house, defaults={"is_open": True})
        _written(Property.objects.get(code="BIO"))
    return {
        "!website-form": "/w/BIO/",
        "!website-form-sent": "/w/BIO/?sent=yes",
        "!website-form-asks": "/w/LIS/?sent=yes",
        "website-entries": "/guests/forms/",
        "capture": "/guests/capture/",
        "coming-back": f"/sending/{mails.pk}/back/",
        "coming-back-texts": f"/sending/{texts.pk}/back/",
    }
