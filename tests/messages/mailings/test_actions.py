"""From draft to sending: who may do what, and what is refused in which state."""

from __future__ import annotations

import pytest

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit.errors import Forbidden, Refused
from staytrue.messages.mailings import actions
from staytrue.messages.models import TemplateVersion
from staytrue.staff import audit
from staytrue.staff.access import Access
from staytrue.staff.models import AuditEntry
from tests import make
from tests.make import NOON
from tests.messages.mailings import scene
from tests.messages.mailings.scene import House
from tests.staff import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    """Three guests who agreed."""
    return scene.build(3)


def text() -> int:
    """The approved text."""
    with scope.everything():
        return TemplateVersion.objects.get(state="live").pk


def write(access: Access, hotel: Property, **how: object) -> None:
    """A draft by him."""
    given = {"name": "May", "text_id": text(), "source": "hand", "now": NOON} | how
    with scope.everything():
        actions.write(access, hotel, **given)  # type: ignore[arg-type]


def test_whoever_wrote_it_does_not_approve_it_where_another_can(house: House) -> None:
    with scope.everything():
        author = people.access("general_manager", at=house.of.hotel)
        mailing = actions.write(author, house.of.hotel, "May", text(), "hand", NOON)
        actions.add(author, mailing.public_id, house.guests(0, 3), NOON)
        actions.hand_in(author, mailing.public_id, NOON)
    with scope.everything(), pytest.raises(Refused, match="someone else must approve"):
        actions.approve(author, mailing.public_id, NOON)


def test_who_is_alone_in_the_house_may_approve_his_own(house: House) -> None:
    alone = make.hotel("LYO", name="Hôtel Traboule", country="FR")
    with scope.everything():
        author = people.access("general_manager", at=alone)
        mailing = actions.write(author, alone, "May", text(), "everyone", NOON)
        actions.hand_in(author, mailing.public_id, NOON)
        with pytest.raises(Refused) as refused:
            actions.approve(author, mailing.public_id, NOON)
    assert refused.value.code == "mailing_uncounted"


@pytest.mark.parametrize("role", ["front_desk", "guest_relations", "department", "auditor"])
def test_other_roles_write_none(house: House, role: str) -> None:
    stranger = people.access(role, at=house.of.hotel)
    with pytest.raises(Forbidden):
        write(stranger, house.of.hotel)


def test_a_member_of_one_hotel_writes_none_for_another(house: House) -> None:
    other = make.hotel("LYO", name="Hôtel Traboule", country="FR")
    with pytest.raises(Forbidden):
        write(house.writer, other)


@pytest.mark.parametrize("act", sorted(actions.ACTS))
def test_a_member_of_one_hotel_moves_no_mailing_of_another(house: House, act: str) -> None:
    mailing = house.draft()
    other = make.hotel("LYO", name="Hôtel Traboule", country="FR")
    stranger = people.access("general_manager", at=other)
    with scope.everything(), pytest.raises(Forbidden):
        actions.ACTS[act](stranger, mailing.public_id, NOON)
    assert scene.stands(mailing) == "draft"


def test_marketing_sends_what_another_approved_and_approves_nothing(house: House) -> None:
    mailing = house.handed_in(house.guests(0, 3))
    with scope.everything(), pytest.raises(Forbidden):
        actions.approve(house.writer, mailing.public_id, NOON)
    house.does("approve", mailing)
    with scope.everything():
        actions.send(house.writer, mailing.public_id, NOON)
    assert scene.stands(mailing) == "sending"


@pytest.mark.parametrize("act", ["approve", "send", "pause", "resume"])
def test_a_draft_is_not_yet_for_this(house: House, act: str) -> None:
    mailing = house.draft()
    with pytest.raises(Refused, match="moved on"):
        house.does(act, mailing)


def test_a_list_that_was_handed_in_takes_nobody_more(house: House) -> None:
    mailing = house.handed_in(house.guests(0, 1))
    with scope.everything(), pytest.raises(Refused, match="moved on"):
        actions.add(house.writer, mailing.public_id, house.guests(1, 3), NOON)


def test_an_empty_list_is_not_handed_in(house: House) -> None:
    mailing = house.draft()
    with pytest.raises(Refused, match="Nobody is on the list"):
        house.does("hand_in", mailing)


def test_a_list_that_reaches_nobody_is_not_approved(house: House) -> None:
    scene.refuse(*house.guests(0, 3))
    mailing = house.handed_in(house.guests(0, 3))
    with pytest.raises(Refused, match="Nobody on this list"):
        house.does("approve", mailing)


def test_what_is_sent_back_is_a_draft_again_with_its_reason(house: House) -> None:
    mailing = house.handed_in(house.guests(0, 3))
    with scope.everything():
        actions.send_back(house.chief, mailing.public_id, "Another subject.", NOON)
    assert scene.stands(mailing) == "draft"
    with scope.everything():
        assert AuditEntry.objects.filter(reason="Another subject.").exists()


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"name": "x" * 121}, {"per_minute": 0}, {"per_minute": 10**6}]
)
def test_what_makes_no_sense_is_refused(house: House, wrong: dict[str, object]) -> None:
    with pytest.raises(Refused):
        write(house.writer, house.of.hotel, **wrong)


def test_only_an_approved_text_is_sent(house: House) -> None:
    with scope.everything(), audit.acting("tests", NOON):
        draft = TemplateVersion.objects.get(state="live")
        draft.pk, draft.number, draft.state = None, 2, "draft"
        draft.save(force_insert=True)
    with pytest.raises(Refused, match="approved"):
        write(house.writer, house.of.hotel, text_id=draft.pk)


def test_each_act_is_in_the_audit(house: House) -> None:
    mailing = house.sending(house.guests(0, 3))
    house.does("pause", mailing)
    with scope.everything():
        told = AuditEntry.objects.filter(object=f"mailing:{mailing.pk}")
        assert told.count() >= 5
