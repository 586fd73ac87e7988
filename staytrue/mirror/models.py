"""The mirror's tables: reservations, rosters, profiles, and how true each feed is."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from staytrue.hotel.models import Property
from staytrue.inbox.models import Connection


class Mirrored(models.Model):
    """What every mirrored row carries: where it was read, and which version of the source it is.

    Order of versions: (`version`, `version_at`, `read_at`, `delivery_id`, `line`); older never
    wins. `raw_hash` is of the raw record, `content_hash` of the canonical one without its version;
    `versions` counts the versions that differed.
    """

    connection = models.ForeignKey(
        Connection, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    version = models.BigIntegerField(null=True)
    version_at = models.DateTimeField()
    read_at = models.DateTimeField()
    delivery_id = models.BigIntegerField()
    line = models.IntegerField()
    raw_hash = models.BigIntegerField()
    content_hash = models.BigIntegerField()
    versions = models.IntegerField(default=1)
    first_seen_at = models.DateTimeField()
    imported = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Reservation(Mirrored):
    """One room or unit for one span of dates, as its PMS says it now.

    `day_only` names the instants of which the PMS gave only the day; `epoch` tells apart bookings
    when a PMS uses a number again; `nights`, `lead_days` and `extras_amount` are stored so that
    reports need no arithmetic; `derived_segment` is our guess beside the PMS's `segment`.
    """

    property = models.ForeignKey(
        Property, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    number = models.TextField()
    leg = models.TextField(default="1")
    epoch = models.IntegerField(default=1)
    group_number = models.TextField(null=True)
    status = models.TextField()
    source_status = models.TextField()
    status_origin = models.TextField(default="pms")
    arrival_on = models.DateField()
    departure_on = models.DateField()
    nights = models.IntegerField()
    lead_days = models.IntegerField(null=True)
    created_at = models.DateTimeField(null=True)
    modified_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    checked_in_at = models.DateTimeField(null=True)
    checked_out_at = models.DateTimeField(null=True)
    day_only = ArrayField(models.TextField(), default=list)
    adults = models.IntegerField(null=True)
    children = models.IntegerField(null=True)
    infants = models.IntegerField(null=True)
    room_number = models.TextField(null=True)
    room_category = models.TextField(null=True)
    rate_code = models.TextField(null=True)
    board = models.TextField(null=True)
    source_board = models.TextField(null=True)
    channel = models.TextField()
    source_channel = models.TextField(null=True)
    source = models.TextField(null=True)
    segment = models.TextField(null=True)
    source_segment = models.TextField(null=True)
    derived_segment = models.TextField(null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    room_amount = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    extras_amount = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    currency = models.TextField(null=True)
    tax_included = models.BooleanField(null=True)
    payment_method = models.TextField(null=True)
    source_payment = models.TextField(null=True)
    extras = models.JSONField(default=list)
    folio = models.JSONField(default=list)
    guests = models.JSONField(default=list)
    notes = models.TextField(null=True)
    custom = models.JSONField(default=dict)
    primary_profile = models.TextField(null=True)
    seen_on = models.DateField(null=True)
    out_of_sight_since = models.DateTimeField(null=True)
    out_of_sight_cause = models.TextField(null=True)

    class Meta:
        db_table = "reservation"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "property", "number", "leg", "epoch"],
                name="one_row_per_reservation",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["property", "arrival_on"], name="reservation_arrivals"),
            models.Index(fields=["property", "departure_on"], name="reservation_departures"),
            models.Index(fields=["number"], name="reservation_number"),
            models.Index(
                fields=["property", "group_number"],
                name="reservation_group",
                condition=Q(group_number__isnull=False),
            ),
            models.Index(
                fields=["property", "room_number"],
                name="reservation_in_house",
                condition=Q(status="in_house"),
            ),
            models.Index(
                fields=["property", "departure_on"],
                name="reservation_out_of_sight",
                condition=Q(out_of_sight_since__isnull=False),
            ),
        ]


class Roster(models.Model):
    """Who was on a reservation, in which part, since when and until when.

    `until_at` empty: still. The reservation's own `guests` is the newest truth; this is the way
    back from a profile to its stays.
    """

    reservation = models.ForeignKey(
        Reservation, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    property_id = models.BigIntegerField()
    connection_id = models.BigIntegerField()
    role = models.TextField()
    profile = models.TextField()
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "roster"
        indexes: ClassVar = [
            models.Index(fields=["reservation"], name="roster_reservation"),
            models.Index(fields=["connection_id", "profile"], name="roster_profile"),
        ]


class Profile(Mirrored):
    """A person or company as one PMS knows it. The `*_key(s)` columns are folded for search."""

    property_id = models.BigIntegerField(null=True)
    source_id = models.TextField()
    kind = models.TextField()
    title = models.TextField(null=True)
    first_name = models.TextField(null=True)
    last_name = models.TextField(null=True)
    second_last_name = models.TextField(null=True)
    birth_date = models.TextField(null=True)
    language = models.TextField(null=True)
    nationality = models.TextField(null=True)
    country = models.TextField(null=True)
    emails = models.JSONField(default=list)
    phones = models.JSONField(default=list)
    addresses = models.JSONField(default=list)
    loyalty = models.JSONField(default=list)
    card_token = models.TextField(null=True)
    vip = models.TextField(null=True)
    consents = models.JSONField(default=list)
    merged_into = models.TextField(null=True)
    deleted = models.BooleanField(default=False)
    anonymised = models.BooleanField(default=False)
    modified_at = models.DateTimeField(null=True)
    notes = models.TextField(null=True)
    custom = models.JSONField(default=dict)
    name_key = models.TextField(default="")
    last_name_key = models.TextField(default="")
    contact_keys = ArrayField(models.TextField(), default=list)

    class Meta:
        db_table = "profile"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "source_id"], name="one_row_per_profile")
        ]
        indexes: ClassVar = [
            models.Index(fields=["name_key"], name="profile_name"),
            models.Index(fields=["property_id", "last_name_key"], name="profile_last_name"),
            GinIndex(fields=["contact_keys"], name="profile_contacts"),
        ]


class NameWord(models.Model):
    """A word of some profile's name, and what it becomes when one letter or two are left out.

    Words stand here once, or twice where two merges met: nobody waits for another's word.
    """

    id = models.BigAutoField(primary_key=True)
    word = models.TextField()
    near = ArrayField(models.TextField())

    class Meta:
        db_table = "name_word"
        indexes: ClassVar = [
            models.Index(fields=["word"], name="name_word_word"),
            GinIndex(fields=["near"], name="name_word_near"),
        ]


class Freshness(models.Model):
    """How true a feed is, per connection and object.

    Every change at the PMS up to `true_through` is in the mirror. `walked_first`/`walked_last`
    bound the arrivals of the last complete walk (both empty for a full one).
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    property_id = models.BigIntegerField()
    object = models.TextField()
    true_through = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    scope = models.TextField(default="delta")
    walked_first = models.DateField(null=True)
    walked_last = models.DateField(null=True)
    walked_at = models.DateTimeField(null=True)
    delivery_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "freshness"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "object"], name="one_freshness")
        ]


