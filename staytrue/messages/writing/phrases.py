"""The few words of the house inside a mail, in the guest's language: dates, counts, the foot. Pure."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

# English with the day before the month, as hotels in Europe write.
_LOCALES = {"en": Locale("en", "GB"), "fr": Locale("fr"), "es": Locale("es")}
_DAY = {"en": "EEEE d MMMM", "fr": "EEEE d MMMM", "es": "EEEE d 'de' MMMM"}
_YEAR = {"en": " y", "fr": " y", "es": " 'de' y"}
_PEOPLE = {
    "adults": {
        "en": ("{} adult", "{} adults"),
        "fr": ("{} adulte", "{} adultes"),
        "es": ("{} adulto", "{} adultos"),
    },
    "children": {
        "en": ("{} child", "{} children"),
        "fr": ("{} enfant", "{} enfants"),
        "es": ("{} niño", "{} niños"),
    },
    "infants": {
        "en": ("{} infant", "{} infants"),
        "fr": ("{} bébé", "{} bébés"),
        "es": ("{} bebé", "{} bebés"),
    },
}
BOARDS = {
    "RO": {"en": "Room only", "fr": "Chambre seule", "es": "Solo alojamiento"},
    "BB": {"en": "Breakfast included", "fr": "Petit-déjeuner compris", "es": "Desayuno incluido"},
    "HB": {"en": "Half board", "fr": "Demi-pension", "es": "Media pensión"},
    "FB": {"en": "Full board", "fr": "Pension complète", "es": "Pensión completa"},
    "AI": {"en": "All inclusive", "fr": "Tout compris", "es": "Todo incluido"},
}
PURPOSES = {
    "stay": {
        "en": "This message is about your booking.",
        "fr": "Ce message concerne votre réservation.",
        "es": "Este mensaje trata de su reserva.",
    },
    "service": {
        "en": "This message is about your stay.",
        "fr": "Ce message concerne votre séjour.",
        "es": "Este mensaje trata de su estancia.",
    },
    "asked": {
        "en": "Somebody gave this address on our website.",
        "fr": "Cette adresse a été indiquée sur notre site.",
        "es": "Esta dirección se indicó en nuestra web.",
    },
    "survey": {
        "en": "You receive this question because you stayed with us.",
        "fr": "Vous recevez cette question parce que vous avez séjourné chez nous.",
        "es": "Recibe esta pregunta porque se ha alojado con nosotros.",
    },
    "marketing": {
        "en": "You receive our news as a guest of the house.",
        "fr": "Vous recevez nos nouvelles en tant qu’hôte de la maison.",
        "es": "Recibe nuestras noticias como huésped de la casa.",
    },
}
AS_OF = {
    "en": "The dates are those of your booking on {}. Is something wrong? Just reply.",
    "fr": "Les dates sont celles de votre réservation au {}. Une erreur\u202f? Répondez simplement.",
    "es": "Las fechas son las de su reserva el {}. ¿Algún error? Basta con responder.",
}
CHOOSE = {
    "en": "Choose what you receive",
    "fr": "Choisir ce que vous recevez",
    "es": "Elegir lo que recibe",
}
STOP = {
    "en": "Stop these messages",
    "fr": "Ne plus recevoir ces messages",
    "es": "No recibir más estos mensajes",
}
COLON = {"en": ": ", "fr": "\u202f: ", "es": ": "}


@lru_cache(maxsize=1 << 12)
def day(value: date, language: str, this_year: int) -> str:
    """As in "Saturday 23 May"; with its year when it is another."""
    pattern = _DAY[language] + ("" if value.year == this_year else _YEAR[language])
    return str(format_date(value, pattern, locale=_LOCALES[language]))


@lru_cache(maxsize=1 << 12)
def instant(value: datetime, zone: str, language: str) -> str:
    """As in "20 May, 10:00", by the hotel's clock."""
    local = value.astimezone(ZoneInfo(zone))
    pattern = {"es": "d 'de' MMMM"}.get(language, "d MMMM")
    told = format_date(local.date(), pattern, locale=_LOCALES[language])
    return f"{told}, {clock(local.time(), language)}"


def clock(value: time, language: str) -> str:
    """As in "15:00", in French "15 h"."""
    pattern = "HH:mm"
    if language == "fr":
        pattern = "H\u00a0'h'\u00a0mm" if value.minute else "H\u00a0'h'"
    return str(format_time(value, pattern, locale=_LOCALES[language]))


@lru_cache(maxsize=1 << 12)
def nights(count: int, language: str) -> str:
    """As in "3 nights"."""
    return str(format_unit(count, "duration-night", locale=_LOCALES[language]))


def people(counts: dict[str, int | None], language: str) -> str:
    """As in "2 adults, 1 child"; nothing where the PMS does not say."""
    told = []
    for name, words in _PEOPLE.items():
        if count := counts.get(name):
            told.append(words[language][count > 1].format(count))
    return ", ".join(told)


def number(value: int, language: str) -> str:
    """As in "1,200"."""
    return str(format_decimal(value, locale=_LOCALES[language]))


def money(amount: Decimal, currency: str, language: str) -> str:
    """As in "€486.00" or "486,00 €"."""
    return str(format_currency(amount, currency, locale=_LOCALES[language]))
