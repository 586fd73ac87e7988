"""Whoever makes or changes a connection stands in the audit; settings by name only (secrets)."""

from django.db import migrations

from staytrue.staff.watch import watch


class Migration(migrations.Migration):
    dependencies = [("inbox", "0002_inbox_rules"), ("staff", "0003_audit")]
    operations = [
        # What the line itself notes on a connection is no act of anybody.
        watch(
            "connection",
            property_column="property_id",
            keep="name property_id dialect two_way cadence_seconds",
            leave_out="stopped_at stopped_code stopped_facts last_attempt_at",
        )
    ]
