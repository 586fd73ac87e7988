"""A guest of two hotels, with everything that can be said of her said in the other one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest

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
    Edge,
    Guest,
    Household,
    Proposal,
    ValueStat,
)
from staytrue.guests.source_profiles import refresh
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Address, Email, Phone
from staytrue.staff.access import house_access
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
            "/guests/sources/", f"/api/guests/{self.guest.public_id}", "/api/guests",
            f"/api/guests/{self.guest.public_id}?as_of=2026-05-21T12:00:00",
            f"/api/guests/{self.guest.public_id}?true_at=2026-05-21T12:00:00",
            f"/api/guests/{self.retired}", "/api/guests?property=BIO", "/api/profiles",
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
