"""Links of guests to their own pages, held to the properties in scope."""

import django.db.models.deletion
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls


class Migration(migrations.Migration):
    dependencies = [
        ("guest_messages", "0003_writing"),
        ("hotel", "0002_hotel"),
    ]

    operations = [
        migrations.CreateModel(
            name="GuestLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.BinaryField(unique=True)),
                ("kind", models.TextField()),
                ("message_id", models.BigIntegerField(null=True)),
                ("reservation_id", models.BigIntegerField(null=True)),
                ("profile_id", models.BigIntegerField()),
                ("contact_point_id", models.BigIntegerField(null=True)),
                ("address_hash", models.BinaryField(default=b"")),
                ("channel", models.TextField()),
                ("language", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
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
                "db_table": "guest_link",
                "indexes": [models.Index(fields=["profile_id"], name="guest_link_profile")],
            },
        ),
        enable_rls("guest_link"),
    ]
