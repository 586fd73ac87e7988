"""Built-in roles that work on cases may write to their guests."""

from django.apps.registry import Apps
from django.db import connection, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from staytrue.staff.rights import ROLES

NEW = {"cases.write"}


def give(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Add it to the roles that have it to begin with."""
    role = apps.get_model("staff", "Role")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('staytrue.reason', 'a new right of the house', true)")
    for built_in in ROLES:
        for row in role.objects.filter(key=built_in.key, is_built_in=True):
            row.rights = sorted({*row.rights, *(NEW & built_in.rights)})
            row.save(update_fields=["rights"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('staytrue.reason', '', true)")


class Migration(migrations.Migration):
    dependencies = [("staff", "0015_desk_rights")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
