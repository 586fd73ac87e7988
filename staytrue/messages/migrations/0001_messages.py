"""What is written to guests and what was decided about it, held to the properties in scope."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls
from staytrue.staff.watch import watch

# Why a message left or did not must be as known then: decisions are added, never changed.
APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON message_decision
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("hotel", "0002_hotel"),
        ("staff", "0004_row_level_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="GateSetting",
            fields=[
                (
                    "property",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="hotel.property",
                    ),
                ),
                ("limits", models.JSONField(default=dict)),
                (
                    "without_check_in",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("shared_above", models.IntegerField(default=5)),
                ("look_ups_per_hour", models.IntegerField(default=120)),
                ("quiet_from", models.TimeField(default="21:00")),
                ("quiet_until", models.TimeField(default="09:00")),
                ("cap_messages", models.IntegerField(default=7)),
                ("cap_days", models.IntegerField(default=7)),
                ("live_from", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "gate_setting",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(unique=True)),
                ("kind", models.TextField()),
                ("occurrence", models.TextField(default="1")),
                ("purpose", models.TextField()),
                ("channel", models.TextField(default="email")),
                ("reservation_id", models.BigIntegerField(null=True)),
                ("party", models.TextField(default="")),
                ("recipient_role", models.TextField(default="primary")),
                ("profile_id", models.BigIntegerField()),
                ("contact_point_id", models.BigIntegerField(null=True)),
                ("language", models.TextField()),
                ("language_why", models.TextField(default="")),
                ("step", models.TextField()),
                ("step_version", models.IntegerField(default=1)),
                ("due_at", models.DateTimeField()),
                ("not_before", models.DateTimeField()),
                ("not_after", models.DateTimeField()),
                ("basis", models.JSONField(default=dict)),
                ("template_version", models.BigIntegerField(null=True)),
                ("planned_at", models.DateTimeField()),
                ("state", models.TextField(default="planned")),
                ("reason", models.TextField(default="")),
                ("facts", models.JSONField(default=dict)),
                ("held_until", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("attempts", models.IntegerField(default=0)),
                ("claim_token", models.BigIntegerField(null=True)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("handed_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("stay_version", models.BigIntegerField(null=True)),
                ("consent_version", models.BigIntegerField(null=True)),
                ("address", models.TextField(default="")),
                ("subject", models.TextField(default="")),
                ("provider_id", models.TextField(default="")),
                (
                    "property",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
            ],
            options={
                "db_table": "message",
            },
        ),
        migrations.CreateModel(
            name="LookUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("reservation_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("answer", models.TextField()),
                ("stay_version", models.BigIntegerField(null=True)),
                ("told_by", models.TextField(default="")),
            ],
            options={
                "db_table": "look_up",
                "indexes": [
                    models.Index(fields=["reservation_id", "-at"], name="look_up_reservation"),
                    models.Index(fields=["property_id", "at"], name="look_up_budget"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageText",
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
                ("property_id", models.BigIntegerField()),
                ("html", models.TextField(default="")),
                ("text", models.TextField()),
            ],
            options={
                "db_table": "message_text",
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("answer", models.TextField()),
                ("reason", models.TextField(default="")),
                ("until", models.DateTimeField(null=True)),
                ("facts", models.JSONField(default=dict)),
                (
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guest_messages.message",
                    ),
                ),
            ],
            options={
                "db_table": "message_decision",
            },
        ),
        migrations.CreateModel(
            name="Silence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.TextField()),
                ("property_id", models.BigIntegerField(null=True)),
                ("profile_id", models.BigIntegerField(null=True)),
                ("reservation_id", models.BigIntegerField(null=True)),
                ("cause", models.TextField()),
                ("owner", models.TextField(default="")),
                ("since_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "silence",
                "indexes": [
                    models.Index(
                        condition=models.Q(("until_at", None)),
                        fields=["profile_id"],
                        name="silence_profile",
                    ),
                    models.Index(
                        condition=models.Q(("until_at", None)),
                        fields=["reservation_id"],
                        name="silence_stay",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_at", None)),
                        fields=("key",),
                        name="one_open_silence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("profile_id__isnull", False),
                            ("reservation_id__isnull", False),
                            _connector="OR",
                        ),
                        name="silence_is_somebodys",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.functions.Coalesce("held_until", "due_at"),
                condition=models.Q(("state__in", ["held", "planned"])),
                name="message_due",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["claimed", "handed_over"])),
                fields=["claimed_at"],
                name="message_underway",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["reservation_id"], name="message_reservation"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["profile_id"], name="message_profile"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["contact_point_id", "handed_at"], name="message_contact_point"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["property", "due_at"], name="message_property"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("provider_id", ""), _negated=True),
                fields=["provider_id"],
                name="message_provider",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "accepted",
                            "bounced",
                            "claimed",
                            "complained",
                            "delivered",
                            "handed_over",
                            "unknown",
                        ],
                    ),
                    ("reservation_id__isnull", False),
                ),
                fields=("reservation_id", "kind", "occurrence", "recipient_role"),
                name="one_message_per_stay",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "accepted",
                            "bounced",
                            "claimed",
                            "complained",
                            "delivered",
                            "handed_over",
                            "unknown",
                        ],
                    ),
                    models.Q(("party", ""), _negated=True),
                ),
                fields=("party", "kind", "occurrence", "contact_point_id"),
                name="one_message_per_party",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ["held", "planned"]), ("reservation_id__isnull", False)
                ),
                fields=("reservation_id", "kind", "occurrence", "recipient_role"),
                name="one_open_message_per_stay",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ["held", "planned"]), ("reservation_id__isnull", True)
                ),
                fields=("party", "kind", "occurrence", "profile_id"),
                name="one_open_message_per_party",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reservation_id__isnull", False),
                    models.Q(("party", ""), _negated=True),
                    _connector="OR",
                ),
                name="message_has_slot",
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["message", "id"], name="decision_message"),
        ),
        migrations.RunSQL(APPEND_ONLY, "DROP TRIGGER append_only ON message_decision"),
        enable_rls("message"),
        enable_rls("message_decision"),
        enable_rls("message_text"),
        enable_rls("look_up"),
        enable_rls("silence", shared_when_null=True),
        watch(
            "gate_setting",
            key="property_id",
            property_column="property_id",
            keep="limits without_check_in shared_above look_ups_per_hour quiet_from quiet_until "
            "cap_messages cap_days live_from",
        ),
    ]
