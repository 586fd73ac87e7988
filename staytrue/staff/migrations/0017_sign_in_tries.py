"""Wrong tries at signing in, counted for all processes together."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0016_letter_right")]
    operations = [
        migrations.CreateModel(
            name="SignInTry",
            fields=[
                ("key", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("last_at", models.DateTimeField()),
                ("until_at", models.DateTimeField()),
                ("used", models.CharField(default="", max_length=40)),
            ],
            options={"db_table": "sign_in_try"},
        ),
        # Who guesses is nothing for reports.
        migrations.RunSQL(
            "REVOKE SELECT ON sign_in_try FROM staytrue_report;",
            "GRANT SELECT ON sign_in_try TO staytrue_report;",
        ),
    ]
