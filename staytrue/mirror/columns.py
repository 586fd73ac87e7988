"""Which columns a mirrored row has, in the order they are staged. The stage tables follow it."""

from __future__ import annotations

INSTANTS = ("created_at", "modified_at", "cancelled_at", "checked_in_at", "checked_out_at")
AMOUNTS = ("amount", "room_amount")

RESERVATION = (
    "property_id", "number", "leg", "epoch", "group_number",
    "status", "source_status", "status_origin",
    "arrival_on", "departure_on", "nights", "lead_days",
    *INSTANTS, "day_only",
    "adults", "children", "infants", "room_number", "room_category", "rate_code",
    "board", "source_board", "channel", "source_channel", "source", "segment", "source_segment",
    "amount", "room_amount", "extras_amount", "currency", "tax_included",
    "payment_method", "source_payment",
    "extras", "folio", "guests", "notes", "custom", "primary_profile",
    "derived_segment",
    "version", "version_at", "line", "raw_hash", "content_hash",
)  # fmt: skip

PROFILE = (
    "property_id", "source_id", "kind", "title", "first_name", "last_name", "second_last_name",
    "birth_date", "language", "nationality", "country",
    "emails", "phones", "addresses", "loyalty", "card_token", "vip", "consents",
    "merged_into", "deleted", "anonymised", "modified_at", "notes", "custom",
    "name_key", "last_name_key", "contact_keys",
    "version", "version_at", "line", "raw_hash", "content_hash",
)  # fmt: skip

RESERVATION_KEY = ("connection_id", "property_id", "number", "leg", "epoch")
PROFILE_KEY = ("connection_id", "source_id")
BATCH = ("connection_id", "read_at", "delivery_id", "imported", "first_seen_at")
VERSION_MARKS = ("version", "version_at", "read_at", "delivery_id", "line")
