"""What messages say, held to the properties in scope; what belongs to the group is everybody's."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls
from staytrue.staff.watch import watch


class Migration(migrations.Migration):
    dependencies = [
        ("guest_messages", "0002_sending"),
        ("hotel", "0002_hotel"),
    ]

    operations = [
        migrations.CreateModel(
            name="Letterhead",
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
                ("colour", models.TextField(default="#162a22")),
                ("address", models.TextField(default="")),
                ("phone", models.TextField(default="")),
                ("email", models.TextField(default="")),
                ("website", models.TextField(default="")),
                (
                    "domains",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("legal_line", models.TextField(default="")),
                ("check_in_from", models.TimeField(null=True)),
                ("check_out_until", models.TimeField(null=True)),
                ("directions", models.JSONField(default=dict)),
                ("good_to_know", models.JSONField(default=dict)),
                ("greetings", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "letterhead",
            },
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.TextField()),
                ("channel", models.TextField(default="email")),
                (
                    "property",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
            ],
            options={
                "db_table": "template",
            },
        ),
        migrations.CreateModel(
            name="TemplateVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField(null=True)),
                ("number", models.IntegerField()),
                ("texts", models.JSONField(default=dict)),
                ("purpose", models.TextField()),
                ("state", models.TextField(default="draft")),
                ("written_by", models.TextField()),
                ("written_at", models.DateTimeField()),
                ("approved_by", models.TextField(default="")),
                ("approved_at", models.DateTimeField(null=True)),
                (
                    "looked_at",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="guest_messages.template",
                    ),
                ),
            ],
            options={
                "db_table": "template_version",
            },
        ),
        migrations.AddConstraint(
            model_name="template",
            constraint=models.UniqueConstraint(
                fields=("kind", "channel", "property"), name="one_template", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="templateversion",
            constraint=models.UniqueConstraint(
                fields=("template", "number"), name="one_version_per_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="templateversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["draft", "waiting"])),
                fields=("template",),
                name="one_open_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="templateversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "live")), fields=("template",), name="one_live_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="templateversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["live", "retired"]), _negated=True),
                    models.Q(("approved_by", ""), _negated=True),
                    _connector="OR",
                ),
                name="live_version_is_approved",
            ),
        ),
        enable_rls("letterhead"),
        enable_rls("template", shared_when_null=True),
        enable_rls("template_version", shared_when_null=True),
        watch(
            "letterhead",
            key="property_id",
            property_column="property_id",
            keep="colour domains check_in_from check_out_until greetings",
        ),
        watch(
            "template_version",
            property_column="property_id",
            keep="template_id number purpose state looked_at",
        ),
    ]
