"""Who is behind a contact point: private, company, agency, relay, family, own or placeholder. Pure.

Told by its letters where they say it plainly, and else by how it is used: by how many, with which
names, booked through which channels, in one hotel or several, and by its domain's other addresses.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from staytrue.consent.facts import DomainFacts, Facts
from staytrue.consent.rules import Role
from staytrue.consent.signs import (
    FREE_MAIL,
    says_house,
    sells_travel,
    split,
    stands_for_nothing,
    takes_bookings,
)
from staytrue.hotel.contacts import email, is_relay_address

SHARED_ABOVE, GENERIC_ABOVE = 3, 12
"""More surnames than this, and it is no family's; of nobody in particular. As in matching."""
_MOST, _SOME = 0.5, 0.3
_OWN_MOST = 6
_HANDFUL, _CROWD, _PARTY = 6, 10, 20
_SAMPLED, _FREE_LEAST, _FREE_NUMBERED, _FREE_NAMES = 40, 12, 0.1, 0.5
_RELAY_LEAST, _RELAY_SERIAL, _RELAY_OTA = 5, 0.6, 0.9


class Verdict(msgspec.Struct, frozen=True):
    """A role and why: `why` is one of the words below, the facts are in the `basis`."""

    role: Role
    why: str
    facts: Facts

    @property
    def basis(self) -> dict[str, Any]:
        """What a screen needs to say it in words; what is naught is left out."""
        told = msgspec.to_builtins(self.facts)
        domain = {name: value for name, value in told.pop("domain").items() if value}
        kept = {
            name: round(value, 3) if isinstance(value, float) else value
            for name, value in told.items()
            if value and name not in ("kind", "value")
        }
        return {"why": self.why} | kept | ({"domain": domain} if domain else {})


WHY = {
    "stands_for_nothing", "relay_host", "relay_behaviour", "named_after_hotel",
    "one_hotel_lends_it", "sells_travel", "agency_profile", "agency_channels", "many_unrelated",
    "company_profile", "business_stays", "business_domain", "lives_together", "one_surname",
    "on_one_booking", "few_people", "booked_for_friends", "one_person", "bounces", "one_journey",
}  # fmt: skip
"""Every reason there is."""


def is_free_mail(host: str, domain: DomainFacts) -> bool:
    """Whether anybody may have a mailbox there: known, or seen from those who have one.

    Of a firm people come on business, and hardly anybody is called jane.smith42.
    """
    if host in FREE_MAIL:
        return True
    if domain.ota >= _RELAY_OTA or domain.surnames < _FREE_NAMES * min(domain.addresses, _SAMPLED):
        return False
    is_numbered = domain.addresses >= _SAMPLED and domain.with_number >= _FREE_NUMBERED
    is_leisure = domain.stays >= _FREE_LEAST and domain.business < _SOME and domain.agency < _SOME
    return is_numbered or (domain.addresses >= _FREE_LEAST and is_leisure)


def role_of(facts: Facts, houses: Collection[str] = ()) -> Verdict:
    """The role that the evidence speaks for; `houses` are the particular names of our hotels."""
    role, why = _plain(facts, houses) or _used(facts)
    return Verdict(role, why, facts)


def _plain(facts: Facts, houses: Collection[str]) -> tuple[Role, str] | None:
    """What letters and digits say by themselves."""
    is_email = facts.kind == "email"
    if is_email and (facts.masked or email(facts.value, None).masked):
        return Role.RELAY, "relay_host"
    if stands_for_nothing(facts.kind, facts.value):
        return Role.PLACEHOLDER, "stands_for_nothing"
    if facts.bounces and facts.surnames > 1:
        # Nobody reads it, and yet several gave it: it was typed to fill the field.
        return Role.PLACEHOLDER, "bounces"
    if not is_email:
        return None
    if is_relay_address(facts.value):
        return Role.RELAY, "relay_host"
    local, host = split(facts.value)
    if says_house(local, host, houses, is_shared=facts.surnames > SHARED_ABOVE):
        return Role.OWN, "named_after_hotel"
    domain = facts.domain
    if (
        domain.addresses >= _RELAY_LEAST
        and domain.serial >= _RELAY_SERIAL
        and domain.ota >= _RELAY_OTA
    ):
        return Role.RELAY, "relay_behaviour"
    return None


