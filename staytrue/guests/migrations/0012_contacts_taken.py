"""Each check-out keeps the contacts it gave: who is parted from somebody has his as they were."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0011_runs_in_pieces"),
    ]

    operations = [
        migrations.AddField("checkout", "taken", models.JSONField(null=True)),
    ]
