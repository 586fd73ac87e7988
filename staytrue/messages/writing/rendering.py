"""From a text and the facts of one guest to the mail that leaves. Pure.

Words are parsed and laid out once per text; what is left per guest is filling in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from liquid.exceptions import LiquidError, UndefinedError

from staytrue.kit.errors import Refused
from staytrue.messages.kinds import Kind
from staytrue.messages.writing import foreign, layout, liquid, markup
from staytrue.messages.writing.facts import Facts
from staytrue.messages.writing.layout import Text
from staytrue.messages.writing.liquid import Problem
from staytrue.messages.writing.standard_set import EMAIL

SUBJECT_MAX = 200
FOOT = frozenset({"hotel.name", "hotel.city", "hotel.legal_line", "stay.as_of",
                  "links.preferences", "links.unsubscribe"})  # fmt: skip
"""What the layout itself names."""
WAY_OUT = frozenset({"links.unsubscribe", "links.preferences", "hotel.legal_line"})
# One curved sign halves what an SMS holds.
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."})
_BARE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


@dataclass(frozen=True)
class Rendered:
    """A message as it leaves; an SMS has only text. `fallbacks` are the fields that had no value."""

    subject: str
    html: str
    text: str
    fallbacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Version:
    """The words of one approved version, ready to be filled."""

    id: int
    kind: Kind
    channel: str
    purpose: str
    texts: Mapping[str, Text]

    def names_in(self, language: str) -> frozenset[str]:
        """The fields its text names: which links must be made for it, what must be known."""
        return names_in(self.texts[language])


def check(
    text: Text,
    own_domains: Collection[str] = (),
    channel: str = "email",
    *,
    of_stay: bool = True,
) -> list[Problem]:
    """Everything wrong with a text, part by part; what only needs a look comes last.

    A kind that is not `of_stay` has no stay to tell of.
    """
    found: list[Problem] = []
    for part in ("subject", "preview", "body"):
        source = getattr(text, part)
        told = liquid.check(source, part)
        found += told + foreign.check(source, own_domains, part)
        if not of_stay and not told:
            names = sorted(liquid.names_in(source))
            found += [Problem("no_stay", n, part=part) for n in names if n.startswith("stay.")]
    if channel == "email" and not text.subject.strip():
        found.append(Problem("empty", part="subject"))
    if "\n" in text.subject.strip() or "\n" in text.preview.strip():
        found.append(Problem("one_line", part="subject" if "\n" in text.subject else "preview"))
    if not text.body.strip():
        found.append(Problem("empty"))
    if not any(each.code == "not_liquid" for each in found):
        found += markup.unbalanced(text.body)
    return sorted(found, key=lambda each: (each.needs_approval, each.part != "subject", each.line))


def refuse(problems: Collection[Problem]) -> None:
    """Raise what keeps a text from being saved, with the first field or word named."""
    wrong = [each for each in problems if not each.needs_approval]
    if wrong:
        first = wrong[0]
        raise Refused(
            f"Line {first.line} of the {first.part}: {first.code.replace('_', ' ')}"
            f" ({first.name}). Mend it and save again.",
            "template_wrong",
            problem=first.code,
            name=first.name,
            line=first.line,
            part=first.part,
            count=len(wrong),
        )


def names_in(text: Text) -> frozenset[str]:
    """All fields that a checked text and its layout name: also which links must be made for it."""
    used = (liquid.names_in(getattr(text, part)) for part in ("subject", "preview", "body"))
    return FOOT.union(*used)


def sells(text: Text) -> bool:
    """Whether it has a marketing block, so that it may only be sent as marketing."""
    return liquid.sells(text.body)


def rendered(version: Version, language: str, facts: Facts) -> Rendered:
    """The message for one guest; refused with the field named where a value is missing."""
    text = version.texts.get(language)
    if text is None:
        raise Refused(
            f"The text has no words in {language}.", "language_missing", language=language
        )
    if version.channel != EMAIL:
        return filled_short(text, facts)
    colour = str(facts["hotel"]["colour"])
    return filled(text, language, version.purpose, facts, colour)


def filled(text: Text, language: str, purpose: str, facts: Facts, colour: str) -> Rendered:
    """The mail for one guest; refused with the field named where a value is missing."""
    made = layout.letter(text, language, purpose, colour)
    subject = _one_line(_fill(made.subject, facts))
    html = _fill(made.html, facts, html=True)
    return Rendered(subject, html, _tidy(_fill(made.text, facts)), _missing(text, facts))


def filled_short(text: Text, facts: Facts) -> Rendered:
    """An SMS for one guest."""
    told = " ".join(_fill(text.body, facts).translate(_PLAIN).split())
    return Rendered("", "", told, _missing(text, facts))


def require_way_out(version: Version) -> None:
    """Refuse a mail that does not show, in every language and in both of its forms, how to stop it."""
    for language, text in version.texts.items():
        made = layout.letter(text, language, version.purpose, "#000000")
        for source in (made.html, made.text):
            if not liquid.names_in(source) >= WAY_OUT:
                raise Refused(
                    "The mail has no link to stop it. It cannot be approved.", "no_way_out",
                    language=language,
                )  # fmt: skip


def _fill(source: str, facts: Facts, *, html: bool = False) -> str:
    try:
        return liquid.parsed(source, html=html).render(**facts)
    except UndefinedError as error:
        name = str(error).split(" is undefined", maxsplit=1)[0].strip("'")
        raise Refused(
            f"There is no value for {name} and no fallback in the text.",
            "missing_field",
            field=name,
        ) from error
    except LiquidError as error:
        raise Refused(
            f"The text could not be filled: {error}. Open the template and save it again.",
            "template_broken",
        ) from error


def _one_line(subject: str) -> str:
    """A subject that can be no second header."""
    if _BARE.search(subject):
        raise Refused("The subject has a line break in it; nothing was sent.", "subject_lines")
    return " ".join(subject.split())[:SUBJECT_MAX]


def _tidy(text: str) -> str:
    lines = [line.rstrip() if line != "-- " else line for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _missing(text: Text, facts: Facts) -> tuple[str, ...]:
    used = (liquid.names_in(getattr(text, part)) for part in ("subject", "preview", "body"))
    return tuple(sorted(name for name in frozenset().union(*used) if not _value(name, facts)))


def _value(name: str, facts: Facts) -> Any:
    found: Any = facts
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
