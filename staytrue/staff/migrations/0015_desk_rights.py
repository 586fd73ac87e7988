"""Built-in roles receive the rights of the desk."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from staytrue.staff.rights import ROLES

NEW = {
    "cases.request", "cases.promise", "cases.preference", "cases.recovery", "cases.feedback",
    "cases.reply", "cases.all", "cases.money", "cases.approve", "desk.manage", "desk.figures",
}  # fmt: skip


def give(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Add them to the roles that have them to begin with."""
    role = apps.get_model("staff", "Role")
    for built_in in ROLES:
        for row in role.objects.filter(key=built_in.key, is_built_in=True):
            row.rights = sorted({*row.rights, *(NEW & built_in.rights)})
            row.save(update_fields=["rights"])


class Migration(migrations.Migration):
    dependencies = [("staff", "0013_reasons")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
