"""Mirrored facts as people read them: label, value, where it came from, and what it was before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from staytrue.changes import log
from staytrue.hotel.languages import language_of
from staytrue.inbox.parcels import LIVE
from staytrue.mirror.canonical import VERSION_FIELDS, precision
from staytrue.mirror.columns import INSTANTS
from staytrue.mirror.sheets import ProfileSheet, StaySheet
from staytrue.mirror.words import FIELDS
from staytrue.staff.access import Access, hidden_among
from staytrue.staff.masks import MASK, without_papers
from staytrue.web import formats, words
from staytrue.web.deliveries import reading_of


@dataclass(frozen=True)
class Told:
    """One version: when we knew it, when it became true at the source, what differed."""

    no: int
    at: datetime
    source_at: datetime | None
    kinds: list[str]
    diff: dict[str, list[Any]]
    delivery: str | None
    line: int | None
    history: bool

    @property
    def source(self) -> str:
        """The delivery and line it came in; what we concluded ourselves came in none."""
        if self.delivery is None:
            return _("concluded by Staytrue")
        if self.line is None:
            return self.delivery
        return _("%(file)s, line %(line)s") % {"file": self.delivery, "line": self.line}


@dataclass(frozen=True)
class ShownVersion:
    """A version with its differences in words."""

    told: Told
    titles: list[str]
    differences: list[tuple[str, str, str]]
    zone: str


@dataclass(frozen=True)
class Fact:
    """One line of a facts list; `missing` stands where there is no value."""

    label: str
    value: str
    missing: str = "—"
    note: str = ""
    origin: str = ""
    read_at: datetime | None = None


def versions_of(
    object_: str, pk: int, access: Access, property_id: int | None, zone: str
) -> list[Told]:
    """Every version, newest first, without the fields that are hidden from the reader."""
    told = []
    for row in log.versions_of(object_, pk):
        hidden = hidden_among(access, row["diff"], property_id)
        diff = {name: pair for name, pair in row["diff"].items() if name not in hidden}
        if access.masked and "custom" in diff:
            diff["custom"] = [without_papers(each) for each in diff["custom"]]
        told.append(
            Told(
                row["no"],
                row["at"],
                row["source_at"],
                list(row["kinds"]),
                diff,
                _delivery(row, zone),
                row["line"],
                row["history"],
            )
        )
    return told


def _delivery(row: Mapping[str, Any], zone: str) -> str | None:
    if row["kind"] != LIVE:
        name: str | None = row["delivery"]
        return name
    return reading_of(row["by"], row["of"], row["received_at"], zone)


def shown(versions: Iterable[Told], zone: str, names: Mapping[str, str]) -> list[ShownVersion]:
    """Versions in words; `names` are those of the people on it."""
    made = []
    for told in versions:
        differences = [
            (words.word(words.FIELD, name), value(name, before, zone, names),
             value(name, after, zone, names))
            for name, (before, after) in told.diff.items()
            if name not in VERSION_FIELDS
        ]  # fmt: skip
        kinds = [kind for kind in told.kinds if kind != "modified" or len(told.kinds) == 1]
        titles = [words.word(words.CHANGE, kind) for kind in kinds]
        made.append(ShownVersion(told, titles, differences, zone))
    return made


_DAYS = {"arrival_on", "departure_on", "seen_on", "on"}
_INSTANTS = {"created_at", "modified_at", "cancelled_at", "checked_in_at", "checked_out_at",
             "out_of_sight_since", "posted_at", "at"}  # fmt: skip


def value(name: str, of: Any, zone: str, names: Mapping[str, str] | None = None) -> str:
    """Any field's value as text."""
    if of is None or of in ("", [], {}):
        return ""
    if name in words.CODES:
        return words.word(words.CODES[name], str(of))
    if name in _DAYS:
        return formats.day(date.fromisoformat(of))
    if name in _INSTANTS:
        return _instant(of, zone)
    if name in _WRITTEN:
        return _WRITTEN[name](of, names or {})
    if isinstance(of, bool):
        return _("yes") if of else _("no")
    if isinstance(of, Mapping):
        return ", ".join(f"{key}: {told}" for key, told in of.items())
    if isinstance(of, list):
        return "; ".join(str(each) for each in of)
    return str(of)


def _instant(text: str, zone: str) -> str:
    if precision(text) == "day":
        return formats.day(date.fromisoformat(text))
    return formats.instant(datetime.fromisoformat(text), zone)


def _amount(of: Any, _names: Mapping[str, str]) -> str:
    return formats.money(of, None)


