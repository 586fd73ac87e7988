"""The database writes the audit of watched tables itself, and refuses to change a written row."""

from django.db import migrations

from staytrue.staff.watch import watch

REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
REVOKE UPDATE, DELETE ON audit_entry, audit_seal FROM staytrue_app;
"""

REFUSE_BACK = """
DROP TRIGGER append_only ON audit_entry;
DROP TRIGGER append_only ON audit_seal;
DROP FUNCTION audit_refuse();
GRANT UPDATE, DELETE ON audit_entry, audit_seal TO staytrue_app;
"""

# The sealer finds its work here: looking for entries without a seal would read the whole audit,
# and a last-seen id would miss those that commit later with a lower id.
WAIT = """
CREATE FUNCTION audit_wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_waiting (entry_id) VALUES (NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER waits_for_seal AFTER INSERT ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION audit_wait();
"""

WAIT_BACK = """
DROP TRIGGER waits_for_seal ON audit_entry;
DROP FUNCTION audit_wait();
"""

# Arguments: key column, property column, columns whose values are kept, columns left out.
WRITE = """
CREATE FUNCTION audit_write() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept text[] := string_to_array(TG_ARGV[2], ',');
  left_out text[] := string_to_array(TG_ARGV[3], ',');
  old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
  new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
  any_row jsonb := old_row || new_row;
  changed text[];
  actor text := current_setting('staytrue.actor', true);
  instant text := current_setting('staytrue.at', true);
BEGIN
  SELECT array_agg(name ORDER BY name) INTO changed
    FROM jsonb_object_keys(any_row) AS name
   WHERE old_row -> name IS DISTINCT FROM new_row -> name AND name <> ALL (left_out);
  IF changed IS NULL THEN
    RETURN NULL;
  END IF;
  IF coalesce(actor, '') = '' OR coalesce(instant, '') = '' THEN
    RAISE EXCEPTION 'nobody said who changes % and when', TG_TABLE_NAME
      USING HINT = 'Do it inside staff.audit.acting(actor, now).';
  END IF;
  INSERT INTO audit_entry
    (at, actor, action, object, property_id, fields, before, after, reason, facts)
  VALUES (
    instant::timestamptz,
    actor,
    CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END,
    TG_TABLE_NAME || ':' || (any_row ->> TG_ARGV[0]),
    (any_row ->> nullif(TG_ARGV[1], ''))::bigint,
    changed,
    (SELECT coalesce(jsonb_object_agg(name, old_row -> name), '{}')
       FROM unnest(changed) AS name WHERE name = ANY (kept) AND old_row ? name),
    (SELECT coalesce(jsonb_object_agg(name, new_row -> name), '{}')
       FROM unnest(changed) AS name WHERE name = ANY (kept) AND new_row ? name),
    coalesce(current_setting('staytrue.reason', true), ''),
    '{}'
  );
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_seven_roles"), ("hotel", "0002_hotel")]
    operations = [
        migrations.RunSQL(REFUSE, REFUSE_BACK),
        migrations.RunSQL(WAIT, WAIT_BACK),
        migrations.RunSQL(WRITE, "DROP FUNCTION audit_write();"),
        watch("member", keep="language is_active", leave_out="last_login"),
        watch("role", key="key", keep="rights hidden_fields is_built_in"),
        watch("role_grant", property_column="property_id", keep="member_id role_id property_id"),
        watch("api_key", keep="member_id prefix created_at expires_at revoked_at"),
        watch("legal_entity", keep="name country"),
        # The business date moves every night by itself: the change log has it.
        watch(
            "property",
            property_column="id",
            keep="code name legal_entity_id timezone country currency language city day_close_at",
            leave_out="business_date",
        ),
    ]
