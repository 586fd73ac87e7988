"""The words of the house on screens: codes and field names as people say them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staytrue.connectors import registry
from staytrue.web import staff_words

Words = dict[str, str | Promise]

STATUS: Words = {
    "inquiry": _("Inquiry"),
    "option": _("Option"),
    "waitlist": _("Waitlist"),
    "confirmed": _("Confirmed"),
    "in_house": _("In house"),
    "checked_out": _("Checked out"),
    "cancelled": _("Cancelled"),
    "no_show": _("No-show"),
    "out_of_sight": _("Out of sight"),
}
CHANNEL: Words = {
    "website": _("Website"),
    "direct": _("Direct"),
    "corporate": _("Corporate"),
    "ota": _("OTA"),
    "gds": _("GDS"),
    "tour_operator": _("Tour operator"),
    "wholesale": _("Wholesale"),
    "group": _("Group"),
    "other": _("Other"),
}
SEGMENT: Words = {
    "business": _("Business"),
    "leisure": _("Leisure"),
    "group": _("Group"),
    "other": _("Other"),
}
BOARD: Words = {
    "RO": _("Room only"),
    "BB": _("Breakfast"),
    "HB": _("Half board"),
    "FB": _("Full board"),
    "AI": _("All inclusive"),
}
PAYMENT: Words = {
    "card": _("Card"),
    "transfer": _("Transfer"),
    "cash": _("Cash"),
    "agency": _("Agency"),
    "other": _("Other"),
}
ROLE_ON_STAY: Words = {
    "primary": _("main guest"),
    "booker": _("booked"),
    "companion": _("companion"),
}
PROFILE_KIND: Words = {
    "person": _("Person"),
    "company": _("Company"),
    "agency": _("Agency"),
    "other": _("Other"),
}
FOLIO_KIND: Words = {
    "room": _("Room"),
    "extra": _("Extra"),
    "tax": _("Tax"),
    "payment": _("Payment"),
    "correction": _("Correction"),
}
MESSAGE: Words = {
    "confirmation": _("Booking confirmation"),
    "change": _("Change of the stay"),
    "cancellation": _("Cancellation"),
    "arrival_information": _("Arrival information"),
    "pre_check_in": _("Pre-check-in"),
    "pre_stay": _("Pre-stay letter"),
    "welcome": _("Welcome"),
    "mid_stay": _("Mid-stay note"),
    "thank_you": _("Thank you"),
    "survey": _("Survey"),
}
TAB: Words = {
    "arrivals": _("Arrivals"),
    "in_house": _("In house"),
    "departures": _("Departures"),
    "out_of_sight": _("Out of sight"),
}
DELIVERY: Words = {
    "received": pgettext_lazy("delivery", "Being read"),
    "applied": pgettext_lazy("delivery", "In use"),
    "refused": pgettext_lazy("delivery", "Refused"),
    "held": pgettext_lazy("delivery", "Held"),
    "rolled_back": pgettext_lazy("delivery", "Rolled back"),
}
SCOPE: Words = {
    "full": _("all bookings that are not final"),
    "window": _("arrivals of a span of days"),
    "delta": _("only what changed"),
}
OBJECT: Words = {
    "reservation": _("Reservations"),
    "profile": _("Guest profiles"),
    "records": _("Records"),
    "events": _("Events"),
    "summary": _("Summary of changes"),
}
# Why a living PMS was read (`inbox.parcels.Reading`).
READING: Words = {
    "first": _("First load"),
    "walk": _("Full walk"),
    "poll": _("Poll for changes"),
    "sweep": _("Stays of these days, read again"),
    "named": _("Records named by a call or an event"),
    "reading": pgettext_lazy("delivery", "Reading"),
}
TASK: Words = {
    "changes": _("Changes"),
    "near": _("Stays of these days, read again"),
    "audit": _("Comparison with the PMS"),
}
SINCE: Words = {"hour": _("last hour"), "day": _("last 24 hours"), "week": _("last 7 days")}
CHANGE: Words = {
    "created": _("Created"),
    "modified": _("Changed"),
    "dates_moved": _("Dates moved"),
    "room_moved": _("Room changed"),
    "confirmed": _("Confirmed"),
    "cancelled": _("Cancelled"),
    "reinstated": _("Reinstated"),
    "no_show": _("No-show"),
    "no_show_reversed": _("No-show taken back"),
    "checked_in": _("Checked in"),
    "check_in_reversed": _("Check-in taken back"),
    "checked_out": _("Checked out"),
    "check_out_reversed": _("Check-out taken back"),
    "guest_replaced": _("Guest replaced"),
    "roster_changed": _("People changed"),
    "folio_corrected": _("Bill corrected"),
    "out_of_sight": _("Out of sight"),
    "seen_again": _("Seen again"),
    "rolled_back": _("Import rolled back"),
    "profile_created": _("Created"),
    "profile_corrected": _("Changed"),
    "contact_corrected": _("Contact changed"),
    "profiles_merged": _("Merged in the PMS"),
    "profiles_unmerged": _("Merge taken back in the PMS"),
    "profile_deleted": _("Deleted in the PMS"),
    "profile_restored": _("Restored in the PMS"),
    "profile_anonymised": _("Anonymised in the PMS"),
}
FIELD: Words = {
    "number": _("Number"),
    "leg": _("Leg"),
    "property": _("Hotel"),
    "group_number": _("Group"),
    "status": _("State"),
    "source_status": _("PMS word"),
    "status_origin": _("State said by"),
    "arrival_on": _("Arrival"),
    "departure_on": _("Departure"),
    "nights": _("Nights"),
    "created_at": _("Booked"),
    "modified_at": _("Changed in the PMS"),
    "cancelled_at": _("Cancelled"),
    "checked_in_at": _("Checked in"),
    "checked_out_at": _("Checked out"),
    "adults": _("Adults"),
    "children": _("Children"),
    "infants": _("Infants"),
    "room_number": _("Room"),
    "room_category": _("Category"),
    "rate_code": _("Rate"),
    "board": _("Board"),
    "source_board": _("Board, PMS word"),
    "channel": _("Came by"),
    "source_channel": _("Channel, PMS word"),
    "source": _("Partner"),
    "segment": _("Segment"),
    "source_segment": _("Segment, PMS word"),
    "derived_segment": _("Segment, our guess"),
    "amount": _("Amount"),
    "room_amount": _("Room charge"),
    "currency": _("Currency"),
    "tax_included": _("Tax included"),
    "payment_method": _("Paid by"),
    "source_payment": _("Payment, PMS word"),
    "extras": _("Extras"),
    "folio": _("Bill"),
    "guests": _("People"),
    "notes": _("Notes"),
    "custom": _("Other PMS fields"),
    "seen_on": _("Last in the feed"),
    "out_of_sight_since": _("Out of sight since"),
    "out_of_sight_cause": _("Out of sight because"),
    "version": _("Version"),
    "source_id": _("PMS number"),
    "kind": _("Kind"),
    "title": _("Title"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "second_last_name": _("Second last name"),
    "birth_date": _("Born"),
    "language": _("Speaks"),
    "nationality": _("Nationality"),
    "country": _("Lives in"),
    "emails": _("E-mail"),
    "phones": _("Phone"),
    "addresses": _("Address"),
    "loyalty": _("Memberships"),
    "card_token": _("Card token"),
    "vip": _("VIP"),
    "consents": _("Permissions in the PMS"),
    "merged_into": _("Merged into"),
    "deleted": _("Deleted in the PMS"),
    "anonymised": _("Anonymised"),
}
WINDOW: Words = {
    "in_house": _("In house"),
    "next_7": _("Arriving within 7 days"),
    "next_30": _("Arriving within 30 days"),
    "later": _("Arriving later"),
    "past": _("Past"),
}
MISSING: Words = {
    "missing_at_pms": _("not in the PMS"),
    "missing_here": _("not in the mirror"),
}
CAUSE: Words = {
    "missing": _("missing from a complete file"),
    "window": _("its dates left the days the feed covers"),
}
ORIGIN: Words = {"pms": _("the PMS"), "inferred": _("inferred")}
# A PMS is one folder: what it is called stands in its manifest, and nowhere else.
DIALECT: Words = {name: _(registry.manifest(name)["name"]) for name in registry.names()}
SPOKEN: Words = {
    "guest_choice": _("the guest chose it"),
    "stay_language": _("said for the stay"),
    "profile": _("said in the profile"),
    "country_rule": _("the language of his country"),
    "property_default": _("the hotel’s own language"),
    "by_hand": _("chosen by whoever wrote it"),
}
LEVEL: Words = {
    "essential": _("Essential"),
    "personalising": _("Personalising"),
    "qualifying": _("Qualifying"),
}
WANTED: Words = {
    **FIELD,
    "emails": _("E-mail of his own"),
    "phones": _("Mobile"),
    "birth_date": _("Birthday"),
    "addresses": _("Postal address"),
    "language": _("Language"),
    "country": _("Country"),
}
TYPE: Words = {
    "text": _("text"),
    "number": _("number"),
    "bool": _("yes or no"),
    "list": _("list"),
    "table": _("table"),
    "mixed": _("of several types"),
}
# What stands in the audit: `created`, `changed` and `deleted` come from the database itself.
ACT: Words = {
    "created": pgettext_lazy("audit", "Created"),
    "changed": pgettext_lazy("audit", "Changed"),
    "deleted": pgettext_lazy("audit", "Deleted"),
    "denied": pgettext_lazy("audit", "Denied"),
    "signed_in": _("Signed in"),
    "sign_in_failed": _("Sign-in failed"),
    "delivery_released": _("Delivery released"),
    "message_confirmed": _("Message confirmed after a look into the PMS"),
    "message_dropped": _("Message dropped"),
    "connection_resumed": _("Connection resumed"),
    "parts_released": _("Parked parts read again"),
    "parts_dropped": _("Parked parts dropped"),
    "raw_read": _("Raw text shown"),
    "value_ruled": _("Said what a shared value is"),
    "card_numbers_removed": _("Card numbers removed"),
    "private_address_allowed": _("Private address allowed"),
    "private_address_closed": _("Private address closed"),
    "consent_opt_out": _("Opt-out recorded"),
    "consent_opt_in": _("Consent recorded"),
    "consent_confirm": _("Consent confirmed"),
    "consent_suppress": _("Address taken out of use"),
    "consent_release": _("Address may be used again"),
    "exported": _("List exported"),
    **staff_words.ACT,
}
# The tables that the audit speaks of, whoever acts besides members, and what differs.
AUDITED: Words = {
    "member": _("Member"),
    "role": _("Role"),
    "role_grant": _("Granted role"),
    "api_key": _("API key"),
    "legal_entity": _("Legal entity"),
    "property": _("Hotel"),
    "connection": _("Connection"),
    "delivery": _("Delivery"),
    "parked_part": _("Parked record"),
    "reservation": _("Stay"),
    "profile": _("Guest profile"),
    "value": _("Shared value"),
    "matching_setting": _("Recognition"),
    "pair_rule": _("Decision on a pair"),
    "customer_statement": _("Statement on customers"),
    "basis_choice": _("Legal ground of a hotel"),
    "proposed_opt_out": _("Proposed opt-out"),
    "correction": _("Correction of a guest"),
    "persona_choice": _("Chosen persona"),
    "source_trust": _("Trust in a source"),
    **staff_words.AUDITED,
}
ACTOR: Words = {
    "worker": _("Staytrue by itself"),
    "command line": _("Command line"),
    "upgrade": _("Upgrade"),
    "demo": _("Demo"),
}
COLUMN: Words = {
    "name": _("Name"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "language": _("Language"),
    "is_active": _("May sign in"),
    "key": _("Key"),
    "rights": _("Rights"),
    "hidden_fields": _("Hidden fields"),
    "is_built_in": _("Built in"),
    "member_id": _("Member"),
    "role_id": _("Role"),
    "property_id": _("Hotel"),
    "legal_entity_id": _("Legal entity"),
    "automatic": _("Joins by itself"),
    "cascade": _("Cascade"),
    "steps": _("Steps"),
    "error_budget": _("Budget of errors"),
    "prove_first": _("Must prove themselves first"),
    "trusted": _("Join whatever they find"),
    "profile_id": _("Guest profile"),
    "field": _("Field"),
    "value": _("Value"),
    "base": _("PMS’s value"),
    "standing": _("Standing"),
    "persona": _("Persona"),
    "is_so": _("Is so"),
    "kind": _("Kind"),
    "trust": _("Trust"),
    "lifted_at": _("Taken back at"),
    "lifted_by": _("Taken back by"),
    "prefix": _("Beginning of the key"),
    "hash": _("Key"),
    "created_at": pgettext_lazy("audit", "Created"),
    "expires_at": _("Expires"),
    "revoked_at": _("Ended"),
    "dialect": _("PMS"),
    "two_way": _("Two-way"),
    "settings": _("Settings"),
    "sealed": _("Secrets"),
    "hook_hash": _("Address for the PMS"),
    "is_private": _("Private address"),
    "cadence_seconds": _("Promised pace"),
    "cadence": _("Pace"),
    "objectives": _("What it must reach"),
    "code": _("Code"),
    "city": _("City"),
    "country": _("Country"),
    "currency": _("Currency"),
    "timezone": _("Time zone"),
    "day_close_at": _("Day close"),
    "network": _("Network"),
    "right": _("Right"),
    "route": _("Page"),
    "count": _("Number"),
    "parts": _("Records"),
    **staff_words.COLUMN,
}
CODES: dict[str, Words] = {
    "status": STATUS,
    "status_origin": ORIGIN,
    "channel": CHANNEL,
    "segment": SEGMENT,
    "derived_segment": SEGMENT,
    "board": BOARD,
    "payment_method": PAYMENT,
    "kind": PROFILE_KIND,
    "out_of_sight_cause": CAUSE,
}


def word(table: Words, code: str | None) -> str:
    """A code in the reader's language; the code itself when the house has no word for it."""
    return str(table.get(code, code)) if code else ""
