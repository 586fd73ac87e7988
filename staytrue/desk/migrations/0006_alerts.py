"""Where a hotel has its staff alerted outside Staytrue."""

import django.db.models.deletion
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls
from staytrue.staff.watch import watch


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0005_answers"),
        ("hotel", "0002_hotel"),
        ("staff", "0016_letter_right"),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertChannel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("service", models.TextField()),
                ("sealed", models.TextField(default="")),
                ("since_at", models.DateTimeField()),
                ("set_by", models.TextField()),
                ("tried_at", models.DateTimeField(null=True)),
                ("spoke_at", models.DateTimeField(null=True)),
                ("failures", models.IntegerField(default=0)),
                ("error", models.TextField(default="")),
                (
                    "property",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="staff.role",
                    ),
                ),
            ],
            options={
                "db_table": "alert_channel",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("service", ""), _negated=True),
                        name="alert_channel_has_a_way",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AlertSent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("ask_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="desk.alertchannel",
                    ),
                ),
            ],
            options={
                "db_table": "alert_sent",
                "constraints": [
                    models.UniqueConstraint(fields=("channel", "ask_id"), name="alerted_once")
                ],
            },
        ),
        enable_rls("alert_channel"),
        enable_rls("alert_sent"),
        # When it last spoke is no act of anybody.
        watch(
            "alert_channel",
            property_column="property_id",
            keep="role_id service set_by",
            leave_out="since_at tried_at spoke_at failures error",
        ),
    ]
