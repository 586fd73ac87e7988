"""Our guess of the segment beside the PMS's own; rows take it with their next version."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mirror", "0003_contact_lookup")]
    operations = [
        migrations.AddField("reservation", "derived_segment", models.TextField(null=True)),
        migrations.RunSQL(
            "ALTER TABLE stage_reservation ADD COLUMN derived_segment text",
            "ALTER TABLE stage_reservation DROP COLUMN derived_segment",
        ),
    ]
