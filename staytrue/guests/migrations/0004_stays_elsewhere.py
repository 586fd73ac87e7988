"""How many stays a guest has at hotels the reader does not see: counts and a year, nothing else."""

from django.db import migrations

from staytrue.hotel.rls import allowed

# As the owner, whom the policy does not hold; so it asks by itself whether the guest is seen.
ELSEWHERE = f"""
CREATE FUNCTION stays_elsewhere(whose bigint, shown bigint[])
  RETURNS TABLE (stays int, hotels int, last_year int)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
  AS $$
    SELECT count(DISTINCT r.id)::int, count(DISTINCT r.property_id)::int,
           extract(year FROM max(r.departure_on))::int
      FROM link l
      JOIN profile p ON p.id = l.profile_id
      JOIN roster o ON o.connection_id = p.connection_id AND o.profile = p.source_id
       AND o.until_at IS NULL
      JOIN reservation r ON r.id = o.reservation_id
     WHERE l.guest_id = whose AND l.until_at IS NULL
       AND r.status IN ('in_house', 'checked_out') AND r.property_id <> ALL (shown)
       AND EXISTS (SELECT FROM link m WHERE m.guest_id = whose AND m.until_at IS NULL
                      AND {allowed("m.property_id", shared_when_null=True)})
  $$;
REVOKE EXECUTE ON FUNCTION stays_elsewhere FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stays_elsewhere TO staytrue_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0003_undoing"),
        ("hotel", "0001_roles"),
        ("mirror", "0002_mirror_rules"),
    ]

    operations = [
        migrations.RunSQL(ELSEWHERE, "DROP FUNCTION stays_elsewhere(bigint, bigint[])"),
    ]
