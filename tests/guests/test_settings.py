"""Settings of recognition: a figure beside each switch, and nothing dangerous by accident."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from staytrue.guests import dry_runs, settings
from staytrue.guests.models import Edge, Proposal
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff.access import house_access
from staytrue.staff.models import AuditEntry
from tests.guests import twins, worlds
from tests.make import NOON
from tests.web import house
from tests.web.house import House


@pytest.fixture
def at(db: None) -> Iterator[House]:
    with scope.everything():
        yield house.build()


def test_the_exact_cascade_needs_a_confirmation_and_stands_in_the_audit(at: House) -> None:
    chief = house_access("member:7")
    with pytest.raises(Refused, match="couples"):
        settings.set_cascade(chief, "exact", ["card"], NOON)
    settings.set_cascade(chief, "exact", ["phone", "card"], NOON, confirmed=True)
    kept = settings.current()
    assert (kept.cascade, kept.steps) == ("exact", ["card", "phone"])
    entry = AuditEntry.objects.filter(object__startswith="matching_setting").latest("pk")
    assert entry.after["cascade"] == "exact"
    assert "salt" not in entry.after


def test_a_cascade_without_steps_and_an_unknown_one_are_refused(at: House) -> None:
    for mode, steps in (("guarded", []), ("wild", ["card"]), ("guarded", ["shoe size"])):
        with pytest.raises(Refused):
            settings.set_cascade(house_access("member:7"), mode, steps, NOON)


def test_settings_are_for_who_holds_the_right_everywhere(at: House) -> None:
    with pytest.raises(Forbidden):
        settings.set_cascade(worlds.member_at(at.sirga), "off", [], NOON)
    with pytest.raises(Forbidden):
        settings.set_automatic(worlds.member_at(at.sirga), NOON, on=False)


def test_the_score_joins_by_itself_only_once_people_have_measured_it(
    at: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    chief = house_access("member:7")
    with pytest.raises(Refused) as refused:
        settings.set_automatic(chief, NOON, on=True)
    assert refused.value.code == "not_measured"
    assert not settings.current().automatic
    monkeypatch.setattr(settings, "ANSWERS_LEAST", 2)
    for number in (1, 2):
        one, other = twins.known(at, twins.person(f"R{number}", "Jon", f"Ibarra{number}"),
                                 twins.person(f"S{number}", "Jon", f"Ibarra{number}"))  # fmt: skip
        asked = twins.propose(one, other, state="merged", decided_by="member:7")
        Edge.objects.filter(one=min(one, other)).update(may_join=True)
    assert settings.shown().measured.checked == 2
    with pytest.raises(Refused) as refused:
        settings.set_automatic(chief, NOON, on=True)
    assert refused.value.code == "not_within_budget"
    settings.set_automatic(chief, NOON, on=True, confirmed=True)
    assert settings.current().automatic
    Proposal.objects.filter(pk=asked.pk).update(state="rejected")
    assert settings.shown().measured.wrong == 1
    settings.set_automatic(chief, NOON, on=False)
    assert not settings.current().automatic


def test_expected_wrong_joins_are_those_of_the_pairs_a_setting_would_join(at: House) -> None:
    one, other, third = twins.known(
        at,
        twins.person("R1", "Jon", "Ibarra"),
        twins.person("R2", "Jon", "Ibarra"),
        twins.person("R3", "Ana", "Ibarra"),
    )
    twins.edge(one, other, "phone")
    twins.edge(one, third, "phone given_names_differ")
    twins.edge(other, third, "card surname_differs")
    found = settings.costs()
    assert (found.score.pairs, found.guarded.pairs, found.exact.pairs) == (0, 1, 2)
    assert found.score.wrong_per_10000 is None
    assert found.guarded.wrong_per_10000 is not None
    assert found.exact.wrong_per_10000 is not None
    assert found.guarded.wrong_per_10000 < 100 < found.exact.wrong_per_10000


def test_a_dry_run_counts_what_each_rule_would_do_and_does_nothing(at: House) -> None:
    twins.known(
        at,
        twins.person("R1", "Jon", "Ibarra"),
        twins.person("R2", "Jon", "Ibarra"),
        twins.person("R3", "Ana", "Ibarra"),
    )
    run = dry_runs.ask("member:7", NOON)
    run.refresh_from_db()
    assert run.ended_at == NOON
    assert run.counts["guarded"] == {
        "phone.linked.same": 1, "phone.review.given_names_differ": 2,
    }  # fmt: skip
    assert run.counts["exact"] == {"phone.linked.exact_mode": 3}
    assert not Proposal.objects.exists()


def test_a_count_over_many_profiles_is_the_workers(
    at: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    twins.known(at, twins.person("R1", "Jon", "Ibarra"), twins.person("R2", "Jon", "Ibarra"))
    monkeypatch.setattr(dry_runs, "AT_ONCE", 1)
    waiting = dry_runs.ask("member:7", NOON)
    assert waiting.ended_at is None
    assert dry_runs.ask("member:8", NOON).pk == waiting.pk
    assert dry_runs.count_waiting(NOON) == 1
    latest = dry_runs.latest()
    assert latest is not None
    assert (latest.done, latest.total, latest.ended_at) == (2, 2, NOON)
    assert dry_runs.count_waiting(NOON) == 0


def test_which_rules_prove_themselves_first_is_set_with_an_entry_in_the_audit(at: House) -> None:
    chief = house_access("member:7")
    settings.set_proving(chief, ["card", "score"], NOON)
    assert settings.current().prove_first == ["score", "card"]
    entry = AuditEntry.objects.filter(object__startswith="matching_setting").latest("pk")
    assert entry.after["prove_first"] == ["score", "card"]
    settings.set_proving(chief, ["score"], NOON, trusted=["score", "phone"])
    assert settings.current().trusted == ["phone"]
    with pytest.raises(Refused):
        settings.set_proving(chief, ["shoe size"], NOON)
    with pytest.raises(Forbidden):
        settings.set_proving(worlds.member_at(at.sirga), [], NOON)
