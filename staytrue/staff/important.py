"""Values whose change needs a reason: one list, and the triggers that refuse a change without one.

The database refuses, so that no screen, command or program can leave the reason out; the audit
keeps it with who, when, before and after.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db import migrations

WHOLE = "*"
"""Every row that comes, changes or goes."""
IMPORTANT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "member": ("is_active",),
        "role": ("rights", "hidden_fields"),
        "role_grant": (WHOLE,),
        "property": ("code", "timezone", "country", "currency", "legal_entity_id"),
        "sign_in_policy": ("second_factor", "lock_minutes"),
        "desk_setting": (WHOLE,),
        "house_rule": (WHOLE,),
        "case_type": (WHOLE,),
        "trigger_rule": (WHOLE,),
        "department": (WHOLE,),
        "accounting_hook": (WHOLE,),
    }
)
TRIGGERS = ("reason_to_change", "reason_to_remove")

REFUSE = """
CREATE FUNCTION audit_reasoned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF btrim(coalesce(current_setting('staytrue.reason', true), '')) = '' THEN
    RAISE EXCEPTION 'nobody said why % changes', TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = 'reason_needed',
            HINT = 'Do it inside staff.audit.because(reason).';
  END IF;
  RETURN NULL;
END $$;
"""
REFUSE_BACK = "DROP FUNCTION audit_reasoned();"


def needs_reason(table: str, *columns: str) -> migrations.RunSQL:
    """Refuse to change these columns of `table`, or to remove its rows, without a reason."""
    changed, removed = TRIGGERS
    if columns == (WHOLE,):
        change = f"AFTER INSERT OR UPDATE ON {table} FOR EACH ROW"
    else:
        differ = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
        change = f"AFTER UPDATE OF {', '.join(columns)} ON {table} FOR EACH ROW WHEN ({differ})"
    return migrations.RunSQL(
        sql=f"""
            CREATE TRIGGER {changed} {change} EXECUTE FUNCTION audit_reasoned();
            CREATE TRIGGER {removed} AFTER DELETE ON {table}
              FOR EACH ROW EXECUTE FUNCTION audit_reasoned();
        """,
        reverse_sql=f"""
            DROP TRIGGER {changed} ON {table};
            DROP TRIGGER {removed} ON {table};
        """,
    )
