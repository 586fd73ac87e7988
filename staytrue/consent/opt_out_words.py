"""Does a guest's message ask to be left alone: words in English, French and Spanish. Pure.

It only ever proposes: a member reads the words and confirms.
"""

from __future__ import annotations

import re

from staytrue.kit.text import fold

_WORDS = {
    "en": r"unsubscribe|opt(ing)? out|stop (sending|writing|emailing|contacting|messaging)|"
    r"(remove|take|delete) (me|us|my (name|e-?mail|address)) (from|off)|"
    r"(no more|don'?t want( any)?( more)?|do not want( any)?( more)?) "
    r"(e-?mails?|mails?|messages?|newsletters?|offers?|advertis\w+)",
    "fr": r"desabonn\w+|desinscri\w+|me retirer|retire[rz]?[- ](moi|mon|nous)|"
    r"me (supprimer|rayer|enlever)|supprime[rz]?[- ](moi|mon adresse)|"
    r"(ne|n'?)\s*(veux|voulons|souhaite|souhaitons|desire)\s*plus (recevoir|de)|"
    r"plus (recevoir|de) (vos|de|d')?\s*(e-?mails?|mails?|messages?|courriels?|newsletters?|publicites?|offres?)",
    "es": r"(dar(me|nos)|dad?me|den(me|nos)?|de(me|nos)?) de baja|cancelar (la )?suscripcion|desuscrib\w+|"
    r"borrar(me)?|eliminen? mi (correo|direccion|e-?mail)|quitar?(me)? de (la|su|vuestra) lista|"
    r"no (quiero|deseo|queremos|deseamos) (recibir|mas)|dejen? de (enviar|escribir|mandar)\w*",
}
_SMS = {"stop", "stopall", "quit", "end", "revoke", "cancel", "unsubscribe", "opt out", "arret",
        "baja", "parar", "stop pub"}  # fmt: skip
_PATTERNS = {
    language: re.compile(rf"(?<!\w)({words})(?!\w)", re.IGNORECASE)
    for language, words in _WORDS.items()
}
_QUOTED = re.compile(r"^\s*>|^\s*(on|le|el) .{5,80} (wrote|a ecrit|escribio)\s*:", re.IGNORECASE)
_QUOTE_MAX = 300


def said_in_mail(text: str) -> tuple[str, str] | None:
    """The language and the sentence that ask for it, from what he wrote himself; else nothing."""
    own = []
    for line in text.splitlines():
        if _QUOTED.search(fold(line)):
            break
        own.append(line.strip())
    for sentence in re.split(r"(?<=[.!?])\s+|\n\s*\n", "\n".join(own)):
        flat = fold(" ".join(sentence.split()))
        for language, pattern in _PATTERNS.items():
            if pattern.search(flat):
                return language, " ".join(sentence.split())[:_QUOTE_MAX]
    return None


def said_in_sms(text: str) -> bool:
    """Whether a text message asks for it: a keyword, or any reasonable words."""
    flat = " ".join(re.sub(r"[^\w ]", " ", fold(text)).split())
    return flat in _SMS or said_in_mail(text) is not None
