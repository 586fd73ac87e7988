"""Less work per merged row: planned by statistics, no index that a longer one contains, no
reference checked row by row that the statement itself makes true.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# Not analysed, a stage of a million rows is planned as if it held one.
MAINTAIN = "GRANT MAINTAIN ON stage_reservation, stage_profile TO staytrue_app"
MAINTAIN_NO_MORE = "REVOKE MAINTAIN ON stage_reservation, stage_profile FROM staytrue_app"


def lighter(
    model: str, name: str, to: str, on_delete: Any = django.db.models.deletion.PROTECT
) -> migrations.AlterField:
    """A reference without its own index and without a check per row at commit."""
    field = models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=on_delete, related_name="+", to=to
    )
    return migrations.AlterField(model, name, field)


class Migration(migrations.Migration):
    dependencies = [("mirror", "0004_derived_segment")]

    operations = [
        migrations.RunSQL(MAINTAIN, MAINTAIN_NO_MORE),
        lighter("reservation", "connection", "inbox.connection"),
        lighter("reservation", "property", "hotel.property"),
        lighter("profile", "connection", "inbox.connection"),
        lighter("roster", "reservation", "mirror.reservation", django.db.models.deletion.CASCADE),
    ]
