"""When somebody who wants news was asked to confirm his address, and when he did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("guest_forms", "0002_website")]

    operations = [
        migrations.AddField("websiteentry", "asked_at", models.DateTimeField(null=True)),
        migrations.AddField("websiteentry", "confirmed_at", models.DateTimeField(null=True)),
    ]
