"""The texts that ship with Staytrue, one file per kind, channel and language. Pure."""

from __future__ import annotations

from functools import cache
from importlib import resources

from staytrue.kit.errors import Refused
from staytrue.messages.kinds import Kind
from staytrue.messages.writing.language import LANGUAGES
from staytrue.messages.writing.layout import Text

EMAIL, SMS = "email", "sms"
SETS = (
    *((kind, EMAIL) for kind in Kind if kind is not Kind.MAILING),
    (Kind.ARRIVAL_INFO, SMS),
    (Kind.PRE_CHECKIN, SMS),
)
"""Kind and channel of every shipped text; a mailing is always the hotel's own."""


@cache
def texts(kind: Kind, channel: str = EMAIL) -> dict[str, Text]:
    """The shipped text in each language; nothing for what does not ship."""
    if (kind, channel) not in SETS:
        return {}
    folder = resources.files(__package__).joinpath("standard")
    middle = "" if channel == EMAIL else f".{channel}"
    return {
        language: read(
            folder.joinpath(f"{kind.value}{middle}.{language}.txt").read_text(encoding="utf-8")
        )
        for language in LANGUAGES
    }


def read(source: str) -> Text:
    """A text as a file: lines "Subject: …" and "Preview: …", an empty line, the body.

    Without them all of it is the body, as an SMS is written.
    """
    head, blank, body = source.replace("\r\n", "\n").partition("\n\n")
    lines = [line.partition(":") for line in head.split("\n")]
    given = {name.strip().lower(): value.strip() for name, _colon, value in lines}
    if "subject" not in given:
        return Text("", "", source.strip())
    if set(given) > {"subject", "preview"} or not blank:
        raise Refused(
            'A text begins with "Subject: …" and "Preview: …", then an empty line, then the body.',
            "template_head",
        )
    return Text(given["subject"], given.get("preview", ""), body.strip())
