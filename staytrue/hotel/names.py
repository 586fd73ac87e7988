"""Names as people write them, to what they have in common: folded, without titles and particles."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from doublemetaphone import doublemetaphone

from staytrue.hotel import nicknames
from staytrue.kit.text import fold


def listed(text: str) -> frozenset[str]:
    """A table of words: the text's."""
    return frozenset(text.split())


TITLES = listed(
    """mr mrs ms miss mister dr doctor prof professor sir lady lord rev capt herr frau fraulein
    hr fr mag ing dipl m mm mme mlle madame monsieur mademoiselle me maitre sr sra srta senor senora
    senorita don dona d dna sig sigra signor signora signorina dott dottssa avv arch geom eng
    senhor senhora dhr mevr mw pan pani"""
)
PARTICLES = listed(
    """van von vom der den de da do dos das du la le les el los las di del della dello dei degli
    dalla dal zu zum zur ter ten te af av y e i und al bin ibn ben"""
)
# Written apart or together: O'Brien, O Brien, D'Arcy, Mc Donald, Mac Leod.
_GLUED = frozenset({"o", "d", "l", "mc", "mac", "dell", "dall", "sant"})
_SUFFIXES = {
    "jr": "jr", "junior": "jr", "jnr": "jr", "filho": "jr", "hijo": "jr", "ii": "jr", "iii": "iii",
    "sr": "sr", "senior": "sr", "snr": "sr", "pai": "sr", "iv": "iv",
}  # fmt: skip
NOBODY = listed(
    """guest unknown tbd tba tbc na none null nil test testing noname anonymous anonym unbekannt
    desconocido inconnu invitado huesped gast ospite hospede client cliente kunde hote x xx xxx xxxx
    name firstname lastname surname nombre apellido nom prenom vorname nachname companion
    accompanying acompanante adult adulto child nino pax occupant room block group dummy"""
)
"""Words that stand in the field of a name where nobody's name is known."""

# German and Nordic spelling without the letters: ue is ü. Both sides lose the e, so that Müller,
# Mueller and Muller are one; å may be written aa.
_TRANSLITERATED = re.compile("(?<=[aou])e|(?<=a)a")
_WORD = re.compile(r"[^\W\d_]+")
_APOSTROPHE = re.compile(r"(?<=\w)['.](?=\w)")


