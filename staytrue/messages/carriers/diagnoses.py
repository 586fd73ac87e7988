"""Is an address dead, by the words in which a mail server gave it back? Pure.

Servers agree on the shape of a report and not on its code: one writes 5.0.0 for whatever happened,
another 5.5.0, and says the rest in words. In doubt an address is not dead: the next mail will tell.
"""

from __future__ import annotations

import re

_WORDS_MOST = 2_000
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# A mailbox that is full or a server that dislikes us today says nothing of the address.
_DEAD = re.compile(r"5\.1\.(?!8|0\b)\d+|5\.2\.1|5\.4\.4")
# What some write for anything at all; one of them also for addresses its directory does not know.
_VAGUE = re.compile(r"5\.0\.\d+|5\.1\.0|5\.2\.0|5\.3\.0|5\.4\.0|5\.4\.1|5\.4\.6|5\.5\.\d+|")

_PASSING = re.compile(
    r"""quota|mailbox[ ](is[ ])?full|full[ ]mailbox|over\s?limit|insufficient[ ](system[ ])?storage
      | too[ ](many|large|big)|exceed|spam|junk|block(ed|ing|list)|blacklist|black[ ]list|reputation
      | policy|content|virus|greylist|try[ ]again|temporar|timed?[ ]?out|not[ ]authenticated
      | authenticat|dmarc|\bspf\b|dkim|rate[ ]limit|refused[ ]to[ ]talk|loop|hop[ ]count|relay
      | service[ ]unavailable|banned|(?<!not[ ])listed|resolver\.rst|restricted|not[ ]authorized|denied[ ]by
      | bo[iî]te[ ]pleine|voll\b|lleno""",
    re.VERBOSE | re.IGNORECASE,
)
_GONE = re.compile(
    r"""(user|mailbox|recipient|address|account|addressee|alias|person|destinataire|usuario)s?
            [^.;\n]{0,60}?
            (unknown|not[ ]found|not[ ]exist|n't[ ](exist|have)|invalid|disabled|inactive|closed
             |deactivated|suspended|discontinued|no[ ]longer|unavailable|not[ ]listed|inconnu
             |desconocido|nicht[ ]bekannt|not[ ]known|not[ ]a[ ]valid|not[ ]our[ ]customer
             |not[ ]recognized|expired)
      | (unknown|no[ ]such|invalid|bad|nonexistent|unrouteable|unroutable|unbekannt\w*|inactive)
            [^.;\n]{0,20}?
            (user|mailbox|recipient|address|account|local|destination|person|empf)
      | recipnotfound|not[ ]listed[ ]in|couldn't[ ]be[ ]found|wasn't[ ]found|host[ ]not[ ]found
      | no[ ]mailbox[ ]here|mailbox[ ]unavailable|domain[ ](name[ ])?not[ ]found|nxdomain
      | name[ ](or[ ]service[ ])?not[ ]known|no[ ]existe|n'existe""",
    re.VERBOSE | re.IGNORECASE,
)


def is_dead(status: str, words: str = "") -> bool:
    """Whether nothing will ever arrive there, by the report's status and what the server said."""
    words = words[:_WORDS_MOST]
    said = _of(status, words)
    if said.startswith(("2", "4")):
        return False
    if not _VAGUE.fullmatch(said):
        return _DEAD.fullmatch(said) is not None
    plain = " ".join(words.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    return bool(_GONE.search(plain)) and not _PASSING.search(plain)


def _of(status: str, words: str) -> str:
    """The code that says most: a precise one among the server's words goes before a vague one."""
    codes = [found[0] for found in _STATUS.finditer(words)]
    if not status or _VAGUE.fullmatch(status):
        precise = [code for code in codes if not _VAGUE.fullmatch(code)]
        return precise[-1] if precise else status or "".join(codes[-1:])
    return status
