"""Customers, companies and accounts of Mews become canonical profiles."""

from __future__ import annotations

from datetime import date
from typing import Any

from staytrue.connectors.mews import entities, words
from staytrue.connectors.mews.known import Known, Notes, said, utc
from staytrue.hotel.codes import ProfileKind
from staytrue.hotel.contacts import addresses_in, country_code, email, language_tag
from staytrue.hotel.phones import phone
from staytrue.hotel.records import Address, Consent, Email, Loyalty, Phone, Profile
from staytrue.kit.errors import Unreadable
from staytrue.kit.text import clean_lines

LOYALTY_CODE = "LoyaltyCode"
"""The programme of a customer's one own code, unless the connection names it."""


def customer(one: entities.Customer, known: Known, notes: Notes) -> Profile:
    """A person, or a paymaster, which is an account of the house and no person."""
    flags = one.classifications or []
    source_id = _id(one.id)
    custom: dict[str, Any] = {
        "number": said(one.number),
        "sex": said(one.sex),
        "occupation": said(one.occupation),
        "classifications": flags,
        "preferences": one.preferred_space_features,
        "dietary_requirements": said(one.dietary_requirements),
        "company_id": one.company_id,
    }
    language = said(one.preferred_language_code) or said(one.language_code)
    nationality = said(one.nationality_code)
    places = _places(source_id, one.address_id, one.address, known, notes)
    profile = Profile(
        source_id=source_id,
        kind=ProfileKind.OTHER if words.PAYMASTER in flags else ProfileKind.PERSON,
        title=said(one.title),
        first_name=said(one.first_name),
        last_name=said(one.last_name),
        second_last_name=said(one.second_last_name),
        birth_date=_birth(one.birth_date, known, notes),
        language=_coded("language", language, language_tag, custom, notes),
        nationality=_coded("nationality", nationality, country_code, custom, notes),
        country=next((place.country for place in places if place.country), None),
        emails=_emails(one.email, None, notes, masked=one.has_ota_email is True),
        phones=_phones(one.phone or one.telephone, known, notes),
        addresses=places,
        loyalty=_loyalty(one, source_id, known),
        vip=next((word for word in words.VIP if word in flags), None),
        consents=_consents(one.options),
        merged_into=one.merge_target_id,
        deleted=one.is_active is False or one.activity_state == "Deleted",
        modified_at=utc(one.updated_utc),
        notes=_noted(one.notes, source_id, known),
        custom=custom,
    )
    profile.custom = {name: value for name, value in custom.items() if value}
    return profile


def company(one: entities.Company, known: Known, notes: Notes) -> Profile:
    """A company or agency: its name stands where a person's family name does."""
    source_id = _id(one.id)
    places = _places(source_id, one.address_id, None, known, notes)
    custom = {
        "number": said(one.number),
        "contact": said(one.contact),
        "contact_person": said(one.contact_person) or said(one.contac_person),
        "department": said(one.department),
        "iata": said(one.iata),
        "website": said(one.website_url),
        "external_identifier": said(one.external_identifier),
    }
    return Profile(
        source_id=source_id,
        kind=ProfileKind.COMPANY,
        last_name=said(one.name),
        country=next((place.country for place in places if place.country), None),
        emails=_emails(one.email, None, notes) + _emails(one.invoicing_email, "invoicing", notes),
        phones=_phones(one.telephone, known, notes),
        addresses=places,
        deleted=one.is_active is False,
        modified_at=utc(one.updated_utc),
        notes=_noted(one.notes, source_id, known),
        custom={name: value for name, value in custom.items() if value},
    )


def of_account(account: Any) -> tuple[str, dict[str, Any]]:
    """An account as the record it wraps: its options and classifications are switches there."""
    kind = str(account.get("Discriminator")) if isinstance(account, dict) else ""
    inner = account.get(kind) if kind in ("Customer", "Company") else None
    if not isinstance(inner, dict):
        raise Unreadable(f"An account of the kind {kind[:40]!r} is unknown.", "unknown_account")
    record = {**inner, "Id": account.get("Id")}
    for name in ("Options", "Classifications"):
        if isinstance(record.get(name), dict):
            record[name] = [word for word, is_on in record[name].items() if is_on is True]
    return kind, record


