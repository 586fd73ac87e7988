"""Words on pairs, open questions and households: only for whoever sees the profiles they are about."""

from django.db import migrations

from staytrue.hotel.rls import SETTING

_EVERYWHERE = f"(SELECT current_setting('{SETTING}', true)) = '*'"


def _held(table: str, *profiles: str) -> migrations.RunSQL:
    """Rows for whom the link's own policy shows all of these profiles; without any, for nobody."""
    seen = " AND ".join(
        f"EXISTS (SELECT FROM link l WHERE l.profile_id = {table}.{profile})"
        for profile in profiles
    )
    shown = f"({_EVERYWHERE} OR ({seen or 'false'}))"
    return migrations.RunSQL(
        f"""ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            CREATE POLICY by_property ON {table} USING {shown} WITH CHECK ({_EVERYWHERE});""",
        f"""DROP POLICY by_property ON {table};
            ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;""",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0004_stays_elsewhere"),
        ("hotel", "0001_roles"),
    ]

    operations = [
        _held("pair_rule", "one", "other"),
        _held("proposal", "one_profile", "other_profile"),
        _held("safety_check", "one", "other"),
        # Named after the last names of people of all hotels.
        _held("household"),
    ]
