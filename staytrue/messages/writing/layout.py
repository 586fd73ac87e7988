"""The letter around the words: one responsive MJML layout and its plain-text twin.

Made once for a text, a language and a hotel's colour; Liquid stays in it and is filled per guest.
Nothing in it is fetched: no image, no font, no pixel that tells who reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from mjml import mjml2html

from staytrue.messages.writing import markup, phrases
from staytrue.messages.writing.markup import Block

SERIF = "Charter, Cambria, Georgia, serif"
SANS = "Arial, Helvetica, sans-serif"
LABEL_MAX = 18
FIRM = 'border="0" cellpadding="0" cellspacing="0"'
_STYLE = """
.wrap { word-break: break-word; overflow-wrap: anywhere; }
.lnk { color: #1d4f8a; }
@media (max-width: 480px) {
  .px > table > tbody > tr > td { padding-left: 24px !important; padding-right: 24px !important; }
  .h div { font-size: 26px !important; line-height: 32px !important; }
}
@media (prefers-color-scheme: dark) {
  .bg, body { background: #121a17 !important; background-color: #121a17 !important; }
  .paper, .paper > table { background: #1b2320 !important; background-color: #1b2320 !important; }
  .ink div, .ink { color: #ebe9e2 !important; }
  .soft div, .soft { color: #b9b7b0 !important; }
  .box { background: #232d29 !important; }
  .rule p { border-top-color: #34403b !important; }
  .btn td, .btn a { background: #86c9a8 !important; color: #10251c !important; }
  .lnk { color: #9fc3ef !important; }
}
"""
_HEAD = """<mj-head><mj-raw><meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark"></mj-raw>
<mj-attributes><mj-all font-family="{sans}"/>
<mj-text font-size="16px" line-height="25px" color="#26211b" padding="0 40px 18px"/>
<mj-section padding="0"/><mj-divider border-width="1px" border-color="#e2ddd4"
 padding="8px 40px 20px"/></mj-attributes><mj-style>{style}</mj-style></mj-head>"""


@dataclass(frozen=True)
class Text:
    """The words of one language: subject, the line beside it in the inbox, and the body."""

    subject: str
    preview: str
    body: str


@dataclass(frozen=True)
class Letter:
    """A text in its layout, as three Liquid sources."""

    subject: str
    html: str
    text: str


@lru_cache(maxsize=512)
def letter(text: Text, language: str, purpose: str, colour: str) -> Letter:
    """The words in the layout; the same words are laid out once."""
    parts = markup.blocks(text.body)
    dated = "stay.arrival" in text.body
    # Who confirms an address need not have a stay that this could be about.
    purpose = "asked" if "links.confirm" in text.body else purpose
    body = "".join(_mjml(each, colour) for each in parts)
    source = (
        f'<mjml lang="{language}" dir="ltr">{_HEAD.format(sans=SANS, style=_STYLE)}'
        f'<mj-body background-color="#f7f5f1" css-class="bg" width="600px">'
        f"{_hidden(text.preview)}{_masthead(colour)}"
        f'<mj-section background-color="#fefdfb" css-class="paper" padding="32px 0 8px">'
        f'<mj-column css-class="px wrap">{body}</mj-column></mj-section>'
        f"{_foot(purpose, language, dated=dated)}</mj-body></mjml>"
    )
    html = mjml2html(_kept(source), fonts={})
    return Letter(text.subject, _returned(html), _twin(parts, purpose, language, dated=dated))


# Liquid passes MJML as bare words, so that no sign of it is read as XML.
_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def _kept(source: str) -> str:
    return _LIQUID.sub(lambda found: f"liquid{found[0].encode().hex()}diuqil", source)


def _returned(html: str) -> str:
    return re.sub("liquid([0-9a-f]+)diuqil", lambda found: bytes.fromhex(found[1]).decode(), html)


def _hidden(preview: str) -> str:
    return f'<mj-raw><div style="display:none;max-height:0;overflow:hidden;">{markup.inline(preview)}</div></mj-raw>'


def _masthead(colour: str) -> str:
    return (
        f'<mj-section background-color="{colour}" padding="22px 0"><mj-column css-class="px wrap">'
        f'<mj-text font-family="{SERIF}" font-size="20px" line-height="26px" color="#ffffff"'
        ' padding="0 40px">{{ hotel.name }}</mj-text>'
        "<mj-raw>{% if hotel.city %}</mj-raw>"
        '<mj-text font-size="13px" line-height="18px" color="#ffffff" padding="0 40px">'
        "{{ hotel.city }}</mj-text><mj-raw>{% endif %}</mj-raw></mj-column></mj-section>"
    )


def _mjml(block: Block, colour: str) -> str:
    words = [markup.inline(line) for line in block.lines]
    if block.kind == "control":
        return f"<mj-raw>{block.lines[0]}</mj-raw>"
    if block.kind == "title":
        return (
            f'<mj-text css-class="ink h" font-family="{SERIF}" font-size="30px" line-height="37px">'
            f"{words[0]}</mj-text>"
        )
    if block.kind == "heading":
        return (
            f'<mj-text css-class="ink" font-family="{SERIF}" font-size="20px" line-height="27px"'
            f' padding="10px 40px 6px">{words[0]}</mj-text>'
        )
    if block.kind == "list":
        items = "".join(f'<li style="margin:0 0 6px;">{each}</li>' for each in words)
        return (
            f'<mj-text css-class="ink"><ul style="margin:0;padding:0 0 0 20px;">{items}</ul>'
            "</mj-text>"
        )
    if block.kind == "facts":
        return _facts(block)
    if block.kind == "button":
        label, link = markup.button_in(block.lines[0])
        return (
            f'<mj-button css-class="btn" align="left" href="{escape(link)}" color="#ffffff"'
            f' background-color="{colour}" border-radius="6px" inner-padding="14px 26px"'
            f' font-size="16px" font-weight="bold" padding="6px 40px 24px">'
            f"{markup.inline(label)}</mj-button>"
        )
    return f'<mj-text css-class="ink">{"<br/>".join(words)}</mj-text>'


def _facts(block: Block) -> str:
    rows = []
    for line in block.lines:
        label, colon, value = line.partition(":")
        if line.startswith("{%") or not colon:
            rows.append(line if line.startswith("{%") else _row("", line))
        else:
            rows.append(_row(label.strip(), value.strip()))
    table = "".join(rows)
    return (
        f'<mj-text padding="2px 40px 26px"><table role="presentation" class="box" width="100%" {FIRM}'
        f' style="width:100%;background:#f3f0ea;border-radius:8px;padding:8px 0;border-collapse:'
        f'separate;">{table}</table></mj-text>'
    )


def _row(label: str, value: str) -> str:
    cell = f"font-family:{SANS};vertical-align:top;"
    # As wide as the longest label; a whole sentence for a label may break.
    narrow = "width:1%;white-space:nowrap;" if len(label) <= LABEL_MAX else "width:34%;"
    return (
        f'<tr><td class="soft" style="{cell}{narrow}padding:6px 8px 6px 20px;font-size:14px;'
        f'line-height:23px;color:#625b52;">{markup.inline(label)}</td>'
        f'<td class="ink" style="{cell}padding:6px 20px 6px 8px;font-size:16px;line-height:23px;'
        f'font-weight:bold;color:#26211b;">{markup.inline(value)}</td></tr>'
    )


def _as_of(language: str, *, dated: bool) -> str:
    """Since when the dates are known, under a letter that tells dates."""
    told = phrases.AS_OF[language].format("{{ stay.as_of }}")
    return f"{{% if stay.as_of %}} {told}{{% endif %}}" if dated else ""


def _foot(purpose: str, language: str, *, dated: bool) -> str:
    return (
        '<mj-section background-color="#fefdfb" css-class="paper" padding="0 0 24px">'
        '<mj-column css-class="px wrap"><mj-divider css-class="rule"/>'
        '<mj-text css-class="soft" font-size="13px" line-height="20px" color="#625b52"'
        f' padding="0 40px">{phrases.PURPOSES[purpose][language]}'
        f"{_as_of(language, dated=dated)}<br/>"
        f'<a class="lnk" href="{{{{ links.preferences }}}}">{phrases.CHOOSE[language]}</a>'
        f'<br/><a class="lnk" href="{{{{ links.unsubscribe }}}}">'
        f"{phrases.STOP[language]}</a><br/>{{{{ hotel.legal_line }}}}</mj-text>"
        "</mj-column></mj-section>"
    )


def _twin(parts: list[Block], purpose: str, language: str, *, dated: bool) -> str:
    """The same letter in plain text."""
    told = [_plain(each, language) for each in parts]
    told += [
        "\n-- \n",
        f"{phrases.PURPOSES[purpose][language]}{_as_of(language, dated=dated)}\n",
        f"{phrases.CHOOSE[language]}{phrases.COLON[language]}{{{{ links.preferences }}}}\n",
        f"{phrases.STOP[language]}{phrases.COLON[language]}{{{{ links.unsubscribe }}}}\n",
        "{{ hotel.legal_line }}\n",
    ]
    return "".join(told)


def _plain(block: Block, language: str) -> str:
    words = [markup.plain(line) for line in block.lines]
    if block.kind == "facts":
        words = [_plain_fact(line, language) for line in words]
        return "".join(words) + "\n"
    if block.kind == "control":
        return words[0]
    if block.kind == "list":
        return "".join(f"- {each}\n" for each in words) + "\n"
    return "\n".join(words) + "\n\n"


def _plain_fact(line: str, language: str) -> str:
    """A choice adds no line of its own, or those left out would leave gaps."""
    if line.startswith("{%"):
        return line
    label, colon, value = line.partition(":")
    return f"{label.strip()}{phrases.COLON[language]}{value.strip()}\n" if colon else f"{line}\n"
