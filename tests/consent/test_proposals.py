"""What sounds like an opt-out is proposed; only a member's confirmation applies it."""

from __future__ import annotations

import pytest

from staytrue.consent import proposals
from staytrue.consent.models import ConsentAct, ProposedOptOut
from staytrue.consent.proposals import Heard
from staytrue.consent.purposes import Channel, Origin
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff.models import Ask
from tests.consent.scenes import kept, person, point, told, two_hotels
from tests.make import NOON
from tests.staff import people
from tests.web.house import House

pytestmark = pytest.mark.django_db
WORDS = "merci de me retirer de votre liste"


def heard(**facts: object) -> tuple[House, int]:
    """A reply of Ana's that sounds like it."""
    at = two_hotels()
    ids = told(at, person("G1", "Ana Vidal", "ana@gmail.com"))
    kept(ids)
    reply = Heard(Origin.MAIL_REPLY, Channel.EMAIL, WORDS, at.sirga.pk, "fr", ids[0],
                  point("ana@gmail.com").pk, "ana@gmail.com", {"message": 7})  # fmt: skip
    with scope.everything():
        return at, proposals.propose(reply, "inbound", NOON)


def test_a_confirmed_proposal_becomes_an_opt_out_with_the_words_as_proof() -> None:
    at, id_ = heard()
    desk = people.access("front_desk", at=at.sirga)
    with scope.everything():
        assert not ConsentAct.objects.filter(act="opt_out").exists()
        assert Ask.objects.get(kind="proposed_opt_out").closed_at is None
        proposals.decide(desk, id_, NOON, is_meant=True)
        act = ConsentAct.objects.filter(purpose="marketing").get()
        assert (act.act, act.words, act.language, act.actor) == ("opt_out", WORDS, "fr", desk.actor)
        assert act.proof == {"message": 7, "proposal": id_}
        assert Ask.objects.get(kind="proposed_opt_out").closed_why == "confirmed"


def test_a_dismissed_proposal_changes_nothing_and_is_decided_once() -> None:
    at, id_ = heard()
    desk = people.access("front_desk", at=at.sirga)
    with scope.everything():
        assert proposals.decide(desk, id_, NOON, is_meant=False) == []
        assert not ConsentAct.objects.exists()
        assert ProposedOptOut.objects.get().decision == "dismissed"
        with pytest.raises(Refused, match="already"):
            proposals.decide(desk, id_, NOON, is_meant=True)


def test_a_proposal_of_another_hotel_is_not_decided() -> None:
    at, id_ = heard()
    with scope.everything(), pytest.raises(Forbidden):
        proposals.decide(people.access("front_desk", at=at.other), id_, NOON, is_meant=True)
