"""Connections, raw deliveries, parked parts and bookmarks."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("hotel", "0002_hotel"),
    ]

    operations = [
        migrations.CreateModel(
            name="Connection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField(unique=True)),
                ("dialect", models.TextField()),
                ("two_way", models.BooleanField(default=False)),
                ("settings", models.JSONField(default=dict)),
                ("cadence_seconds", models.IntegerField(default=86400)),
                ("created_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(null=True)),
                ("stopped_code", models.TextField(default="")),
                ("stopped_facts", models.JSONField(default=dict)),
                ("last_attempt_at", models.DateTimeField(null=True)),
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
                "db_table": "connection",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("object", models.TextField()),
                ("kind", models.TextField(default="file")),
                ("name", models.TextField()),
                ("content_hash", models.TextField()),
                ("size", models.BigIntegerField()),
                ("facts", models.JSONField(default=dict)),
                ("history", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("received", "Received"),
                            ("applied", "Applied"),
                            ("refused", "Refused"),
                            ("held", "Held"),
                            ("rolled_back", "Rolled Back"),
                        ],
                        default="received",
                    ),
                ),
                ("reason_code", models.TextField(default="")),
                ("reason", models.TextField(default="")),
                ("reason_facts", models.JSONField(default=dict)),
                ("counts", models.JSONField(default=dict)),
                ("findings", models.JSONField(default=list)),
                ("seconds", models.FloatField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("released_by", models.TextField(default="")),
                ("raw_dropped_at", models.DateTimeField(null=True)),
                ("source_ids", models.BinaryField(null=True)),
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
                "db_table": "delivery",
            },
        ),
        migrations.CreateModel(
            name="DeliveryPiece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.IntegerField()),
                ("body", models.BinaryField()),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inbox.delivery",
                    ),
                ),
            ],
            options={
                "db_table": "delivery_piece",
            },
        ),
        migrations.CreateModel(
            name="ParkedPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("object", models.TextField()),
                ("line", models.IntegerField(null=True)),
                ("key", models.TextField(null=True)),
                ("code", models.TextField()),
                ("reason", models.TextField()),
                ("facts", models.JSONField(default=dict)),
                ("raw", models.TextField()),
                ("raw_hash", models.BigIntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("parked", "Parked"),
                            ("released", "Released"),
                            ("solved", "Solved"),
                            ("dropped", "Dropped"),
                        ],
                        default="parked",
                    ),
                ),
                ("parked_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(null=True)),
                ("resolved_by", models.TextField(default="")),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inbox.connection",
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inbox.delivery",
                    ),
                ),
            ],
            options={
                "db_table": "parked_part",
            },
        ),
        migrations.CreateModel(
            name="Bookmark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object", models.TextField()),
                ("value", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
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
                "db_table": "bookmark",
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "object"), name="one_bookmark")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["connection", "-received_at"], name="delivery_newest"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "received")), fields=["id"], name="delivery_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "rolled_back"), _negated=True),
                fields=("connection", "object", "content_hash"),
                name="each_delivery_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliverypiece",
            constraint=models.UniqueConstraint(
                fields=("delivery", "seq"), name="one_piece_per_seq"
            ),
        ),
        migrations.AddIndex(
            model_name="parkedpart",
            index=models.Index(
                condition=models.Q(("state", "parked")),
                fields=["connection", "key"],
                name="parked_by_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkedpart",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "parked")),
                fields=("connection", "object", "raw_hash"),
                name="each_part_parked_once",
            ),
        ),
    ]
