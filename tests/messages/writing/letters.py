"""Letters to look at: every shipped text, for an ordinary guest and for those who try it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Browser

from staytrue.messages.kinds import Kind
from staytrue.messages.writing import facts, live, rendering, standard_set
from staytrue.messages.writing.facts import Corrects, Facts, Given, House, Letter, Stay
from staytrue.messages.writing.greeting import Person
from staytrue.messages.writing.language import LANGUAGES
from staytrue.messages.writing.rendering import Rendered, Version

NOW = datetime(2026, 5, 20, 8, 0, tzinfo=UTC)
LINKS = {
    name: f"https://stay.sirga.example/g/{name}-4fJq81"
    for name in ("preferences", "unsubscribe", "pre_checkin", "survey", "wishes", "confirm")
}
HOUSE = House(
    "Hotel Sirga",
    "Europe/Madrid",
    "Bilbao",
    address="Muelle de la Merced 9, 48003 Bilbao",
    phone="+34 944 55 01 00",
    email="hello@sirga.example",
    website="https://sirga.example",
    legal_line="Hotel Sirga SL, Muelle de la Merced 9, 48003 Bilbao",
    check_in_from=time(15),
    check_out_until=time(12),
    directions={
        "en": "Metro L1 towards Etxebarri, three stops, then five minutes along the quay.",
        "fr": "Métro L1 vers Etxebarri, trois arrêts, puis cinq minutes le long du quai.",
        "es": "Metro L1 hacia Etxebarri, tres paradas, y cinco minutos por el muelle.",
    },
    good_to_know={
        "en": "Breakfast is from 7:30 to 11:00. The night entrance is on the left.",
        "fr": "Petit-déjeuner de 7 h 30 à 11 h. L’entrée de nuit est à gauche.",
        "es": "El desayuno es de 7:30 a 11:00. La entrada de noche está a la izquierda.",
    },
    categories={"PAT": "Superior patio"},
)
STAY = Stay(
    "30117",
    date(2026, 5, 23),
    date(2026, 5, 26),
    3,
    "PAT",
    board="BB",
    adults=2,
    children=1,
    amount=Decimal("486.00"),
    currency="EUR",
    as_of=NOW,
    before=(date(2026, 5, 22), date(2026, 5, 25)),
)
BARE_STAY = Stay("7", date(2027, 1, 1), date(2027, 1, 2), 1)
BARE_HOUSE = House("Hotel Sirga", legal_line="Hotel Sirga SL, Bilbao")
CLAIRE = Person("Mrs", "Claire", "Fontanel")
TRYING = {
    "nobody": Person(),
    "no-given-name": Person("Mr", "", "GARCÍA LÓPEZ"),
    "right-to-left": Person("", "مريم", "الحسيني"),
    "long": Person("", "Maximiliana" * 27, "von und zu " * 27),
    "emoji": Person("", "Ana 🌸", "👩‍👩‍👧"),
    "liquid": Person("", "{{ 7*7 }}", "{% include 'x' %}"),
    "html": Person("", "<img src=x onerror=alert(1)>", "</td></table>"),
    "long-word": Person("", "Donaudampfschifffahrtsgesellschaftskapitaenswitwe", "Li"),
    "markup": Person("", "[here](https//evil)", "**x**"),
}


TYPED = Letter("Your room", "The fan is off.\nSleep <b>well</b> {{ tonight }}!")
CORRECTED = Corrects("cancelled", "Before you arrive", date(2026, 5, 20))


def facts_of(kind: Kind, language: str, person: Person = CLAIRE, *, bare: bool = False) -> Facts:
    """What a letter of this kind is filled with; bare: only what is always there."""
    stay = BARE_STAY if bare else STAY
    house = BARE_HOUSE if bare else HOUSE
    of_stay = live.DEMANDS[kind].of_stay
    wrong = CORRECTED if kind == Kind.CORRECTION else None
    typed = TYPED if kind == Kind.LETTER else None
    given = Given(house, person, stay if of_stay else None, LINKS, corrects=wrong, letter=typed)
    return facts.of(given, language, NOW)


def version(kind: Kind, channel: str = "email") -> Version:
    """A shipped text as if it were live."""
    texts = standard_set.texts(kind, channel)
    return Version(1, kind, channel, live.purpose_of(kind, texts), texts)


def letter(kind: Kind, language: str, person: Person = CLAIRE, *, bare: bool = False) -> Rendered:
    """A shipped mail, filled."""
    told = facts_of(kind, language, person, bare=bare)
    return rendering.rendered(version(kind), language, told)


def every() -> Iterator[tuple[str, str, Rendered]]:
    """Name, language and mail of everything there is to look at."""
    for language in LANGUAGES:
        for kind, channel in standard_set.SETS:
            if channel == "email":
                yield f"mail-{kind.value}", language, letter(kind, language)
        for name, person in TRYING.items():
            yield f"mail-for-{name}", language, letter(Kind.PRE_CHECKIN, language, person)
        yield "mail-bare", language, letter(Kind.ARRIVAL_INFO, language, bare=True)


def take(browser: Browser, target: Path, only: str = "", languages: str = "en,fr,es") -> list[Path]:
    """Pictures of every mail on a phone and at full width, light and dark."""
    made = []
    for width, scheme in ((360, "light"), (640, "light"), (360, "dark")):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True
        )
        page = context.new_page()
        for name, language, mail in every():
            if only in name and language in languages.split(","):
                page.set_content(mail.html)
                picture = target / f"{name}-{width}-{scheme}-{language}.png"
                page.screenshot(path=picture, full_page=True)
                made.append(picture)
        context.close()
    return made
