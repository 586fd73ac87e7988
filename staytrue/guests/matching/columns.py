"""Which column of somebody's table is which field of a profile: as named, else by its heading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from staytrue.guests.matching.normalise import FIELDS, OTHER
from staytrue.kit.errors import Refused
from staytrue.kit.text import fold

Plan = dict[str, tuple[str, ...]]
"""Field → the columns that make it up, joined by blanks."""

_HEADINGS = {
    "id": "id rec_id record_id unique_id profile_id guest_id source_id",
    "kind": "kind profile_type",
    "title": "title salutation prefix",
    "first_name": "first_name given_name givenname forename firstname name_first vorname prenom",
    "last_name": "last_name surname family_name lastname name_last nachname nom apellido",
    "second_last_name": "second_last_name second_surname",
    "full_name": "full_name name guest_name fullname",
    "birth_date": "birth_date date_of_birth dob birthdate birthday born",
    "email": "email e_mail email_address mail",
    "phone": "phone phone_number mobile telephone tel phone1",
    "line1": "line1 address_1 address1 address street address_line1 address_line_1 street_address",
    "line2": "line2 address2 address_line2 address_line_2",
    "postcode": "postcode postal_code zip zip_code postcode_fake zipcode",
    "city": "city town suburb locality",
    "country": "country country_code",
    "card_token": "card_token card card_fingerprint",
    "loyalty": "loyalty loyalty_number membership member_number",
    "document": "document passport soc_sec_id document_number id_number ssn national_id",
    "other.birth_place": "birth_place place_of_birth birthplace",
    "other.occupation": "occupation profession",
    "other.gender": "gender sex",
}
_FIELD_OF = {heading: field for field, names in _HEADINGS.items() for heading in names.split()}


def plan(headings: Sequence[str], given: Iterable[str], apart: str = "") -> Plan:
    """The columns of each field. `given` are "field=column" or "field=column+column"; a field that
    is given away as "field=" is left out. `apart` is never a field.
    """
    found: Plan = {}
    for heading in headings:
        field = _FIELD_OF.get(_plain(heading))
        if field and field not in found and heading != apart:
            found[field] = (heading,)
    for text in given:
        name, equals, named = text.partition("=")
        if not equals or not name:
            raise Refused(
                f"{text!r} must look like field=column. The fields: {', '.join(FIELDS)}. Any other "
                "name is a further text to compare.",
                "mapping_wrong",
                text=text,
            )
        field = field_named(name)
        chosen = tuple(part for part in named.split("+") if part)
        if unknown := [column for column in chosen if column not in headings]:
            raise Refused(
                f"The file has no column {unknown[0]}; it has: {', '.join(headings)}.",
                "column_unknown",
                column=unknown[0],
            )
        # A column that was named for one field is not guessed to be another one too.
        found = {name: columns for name, columns in found.items() if not set(columns) & set(chosen)}
        if chosen:
            found[field] = chosen
        else:
            found.pop(field, None)
    return found


def row(plan: Plan, values: Mapping[str, str | None], number: int) -> dict[str, str]:
    """One row of the table as a row of fields; without an id it is called by its number."""
    found = {
        field: " ".join(text for column in columns if (text := values.get(column) or ""))
        for field, columns in plan.items()
    }
    return found if found.get("id") else {**found, "id": f"{number:09d}"}


def _plain(heading: str) -> str:
    return re.sub(r"\W+", "_", fold(heading)).strip("_")


def field_named(name: str) -> str:
    """The field of this name or of a usual heading like it; any other is a further text."""
    if name in FIELDS or name.startswith(OTHER):
        return name
    return _FIELD_OF.get(_plain(name), OTHER + _plain(name))
