"""Profiles by name as somebody types it: in any order, without accents, with slips of the finger.

Each word typed is looked for among the words that names have (`name_word`), exactly, as a
beginning and with a slip or two; then the profiles that have such a word for each word typed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from django.db import connection
from rapidfuzz.distance import OSA

from staytrue.mirror.rows import name_key, words_of

# How far a name is from what was typed, in hundredths of a slip. Whole names come before names
# with a further word, these before beginnings, these before slips.
_LAST_NAME, _FURTHER_WORD, _LAST_NAME_UNTOLD, _BEGINNING = 2, 5, 10, 20
_SLIP, _FIRST_LETTER, _WORD_TOO_MANY = 100, 25, 200
FAR = _SLIP
"""From here on something was mistyped."""
# From so many letters on a word may hold one slip, or two.
_ONE_SLIP, _TWO_SLIPS = 3, 6
_WORDS_MAX, _PIECE = 6, 3
_LIMIT = 200
_READ_MAX = 1_000

Key = TypeVar("Key", int, str)
Costs = dict[int, int]
Spellings = Mapping[str, Mapping[str, int]]


def profiles_named(key: str, property_ids: Collection[int]) -> Costs:
    """Profiles of these properties by a folded name → how far theirs is from it."""
    found = _written_so(key, sorted(property_ids))
    typed = list(dict.fromkeys(words_of(key)))[:_WORDS_MAX]
    if typed and sum(cost < _BEGINNING for cost in found.values()) < _LIMIT:
        spellings = spellings_of(typed)
        for reading in _readings(typed, spellings):
            if read := _spelled(reading, spellings, sorted(property_ids)):
                _keep_nearest(found, read)
                break
        if min(found.values(), default=FAR) >= FAR:
            for reading, known in _parted(typed, spellings):
                _keep_nearest(found, _spelled(reading, known, sorted(property_ids)))
    return found


def _keep_nearest(found: Costs, more: Costs) -> None:
    for id_, cost in more.items():
        found[id_] = min(cost, found.get(id_, cost))


def _written_so(key: str, property_ids: list[int]) -> Costs:
    """Names that are exactly so, and last names that begin so, of each hotel the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, min(cost) FROM (
                 (SELECT id, 0 AS cost FROM profile
                   WHERE name_key = %(name)s AND property_id = ANY(%(ids)s) LIMIT %(limit)s)
                  UNION ALL
                 SELECT p.id, CASE WHEN p.last_name_key = %(key)s THEN %(last)s
                                   ELSE %(beginning)s END
                   FROM unnest(%(ids)s::bigint[]) h(id) CROSS JOIN LATERAL (
                     SELECT id, last_name_key FROM profile
                      WHERE property_id = h.id AND last_name_key >= %(key)s
                        AND last_name_key < %(end)s
                      ORDER BY last_name_key LIMIT %(limit)s) p) x
                GROUP BY id""",
            {
                "name": name_key(key),
                "key": key,
                "end": key + "\U0010ffff",
                "ids": property_ids,
                "limit": _LIMIT,
                "last": _LAST_NAME,
                "beginning": _BEGINNING,
            },
        )
        return dict(cursor.fetchall())


def spellings_of(typed: list[str]) -> dict[str, dict[str, int]]:
    """Each word typed → the words of names it may stand for, and how far each is from it.

    The last word may be on its way; it is also a beginning.
    """
    found: dict[str, dict[str, int]] = {word: {} for word in typed}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT q.word, n.word FROM unnest(%(typed)s::text[]) q(word)
                 JOIN name_word n ON n.near && name_near(q.word)
                UNION ALL
               (SELECT %(last)s, word FROM name_word
                 WHERE word >= %(last)s AND word < %(end)s ORDER BY word LIMIT %(limit)s)""",
            {
                "typed": typed,
                "last": typed[-1],
                "end": typed[-1] + "\U0010ffff",
                "limit": _LIMIT,
            },
        )
        for word, other in cursor.fetchall():
            cost = word_cost(word, other, may_go_on=word == typed[-1])
            if cost is not None:
                found[word][other] = cost
    return {word: _nearest(others) for word, others in found.items()}


def _nearest(costs: Mapping[Key, int]) -> dict[Key, int]:
    return dict(sorted(costs.items(), key=lambda each: each[1])[:_LIMIT])


