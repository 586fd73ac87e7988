"""What the letters of an address and the digits of a number say by themselves. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from rapidfuzz import fuzz

from staytrue.hotel.contacts import NO_LOCALS
from staytrue.kit.text import fold


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


FREE_MAIL = _listed(
    """gmail.com googlemail.com hotmail.com hotmail.es hotmail.fr hotmail.it hotmail.de
    hotmail.co.uk outlook.com outlook.es outlook.fr outlook.de outlook.pt live.com live.fr live.co.uk
    live.nl live.de msn.com yahoo.com yahoo.es yahoo.fr yahoo.de yahoo.it yahoo.co.uk ymail.com
    rocketmail.com icloud.com me.com mac.com aol.com gmx.de gmx.net gmx.com gmx.at gmx.ch web.de
    t-online.de freenet.de arcor.de orange.fr wanadoo.fr free.fr sfr.fr laposte.net neuf.fr
    bbox.fr numericable.fr libero.it virgilio.it tiscali.it alice.it tin.it telefonica.net
    movistar.es ono.com terra.es sapo.pt mail.pt btinternet.com sky.com talktalk.net ntlworld.com
    virginmedia.com blueyonder.co.uk ziggo.nl kpnmail.nl planet.nl hetnet.nl xs4all.nl telenet.be
    skynet.be proximus.be bluewin.ch wp.pl o2.pl onet.pl interia.pl mail.ru yandex.ru yandex.com
    bk.ru qq.com 163.com 126.com protonmail.com proton.me mail.com comcast.net verizon.net att.net
    sbcglobal.net bellsouth.net cox.net rogers.com shaw.ca sympatico.ca bigpond.com uol.com.br
    bol.com.br terra.com.br eircom.net zoho.com fastmail.com hey.com tutanota.com"""
)
"""Where anybody may have a mailbox: the domain says nothing about who he is."""

_NOTHING = NO_LOCALS - {"mail", "email"} | _listed(
    """nothing nobody noone nadie notiene nohay noexiste sin sinmail sincorreo sinmail sinemail
    notengo keinemail keinmail ohnemail ohne aucun aucune sans sansmail pasdemail pasdadresse
    nonha nessuno senzamail nessunamail semmail sememail naotem geen geenmail nomail noemail
    nonmail nonemail noaddress anonymous anonimo inconnu unbekannt desconocido sconosciuto fake
    false dummy asd asdf qwerty abc null void blank empty tbd tba invalid example donotmail
    notgiven notavailable notprovided declined refused withheld guest cliente client"""
)
_BOOKINGS = _listed(
    """booking bookings reserva reservas reservation reservations reservierung resa res groups grupos
    gruppen groupes incoming receptivo rooming operations"""
)
_TRAVEL = re.compile(
    r"viaje|viatge|viaggi|viagens|travel|tours|touris|turism|reise(?!r)|reizen|voyage|booking|dmc"
    r"|holiday|urlaub|vacation|vacacion|vacanze|vacances|agencia|agence|agency|incoming|receptivo"
    r"|cruise|crucero|flights|excursion|trips|getaway|hotelbeds|destination"
)
_AT_HOME = _listed("family familie familia famiglia famille home casa privat private privado")
_NAMES_MOST, _LIKE = 12, 85
_SERIAL = re.compile(r"\d{5,}|[0-9a-f]{10,}|(?=[a-z]*\d)[a-z0-9]{14,}")
_RUN = "01234567890123456789"
_NUMBER_TAIL = re.compile(r"\d+$")
_NOT_LETTER = re.compile(r"[^a-z]+")
_NOT_SIGN = re.compile(r"[^a-z0-9]+")
_SECOND_LEVEL = _listed("co com org net gob gov ac edu")


@lru_cache(maxsize=1 << 16)
def split(address: str) -> tuple[str, str]:
    """What stands before the @, without a tag, and the name of the domain without its ending."""
    local, _, domain = address.rpartition("@")
    parts = domain.split(".")[:-1]
    if len(parts) > 1 and parts[-1] in _SECOND_LEVEL:
        parts.pop()
    return local.partition("+")[0], parts[-1] if parts else ""


def stands_for_nothing(kind: str, value: str) -> bool:
    """Whether somebody had to fill in a field and knew nothing: noemail@…, 000000, n/a."""
    if kind == "phone":
        return _is_no_number(value)
    if kind != "email":
        return False
    local, host = split(value)
    bare = _NUMBER_TAIL.sub("", _NOT_SIGN.sub("", local)) or local
    if bare in _NOTHING or len(set(local)) == 1 < len(local):
        return True
    # The short way to fill a field that wants an @: a@a.com.
    return local == host and (len(local) < 5 or local in ("mail", "email"))


def _is_no_number(value: str) -> bool:
    digits = "".join(sign for sign in value if sign.isdigit())
    if len(digits) < 6 or digits != value or len(set(digits)) < 3:
        return True
    return digits[-7:] == digits[-1] * 7 or digits in _RUN or digits in _RUN[::-1]


def is_serial(local: str) -> bool:
    """Whether it looks as if a machine had numbered it."""
    return bool(_SERIAL.search(local))


def sells_travel(text: str) -> bool:
    """Whether the name of a domain or a mailbox is one that travel agencies choose."""
    return bool(_TRAVEL.search(text))


def names_in(text: str, names: Collection[str]) -> bool:
    """Whether one of these names stands in an address, perhaps with a slip of the pen in it."""
    letters = _NOT_LETTER.sub("", fold(text))
    given = _letters(names)
    long = {name for name in given if len(name) > 3}
    if any(name in letters for name in long):
        return True
    if any(len(name) == 3 and letters.startswith(name) for name in given):
        return True
    # Of a crowd one is nearly called like anything.
    return len(long) <= _NAMES_MOST and any(
        len(name) > 4 and fuzz.partial_ratio(name, letters, score_cutoff=_LIKE) > 0 for name in long
    )


def is_personal(local: str, host: str, names: Collection[str]) -> bool:
    """Whether a domain is somebody's own: of his name, or of what stands before the @ as well."""
    parts = [part for part in _NOT_LETTER.split(host) if len(part) > 3]
    letters = _NOT_LETTER.sub("", local)
    return (
        names_in(host, names)
        or any(part in letters for part in parts)
        or any(part in _AT_HOME for part in parts)
    )


