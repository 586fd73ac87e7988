"""Live changes of a connection are found by their instant: the lag report reads no more than them."""

from django.db import migrations

# Without history, whose import writes a change per stay: it has no lag and pays nothing.
LIVE = """
CREATE INDEX change_live ON change (connection_id, at) WHERE NOT history AND source_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("changes", "0002_change_log")]
    operations = [migrations.RunSQL(LIVE, "DROP INDEX change_live")]
