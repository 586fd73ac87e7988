"""What messages say: a hotel's letterhead, and its texts in versions, from draft to live."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from staytrue.hotel.models import Property


class Letterhead(models.Model):
    """What a hotel says of itself on every letter; a hotel without a row says only its name.

    `domains` are its own: links elsewhere are looked at before they go. `directions` and
    `good_to_know` are by language; `greetings` are {language: {by, surnames}}.
    """

    property = models.OneToOneField(Property, models.CASCADE, primary_key=True, related_name="+")
    colour = models.TextField(default="#162a22")
    address = models.TextField(default="")
    phone = models.TextField(default="")
    email = models.TextField(default="")
    website = models.TextField(default="")
    domains = ArrayField(models.TextField(), default=list)
    legal_line = models.TextField(default="")
    check_in_from = models.TimeField(null=True)
    check_out_until = models.TimeField(null=True)
    directions = models.JSONField(default=dict)
    good_to_know = models.JSONField(default=dict)
    greetings = models.JSONField(default=dict)

    class Meta:
        db_table = "letterhead"


class Template(models.Model):
    """A text for one kind and channel: of one hotel, or of the group where there is no hotel."""

    property = models.ForeignKey(
        Property, models.CASCADE, related_name="+", null=True, db_index=False
    )
    kind = models.TextField()
    channel = models.TextField(default="email")

    class Meta:
        db_table = "template"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "channel", "property"], name="one_template", nulls_distinct=False
            )
        ]


class TemplateVersion(models.Model):
    """The words of a template as somebody wrote them: `texts` by language, never edited once live.

    `state`: draft, waiting (for approval), live, retired. `purpose` is the kind's, or marketing
    where the words sell something. `looked_at` are the foreign links whoever approved it has seen.
    """

    template = models.ForeignKey(Template, models.CASCADE, related_name="+", db_index=False)
    property_id = models.BigIntegerField(null=True)
    number = models.IntegerField()
    texts = models.JSONField(default=dict)
    purpose = models.TextField()
    state = models.TextField(default="draft")
    written_by = models.TextField()
    written_at = models.DateTimeField()
    approved_by = models.TextField(default="")
    approved_at = models.DateTimeField(null=True)
    looked_at = ArrayField(models.TextField(), default=list)

    class Meta:
        db_table = "template_version"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "number"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["template"], name="one_open_version",
                condition=Q(state__in=["draft", "waiting"]),
            ),
            models.UniqueConstraint(
                fields=["template"], name="one_live_version", condition=Q(state="live")
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["live", "retired"]) | ~Q(approved_by=""),
                name="live_version_is_approved",
            ),
        ]  # fmt: skip
