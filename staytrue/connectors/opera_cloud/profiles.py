"""OPERA profiles → canonical profiles. Only guests and contacts are people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from staytrue.connectors.opera_cloud.reading import (
    Json,
    day,
    every,
    flag,
    lines,
    moment,
    objects,
    one,
    text,
)
from staytrue.connectors.opera_cloud.words import House, Notes
from staytrue.hotel.codes import ProfileKind
from staytrue.hotel.contacts import addresses_in, country_code, email, language_tag
from staytrue.hotel.phones import phone
from staytrue.hotel.records import Address, Consent, Email, Loyalty, Phone, Profile
from staytrue.kit.errors import Unreadable

KINDS = {
    "GUEST": ProfileKind.PERSON,
    "CONTACT": ProfileKind.PERSON,
    "COMPANY": ProfileKind.COMPANY,
    "AGENT": ProfileKind.AGENCY,
    "TRAVELAGENT": ProfileKind.AGENCY,
}
# Purpose and channel, and the flags that speak of them: the first one that is set counts.
CONSENTS = (
    ("marketing", "email", ("optInEmail",)),
    ("marketing", "sms", ("optInSms",)),
    ("marketing", "phone", ("optInPhone",)),
    ("marketing", "post", ("optInMailingList",)),
    ("contact", "email", ("allowEmail",)),
    ("contact", "sms", ("allowSMS",)),
    ("contact", "phone", ("allowPhone",)),
    ("market_research", "any", ("optInMarketResearch", "marketResearchParticipation")),
    ("third_party", "any", ("optInThirdParty", "infoFromThirdParty")),
    (
        "loyalty_enrolment",
        "any",
        ("optInAutoEnrollmentMember", "autoEnrollLoyaltyProgram"),
    ),
)


def id_of(ids: Json | list[Json] | None, kind: str) -> str | None:
    """The id of this type; a lone id without a type is taken for it."""
    typed = [(text(item, "type"), found) for item in objects(ids) if (found := text(item, "id"))]
    wanted = kind.upper()
    for said, found in typed:
        if said and said.upper().replace(" ", "") == wanted:
            return found
    return typed[0][1] if len(typed) == 1 and typed[0][0] is None else None


def read_profile(source_id: str | None, body: Json, house: House, notes: Notes) -> Profile:
    """A profile by its own read, or as far as a reservation shows it."""
    if source_id is None:
        raise Unreadable("The profile has no id of type Profile.", "no_number")
    customer, kind_word = one(body, "customer"), text(body, "profileType") or "Guest"
    kind = KINDS.get(kind_word.upper().replace(" ", ""), ProfileKind.OTHER)
    profile = Profile(source_id=source_id, kind=kind, custom={})
    _name(profile, customer, one(body, "company"))
    _person(profile, customer, house, notes)
    profile.emails = _emails(body, notes)
    profile.phones = _phones(body, house, notes)
    profile.addresses = _addresses(body, notes)
    profile.country = next((found.country for found in profile.addresses if found.country), None)
    profile.loyalty = _memberships(body)
    profile.consents = _consents(body)
    said = [lines(comment, "text", "value") for comment in _open_comments(body)]
    profile.notes = "\n".join(note for note in said if note) or None
    read_at = house.settings.read_at
    profile.modified_at = moment(body, house.instants, "lastModifyDateTime", until=read_at)
    preferences = [
        found
        for item in objects(body, "preferenceCollection", "preferenceType", "preference")
        if (found := text(item, "description") or text(item, "preferenceValue"))
    ]
    prompted = day(body, "privacyInfo", "lastPrivacyPromptDate")
    profile.custom |= {
        name: value
        for name, value in (
            ("preferences", preferences),
            ("privacy_prompted_on", prompted and prompted.isoformat()),
            ("restricted", flag(body, "profileRestrictions", "restricted")),
            # The victim of a merge, or a guest the hotel put away: still readable, not active.
            ("status", text(body, "statusCode") if _is_away(body) else None),
        )
        if value
    }
    return profile


def survivor_of(body: Json, facts: Mapping[str, Any]) -> str | None:
    """Who the profile went into: as an event tells, or as is known, until it is active again."""
    told: str | None = facts.get("merged_into")
    return told or (facts.get("was_merged_into") if _is_away(body) else None)


def _is_away(body: Json) -> bool:
    return (text(body, "statusCode") or "").upper() == "INACTIVE"


def read_seen_guest(guest: Json, house: House, notes: Notes) -> Profile | None:
    """The guest as a line of a reservation search shows him: one phone, one e-mail, one town."""
    if (source_id := text(guest, "id")) is None:
        return None
    membership = one(guest, "membership")
    body: Json = {
        "customer": {
            "personName": [{**guest, "nameType": "Primary"}],
            "anonymization": guest.get("anonymization"),
            "birthDate": guest.get("birthDate"),
            "language": guest.get("language"),
            "nationality": text(guest, "nationality", "code"),
            "vipStatus": text(guest, "vip", "vipCode"),
        },
        # `nameType` of a search line is the type of the profile.
        "profileType": guest.get("nameType"),
        "emails": {"emailInfo": {"email": {"emailAddress": text(guest, "email")}}},
        "telephones": {"telephoneInfo": {"telephone": {"phoneNumber": text(guest, "phoneNumber")}}},
        "addresses": {"addressInfo": {"address": _seen_address(one(guest, "address"))}},
        "profileMemberships": {
            "profileMembership": {
                "membershipType": membership.get("programCode"),
                "membershipId": membership.get("accountId"),
                "membershipLevel": membership.get("membershipLevel"),
            }
        },
    }
    return read_profile(source_id, body, house, notes)


def _seen_address(address: Json) -> Json:
    return {**address, "addressLine": address.get("streetAddress")}


def _name(profile: Profile, customer: Json, company: Json) -> None:
    """The primary name. The list also holds other alphabets and names to hide behind."""
    names = objects(customer, "personName")
    typed = [((text(name, "nameType") or "").upper(), name) for name in names]
    primary = next((name for word, name in typed if word == "PRIMARY"), None)
    primary = primary or next((name for word, name in typed if not word), {})
    if profile.kind in (ProfileKind.COMPANY, ProfileKind.AGENCY):
        profile.last_name = text(company, "companyName") or text(primary, "surname")
    else:
        profile.title = text(primary, "nameTitle") or text(primary, "namePrefix")
        profile.first_name = text(primary, "givenName")
        profile.last_name = text(primary, "surname") or text(company, "companyName")
        profile.second_last_name = text(primary, "name2")
    if middle := text(primary, "middleName"):
        profile.custom["middle_name"] = middle
    alternate = next((name for word, name in typed if word == "ALTERNATE"), {})
    said = [text(alternate, "givenName"), text(alternate, "surname")]
    if any(said):
        profile.custom["alternate_name"] = " ".join(part for part in said if part)


def _person(profile: Profile, customer: Json, house: House, notes: Notes) -> None:
    born = day(customer, "birthDate")
    # A masked birth date holds signs instead of digits, and so is none.
    profile.birth_date = (
        born.isoformat() if born and born <= house.settings.read_at.date() else None
    )
    profile.vip = text(customer, "vipStatus")
    nationality = text(customer, "nationality") or text(customer, "citizenCountry", "code")
    if nationality:
        profile.nationality = country_code(nationality)
        if profile.nationality is None:
            profile.custom["nationality_text"] = nationality
    if word := text(customer, "language"):
        # A hotel's own codes: E may be English or Español, so one letter alone says nothing.
        said = house.languages.get(word.upper()) or (word if len(word) > 1 else "")
        profile.language = language_tag(said) if said else None
        if profile.language is None:
            profile.custom["language_code"] = word
            notes.unknown("language", word)
    hidden = text(customer, "anonymization", "anonymizationStatus")
    profile.anonymised = hidden is not None and hidden.upper() == "ANONYMIZED"
    if hidden and not profile.anonymised:
        profile.custom["anonymization"] = hidden
    if gender := text(customer, "gender"):
        profile.custom["gender"] = gender
    if flag(customer, "blacklist"):
        profile.custom["blacklisted"] = True


def _in_order(body: Json, group: str, info: str, item: str) -> list[Json]:
    """The entries of a list of contacts, the primary one first."""
    found = objects(body, group, info, item)
    return sorted(found, key=lambda entry: not flag(entry, "primaryInd"))


def _emails(body: Json, notes: Notes) -> list[Email]:
    emails: list[Email] = []
    for entry in _in_order(body, "emails", "emailInfo", "email"):
        said = text(entry, "emailAddress")
        if said is None:
            continue
        # OPERA shows stars to users without the right to see; such an address reaches nobody.
        addresses = None if "**" in said else addresses_in(said)
        if addresses is None:
            notes.unreadable("email", said)
            continue
        emails += [email(address, text(entry, "type")) for address in addresses]
    return emails


def _phones(body: Json, house: House, notes: Notes) -> list[Phone]:
    phones: list[Phone] = []
    for entry in _in_order(body, "telephones", "telephoneInfo", "telephone"):
        raw = text(entry, "phoneNumber")
        if raw is None:
            continue
        kind = text(entry, "phoneUseType") or text(entry, "phoneUseTypeDescription")
        found = phone(raw, kind, house.settings.country)
        if found.number is None:
            notes.unreadable("phone", raw)
        phones.append(found)
    return phones


def _addresses(body: Json, notes: Notes) -> list[Address]:
    addresses: list[Address] = []
    for entry in _in_order(body, "addresses", "addressInfo", "address"):
        said = [clean for line in every(entry, "addressLine") if (clean := text(line))]
        country = text(entry, "country", "code") or text(entry, "country", "value")
        country = country or text(entry, "country")
        code = country_code(country) if country else None
        if country and code is None:
            notes.unknown("country", country)
        address = Address(
            line1=said[0] if said else None,
            line2=", ".join(said[1:]) or None,
            postcode=text(entry, "postalCode"),
            city=text(entry, "cityName") or text(entry, "city"),
            region=text(entry, "state"),
            country=code,
        )
        if address != Address():
            address.type = text(entry, "type")
            addresses.append(address)
    return addresses


def _memberships(body: Json) -> list[Loyalty]:
    memberships: list[Loyalty] = []
    for entry in objects(body, "profileMemberships", "profileMembership"):
        programme = text(entry, "membershipType") or text(entry, "programDescription")
        if programme and not flag(entry, "inactive"):
            number, level = text(entry, "membershipId"), text(entry, "membershipLevel")
            memberships.append(Loyalty(programme, number, level))
    return memberships


def _consents(body: Json) -> list[Consent]:
    privacy = one(body, "privacyInfo")
    consents: list[Consent] = []
    for purpose, channel, names in CONSENTS:
        said = next((said for name in names if (said := flag(privacy, name)) is not None), None)
        if channel == "post" and flag(body, "mailingActions", "active") is False:
            # Two flags for the same right: the one that forbids counts.
            said = False
        if said is not None:
            consents.append(Consent(purpose, channel, "in" if said else "out"))
    return consents


def _open_comments(body: Json) -> list[Json]:
    found = objects(body, "comments", "commentInfo", "comment")
    return [comment for comment in found if not flag(comment, "confidential")]
