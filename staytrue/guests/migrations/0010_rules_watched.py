"""Rules that join from the first profile run only two answers ahead, unless a house trusts them."""

import django.contrib.postgres.fields
from django.db import migrations, models

from staytrue.staff.watch import watch

_WATCHED_BEFORE = """
CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON matching_setting
  FOR EACH ROW EXECUTE FUNCTION
    audit_write('id', '', 'automatic,cascade,steps,error_budget,prove_first', 'salt');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0009_checkout_lines"),
    ]

    operations = [
        migrations.AddField(
            model_name="matchingsetting",
            name="trusted",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), default=list, size=None
            ),
        ),
        # Watched again below, with the new column among what is kept.
        migrations.RunSQL("DROP TRIGGER audited ON matching_setting", _WATCHED_BEFORE),
        # A house in use goes on as it did; a new one begins with nothing trusted.
        migrations.RunSQL(
            """UPDATE matching_setting
                  SET trusted = ARRAY(SELECT r FROM unnest('{score,card,phone,address}'::text[]) r
                                       WHERE NOT r = ANY(prove_first))
                WHERE EXISTS (SELECT FROM guest)""",
            migrations.RunSQL.noop,
        ),
        watch(
            "matching_setting",
            keep="automatic cascade steps error_budget prove_first trusted",
            leave_out="salt",
        ),
    ]
