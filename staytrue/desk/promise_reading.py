"""What a letter promises in its own words: hours, amounts, rooms and services that rules speak of. Pure.

English, French and Spanish. Whatever stands nearest to an hour or an amount is what it is said of. A
rule about a subject that this file does not know is found by the words of its own key. In doubt a
promise is seen: its writer reads the rule, and an exception note lets it through.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import chain

import msgspec

from staytrue.desk.kinds import Promised
from staytrue.desk.promise_rules import Promise, Rule
from staytrue.kit.text import fold

_KNOWN = {
    "check_in": r"check[ -]?in|arriv\w*|entrada|llegada?\w*|llegar|registro|enregistrement|"
    r"(room|it) (will be|is) (ready|available)|chambre (sera|est) (prete|disponible)|"
    r"habitacion (estara|esta) (lista|disponible)|prendre possession",
    "check_out": r"check[ -]?out|depart\w*|leave|vacate|salida|salir|dejar la|liberer|"
    r"quitter|(keep|have) (the|your) room|garder (la|votre) chambre|conservar (la|su) habitacion",
    "breakfast": r"breakfast|petit[ -]dejeuner|desayun\w*",
    "dinner": r"dinner|diner|cena\w*|restaurante?",
    "parking": r"parking|park|garage|garaje|stationnement|aparcamiento|aparcar",
    "transfer": r"transfer\w*|shuttle|pick[ -]?up|airport|navette|transfert|aeroport|traslado|aeropuerto",
    "pool": r"pool|piscin[ea]",
    "spa": r"spa|sauna|massages?|masajes?",
    "pet": r"pets?|dogs?|chiens?|animaux|animal(es)?|mascotas?|perros?",
    "cot": r"cots?|cribs?|baby beds?|lits? bebe|lits? d'appoint|cunas?",
    "view": r"views?|vue|vistas?",
    "upgrade": r"upgrad\w*|surclass\w*|better room|categoria superior|mejor\w* de habitacion",
    "wifi": r"wi-?fi|internet",
}
_KEYS = {
    "check_in": ("check_in", "checkin", "arrival"),
    "check_out": ("check_out", "checkout", "departure"),
    "pet": ("pet", "dog"),
    "cot": ("cot", "crib"),
    "transfer": ("transfer", "shuttle", "airport"),
}
_HOUR = re.compile(
    r"(?<![\w:.,])(?:(?P<noon>noon|midday|midi|mediodia)|(?P<night>midnight|minuit|medianoche)|"
    r"(?P<h>[01]?\d|2[0-4])(?:(?::|\s?h\s?|\.)(?P<m>[0-5]\d)\s?h?(?!\w)|\s?h(?:eures?|oras?|rs?)?(?!\w)"
    r"|(?=\s?[ap]\.?\s?m\b)|\s?o'clock)(?:\s?(?P<half>[ap])\.?\s?m\b\.?)?)"
    r"|\b(?:a las?|at|vers|sobre las)\s(?P<bare>[01]?\d|2[0-4])(?!\w|[:.,]\d|[%€$£]|\s?(?:eur|usd|gbp|€|\$|£))"
)
_AMOUNT = re.compile(
    r"(?:(?:€|\$|£|eur|usd|gbp)\s?(?P<after>\d+(?:[.,]\d{1,2})?))"
    r"|(?P<before>\d+(?:[.,]\d{1,2})?)\s?(?:€|\$|£|eur(?:os?)?|usd|gbp|dollars?|pounds?)(?!\w)"
    r"|(?P<free>\b(?:free(?! time)|complimentary|no charge|gratuit\w*|gratis|offerte?s?|sans frais|"
    r"sin (?:cargo|coste|costo))\b)"
)
_DENIED = re.compile(
    r"can(?:no|')t|can ?not|unable|not (?:be )?(?:possible|able|available|offer)|unfortunately|regret|"
    r"impossible|malheureusement|regrettons|ne (?:peut|pouvons|pourrons|pourrez|sera|serons|est)\b|"
    r"n'est pas|no (?:podemos|podremos|podra|puede|es posible|sera posible|esta disponible)|"
    r"lamentablemente|lamentamos|imposible"
)
_PROMISED = re.compile(
    r"\b(?:will|we'll|we (?:can|have|offer|reserve|keep)|you (?:can|may|have|get)|guarante\w+|reserved?|"
    r"confirm\w*|offer\w*|of course|aure[zs]|pouvez|pourrez|garanti\w*|reserv\w+|offr\w+|sera|serez|"
    r"vous attend|bien sur|tendra\w*|puede\w*|podra\w*|garantiz\w+|ofrec\w+|estara|le espera|"
    r"por supuesto)\b"
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_CLAUSE = re.compile(r",\s|\s(?:and|et|y|but|however|mais|cependant|pero|sin embargo)\s")
_QUOTE_MAX = 120


class _Said(msgspec.Struct, frozen=True):
    """Words about a subject, and where in their clause they stand."""

    subject: str
    begin: int
    end: int


def told_in(text: str, rules: Collection[Rule]) -> list[Promise]:
    """What these words promise of what the rules are about, each promise once."""
    found: dict[Promise, None] = {}
    for sentence in _SENTENCE.split(text):
        carried: tuple[_Said, ...] = ()
        for clause in _CLAUSE.split(fold(sentence)):
            mentions = tuple(_mentions(clause, rules))
            if not _DENIED.search(clause):
                # An hour may stand in the clause after the one that says of what.
                told = _told(clause, mentions or carried, rules)
                found |= dict.fromkeys(told)
            carried = mentions or carried
    return list(found)


def _told(clause: str, mentions: Collection[_Said], rules: Collection[Rule]) -> Iterator[Promise]:
    if not mentions:
        return
    valued = chain(
        ((Promised.TIME, found, _hour(found)) for found in _HOUR.finditer(clause)),
        ((Promised.PRICE, found, _amount(found)) for found in _AMOUNT.finditer(clause)),
    )
    for about, found, value in valued:
        subject = _nearest(found, mentions)
        for rule in rules:
            if value and rule.about == about and _subject(rule.subject) == subject:
                yield Promise(about, rule.subject, value)
    if not _PROMISED.search(clause):
        return
    named = {each.subject for each in mentions}
    for rule in rules:
        if rule.about in (Promised.ROOM, Promised.SERVICE) and _subject(rule.subject) in named:
            allowed = [each for each in rule.bounds.allowed if fold(each) in clause]
            said = allowed[0] if allowed else clause[:_QUOTE_MAX]
            yield Promise(rule.about, rule.subject, said)


def _mentions(clause: str, rules: Collection[Rule]) -> Iterator[_Said]:
    subjects = {*_KNOWN, *(_subject(rule.subject) for rule in rules)}
    for subject in sorted(subjects):
        for found in re.finditer(rf"(?<!\w)(?:{_words(subject)})(?!\w)", clause):
            yield _Said(subject, *found.span())


def _nearest(found: re.Match[str], mentions: Collection[_Said]) -> str:
    def gap(each: _Said) -> tuple[int, int]:
        before = found.start() - each.end
        after = each.begin - found.end()
        return (max(before, after), 0 if before >= 0 else 1)

    return min(mentions, key=gap).subject


def _subject(key: str) -> str:
    """What a rule's key is about, as far as it is known; else the key itself."""
    flat = key.lower().replace("-", "_")
    for subject in _KNOWN:
        if any(each in flat for each in _KEYS.get(subject, (subject,))):
            return subject
    return flat


def _words(subject: str) -> str:
    own = r"[ -]".join(re.escape(each) for each in subject.split("_") if each)
    return _KNOWN.get(subject, own or r"(?!)")


def _hour(found: re.Match[str]) -> str:
    if found["noon"]:
        return "12:00"
    if found["night"]:
        return "00:00"
    hour, minute = int(found["bare"] or found["h"]), found["m"] or "00"
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] == "p" else 0)
    return f"{hour % 24:02d}:{minute}"


def _amount(found: re.Match[str]) -> str:
    return "0" if found["free"] else (found["after"] or found["before"]).replace(",", ".")
