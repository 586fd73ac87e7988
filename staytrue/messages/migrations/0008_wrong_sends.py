"""The ledger of wrong sends, held to the properties in scope: rows are added, never changed."""

import django.db.models.deletion
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON wrong_send
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON wrong_send_act
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""
UNDO = """
DROP TRIGGER append_only ON wrong_send;
DROP TRIGGER append_only ON wrong_send_act;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("guest_messages", "0007_incoming"),
    ]

    operations = [
        migrations.CreateModel(
            name="WrongSend",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("cause", models.TextField()),
                ("knowable", models.TextField()),
                ("true_at", models.DateTimeField()),
                ("known_at", models.DateTimeField()),
                ("found_at", models.DateTimeField()),
                ("then", models.JSONField(default=dict)),
                ("stands", models.JSONField(default=dict)),
                ("owner", models.TextField()),
                (
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guest_messages.message",
                    ),
                ),
            ],
            options={
                "db_table": "wrong_send",
            },
        ),
        migrations.CreateModel(
            name="WrongSendAct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("act", models.TextField()),
                ("correction_id", models.BigIntegerField(null=True)),
                (
                    "wrong_send",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to="guest_messages.wrongsend",
                    ),
                ),
            ],
            options={
                "db_table": "wrong_send_act",
            },
        ),
        migrations.AddIndex(
            model_name="wrongsend",
            index=models.Index(fields=["property_id", "-id"], name="wrong_send_property"),
        ),
        migrations.AddConstraint(
            model_name="wrongsend",
            constraint=models.UniqueConstraint(
                fields=("message", "cause"), name="one_wrong_send_per_cause"
            ),
        ),
        migrations.RunSQL(APPEND_ONLY, UNDO),
        enable_rls("wrong_send"),
        enable_rls("wrong_send_act"),
    ]
