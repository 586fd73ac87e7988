"""Guests to be looked for, with names as rare as in life, and what is typed to find each of them.

The same seed gives the same guests again, one after the other: a million need not be kept at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

import phonenumbers
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from staytrue.hotel.codes import GuestRole, Status
from staytrue.hotel.records import Email, GuestOnBooking, Phone, Profile, Reservation
from staytrue.lab.figures import COUNTRIES
from staytrue.lab.people import plain
from staytrue.lab.profiles import without_accents
from staytrue.lab.streams import pick, stream

KINDS = ("name", "mistyped", "former_mail", "phone", "number", "room")
STAYS = 5
ROOMS = 150
_COMMON_SURNAME, _MOVED_MAIL, _TWO_HOTELS = 0.4, 0.3, 0.2
_DAYS_BEHIND, _DAYS_AHEAD = 3 * 365, 365
_LONG_NAME, _SHORT_WORD = 12, 3
_SLIPS_MAX = 2
# Of so many guests for each question one has a name of his own.
_TRIED = 20
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Sought:
    """One guest: a profile at each of his hotels, how he was and is reached, his room if in house."""

    serial: int
    first: str
    last: str
    second: str | None
    mail: str
    former_mail: str | None
    prefix: int
    mobile: str
    hotels: tuple[int, ...]
    room: str

    def profile(self, place: int) -> Profile:
        """How his first or second hotel knows him: the second by his name alone."""
        if place:
            return Profile(source_id=f"S{self.serial}", first_name=self.first.upper(),
                           last_name=self.last.upper(), second_last_name=self.second)  # fmt: skip
        number = f"+{self.prefix}{self.mobile}"
        return Profile(
            source_id=f"S{self.serial}", first_name=self.first, last_name=self.last,
            second_last_name=self.second, emails=[Email(self.mail)],
            phones=[Phone(number, number)],
        )  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What is typed, and the guest it is meant for; `hotel` is where a room is asked for."""

    kind: str
    words: str
    serial: int
    hotel: int | None = None


