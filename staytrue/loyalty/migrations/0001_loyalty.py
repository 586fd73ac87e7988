"""Terms, pauses, seals, counted stays, redemptions; the ledger itself is made by the next one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("hotel", "0002_hotel"),
    ]

    operations = [
        migrations.CreateModel(
            name="PointsEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("profile_id", models.BigIntegerField()),
                ("property_id", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("points", models.IntegerField()),
                ("lot_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("reservation_id", models.BigIntegerField(null=True)),
                ("version_id", models.BigIntegerField(null=True)),
                ("ordinal", models.IntegerField(null=True)),
                ("redemption_id", models.BigIntegerField(null=True)),
                ("inputs", models.JSONField(default=list)),
                ("actor", models.TextField()),
                ("reason", models.TextField(default="")),
            ],
            options={
                "db_table": "points_entry",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reservation_id", models.BigIntegerField(unique=True)),
                ("property_id", models.BigIntegerField()),
                ("left_on", models.DateField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "points_seal",
            },
        ),
        migrations.CreateModel(
            name="Redemption",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(unique=True)),
                ("account_id", models.BigIntegerField()),
                ("property_id", models.BigIntegerField()),
                ("points", models.IntegerField()),
                ("what", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[("held", "Held"), ("used", "Used"), ("released", "Released")],
                        default="held",
                    ),
                ),
                ("held_by", models.TextField()),
                ("held_at", models.DateTimeField()),
                ("settled_by", models.TextField(default="")),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "redemption",
                "indexes": [models.Index(fields=["account_id"], name="redemption_account")],
            },
        ),
        migrations.CreateModel(
            name="TermsVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField(unique=True)),
                (
                    "state",
                    models.TextField(
                        choices=[("draft", "Draft"), ("live", "Live")], default="draft"
                    ),
                ),
                ("terms", models.JSONField()),
                ("ladder", models.JSONField(default=dict)),
                ("expires_after", models.IntegerField(null=True)),
                ("from_on", models.DateField(null=True)),
                ("written_by", models.TextField()),
                ("written_at", models.DateTimeField()),
                ("live_by", models.TextField(default="")),
                ("live_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "loyalty_terms",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "draft"),
                            models.Q(("from_on__isnull", False), ("live_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="live_terms_begin",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AwardPause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(null=True)),
                ("set_by", models.TextField()),
                ("set_at", models.DateTimeField()),
                (
                    "property",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
            ],
            options={
                "db_table": "award_pause",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on", None),
                            ("until_on__gte", models.F("from_on")),
                            _connector="OR",
                        ),
                        name="pause_ends_after_it_began",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Switch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_on", models.BooleanField()),
                ("set_by", models.TextField()),
                ("set_at", models.DateTimeField()),
                (
                    "property",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
            ],
            options={
                "db_table": "loyalty_switch",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("property",), name="one_loyalty_switch", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CountedStay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reservation_id", models.BigIntegerField(unique=True)),
                ("property_id", models.BigIntegerField()),
                ("profile_id", models.BigIntegerField()),
                ("left_on", models.DateField()),
                ("nights", models.IntegerField()),
                ("spend", models.DecimalField(decimal_places=4, max_digits=14)),
                ("points", models.IntegerField()),
                ("why", models.TextField(default="")),
                ("facts", models.JSONField(default=dict)),
                ("parts", models.JSONField(default=list)),
                ("counted_at", models.DateTimeField()),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="loyalty.termsversion",
                    ),
                ),
            ],
            options={
                "db_table": "counted_stay",
                "indexes": [
                    models.Index(fields=["profile_id", "left_on"], name="counted_stay_profile"),
                    models.Index(fields=["property_id", "left_on"], name="counted_stay_day"),
                ],
            },
        ),
    ]
