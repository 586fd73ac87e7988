"""Cases with their history, how hotels work, and what is measured."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("hotel", "0002_hotel"),
        ("staff", "0011_checkout_rights"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.TextField()),
                ("type_key", models.TextField()),
                ("words", models.TextField(default="")),
                ("cause", models.TextField(default="")),
                ("place", models.TextField(default="")),
                ("department", models.TextField(default="")),
                ("reservation_id", models.BigIntegerField(null=True)),
                ("profile_id", models.BigIntegerField(null=True)),
                ("folio_line", models.TextField(default="")),
                ("message_id", models.UUIDField(null=True)),
                ("origin", models.TextField()),
                ("origin_key", models.TextField(default="")),
                ("state", models.TextField(default="new")),
                ("due_at", models.DateTimeField()),
                ("step", models.IntegerField(default=0)),
                ("climbs_at", models.DateTimeField(null=True)),
                ("left_seconds", models.IntegerField(null=True)),
                ("offered_by", models.TextField(default="")),
                ("handovers", models.IntegerField(default=0)),
                (
                    "exceptions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                (
                    "note_parts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                (
                    "authors",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("is_mismatched", models.BooleanField(default=False)),
                ("approved_by", models.TextField(default="")),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.TextField()),
                ("taken_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.TextField(default="")),
                ("last_no", models.IntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                (
                    "offered_member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "offered_role",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.role",
                    ),
                ),
                (
                    "owner_member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner_role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.role",
                    ),
                ),
                (
                    "property",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
            ],
            options={
                "db_table": "desk_case",
            },
        ),
        migrations.CreateModel(
            name="CaseEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("no", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("kind", models.TextField()),
                ("sets", models.JSONField(default=dict)),
                ("facts", models.JSONField(default=dict)),
                ("reason", models.TextField(default="")),
                ("words", models.JSONField(default=dict)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="desk.case",
                    ),
                ),
            ],
            options={
                "db_table": "case_event",
            },
        ),
        migrations.CreateModel(
            name="CaseType",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField()),
                ("kind", models.TextField()),
                ("name", models.TextField(default="")),
                ("department", models.TextField(default="")),
                ("minutes", models.IntegerField()),
                ("steps", models.JSONField(default=list)),
                ("is_reviewed", models.BooleanField(default=False)),
                ("handovers_max", models.IntegerField(default=2)),
                (
                    "property",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.role",
                    ),
                ),
            ],
            options={
                "db_table": "case_type",
            },
        ),
        migrations.CreateModel(
            name="Department",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField()),
                ("name", models.TextField()),
                ("opens", models.TimeField(null=True)),
                ("closes", models.TimeField(null=True)),
                (
                    "property",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.role",
                    ),
                ),
            ],
            options={
                "db_table": "department",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="DepartmentMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="desk.department",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "department_member",
            },
        ),
        migrations.CreateModel(
            name="DeskSetting",
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
                ("money_limit", models.DecimalField(decimal_places=2, default=50, max_digits=12)),
                ("rooms", models.IntegerField(null=True)),
                ("busy_percent", models.IntegerField(default=85)),
                ("checks_a_day", models.IntegerField(default=5)),
                (
                    "duty_role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.role",
                    ),
                ),
            ],
            options={
                "db_table": "desk_setting",
            },
        ),
        migrations.CreateModel(
            name="HouseRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("about", models.TextField()),
                ("subject", models.SlugField()),
                ("version", models.IntegerField()),
                ("text", models.TextField()),
                ("bounds", models.JSONField()),
                ("since_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(null=True)),
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
                "db_table": "house_rule",
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("no", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="desk.case",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "case_mention",
            },
        ),
        migrations.CreateModel(
            name="MoneyLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.TextField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("currency", models.CharField(max_length=3)),
                ("state", models.TextField(default="proposed")),
                ("reason", models.TextField()),
                ("proposed_by", models.TextField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.TextField(default="")),
                ("decided_at", models.DateTimeField(null=True)),
                ("folio_line", models.TextField(default="")),
                (
                    "known",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("posted_at", models.DateTimeField(null=True)),
                ("reconciled_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="desk.case",
                    ),
                ),
                (
                    "property",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hotel.property",
                    ),
                ),
            ],
            options={
                "db_table": "money_line",
            },
        ),
        migrations.CreateModel(
            name="OutsideReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.TextField()),
                ("on", models.DateField()),
                ("source", models.TextField()),
                ("score", models.DecimalField(decimal_places=2, max_digits=4)),
                ("text", models.TextField(default="")),
                ("entered_by", models.TextField()),
                ("entered_at", models.DateTimeField()),
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
                "db_table": "outside_review",
            },
        ),
        migrations.CreateModel(
            name="Shift",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property_id", models.BigIntegerField()),
                ("name", models.TextField()),
                (
                    "days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                ("begins", models.TimeField()),
                ("ends", models.TimeField()),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="desk.department",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.role",
                    ),
                ),
            ],
            options={
                "db_table": "shift",
            },
        ),
        migrations.CreateModel(
            name="ShiftReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("since_at", models.DateTimeField()),
                ("cases", models.IntegerField()),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                "db_table": "shift_reading",
            },
        ),
        migrations.CreateModel(
            name="SpotCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("seed", models.IntegerField()),
                ("drawn_at", models.DateTimeField()),
                ("verdict", models.TextField(default="")),
                ("checked_by", models.TextField(default="")),
                ("checked_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="desk.case",
                    ),
                ),
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
                "db_table": "spot_check",
            },
        ),
        migrations.CreateModel(
            name="TriggerRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("trigger", models.TextField()),
                ("type_key", models.TextField(default="")),
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
                "db_table": "trigger_rule",
            },
        ),
        migrations.CreateModel(
            name="BusyReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("read_by", models.TextField(default="")),
                ("read_at", models.DateTimeField(null=True)),
                ("escalated_at", models.DateTimeField(null=True)),
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
                "db_table": "busy_report",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("property", "first_on"), name="one_busy_report"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_on__gte", models.F("first_on"))),
                        name="busy_nights_in_order",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "complete"), _negated=True),
                fields=["property", "due_at"],
                name="case_open",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("climbs_at__isnull", False)),
                fields=["climbs_at"],
                name="case_climbs",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["property", "opened_at"], name="case_opened"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["property", "changed_at"], name="case_changed"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["reservation_id"], name="case_reservation"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["profile_id"], name="case_profile"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["request", "promise", "preference", "recovery", "feedback", "reply"],
                    )
                ),
                name="case_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["new", "pending", "approved", "blocked", "complete"])
                ),
                name="case_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("climbs_at", None), ("closed_at__isnull", False), ("state", "complete")
                    ),
                    models.Q(models.Q(("state", "complete"), _negated=True), ("closed_at", None)),
                    _connector="OR",
                ),
                name="case_ends_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("left_seconds__isnull", False), ("state", "blocked")),
                    models.Q(models.Q(("state", "blocked"), _negated=True), ("left_seconds", None)),
                    _connector="OR",
                ),
                name="blocked_case_rests",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("opened_by", ""), _negated=True), name="case_names_who_opened"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("origin_key", ""), _negated=True),
                fields=("property", "origin_key", "kind"),
                name="one_case_per_origin",
            ),
        ),
        migrations.AddIndex(
            model_name="caseevent",
            index=models.Index(fields=["property_id", "at"], name="case_event_at"),
        ),
        migrations.AddConstraint(
            model_name="caseevent",
            constraint=models.UniqueConstraint(fields=("case", "no"), name="one_line_per_number"),
        ),
        migrations.AddConstraint(
            model_name="caseevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("actor", ""), _negated=True), name="case_event_names_who"
            ),
        ),
        migrations.AddConstraint(
            model_name="casetype",
            constraint=models.UniqueConstraint(
                fields=("property", "key"), name="one_case_type_per_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="casetype",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["request", "promise", "preference", "recovery", "feedback", "reply"],
                    )
                ),
                name="case_type_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="casetype",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gt", 0), ("handovers_max__gt", 0)),
                name="case_type_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.UniqueConstraint(
                fields=("property", "key"), name="one_department_per_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closes", None), ("opens", None)),
                    models.Q(("closes__isnull", False), ("opens__isnull", False)),
                    _connector="OR",
                ),
                name="department_hours_are_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="departmentmember",
            constraint=models.UniqueConstraint(
                fields=("department", "member"), name="in_a_department_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="desksetting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("money_limit__gte", 0),
                    ("busy_percent__gt", 0),
                    ("busy_percent__lte", 100),
                    models.Q(("rooms", None), ("rooms__gt", 0), _connector="OR"),
                ),
                name="desk_setting_makes_sense",
            ),
        ),
        migrations.AddConstraint(
            model_name="houserule",
            constraint=models.UniqueConstraint(
                fields=("property", "about", "subject", "version"), name="one_rule_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="houserule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until_at", None)),
                fields=("property", "about", "subject"),
                name="one_rule_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="houserule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("about__in", ["time", "price", "room", "service"]),
                    models.Q(("text", ""), _negated=True),
                ),
                name="house_rule_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="houserule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until_at", None), ("until_at__gte", models.F("since_at")), _connector="OR"
                ),
                name="house_rule_ends_later",
            ),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(
                condition=models.Q(("read_at", None)), fields=["member"], name="mention_unread"
            ),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(fields=("case", "no", "member"), name="named_once"),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("read_at", None), ("read_at__gte", models.F("at")), _connector="OR"
                ),
                name="mention_read_after",
            ),
        ),
        migrations.AddIndex(
            model_name="moneyline",
            index=models.Index(fields=["property", "decided_at"], name="money_line_decided"),
        ),
        migrations.AddConstraint(
            model_name="moneyline",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["charge", "refund", "deposit", "cost"])),
                name="money_line_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="moneyline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["proposed", "approved", "refused", "posted", "reconciled"])
                ),
                name="money_line_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="moneyline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="money_line_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="moneyline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["posted", "reconciled"]), _negated=True),
                    models.Q(("folio_line", ""), _negated=True),
                    _connector="OR",
                ),
                name="posted_line_is_on_the_folio",
            ),
        ),
        migrations.AddConstraint(
            model_name="moneyline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "proposed"),
                    models.Q(("decided_by", ""), _negated=True),
                    _connector="OR",
                ),
                name="money_line_is_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidereview",
            constraint=models.UniqueConstraint(
                fields=("property", "key"), name="one_outside_review"
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidereview",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__gte", 0), ("score__lte", 10)),
                name="outside_review_score",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.UniqueConstraint(
                fields=("department", "name", "member"), name="one_shift", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            model_name="shiftreading",
            index=models.Index(fields=["property", "member", "-at"], name="shift_reading_newest"),
        ),
        migrations.AddConstraint(
            model_name="spotcheck",
            constraint=models.UniqueConstraint(fields=("case",), name="spot_checked_once"),
        ),
        migrations.AddConstraint(
            model_name="spotcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("checked_at", None), ("checked_by", ""), ("verdict", "")),
                    models.Q(
                        ("checked_at__isnull", False),
                        ("verdict__in", ["right", "wrong", "missing"]),
                        models.Q(("checked_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="spot_check_names_who",
            ),
        ),
        migrations.AddConstraint(
            model_name="triggerrule",
            constraint=models.UniqueConstraint(
                fields=("property", "trigger"), name="one_rule_per_trigger"
            ),
        ),
    ]
