"""The calls to PMSs that still count, for all processes together."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0005_seal_settings")]
    operations = [
        migrations.CreateModel(
            name="CallPace",
            fields=[
                ("credential", models.TextField(primary_key=True, serialize=False)),
                (
                    "under_way",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), default=list, size=None
                    ),
                ),
                (
                    "ended",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), default=list, size=None
                    ),
                ),
                ("held_until", models.DateTimeField(null=True)),
            ],
            options={"db_table": "call_pace"},
        )
    ]
