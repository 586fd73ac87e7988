"""Values that many share: one finding each, and no weight."""

from __future__ import annotations

from staytrue.guests.matching.batch import Batch
from staytrue.guests.matching.hubs import State, found, state_of
from staytrue.guests.matching.normalise import Features, features_of_row
from staytrue.lab.doubles import Doubles, rng_of

SURNAMES = (
    "Baker Cole Dixon Ellis Foster Gibson Hall Jones Lloyd Marsh Nolan Price Reid Shaw Todd Ward"
)


def _with_email(count: int) -> list[Features]:
    rows = [
        {"id": f"{place}", "first_name": "Ann", "last_name": name, "email": "desk@agency.example"}
        for place, name in enumerate(SURNAMES.split()[:count])
    ]
    return [features_of_row(row) for row in rows]


def test_a_value_is_generic_by_its_surnames() -> None:
    assert [state_of(count) for count in (1, 3, 4, 12, 13)] == [
        State.PERSONAL, State.PERSONAL, State.SHARED, State.SHARED, State.GENERIC,
    ]  # fmt: skip


def test_an_address_of_a_family_is_no_finding() -> None:
    assert found(_with_email(3)).findings == ()


def test_an_address_that_several_families_share_never_agrees_exactly() -> None:
    profiles = _with_email(5)
    hubs = found(profiles)
    assert [(each.state, each.profiles) for each in hubs.findings] == [(State.SHARED, 5)]
    assert hubs.applied(profiles[0]).emails == ("~desk@agency.example",)


def test_an_address_of_an_agency_is_one_finding_and_says_nothing() -> None:
    profiles = _with_email(16)
    hubs = found(profiles)
    (finding,) = hubs.findings
    assert (finding.state, finding.value) == (State.GENERIC, "desk@agency.example")
    assert hubs.applied(profiles[0]).emails == ()


def test_a_birth_date_that_stands_too_often_is_only_a_year() -> None:
    rows = [{"id": f"{n}", "last_name": "Baker", "birth_date": "1977-07-07"} for n in range(60)]
    rows += [{"id": f"x{n}", "birth_date": f"19{n:02d}-03-04"} for n in range(10, 90)]
    profiles = [features_of_row(row) for row in rows]
    hubs = found(profiles)
    assert [each.field for each in hubs.findings] == ["born"]
    assert hubs.applied(profiles[0]).born == "1977"


def test_a_hub_of_a_thousand_profiles_joins_nobody_and_is_one_finding() -> None:
    rows, rng = Doubles(21).rows(1200), rng_of(1, "hub")
    hub = [
        {
            "id": f"hub{number:04d}", "first_name": rng.choice(rows)["first_name"],
            "last_name": rng.choice(rows)["last_name"], "email": "desk@hub.example",
        }
        for number in range(1000)
    ]  # fmt: skip
    batch = Batch([features_of_row(row) for row in [*rows, *hub]], b"salt")
    resolution = batch.resolved(batch.learned())
    place = {each.id: number for number, each in enumerate(resolution.features)}
    of = resolution.automatic.of
    assert all(of[place[row["id"]]] == place[row["id"]] for row in hub)
    assert [each.value for each in resolution.findings].count("desk@hub.example") == 1
