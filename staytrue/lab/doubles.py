"""Guests as several hotels wrote them down, several times each, with the truth who is who.

Households share surnames, phones, mailboxes, cards and homes; names are mistyped, shortened,
transliterated and swapped; agencies and front desks lend their addresses. One seed, one list.
"""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from staytrue.lab.figures import COUNTRIES
from staytrue.lab.names import Culture
from staytrue.lab.people import MAILBOXES, plain
from staytrue.lab.streams import pick, stream

TRUTH, HOUSEHOLD = "person", "household"
COLUMNS = (
    "id", TRUTH, HOUSEHOLD, "kind", "title", "first_name", "last_name", "birth_date", "email",
    "phone", "line1", "line2", "postcode", "city", "country", "card_token", "loyalty", "document",
)  # fmt: skip
Row = dict[str, str]

_TODAY = date(2026, 5, 21)
_PROFILES_EACH = (
    (1, 42.0),
    (2, 24.0),
    (3, 13.0),
    (4, 8.0),
    (5, 5.0),
    (6, 4.0),
    (8, 2.5),
    (12, 1.5),
)
_HOUSEHOLDS = (("single", 46.0), ("couple", 34.0), ("family", 20.0))
# Common names cannot carry a large crowd: half of all surnames are built from such parts.
_HEADS = (
    "Al Bar Ber Bor Cal Cam Dal Dor Fal Fer Gal Gar Hol Kar Lan Lin Mar Mon Nor Os Pal Per Ros "
)
_HEADS += "Sal San Sol Tar Tor Val Ver Vil Wal Win Zan Bel Cor Del Fon Gra Hal Kel Lor Mil Nav Ost"
_MIDDLES = "a e i o u an en in on ar er or al el il ta te ti to da de di do la le li lo ma me mi mo"
_TAILS = {
    "en": "son ton ley ford well field wood worth", "fr": "eau ard in ier oux ot elle aud",
    "es": "ez era illo ado uz anza edo al", "de": "mann berg bach er stein feld hofer meier",
    "it": "ini etti one ucci aro ella oni ato", "pt": "eira inho ares ado osa eiro im ais",
    "nl": "stra sma veld dijk man huis beek horst",
}  # fmt: skip
_NICKNAMES = {
    "William": "Bill", "Thomas": "Tom", "James": "Jim", "Michael": "Mike", "Charlotte": "Lottie",
    "Andrew": "Andy", "Daniel": "Dan", "David": "Dave", "Edward": "Ted", "Henry": "Harry",
    "Patrick": "Paddy", "Peter": "Pete", "Kate": "Katie", "Oliver": "Ollie", "Emily": "Emmy",
    "Nicolas": "Nico", "Guillaume": "Guigui", "Maxime": "Max", "Mathieu": "Mat", "Benoît": "Ben",
    "Francisco": "Paco", "José Luis": "Pepe", "Fernando": "Nando", "Guillermo": "Guille",
    "Alejandro": "Álex", "Alberto": "Beto", "Manuel": "Manolo", "Pilar": "Pili", "Beatriz": "Bea",
    "Andreas": "Andi", "Christian": "Chris", "Georg": "Schorsch", "Ulrike": "Uli", "Petra": "Pet",
    "Alessandro": "Sandro", "Giovanni": "Gianni", "Lorenzo": "Renzo", "Francesca": "Franca",
    "Filippo": "Pippo", "Tommaso": "Tommy", "João": "Joãozinho", "Miguel": "Migas", "Tiago": "Ti",
}  # fmt: skip
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe", "æ": "ae"}
_BESIDE = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wqwertyuioaasdfghjkzzxcvbn", strict=True))


@dataclass
class Being:
    """One real person, with what has changed over the years: the last of each list is of today."""

    id: str
    household: str
    culture: Culture
    title: str
    first: str
    last: str
    suffix: str
    born: date
    emails: list[str]
    mobiles: list[str]
    landline: str
    homes: list[tuple[str, str, str]]
    cards: list[str]
    member: str
    passport: str


