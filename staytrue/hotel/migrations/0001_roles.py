"""The three database roles: the owner migrates, the app works under row-level security, reports read.

Everything made after this migration is granted by default.
"""

from django.db import migrations

# On a server of one's own the owner may lack CREATEROLE; then it says what to run, once.
MAKE_ROLES = """
DO $$
DECLARE role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['staytrue_app', 'staytrue_report'] LOOP
    CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = role);
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role);
    EXCEPTION
      WHEN duplicate_object THEN NULL;
      WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'The role % is missing. As an administrator of the server: CREATE ROLE %',
          role, role USING ERRCODE = 'insufficient_privilege';
    END;
  END LOOP;
END $$;
"""

# Tables of Django, allauth and procrastinate may stand already: their migrations have no order
# with ours. TRUNCATE is granted by nobody here; it passes row-level security.
GRANT = """
GRANT USAGE ON SCHEMA public TO staytrue_app, staytrue_report;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO staytrue_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO staytrue_app;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO staytrue_report;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO staytrue_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO staytrue_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO staytrue_report;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM staytrue_app;
"""

TAKE_BACK = """
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM staytrue_app, staytrue_report;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM staytrue_app;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM staytrue_app, staytrue_report;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM staytrue_app;
REVOKE USAGE ON SCHEMA public FROM staytrue_app, staytrue_report;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(MAKE_ROLES), migrations.RunSQL(GRANT, TAKE_BACK)]
