"""Live connections: sealed settings, pace and objectives; notifications; what must be read."""

import django.db.models.deletion
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls


class Migration(migrations.Migration):
    dependencies = [
        ("inbox", "0003_watch_connection"),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="cadence",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="connection",
            name="hook_hash",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="connection",
            name="is_private",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="connection",
            name="objectives",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="connection",
            name="sealed",
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("received_at", models.DateTimeField()),
                ("event_id", models.TextField(null=True)),
                ("body_hash", models.BigIntegerField()),
                ("headers", models.JSONField(default=dict)),
                ("body", models.BinaryField()),
                ("claimed_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("trouble", models.TextField(default="")),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inbox.connection",
                    ),
                ),
            ],
            options={
                "db_table": "notification",
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=["connection", "id"],
                        name="notification_waiting",
                    ),
                    models.Index(fields=["received_at"], name="notification_by_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("event_id__isnull", False)),
                        fields=("connection", "event_id"),
                        name="each_event_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("claimed_at__isnull", True), ("event_id__isnull", True)
                        ),
                        fields=("connection", "body_hash"),
                        name="one_equal_signal_waits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Wanted",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("entity", models.TextField()),
                ("source_id", models.TextField()),
                ("facts", models.JSONField(default=dict)),
                ("since", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("claimed_at", models.DateTimeField(null=True)),
                ("attempts", models.IntegerField(default=0)),
                ("trouble", models.TextField(default="")),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inbox.connection",
                    ),
                ),
            ],
            options={
                "db_table": "wanted",
                "indexes": [models.Index(fields=["connection", "due_at"], name="wanted_due")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("claimed_at__isnull", True)),
                        fields=("connection", "entity", "source_id"),
                        name="wanted_once",
                    )
                ],
            },
        ),
        enable_rls("notification"),
        enable_rls("wanted"),
    ]
