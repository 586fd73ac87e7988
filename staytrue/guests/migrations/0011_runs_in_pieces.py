"""A run by hand goes on piece by piece, and says how far it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0010_rules_watched"),
    ]

    operations = [
        migrations.AddField("checkoutrun", "reason", models.TextField(default="")),
        migrations.AddField("checkoutrun", "done", models.IntegerField(default=0)),
        migrations.AddField("checkoutrun", "ended_at", models.DateTimeField(null=True)),
        # Each was done in one go until now.
        migrations.RunSQL(
            "UPDATE checkout_run SET done = stays, ended_at = at", migrations.RunSQL.noop
        ),
        migrations.AddConstraint(
            "checkoutline",
            models.UniqueConstraint(fields=["run", "reservation_id"], name="one_line_per_run"),
        ),
    ]