def _id(id: str | None) -> str:
    if not id:
        raise Unreadable("The id is missing.", "missing_source_id", field="source_id")
    return id


def _birth(text: str | None, known: Known, notes: Notes) -> str | None:
    if not text:
        return None
    try:
        born = date.fromisoformat(text[:10])
    except ValueError:
        born = None
    if born is None or not date(1900, 1, 1) <= born <= known.settings.read_at.date():
        notes.append(("unreadable_cell", {"field": "birth_date", "text": text[:40]}))
        return None
    return born.isoformat()


def _coded(
    field: str, text: str | None, look_up: Any, custom: dict[str, Any], notes: Notes
) -> str | None:
    """A standard code; the PMS's own word stays beside it where it says something else."""
    if text is None:
        return None
    code: str | None = look_up(text)
    if code is None:
        notes.append(("unknown_word", {"field": field, "word": text}))
    if code != text:
        custom[f"{field}_text"] = text
    return code


def _emails(
    text: str | None, type: str | None, notes: Notes, *, masked: bool = False
) -> list[Email]:
    told = said(text)
    if told is None:
        return []
    found = addresses_in(told)
    if found is None:
        notes.append(("unreadable_cell", {"field": "email", "text": told[:254]}))
        return []
    mails = [email(one, type) for one in found]
    for mail in mails:
        # The PMS knows relays we have never seen.
        mail.masked = mail.masked or masked
    return mails


def _phones(text: str | None, known: Known, notes: Notes) -> list[Phone]:
    told = said(text)
    if told is None:
        return []
    found = phone(told, None, known.country)
    if found.number is None:
        notes.append(("unreadable_cell", {"field": "phone", "text": told[:60]}))
    return [found]


def _places(
    owner: str, first: str | None, inline: entities.Place | None, known: Known, notes: Notes
) -> list[Address]:
    """Addresses of their own entity, the main one first; else the one inside the customer."""
    own = known.of("Addresses", entities.Address, "account_id", owner)
    own = [one for one in own if one.is_active is not False]
    own.sort(key=lambda one: one.id != first)
    told: list[entities.Address | entities.Place] = [*own] or ([inline] if inline else [])
    return [place for one in told if (place := _place(one, notes))]


def _place(one: entities.Address | entities.Place, notes: Notes) -> Address | None:
    country = said(one.country_code)
    code = country_code(country) if country else None
    if country and code is None:
        notes.append(("unknown_word", {"field": "country", "word": country}))
    place = Address(
        line1=said(one.line1),
        line2=said(one.line2),
        postcode=said(one.postal_code),
        city=said(one.city),
        region=said(one.country_subdivision_code),
        country=code,
    )
    return place if place != Address() else None


def _loyalty(one: entities.Customer, owner: str, known: Known) -> list[Loyalty]:
    """Cards, the main one first. A programme without a name goes by its id."""
    cards = known.of("LoyaltyMemberships", entities.LoyaltyMembership, "account_id", owner)
    cards = [card for card in cards if card.is_active is not False]
    cards.sort(key=lambda card: card.is_primary is not True)
    found = [
        Loyalty(
            known.label(known.named("LoyaltyPrograms", card.loyalty_program_id))
            or card.loyalty_program_id
            or LOYALTY_CODE,
            said(card.membership_number) or said(card.code),
            known.label(known.named("LoyaltyTiers", card.loyalty_tier_id)),
        )
        for card in cards
    ]
    code = said(one.loyalty_code)
    if code and all(card.number != code for card in found):
        programme = known.settings.values.get("loyalty_programme") or LOYALTY_CODE
        found.append(Loyalty(str(programme), code))
    return found


def _consents(options: list[str] | None) -> list[Consent]:
    """An option in the list is given, one that is not there is not; without a list nobody knows."""
    if options is None:
        return []
    return [
        Consent(purpose, channel, "in" if option in options else "out")
        for option, (purpose, channel) in words.CONSENTS.items()
    ]


def _noted(own: str | None, owner: str, known: Known) -> str | None:
    found = known.of("AccountNotes", entities.AccountNote, "account_id", owner)
    texts = [own, *(note.content for note in found if note.is_active is not False)]
    return "\n".join(text for one in texts if (text := clean_lines(one or ""))) or None
