"""Row-level security by property, for migrations: the second net under `visible_to`.

The policy reads the transaction-local setting that `hotel/scope.py` sets. Whoever sets nothing
sees nothing. The owner of the tables (migrations) is not held by it: no FORCE.
"""

from __future__ import annotations

from django.db import migrations

SETTING = "staytrue.properties"

# Both halves are uncorrelated subselects: PostgreSQL evaluates them once per statement (InitPlan),
# not once per row. NULLIF keeps '*' away from the cast, and an ended transaction leaves the
# setting as '' (not NULL), whose array is empty: nothing is visible.
_ALLOWED = f"""(
  (SELECT current_setting('{SETTING}', true)) = '*'
  OR {{column}} = ANY ((
    SELECT string_to_array(NULLIF(current_setting('{SETTING}', true), '*'), ',')::bigint[]
  )::bigint[])
)"""


def allowed(column: str = "property_id", *, shared_when_null: bool = False) -> str:
    """The condition of the policy in SQL, for a policy that `enable_rls` does not cover."""
    condition = _ALLOWED.format(column=column)
    return f"({column} IS NULL OR {condition})" if shared_when_null else condition


def enable_rls(
    table: str, column: str = "property_id", *, shared_when_null: bool = False
) -> migrations.RunSQL:
    """Hold `table` to the properties in scope; with `shared_when_null`, rows of no property are
    everybody's.
    """
    condition = allowed(column, shared_when_null=shared_when_null)
    return migrations.RunSQL(
        sql=f"""
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            CREATE POLICY by_property ON {table} USING {condition} WITH CHECK {condition};
        """,
        reverse_sql=f"""
            DROP POLICY by_property ON {table};
            ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )


def lookup(
    name: str,
    table: str,
    condition: str,
    arguments: str,
    *,
    column: str = "property_id",
    shared_when_null: bool = False,
) -> migrations.RunSQL:
    """A function that answers the ids of rows that meet a condition, by an index, within the scope.

    Under a policy PostgreSQL uses an index only for leakproof operators: equality, order, prefix.
    For arrays (`&&`), trigrams and `LIKE` it would read the whole table. The function runs as the
    owner, whom the policy does not hold, and says the policy's condition itself.
    """
    within = allowed(column, shared_when_null=shared_when_null)
    types = ", ".join(argument.split()[1] for argument in arguments.split(", "))
    return migrations.RunSQL(
        sql=f"""
            CREATE FUNCTION {name}({arguments}, most int) RETURNS SETOF bigint
              LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
              AS $$ SELECT id FROM {table} WHERE ({condition}) AND {within} LIMIT most $$;
            REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC;
            GRANT EXECUTE ON FUNCTION {name} TO staytrue_app, staytrue_report;
        """,
        reverse_sql=f"DROP FUNCTION {name}({types}, int);",
    )
