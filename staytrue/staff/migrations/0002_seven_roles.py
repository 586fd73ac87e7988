"""The seven roles to begin with. Editing them later is an act of its own, kept by the audit."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from staytrue.staff.rights import ROLES


def make_roles(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Make those that are missing."""
    role = apps.get_model("staff", "Role")
    for built_in in ROLES:
        role.objects.get_or_create(
            key=built_in.key,
            defaults={
                "name": built_in.name,
                "rights": sorted(built_in.rights),
                "is_built_in": True,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_staff")]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