@dataclass
class Noise:
    """How often something goes wrong: shares of profiles. The defaults are of a careless desk."""

    typo: float = 0.05
    nickname: float = 0.06
    unaccented: float = 0.45
    swapped: float = 0.015
    initial: float = 0.03
    nobody: float = 0.006
    old_email: float = 0.3
    relay: float = 0.18
    no_email: float = 0.32
    no_phone: float = 0.34
    born: float = 0.34
    placeholder: float = 0.03
    address: float = 0.5
    card: float = 0.28
    agency: float = 0.012


@dataclass
class Doubles:
    """A seeded crowd and the profiles that hotels have of it."""

    seed: int
    noise: Noise = field(default_factory=Noise)

    def __post_init__(self) -> None:
        self._people = stream(self.seed, "doubles: people")
        self._desk = stream(self.seed, "doubles: desk")
        self._count = 0
        self._mailboxes: Counter[str] = Counter()

    def rows(self, profiles: int) -> list[Row]:
        """So many profiles in mixed order, each with its truth."""
        found: list[Row] = []
        crowd = self._crowd()
        while len(found) < profiles:
            being = next(crowd)
            count = pick(self._desk, _PROFILES_EACH)
            found += [self._written(being) for _ in range(count)]
        found = found[:profiles]
        self._desk.shuffle(found)
        return [{**row, "id": f"{number:08d}"} for number, row in enumerate(found)]

    def write(self, path: Path, profiles: int) -> None:
        """The same as a CSV file."""
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, COLUMNS)
            out.writeheader()
            out.writerows(self.rows(profiles))

    def _crowd(self) -> Iterator[Being]:
        rng, household = self._people, 0
        while True:
            household += 1
            first = self._being(f"h{household}", pick(rng, COUNTRIES))
            kind = pick(rng, _HOUSEHOLDS)
            yield first
            if kind == "single":
                continue
            partner = self._relative(first, same_name=0.75)
            yield partner
            for _ in range(rng.randrange(1, 4) if kind == "family" else 0):
                yield self._child(first)

    def _being(self, household: str, culture: Culture) -> Being:
        rng = self._people
        self._count += 1
        female = rng.random() < 0.5
        first = rng.choice(culture.female if female else culture.male)
        if rng.random() < 0.12:
            first = f"{first} {rng.choice(culture.female if female else culture.male)}"
        last = self._surname(culture)
        years = rng.randrange(1, 4)
        return Being(
            id=f"p{self._count}",
            household=household,
            culture=culture,
            title=culture.titles[0 if female else 1],
            first=first,
            last=last,
            suffix="",
            born=_TODAY - timedelta(days=rng.randrange(30 * 365, 85 * 365)),
            emails=[self._mailbox(first, last) for _ in range(years)],
            mobiles=[self._number(culture, "6") for _ in range(1 + (rng.random() < 0.2))],
            landline=self._number(culture, "9"),
            homes=[self._home(culture) for _ in range(1 + (rng.random() < 0.2))],
            cards=[f"tok_{rng.getrandbits(48):012x}" for _ in range(1 + (rng.random() < 0.35))],
            member=f"club:{rng.randrange(10**8)}" if rng.random() < 0.1 else "",
            passport=f"passport:{culture.country}:{rng.randrange(10**8):08d}",
        )

    def _relative(self, head: Being, *, same_name: float) -> Being:
        """Another of the household: the same home, and often the same name, mailbox and card."""
        rng = self._people
        other = self._being(head.household, head.culture)
        while other.first.partition(" ")[0] == head.first.partition(" ")[0]:
            # Nobody calls two of a household alike, but fathers and sons: see `_child`.
            other = self._being(head.household, head.culture)
        last = head.last if rng.random() < same_name else other.last
        return replace(
            other,
            last=last,
            emails=head.emails if rng.random() < 0.3 else [self._mailbox(other.first, last)],
            mobiles=head.mobiles if rng.random() < 0.12 else other.mobiles,
            landline=head.landline,
            homes=head.homes,
            cards=head.cards if rng.random() < 0.35 else other.cards,
        )

    def _child(self, head: Being) -> Being:
        """A grown-up child: sometimes named as the father, sometimes a twin of the one before."""
        rng = self._people
        child = self._relative(head, same_name=0.93)
        born = date(min(head.born.year + rng.randrange(20, 38), 2008), 1, 2)
        child = replace(child, born=born + timedelta(days=rng.randrange(360)))
        if rng.random() < 0.03:
            child = replace(child, first=head.first, suffix="Jr" if rng.random() < 0.5 else "")
        if rng.random() < 0.03:
            child = replace(child, born=head.born)
        return child

    def _surname(self, culture: Culture) -> str:
        rng = self._people
        if rng.random() < 0.35:
            return rng.choice(culture.last)
        tails = _TAILS.get(culture.language, _TAILS["en"]).split()
        middle = rng.choice(_MIDDLES.split()) if rng.random() < 0.6 else ""
        return rng.choice(_HEADS.split()) + middle + rng.choice(tails)

    def _mailbox(self, first: str, last: str) -> str:
        rng = self._people
        given, family = plain(first), plain(last)
        number = str(rng.randrange(1, 99)) if rng.random() < 0.5 else ""
        forms = (
            f"{given}.{family}",
            f"{given[0]}{family}",
            f"{family}{given[0]}",
            f"{given}{family[:3]}",
        )
        address = f"{rng.choice(forms)}{number}@{rng.choice(MAILBOXES)}"
        self._mailboxes[address] += 1
        again = self._mailboxes[address]
        # The next person of the same name takes a number, as everywhere.
        return address if again == 1 else address.replace("@", f"{100 + again}@")

    def _number(self, culture: Culture, kind: str) -> str:
        head = culture.mobile[0] if kind == "6" else culture.landline[0]
        return f"{head[:5]}{self._people.randrange(10**7):07d}"

    def _home(self, culture: Culture) -> tuple[str, str, str]:
        rng = self._people
        postcode, city = rng.choice(culture.towns)
        # A town has more than one postcode: the last digits move.
        moved = "".join(str(rng.randrange(10)) if sign.isdigit() else sign for sign in postcode[2:])
        name = rng.choice(_HEADS.split()).lower() + rng.choice(_MIDDLES.split())
        street = f"{rng.choice(culture.streets)} {name}"
        return f"{street} {rng.randrange(1, 180)}", postcode[:2] + moved, city

    def _written(self, being: Being) -> Row:
        """One profile of this person, as a desk, a website or an OTA put it down."""
        rng, noise = self._desk, self.noise
        row = dict.fromkeys(COLUMNS, "")
        row |= {TRUTH: being.id, HOUSEHOLD: being.household, "kind": "person"}
        row |= self._names(being)
        by_ota = rng.random() < noise.relay
        if by_ota:
            row["email"] = f"{being.id}.{rng.randrange(10**6)}@guest.booking.com"
        elif rng.random() >= noise.no_email:
            row["email"] = self._any(being.emails, noise.old_email, wrong=0.012)
        if rng.random() >= noise.no_phone:
            number = self._any(being.mobiles, 0.3) if rng.random() < 0.85 else being.landline
            row["phone"] = self._dialled(self._mistyped(number) if rng.random() < 0.01 else number)
        if rng.random() < noise.born and not by_ota:
            row["birth_date"] = self._date(being.born)
        if rng.random() < noise.placeholder:
            row["birth_date"] = "1970-01-01"
        if rng.random() < noise.address and not by_ota:
            row |= self._address(being)
        if rng.random() < noise.card:
            row["card_token"] = f"gateway:{rng.choice(being.cards)}"
        if being.member and rng.random() < 0.6:
            row["loyalty"] = being.member
        if rng.random() < 0.12 and not by_ota:
            row["document"] = being.passport
        if rng.random() < noise.agency:
            agency = rng.randrange(8)
            row |= {
                "email": f"bookings@agency{agency}.example",
                "phone": f"+4420794601{agency:02d}",
            }
        row["country"] = being.culture.country if rng.random() < 0.8 else ""
        return row

    def _names(self, being: Being) -> Row:
        rng, noise = self._desk, self.noise
        first, last = being.first, being.last
        if rng.random() < noise.nickname:
            first = _NICKNAMES.get(first, first.partition(" ")[0])
        if " " in first and rng.random() < 0.5:
            first = first.partition(" ")[0]
        if rng.random() < noise.unaccented:
            transliterated = rng.random() < 0.5
            first, last = (_unaccented(each, transliterated) for each in (first, last))
        if rng.random() < noise.typo:
            first = self._mistyped(first)
        if rng.random() < noise.typo:
            last = self._mistyped(last)
        if rng.random() < noise.initial:
            first = f"{first[0]}."
        if rng.random() < noise.nobody:
            first = rng.choice(("Guest", "TBD", ".", "Unknown"))
        if rng.random() < noise.swapped:
            first, last = last, first
        if being.suffix and rng.random() < 0.6:
            last = f"{last} {being.suffix}"
        if rng.random() < 0.2:
            first, last = first.upper(), last.upper()
        title = being.title if rng.random() < 0.6 else ""
        return {"title": title, "first_name": first, "last_name": last}

    def _any(self, values: list[str], old: float, wrong: float = 0.0) -> str:
        """Mostly today's value, at times one of before, seldom a mistyped one."""
        rng = self._desk
        value = rng.choice(values) if rng.random() < old else values[-1]
        return (
            self._mistyped(value.partition("@")[0]) + value[value.find("@") :]
            if rng.random() < wrong
            else value
        )

    def _dialled(self, number: str) -> str:
        form = self._desk.randrange(3)
        return (number, f"00{number[1:]}", f"{number[:3]} {number[3:6]} {number[6:]}")[form]

    def _date(self, born: date) -> str:
        rng = self._desk
        wrong = rng.random()
        if wrong < 0.012 and born.day <= 12:
            born = date(born.year, born.day, born.month)
        elif wrong < 0.024:
            born = date(born.year, born.month, born.day % 28 + 1)
        return born.isoformat() if rng.random() < 0.7 else f"{born:%d.%m.%Y}"

    def _address(self, being: Being) -> Row:
        rng = self._desk
        line, postcode, city = rng.choice(being.homes) if rng.random() < 0.3 else being.homes[-1]
        if rng.random() < 0.06:
            line = self._mistyped(line)
        if rng.random() < 0.25:
            line = line.replace("straße", "str.").replace("Street", "St").replace("avenue", "av.")
        if rng.random() < 0.12:
            postcode = ""
        place = {"postcode": postcode, "city": city}
        return (
            {"line1": "", "line2": line, **place}
            if rng.random() < 0.1
            else {"line1": line, **place}
        )

    def _mistyped(self, text: str) -> str:
        """One slip of a finger: a letter lost, doubled, replaced by its neighbour, or two changed."""
        rng = self._desk
        if len(text) < 4:
            return text
        at = rng.randrange(1, len(text) - 1)
        slip = rng.randrange(4)
        if slip == 0:
            return text[:at] + text[at + 1 :]
        if slip == 1:
            return text[:at] + text[at] + text[at:]
        if slip == 2:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        return text[:at] + _BESIDE.get(text[at].lower(), text[at]) + text[at + 1 :]


def _unaccented(text: str, transliterated: bool) -> str:  # noqa: FBT001
    if transliterated:
        text = "".join(_UMLAUTS.get(sign, sign) for sign in text)
    bare = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("ß", "ss"))
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


def rng_of(seed: int, name: str) -> Random:
    """A stream of chance beside those of the crowd, for tests that mix profiles."""
    return stream(seed, f"doubles: {name}")
