"""How a desk works changes only with a reason; accounting's hook is watched, and seen by its hotel."""

from django.db import migrations

from staytrue.hotel.rls import enable_rls
from staytrue.staff.important import needs_reason
from staytrue.staff.watch import watch

KEPT = "duty_role_id money_limit rooms busy_percent checks_a_day"
_SETTING = {"key": "property_id", "property_column": "property_id"}


class Migration(migrations.Migration):
    dependencies = [("desk", "0003_accounting"), ("staff", "0013_reasons")]

    operations = [
        enable_rls("accounting_hook"),
        enable_rls("accounting_notice"),
        watch(
            "accounting_hook",
            key="property_id",
            property_column="property_id",
            keep="url allowed is_on set_by",
        ),
        migrations.RunSQL(
            "DROP TRIGGER audited ON desk_setting;",
            watch("desk_setting", **_SETTING, keep=KEPT).sql,
        ),
        watch("desk_setting", **_SETTING, keep=f"{KEPT} repeat_days"),
        *(
            needs_reason(table, "*")
            for table in ("desk_setting", "house_rule", "case_type", "trigger_rule", "department",
                          "accounting_hook")
        ),
    ]  # fmt: skip
