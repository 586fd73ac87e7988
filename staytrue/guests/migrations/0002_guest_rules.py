"""Rows held to the properties in scope; the one row of settings; acts on settings are audited."""

from django.db import migrations

from staytrue.hotel.rls import SETTING, enable_rls
from staytrue.staff.watch import watch

# A guest has no property: he is seen where one of his profiles is. The link's own policy says which.
_SEEN = f"""(
  (SELECT current_setting('{SETTING}', true)) = '*'
  OR EXISTS (SELECT FROM link WHERE link.guest_id = guest.id)
)"""
GUEST = f"""
ALTER TABLE guest ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_property ON guest USING {_SEEN} WITH CHECK (
  (SELECT current_setting('{SETTING}', true)) <> '');
"""
GUEST_BACK = """
DROP POLICY by_property ON guest;
ALTER TABLE guest DISABLE ROW LEVEL SECURITY;
"""

# Staff acts are few and their rows small; bulk tables are not watched, their events are the record.
SETTING_ROW = """
INSERT INTO matching_setting (id, automatic, cascade, steps, error_budget, salt)
VALUES (1, false, 'guarded', '{card,phone,address}', 0.005, '');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0001_guests"),
        ("hotel", "0001_roles"),
        ("staff", "0005_guest_rights"),
    ]

    operations = [
        enable_rls("link", shared_when_null=True),
        enable_rls("source_profile", shared_when_null=True),
        enable_rls("correction", shared_when_null=True),
        enable_rls("persona_choice", shared_when_null=True),
        migrations.RunSQL(GUEST, GUEST_BACK),
        migrations.RunSQL(SETTING_ROW, "DELETE FROM matching_setting"),
        watch("matching_setting", keep="automatic cascade steps error_budget", leave_out="salt"),
        watch("source_trust", key="connection_id", keep="kind trust"),
        watch("correction", property_column="property_id", keep="field standing"),
        watch("persona_choice", property_column="property_id", keep="persona is_so"),
        watch("pair_rule", keep="kind one other"),
    ]