def crowd(seed: int, count: int, hotels: int) -> Iterator[Sought]:
    """So many guests of a group with so many hotels."""
    rng = stream(seed, "sought")
    for serial in range(count):
        culture = pick(rng, COUNTRIES)
        first = rng.choice(culture.female if rng.random() < 0.5 else culture.male)
        last = _surname(rng, culture.last)
        second = _surname(rng, culture.last) if culture.language == "es" else None
        home = serial % hotels
        other = (home + rng.randrange(1, hotels)) % hotels if hotels > 1 else home
        address = f"{plain(first)}.{plain(last)}{serial}"
        yield Sought(
            serial, first, last, second,
            mail=f"{address}@mail.example",
            former_mail=f"{address}@post.example" if rng.random() < _MOVED_MAIL else None,
            prefix=phonenumbers.country_code_for_region(culture.country),
            mobile=f"6{rng.randrange(10**8):08d}",
            hotels=(home, other) if other != home and rng.random() < _TWO_HOTELS else (home,),
            room=str(101 + serial // hotels),
        )  # fmt: skip


def _surname(rng: Random, known: Sequence[str]) -> str:
    """A common surname, or a rare one: the beginning of one with the end of another."""
    one, other = rng.choice(known), rng.choice(known)
    if rng.random() < _COMMON_SURNAME:
        return one
    return one[: (len(one) + 1) // 2] + other[len(other) // 2 :].lower()


def stays_of(seed: int, guest: Sought, hotels: int, today: date) -> list[Reservation]:
    """His stays, past and to come, at his hotels; the first guests of each hotel are in house."""
    rng = stream(seed, f"stays {guest.serial}")
    return [_stay(rng, guest, at, hotels, today) for at in range(STAYS)]


def _stay(rng: Random, guest: Sought, at: int, hotels: int, today: date) -> Reservation:
    arrival = today + timedelta(days=rng.randrange(-_DAYS_BEHIND, _DAYS_AHEAD))
    nights = 1 + rng.randrange(7)
    is_here = at == 0 and guest.serial < hotels * ROOMS
    if is_here:
        arrival, nights = today - timedelta(days=1), 3
    elif arrival <= today < arrival + timedelta(days=nights):
        arrival = today - timedelta(days=nights)
    status = (Status.IN_HOUSE if is_here else Status.CONFIRMED if arrival > today
              else Status.CANCELLED if rng.random() < 0.1 else Status.CHECKED_OUT)  # fmt: skip
    return Reservation(
        number=number_of(guest, at), property="", status=status, source_status=status.value,
        arrival_on=arrival, departure_on=arrival + timedelta(days=nights), nights=nights,
        room_number=guest.room if is_here else None,
        created_at=datetime.combine(arrival, datetime.min.time(), UTC) - timedelta(days=30),
        guests=[GuestOnBooking(GuestRole.PRIMARY, f"S{guest.serial}")],
    )  # fmt: skip


def hotel_of(guest: Sought, at: int) -> int:
    """Which hotel his stay of this place is at."""
    return guest.hotels[at % len(guest.hotels)]


def number_of(guest: Sought, at: int) -> str:
    """The booking number: each hotel counts from a million of its own."""
    return str((hotel_of(guest, at) + 1) * 10_000_000 + guest.serial * STAYS + at)


def questions(seed: int, count: int, hotels: int, each: int) -> list[Question]:
    """So many questions of each kind.

    Nobody could tell by his name a guest who has a namesake, nor by a mistyped name one whose is no
    nearer to it than another's: they are not asked for so.
    """
    rng = stream(seed, "questions")
    names = Counter(key for guest in crowd(seed, count, hotels) for key in _names(guest))
    in_house = min(count, hotels * ROOMS)
    found: dict[str, list[Question]] = {kind: [] for kind in KINDS}
    among = {kind: in_house if kind == "room" else count for kind in KINDS}
    wanted = {kind: set(rng.sample(range(most), min(_TRIED * each, most)))
              for kind, most in among.items()}  # fmt: skip
    for guest in crowd(seed, count, hotels):
        for kind in KINDS:
            if guest.serial in wanted[kind]:
                is_known = kind in ("name", "mistyped") and names[_names(guest)[0]] > 1
                words = None if is_known else _words(rng, kind, guest)
                if words:
                    hotel = guest.hotels[0] if kind == "room" else None
                    found[kind].append(Question(kind, words, guest.serial, hotel))
    found["mistyped"] = told_apart(
        found["mistyped"][: 2 * each], lambda: crowd(seed, count, hotels)
    )
    return [question for kind in KINDS for question in found[kind][:each]]


def told_apart(asked: Sequence[Question], crowd: Callable[[], Iterable[Sought]]) -> list[Question]:
    """The questions whose guest is nearer to what was typed, in slips, than anybody else."""
    typed = [question.words.split() for question in asked]
    known = sorted({word for guest in crowd() for word in _typeable(guest)})
    near = {word: {other: slips for other, slips, _ in extract(
        word, known, scorer=OSA.distance, score_cutoff=_SLIPS_MAX, limit=None)}
        for words in typed for word in words}  # fmt: skip
    led_to: dict[str, list[int]] = {}
    for at, words in enumerate(typed):
        # The word that fewest names hold first: whoever has none like it is not looked at further.
        words.sort(key=lambda word: len(near[word]))
        for word in near[words[0]]:
            led_to.setdefault(word, []).append(at)
    least = [(_SLIPS_MAX + 1, [-1])] * len(asked)
    for guest in crowd():
        words = _typeable(guest)
        for at in {at for word in words for at in led_to.get(word, ())}:
            slips, nearest = least[at]
            his = _slips(typed[at], words, near)
            if his <= slips:
                least[at] = his, [guest.serial, *(nearest if his == slips else ())]
    return [question for question, (_, nearest) in zip(asked, least, strict=True)
            if nearest == [question.serial]]  # fmt: skip


def _typeable(guest: Sought) -> list[str]:
    names = (guest.first, guest.last, guest.second)
    return without_accents(" ".join(filter(None, names))).lower().split()


def _slips(
    typed: Sequence[str], words: Sequence[str], near: Mapping[str, Mapping[str, int]]
) -> int:
    """How few slips make these words of a name, in any order, what was typed."""
    if not typed:
        return 0
    first, rest = near[typed[0]], typed[1:]
    return min((first[word] + _slips(rest, [*words[:at], *words[at + 1 :]], near)
                for at, word in enumerate(words) if word in first), default=_SLIPS_MAX + 1)  # fmt: skip


def _names(guest: Sought) -> list[int]:
    """Under which two words he may be called, as short as can be kept a million times."""
    others = filter(None, (guest.last, guest.second))
    return [hash(frozenset((plain(guest.first), plain(other)))) for other in others]


def _words(rng: Random, kind: str, guest: Sought) -> str | None:
    if kind == "former_mail":
        return guest.former_mail
    if kind == "phone":
        national = f"{guest.mobile[:3]} {guest.mobile[3:6]} {guest.mobile[6:]}"
        return rng.choice((f"+{guest.prefix} {national}", f"0{national}", guest.mobile[-7:],
                           f"00{guest.prefix}{guest.mobile}", guest.mobile[-8:]))  # fmt: skip
    if kind == "number":
        return number_of(guest, rng.randrange(STAYS))
    if kind == "room":
        return guest.room
    names = [guest.first, guest.last]
    if guest.second and rng.random() < 0.5:
        names.append(guest.second)
    if rng.random() < 0.3:
        names.reverse()
    return _mistyped(rng, names) if kind == "mistyped" else rng.choice(
        (" ".join(names), " ".join(names).lower(), without_accents(" ".join(names)),
         f"{guest.last}, {guest.first}")
    )  # fmt: skip


def _mistyped(rng: Random, names: list[str]) -> str:
    """A slip in a word of four letters or more; in a long name often a second one elsewhere."""
    words = without_accents(" ".join(names)).lower().split()
    long = [place for place, word in enumerate(words) if len(word) > _SHORT_WORD]
    twice = sum(map(len, words)) >= _LONG_NAME and rng.random() < 0.4
    for place in rng.sample(long, min(len(long), 2 if twice else 1)):
        words[place] = slipped(rng, words[place])
    return " ".join(words)


def slipped(rng: Random, word: str) -> str:
    """One letter too many, too few, wrong, or two in the wrong order; the first as often as any."""
    at = rng.randrange(len(word))
    before, own, after = word[:at], word[at], word[at + 1 :]
    letter = rng.choice(_ALPHABET.replace(own, ""))
    swapped = word[: at - 1] + own + word[at - 1] + after if at else word[1] + own + word[2:]
    return rng.choice((before + after, before + letter + own + after, before + letter + after,
                       swapped))  # fmt: skip


def blocks(guests: Iterable[Sought], size: int) -> Iterator[list[Sought]]:
    """Guests by the block, as they are written."""
    block: list[Sought] = []
    for guest in guests:
        block.append(guest)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block