def _people(of: Sequence[Mapping[str, str]], names: Mapping[str, str]) -> str:
    return ", ".join(
        f"{names.get(each['profile'], each['profile'])}"
        f" ({words.word(words.ROLE_ON_STAY, each['role'])})"
        for each in of
    )


def _mails(of: Sequence[Mapping[str, Any]], _names: Mapping[str, str]) -> str:
    relay = _("relay")
    return ", ".join(f"{m['address']} ({relay})" if m.get("masked") else m["address"] for m in of)


def _phones(of: Sequence[Mapping[str, Any]], _names: Mapping[str, str]) -> str:
    return ", ".join(each.get("number") or each["raw"] for each in of)


def _addresses(of: Sequence[Mapping[str, Any]], _names: Mapping[str, str]) -> str:
    told = []
    for each in of:
        place = " ".join(filter(None, [each.get("postcode"), each.get("city")]))
        parts = [each.get("line1"), each.get("line2"), place, each.get("region")]
        land = each.get("country")
        told.append(", ".join(filter(None, [*parts, formats.country(land) if land else None])))
    return "; ".join(told)


def _loyalty(of: Sequence[Mapping[str, Any]], _names: Mapping[str, str]) -> str:
    told = (" ".join(filter(None, [m["programme"], m.get("number"), m.get("level")])) for m in of)
    return "; ".join(told)


def _consents(of: Sequence[Mapping[str, Any]], _names: Mapping[str, str]) -> str:
    state = {"in": _("yes"), "out": _("no")}
    return "; ".join(f"{c['purpose']}, {c['channel']}: {state.get(c['state'])}" for c in of)


def _lines(of: Sequence[Mapping[str, Any]], _names: Mapping[str, str]) -> str:
    told = (
        " ".join(filter(None, [line.get("label") or line.get("code"), str(line["amount"] or "")]))
        for line in of
    )
    return "; ".join(told)


def _language(of: str, _names: Mapping[str, str]) -> str:
    return formats.language(of)


def _country(of: str, _names: Mapping[str, str]) -> str:
    return formats.country(of)


def _birth(of: str, _names: Mapping[str, str]) -> str:
    """A birth date, with or without its year."""
    if not of.startswith("--"):
        return formats.day(date.fromisoformat(of))
    leap_year = 2000
    return formats.day(date.fromisoformat(f"{leap_year}{of[1:]}"), leap_year)


_WRITTEN: dict[str, Callable[[Any, Mapping[str, str]], str]] = {
    "amount": _amount,
    "room_amount": _amount,
    "guests": _people,
    "emails": _mails,
    "phones": _phones,
    "addresses": _addresses,
    "loyalty": _loyalty,
    "consents": _consents,
    "extras": _lines,
    "folio": _lines,
    "language": _language,
    "country": _country,
    "nationality": _country,
    "birth_date": _birth,
}


class _Origins:
    """Which version a field's present value came with; all of them were true at `read_at`."""

    def __init__(self, versions: Sequence[Told], read_at: datetime | None) -> None:
        self.read_at = read_at
        self.first = versions[-1] if versions else None
        self.newest: dict[str, Told] = {}
        for told in versions:
            for name in told.diff:
                self.newest.setdefault(name, told)

    def of(self, *names: str) -> str:
        """In words, of the newest among these fields."""
        told = [self.newest[name] for name in names if name in self.newest]
        source = max(told, key=lambda each: each.no) if told else self.first
        if source is None:
            return ""
        return _("version %(no)s, %(source)s") % {"no": source.no, "source": source.source}


_STAY_FACTS = (
    "number", "group_number", "source_status", "room_number", "room_category", "rate_code",
    "board", "channel", "segment", "derived_segment", "amount", "room_amount", "payment_method", "created_at",
    "checked_in_at", "checked_out_at", "cancelled_at", "notes",
)  # fmt: skip
_OPTIONAL = {"group_number", "checked_in_at", "checked_out_at", "cancelled_at", "notes"}


def of_stay(
    record: Mapping[str, Any], versions: list[Told], sheet: StaySheet, labels: Mapping[str, str]
) -> list[Fact]:
    """The facts of one stay in the order the desk asks for them."""
    origins = _Origins(versions, _read_at(record, sheet))
    notes = {
        **labels,
        "number": _leg(record),
        "board": _original(record, "board", "source_board"),
        "channel": ", ".join(filter(None, [_original(record, "channel", "source_channel"),
                                           record["source"] or ""])),
        "segment": _original(record, "segment", "source_segment"),
        "payment_method": _original(record, "payment_method", "source_payment"),
        "amount": _tax(record),
        **{name: _("only the day is known") for name in INSTANTS
           if precision(record[name]) == "day"},
    }  # fmt: skip
    return [
        _fact(name, record, origins, sheet.hotel.timezone, notes.get(name, ""))
        for name in _STAY_FACTS
        if record[name] or name not in _OPTIONAL
    ]


