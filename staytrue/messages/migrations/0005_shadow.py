"""What runs in shadow is decided and never leaves: the table itself says so."""

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("guest_messages", "0004_guest_links"),
        ("hotel", "0002_hotel"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="is_shadow",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce("held_until", "due_at"),
                condition=models.Q(("state__in", ["held", "planned"]), ("is_shadow", True)),
                name="message_shadow_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_shadow", False),
                    models.Q(
                        (
                            "state__in",
                            [
                                "accepted",
                                "bounced",
                                "claimed",
                                "complained",
                                "delivered",
                                "handed_over",
                                "unknown",
                            ],
                        ),
                        _negated=True,
                    ),
                    _connector="OR",
                ),
                name="shadow_stays_here",
            ),
        ),
    ]
