"""Guests, which profiles are theirs, and every decision about it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Guest",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(unique=True)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("active", "Active"),
                            ("retired", "Retired"),
                            ("erased", "Erased"),
                        ],
                        default="active",
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("computed_at", models.DateTimeField(null=True)),
                ("kind", models.TextField(default="person")),
                ("name", models.TextField(default="")),
                ("name_key", models.TextField(default="")),
                ("last_name_key", models.TextField(default="")),
                ("profiles", models.IntegerField(default=1)),
                ("golden", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "guest",
            },
        ),
        migrations.CreateModel(
            name="Household",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.TextField(default="")),
                ("opened_at", models.DateTimeField()),
            ],
            options={
                "db_table": "household",
            },
        ),
        migrations.CreateModel(
            name="IdentityEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("created", "Created"),
                            ("attached", "Attached"),
                            ("merged", "Merged"),
                            ("split", "Split"),
                            ("confirmed", "Confirmed"),
                            ("rejected", "Rejected"),
                            ("lifted", "Lifted"),
                            ("undone", "Undone"),
                            ("corrected", "Corrected"),
                            ("erased", "Erased"),
                            ("matcher", "Matcher"),
                        ]
                    ),
                ),
                ("rule", models.TextField(default="")),
                ("one", models.BigIntegerField(null=True)),
                ("other", models.BigIntegerField(null=True)),
                ("bits", models.FloatField(null=True)),
                ("person", models.FloatField(null=True)),
                ("evidence", models.JSONField(default=dict)),
                ("matcher", models.IntegerField(null=True)),
                ("normaliser", models.SmallIntegerField(null=True)),
                ("reason", models.TextField(default="")),
                ("undoes", models.BigIntegerField(null=True)),
                ("undone_by", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "identity_event",
            },
        ),
        migrations.CreateModel(
            name="IdentityRun",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("actor", models.TextField()),
                ("begun_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("step", models.TextField(default="")),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("trouble", models.TextField(default="")),
            ],
            options={
                "db_table": "identity_run",
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("profile_id", models.BigIntegerField()),
                ("property_id", models.BigIntegerField(null=True)),
                ("since_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(null=True)),
                ("begun_by", models.BigIntegerField()),
                ("ended_by", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "link",
            },
        ),
        migrations.CreateModel(
            name="Matcher",
            fields=[
                ("version", models.AutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("source", models.TextField(default="")),
                ("document", models.JSONField()),
                ("rarities", models.BinaryField()),
                ("profiles", models.IntegerField()),
                ("figures", models.JSONField(default=dict)),
                ("is_active", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "matcher",
            },
        ),
        migrations.CreateModel(
            name="MatchingSetting",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("automatic", models.BooleanField(default=False)),
                ("cascade", models.TextField(default="guarded")),
                (
                    "steps",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("error_budget", models.FloatField(default=0.005)),
                ("salt", models.BinaryField(default=b"")),
            ],
            options={
                "db_table": "matching_setting",
            },
        ),
        migrations.CreateModel(
            name="MatchKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key",
                        "profile_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.BigIntegerField()),
                ("profile_id", models.BigIntegerField()),
            ],
            options={
                "db_table": "match_key",
            },
        ),
        migrations.CreateModel(
            name="PairRule",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("one", models.BigIntegerField()),
                ("other", models.BigIntegerField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("cannot_link", "Cannot Link"),
                            ("must_link", "Must Link"),
                            ("not_household", "Not Household"),
                        ]
                    ),
                ),
                ("actor", models.TextField()),
                ("reason", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("event_id", models.BigIntegerField()),
                ("bits", models.FloatField(null=True)),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifted_by", models.TextField(default="")),
                ("lifted_why", models.TextField(default="")),
            ],
            options={
                "db_table": "pair_rule",
            },
        ),
        migrations.CreateModel(
            name="PersonaChoice",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("profile_id", models.BigIntegerField()),
                ("property_id", models.BigIntegerField(null=True)),
                ("persona", models.TextField()),
                ("is_so", models.BooleanField(default=True)),
                ("actor", models.TextField()),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifted_by", models.TextField(default="")),
            ],
            options={
                "db_table": "persona_choice",
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("one_profile", models.BigIntegerField()),
                ("other_profile", models.BigIntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("open", "Open"),
                            ("merged", "Merged"),
                            ("rejected", "Rejected"),
                            ("gone", "Gone"),
                        ],
                        default="open",
                    ),
                ),
                ("why", models.TextField()),
                ("rule", models.TextField(default="")),
                ("bits", models.FloatField()),
                ("person", models.FloatField()),
                ("gain", models.FloatField()),
                ("opened_at", models.DateTimeField()),
                ("later_until", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.TextField(default="")),
                ("event_id", models.BigIntegerField(null=True)),
                ("facts", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "proposal",
            },
        ),
        migrations.CreateModel(
            name="RuleState",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("rule", models.TextField()),
                ("property_id", models.BigIntegerField(null=True)),
                ("closed_at", models.DateTimeField()),
                ("facts", models.JSONField(default=dict)),
                ("reopened_at", models.DateTimeField(null=True)),
                ("reopened_by", models.TextField(default="")),
            ],
            options={
                "db_table": "rule_state",
            },
        ),
        migrations.CreateModel(
            name="SafetyCheck",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("event_id", models.BigIntegerField()),
                ("rule", models.TextField()),
                ("property_id", models.BigIntegerField(null=True)),
                ("one", models.BigIntegerField()),
                ("other", models.BigIntegerField()),
                ("drawn_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(default="")),
                ("actor", models.TextField(default="")),
            ],
            options={
                "db_table": "safety_check",
            },
        ),
        migrations.CreateModel(
            name="SourceProfile",
            fields=[
                ("profile_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("connection_id", models.BigIntegerField()),
                ("property_id", models.BigIntegerField(null=True)),
                ("profile_hash", models.BigIntegerField()),
                ("normaliser", models.SmallIntegerField()),
                ("features", models.JSONField()),
                ("is_gone", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "source_profile",
            },
        ),
        migrations.CreateModel(
            name="SourceTrust",
            fields=[
                ("connection_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.TextField(default="pms")),
                ("trust", models.SmallIntegerField(default=50)),
            ],
            options={
                "db_table": "source_trust",
            },
        ),
        migrations.CreateModel(
            name="ValueStat",
            fields=[
                ("key", models.BigIntegerField(primary_key=True, serialize=False)),
                ("field", models.TextField()),
                ("profiles", models.IntegerField()),
                ("surnames", models.IntegerField()),
                ("state", models.TextField(default="personal")),
                ("found_at", models.DateTimeField(null=True)),
                ("ruled", models.TextField(default="")),
                ("ruled_by", models.TextField(default="")),
                ("ruled_why", models.TextField(default="")),
                ("ruled_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "value_stat",
            },
        ),
        migrations.CreateModel(
            name="ValueSurname",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key",
                        "sound",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.BigIntegerField()),
                ("sound", models.BigIntegerField()),
                ("profiles", models.IntegerField()),
            ],
            options={
                "db_table": "value_surname",
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("profile_id", models.BigIntegerField()),
                ("property_id", models.BigIntegerField(null=True)),
                ("field", models.TextField()),
                ("value", models.JSONField(null=True)),
                ("base", models.JSONField(null=True)),
                (
                    "standing",
                    models.TextField(
                        choices=[
                            ("pinned", "Pinned"),
                            ("confirmed", "Confirmed"),
                            ("corrected", "Corrected"),
                        ]
                    ),
                ),
                ("actor", models.TextField()),
                ("reason", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifted_by", models.TextField(default="")),
            ],
            options={
                "db_table": "correction",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at", None)),
                        fields=("profile_id", "field"),
                        name="one_correction",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Edge",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "one",
                        "other",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("one", models.BigIntegerField()),
                ("other", models.BigIntegerField()),
                ("bits", models.FloatField()),
                ("person", models.FloatField()),
                ("household", models.FloatField()),
                (
                    "levels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                ("vetoes", models.IntegerField(default=0)),
                ("rule", models.TextField(default="")),
                ("may_join", models.BooleanField(default=False)),
                ("matcher", models.IntegerField()),
            ],
            options={
                "db_table": "edge",
                "indexes": [models.Index(fields=["other"], name="edge_other")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))), name="edge_in_order"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseholdMember",
            fields=[
                (
                    "guest",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="guests.guest",
                    ),
                ),
                ("share", models.FloatField()),
            ],
            options={
                "db_table": "household_member",
            },
        ),
        migrations.AddIndex(
            model_name="guest",
            index=models.Index(
                condition=models.Q(("state", "active")),
                fields=["last_name_key", "id"],
                name="guest_last_name",
            ),
        ),
        migrations.AddIndex(
            model_name="guest",
            index=models.Index(
                condition=models.Q(("state", "active")), fields=["name_key"], name="guest_name"
            ),
        ),
        migrations.AddIndex(
            model_name="identityevent",
            index=models.Index(fields=["at"], name="identity_event_at"),
        ),
        migrations.AddIndex(
            model_name="identityevent",
            index=models.Index(
                condition=models.Q(("one__isnull", False)),
                fields=["one"],
                name="identity_event_one",
            ),
        ),
        migrations.AddIndex(
            model_name="identityevent",
            index=models.Index(
                condition=models.Q(("other__isnull", False)),
                fields=["other"],
                name="identity_event_other",
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="guest",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="links",
                to="guests.guest",
            ),
        ),
        migrations.AddConstraint(
            model_name="matcher",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True)),
                fields=("is_active",),
                name="one_active_matcher",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchingsetting",
            constraint=models.CheckConstraint(
                condition=models.Q(("id", 1)), name="one_matching_setting"
            ),
        ),
        migrations.AddConstraint(
            model_name="matchingsetting",
            constraint=models.CheckConstraint(
                condition=models.Q(("cascade__in", ["off", "guarded", "exact"])),
                name="known_cascade",
            ),
        ),
        migrations.AddIndex(
            model_name="matchkey",
            index=models.Index(fields=["profile_id"], name="match_key_profile"),
        ),
        migrations.AddIndex(
            model_name="pairrule",
            index=models.Index(fields=["other"], name="pair_rule_other"),
        ),
        migrations.AddConstraint(
            model_name="pairrule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at", None)),
                fields=("one", "other", "kind"),
                name="one_pair_rule",
            ),
        ),
        migrations.AddConstraint(
            model_name="pairrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("one__lt", models.F("other"))), name="pair_rule_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="personachoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at", None)),
                fields=("profile_id", "persona"),
                name="one_persona_choice",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="one",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="guests.guest",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="other",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="guests.guest",
            ),
        ),
        migrations.AddConstraint(
            model_name="rulestate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reopened_at", None)),
                fields=("rule", "property_id"),
                name="one_closed_rule",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="safetycheck",
            constraint=models.UniqueConstraint(
                fields=("event_id", "one", "other"), name="checked_once"
            ),
        ),
        migrations.AddIndex(
            model_name="valuestat",
            index=models.Index(
                condition=models.Q(("state", "personal"), _negated=True),
                fields=["-profiles"],
                name="value_stat_hubs",
            ),
        ),
        migrations.AddField(
            model_name="householdmember",
            name="household",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="members",
                to="guests.household",
            ),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(fields=["guest"], name="link_guest"),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(fields=["profile_id", "id"], name="link_profile"),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(fields=["begun_by"], name="link_begun_by"),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until_at", None)),
                fields=("profile_id",),
                name="one_guest_per_profile",
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_by", None), ("until_at", None)),
                    models.Q(("ended_by__isnull", False), ("until_at__isnull", False)),
                    _connector="OR",
                ),
                name="link_ends_by_an_event",
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["-gain", "id"], name="proposal_queue"
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["other"], name="proposal_other"),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["one"], name="proposal_one"),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("one", "other"),
                name="one_open_proposal",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("one__lt", models.F("other"))), name="proposal_in_order"
            ),
        ),
    ]
