"""Who may hand over, by which ways out, and what came back; held to the properties in scope."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls
from staytrue.staff.watch import watch


class Migration(migrations.Migration):
    dependencies = [
        ("guest_messages", "0001_messages"),
        ("hotel", "0002_hotel"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lease",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("host", models.TextField()),
                ("armed_at", models.DateTimeField(null=True)),
                ("armed_by", models.TextField(default="")),
                ("stopped_at", models.DateTimeField(null=True)),
                ("stopped_by", models.TextField(default="")),
                ("stopped_because", models.TextField(default="")),
                ("fence", models.BigIntegerField(default=0)),
                ("holder", models.TextField(default="")),
                ("until_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "sending_lease",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_sending_lease")
                ],
            },
        ),
        migrations.CreateModel(
            name="Remembered",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("what", models.TextField()),
                ("hash", models.TextField()),
                ("at", models.DateTimeField()),
                ("facts", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "sending_remembered",
                "constraints": [
                    models.UniqueConstraint(fields=("what", "hash"), name="remembered_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CarrierReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("what", models.TextField()),
                ("origin", models.TextField()),
                ("key", models.TextField(unique=True)),
                ("at", models.DateTimeField()),
                ("detail", models.TextField(default="")),
                (
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="guest_messages.message",
                    ),
                ),
                (
                    "property",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
            ],
            options={
                "db_table": "carrier_report",
                "indexes": [
                    models.Index(fields=["message"], name="report_message"),
                    models.Index(fields=["property", "at"], name="report_by_instant"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxEntry",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="guest_messages.message",
                    ),
                ),
                ("channel", models.TextField()),
                ("address", models.TextField()),
                ("text", models.TextField()),
                ("segments", models.IntegerField(default=1)),
                ("cost", models.DecimalField(decimal_places=4, max_digits=10, null=True)),
                ("currency", models.TextField(default="")),
                ("at", models.DateTimeField()),
                (
                    "property",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
            ],
            options={
                "db_table": "outbox_entry",
                "indexes": [models.Index(fields=["property", "-at"], name="outbox_by_instant")],
            },
        ),
        migrations.CreateModel(
            name="Outlet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.TextField(default="email")),
                ("carrier", models.TextField()),
                ("settings", models.JSONField(default=dict)),
                ("sealed", models.JSONField(default=dict)),
                ("sender_address", models.TextField(default="")),
                ("sender_name", models.TextField(default="")),
                ("reply_to", models.TextField(default="")),
                ("armed_at", models.DateTimeField(null=True)),
                ("armed_by", models.TextField(default="")),
                ("from_at", models.DateTimeField(null=True)),
                ("first_day_limit", models.IntegerField(default=50)),
                (
                    "allowed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("quieted_at", models.DateTimeField(null=True)),
                (
                    "property",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
            ],
            options={
                "db_table": "sending_outlet",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("property", "channel"), name="one_outlet_per_channel"
                    )
                ],
            },
        ),
        enable_rls("sending_outlet"),
        enable_rls("outbox_entry"),
        enable_rls("carrier_report"),
        # Which worker holds the lease is no act of anybody.
        watch(
            "sending_lease",
            keep="armed_at armed_by stopped_at stopped_by stopped_because",
            leave_out="fence holder until_at",
        ),
        watch(
            "sending_outlet",
            property_column="property_id",
            keep="channel carrier armed_at armed_by from_at first_day_limit quieted_at",
        ),
    ]
