"""Stages are vacuumed after rows were deleted from them, and left alone while they fill."""

from django.db import migrations

# What was deleted must be swept up, or each import lengthens the file of the stage. Rows that only
# came are merged and gone before anything is gained by a vacuum, and what the planner must know of
# them the import says itself (`kit.merge.describe`). The number of dead rows is fixed: a share of
# all would be of those that stood there when the stage was described last.
VACUUMED = """
ALTER TABLE stage_{table} RESET (autovacuum_enabled);
ALTER TABLE stage_{table} SET (
  autovacuum_vacuum_threshold = 10000,
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = -1,
  autovacuum_analyze_threshold = 2147483647
);
"""
NOT_VACUUMED = """
ALTER TABLE stage_{table} RESET (
  autovacuum_vacuum_threshold,
  autovacuum_vacuum_scale_factor,
  autovacuum_vacuum_insert_threshold,
  autovacuum_analyze_threshold
);
ALTER TABLE stage_{table} SET (autovacuum_enabled = off);
"""


class Migration(migrations.Migration):
    dependencies = [("mirror", "0007_fidelity")]

    operations = [
        migrations.RunSQL(VACUUMED.format(table=table), NOT_VACUUMED.format(table=table))
        for table in ("reservation", "profile")
    ]
