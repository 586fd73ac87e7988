"""The app may tell the planner what is staged; indexes that a longer one contains go."""

import django.db.models.deletion
from django.db import migrations, models

# Not analysed, a stage of a million rows is planned as if it held one.
MAINTAIN = "GRANT MAINTAIN ON stage_reservation, stage_profile TO staytrue_app"
MAINTAIN_NO_MORE = "REVOKE MAINTAIN ON stage_reservation, stage_profile FROM staytrue_app"


def unindexed(model: str, name: str, to: str) -> migrations.AlterField:
    """A foreign key whose column leads another index already."""
    return migrations.AlterField(
        model,
        name,
        models.ForeignKey(
            db_index=False,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="+",
            to=to,
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("mirror", "0004_derived_segment")]

    operations = [
        migrations.RunSQL(MAINTAIN, MAINTAIN_NO_MORE),
        unindexed("reservation", "connection", "inbox.connection"),
        unindexed("reservation", "property", "hotel.property"),
        unindexed("profile", "connection", "inbox.connection"),
    ]
