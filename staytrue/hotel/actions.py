"""The only writer of group, properties and their words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from zoneinfo import available_timezones

import pycountry
from babel.numbers import list_currencies
from django.db import transaction

from staytrue.hotel.models import Group, LegalEntity, Property, Rate, RoomCategory
from staytrue.kit.errors import Refused


def name_group(name: str) -> Group:
    """The one group of this database; a second call keeps the first name."""
    return Group.objects.get_or_create(id=1, defaults={"name": name})[0]


@transaction.atomic
def add_property(
    code: str,
    *,
    name: str,
    timezone: str,
    country: str,
    currency: str,
    language: str = "en",
    city: str = "",
    legal_entity: str = "",
) -> Property:
    """A hotel. Its words are checked here, because every date and amount to come rests on them."""
    country, currency = country.upper(), currency.upper()
    if not code.strip() or ":" in code:
        raise Refused(f"{code!r} cannot be a code: it must have a letter and no colon.", "code")
    if timezone not in available_timezones():
        raise Refused(
            f"There is no time zone {timezone}. It looks like Europe/Madrid.", "timezone_unknown"
        )
    if pycountry.countries.get(alpha_2=country) is None:
        raise Refused(
            f"There is no country {country}. Give two letters, like ES.", "country_unknown"
        )
    if currency not in list_currencies():
        raise Refused(
            f"There is no currency {currency}. Give three letters, like EUR.", "currency_unknown"
        )
    if Property.objects.filter(code=code).exists():
        raise Refused(f"There is a property {code} already.", "property_exists", property=code)
    owner = (
        LegalEntity.objects.get_or_create(name=legal_entity, defaults={"country": country})[0]
        if legal_entity
        else None
    )
    made = Property.objects.create(
        code=code,
        name=name,
        timezone=timezone,
        country=country,
        currency=currency,
        language=language,
        city=city,
        legal_entity=owner,
    )
    # What the database made of it: a time, not the text of its default.
    made.refresh_from_db()
    return made


def label_rates(
    property_id: int, labels: Iterable[tuple[str, str, date | None, date | None]]
) -> None:
    """Say what people read for rate codes, and from when until when; other codes stay as they are."""
    known = {
        (rate.code, rate.valid_from): (rate.label, rate.valid_to)
        for rate in Rate.objects.filter(property_id=property_id)
    }
    for code, label, first, last in labels:
        if known.get((code, first)) != (label, last):
            Rate.objects.update_or_create(
                property_id=property_id,
                code=code,
                valid_from=first,
                defaults={"label": label, "valid_to": last},
            )


def label_categories(property_id: int, labels: Iterable[tuple[str, str]]) -> None:
    """Say what people read for the codes of room categories."""
    known = dict(RoomCategory.objects.filter(property_id=property_id).values_list("code", "label"))
    for code, label in labels:
        if known.get(code) != label:
            RoomCategory.objects.update_or_create(
                property_id=property_id, code=code, defaults={"label": label}
            )
