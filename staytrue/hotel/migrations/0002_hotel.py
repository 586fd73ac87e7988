"""The group, its legal entities, hotels, room categories and rates."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hotel", "0001_roles")]

    operations = [
        migrations.CreateModel(
            name="LegalEntity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("name", models.TextField(unique=True)),
                ("country", models.CharField(max_length=2)),
            ],
            options={
                "db_table": "legal_entity",
            },
        ),
        migrations.CreateModel(
            name="Group",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("name", models.TextField()),
            ],
            options={
                "db_table": "hotel_group",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_group")
                ],
            },
        ),
        migrations.CreateModel(
            name="Property",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("code", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("timezone", models.TextField()),
                ("country", models.CharField(max_length=2)),
                ("currency", models.CharField(max_length=3)),
                ("language", models.TextField(default="en")),
                ("city", models.TextField(default="")),
                ("business_date", models.DateField(null=True)),
                ("day_close_at", models.TimeField(default="03:00")),
                (
                    "legal_entity",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hotel.legalentity",
                    ),
                ),
            ],
            options={
                "db_table": "property",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Rate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("code", models.TextField()),
                ("label", models.TextField(default="")),
                ("valid_from", models.DateField(null=True)),
                ("valid_to", models.DateField(null=True)),
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
                "db_table": "rate",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("property", "code", "valid_from"),
                        name="one_rate",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RoomCategory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("code", models.TextField()),
                ("label", models.TextField(default="")),
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
                "db_table": "room_category",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("property", "code"), name="one_category_per_code"
                    )
                ],
            },
        ),
    ]
