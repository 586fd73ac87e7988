"""Which event lifted a rule, so that undoing it brings the rule back; the links an event ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0002_guest_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="pairrule",
            name="lifted_event",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                condition=models.Q(("ended_by__isnull", False)),
                fields=["ended_by"],
                name="link_ended_by",
            ),
        ),
        migrations.AddIndex(
            model_name="pairrule",
            index=models.Index(fields=["event_id"], name="pair_rule_event"),
        ),
        migrations.AddIndex(
            model_name="pairrule",
            index=models.Index(
                condition=models.Q(("lifted_event__isnull", False)),
                fields=["lifted_event"],
                name="pair_rule_lifted_event",
            ),
        ),
    ]
