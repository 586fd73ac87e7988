"""What Mews's answers hold, as far as we read it: typed, everything optional but the type.

Names follow the API (`ScheduledStartUtc` is `scheduled_start_utc`). Words of its lists are plain
text, because new ones are added over time and must not break the reading.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

Names = dict[str, str | None]


class Entity(msgspec.Struct, rename="pascal", kw_only=True):
    """Base of all: an id, and the instant of its last change where the API gives one."""

    id: str | None = None
    updated_utc: datetime | None = None
    is_active: bool | None = None


class PersonCount(msgspec.Struct, rename="pascal"):
    """How many people of an age category."""

    age_category_id: str | None = None
    count: int | None = None


class Reservation(Entity):
    """A stay in one room. The last fields are those of the operation before 2023-06-06."""

    number: str | None = None
    state: str | None = None
    service_id: str | None = None
    enterprise_id: str | None = None
    account_id: str | None = None
    account_type: str | None = None
    booker_id: str | None = None
    group_id: str | None = None
    origin: str | None = None
    commander_origin: str | None = None
    origin_details: str | None = None
    created_utc: datetime | None = None
    cancelled_utc: datetime | None = None
    cancellation_reason: str | None = None
    released_utc: datetime | None = None
    start_utc: datetime | None = None
    end_utc: datetime | None = None
    scheduled_start_utc: datetime | None = None
    scheduled_end_utc: datetime | None = None
    actual_start_utc: datetime | None = None
    actual_end_utc: datetime | None = None
    business_segment_id: str | None = None
    purpose: str | None = None
    rate_id: str | None = None
    requested_resource_category_id: str | None = None
    assigned_resource_id: str | None = None
    availability_block_id: str | None = None
    partner_company_id: str | None = None
    travel_agency_id: str | None = None
    channel_number: str | None = None
    credit_card_id: str | None = None
    person_counts: list[PersonCount] | None = None
    customer_id: str | None = None
    company_id: str | None = None
    requested_category_id: str | None = None
    adult_count: int | None = None
    child_count: int | None = None


class Place(msgspec.Struct, rename="pascal"):
    """An address inside another entity."""

    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    postal_code: str | None = None
    country_code: str | None = None
    country_subdivision_code: str | None = None


class Customer(Entity):
    """A person as the chain knows him. `telephone` is how accounts spell the phone."""

    number: str | None = None
    title: str | None = None
    sex: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    second_last_name: str | None = None
    nationality_code: str | None = None
    preferred_language_code: str | None = None
    language_code: str | None = None
    birth_date: str | None = None
    occupation: str | None = None
    email: str | None = None
    has_ota_email: bool | None = None
    phone: str | None = None
    telephone: str | None = None
    loyalty_code: str | None = None
    notes: str | None = None
    dietary_requirements: str | None = None
    address: Place | None = None
    address_id: str | None = None
    classifications: list[str] | None = None
    options: list[str] | None = None
    preferred_space_features: list[str] | None = None
    company_id: str | None = None
    merge_target_id: str | None = None
    activity_state: str | None = None


class Company(Entity):
    """A company or agency."""

    name: str | None = None
    number: str | None = None
    email: str | None = None
    invoicing_email: str | None = None
    telephone: str | None = None
    address_id: str | None = None
    notes: str | None = None
    contact: str | None = None
    contact_person: str | None = None
    contac_person: str | None = None
    department: str | None = None
    iata: str | None = None
    website_url: str | None = None
    external_identifier: str | None = None


class Enterprise(Entity):
    """A property."""

    time_zone_identifier: str | None = None
    default_language_code: str | None = None
    address: Place | None = None


class Service(Entity):
    """What is sold: accommodation, parking, restaurant."""

    enterprise_id: str | None = None


class Money(msgspec.Struct, rename="pascal"):
    """An amount with and without tax."""

    currency: str | None = None
    gross_value: Decimal | None = None
    net_value: Decimal | None = None


class ProductData(msgspec.Struct, rename="pascal"):
    """Which product an item is of."""

    product_id: str | None = None


class RebateData(msgspec.Struct, rename="pascal"):
    """Which item a rebate takes back."""

    rebated_item_id: str | None = None


class ItemData(msgspec.Struct, rename="pascal"):
    """What an order item refers to."""

    product: ProductData | None = None
    rebate: RebateData | None = None


class OrderItem(Entity):
    """A line of the bill of a stay."""

    service_order_id: str | None = None
    type: str | None = None
    accounting_state: str | None = None
    amount: Money | None = None
    unit_count: Decimal | None = None
    start_utc: datetime | None = None
    consumed_utc: datetime | None = None
    created_utc: datetime | None = None
    notes: str | None = None
    data: ItemData | None = None


class ExternalData(msgspec.Struct, rename="pascal"):
    """How an external payment was made."""

    type: str | None = None


class PaymentData(msgspec.Struct, rename="pascal"):
    """What a payment refers to."""

    external: ExternalData | None = None


class Payment(Entity):
    """Money that came in, as a negative amount."""

    reservation_id: str | None = None
    type: str | None = None
    state: str | None = None
    accounting_state: str | None = None
    amount: Money | None = None
    consumed_utc: datetime | None = None
    created_utc: datetime | None = None
    data: PaymentData | None = None


class Named(Entity):
    """Rates, rooms, categories, products, segments, sources, programmes: things with a name."""

    name: str | None = None
    names: Names | None = None
    short_name: str | None = None
    short_names: Names | None = None
    external_identifier: str | None = None
    type: str | None = None
    classification: str | None = None


class Companionship(Entity):
    """A guest of a stay."""

    reservation_id: str | None = None
    customer_id: str | None = None


class SourceAssignment(Entity):
    """Where a stay came from."""

    reservation_id: str | None = None
    source_id: str | None = None
    is_primary: bool | None = None


class CategoryAssignment(Entity):
    """Which category a room is of."""

    resource_id: str | None = None
    category_id: str | None = None


class ServiceOrderNote(Entity):
    """A note on a stay."""

    order_id: str | None = None
    text: str | None = None
    created_utc: datetime | None = None


class AccountNote(Entity):
    """A note on a guest."""

    account_id: str | None = None
    content: str | None = None


class Address(Entity):
    """An address of a guest or company."""

    account_id: str | None = None
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    postal_code: str | None = None
    country_code: str | None = None
    country_subdivision_code: str | None = None


class LoyaltyMembership(Entity):
    """A card of a guest."""

    account_id: str | None = None
    loyalty_program_id: str | None = None
    loyalty_tier_id: str | None = None
    membership_number: str | None = None
    code: str | None = None
    is_primary: bool | None = None


class ChannelManagerDetail(Entity):
    """What the channel manager said of a stay."""

    reservation_id: str | None = None
    requested_rate_code: str | None = None
    channel_manager_name: str | None = None
    channel_number: str | None = None
