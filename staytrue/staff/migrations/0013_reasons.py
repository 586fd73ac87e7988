"""Important values change only with a reason, whoever changes them and by whatever way."""

from django.db import migrations

from staytrue.staff.important import REFUSE, REFUSE_BACK, needs_reason


class Migration(migrations.Migration):
    dependencies = [("staff", "0012_signing_in")]
    operations = [
        migrations.RunSQL(REFUSE, REFUSE_BACK),
        needs_reason("member", "is_active"),
        needs_reason("role", "rights", "hidden_fields"),
        needs_reason("role_grant", "*"),
        needs_reason("property", "code", "timezone", "country", "currency", "legal_entity_id"),
        needs_reason("sign_in_policy", "second_factor", "lock_minutes"),
    ]
