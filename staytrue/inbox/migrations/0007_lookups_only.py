"""Connections that mirror nothing and are asked about single stays."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0006_call_pace")]
    operations = [
        migrations.AddField(
            model_name="connection",
            name="lookups_only",
            field=models.BooleanField(default=False, db_default=False),
        )
    ]
