"""Reservations, rosters, profiles, freshness and the words met."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("hotel", "0002_hotel"),
        ("inbox", "0001_inbox"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.BigIntegerField(null=True)),
                ("version_at", models.DateTimeField()),
                ("read_at", models.DateTimeField()),
                ("delivery_id", models.BigIntegerField()),
                ("line", models.IntegerField()),
                ("raw_hash", models.BigIntegerField()),
                ("content_hash", models.BigIntegerField()),
                ("versions", models.IntegerField(default=1)),
                ("first_seen_at", models.DateTimeField()),
                ("imported", models.BooleanField(default=False)),
                ("number", models.TextField()),
                ("leg", models.TextField(default="1")),
                ("epoch", models.IntegerField(default=1)),
                ("group_number", models.TextField(null=True)),
                ("status", models.TextField()),
                ("source_status", models.TextField()),
                ("status_origin", models.TextField(default="pms")),
                ("arrival_on", models.DateField()),
                ("departure_on", models.DateField()),
                ("nights", models.IntegerField()),
                ("lead_days", models.IntegerField(null=True)),
                ("created_at", models.DateTimeField(null=True)),
                ("modified_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("checked_in_at", models.DateTimeField(null=True)),
                ("checked_out_at", models.DateTimeField(null=True)),
                (
                    "day_only",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("adults", models.IntegerField(null=True)),
                ("children", models.IntegerField(null=True)),
                ("infants", models.IntegerField(null=True)),
                ("room_number", models.TextField(null=True)),
                ("room_category", models.TextField(null=True)),
                ("rate_code", models.TextField(null=True)),
                ("board", models.TextField(null=True)),
                ("source_board", models.TextField(null=True)),
                ("channel", models.TextField()),
                ("source_channel", models.TextField(null=True)),
                ("source", models.TextField(null=True)),
                ("segment", models.TextField(null=True)),
                ("source_segment", models.TextField(null=True)),
                ("amount", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("room_amount", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("extras_amount", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("currency", models.TextField(null=True)),
                ("tax_included", models.BooleanField(null=True)),
                ("payment_method", models.TextField(null=True)),
                ("source_payment", models.TextField(null=True)),
                ("extras", models.JSONField(default=list)),
                ("folio", models.JSONField(default=list)),
                ("guests", models.JSONField(default=list)),
                ("notes", models.TextField(null=True)),
                ("custom", models.JSONField(default=dict)),
                ("primary_profile", models.TextField(null=True)),
                ("seen_on", models.DateField(null=True)),
                ("out_of_sight_since", models.DateTimeField(null=True)),
                ("out_of_sight_cause", models.TextField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inbox.connection",
                    ),
                ),
                (
                    "property",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
            ],
            options={
                "db_table": "reservation",
            },
        ),
        migrations.CreateModel(
            name="Roster",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("connection_id", models.BigIntegerField()),
                ("role", models.TextField()),
                ("profile", models.TextField()),
                ("since_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(null=True)),
                (
                    "reservation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="mirror.reservation",
                    ),
                ),
            ],
            options={
                "db_table": "roster",
            },
        ),
        migrations.CreateModel(
            name="Freshness",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("object", models.TextField()),
                ("true_through", models.DateTimeField(null=True)),
                ("last_success_at", models.DateTimeField(null=True)),
                ("scope", models.TextField(default="delta")),
                ("walked_first", models.DateField(null=True)),
                ("walked_last", models.DateField(null=True)),
                ("walked_at", models.DateTimeField(null=True)),
                ("delivery_id", models.BigIntegerField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inbox.connection",
                    ),
                ),
            ],
            options={
                "db_table": "freshness",
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "object"), name="one_freshness")
                ],
            },
        ),
        migrations.CreateModel(
            name="Profile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.BigIntegerField(null=True)),
                ("version_at", models.DateTimeField()),
                ("read_at", models.DateTimeField()),
                ("delivery_id", models.BigIntegerField()),
                ("line", models.IntegerField()),
                ("raw_hash", models.BigIntegerField()),
                ("content_hash", models.BigIntegerField()),
                ("versions", models.IntegerField(default=1)),
                ("first_seen_at", models.DateTimeField()),
                ("imported", models.BooleanField(default=False)),
                ("property_id", models.BigIntegerField(null=True)),
                ("source_id", models.TextField()),
                ("kind", models.TextField()),
                ("title", models.TextField(null=True)),
                ("first_name", models.TextField(null=True)),
                ("last_name", models.TextField(null=True)),
                ("second_last_name", models.TextField(null=True)),
                ("birth_date", models.TextField(null=True)),
                ("language", models.TextField(null=True)),
                ("nationality", models.TextField(null=True)),
                ("country", models.TextField(null=True)),
                ("emails", models.JSONField(default=list)),
                ("phones", models.JSONField(default=list)),
                ("addresses", models.JSONField(default=list)),
                ("loyalty", models.JSONField(default=list)),
                ("card_token", models.TextField(null=True)),
                ("vip", models.TextField(null=True)),
                ("consents", models.JSONField(default=list)),
                ("merged_into", models.TextField(null=True)),
                ("deleted", models.BooleanField(default=False)),
                ("anonymised", models.BooleanField(default=False)),
                ("modified_at", models.DateTimeField(null=True)),
                ("notes", models.TextField(null=True)),
                ("custom", models.JSONField(default=dict)),
                ("name_key", models.TextField(default="")),
                ("last_name_key", models.TextField(default="")),
                (
                    "contact_keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inbox.connection",
                    ),
                ),
            ],
            options={
                "db_table": "profile",
                "indexes": [
                    models.Index(fields=["name_key"], name="profile_name"),
                    models.Index(fields=["last_name_key"], name="profile_last_name"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["contact_keys"], name="profile_contacts"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "source_id"), name="one_row_per_profile"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(fields=["property", "arrival_on"], name="reservation_arrivals"),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(fields=["property", "departure_on"], name="reservation_departures"),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(fields=["number"], name="reservation_number"),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("status", "in_house")),
                fields=["property", "room_number"],
                name="reservation_in_house",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.UniqueConstraint(
                fields=("connection", "property", "number", "leg", "epoch"),
                name="one_row_per_reservation",
            ),
        ),
        migrations.AddIndex(
            model_name="roster",
            index=models.Index(fields=["reservation"], name="roster_reservation"),
        ),
        migrations.AddIndex(
            model_name="roster",
            index=models.Index(fields=["connection_id", "profile"], name="roster_profile"),
        ),
    ]
