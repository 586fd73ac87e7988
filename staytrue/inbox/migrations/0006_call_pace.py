"""The calls to PMSs that still count, for all processes together."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0005_seal_settings")]
    operations = [
        migrations.CreateModel(
            name="CallPace",
            fields=[
                ("credential", models.TextField(primary_key=True, serialize=False)),
                ("calls", models.JSONField(default=dict)),
            ],
            options={"db_table": "call_pace"},
        )
    ]
