"""What each run by hand found, line by line: a later run does not change its report."""

import django.db.models.deletion
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0007_accounts"),
        ("hotel", "0002_hotel"),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckOutLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reservation_id", models.BigIntegerField()),
                ("left_on", models.DateField()),
                ("outcome", models.TextField()),
                ("why", models.TextField(default="")),
                ("word", models.TextField(default="")),
                ("profile_id", models.BigIntegerField(null=True)),
                ("account_id", models.BigIntegerField(null=True)),
                ("points", models.IntegerField(null=True)),
                ("points_why", models.TextField(default="")),
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
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="guests.checkoutrun",
                    ),
                ),
            ],
            options={
                "db_table": "checkout_line",
            },
        ),
        enable_rls("checkout_line"),
    ]
