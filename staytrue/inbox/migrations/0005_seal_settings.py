"""Secret settings that stood plain in the row, such as a password for SFTP, are sealed."""

from typing import Any

from django.db import migrations

from staytrue.connectors import registry
from staytrue.connectors.fields import secret_names
from staytrue.inbox.secrets import split
from staytrue.kit import clock
from staytrue.staff import audit


def seal(apps: Any, _editor: Any) -> None:
    known = registry.names()
    for link in apps.get_model("inbox", "Connection").objects.order_by("id"):
        secret = secret_names(registry.manifest(link.dialect)) if link.dialect in known else set()
        if secret.isdisjoint(link.settings):
            continue
        link.settings, sealed = split(link.pk, link.settings, secret)
        link.sealed |= sealed
        with audit.acting("upgrade", clock.now()):
            link.save(update_fields=["settings", "sealed"])


class Migration(migrations.Migration):
    dependencies = [("inbox", "0004_live"), ("staff", "0003_audit")]
    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
