"""The log itself: partitioned by month, append-only, held to the properties in scope."""

from django.db import migrations

from staytrue.hotel.rls import enable_rls

LOG = """
CREATE TABLE change (
  id bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL,
  source_at timestamptz,
  object text NOT NULL,
  object_id bigint NOT NULL,
  no integer NOT NULL,
  connection_id bigint,
  property_id bigint,
  kinds text[] NOT NULL,
  diff jsonb,
  prior jsonb,
  delivery_id bigint,
  line integer,
  history boolean NOT NULL DEFAULT false,
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX change_object ON change (object, object_id);
CREATE INDEX change_delivery ON change (delivery_id);
REVOKE UPDATE, DELETE, TRUNCATE ON change FROM staytrue_app;
"""

# The owner makes the partitions: at each start, and through this function for the daily job.
PARTITIONS = """
CREATE FUNCTION staytrue_make_partitions(from_month date, months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  first date;
  name text;
  made integer := 0;
BEGIN
  IF months NOT BETWEEN 1 AND 36 THEN
    RAISE EXCEPTION 'months must be 1 to 36, not %', months;
  END IF;
  FOR i IN 0 .. months - 1 LOOP
    first := (date_trunc('month', from_month) + make_interval(months => i))::date;
    name := 'change_' || to_char(first, 'YYYY_MM');
    IF to_regclass('public.' || name) IS NULL THEN
      PERFORM pg_advisory_xact_lock(hashtext('staytrue_make_partitions'));
      IF to_regclass('public.' || name) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF change FOR VALUES FROM (%L) TO (%L)', name,
                       first::timestamp AT TIME ZONE 'UTC',
                       (first + interval '1 month') AT TIME ZONE 'UTC');
        EXECUTE format('REVOKE ALL ON %I FROM staytrue_app', name);
        made := made + 1;
      END IF;
    END IF;
  END LOOP;
  RETURN made;
END $$;
REVOKE ALL ON FUNCTION staytrue_make_partitions(date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION staytrue_make_partitions(date, integer) TO staytrue_app;
"""


class Migration(migrations.Migration):
    dependencies = [("changes", "0001_changes")]

    operations = [
        migrations.RunSQL(LOG, "DROP TABLE change"),
        migrations.RunSQL(PARTITIONS, "DROP FUNCTION staytrue_make_partitions"),
        enable_rls("change", shared_when_null=True),
        enable_rls("screen_number"),
    ]
