"""What a draft of terms would have given, counted before it goes live."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0002_ledger"),
    ]

    operations = [
        migrations.CreateModel(
            name="TrialOfTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                ("draft", models.JSONField()),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("done", models.IntegerField(default=0)),
                ("total", models.IntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                ("result", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "terms_trial",
            },
        ),
    ]