def _letters(names: Iterable[str]) -> list[str]:
    return [_NOT_LETTER.sub("", word) for name in names for word in name.split()]


def takes_bookings(local: str) -> bool:
    """Whether a mailbox is for what agencies write about all day."""
    return any(word in _BOOKINGS for word in _NOT_LETTER.split(local))


def says_house(local: str, host: str, houses: Collection[str], *, is_shared: bool) -> bool:
    """Whether an address is named after one of the group's hotels, or after the group.

    A guest, a firm or a town may be called as the hotel is: the word "hotel" tells them apart, or
    that several families share the address.
    """
    host, local = _NOT_LETTER.sub("", host), _NOT_LETTER.sub("", local)
    return any(
        (house in host and (is_shared or "hotel" in host or house == host))
        or (house in local and "hotel" in local)
        for house in houses
    )


_COMMON = _listed(
    """hotel hotels resort apartments aparthotel hostal hostel boutique grand gran palace spa the
    and les las los der die das plaza beach city center centre park inn suites house group grupo
    gruppe collection sa sl slu gmbh ltd sarl sas srl bv ag kg co"""
)


def houses_of(names: Iterable[str]) -> frozenset[str]:
    """What is particular in the names of hotels and companies, in small letters without blanks."""
    found = set()
    for name in names:
        words = [word for word in re.findall(r"[a-z]+", fold(name)) if word not in _COMMON]
        if len(joined := "".join(words)) > 3:
            found.add(joined)
    return frozenset(found)
