"""The CRM's own list, what became of each check-out, and the words for phones and addresses."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls
from staytrue.staff.watch import watch

# What hotels begin with; a PMS's own words for the same stand beside.
TYPES = """
INSERT INTO contact_type (kind, code, label, words) VALUES
  ('phone', 'business', '', '{work,office,company}'), ('phone', 'fax', '', '{}'),
  ('phone', 'home', '', '{private,landline,phone}'), ('phone', 'cell', '', '{mobile,gsm}'),
  ('email', 'business', '', '{work,office,company}'),
  ('email', 'home', '', '{private,personal,email}');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0006_rules_on_trial"),
        ("hotel", "0002_hotel"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("profile_id", models.BigIntegerField(unique=True)),
                ("property_id", models.BigIntegerField()),
                ("reservation_id", models.BigIntegerField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("opened_on", models.DateField()),
                ("opened_by", models.TextField()),
                ("phone_1", models.TextField(default="")),
                ("phone_2", models.TextField(default="")),
                ("email", models.TextField(default="")),
                ("empty", models.JSONField(default=dict)),
                ("taken_at", models.DateTimeField()),
            ],
            options={
                "db_table": "account",
            },
        ),
        migrations.CreateModel(
            name="CheckOutRun",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("first", models.DateField()),
                ("last", models.DateField()),
                (
                    "property_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                ("actor", models.TextField()),
                ("at", models.DateTimeField()),
                ("stays", models.IntegerField()),
                ("counts", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "checkout_run",
            },
        ),
        migrations.CreateModel(
            name="ContactType",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.TextField()),
                ("code", models.TextField()),
                ("label", models.TextField(default="")),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "contact_type",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "code"), name="one_contact_type")
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckOut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reservation_id", models.BigIntegerField(unique=True)),
                ("left_on", models.DateField()),
                ("nights", models.IntegerField(default=0)),
                ("outcome", models.TextField()),
                ("why", models.TextField(default="")),
                ("word", models.TextField(default="")),
                ("profile_id", models.BigIntegerField(null=True)),
                ("considered_at", models.DateTimeField()),
                ("run_id", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guests.account",
                    ),
                ),
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
                "db_table": "checkout",
                "indexes": [
                    models.Index(fields=["property", "left_on"], name="checkout_day"),
                    models.Index(fields=["profile_id"], name="checkout_profile"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckOutSetting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("values", models.JSONField(default=dict)),
                ("is_common", models.BooleanField(default=False)),
                ("set_by", models.TextField()),
                ("set_at", models.DateTimeField()),
                (
                    "property",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
            ],
            options={
                "db_table": "checkout_setting",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("property",), name="one_checkout_setting", nulls_distinct=False
                    )
                ],
            },
        ),
        enable_rls("account"),
        enable_rls("checkout"),
        migrations.RunSQL(TYPES, "DELETE FROM contact_type"),
        watch("contact_type", keep="kind code label words retired_at"),
        watch("checkout_setting", property_column="property_id", keep="values is_common"),
    ]
