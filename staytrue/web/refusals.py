"""Why what staff typed on a guest card was refused, by its code: in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, Promise] = {
    "field_fixed": _("This field cannot be corrected here."),
    "field_unknown": _("There is no such field."),
    "field_hidden": _("Your role does not read this field."),
    "value_missing": _("Write the right value."),
    "value_long": _("At most 200 letters."),
    "name_nobodys": _("This is nobody’s name."),
    "birth_unreadable": _("Write the whole date: year, month and day."),
    "birth_impossible": _("A guest was born between 1900 and yesterday."),
    "birth_placeholder": _("This date stands where none is known."),
    "language_unknown": _("This language is not known. Write its name or code."),
    "country_unknown": _("This country is not known. Write its name or code."),
    "email_not_own": _(
        "This address only forwards, or stands where none is known. Write the guest’s own."
    ),
    "phone_unreadable": _("This is not a phone number. Write it with its country, +34 …"),
    "address_partial": _("An address needs its street and its town or postcode."),
    "not_corrected": _("Nobody corrected this field, or it was taken back."),
    "persona_unknown": _("There is no such persona."),
    "not_chosen": _("Nobody chose this persona, or it was taken back."),
    "trust_unreadable": _("A source is trusted from 0 to 100."),
}
