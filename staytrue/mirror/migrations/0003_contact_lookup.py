"""Profiles by e-mail or phone: an array's index is closed to a query that a policy holds."""

from django.db import migrations

from staytrue.hotel.rls import lookup


class Migration(migrations.Migration):
    dependencies = [("mirror", "0002_mirror_rules")]
    operations = [
        lookup(
            "profiles_by_contact",
            "profile",
            "contact_keys && keys AND property_id = ANY (properties)",
            "keys text[], properties bigint[]",
            shared_when_null=True,
        )
    ]