@lru_cache(maxsize=1 << 17)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a name, folded and without transliteration; apostrophes join."""
    return tuple(_WORD.findall(bare(_APOSTROPHE.sub("", fold(text)))))


def bare(folded: str) -> str:
    """A folded text in which ä, ae and a are one, and so are ö, ü and å."""
    return _TRANSLITERATED.sub("", folded)


@lru_cache(maxsize=1 << 17)
def given_of(text: str) -> tuple[str, str]:
    """The given names of a field, blank between them, and a suffix such as jr.

    Titles and initials are dropped: one letter is no name. A word that stands for nobody is none.
    """
    words, suffix = _without_suffix(words_of(text))
    kept = [word for word in words if word not in _titles() and len(word) > 1]
    return ("" if _is_nobody(kept) else " ".join(kept)), suffix


@lru_cache(maxsize=1 << 17)
def initials_of(text: str) -> str:
    """The letters of given names of which none is written out: "J. B." is jb, "John B." nothing.

    M. and D. are titles too; where no name follows they are as well the beginning of one.
    """
    words, _ = _without_suffix(words_of(text))
    if any(len(word) > 1 and word not in _titles() for word in words):
        return ""
    return "".join(word for word in words if len(word) == 1 and word.isalpha())


@lru_cache(maxsize=1 << 17)
def surname_of(text: str) -> tuple[str, str]:
    """The surname without particles and titles, blank between its parts, and a suffix."""
    words, suffix = _without_suffix(_joined(words_of(text)))
    kept = [word for word in words if word not in _particles() and len(word) > 1]
    kept = kept or [word for word in words if len(word) > 1]
    if len(kept) > 1 and kept[0] in _titles():
        kept = kept[1:]
    return ("" if _is_nobody(kept) else " ".join(kept)), suffix


def split_of(full: str) -> tuple[str, str]:
    """Given names and surname of a name in one field: "Smith, John", "SMITH/JOHN MR", "John Smith"."""
    for mark in (",", "/"):
        surname, found, given = full.partition(mark)
        if found:
            return given.strip(), surname.strip()
    words = [word for word in full.split() if fold(word).strip(".") not in TITLES] or full.split()
    if len(words) < 2:
        return "", full.strip()
    tail = 2 if len(words) > 2 and fold(words[-1]).strip(".") in _SUFFIXES else 1
    start = len(words) - tail
    while start > 1 and fold(words[start - 1]) in PARTICLES:
        start -= 1
    return " ".join(words[:start]), " ".join(words[start:])


def initials(first: str | None, last: str | None) -> str:
    """The letters of the round mark beside a name: of the given name and of the first surname."""
    return (_initial(first or "", TITLES) + _initial(last or "", PARTICLES)).upper() or "·"


@lru_cache(maxsize=1 << 17)
def sound(word: str) -> str:
    """How the first part of a name sounds; the word itself where it is not in Latin letters."""
    first = word.partition(" ")[0]
    return doublemetaphone(first)[0] or first


@lru_cache(maxsize=1 << 16)
def roots(given: str) -> frozenset[str]:
    """The names one given name may stand for, itself included."""
    return _nicknames().get(given, frozenset()) | {given}


def root(given: str) -> str:
    """One name for all that may stand for each other, over any number of steps: for keys only."""
    first = given.partition(" ")[0]
    return _families().get(first, first)


def is_alias(one: str, other: str) -> bool:
    """Whether two given names may mean one person: nickname, other language, or one of several."""
    if one.replace(" ", "") == other.replace(" ", ""):
        return True
    short, long = sorted((one.split(), other.split()), key=len)
    return all(any(roots(word) & roots(each) for each in long) for word in short)


def marks_gender(one: str, other: str) -> bool:
    """Whether two like names differ only as those of a man and a woman do: Paul and Paula."""
    short, long = sorted((one, other), key=len)
    if len(short) == len(long):
        return one[:-1] == other[:-1] and {one[-1], other[-1]} <= set("aeo")
    return long.startswith(short) and long[len(short) :] in {"a", "e", "na", "ne", "le", "tte"}


def _initial(text: str, skipped: frozenset[str]) -> str:
    words = [word for word in text.split() if word[0].isalpha()]
    named = [word for word in words if fold(word).strip(".") not in skipped]
    return (named or words or [""])[0][:1]


def _joined(words: tuple[str, ...]) -> tuple[str, ...]:
    for place, word in enumerate(words[:-1]):
        if word in _GLUED:
            return _joined((*words[:place], word + words[place + 1], *words[place + 2 :]))
    return words


def _without_suffix(words: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    if len(words) > 1 and words[-1] in _SUFFIXES:
        return words[:-1], _SUFFIXES[words[-1]]
    return words, ""


def _is_nobody(words: list[str]) -> bool:
    return not words or all(word in _nobody() for word in words)


@cache
def _titles() -> frozenset[str]:
    return frozenset(map(bare, TITLES))


@cache
def _particles() -> frozenset[str]:
    return frozenset(map(bare, PARTICLES))


@cache
def _nobody() -> frozenset[str]:
    return frozenset(map(bare, NOBODY))


@cache
def _nicknames() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for form, names in nicknames.heads().items():
        form_bare = bare(fold(form))
        found[form_bare] = found.get(form_bare, frozenset()) | names
    return found


@cache
def _families() -> dict[str, str]:
    """Each form → the least form of all those it is linked with by shared names."""
    leader: dict[str, str] = {}

    def find(node: str) -> str:
        while leader.setdefault(node, node) != node:
            node = leader[node]
        return node

    for form, names in _nicknames().items():
        for name in names:
            one, other = sorted((find(form), find(f"~{name}")))
            leader[other] = one
    return {form: find(form) for form in _nicknames()}
