"""For migrations: give a new right of a version to the built-in roles that have it to begin with."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from staytrue.staff.rights import ROLES


def hand_out(*new: str) -> migrations.RunPython:
    """Built-in roles receive those of these rights that they have to begin with.

    Changed rights need a reason; `kit.database.migrate` gives one.
    """

    def give(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
        role = apps.get_model("staff", "Role")
        for built_in in ROLES:
            for row in role.objects.filter(key=built_in.key, is_built_in=True):
                row.rights = sorted({*row.rights, *(built_in.rights & set(new))})
                row.save(update_fields=["rights"])

    return migrations.RunPython(give, migrations.RunPython.noop)
