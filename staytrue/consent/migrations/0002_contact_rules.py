"""Rows held to the properties in scope, profiles by any address ever, and who can be written to."""

from django.db import migrations

from staytrue.hotel.rls import SETTING, enable_rls, lookup

# A contact point has no property: it is seen where one of its uses is, by the uses' own policy.
# Its uses come after it, so only the worker, who is everywhere, may make one.
_SEEN = f"""(
  (SELECT current_setting('{SETTING}', true)) = '*'
  OR EXISTS (SELECT FROM contact_use u WHERE u.contact_point_id = contact_point.id)
)"""
POINT = f"""
ALTER TABLE contact_point ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_property ON contact_point USING {_SEEN} WITH CHECK {_SEEN};
"""
POINT_BACK = """
DROP POLICY by_property ON contact_point;
ALTER TABLE contact_point DISABLE ROW LEVEL SECURITY;
"""

# Whoever rules on a contact point rules for all hotels that use it, also those he does not see.
# Only their ids are told, to somebody who sees the contact point.
HOTELS = """
CREATE FUNCTION hotels_of_contact_point(point bigint) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
  AS $$ SELECT DISTINCT property_id FROM contact_use WHERE contact_point_id = point $$;
REVOKE EXECUTE ON FUNCTION hotels_of_contact_point FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hotels_of_contact_point TO staytrue_app;
"""

# One row per profile: can marketing reach it by e-mail, and else what stands in the way. The rank
# and the order are those of `consent/rules.py`; a test compares. A guest's is the best of his
# profiles', unless one of them `refuses`.
REACH = """
CREATE VIEW profile_reach WITH (security_invoker = true) AS
SELECT p.id AS profile_id, p.property_id, coalesce(b.rank, 7) AS rank,
       (ARRAY['reachable', 'opted_out', 'family', 'relay', 'agency', 'own', 'placeholder',
              'missing'])[coalesce(b.rank, 7) + 1] AS state,
       b.contact_point_id, b.seen_at, b.since_at,
       EXISTS (SELECT FROM jsonb_array_elements(p.consents) c
                WHERE c->>'purpose' = 'marketing' AND c->>'channel' = 'email'
                  AND c->>'state' = 'out') AS refuses
  FROM profile p
  LEFT JOIN LATERAL (
    SELECT u.contact_point_id, u.seen_at, u.since_at,
           CASE WHEN c.role IN ('private', 'company') THEN CASE WHEN c.refused THEN 1 ELSE 0 END
                WHEN c.role = 'family' THEN
                  CASE WHEN c.refused THEN 1 WHEN u.marketing = 'in' THEN 0 ELSE 2 END
                WHEN c.role = 'relay' THEN 3 WHEN c.role = 'agency' THEN 4
                WHEN c.role = 'own' THEN 5 ELSE 6 END AS rank
      FROM contact_use u JOIN contact_point c ON c.id = u.contact_point_id
     WHERE u.profile_id = p.id AND u.until_at IS NULL AND c.kind = 'email'
     ORDER BY rank, u.seen_at DESC, u.since_at DESC, c.value LIMIT 1) b ON true
"""


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0001_contact_points"),
        ("hotel", "0001_roles"),
        ("mirror", "0002_mirror_rules"),
    ]

    operations = [
        enable_rls("contact_use", shared_when_null=True),
        migrations.RunSQL(POINT, POINT_BACK),
        migrations.RunSQL(HOTELS, "DROP FUNCTION hotels_of_contact_point"),
        migrations.RunSQL(REACH, "DROP VIEW profile_reach"),
        lookup(
            "uses_by_contact",
            "contact_use",
            """contact_point_id IN (SELECT c.id FROM contact_point c WHERE c.value = ANY (keys))
               AND property_id = ANY (properties)""",
            "keys text[], properties bigint[]",
            shared_when_null=True,
        ),
    ]