def word_cost(typed: str, word: str, *, may_go_on: bool = False) -> int | None:
    """How far a word is from what was typed, or None: too far to be meant."""
    if typed == word:
        return 0
    if may_go_on and len(typed) > 1 and word.startswith(typed):
        return _BEGINNING
    letters = max(len(typed), len(word))
    most = (letters >= _ONE_SLIP) + (letters >= _TWO_SLIPS)
    slips = OSA.distance(typed, word, score_cutoff=most)
    if slips > most:
        return None
    return slips * _SLIP + (_FIRST_LETTER if typed[0] != word[0] else 0)


def _readings(typed: list[str], spellings: Spellings) -> Iterable[list[str]]:
    """The words to look for, the likeliest reading first: as typed, then without one of them."""
    if all(spellings.values()):
        yield typed
    if len(typed) > 2:
        for word in sorted(typed, key=lambda word: (len(spellings[word]), typed.index(word))):
            rest = [other for other in typed if other != word]
            if all(spellings[other] for other in rest):
                yield rest


def _parted(typed: list[str], spellings: Spellings) -> Iterable[tuple[list[str], Spellings]]:
    """The words with a blank more or a blank less, where names have such words."""
    ways = [(at, 2, [typed[at] + typed[at + 1]]) for at in range(len(typed) - 1)]
    ways += [
        (at, 1, [word[:cut], word[cut:]])
        for at, word in enumerate(typed)
        for cut in range(_PIECE, len(word) - _PIECE + 1)
    ]
    known = _known({piece for _at, _count, pieces in ways for piece in pieces})
    for at, count, pieces in ways:
        reading = [*typed[:at], *pieces, *typed[at + count :]]
        if known.issuperset(pieces) and len(set(reading)) == len(reading):
            # The blank is the slip, and counts once.
            costs = dict.fromkeys(pieces, 0) | {pieces[0]: _SLIP}
            new: dict[str, Mapping[str, int]] = {each: {each: costs[each]} for each in pieces}
            read = {word: new.get(word) or spellings[word] for word in reading}
            if all(read.values()):
                yield reading, read


def _known(words: Collection[str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT word FROM name_word WHERE word = ANY(%s)", [sorted(words)])
        return {word for (word,) in cursor.fetchall()}


def _spelled(reading: list[str], spellings: Spellings, property_ids: list[int]) -> Costs:
    """Profiles whose names have a spelling of each of these words, the nearest spellings first."""
    longest = sorted(reading, key=len, reverse=True)
    every = [list(spellings[word]) for word in longest]
    nearest = [_equally_near(spellings[word]) for word in longest]
    costs: Costs = {}
    for asked in (nearest, every) if nearest != every else (every,):
        for id_, key, last_name in _with_words(asked, property_ids):
            cost = name_cost(reading, words_of(key), spellings, words_of(last_name))
            if cost is not None:
                costs[id_] = cost + _WORD_TOO_MANY * (len(spellings) - len(reading))
        if len(costs) >= _LIMIT:
            break
    return _nearest(costs)


def _equally_near(costs: Mapping[str, int]) -> list[str]:
    least = min(costs.values())
    return [word for word, cost in costs.items() if cost <= least + _FIRST_LETTER]


def _with_words(asked: list[list[str]], property_ids: list[int]) -> list[tuple[int, str, str]]:
    # The look-up asks for three words; what is missing is asked for twice, which costs nothing.
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id, p.name_key, p.last_name_key
                 FROM profiles_by_words(%s, %s, %s, %s, %s) AS known(id)
                 JOIN profile p ON p.id = known.id""",
            [*(asked * 3)[:3], property_ids, _READ_MAX],
        )
        return list(cursor.fetchall())


def name_cost(
    typed: Iterable[str],
    words: Collection[str],
    spellings: Spellings,
    last_name: Collection[str] = (),
) -> int | None:
    """How far a name of these words is from what was typed, or None where a word is missing.

    Whoever types one surname of two types the first: without it he means somebody else.
    """
    costs, left = 0, list(words)
    for word in typed:
        known = spellings[word]
        fits = [(known[other], place) for place, other in enumerate(left) if other in known]
        if not fits:
            return None
        cost, place = min(fits)
        costs += cost
        del left[place]
    untold = sum(word in last_name for word in left)
    return costs + _FURTHER_WORD * len(left) + _LAST_NAME_UNTOLD * untold