class FidelityRun(models.Model):
    """One measurement of how true the mirror is: records drawn at random, or all (`sample` empty).

    `drawn` are the row ids to look at, `cursor` how far that has come, `suspects` the keys to look
    at again before they count, `tallies` what was found: window → object → [records, equal,
    fields, equal fields].
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    property_id = models.BigIntegerField()
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    sample = models.IntegerField(null=True)
    drawn = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict)
    suspects = models.JSONField(default=list)
    tallies = models.JSONField(default=dict)
    unreadable = models.IntegerField(default=0)

    class Meta:
        db_table = "fidelity_run"
        indexes: ClassVar = [models.Index(fields=["connection", "-id"], name="fidelity_newest")]


class FidelityDifference(models.Model):
    """Where our record and the PMS's disagreed twice: both values, and since when we hold ours.

    `kind` is `differs`, `missing_at_pms` or `missing_here`; only the first has a field.
    """

    run = models.ForeignKey(FidelityRun, models.CASCADE, related_name="+")
    property_id = models.BigIntegerField()
    kind = models.TextField()
    object = models.TextField()
    key = models.TextField()
    object_id = models.BigIntegerField(null=True)
    window = models.TextField(default="")
    field = models.TextField(default="")
    ours = models.JSONField(null=True)
    theirs = models.JSONField(null=True)
    ours_since = models.DateTimeField(null=True)

    class Meta:
        db_table = "fidelity_difference"


class FillRate(models.Model):
    """How many of the records a feed showed on one of the hotel's days carry a field."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    property_id = models.BigIntegerField()
    object = models.TextField()
    field = models.TextField()
    day = models.DateField()
    records = models.IntegerField()
    filled = models.IntegerField()

    class Meta:
        db_table = "fill_rate"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "object", "field", "day"], name="one_fill_rate"
            )
        ]


class SilentChange(models.Model):
    """A field that the PMS changes without its record's version moving on, found by reading again."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    property_id = models.BigIntegerField()
    object = models.TextField()
    field = models.TextField()
    count = models.IntegerField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "silent_change"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "object", "field"], name="one_silent_change"
            )
        ]
