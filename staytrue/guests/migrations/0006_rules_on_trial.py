"""Rules that prove themselves at a hotel before they join there: where each stands, what was drawn."""

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import Q

from staytrue.staff.watch import watch

_WATCHED_BEFORE = """
CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON matching_setting
  FOR EACH ROW EXECUTE FUNCTION
    audit_write('id', '', 'automatic,cascade,steps,error_budget', 'salt');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0005_decisions_in_sight"),
    ]

    operations = [
        migrations.AddField(
            model_name="matchingsetting",
            name="prove_first",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), default=list, size=None
            ),
        ),
        # Watched again below, with the new column among what is kept.
        migrations.RunSQL("DROP TRIGGER audited ON matching_setting", _WATCHED_BEFORE),
        # The score joins on nobody's word but its own; the cascade is what the hotels ask for.
        migrations.RunSQL(
            "UPDATE matching_setting SET prove_first = '{score}'",
            migrations.RunSQL.noop,
        ),
        watch(
            "matching_setting",
            keep="automatic cascade steps error_budget prove_first",
            leave_out="salt",
        ),
        migrations.CreateModel(
            name="RuleStanding",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("rule", models.TextField()),
                ("property_id", models.BigIntegerField(null=True)),
                ("stage", models.TextField()),
                ("may_merge", models.BooleanField(default=False)),
                ("since", models.DateTimeField()),
            ],
            options={"db_table": "rule_standing"},
        ),
        migrations.AddConstraint(
            model_name="rulestanding",
            constraint=models.UniqueConstraint(
                fields=("rule", "property_id"), name="one_standing", nulls_distinct=False
            ),
        ),
        migrations.AlterField(
            model_name="safetycheck",
            name="event_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="safetycheck",
            name="proposal_id",
            field=models.BigIntegerField(null=True, unique=True),
        ),
        migrations.AddConstraint(
            model_name="safetycheck",
            constraint=models.CheckConstraint(
                condition=Q(event_id__isnull=False, proposal_id=None)
                | Q(event_id=None, proposal_id__isnull=False),
                name="merge_or_proposal",
            ),
        ),
    ]
