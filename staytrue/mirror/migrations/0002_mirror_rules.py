"""Stages for COPY, rows held to the properties in scope."""

from django.db import migrations

from staytrue.hotel.rls import enable_rls
from staytrue.mirror import columns

# Columns that came later have a migration of their own.
LATER = {"derived_segment"}
RESERVATION = tuple(name for name in columns.RESERVATION if name not in LATER)


def stage(table: str, names: tuple[str, ...]) -> migrations.RunSQL:
    """An unlogged twin without constraints: judged before anything reaches the mirror."""
    return migrations.RunSQL(
        f"""
        CREATE UNLOGGED TABLE stage_{table} AS
          SELECT 0::bigint AS batch, 0 AS seq, {", ".join(names)} FROM {table} WITH NO DATA;
        CREATE INDEX stage_{table}_batch ON stage_{table} (batch, seq);
        ALTER TABLE stage_{table} SET (autovacuum_enabled = off);
        GRANT TRUNCATE ON stage_{table} TO staytrue_app;
        """,
        f"DROP TABLE stage_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [("mirror", "0001_mirror")]

    operations = [
        stage("reservation", RESERVATION),
        stage("profile", columns.PROFILE),
        enable_rls("reservation"),
        enable_rls("roster"),
        enable_rls("profile", shared_when_null=True),
        enable_rls("freshness"),
    ]
