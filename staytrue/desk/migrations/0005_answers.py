"""A case knows that its guest answered, until somebody acts on it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("desk", "0004_reasons")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="has_answer",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
