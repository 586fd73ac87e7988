"""The last instant of which database and journal know both: tells a restored database."""

from django.db import migrations, models

from staytrue.staff.watch import watch

_WATCHED_BEFORE = """
CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON sending_lease
  FOR EACH ROW EXECUTE FUNCTION
    audit_write('id', '', 'armed_at,armed_by,stopped_at,stopped_by,stopped_because',
                'fence,holder,until_at');
"""


class Migration(migrations.Migration):
    dependencies = [("guest_messages", "0008_wrong_sends")]

    operations = [
        migrations.AddField(
            model_name="lease",
            name="seen_at",
            field=models.DateTimeField(null=True),
        ),
        # Watched again below: that a worker lives is no act of anybody.
        migrations.RunSQL("DROP TRIGGER audited ON sending_lease", _WATCHED_BEFORE),
        watch(
            "sending_lease",
            keep="armed_at armed_by stopped_at stopped_by stopped_because",
            leave_out="fence holder until_at seen_at",
        ),
    ]
