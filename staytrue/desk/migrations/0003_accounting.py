"""Where accounting is told of decided money, and each notice; how soon the same is a repeat."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0002_desk_rules"),
        ("hotel", "0002_hotel"),
        ("staff", "0015_desk_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountingHook",
            fields=[
                (
                    "property",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="hotel.property",
                    ),
                ),
                ("url", models.TextField()),
                (
                    "allowed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("is_on", models.BooleanField(default=True)),
                ("set_by", models.TextField()),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "db_table": "accounting_hook",
            },
        ),
        migrations.CreateModel(
            name="AccountingNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("decided_at", models.DateTimeField()),
                ("body", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("attempts", models.IntegerField(default=0)),
                ("next_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("problem", models.TextField(default="")),
            ],
            options={
                "db_table": "accounting_notice",
            },
        ),
        migrations.RemoveConstraint(
            model_name="desksetting",
            name="desk_setting_makes_sense",
        ),
        migrations.AddField(
            model_name="desksetting",
            name="repeat_days",
            field=models.IntegerField(default=30),
        ),
        migrations.AddConstraint(
            model_name="desksetting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("money_limit__gte", 0),
                    ("busy_percent__gt", 0),
                    ("busy_percent__lte", 100),
                    models.Q(("rooms", None), ("rooms__gt", 0), _connector="OR"),
                    ("repeat_days__gt", 0),
                    ("repeat_days__lte", 366),
                ),
                name="desk_setting_makes_sense",
            ),
        ),
        migrations.AddField(
            model_name="accountingnotice",
            name="line",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="desk.moneyline",
            ),
        ),
        migrations.AddIndex(
            model_name="accountingnotice",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)),
                fields=["next_at"],
                name="notice_due",
            ),
        ),
        migrations.AddIndex(
            model_name="accountingnotice",
            index=models.Index(fields=["property_id", "-id"], name="notice_of_hotel"),
        ),
        migrations.AddConstraint(
            model_name="accountingnotice",
            constraint=models.UniqueConstraint(
                fields=("line", "kind", "decided_at"), name="one_notice_per_decision"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountingnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["approved", "withdrawn"])),
                name="accounting_notice_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountingnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("next_at", None), ("sent_at", None), _connector="OR"),
                name="notice_is_sent_or_waits",
            ),
        ),
    ]
