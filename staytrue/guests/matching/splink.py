"""Weights to and from the model file of Splink, the open-source linker: to compare and to move in.

Splink knows one person and chance only; what a household and namesakes weigh is kept from the
model at hand. Its conditions are over the columns of `row`.
"""

from __future__ import annotations

from dataclasses import replace
from math import log2
from typing import Any

from staytrue.guests.matching.columns import field_named
from staytrue.guests.matching.compare import mail_local
from staytrue.guests.matching.fields import ALIKE_FROM, CORE, NEAR_FROM
from staytrue.guests.matching.model import PERSON, Model
from staytrue.guests.matching.normalise import OTHER, Features
from staytrue.guests.matching.rarity import in_steps
from staytrue.hotel.names import root
from staytrue.kit.errors import Refused

_SAME = '"{0}_l" = "{0}_r"'
_WINKLER = 'jaro_winkler_similarity("{0}_l", "{0}_r") >= {1}'
_SLIP = 'damerau_levenshtein("{0}_l", "{0}_r") <= 1'


def _same(column: str) -> str:
    return _SAME.format(column)


def _like(column: str, least: float) -> str:
    return _WINKLER.format(column, least)


# The conditions of all levels but the last, which is everything else.
_CONDITIONS: dict[str, tuple[str, ...]] = {
    "given": (
        _same("given"), _same("given_root"), _like("given", NEAR_FROM), _like("given", ALIKE_FROM),
    ),
    "surname": (
        _same("surname"), _same("surname_first"), _like("surname", NEAR_FROM),
        _like("surname", ALIKE_FROM),
    ),
    "born": (_same("born"), _SLIP.format("born"), 'left("born_l", 4) = left("born_r", 4)'),
    "email": (_same("email"), _same("email_local"), _like("email", 0.95)),
    "phone": (_same("phone"), _same("phone_nine"), _SLIP.format("phone_nine")),
    "place": (
        f"{_same('line')} AND {_same('postcode')}", f"{_like('line', 0.9)} AND {_same('postcode')}",
        _same("postcode"), _same("city"),
    ),
    "card": (_same("card"),),
    "loyalty": (_same("loyalty"),),
    "document": (_same("document"),),
}  # fmt: skip
# Fields that agree more tellingly on a rare value, and the column that is counted.
_RARE = {"given": "given", "surname": "surname"}
_MISSING = {"place": ("line", "postcode", "city")}


def row(features: Features) -> dict[str, str | None]:
    """A profile as the row of a table that the exported model can be run on."""
    found = {
        "id": features.id,
        "given": features.given,
        "given_root": root(features.given),
        "surname": features.surname,
        "surname_first": features.surname.partition(" ")[0],
        "born": features.born,
        "email": next(iter(features.emails), ""),
        "email_local": mail_local(features.emails[0]) if features.emails else "",
        "phone": next(iter(features.phones), ""),
        "phone_nine": next(iter(features.phones), "")[-9:],
        "line": features.line,
        "postcode": features.postcode,
        "city": features.city,
        "card": next(iter(features.cards), ""),
        "loyalty": next(iter(features.loyalty), ""),
        "document": next(iter(features.documents), ""),
        **dict(features.others),
    }
    return {name: text or None for name, text in found.items()}


def as_json(model: Model, profiles: int) -> dict[str, Any]:
    """The model as Splink's settings, for a table of so many rows."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": model.person_rate / ((profiles - 1) / 2),
        "blocking_rules_to_generate_predictions": [
            "l.given = r.given AND l.surname = r.surname",
            "l.email = r.email", "l.phone = r.phone", "l.card = r.card",
            "l.document = r.document", "l.loyalty = r.loyalty",
            "l.born = r.born AND l.surname = r.surname", "l.born = r.born AND l.given = r.given",
            "l.surname = r.surname AND l.postcode = r.postcode",
            "l.line = r.line AND l.postcode = r.postcode",
        ],
        "comparisons": [_comparison(model, place) for place in range(len(model.fields))],
    }  # fmt: skip


def _comparison(model: Model, place: int) -> dict[str, Any]:
    field = model.fields[place]
    columns = _MISSING.get(field.name, (field.name,))
    nothing = " AND ".join(f'("{name}_l" IS NULL OR "{name}_r" IS NULL)' for name in columns)
    conditions = _CONDITIONS.get(
        field.name, (_same(field.name), _like(field.name, 0.9), _like(field.name, 0.75))
    )
    levels: list[dict[str, Any]] = [
        {"sql_condition": nothing, "label_for_charts": "missing", "is_null_level": True}
    ]
    rows = zip(field.levels, (*conditions, "ELSE"), model.weights[PERSON][place], strict=False)
    for number, (label, condition, bits) in enumerate(rows):
        # Only the ratio counts; neither part of it may pass one.
        chance = min(max(model.chance[place][number], 1e-12), 2**-bits)
        level = {
            "sql_condition": condition,
            "label_for_charts": label,
            "m_probability": chance * 2**bits,
            "u_probability": chance,
        }
        if not number and (field.name in _RARE or place >= len(CORE)):
            column = _RARE.get(field.name, field.name)
            level |= {"tf_adjustment_column": column, "tf_adjustment_weight": 1.0}
        levels.append(level)
    return {"output_column_name": field.name, "comparison_levels": levels}


def from_json(document: dict[str, Any], base: Model, profiles: int) -> Model:
    """The weights of Splink's settings in place of those of `base`, where both know the field."""
    try:
        comparisons = {
            _our_name(each["output_column_name"]): [
                log2(level["m_probability"] / level["u_probability"])
                for level in each["comparison_levels"]
                if not level.get("is_null_level")
            ]
            for each in document["comparisons"]
        }
        share = float(document["probability_two_random_records_match"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise Refused(
            "This is no trained model of Splink: every level needs its m and u probability.",
            "model_unreadable",
        ) from error
    person = tuple(
        _fitted(comparisons[field.name], len(field.levels)) if comparisons.get(field.name) else own
        for field, own in zip(base.fields, base.weights[PERSON], strict=True)
    )
    return replace(
        base,
        weights=(person, *base.weights[1:]),
        person_rate=share * (profiles - 1) / 2,
        learned_from="Splink",
    ).checked()


def _our_name(column: str) -> str:
    """What we call the field that Splink's column is about."""
    known = {field.name for field in CORE}
    if column in known:
        return column
    ours = {
        "first_name": "given", "last_name": "surname", "birth_date": "born", "line1": "place",
        "postcode": "place", "card_token": "card",
    }  # fmt: skip
    field = field_named(column)
    return ours.get(field, field.removeprefix(OTHER))


def _fitted(bits: list[float], count: int) -> tuple[float, ...]:
    """Another number of levels spread over ours: the first is the same, the last is different."""
    places = (round(number * (len(bits) - 1) / (count - 1)) for number in range(count))
    return tuple(in_steps(bits[place]) for place in places)
