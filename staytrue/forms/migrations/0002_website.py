"""The contact form on hotels' websites, held to the properties in scope."""

import django.db.models.deletion
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls
from staytrue.staff.watch import watch


class Migration(migrations.Migration):
    dependencies = [
        ("guest_forms", "0001_forms"),
        ("hotel", "0002_hotel"),
    ]

    operations = [
        migrations.CreateModel(
            name="WebsiteForm",
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
                ("is_open", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "website_form",
            },
        ),
        migrations.CreateModel(
            name="WebsiteEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.TextField(unique=True)),
                ("at", models.DateTimeField()),
                ("language", models.TextField()),
                ("first_name", models.TextField(default="")),
                ("last_name", models.TextField()),
                ("email", models.TextField()),
                ("phone", models.TextField(default="")),
                ("words", models.TextField(default="")),
                ("wants_news", models.BooleanField(default=False)),
                ("wording", models.TextField(default="")),
                ("wording_version", models.TextField(default="")),
                ("profile_id", models.BigIntegerField(null=True)),
                ("differs", models.TextField(default="")),
                ("is_agreed", models.BooleanField(default=False)),
                ("read_at", models.DateTimeField(null=True)),
                ("read_by", models.TextField(default="")),
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
                "db_table": "website_entry",
                "indexes": [
                    models.Index(fields=["property", "-id"], name="website_entry_hotel"),
                    models.Index(
                        condition=models.Q(("profile_id", None)),
                        fields=["email"],
                        name="website_entry_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("profile_id__isnull", False)),
                        fields=["profile_id"],
                        name="website_entry_profile",
                    ),
                ],
            },
        ),
        enable_rls("website_form"),
        enable_rls("website_entry"),
        watch("website_form", key="property_id", property_column="property_id", keep="is_open"),
    ]
