"""What guests wrote on their own pages, held to the properties in scope."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("hotel", "0002_hotel"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArrivalForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reservation_id", models.BigIntegerField(unique=True)),
                ("profile_id", models.BigIntegerField()),
                ("link_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("language", models.TextField()),
                ("read_at", models.DateTimeField(null=True)),
                ("read_by", models.TextField(default="")),
                ("comes", models.TextField(default="")),
                ("wishes", models.TextField(default="")),
                (
                    "property",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
            ],
            options={
                "db_table": "arrival_form",
                "indexes": [models.Index(fields=["profile_id"], name="arrival_form_profile")],
            },
        ),
        migrations.CreateModel(
            name="SurveyAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reservation_id", models.BigIntegerField(unique=True)),
                ("profile_id", models.BigIntegerField()),
                ("link_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("language", models.TextField()),
                ("read_at", models.DateTimeField(null=True)),
                ("read_by", models.TextField(default="")),
                ("score", models.SmallIntegerField()),
                (
                    "topics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("comment", models.TextField(default="")),
                ("wants_call", models.BooleanField(default=False)),
                (
                    "property",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
            ],
            options={
                "db_table": "survey_answer",
                "indexes": [models.Index(fields=["profile_id"], name="survey_answer_profile")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 0), ("score__lte", 10)),
                        name="score_of_eleven",
                    )
                ],
            },
        ),
        enable_rls("arrival_form"),
        enable_rls("survey_answer"),
    ]