def _read_at(record: Mapping[str, Any], sheet: StaySheet | ProfileSheet) -> datetime | None:
    # Whoever left the feed was true when it last showed him, not when it was last read.
    return sheet.read_at if record.get("out_of_sight_since") else sheet.true_through


def of_custom(
    record: Mapping[str, Any], versions: list[Told], sheet: StaySheet | ProfileSheet
) -> list[Fact]:
    """The fields only this PMS has, by their own names, each written as its type is.

    Texts without a meaning stand beside the field they were said for.
    """
    origins = _Origins(versions, _read_at(record, sheet))
    zone = sheet.hotel.timezone if sheet.hotel else "UTC"
    return [
        Fact(str(name), value(str(name), told, zone),
             origin=origins.of("custom"), read_at=origins.read_at)
        for name, told in (record["custom"] or {}).items()
        if told is not None and str(name).removesuffix("_text") not in FIELDS
    ]  # fmt: skip


def _fact(
    name: str,
    record: Mapping[str, Any],
    origins: _Origins,
    zone: str,
    note: str = "",
    missing: str = "—",
) -> Fact:
    label = words.word(words.FIELD, name)
    if name in record.get("masked", ()):
        return Fact(label, "", missing=MASK)
    if name in record["hidden"]:
        return Fact(label, "", missing=_("hidden from your role"))
    told = value(name, record[name], zone)
    if name in ("amount", "room_amount"):
        told = formats.money(record[name], record["currency"])
    return Fact(label, told, missing, note if told else "", origins.of(name), origins.read_at)


def _leg(record: Mapping[str, Any]) -> str:
    return _("leg %(leg)s") % {"leg": record["leg"]} if record["leg"] != "1" else ""


def _original(record: Mapping[str, Any], name: str, source: str) -> str:
    """The PMS's own word, where it says more than ours."""
    word = record.get(source)
    if name in record["hidden"] or not word:
        return ""
    # The PMS speaks its own language: compared with ours and with English, not with the reader's.
    with translation.override("en"):
        english = value(name, record[name], "UTC")
    same = word.casefold() in {english.casefold(), str(record[name]).casefold()}
    return "" if same else _("PMS: %(word)s") % {"word": word}


def _tax(record: Mapping[str, Any]) -> str:
    return {True: _("tax included"), False: _("tax not included")}.get(record["tax_included"], "")


_PROFILE_FACTS = (
    "source_id", "kind", "title", "first_name", "last_name", "second_last_name", "language",
    "birth_date", "nationality", "country", "vip", "loyalty", "consents", "card_token", "notes",
)  # fmt: skip
_PROFILE_OPTIONAL = {"second_last_name", "vip", "loyalty", "consents", "card_token", "notes",
                     "title"}  # fmt: skip


def of_profile(record: Mapping[str, Any], versions: list[Told], sheet: ProfileSheet) -> list[Fact]:
    """The facts of one profile but its contacts, which have a card of their own."""
    origins = _Origins(versions, sheet.true_through)
    zone = sheet.hotel.timezone if sheet.hotel else "UTC"
    made = [
        _fact(name, record, origins, zone, *_as_said(record, name))
        for name in _PROFILE_FACTS
        if record[name] or name in record["hidden"] or name not in _PROFILE_OPTIONAL
    ]
    return [*made, _addressed(record, sheet)] if record["kind"] == "person" else made


def _as_said(record: Mapping[str, Any], name: str) -> tuple[str, str]:
    """The PMS's own text beside what it means, and in the place of what has no meaning (E07)."""
    said = (record["custom"] or {}).get(f"{name}_text") if name in FIELDS else None
    if not said:
        return "", "—"
    told = {"word": said}
    return _("PMS: %(word)s") % told, _("“%(word)s” has no meaning yet") % told


def _addressed(record: Mapping[str, Any], sheet: ProfileSheet) -> Fact:
    """In which language he is written to, and why."""
    spoken = language_of(record, sheet.hotel.language if sheet.hotel else "en")
    why = words.word(words.SPOKEN, spoken.reason)
    return Fact(_("We write in"), formats.language(spoken.language), note=why)
