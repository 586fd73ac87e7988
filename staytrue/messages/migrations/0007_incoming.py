"""What comes back: mailboxes that are read, and texts that asked us to stop."""

import django.db.models.deletion
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls
from staytrue.staff.watch import watch


class Migration(migrations.Migration):
    dependencies = [
        ("guest_messages", "0006_mailings"),
        ("hotel", "0002_hotel"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("host", models.TextField()),
                ("port", models.IntegerField(default=993)),
                ("username", models.TextField()),
                ("sealed", models.TextField(default="")),
                ("folder", models.TextField(default="INBOX")),
                ("validity", models.BigIntegerField(null=True)),
                ("last_uid", models.BigIntegerField(default=0)),
                ("looked_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("failures", models.IntegerField(default=0)),
                ("error", models.TextField(default="")),
                (
                    "property",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
            ],
            options={"db_table": "mailbox"},
        ),
        migrations.CreateModel(
            name="IncomingText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.TextField()),
                ("at", models.DateTimeField()),
                ("number", models.TextField(default="")),
                ("language", models.TextField(default="")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("none", "None"),
                            ("due", "Due"),
                            ("left", "Left"),
                            ("closed", "Closed"),
                        ],
                        default="none",
                    ),
                ),
                (
                    "outlet",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="guest_messages.outlet",
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
                "db_table": "incoming_text",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "due")), fields=["at"], name="text_due"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("outlet", "key"), name="text_counts_once")
                ],
            },
        ),
        enable_rls("mailbox"),
        enable_rls("incoming_text"),
        # How far it was read is no act of anybody.
        watch(
            "mailbox",
            property_column="property_id",
            keep="host port folder",
            leave_out="validity last_uid looked_at read_at failures error",
        ),
    ]
