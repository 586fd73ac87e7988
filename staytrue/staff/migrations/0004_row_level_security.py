"""Asks and audit rows are held to the properties in scope; reports see no password or key."""

from django.db import migrations

from staytrue.hotel.rls import allowed, enable_rls

# Whoever acts may write a row about any property (he makes a new one, he knocks at a foreign one);
# reading is held to his own.
AUDIT = f"""
ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_property ON audit_entry FOR SELECT USING {allowed(shared_when_null=True)};
CREATE POLICY write ON audit_entry FOR INSERT WITH CHECK (true);
"""

AUDIT_BACK = """
DROP POLICY write ON audit_entry;
DROP POLICY by_property ON audit_entry;
ALTER TABLE audit_entry DISABLE ROW LEVEL SECURITY;
"""

NO_SECRETS = """
REVOKE SELECT ON member, api_key, audit_seal, audit_waiting FROM staytrue_report;
GRANT SELECT (id, name, language, is_active) ON member TO staytrue_report;
"""

NO_SECRETS_BACK = """
REVOKE SELECT (id, name, language, is_active) ON member FROM staytrue_report;
GRANT SELECT ON member, api_key, audit_seal, audit_waiting TO staytrue_report;
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0003_audit")]
    operations = [
        enable_rls("ask", shared_when_null=True),
        migrations.RunSQL(AUDIT, AUDIT_BACK),
        migrations.RunSQL(NO_SECRETS, NO_SECRETS_BACK),
    ]
