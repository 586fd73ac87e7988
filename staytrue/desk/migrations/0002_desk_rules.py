"""Histories are only added to; hotels see their own; who sets how a desk works is audited."""

from django.db import migrations

from staytrue.hotel.rls import enable_rls
from staytrue.staff.watch import watch

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON case_event
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
REVOKE UPDATE, DELETE ON case_event FROM staytrue_app;
"""
BACK = """
DROP TRIGGER append_only ON case_event;
GRANT UPDATE, DELETE ON case_event TO staytrue_app;
"""
TABLES = (
    "desk_case", "case_event", "money_line", "case_mention", "department", "department_member",
    "shift", "case_type", "desk_setting", "house_rule", "trigger_rule", "shift_reading",
    "spot_check", "busy_report", "outside_review",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0001_desk"),
        ("hotel", "0001_roles"),
        ("staff", "0004_row_level_security"),
    ]

    operations = [
        migrations.RunSQL(APPEND_ONLY, BACK),
        *(enable_rls(table) for table in TABLES),
        watch("department", property_column="property_id", keep="key name role_id opens closes"),
        watch(
            "department_member",
            property_column="property_id",
            keep="department_id member_id property_id",
        ),
        watch(
            "shift",
            property_column="property_id",
            keep="department_id name days begins ends role_id member_id",
        ),
        watch(
            "case_type",
            property_column="property_id",
            keep="key kind name role_id department minutes steps is_reviewed handovers_max",
        ),
        watch(
            "desk_setting",
            key="property_id",
            property_column="property_id",
            keep="duty_role_id money_limit rooms busy_percent checks_a_day",
        ),
        watch(
            "house_rule",
            property_column="property_id",
            keep="about subject version text bounds since_at until_at",
        ),
        watch("trigger_rule", property_column="property_id", keep="trigger type_key"),
    ]
