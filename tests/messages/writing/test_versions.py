"""From draft to live: who may, what is refused, what is in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from uuid import UUID

import pytest

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit.errors import Forbidden, Refused
from staytrue.messages.kinds import Kind
from staytrue.messages.models import Message, TemplateVersion
from staytrue.messages.writing import letterheads, live, reading, standard_set, versions
from staytrue.messages.writing.language import LANGUAGES, chosen
from staytrue.messages.writing.layout import Text
from staytrue.messages.writing.live import Wish
from staytrue.messages.writing.reading import Asked
from staytrue.messages.writing.rendering import rendered
from staytrue.messages.writing.sampling import LINKS
from staytrue.staff import audit
from staytrue.staff.access import Access, access_of
from tests import make
from tests.staff import people
from tests.web import house as houses
from tests.web.house import House

pytestmark = pytest.mark.django_db
NOW = houses.NOW
HEAD = {"legal_line": "Hotel Sirga SL, Bilbao", "domains": ["sirga.example"], "colour": "#162a22",
        "check_in_from": time(15)}  # fmt: skip
WORDS = Text("Hello from {{ hotel.name }}", "", "{{ guest.greeting }}, see you {{ stay.arrival }}.")


@pytest.fixture
def house() -> House:
    return houses.build()


def _texts(**changes: str) -> dict[str, Text]:
    return dict.fromkeys(LANGUAGES, replace(WORDS, **changes))


def _member(hotel: Property | None, *roles: str) -> Access:
    return access_of(people.member(*roles, at=hotel))


def _waiting(access: Access, hotel: Property, **changes: str) -> TemplateVersion:
    draft = versions.save_draft(access, Kind.PRE_STAY, "email", hotel.pk, _texts(**changes), NOW)
    versions.send_for_approval(access, draft.pk, NOW)
    return draft


def test_a_text_goes_from_draft_to_live_through_two_people(house: House) -> None:
    with scope.everything():
        writer = _member(house.sirga, "marketing")
        chief = _member(house.sirga, "general_manager")
        letterheads.set_letterhead(chief, house.sirga, HEAD, NOW)
        draft = _waiting(writer, house.sirga)
        wish = Wish(house.sirga.pk, Kind.PRE_STAY)
        assert live.live([wish]) == {}
        versions.approve(chief, draft.pk, NOW)
        assert live.live([wish])[wish].texts["en"] == WORDS


@pytest.mark.parametrize("kind", [Kind.PRE_STAY, Kind.LETTER])
def test_an_edit_waits_for_approval_and_the_live_text_stays_the_old_one_meanwhile(
    house: House, kind: Kind
) -> None:
    old = standard_set.texts(kind)
    new = {name: replace(text, preview="Another") for name, text in old.items()}
    with scope.everything():
        writer = _member(house.sirga, "guest_relations")
        chief = _member(house.sirga, "general_manager")
        letterheads.set_letterhead(chief, house.sirga, HEAD, NOW)
        versions.adopt_standard(chief, [(kind, "email")], NOW, house.sirga.pk)
        wish = Wish(house.sirga.pk, kind)
        draft = versions.save_draft(writer, kind, "email", house.sirga.pk, new, NOW)
        assert live.live([wish])[wish].texts == old
        versions.send_for_approval(writer, draft.pk, NOW)
        assert live.live([wish])[wish].texts == old
        with pytest.raises(Forbidden):
            versions.approve(writer, draft.pk, NOW)
        assert live.live([wish])[wish].texts == old
        versions.approve(chief, draft.pk, NOW)
        assert live.live([wish])[wish].texts == new


@pytest.mark.parametrize(
    ("role", "field", "may"),
    [
        ("marketing", "stay.amount", False),
        ("marketing", "stay.rate", False),
        ("marketing", "stay.extras", False),
        ("marketing", "guest.custom.vip", False),
        ("marketing", "stay.room_category", True),
        ("marketing", "guest.last_name", True),
        ("guest_relations", "stay.amount", True),
        ("guest_relations", "guest.custom.vip", True),
    ],
)
def test_only_who_reads_rates_payments_and_records_has_a_text_tell_more_of_them(
    house: House,
    role: str,
    field: str,
    may: bool,  # noqa: FBT001 - a table
) -> None:
    words = "Hello {{ %s | default: 'there' }}" % field  # noqa: UP031 - braces stand in it
    with scope.everything():
        writer = _member(house.sirga, role)
        given = (writer, Kind.WELCOME, "email", house.sirga.pk, _texts(body=words), NOW)
        if may:
            assert versions.save_draft(*given).state == "draft"
            return
        with pytest.raises(Refused) as refused:
            versions.save_draft(*given)
    assert (refused.value.code, refused.value.facts["name"]) == ("field_hidden", field)


def test_who_wrote_it_may_not_approve_it_while_somebody_else_could(house: House) -> None:
    with scope.everything():
        chief = _member(house.sirga, "general_manager")
        letterheads.set_letterhead(chief, house.sirga, HEAD, NOW)
        alone = _waiting(chief, house.sirga)
        _member(house.sirga, "general_manager")
        with pytest.raises(Refused) as refused:
            versions.approve(chief, alone.pk, NOW)
    assert refused.value.code == "own_text"


def test_who_is_alone_in_the_house_approves_his_own(house: House) -> None:
    with scope.everything():
        chief = _member(house.sirga, "general_manager")
        letterheads.set_letterhead(chief, house.sirga, HEAD, NOW)
        versions.approve(chief, _waiting(chief, house.sirga).pk, NOW)
        assert live.live([Wish(house.sirga.pk, Kind.PRE_STAY)])


def test_a_new_version_takes_the_place_of_the_old_one(house: House) -> None:
    with scope.everything():
        chief = _member(house.sirga, "general_manager")
        letterheads.set_letterhead(chief, house.sirga, HEAD, NOW)
        versions.approve(chief, _waiting(chief, house.sirga).pk, NOW)
        versions.approve(chief, _waiting(chief, house.sirga, subject="Welcome").pk, NOW)
        states = TemplateVersion.objects.order_by("number").values_list("number", "state")
        assert list(states) == [(1, "retired"), (2, "live")]


@pytest.mark.parametrize(
    ("body", "problem", "name"),
    [
        ("{{ guest.first_name }}", "no_fallback", "guest.first_name"),
        ("{{ guest.password }}", "unknown_field", "guest.password"),
        ("{% for a in b %}x{% endfor %}", "forbidden", "for"),
        ("[x](javascript:x)", "link_unsafe", "javascript:x"),
    ],
)
def test_what_cannot_be_filled_is_refused_on_save(
    house: House, body: str, problem: str, name: str
) -> None:
    with scope.everything():
        writer = _member(house.sirga, "marketing")
    with scope.everything(), pytest.raises(Refused) as refused:
        versions.save_draft(writer, Kind.PRE_STAY, "email", house.sirga.pk, _texts(body=body), NOW)
    assert (refused.value.facts["problem"], refused.value.facts["name"]) == (problem, name)


def test_a_foreign_link_waits_for_somebody_who_looked_at_it(house: House) -> None:
    link = "https://other.example/offer"
    with scope.everything():
        writer = _member(house.sirga, "marketing")
        chief = _member(house.sirga, "general_manager")
        letterheads.set_letterhead(chief, house.sirga, HEAD, NOW)
        draft = _waiting(writer, house.sirga, body=f"See {link}")
        with pytest.raises(Refused) as refused:
            versions.approve(chief, draft.pk, NOW)
        assert refused.value.facts["link"] == link
        versions.approve(chief, draft.pk, NOW, looked_at=[link])
        draft.refresh_from_db()
    assert draft.looked_at == [link]


def test_without_a_legal_line_no_mail_is_approved(house: House) -> None:
    with scope.everything():
        chief = _member(house.sirga, "general_manager")
        with pytest.raises(Refused) as refused:
            versions.approve(chief, _waiting(chief, house.sirga).pk, NOW)
    assert refused.value.code == "no_legal_line"


def test_a_field_that_some_stay_lacks_keeps_a_text_from_going_live(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scope.everything():
        chief = _member(house.sirga, "general_manager")
        letterheads.set_letterhead(chief, house.sirga, HEAD, NOW)
        draft = _waiting(chief, house.sirga, body="Meals: {{ stay.board | default: 'none' }}")
        # As if it had been saved before the fallback was asked for.
        words = {"subject": "x", "preview": "", "body": "{{ stay.board }}"}
        with audit.acting("tests", NOW):
            TemplateVersion.objects.filter(pk=draft.pk).update(
                texts=dict.fromkeys(LANGUAGES, words)
            )
        monkeypatch.setattr(versions.rendering, "refuse", lambda _problems: None)
        with pytest.raises(Refused) as refused:
            versions.approve(chief, draft.pk, NOW)
    assert refused.value.facts["field"] == "stay.board"
    assert refused.value.facts["of"]


def test_the_groups_texts_are_for_those_who_hold_the_right_everywhere(house: House) -> None:
    with scope.everything():
        chief = _member(house.sirga, "general_manager")
        with pytest.raises(Forbidden):
            versions.save_draft(chief, Kind.PRE_STAY, "email", None, _texts(), NOW)
        with pytest.raises(Forbidden):
            versions.adopt_standard(chief, standard_set.SETS, NOW)


def test_a_hotels_own_text_counts_before_the_groups(house: House) -> None:
    with scope.everything():
        chief = access_of(people.member("general_manager"))
        for hotel in (house.sirga, house.other):
            letterheads.set_letterhead(chief, hotel, HEAD, NOW)
        versions.adopt_standard(chief, standard_set.SETS, NOW)
        versions.approve(chief, _waiting(chief, house.sirga).pk, NOW)
        own, group = Wish(house.sirga.pk, Kind.PRE_STAY), Wish(house.other.pk, Kind.PRE_STAY)
        found = live.live([own, group])
    assert found[own].texts["en"] == WORDS
    assert found[group].texts == standard_set.texts(Kind.PRE_STAY)


def test_the_texts_that_ship_are_adopted_once_and_whole(house: House) -> None:
    with scope.everything():
        chief = access_of(people.member("general_manager"))
        for hotel in (house.sirga, house.other):
            letterheads.set_letterhead(chief, hotel, HEAD, NOW)
        assert versions.adopt_standard(chief, standard_set.SETS, NOW) == len(standard_set.SETS)
        assert versions.adopt_standard(chief, standard_set.SETS, NOW) == 0


def test_a_marketing_block_makes_the_version_marketing(house: House) -> None:
    body = "Hello\n\n{% marketing %}\nThe spa is open\n{% endmarketing %}"
    with scope.everything():
        writer = _member(house.sirga, "marketing")
        plain = versions.save_draft(
            writer, Kind.PRE_STAY, "email", house.sirga.pk, _texts(), NOW
        ).purpose
        sells = versions.save_draft(
            writer, Kind.PRE_STAY, "email", house.sirga.pk, _texts(body=body), NOW
        ).purpose
    assert (plain, sells) == ("service", "marketing")


def test_the_facts_of_a_stay_are_read_from_the_mirror(house: House) -> None:
    with scope.everything():
        asked = [
            Asked(house.sirga.pk, house.guest("G1"), "fr", house.stay("30117"), LINKS),
            Asked(house.sirga.pk, house.guest("G4"), "en", house.stay("30201"), LINKS),
        ]
        claire, leonard = reading.read(asked, NOW)
        told = rendered(
            live.Version(1, Kind.CONFIRMATION, "email", "stay",
                         standard_set.texts(Kind.CONFIRMATION)),
            "fr", claire | {"hotel": claire["hotel"] | {"legal_line": "Sirga SL"}},
        )  # fmt: skip
    assert claire["stay"]["arrival"] == "samedi 23 mai"
    assert "samedi 23 mai" in told.subject
    assert leonard["guest"]["first_name"] == "Léonard"


def test_the_language_of_a_guest_is_read_with_its_reason(house: House) -> None:
    swiss = make.profile(source_id="G9", first_name="Urs", last_name="Frei", country="CH")
    houses.take(house.link, swiss)
    with scope.everything():
        asked = [(house.sirga.pk, house.guest(source), None) for source in ("G1", "G9")]
        french, swiss_one = (chosen(known) for known in reading.languages(asked))
    assert (french.language, french.why) == ("fr", "profile")
    assert (swiss_one.language, swiss_one.why) == ("en", "property_default country:CH")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"colour": "#cccccc"}, "colour_too_light"),
        ({"colour": "red"}, "colour_too_light"),
        ({"domains": ["https://x"]}, "domain_unreadable"),
        ({"website": "http://sirga.example"}, "website_unreadable"),
        ({"greetings": {"es": {"by": "nickname", "surnames": "both"}}}, "greeting_unknown"),
    ],
)
def test_a_letterhead_that_nobody_could_read_is_refused(
    house: House, given: dict[str, object], code: str
) -> None:
    with scope.everything():
        chief = _member(house.sirga, "general_manager")
    with scope.everything(), pytest.raises(Refused) as refused:
        letterheads.set_letterhead(chief, house.sirga, HEAD | given, NOW)
    assert refused.value.code == code


def test_a_hotel_greets_as_it_chose(house: House) -> None:
    juan = make.profile(source_id="G8", title="Sr", first_name="Juan", last_name="GARCÍA LÓPEZ")
    houses.take(house.link, juan)
    with scope.everything():
        chief = _member(house.sirga, "general_manager")
        asked = [Asked(house.sirga.pk, house.guest("G8"), "es")]
        (before,) = reading.read(asked, NOW)
        first = {"es": {"by": "title", "surnames": "first"}}
        letterheads.set_letterhead(chief, house.sirga, HEAD | {"greetings": first}, NOW)
        (after,) = reading.read(asked, NOW)
    assert before["guest"]["greeting"] == "Estimado Sr. García López"
    assert after["guest"]["greeting"] == "Estimado Sr. García"


def test_a_change_tells_the_dates_that_the_guest_was_told_before(house: House) -> None:
    stay, guest = house.stay("30117"), house.guest("G1")
    asked = [Asked(house.sirga.pk, guest, "en", stay, LINKS)]
    with scope.everything():
        (never_told,) = reading.read(asked, NOW)
        _left(house, stay, guest, "2026-05-23", "2026-05-26")
        (told_the_same,) = reading.read(asked, NOW)
        _left(house, stay, guest, "2026-05-20", "2026-05-22")
        (told_others,) = reading.read(asked, NOW)
    assert "arrival_before" not in never_told["stay"]
    assert "arrival_before" not in told_the_same["stay"]
    assert told_others["stay"]["arrival_before"] == "Wednesday 20 May"
    assert told_others["stay"]["departure_before"] == "Friday 22 May"


def _left(house: House, stay: int, guest: int, arrival: str, departure: str) -> None:
    count = Message.objects.count()
    Message.objects.create(
        public_id=UUID(int=count), property=house.sirga, kind="change", occurrence=str(count),
        purpose="stay", reservation_id=stay, profile_id=guest, language="en", step="stay:change",
        due_at=NOW, not_before=NOW, not_after=NOW, planned_at=NOW, state="accepted",
        handed_at=NOW, basis={"arrival_on": arrival, "departure_on": departure},
    )  # fmt: skip
