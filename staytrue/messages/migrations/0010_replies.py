"""What guests answer to messages of ours."""

import django.db.models.deletion
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls


class Migration(migrations.Migration):
    dependencies = [
        ("guest_messages", "0009_alive"),
        ("hotel", "0002_hotel"),
    ]

    operations = [
        migrations.CreateModel(
            name="GuestReply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.TextField()),
                ("at", models.DateTimeField()),
                ("channel", models.TextField()),
                ("message_id", models.BigIntegerField()),
                ("profile_id", models.BigIntegerField()),
                ("sender", models.TextField(default="")),
                ("subject", models.TextField(default="")),
                ("words", models.TextField()),
                ("taken_at", models.DateTimeField(null=True)),
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
                "db_table": "guest_reply",
                "indexes": [
                    models.Index(
                        condition=models.Q(("taken_at", None)), fields=["id"], name="reply_waits"
                    ),
                    models.Index(fields=["message_id"], name="reply_message"),
                    models.Index(fields=["profile_id"], name="reply_profile"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("property", "key"), name="reply_is_kept_once")
                ],
            },
        ),
        enable_rls("guest_reply"),
    ]
