"""Whole mails: every shipped text for guests of every kind, and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from staytrue.kit.errors import Refused
from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.writing import facts, markup, phrases, rendering, standard_set
from staytrue.messages.writing.facts import Given
from staytrue.messages.writing.greeting import Person
from staytrue.messages.writing.language import LANGUAGES
from staytrue.messages.writing.layout import Text, letter
from staytrue.messages.writing.rendering import Version, rendered
from tests.messages.writing import letters

MAILS = [kind for kind, channel in standard_set.SETS if channel == "email"]
_EMPTY = {"meta", "br", "img", "link", "input", "hr"}


class _Tree(HTMLParser):
    """The tags of a page, as they open and close; comments are for one mail program only."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in _EMPTY:
            self.open.append(tag)
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag in {"img", "link", "script", "iframe", "object", "video", "audio"}:
            self.fetched.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in _EMPTY or self.open.pop() == tag


def _tree(html: str) -> _Tree:
    tree = _Tree()
    tree.feed(html)
    assert tree.open == []
    return tree


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "channel"), standard_set.SETS)
def test_every_shipped_text_may_be_saved_as_it_is(kind: Kind, channel: str, language: str) -> None:
    text = standard_set.texts(kind, channel)[language]
    of_stay = DEMANDS[kind].of_stay
    assert rendering.check(text, (), channel, of_stay=of_stay) == []


@pytest.mark.parametrize("who", letters.TRYING)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MAILS)
def test_every_mail_stands_for_every_guest(kind: Kind, language: str, who: str) -> None:
    person = letters.TRYING[who]
    for bare in (False, True):
        mail = letters.letter(kind, language, person, bare=bare)
        tree = _tree(mail.html)
        assert tree.fetched == []
        for text in (mail.html, mail.text):
            assert letters.LINKS["unsubscribe"] in text
            assert letters.LINKS["preferences"] in text
            assert "Hotel Sirga SL" in text
        assert all(link.startswith(("https://stay.sirga.example/g/", "https://sirga.example"))
                   for link in tree.links)  # fmt: skip
        assert "liquid" not in mail.text.replace("liquid.", "")
        assert not re.search(r"[\x00-\x1f]", mail.subject)
        assert f'lang="{language}"' in mail.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_that_is_a_template_stands_there_letter_by_letter(language: str) -> None:
    mail = letters.letter(Kind.WELCOME, language, Person("", "{{ 7*7 }}", ""))
    assert "{{ 7*7 }}" in mail.html
    assert "{{ 7*7 }}" in mail.text


def test_a_name_that_is_html_is_only_words() -> None:
    mail = letters.letter(Kind.WELCOME, "en", Person("", "<b>Ana</b>", ""))
    assert "&lt;b&gt;Ana&lt;/b&gt;" in mail.html


def test_a_field_without_value_or_fallback_stops_the_message() -> None:
    text = Text("Hello", "", "{{ hotel.website }}")
    told = letters.facts_of(Kind.WELCOME, "en", bare=True)
    version = Version(1, Kind.WELCOME, "email", "service", {"en": text})
    with pytest.raises(Refused) as refused:
        rendered(version, "en", told)
    assert refused.value.code == "missing_field"
    assert refused.value.facts["field"] == "hotel.website"


def test_a_link_that_was_not_made_stops_the_message() -> None:
    told = letters.facts_of(Kind.SURVEY, "en")
    told["links"].pop("survey")
    with pytest.raises(Refused) as refused:
        rendered(letters.version(Kind.SURVEY), "en", told)
    assert refused.value.facts["field"] == "links.survey"


def test_fields_of_the_pms_fall_back_and_say_so() -> None:
    body = "Parking: {{ stay.custom.parking | default: 'on request' }}"
    version = Version(1, Kind.PRE_STAY, "email", "service", {"en": Text("Hello", "", body)})
    told = letters.facts_of(Kind.PRE_STAY, "en")
    assert "Parking: on request" in (mail := rendered(version, "en", told)).text
    assert mail.fallbacks == ("stay.custom.parking",)
    told["stay"]["custom"] = {"parking": "place 12"}
    assert "Parking: place 12" in (mail := rendered(version, "en", told)).text
    assert mail.fallbacks == ()


