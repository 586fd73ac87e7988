"""Journeys in shadow, and what each hotel last got of each step."""

from django.db import migrations, models

from staytrue.staff.watch import watch


class Migration(migrations.Migration):
    dependencies = [
        ("journeys", "0001_journeys"),
    ]

    operations = [
        migrations.AddField(
            model_name="journeyplace",
            name="is_shadow",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="journeyplace",
            name="standings",
            field=models.JSONField(default=dict),
        ),
        # Who put a hotel into shadow, or out of it, stands in the audit like who switched it on.
        migrations.RunSQL(
            "DROP TRIGGER audited ON journey_place", migrations.RunSQL.noop, elidable=False
        ),
        watch(
            "journey_place",
            property_column="property_id",
            keep="journey_id live_from is_shadow",
            leave_out="standings",
        ),
    ]
