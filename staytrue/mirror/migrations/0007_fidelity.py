"""How true the mirror was found, what each feed fills, and what a PMS changes silently."""

import django.db.models.deletion
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls


class Migration(migrations.Migration):
    dependencies = [
        ("inbox", "0004_live"),
        ("mirror", "0006_list_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="FidelityRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("begun_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("sample", models.IntegerField(null=True)),
                ("drawn", models.JSONField(default=dict)),
                ("cursor", models.JSONField(default=dict)),
                ("suspects", models.JSONField(default=list)),
                ("tallies", models.JSONField(default=dict)),
                ("unreadable", models.IntegerField(default=0)),
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
                "db_table": "fidelity_run",
            },
        ),
        migrations.CreateModel(
            name="FidelityDifference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("object", models.TextField()),
                ("key", models.TextField()),
                ("object_id", models.BigIntegerField(null=True)),
                ("window", models.TextField(default="")),
                ("field", models.TextField(default="")),
                ("ours", models.JSONField(null=True)),
                ("theirs", models.JSONField(null=True)),
                ("ours_since", models.DateTimeField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="mirror.fidelityrun",
                    ),
                ),
            ],
            options={
                "db_table": "fidelity_difference",
            },
        ),
        migrations.CreateModel(
            name="FillRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("object", models.TextField()),
                ("field", models.TextField()),
                ("day", models.DateField()),
                ("records", models.IntegerField()),
                ("filled", models.IntegerField()),
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
                "db_table": "fill_rate",
            },
        ),
        migrations.CreateModel(
            name="SilentChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("object", models.TextField()),
                ("field", models.TextField()),
                ("count", models.IntegerField()),
                ("last_at", models.DateTimeField()),
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
                "db_table": "silent_change",
            },
        ),
        migrations.AddIndex(
            model_name="fidelityrun",
            index=models.Index(fields=["connection", "-id"], name="fidelity_newest"),
        ),
        migrations.AddConstraint(
            model_name="fillrate",
            constraint=models.UniqueConstraint(
                fields=("connection", "object", "field", "day"), name="one_fill_rate"
            ),
        ),
        migrations.AddConstraint(
            model_name="silentchange",
            constraint=models.UniqueConstraint(
                fields=("connection", "object", "field"), name="one_silent_change"
            ),
        ),
        enable_rls("fidelity_run"),
        enable_rls("fidelity_difference"),
        enable_rls("fill_rate"),
        enable_rls("silent_change"),
    ]
