"""Contact points, and which profile uses them since when."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ContactPoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.TextField()),
                ("value", models.TextField()),
                ("domain", models.TextField(default="")),
                ("role", models.TextField()),
                ("basis", models.JSONField(default=dict)),
                ("profiles", models.IntegerField(default=0)),
                ("learned_at", models.DateTimeField(null=True)),
                ("ruled_by", models.TextField(default="")),
                ("ruled_at", models.DateTimeField(null=True)),
                ("ruled_because", models.TextField(default="")),
                ("refused", models.BooleanField(default=False)),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
            ],
            options={
                "db_table": "contact_point",
                "indexes": [
                    models.Index(
                        condition=models.Q(("domain", ""), _negated=True),
                        fields=["domain", "id"],
                        name="contact_point_domain",
                    ),
                    models.Index(
                        condition=models.Q(("role", "private"), _negated=True),
                        fields=["-profiles", "id"],
                        name="contact_point_shared",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("value", "kind"), name="one_contact_point")
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("profile_id", models.BigIntegerField()),
                ("property_id", models.BigIntegerField(null=True)),
                ("since_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField()),
                ("type", models.TextField(null=True)),
                ("masked", models.BooleanField(default=False)),
                ("written", models.TextField()),
                ("marketing", models.TextField(default="")),
                ("origin", models.TextField()),
                (
                    "contact_point",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consent.contactpoint",
                    ),
                ),
            ],
            options={
                "db_table": "contact_use",
                "indexes": [
                    models.Index(fields=["contact_point", "profile_id"], name="contact_use_point"),
                    models.Index(
                        condition=models.Q(("marketing", "out")),
                        fields=["contact_point"],
                        name="contact_use_refused",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("profile_id", "contact_point", "since_at", "origin"),
                        name="one_use_since",
                    )
                ],
            },
        ),
    ]
