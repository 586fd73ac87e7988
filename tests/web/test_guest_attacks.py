"""Attacks on the pages of guests: what one hotel knows of a guest of two stays with it (1, 2, 22, 48, 60, 65)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.db import connection

from staytrue.consent import actions as consent
from staytrue.guests import (
    choosing,
    correcting,
    deciding,
    households,
    links,
    terms,
)
from staytrue.guests.matching.keys import values_of
from staytrue.guests.models import (
    Correction,
    Edge,
    Guest,
    Household,
    IdentityEvent,
    PairRule,
    PersonaChoice,
    Proposal,
    ValueStat,
)
from staytrue.guests.source_profiles import refresh
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Address, Email, Phone
from staytrue.staff.access import house_access
from staytrue.staff.models import AuditEntry
from tests import make
from tests.guests import twins
from tests.guests.test_golden import guest_of
from tests.web import house
from tests.web.house import House

# What only Lyon knows of her, in every field and in every word that was said there.
LYON_ONLY = (
    "Oyelaran", "Clarissa", "clarissa@oyelaran.example", "oyelaran.example", "699887766", "Jan 1971",
    "1971-01", "Quai Saint-Vincent", "Traboule", "lyo-files", "L-9", "Bamidele", "L-8", "77-009",
    "LYON-SAYS", "9417", "9,417", "8,231",
)  # fmt: skip


@dataclass
class Shared:
    """A guest of both hotels, with everything that can be said of her said in Lyon."""

    at: House
    guest: Guest
    here: int
    there: int
    fellow: int
    retired: UUID
    hub: int
    home: int = 0

    @property
    def addresses(self) -> list[str]:
        """Every page on which she stands or might."""
        own = f"/guests/{self.guest.public_id}/"
        home = self.home
        return [
            own, f"{own}profiles/", f"{own}history/", f"{own}?known=2026-05-21",
            f"{own}?known=2026-05-01", f"/guests/{self.retired}/",
            f"/guests/{self.retired}/?known=2026-05-21",
            f"/guests/{self.here}/", f"/profiles/{self.here}/",
            "/guests/", "/guests/?name=fon", "/guests/?name=oye", "/guests/?hotel=BIO",
            "/guests/households/", f"/guests/households/{home}/", "/guests/hubs/",
            f"/guests/hubs/{self.hub}/", "/guests/review/", "/guests/flows/?from=2020-01-01",
            "/guests/flows/?from=2020-01-01&at=BIO&next=BIO", "/guests/reachability/",
            "/search/?q=oyelaran", "/search/?q=fontanel", "/search/?q=clarissa@oyelaran.example",
            "/search/?q=699887766", "/search/?q=77-009", "/today/", "/stays/", "/audit/",
            f"/stays/{self.at.stay('30117')}/", "/guests/completeness/", "/guests/recognition/",
            "/guests/sources/", f"/api/v1/guests/{self.guest.public_id}", "/api/v1/guests",
            f"/api/v1/guests/{self.guest.public_id}?as_of=2026-05-21T12:00:00",
            f"/api/v1/guests/{self.guest.public_id}?true_at=2026-05-21T12:00:00",
            f"/api/v1/guests/{self.retired}", "/api/v1/guests?property=BIO", "/api/v1/profiles",
        ]  # fmt: skip


@pytest.fixture
def shared(hotel_house: House) -> Shared:
    """Claire Fontanel at Sirga, who is Clarissa Oyelaran in Lyon and lives with Bamidele there."""
    lyon = {
        "emails": [Email("clarissa@oyelaran.example"), Email("claire@fontanel.example")],
        "phones": [Phone("+33 6 99 88 77 66", "+33699887766")],
        "addresses": [Address(line1="12 Quai Saint-Vincent", postcode="69001", city="Lyon")],
        "birth_date": "1971-01-31",
    }
    there, fellow = twins.known(
        hotel_house,
        twins.person("L-9", "Clarissa", "Oyelaran", language="yo", vip="LYON-SAYS", **lyon),
        twins.person("L-8", "Bamidele", "Oyelaran", **lyon),
        other=True,
    )
    stay = make.reservation(
        number="77-009",
        property="LYO",
        status=Status.CHECKED_OUT,
        guests=[house.guest(profile="L-9")],
    )
    house.take(hotel_house.other_link, stay)
    here = hotel_house.guest("G1")
    guest = guest_of(here, hotel_house.guest("G2"))
    return _told(Shared(hotel_house, guest, here, there, fellow, guest.public_id, 0))


def _told(at: Shared) -> Shared:
    chief, now = house_access("member:1"), house.NOW
    with scope.everything():
        refresh([at.here, at.there, at.fellow], terms.in_force().salt, now, anew=True)
        consent.keep_contacts([at.here, at.there, at.fellow], now)
        consent.learn_all(now)
        at.hub = _hub(at)
        deciding.merge(chief, at.here, at.there, now, "LYON-SAYS she married")
        correcting.correct(
            chief, at.there, "first_name", {"value": "Clarissa"}, "LYON-SAYS so", now
        )
        choosing.choose(chief, at.there, "local", "LYON-SAYS hello", now, is_so=True)
        one, other = sorted((at.there, at.fellow))
        Edge.objects.filter(one=one, other=other).delete()
        Edge.objects.create(one=one, other=other, bits=-3, person=0.05, household=0.95,
                            levels=[4, 0, 0, 0, 0, 0, -1, -1, -1], matcher=0)  # fmt: skip
        found = links.guests_of([at.here, at.fellow])
        households.recompute(found.values(), now)
        first, second = sorted(found.values())
        Proposal.objects.create(
            one_id=first, other_id=second, one_profile=at.there, other_profile=at.fellow,
            why="score", bits=5.0, person=0.8, gain=1.0, opened_at=now,
        )  # fmt: skip
        at.guest = Guest.objects.get(pk=found[at.here])
        # Her first id was given up: half of what it held went to her, half to Nekane.
        at.retired = at.guest.public_id
        event = links.note(links.Act(links.Kind.SPLIT, "tests", reason="LYON-SAYS"), now)
        new, nekane = links.open_guests(2, now)
        second_here = at.at.guest("G2")
        links.move({at.here: new, at.there: new, second_here: nekane}, event, now)
        households.recompute([new, *found.values()], now)
        at.guest, at.home = Guest.objects.get(pk=new), Household.objects.get().pk
    return at


def _hub(at: Shared) -> int:
    seen = refresh([at.here], terms.in_force().salt, house.NOW, anew=True).rows[at.here]
    key = next(
        each.key
        for each in values_of(seen.features, terms.in_force().salt)
        if each.field == "email"
    )
    ValueStat.objects.filter(pk=key).update(profiles=9417, surnames=8231, state="generic")
    return key


ROLES = ["general_manager", "guest_relations", "front_desk", "marketing"]


@pytest.mark.parametrize("role", ROLES)
def test_a_member_of_one_hotel_never_reads_what_the_other_knows_of_a_guest(
    role: str, shared: Shared
) -> None:
    client = shared.at.client(role)
    told = []
    for address in shared.addresses:
        answer = client.get(address)
        assert answer.status_code in {200, 302, 403, 404}, address
        # What was asked for comes back: in the box it was typed in, and in the words of an answer.
        asked = address.partition("?q=")[2] or address.partition("?name=")[2] or "\0"
        shown = answer.content.decode().lower().replace(asked, "")
        told += [(address, word) for word in LYON_ONLY if word.lower() in shown]
    assert told == []


NASTY = (
    "1.\0",
    "9" * 5000,
    "9" * 25,
    "9999-12-31",
    "0001-01-01",
    "🏨\u202egp\u200be" + "\u0301" * 100,
)
LONG = "x" * 100_000


def test_no_address_with_nonsense_in_it_fails(shared: Shared) -> None:
    client = shared.at.client("administrator", everywhere=True)
    client.raise_request_exception = False
    own, key = f"/guests/{shared.guest.public_id}/", f"/api/v1/guests/{shared.guest.public_id}"
    asked = {
        "/guests/": ["after", "name", "hotel", "lacks", "field", "text", "custom"],
        own: ["known"], "/guests/review/": ["pair"], "/guests/hubs/": ["after"],
        "/guests/households/": ["after"], "/guests/flows/": ["from", "to", "at"],
        "/guests/reachability/": ["hotel"], "/search/": ["q"],
        "/api/v1/guests": ["after", "property", "limit"], key: ["as_of", "true_at"],
    }  # fmt: skip
    tried = [
        f"{path}?{urlencode({name: text})}"
        for path, names in asked.items() for name in names for text in NASTY
    ]  # fmt: skip
    huge = "9" * 25
    tried += [f"/guests/{huge}/", f"/guests/households/{huge}/", f"/guests/hubs/{huge}/",
              f"/guests/hubs/{huge * 200}/", "/guests/hubs/--5/", f"/profiles/{huge}/",
              f"{own}undo/{huge}/"]  # fmt: skip
    assert [path for path in tried if client.get(path).status_code >= 500] == []


def forms(of: Shared) -> list[tuple[str, dict[str, str]]]:
    """Every form of the pages of guests, filled in."""
    own, home = f"/guests/{of.guest.public_id}/", of.home
    profile, why = str(of.here), {"reason": "He said so"}
    word = {"profile": profile, **why}
    return [
        (f"{own}word/", {"act": "correct", "field": "title", "value": "Dr", "place": "0", **word}),
        (f"{own}word/", {"act": "pin", "field": "emails", "place": "0", **word}),
        (f"{own}word/", {"act": "lift", "field": "emails", **word}),
        (f"{own}word/", {"act": "correct", "field": "addresses", "line1": "Rua 1", "city": "Faro",
                         "country": "PT", "postcode": "8000", **word}),
        (f"{own}persona/", {"act": "is", "persona": "local", **word}),
        (f"{own}undo/", {"event": "1", **why}),
        (f"{own}apart/", {"profile": profile, **why}),
        ("/guests/review/", {"pair": "1-2", "said": "later", "profiles": "1,2", "lifting": "1"}),
        ("/guests/review/undo/", {}),
        (f"/guests/hubs/{of.hub}/", {"word": "generic", "why": "A desk"}),
        ("/guests/households/", {"event": "1"}),
        (f"/guests/households/{home}/", {"guest": str(of.guest.pk), "why": "Moved"}),
        ("/guests/recognition/", {"mode": "guarded", "step": "card"}),
        ("/guests/recognition/", {"reopen": "1"}),
        ("/guests/recognition/count/", {}),
        ("/guests/sources/", {f"trust-{of.at.link.pk}": "50", f"kind-{of.at.link.pk}": "pms"}),
    ]  # fmt: skip


def test_no_form_with_nonsense_in_it_fails_and_nothing_long_or_turned_is_kept(
    shared: Shared,
) -> None:
    client = shared.at.client("administrator", everywhere=True)
    client.raise_request_exception = False
    failed = [
        (path, name, text[:20])
        for path, form in forms(shared) for name in form for text in (*NASTY[:3], NASTY[-1], LONG)
        if client.post(path, form | {name: text}).status_code >= 500
    ]  # fmt: skip
    assert failed == []
    with scope.everything():
        kept = [
            *Correction.objects.values_list("reason", "value"),
            *PersonaChoice.objects.values_list("reason", "persona"),
            *IdentityEvent.objects.values_list("reason", "kind"),
            *PairRule.objects.values_list("reason", "lifted_why"),
            *ValueStat.objects.values_list("ruled_why", "ruled"),
            *AuditEntry.objects.values_list("reason", "facts"),
        ]
    text = repr(kept)
    assert max(len(each) for row in kept for each in row if isinstance(each, str)) <= 1000
    unwanted = ("\\u202e", "\\u200b", "\\x00", "\u0301" * 9)
    assert [each for each in unwanted if each in text] == []
    assert "🏨" in text


def test_the_database_itself_shows_a_hotel_no_word_about_others_guests(shared: Shared) -> None:
    asked = {
        "SELECT count(*) FROM profile WHERE property_id <> %s": 0,
        "SELECT count(*) FROM link WHERE property_id <> %s": 0,
        "SELECT count(*) FROM source_profile WHERE property_id <> %s": 0,
        "SELECT count(*) FROM contact_use WHERE property_id <> %s": 0,
        "SELECT count(*) FROM correction WHERE property_id <> %s": 0,
        "SELECT count(*) FROM persona_choice WHERE property_id <> %s": 0,
        "SELECT count(*) FROM contact_point WHERE value ILIKE '%%oyelaran%%' AND %s > 0": 0,
        "SELECT count(*) FROM pair_rule WHERE %s > 0": 0,
        "SELECT count(*) FROM proposal WHERE %s > 0": 0,
        "SELECT count(*) FROM household WHERE %s > 0": 0,
        "SELECT count(*) FROM guest WHERE name ILIKE '%%bamidele%%' AND %s > 0": 0,
    }
    with scope.everything(), connection.cursor() as cursor:
        for statement in asked:
            cursor.execute(statement, [shared.at.sirga.pk])
            assert cursor.fetchone()[0] > 0, statement
    with scope.properties([shared.at.sirga.pk]), connection.cursor() as cursor:
        found = {}
        for statement in asked:
            cursor.execute(statement, [shared.at.sirga.pk])
            (found[statement],) = cursor.fetchone()
    assert found == asked
