"""What the demo house writes: letterheads, the texts that ship, one live, one that waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.messages.kinds import Kind
from staytrue.messages.writing import letterheads, standard_set, versions
from staytrue.staff.access import access_of, house_access
from staytrue.staff.models import Member

PAGES = {
    "texts": "/texts/",
    "texts-hotel": "/texts/?hotel=BIO",
    "text": "/texts/pre_stay/email/?hotel=BIO&in=fr",
    "text-waiting": "/texts/win_back/email/?hotel=BIO&in=en",
    "text-sms": "/texts/pre_checkin/sms/?hotel=BIO&in=es",
    "letterhead": "/texts/letterhead/BIO/",
}


def build(now: datetime) -> None:
    """Both hotels have letterheads; Bilbao wrote a text of its own, and its chief must look."""
    access = house_access("scene")
    with scope.everything():
        for hotel in Property.objects.filter(code__in=["BIO", "LIS"]):
            letterheads.set_letterhead(access, hotel, _head(hotel), now)
        versions.adopt_standard(access, standard_set.SETS, now)
        writer = access_of(Member.objects.order_by("pk")[0])
        sirga = Property.objects.get(code="BIO")
        texts = {
            language: replace(
                text, body=f"{text.body}\n\n[Offer](https://offers.other.example/may)"
            )
            for language, text in standard_set.texts(Kind.WIN_BACK).items()
        }
        draft = versions.save_draft(writer, Kind.WIN_BACK, "email", sirga.pk, texts, now)
        versions.send_for_approval(writer, draft.pk, now)


def _head(hotel: Property) -> dict[str, object]:
    return {
        "legal_line": f"{hotel.name} SL, Muelle de la Merced 9, 48003 {hotel.city}",
        "address": f"Muelle de la Merced 9, 48003 {hotel.city}",
        "phone": "+34 944 55 01 00",
        "email": "hello@sirga.example",
        "website": "https://sirga.example",
        "domains": ["sirga.example"],
        "colour": "#162a22",
        "check_in_from": time(15),
        "check_out_until": time(12),
        "directions": {
            "fr": "Métro L1 vers Etxebarri, trois arrêts, cinq minutes le long du quai."
        },
    }
