"""For migrations: make the database write an audit row for every change of a table."""

from __future__ import annotations

from django.db import migrations


def watch(
    table: str,
    *,
    key: str = "id",
    property_column: str = "",
    keep: str = "",
    leave_out: str = "",
) -> migrations.RunSQL:
    """Audit every insert, update and delete of `table`, in the transaction that does it.

    All changed columns are named; values before and after stay only of those in `keep`, which
    must not be personal. `leave_out` are columns whose change alone is no act of anybody.
    """
    arguments = ", ".join(
        f"'{','.join(words.split())}'" for words in (key, property_column, keep, leave_out)
    )
    return migrations.RunSQL(
        sql=f"""
            CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table}
              FOR EACH ROW EXECUTE FUNCTION audit_write({arguments});
        """,
        reverse_sql=f"DROP TRIGGER audited ON {table};",
    )
