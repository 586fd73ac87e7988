"""Journeys, their versions, where they run; the rights to write and to approve them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import staytrue.journeys.models
from staytrue.hotel.rls import enable_rls
from staytrue.staff.rights import ROLES
from staytrue.staff.watch import watch

NEW = {"journeys.write", "journeys.approve"}


def give(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Add the rights to the roles that have them to begin with."""
    role = apps.get_model("staff", "Role")
    for built_in in ROLES:
        for row in role.objects.filter(key=built_in.key, is_built_in=True):
            row.rights = sorted({*row.rights, *(NEW & built_in.rights)})
            row.save(update_fields=["rights"])


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("hotel", "0002_hotel"),
        ("staff", "0005_guest_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="Journey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "journey",
            },
        ),
        migrations.CreateModel(
            name="JourneySetting",
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
                (
                    "confirming_channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        default=staytrue.journeys.models.confirming_channels,
                        size=None,
                    ),
                ),
                ("writes_to_blocks", models.BooleanField(default=False)),
                ("block_rooms", models.IntegerField(default=10)),
                ("nights_min", models.IntegerField(default=0)),
            ],
            options={
                "db_table": "journey_setting",
            },
        ),
        migrations.CreateModel(
            name="JourneyPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("live_from", models.DateTimeField()),
                ("switched_on_by", models.TextField()),
                (
                    "journey",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="journeys.journey",
                    ),
                ),
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
                "db_table": "journey_place",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("journey", "property"), name="one_journey_place"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="JourneyVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("draft", "Draft"),
                            ("approved", "Approved"),
                            ("live", "Live"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                    ),
                ),
                ("steps", models.JSONField()),
                ("drafted_by", models.TextField()),
                ("drafted_at", models.DateTimeField()),
                ("approved_by", models.TextField(default="")),
                ("approved_at", models.DateTimeField(null=True)),
                ("live_at", models.DateTimeField(null=True)),
                ("rehearsed_at", models.DateTimeField(null=True)),
                ("rehearsal", models.JSONField(default=dict)),
                (
                    "journey",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="journeys.journey",
                    ),
                ),
            ],
            options={
                "db_table": "journey_version",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("journey", "number"), name="one_journey_version"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "retired"), _negated=True),
                        fields=("journey", "state"),
                        name="one_journey_version_per_state",
                    ),
                ],
            },
        ),
        enable_rls("journey_place"),
        enable_rls("journey_setting"),
        watch("journey_version", keep="journey_id number state approved_by live_at"),
        watch("journey_place", property_column="property_id", keep="journey_id live_from"),
        watch(
            "journey_setting",
            key="property_id",
            property_column="property_id",
            keep="confirming_channels writes_to_blocks block_rooms nights_min",
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
