"""A letter of a case may wait for a second person."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("desk", "0006_alerts")]

    operations = [
        migrations.AddField(
            model_name="case", name="draft_no", field=models.IntegerField(null=True)
        ),
    ]
