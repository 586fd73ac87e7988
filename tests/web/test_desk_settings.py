"""How a desk works, on screen: looked at in words first, saved with a reason, for its managers alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.test import Client

from staytrue.desk import accounting, moving, paying
from staytrue.desk.kinds import Trigger
from staytrue.desk.models import (
    AccountingHook,
    AccountingNotice,
    CaseType,
    Department,
    DeskSetting,
    HouseRule,
    Shift,
    TriggerRule,
)
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.staff import audit
from staytrue.staff.models import AuditEntry, Member
from staytrue.web import desk_manager_words
from tests.desk import scene
from tests.desk.scene import NOTE, Desk
from tests.make import NOON
from tests.staff import people
from tests.web.test_desk import client, read

pytestmark = pytest.mark.django_db
PAGE = "/desk/settings/BIO/"
SETTING = {"act": "setting", "duty_role": "general_manager", "money_limit": "80", "rooms": "24",
           "busy_percent": "80", "checks_a_day": "4", "repeat_days": "20"}  # fmt: skip
TYPE = {"act": "type", "key": "cot", "kind": "request", "name": "Cot", "role": "front_desk",
        "minutes": "30", "handovers_max": "2", "step-0-role": "guest_relations",
        "step-0-minutes": "45", "department": ""}  # fmt: skip
RULE = {"act": "rule", "about": "time", "subject": "check_in", "text": "Rooms are ready at noon.",
        "not_before": "12:00"}  # fmt: skip


@pytest.fixture
def desk() -> Iterator[Desk]:
    with clock.use(lambda: NOON):
        yield scene.build()


def sent(desk: Desk, do: str = "save", reason: str = "Agreed", **fields: object) -> str:
    given = {"do": do, "reason": reason, **fields}
    answer = client(desk, desk.hugo).post(PAGE, given, follow=True)  # type: ignore[arg-type]
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_change_is_seen_in_words_before_it_is_saved(desk: Desk) -> None:
    shown = sent(desk, "look", "", **SETTING)
    assert "What this would change" in shown
    assert "<del>Above €50.00 a second person decides about money.</del>" in shown
    assert "Above €80.00 a second person decides about money.</ins>" in shown
    assert "A night is busy from 20 of 24 rooms on (80%).</ins>" in shown
    assert 'value="80"' in shown
    with scope.everything():
        assert not DeskSetting.objects.exists()
        assert not AuditEntry.objects.filter(object__startswith="desk_setting").exists()


def test_it_is_saved_with_a_reason_and_refused_without_one(desk: Desk) -> None:
    assert "Say why" in sent(desk, reason="  ", **SETTING)
    with scope.everything():
        assert not DeskSetting.objects.exists()
    assert "Saved." in sent(desk, reason="New owners", **SETTING)
    with scope.everything():
        kept = DeskSetting.objects.get()
        told = AuditEntry.objects.get(object=f"desk_setting:{desk.hotel.pk}")
    assert (kept.money_limit, kept.rooms, kept.busy_percent, kept.checks_a_day, kept.repeat_days) == (
        Decimal(80), 24, 80, 4, 20,
    )  # fmt: skip
    assert (told.actor, told.reason) == (desk.hugo.actor, "New owners")


def test_departments_shifts_types_rules_and_triggers_are_set_up_on_screen(desk: Desk) -> None:
    house = {"act": "department", "key": "house", "name": "Pisos", "role": "department",
             "opens": "07:00", "closes": "22:00", "members": [str(desk.iker.member_id)]}  # fmt: skip
    assert "Department Pisos:" in sent(desk, **house)
    with scope.everything():
        made = Department.objects.get()
    shift = {"act": "shift", "department": str(made.pk), "name": "Early", "begins": "07:00",
             "ends": "15:00", "days": ["0", "4"], "role": "department", "member": ""}  # fmt: skip
    sent(desk, **shift)
    sent(desk, **TYPE)
    sent(desk, **RULE)
    shown = sent(desk, act="trigger", trigger="guest.wish", type_key="cot")
    for said in ("Shift Early of Pisos: Mon, Fri,", "Cot: Front desk has 30 min, then Guest",
                 "House rule: “Rooms are ready at noon.” (not before 12:00",
                 "A guest writes a wish before arrival: a case opens by itself (Cot)."):  # fmt: skip
        assert said in shown, said
    with scope.everything():
        assert CaseType.objects.get().steps == [{"role": "guest_relations", "minutes": 45}]
        assert TriggerRule.objects.get().type_key == "cot"
        early, rule = Shift.objects.get(), HouseRule.objects.get()
    assert "Rooms are ready at noon." in read(client(desk, desk.hugo), f"{PAGE}?rule={rule.pk}")
    assert 'value="45"' in read(client(desk, desk.hugo), f"{PAGE}?type=cot")
    assert 'value="07:00"' in read(client(desk, desk.hugo), f"{PAGE}?department=house")
    sent(desk, act="end_shift", id=str(early.pk))
    sent(desk, act="end_rule", id=str(rule.pk))
    with scope.everything():
        assert not Shift.objects.exists()
        assert not HouseRule.objects.filter(until_at=None).exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (SETTING | {"rooms": "many"}, "Write whole numbers"),
        (SETTING | {"money_limit": "a lot"}, "Write the amount"),
        (TYPE | {"minutes": "0"}, "A limit is more than nothing"),
        ({k: v for k, v in RULE.items() if k != "not_before"}, "A house rule says what it allows"),
        ({"act": "hook", "url": "https://10.0.0.7/"}, "10.0.0.7"),
    ],
)
def test_nonsense_is_told_and_what_was_typed_stays(
    desk: Desk, given: dict[str, str], said: str
) -> None:
    shown = sent(desk, **given)
    assert said in shown
    last = list(given.values())[-1]
    assert f'value="{last}"' in shown


def test_what_opens_by_itself_is_said_also_where_nobody_set_it(desk: Desk) -> None:
    assert set(desk_manager_words.TRIGGER) == {each.value for each in Trigger}
    shown = read(client(desk, desk.hugo), PAGE)
    assert "A guest answers with a low score: a case opens by itself (Recovery)." in shown
    after = sent(desk, act="trigger", trigger="guest.low_score", type_key="")
    assert "A guest answers with a low score: a case opens by itself" not in after


def test_what_cannot_be_is_no_page(desk: Desk) -> None:
    who = client(desk, desk.hugo)
    assert who.post(PAGE, {"act": "explode"}).status_code == 404
    assert who.get("/desk/settings/LYO/").status_code in (403, 404)
    assert who.get("/desk/settings/").headers["Location"] == PAGE
    for other in (desk.lea, desk.iker):
        assert client(desk, other).get(PAGE).status_code == 403
        assert client(desk, other).post(PAGE, SETTING).status_code == 403


def test_accounting_is_set_up_its_key_shown_once_and_what_it_takes_listed(desk: Desk) -> None:
    hook = {"act": "hook", "url": "https://93.184.215.14/books", "is_on": "1"}
    shown = sent(desk, **hook)
    assert "whsec_" in shown
    assert "Accounting is told of approved money at 93.184.215.14." in shown
    assert "whsec_" not in read(client(desk, desk.hugo), PAGE)
    case = desk.opens()
    with scope.everything(), audit.acting("tests", NOON):
        moving.take(desk.lea, case.pk, NOON)
        line = paying.propose(desk.lea, case.pk, "refund", Decimal(80), "Noise", NOON, NOTE)
        paying.approve(desk.hugo, line.pk, "Right", NOON)
        accounting.settle(NOON)
        told = AccountingNotice.objects.get()
        AccountingNotice.objects.update(next_at=None, problem="http_500")
    shown = read(client(desk, desk.hugo), PAGE)
    assert "given up" in shown
    assert "http_500" in shown
    assert "Saved." in sent(desk, act="again", id=str(told.pk))
    with scope.everything():
        assert AccountingNotice.objects.get().next_at == NOON


def test_where_money_is_told_is_set_only_by_who_just_proved_himself(desk: Desk) -> None:
    with scope.everything():
        member = Member.objects.get(pk=desk.hugo.member_id)
    stale = Client()
    stale.force_login(member)
    hook = {"act": "hook", "url": "https://93.184.215.14/books", "is_on": "1", "reason": "Books"}
    answer = stale.post(PAGE, hook, headers={"Referer": f"http://testserver{PAGE}"})
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    with scope.everything():
        assert not AccountingHook.objects.exists()


def test_accounting_downloads_the_approved_lines_for_who_may_export(desk: Desk) -> None:
    case = desk.opens()
    with scope.everything(), audit.acting("tests", NOON):
        line = paying.propose(desk.lea, case.pk, "refund", Decimal(80), "Noise", NOON, NOTE)
        paying.approve(desk.hugo, line.pk, "Right", NOON)
    chief = people.access("general_manager", at=desk.hotel)
    answer = client(desk, chief).get(f"{PAGE}accounting.csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert '"refund","80.00","EUR","30117"' in answer.content.decode()
    assert client(desk, desk.lea).get(f"{PAGE}accounting.csv").status_code == 403
