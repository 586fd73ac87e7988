"""The checks that need no PMS: the manifest, and the translation of the samples."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from staytrue.connectors.base import Settings, Translated
from staytrue.connectors.contract.manifest import faults_of
from staytrue.connectors.contract.results import Candidate, Lacking, Result, State, result_of
from staytrue.connectors.contract.samples import Sample, differences, said
from staytrue.connectors.contract.vocabulary import FIELDS, filled
from staytrue.hotel.records import Profile, Reservation
from staytrue.kit.errors import StaytrueError

UNKNOWN = "Zz-unheard-of"
ELSEWHERE = "zz-another-hotel"
CUTS = 12
BY_MAPPING = "What its files say is a mapping's affair: staytrue mapping check tries that."


def results(candidate: Candidate) -> Iterator[Result]:
    """Every check of the pure part, in order, but for `fields`, which a run adds to."""
    yield result_of("manifest", lambda: _manifest(candidate))
    if is_by_mapping(candidate):
        yield from (Result(name, State.NOT_CLAIMED, BY_MAPPING) for name in _CHECKS)
        return
    for name, check in _CHECKS.items():
        yield result_of(name, lambda check=check: check(candidate))  # type: ignore[misc]


def is_by_mapping(candidate: Candidate) -> bool:
    """Whether a mapping of the house does what `translate` does elsewhere."""
    return candidate.manifest.kind == "files" and candidate.translate is None


def _manifest(candidate: Candidate) -> None:
    if faults := list(faults_of(candidate.manifest)):
        raise Lacking(" ".join(faults))


def _samples(candidate: Candidate) -> tuple[Sample, ...]:
    if not candidate.samples.all:
        raise Lacking("There is no sample: put payloads with their expected records in samples/.")
    return candidate.samples.all


def translated(
    candidate: Candidate, sample: Sample, settings: Settings | None = None
) -> list[Translated]:
    """What a sample says."""
    if candidate.translate is None:
        raise Lacking("It has no translate.")
    house = settings or candidate.samples.settings
    return list(candidate.translate(sample.payload, house, sample.context))


def _translation(candidate: Candidate) -> None:
    """Exactly the expected records, nothing beside them."""
    for sample in _samples(candidate):
        found = said(translated(candidate, sample), sample.expected)
        if wrong := differences(found, sample.expected):
            raise Lacking(f"{sample.name}: {'; '.join(wrong[:3])}.")


def _purity(candidate: Candidate) -> None:
    """Twice the same, with all others read in between, and the settings as they were."""
    samples, house = _samples(candidate), candidate.samples.settings
    before = deepcopy(house.values)
    first = {sample.name: translated(candidate, sample) for sample in samples}
    for sample in reversed(samples):
        again = translated(candidate, sample)
        if again != first[sample.name]:
            raise Lacking(f"{sample.name} says something else when it is translated again.")
        hashes = [part.hash for part in again]
        if not all(isinstance(one, int) and -(1 << 63) <= one < 1 << 63 for one in hashes):
            raise Lacking(f"{sample.name}: a hash is no signed number of 8 bytes.")
    if house.values != before:
        raise Lacking("Translating changed the settings it was given.")


def _canonical(candidate: Candidate) -> None:
    """Records that the mirror can take: keys, known words, exact amounts, instants with a zone."""
    for sample in _samples(candidate):
        for part in translated(candidate, sample):
            for record in (*part.reservations, *part.profiles, *part.glimpses):
                if fault := _fault_of(record, candidate.samples.settings):
                    raise Lacking(f"{sample.name}: {fault}")


def _fault_of(record: Any, house: Settings) -> str | None:
    if not isinstance(record, Reservation | Profile):
        return f"{type(record).__name__} is no canonical record."
    key = record.number if isinstance(record, Reservation) else record.source_id
    if misfit := _misfit(record):
        return f"{key}: {misfit} is not of the type that the record promises."
    if not key:
        return "a record has no key."
    if isinstance(record, Reservation):
        if record.property != house.property:
            return f"{key} is of the property {record.property}, not of {house.property}."
        if record.nights != (record.departure_on - record.arrival_on).days:
            return f"{key}: the nights are not those between arrival and departure."
    for name, value in msgspec.structs.asdict(record).items():
        if isinstance(value, datetime) and value.tzinfo is None:
            return f"{key}: {name} has no zone."
        if isinstance(value, Decimal) and not value.is_finite():
            return f"{key}: {name} is no amount."
    return None


def _misfit(record: msgspec.Struct) -> str | None:
    """The first field that holds something else than its type says: nobody checks that when a
    record is made.
    """
    for name, hint in _hints(type(record)).items():
        if not _fits(getattr(record, name), hint):
            return name
    return None


@cache
def _hints(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return get_type_hints(kind)


def _fits(value: Any, hint: Any) -> bool:
    origin = get_origin(hint)
    if hint is Any:
        return True
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    if origin is list:
        return isinstance(value, list) and all(_fits(one, get_args(hint)[0]) for one in value)
    if not isinstance(value, origin or hint):
        return False
    return not isinstance(value, msgspec.Struct) or _misfit(value) is None


def _unknown_status(candidate: Candidate) -> None:
    """Each status word of the samples, replaced by one that nobody ever heard of."""
    tried = False
    for sample in _samples(candidate):
        words = {stay.source_status for part in translated(candidate, sample)
                 for stay in part.reservations}  # fmt: skip
        for word in sorted(words):
            odd = _with_word(sample.payload, word)
            if odd is None:
                continue
            tried = True
            found = translated(candidate, replace(sample, payload=odd))
            if any(stay.source_status == UNKNOWN for part in found for stay in part.reservations):
                raise Lacking(f"{sample.name}: the unknown status was taken for a known one.")
            if not any(one.code == "unknown_status" for part in found for one in part.parked):
                raise Lacking(
                    f"{sample.name}: a stay with an unknown status was not parked with the code "
                    "unknown_status."
                )
    if not tried:
        raise Lacking("No sample holds a stay whose status could be replaced by an unknown one.")


def _with_word(payload: bytes, word: str) -> bytes | None:
    """The payload with every value that is this word replaced; None where there is none."""
    try:
        tree = json.loads(payload)
    except ValueError:
        odd = payload.replace(word.encode(), UNKNOWN.encode())
    else:
        odd = json.dumps(_replaced(tree, word), ensure_ascii=False).encode()
    return odd if UNKNOWN.encode() in odd else None


def _replaced(tree: Any, word: str) -> Any:
    if isinstance(tree, dict):
        return {name: _replaced(inner, word) for name, inner in tree.items()}
    if isinstance(tree, list):
        return [_replaced(inner, word) for inner in tree]
    return UNKNOWN if not isinstance(tree, bool) and str(tree) == word else tree


def _property(candidate: Candidate) -> None:
    """The samples, read for another hotel than theirs."""
    house = candidate.samples.settings
    values = dict(house.values)
    if candidate.manifest.house:
        values[candidate.manifest.house] = ELSEWHERE
    stranger = replace(house, property=ELSEWHERE, values=values)
    refused = 0
    for sample in _samples(candidate):
        parts = translated(candidate, sample, stranger)
        codes = {one.code for part in parts for one in part.parked}
        if {"other_property", "foreign_property"} & codes:
            refused += 1
    if not refused:
        raise Lacking(
            "No sample shows that a stay of another hotel is parked (other_property), neither as it "
            "is nor when the house is another: a wrong setting would fill one hotel with the guests "
            "of another."
        )


def _damage(candidate: Candidate) -> None:
    """Payloads that ended too early: parked or refused, never an error that nobody expects."""
    for sample in _samples(candidate):
        whole = {stay.number for part in translated(candidate, sample)
                 for stay in part.reservations}  # fmt: skip
        for cut in range(CUTS):
            payload = sample.payload[: len(sample.payload) * cut // CUTS]
            try:
                parts = translated(candidate, replace(sample, payload=payload))
            except StaytrueError:
                continue
            found = {stay.number for part in parts for stay in part.reservations}
            if not found <= whole:
                raise Lacking(f"{sample.name}: cut short it holds other stays than whole.")
            if payload and not found and not any(part.parked for part in parts):
                raise Lacking(f"{sample.name}: cut short it says nothing, and nothing is parked.")


def fields(candidate: Candidate, run: Mapping[str, set[str]]) -> None:
    """Declared as sent is what the samples hold, nothing less; and a run shows nothing more."""
    seen: dict[str, set[str]] = {object: set() for object in FIELDS}
    for sample in _samples(candidate):
        for part in translated(candidate, sample):
            for stay in part.reservations:
                seen["reservation"] |= filled(stay)
            for guest in (*part.profiles, *part.glimpses):
                seen["profile"] |= filled(guest)
    for object, names in seen.items():
        declared = candidate.manifest.fields.get(object)
        sent = set(declared.sent if declared else ())
        if missing := sorted(sent - names):
            raise Lacking(
                f"[fields.{object}] says that {', '.join(missing)} is sent, and no sample holds it."
            )
        if untold := sorted((names | run.get(object, set())) - sent):
            raise Lacking(
                f"A {object} came with {', '.join(untold)}, and [fields.{object}] does not say that "
                "it is sent."
            )


_CHECKS: dict[str, Callable[[Candidate], None]] = {
    "translation": _translation,
    "purity": _purity,
    "canonical": _canonical,
    "unknown_status": _unknown_status,
    "property": _property,
    "damage": _damage,
}
