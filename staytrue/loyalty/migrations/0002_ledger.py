"""The ledger: partitioned by profile, append-only, each award once; who sets what is audited."""

from django.db import migrations

from staytrue.hotel.rls import enable_rls
from staytrue.staff.watch import watch

PARTS = 16

# A guest's lines lie in few partitions, and one lock or index never grows with the whole group.
LEDGER = f"""
CREATE TABLE points_entry (
  id bigint GENERATED ALWAYS AS IDENTITY,
  profile_id bigint NOT NULL,
  property_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('award', 'correction', 'counter', 'opening', 'adjustment',
                                     'hold', 'release', 'expiry')),
  points integer NOT NULL CHECK (points <> 0),
  lot_on date NOT NULL,
  at timestamptz NOT NULL,
  reservation_id bigint,
  version_id bigint,
  ordinal integer,
  redemption_id bigint,
  inputs jsonb NOT NULL DEFAULT '[]',
  actor text NOT NULL,
  reason text NOT NULL DEFAULT '',
  PRIMARY KEY (id, profile_id),
  UNIQUE (profile_id, reservation_id, version_id, ordinal),
  CHECK ((kind IN ('award', 'correction', 'counter'))
         = (num_nonnulls(reservation_id, version_id, ordinal) = 3)),
  CHECK ((kind IN ('hold', 'release')) = (redemption_id IS NOT NULL))
) PARTITION BY HASH (profile_id);
CREATE INDEX points_entry_profile ON points_entry (profile_id, lot_on);
CREATE INDEX points_entry_reservation ON points_entry (reservation_id);
CREATE INDEX points_entry_redemption ON points_entry (redemption_id);
{
    "".join(
        f"CREATE TABLE points_entry_{part} PARTITION OF points_entry"
        f" FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part});"
        f"REVOKE ALL ON points_entry_{part} FROM staytrue_app;"
        for part in range(PARTS)
    )
}
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON points_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON points_seal
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
REVOKE UPDATE, DELETE ON points_entry, points_seal FROM staytrue_app;
"""
BACK = """
DROP TRIGGER append_only ON points_seal;
GRANT UPDATE, DELETE ON points_seal TO staytrue_app;
DROP TABLE points_entry;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0001_loyalty"),
        ("hotel", "0001_roles"),
        ("staff", "0004_row_level_security"),
    ]

    operations = [
        migrations.RunSQL(LEDGER, BACK),
        *(
            enable_rls(table)
            for table in ("points_entry", "points_seal", "counted_stay", "redemption")
        ),
        watch("loyalty_switch", property_column="property_id", keep="is_on"),
        watch("loyalty_terms", keep="number state terms ladder expires_after from_on"),
        watch("award_pause", property_column="property_id", keep="from_on until_on"),
        watch("redemption", property_column="property_id", keep="account_id points what state"),
    ]
