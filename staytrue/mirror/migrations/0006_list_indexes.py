"""Lists of guests page by hotel and name; the few stays out of sight are found at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mirror", "0005_cheaper_merge")]

    operations = [
        migrations.RemoveIndex("profile", "profile_last_name"),
        migrations.AddIndex(
            "profile",
            models.Index(fields=["property_id", "last_name_key"], name="profile_last_name"),
        ),
        migrations.AddIndex(
            "reservation",
            models.Index(
                fields=["property", "departure_on"],
                name="reservation_out_of_sight",
                condition=models.Q(out_of_sight_since__isnull=False),
            ),
        ),
    ]
