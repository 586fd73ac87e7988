"""The rooms of one booking find each other: a party gets each message once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mirror", "0009_search_words")]

    operations = [
        migrations.AddIndex(
            "reservation",
            models.Index(
                fields=["property", "group_number"],
                name="reservation_group",
                condition=models.Q(group_number__isnull=False),
            ),
        )
    ]