def _used(facts: Facts) -> tuple[Role, str]:
    if facts.kind == "email":
        address_host, domain = facts.value.rpartition("@")[2], facts.domain
        is_own = facts.domain_named and domain.addresses < _OWN_MOST and domain.business <= _MOST
        if not is_free_mail(address_host, domain) and (
            not is_own or facts.agencies or facts.companies or sells_travel(address_host)
        ):
            return _of_a_firm(facts)
    return _shared(facts) if facts.surnames > SHARED_ABOVE else _of_few(facts)


def _of_a_firm(facts: Facts) -> tuple[Role, str]:
    """An address of somebody's own domain: an agency's, or a company's."""
    local, host = split(facts.value)
    # Few stays say little: those of the domain's other addresses are counted with them.
    agency = facts.agency * facts.stays + facts.domain.agency * facts.domain.stays
    business = facts.business * facts.stays + facts.domain.business * facts.domain.stays
    if facts.agencies > facts.companies:
        return Role.AGENCY, "agency_profile"
    if sells_travel(host) and not (facts.named and business > agency):
        return Role.AGENCY, "sells_travel"
    if facts.companies:
        return Role.COMPANY, "company_profile"
    if agency != business:
        is_agency = agency > business
        return (Role.AGENCY, "agency_channels") if is_agency else (Role.COMPANY, "business_stays")
    if takes_bookings(local) or (facts.surnames > 1 and not facts.named):
        return Role.AGENCY, "many_unrelated"
    return Role.COMPANY, "business_domain"


def _shared(facts: Facts) -> tuple[Role, str]:
    """What more families use than are friends: of nobody in particular."""
    local, _ = split(facts.value) if facts.kind == "email" else ("", "")
    if facts.agencies > facts.companies:
        return Role.AGENCY, "agency_profile"
    if sells_travel(local) and (facts.surnames > 1 or not facts.named):
        return Role.AGENCY, "sells_travel"
    if facts.one_home and facts.people < _CROWD:
        return Role.FAMILY, "lives_together"
    # A tour is one journey too, and nobody's friends.
    if facts.agency > _MOST and not facts.named:
        return Role.AGENCY, "agency_channels"
    if facts.people < _PARTY and _is_for_friends(facts):
        return Role.PRIVATE, "booked_for_friends"
    if facts.companies or (facts.business > _MOST and facts.business > facts.agency):
        return Role.COMPANY, "company_profile" if facts.companies else "business_stays"
    if facts.agency >= _SOME:
        return Role.AGENCY, "agency_channels"
    if facts.people < (_CROWD if facts.named else _HANDFUL) and not facts.apart:
        return Role.FAMILY, "few_people"
    if facts.hotels == 1 and facts.surnames > GENERIC_ABOVE:
        return Role.OWN, "one_hotel_lends_it"
    return Role.AGENCY, "many_unrelated"


def _of_few(facts: Facts) -> tuple[Role, str]:
    local, _ = split(facts.value) if facts.kind == "email" else ("", "")
    if facts.agencies and not facts.named:
        return Role.AGENCY, "agency_profile"
    if sells_travel(local) and (facts.surnames > 1 or not facts.named):
        return Role.AGENCY, "sells_travel"
    if facts.people < 2:
        # Whoever only came through agencies, in a mailbox of another name, may never read it.
        is_agency = facts.kind == "email" and facts.agency > _MOST and not facts.named
        return (Role.AGENCY, "agency_channels") if is_agency else (Role.PRIVATE, "one_person")
    if facts.one_home:
        return Role.FAMILY, "lives_together"
    if facts.surnames == 1:
        return Role.FAMILY, "one_surname"
    if facts.trips == 1 and facts.others_stayed == facts.others and not facts.homes_apart:
        return Role.FAMILY, "one_journey"
    if facts.agency > _MOST and not facts.named and not facts.joined:
        return Role.AGENCY, "agency_channels"
    if _is_for_friends(facts):
        return Role.PRIVATE, "booked_for_friends"
    if facts.joined:
        return Role.FAMILY, "on_one_booking"
    if not facts.named and facts.apart:
        return Role.AGENCY, "many_unrelated"
    return Role.FAMILY, "few_people"


def _is_for_friends(facts: Facts) -> bool:
    """Once in a while one books for others: one journey, in a mailbox that is somebody's.

    A single companion is rather of the house, unless he lives elsewhere.
    """
    if facts.others_trips != 1 or facts.others_stayed < facts.others:
        return False
    belongs = facts.named or facts.profiles > facts.people
    return facts.homes_apart and belongs if facts.others == 1 else facts.others > 2 or belongs
