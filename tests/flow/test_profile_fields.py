"""Fields of a guest, from the export to the mirror: FEATURES E03 to E07, E20, E21, E22 and E27."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from staytrue.hotel import scope
from staytrue.hotel.codes import ProfileKind
from staytrue.hotel.languages import language_for
from staytrue.hotel.records import Address, Email, Phone, Profile
from staytrue.inbox.models import Connection, Delivery, DeliveryPiece
from staytrue.mirror import canonical, custom, words
from staytrue.mirror.completeness import completeness_by_property, completeness_of
from staytrue.mirror.models import Profile as Row
from staytrue.staff.access import house_access
from staytrue.staff.models import Ask, AuditEntry
from tests import make

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 5, 21, 1, 10, tzinfo=make.UTC)


class Feed:
    """Files of profiles of one hotel, imported at once."""

    def __init__(self, link: Connection, folder: Path) -> None:
        self.link, self.folder, self.days = link, folder, 0

    def take(self, *guests: Profile, mapping: str = "staytrue_guests") -> make.Outcome:
        made_at = MORNING + timedelta(days=self.days)
        self.days += 1
        path = make.guests_file(self.folder, made_at, *guests)
        return make.take(self.link, path, made_at, mapping)

    def rows(self) -> dict[str, Row]:
        with scope.everything():
            return {row.source_id: row for row in Row.objects.all()}

    def record(self, source_id: str) -> dict[str, Any]:
        house = canonical.House(self.link.property.code, self.link.property.timezone)
        row = self.rows()[source_id]
        return canonical.profile({name: getattr(row, name) for name in PLAIN}, house)


PLAIN = [name for name in canonical.PROFILE_FIELDS if name != "modified_at"]


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    house = make.hotel("NTE", timezone="Europe/Paris", country="FR", language="fr")
    return Feed(make.link(house, "nte-files"), tmp_path)


def codes(outcome: make.Outcome) -> list[tuple[str, str]]:
    return [(finding["code"], finding["facts"]["field"]) for finding in outcome.findings]


def test_a_number_without_prefix_is_read_in_the_country_of_the_hotel(feed: Feed) -> None:
    mobile = make.profile(phones=[Phone("06 12 34 56 78", type="mobile")])
    fixed = make.profile(source_id="G2", phones=[Phone("02 40 12 34 56", type="home")])
    feed.take(mobile, fixed)
    [told] = feed.rows()["G1"].phones
    assert (told["number"], told["line"]) == ("+33612345678", "mobile")
    [told] = feed.rows()["G2"].phones
    assert (told["number"], told["line"]) == ("+33240123456", "fixed")


def test_an_unparseable_number_is_kept_raw_and_flagged(feed: Feed) -> None:
    outcome = feed.take(make.profile(phones=[Phone("ask at desk 12", type="mobile")]))
    [told] = feed.rows()["G1"].phones
    assert (told["raw"], told["number"]) == ("ask at desk 12", None)
    assert codes(outcome) == [("unreadable_cell", "phone")]


def test_a_garbled_name_is_kept_and_its_repair_proposed(feed: Feed) -> None:
    outcome = feed.take(make.profile(first_name="LÃ©onard", last_name="Ümit Öztürk"))
    assert feed.rows()["G1"].first_name == "LÃ©onard"
    [finding] = outcome.findings
    assert finding["facts"] == {
        "field": "first_name", "text": "LÃ©onard", "proposal": "Léonard",
    }  # fmt: skip


def test_two_spanish_surnames_are_kept_apart_and_with_their_accents(feed: Feed) -> None:
    feed.take(make.profile(title="Sr.", last_name="GARCÍA", second_last_name="LÓPEZ"))
    row = feed.rows()["G1"]
    assert (row.title, row.last_name, row.second_last_name) == ("Sr.", "GARCÍA", "LÓPEZ")
    assert row.name_key == "claire garcia lopez"


@pytest.mark.parametrize(
    ("said", "kept"),
    [("1980-03-04", "1980-03-04"), ("--03-04", "--03-04"), ("31.02.1980", None),
     ("1900-01-01", None)],
)  # fmt: skip
def test_a_birth_date_may_be_partial_but_is_never_made_up(
    feed: Feed, said: str, kept: str | None
) -> None:
    feed.take(make.profile(birth_date=said))
    assert feed.rows()["G1"].birth_date == kept


@pytest.mark.parametrize("said", ["Deutschland", "DE", "Germany", "DEU", "allemagne"])
def test_a_country_is_one_value_whatever_its_word_and_the_word_is_kept(
    feed: Feed, said: str
) -> None:
    feed.take(make.profile(country=said))
    row = feed.rows()["G1"]
    assert row.country == "DE"
    assert row.custom.get("country_text", "DE") == said


def test_a_country_nobody_knows_is_listed_for_mapping_and_kept_as_text(feed: Feed) -> None:
    outcome = feed.take(make.profile(country="Freedonia"))
    assert (feed.rows()["G1"].country, feed.rows()["G1"].custom) == (
        None, {"country_text": "Freedonia"},
    )  # fmt: skip
    # The export writes the country once, for the guest and for his address.
    facts = {"field": "country", "word": "Freedonia"}
    assert [finding["facts"] for finding in outcome.findings] == [facts, facts]
    with scope.everything():
        assert Delivery.objects.get().findings == outcome.findings


def test_an_unknown_country_is_listed_with_its_profiles_until_it_is_mapped(
    feed: Feed, tmp_path: Path
) -> None:
    guests = [make.profile(source_id=f"G{n}", country="Freedonia") for n in range(3)]
    feed.take(*guests)
    with scope.everything():
        listed = words.unknown_texts(house_access("tests"))
    assert listed == [words.UnknownText("NTE", "country", "Freedonia", 3)]
    table = '[values.country]\n"Freedonia" = "FR"'
    mapping = make.mapping_file(tmp_path, "staytrue_guests", table)
    feed.take(*guests, make.profile(source_id="G9", country="FR"), mapping=mapping)
    assert {row.country for row in feed.rows().values()} == {"FR"}
    with scope.everything():
        assert words.unknown_texts(house_access("tests")) == []


def test_a_guest_of_many_languages_country_is_addressed_in_the_hotels_own(feed: Feed) -> None:
    feed.take(make.profile(country="CH"), make.profile(source_id="G2", language="Deutsch"))
    answers = [
        language_for(
            profile=row.language,
            country=row.country,
            property_default=feed.link.property.language,
        )
        for _, row in sorted(feed.rows().items())
    ]
    assert answers == [("fr", "property_default"), ("de", "profile")]


def test_of_a_child_the_mirror_keeps_name_and_birth_year(feed: Feed) -> None:
    feed.take(
        make.profile(
            birth_date="2018-03-04",
            emails=[Email("kid@example.org")],
            phones=[Phone("06 12 34 56 78", type="mobile")],
            addresses=[Address(city="Nantes")],
            notes="allergic to nuts",
        )
    )
    row = feed.rows()["G1"]
    assert (row.first_name, row.last_name) == ("Claire", "Fontanel")
    assert row.custom == {"is_child": True, "birth_year": 2018}
    assert (row.birth_date, row.emails, row.phones, row.addresses) == (None, [], [], [])
    assert (row.notes, row.contact_keys) == (None, [])


CARD = "4111 1111 1111 1111"


def test_a_card_number_is_masked_on_entry_and_the_event_is_known(feed: Feed) -> None:
    feed.take(make.profile(notes=f"paid with {CARD}, call before"))
    assert feed.rows()["G1"].notes == "paid with [card removed ••1111], call before"
    with scope.everything():
        [entry] = AuditEntry.objects.filter(action="card_numbers_removed")
        ask = Ask.objects.get(closed_at=None)
    assert entry.facts == {"count": 1}
    assert (entry.actor, entry.property_id) == ("connection:nte-files", feed.link.property_id)
    assert (ask.kind, ask.role_id, ask.facts["count"]) == (
        "card_numbers_removed", "administrator", 1,
    )  # fmt: skip


def test_no_table_and_no_raw_piece_holds_the_card_number(feed: Feed) -> None:
    feed.take(make.profile(notes=f"paid with {CARD}"), make.profile(source_id="G2", vip=CARD))
    needles = (CARD, CARD.replace(" ", ""))
    found = []
    with scope.everything():
        with connection.cursor() as cursor:
            for name in connection.introspection.table_names(cursor):
                cursor.execute(
                    f'SELECT count(*) FROM "{name}" t WHERE to_jsonb(t)::text LIKE ANY(%s)',
                    [[f"%{needle}%" for needle in needles]],
                )
                found += [name] * cursor.fetchone()[0]
        raw = b"".join(zlib.decompress(piece.body) for piece in DeliveryPiece.objects.all())
    assert found == []
    assert raw
    assert not any(needle.encode() in raw for needle in needles)


WITH_CUSTOM = """
[profile.custom]
pillow = "title"
is_regular = { column = "vip", type = "bool" }
"""


def test_a_custom_field_is_there_with_the_next_file(feed: Feed, tmp_path: Path) -> None:
    guests = [make.profile(source_id=f"G{n}", title="soft", vip="yes") for n in range(3)]
    feed.take(*guests)
    mapping = make.mapping_file(tmp_path, "staytrue_guests", WITH_CUSTOM)
    feed.take(*guests, make.profile(source_id="G9"), mapping=mapping)
    with scope.everything():
        fields = custom.custom_fields(house_access("tests"), "profile")
        regulars = Row.objects.filter(custom__is_regular=True).count()
    told = [(field.code, field.name, field.type, field.share) for field in fields]
    assert told == [("NTE", "is_regular", "bool", 0.75), ("NTE", "pillow", "text", 0.75)]
    assert regulars == 3


def test_removing_the_mobile_lowers_the_score_by_the_essential_weight(feed: Feed) -> None:
    whole = make.profile(phones=[Phone("06 12 34 56 78", type="mobile")])
    feed.take(whole, make.profile(source_id="G2"))
    before = completeness_of(feed.record("G1")).score
    feed.take(make.profile(), make.profile(source_id="G2"))
    assert completeness_of(feed.record("G1")).score == before - 15
    with scope.everything():
        [house] = completeness_by_property(house_access("tests"))
    assert house.points == sum(completeness_of(feed.record(key)).score for key in feed.rows())
    assert (house.profiles, house.missing["phones"]) == (2, 2)


def test_companies_do_not_count_for_completeness(feed: Feed) -> None:
    feed.take(make.profile())
    with scope.everything():
        Row.objects.update(kind=ProfileKind.COMPANY)
        assert completeness_by_property(house_access("tests")) == []
