"""Acts are held to the properties in scope and never changed; what staff decide is audited."""

from django.db import migrations

from staytrue.hotel.rls import enable_rls
from staytrue.staff.watch import watch

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_act
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON basis_choice
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
REVOKE UPDATE, DELETE ON consent_act, basis_choice FROM staytrue_app;
"""
APPEND_ONLY_BACK = """
DROP TRIGGER append_only ON consent_act;
DROP TRIGGER append_only ON basis_choice;
GRANT UPDATE, DELETE ON consent_act, basis_choice TO staytrue_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0003_consent_acts"),
        ("hotel", "0001_roles"),
        ("staff", "0004_row_level_security"),
    ]

    operations = [
        # What is said of no hotel in particular holds for all of them.
        enable_rls("consent_act", shared_when_null=True),
        enable_rls("customer_statement", shared_when_null=True),
        enable_rls("basis_choice"),
        enable_rls("proposed_opt_out", shared_when_null=True),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
        watch(
            "customer_statement",
            property_column="property_id",
            keep="legal_entity_id property_id source language since_on signed_by ended_by",
        ),
        watch(
            "basis_choice",
            property_column="property_id",
            keep="country purpose channel requirement",
        ),
        watch("proposed_opt_out", property_column="property_id", keep="channel decision"),
    ]
