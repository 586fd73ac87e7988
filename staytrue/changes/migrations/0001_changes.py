"""The change log, what is unsettled, and the number screens ask for."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("source_at", models.DateTimeField(null=True)),
                ("object", models.TextField()),
                ("object_id", models.BigIntegerField()),
                ("no", models.IntegerField()),
                ("connection_id", models.BigIntegerField(null=True)),
                ("property_id", models.BigIntegerField(null=True)),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("diff", models.JSONField(null=True)),
                ("prior", models.JSONField(null=True)),
                ("delivery_id", models.BigIntegerField(null=True)),
                ("line", models.IntegerField(null=True)),
                ("history", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "change",
                "ordering": ["-at", "-id"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="ScreenNumber",
            fields=[
                ("property_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "screen_number",
            },
        ),
        migrations.CreateModel(
            name="Unsettled",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reaction", models.TextField()),
                ("object", models.TextField()),
                ("object_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("attempts", models.IntegerField(default=0)),
                ("not_before", models.DateTimeField(null=True)),
                ("trouble", models.TextField(default="")),
            ],
            options={
                "db_table": "unsettled",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("reaction", "object", "object_id"), name="settle_once"
                    )
                ],
            },
        ),
    ]
