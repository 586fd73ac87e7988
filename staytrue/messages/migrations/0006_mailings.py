"""Mailings and who is on their lists, held to the properties in scope; each act of a mailing is audited."""

import django.db.models.deletion
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls
from staytrue.staff.watch import watch


class Migration(migrations.Migration):
    dependencies = [
        ("guest_messages", "0005_shadow"),
        ("hotel", "0002_hotel"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mailing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(unique=True)),
                ("name", models.TextField()),
                ("template_version", models.BigIntegerField()),
                ("words", models.TextField()),
                (
                    "source",
                    models.TextField(
                        choices=[("hand", "Hand"), ("file", "File"), ("everyone", "Everyone")]
                    ),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("draft", "Draft"),
                            ("waiting", "Waiting"),
                            ("approved", "Approved"),
                            ("sending", "Sending"),
                            ("paused", "Paused"),
                            ("done", "Done"),
                            ("recalled", "Recalled"),
                        ],
                        default="draft",
                    ),
                ),
                ("per_minute", models.IntegerField(default=300)),
                ("report", models.JSONField(default=dict)),
                ("written_by", models.TextField()),
                ("written_at", models.DateTimeField()),
                ("listed_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("looked_at", models.DateTimeField(null=True)),
                ("handed_in_at", models.DateTimeField(null=True)),
                ("approved_by", models.TextField(default="")),
                ("approved_at", models.DateTimeField(null=True)),
                ("started_by", models.TextField(default="")),
                ("started_at", models.DateTimeField(null=True)),
                ("stopped_by", models.TextField(default="")),
                ("stopped_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "property",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
            ],
            options={
                "db_table": "mailing",
            },
        ),
        migrations.CreateModel(
            name="MailingRecipient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("profile_id", models.BigIntegerField()),
                ("contact_point_id", models.BigIntegerField(null=True)),
                ("verdict", models.TextField(default="")),
                ("waits", models.TextField(default="")),
                ("country", models.TextField(default="")),
                ("basis", models.TextField(default="")),
                ("rule", models.TextField(default="")),
                ("message_id", models.BigIntegerField(null=True)),
                (
                    "mailing",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="guest_messages.mailing",
                    ),
                ),
            ],
            options={
                "db_table": "mailing_recipient",
            },
        ),
        migrations.AddIndex(
            model_name="mailing",
            index=models.Index(fields=["property", "-written_at"], name="mailing_property"),
        ),
        migrations.AddIndex(
            model_name="mailing",
            index=models.Index(
                condition=models.Q(("state__in", ["done", "recalled"]), _negated=True),
                fields=["state"],
                name="mailing_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "waiting", "recalled"]),
                    models.Q(("approved_by", ""), _negated=True),
                    _connector="OR",
                ),
                name="mailing_is_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailing",
            constraint=models.CheckConstraint(
                condition=models.Q(("per_minute__gte", 1)), name="mailing_moves"
            ),
        ),
        migrations.AddIndex(
            model_name="mailingrecipient",
            index=models.Index(
                condition=models.Q(("message_id", None), ("verdict", "go")),
                fields=["mailing", "id"],
                name="mailing_unplanned",
            ),
        ),
        migrations.AddIndex(
            model_name="mailingrecipient",
            index=models.Index(
                condition=models.Q(("verdict", "")),
                fields=["mailing", "id"],
                name="mailing_unlooked",
            ),
        ),
        migrations.AddIndex(
            model_name="mailingrecipient",
            index=models.Index(fields=["profile_id"], name="mailing_profile"),
        ),
        migrations.AddIndex(
            model_name="mailingrecipient",
            index=models.Index(
                condition=models.Q(("message_id", None), _negated=True),
                fields=["message_id"],
                name="mailing_message",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailingrecipient",
            constraint=models.UniqueConstraint(
                fields=("mailing", "profile_id"), name="one_line_per_profile"
            ),
        ),
        enable_rls("mailing"),
        enable_rls("mailing_recipient"),
        watch(
            "mailing",
            property_column="property_id",
            keep="template_version source state per_minute",
            leave_out="listed_at asked_at looked_at report",
        ),
    ]
