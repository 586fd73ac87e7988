"""Does a guest's message ask to be left alone: words in many languages, sentences in three. Pure.

In a mail it only ever proposes: a member reads the words and confirms. A text message is obeyed.
"""

from __future__ import annotations

import re
from itertools import zip_longest

from staytrue.kit.text import fold

_WORDS = {
    "en": r"unsubscribe|opt(ing)?[ -]?out|(stop|quit) (sending|writing|e-?mailing|contacting|messaging|texting)|"
    r"(stop|end) (these|those|the|your|all) (e-?mails?|mails?|messages?|texts?|newsletters?)|"
    r"(remove|take|delete) (me|us|my (name|number|e-?mail|address)) (from|off)|"
    r"(no more|don'?t want( any)?( more)?|do not want( any)?( more)?) "
    r"(e-?mails?|mails?|messages?|texts?|sms|newsletters?|offers?|advertis\w+)|"
    r"(do not|don'?t|never) (contact|text|write( to)?|message|e-?mail) (me|us)|leave (me|us) alone",
    "fr": r"desabonn\w+|desinscri\w+|me retirer|retire[rz]?[- ](moi|mon|nous)|"
    r"me (supprimer|rayer|enlever)|supprime[rz]?[- ](moi|mon (adresse|numero))|"
    r"(ne|n'?)\s*(veux|voulons|souhaite|souhaitons|desire)\s*plus (recevoir|de)|"
    r"ne (m'|nous )\s*(ecrivez|contactez|envoyez) plus|"
    r"(arretez|cessez)( svp| s'il vous plait)? (de (m'|nous )?\s*(envoyer|ecrire|contacter)\w*|"
    r"(vos|ces|les) (e-?mails?|messages?|sms|courriels?|publicites?|envois?))|"
    r"plus (recevoir|de|aucun) (vos|de|d')?\s*(e-?mails?|mails?|messages?|sms|courriels?|newsletters?|publicites?|offres?)",
    "es": r"(dar(me|nos)|dad?me|den(me|nos)?|de(me|nos)?) de baja|cancelar (la )?suscripcion|desuscrib\w+|"
    r"borrar(me)?|eliminen? mi (correo|direccion|numero|e-?mail)|quitar?(me)? de (la|su|vuestra) lista|"
    r"no (quiero|deseo|queremos|deseamos) (recibir|mas)|dejen? de (enviar|escribir|mandar)\w*|"
    r"no (me|nos) (escriban?|envien?|manden?|contacten?)\s*(mas)?|"
    r"no mas (e-?mails?|correos|mensajes|sms|publicidad|ofertas)",
}
# What phones are told to send, by the language that uses it; `""` where several do.
_KEYWORDS = {
    "": "stop|stopall|stop all|stop sms|sms stop|td",
    "en": "quit|end|revoke|cancel|unsubscribe|opt out|optout|remove|please stop|stop please|stop it|"
    "stop now|no more|remove me|stop texts|stop texting|stop messages|stop the texts",
    "fr": "arret|arreter|arretez|arrete|desabonner|desabonnement|desinscription|stop pub|stop svp|"
    "stop merci|fin|non merci stop",
    "es": "baja|parar|pare|detener|cancelar|salir|basta|no mas|stop por favor|baja por favor",
    "de": "stopp|abmelden|abbestellen|ende|keine sms|keine sms mehr|bitte stoppen|bitte abmelden",
    "it": "ferma|fermare|cancella|cancellami|annulla|disiscrivi|disiscrivimi|basta sms|rimuovi",
    "pt": "sair|remover|cancele|descadastrar|parem|chega",
    "nl": "afmelden|uitschrijven|stop aub|stoppen|uit",
    "ca": "atura|aturar|donar de baixa|baixa",
    "pl": "rezygnuje|wypisz",
    "ru": "стоп|отписаться|отписка",
    "zh": "停止|退订|取消订阅",
    "ja": "停止する|配信停止|解除",
    "ar": "توقف|الغاء|إلغاء",
}
_PATTERNS = {
    language: re.compile(rf"(?<!\w)({words})(?!\w)", re.IGNORECASE)
    for language, words in _WORDS.items()
}
_BY_WORD = {
    fold(word): language for language, words in _KEYWORDS.items() for word in words.split("|")
}
_QUOTED = re.compile(
    r"^\s*>|^\s*(on|le|el) .{5,160} (wrote|a ecrit|escribio)\s*:"
    r"|^\s*-{2,}\s*(original message|message d'origine|mensaje original)|^_{10,}$",
    re.IGNORECASE,
)
_QUOTE_MAX = 300


def own_words(text: str) -> str:
    """What he wrote himself, without what his mail quotes."""
    own: list[str] = []
    lines = text.splitlines()
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        # A long line that says whose words follow is often broken into two.
        if any(_QUOTED.search(fold(each)) for each in (line, f"{line} {following}")):
            break
        own.append(line.strip())
    return "\n".join(own)


def said_in_mail(text: str) -> tuple[str, str] | None:
    """The language and the sentence that ask for it, from what he wrote himself; else nothing."""
    for sentence in re.split(r"(?<=[.!?])\s+|\n\s*\n", own_words(text)):
        flat = fold(" ".join(sentence.split())).replace("’", "'")
        for language, pattern in _PATTERNS.items():
            if pattern.search(flat):
                return language, " ".join(sentence.split())[:_QUOTE_MAX]
    return None


def said_in_sms(text: str) -> bool:
    """Whether a text message asks for it: a keyword of any language, or any reasonable words."""
    return _flat(text) in _BY_WORD or said_in_mail(text) is not None


def language_of(text: str) -> str:
    """The language in which it is asked for; empty where the word is of several."""
    sentence = said_in_mail(text)
    return _BY_WORD.get(_flat(text), "") or (sentence[0] if sentence else "")


def _flat(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", fold(text)).split())
