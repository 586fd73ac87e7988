"""How one signs in: the group's policy, second factors watched, shared machines and sessions."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from staytrue.hotel.rls import enable_rls
from staytrue.staff.watch import watch

# Which keys and sessions a member has is nothing for reports.
NO_SECRETS = """
INSERT INTO sign_in_policy (id, second_factor, lock_minutes) VALUES (1, 'sensitive', 3);
REVOKE SELECT ON mfa_authenticator, member_session, shared_machine, seat FROM staytrue_report;
"""
NO_SECRETS_BACK = """
GRANT SELECT ON mfa_authenticator, member_session, shared_machine, seat TO staytrue_report;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("hotel", "0002_hotel"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("staff", "0011_checkout_rights"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="pin",
            field=models.TextField(default=""),
        ),
        migrations.CreateModel(
            name="SharedMachine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField()),
                ("token", models.BinaryField(max_length=32, unique=True)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
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
                "db_table": "shared_machine",
            },
        ),
        migrations.CreateModel(
            name="SignInPolicy",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("second_factor", models.TextField(default="sensitive")),
                ("lock_minutes", models.PositiveSmallIntegerField(default=3)),
            ],
            options={
                "db_table": "sign_in_policy",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="one_sign_in_policy"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("second_factor__in", ["sensitive", "everybody", "nobody"])
                        ),
                        name="second_factor_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lock_minutes__gte", 1), ("lock_minutes__lte", 30)),
                        name="lock_is_short",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proved_at", models.DateTimeField()),
                ("wrong_pins", models.PositiveSmallIntegerField(default=0)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "machine",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="staff.sharedmachine",
                    ),
                ),
            ],
            options={
                "db_table": "seat",
                "constraints": [
                    models.UniqueConstraint(fields=("machine", "member"), name="one_seat")
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberSession",
            fields=[
                ("key", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("began_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("network", models.TextField(default="")),
                ("device", models.TextField(default="")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "machine",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.sharedmachine",
                    ),
                ),
            ],
            options={
                "db_table": "member_session",
                "indexes": [models.Index(fields=["member"], name="sessions_of_member")],
            },
        ),
        migrations.RunSQL(NO_SECRETS, NO_SECRETS_BACK),
        enable_rls("shared_machine"),
        watch("sign_in_policy", keep="second_factor lock_minutes"),
        watch("mfa_authenticator", keep="user_id type", leave_out="last_used_at"),
        watch("shared_machine", property_column="property_id", keep="name made_at ended_at"),
    ]