def test_a_line_break_in_a_subject_sends_nothing() -> None:
    version = Version(1, Kind.WELCOME, "email", "service",
                      {"en": Text("Hello {{ guest.first_name | default: 'you' }}", "", "x")})  # fmt: skip
    told = letters.facts_of(Kind.WELCOME, "en")
    told["guest"]["first_name"] = "Ana\r\nBcc: all@hotel.example"
    with pytest.raises(Refused) as refused:
        rendered(version, "en", told)
    assert refused.value.code == "subject_lines"


def test_facts_never_carry_a_line_break() -> None:
    given = Given(letters.HOUSE, Person("", "Ana\r\nBcc: everybody", "López"), letters.STAY)
    told = facts.of(given, "en", letters.NOW)
    assert "\n" not in str(told["guest"]["first_name"])


def test_a_letter_without_a_stay_may_not_tell_of_one() -> None:
    text = Text("Hello", "", "{{ stay.number }}")
    (found,) = rendering.check(text, of_stay=False)
    assert (found.code, found.name) == ("no_stay", "stay.number")


def test_a_choice_may_not_begin_in_one_part_and_end_in_another() -> None:
    text = Text("Hello", "", "> Room: {% if stay.room_category %}\n> x: y\n\n{% endif %}")
    assert "half_choice" in [each.code for each in rendering.check(text)]


def test_the_marketing_block_makes_it_marketing() -> None:
    text = Text("Hello", "", "{% marketing %}\nThe spa is open\n{% endmarketing %}")
    assert rendering.sells(text)
    assert not rendering.sells(Text("Hello", "", "Good morning"))


def test_a_layout_without_the_way_out_is_never_approved(monkeypatch: pytest.MonkeyPatch) -> None:
    version = letters.version(Kind.BIRTHDAY)
    rendering.require_way_out(version)
    bare = letter(Text("Hello", "", "x"), "en", "marketing", "#000000")
    without = replace(bare, html=bare.html.replace("{{ links.unsubscribe }}", "#"))
    monkeypatch.setattr(rendering.layout, "letter", lambda *_given: without)
    with pytest.raises(Refused) as refused:
        rendering.require_way_out(version)
    assert refused.value.code == "no_way_out"


def test_nothing_of_a_mail_is_fetched_from_anywhere() -> None:
    for _name, _language, mail in letters.every():
        assert not re.search(r"(src|background)=|url\(|@import", mail.html)


def test_french_and_spanish_write_dates_and_hours_their_way() -> None:
    french = letters.letter(Kind.CONFIRMATION, "fr").text
    assert "Arrivée\u202f: samedi 23 mai, dès 15\u00a0h" in french
    spanish = letters.letter(Kind.CONFIRMATION, "es").text
    assert "Llegada: sábado 23 de mayo, desde las 15:00" in spanish
    assert phrases.day(letters.BARE_STAY.arrival_on, "es", 2026) == "viernes 1 de enero de 2027"


def test_markup_is_read_before_data_is_filled_in() -> None:
    parts = markup.blocks("# Title\n\n{% if stay.board %}\n## Meals\n{{ stay.board }}\n{% endif %}")
    assert [part.kind for part in parts] == ["title", "control", "heading", "paragraph", "control"]


def test_a_text_message_is_one_line_of_plain_words() -> None:
    version = letters.version(Kind.PRE_CHECKIN, "sms")
    told = rendered(version, "es", letters.facts_of(Kind.PRE_CHECKIN, "es"))
    assert told.html == ""
    assert told.text.startswith("Hotel Sirga: nos vemos el sábado 23 de mayo.")
    assert letters.LINKS["pre_checkin"] in told.text


def test_a_text_message_has_no_sign_that_halves_it() -> None:
    version = letters.version(Kind.PRE_CHECKIN, "sms")
    told = rendered(version, "fr", letters.facts_of(Kind.PRE_CHECKIN, "fr")).text
    assert not re.search("[’\u202f\u00a0]", told)
    assert "heure d'arrivée" in told
