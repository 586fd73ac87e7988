"""Acts over the real database: opt-outs hold at once, and only the guest's own word lifts them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from staytrue.changes.models import Change, Unsettled
from staytrue.consent import acts, pms_asks, pms_words
from staytrue.consent.acts import About, Spoken
from staytrue.consent.models import ConsentAct
from staytrue.consent.permissions import Asked, Permission, of
from staytrue.consent.purposes import GROUP, ONE_CLICK, Channel, Origin, Purpose, Scope, Within
from staytrue.consent.ratchet import Cause
from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.staff.models import Ask, AuditEntry
from tests.consent.scenes import kept, person, point, told, two_hotels
from tests.make import NOON
from tests.web.house import House

pytestmark = pytest.mark.django_db
MAIL, MARKETING = [Channel.EMAIL], [Purpose.MARKETING]
AGREED = Spoken(Origin.GUEST_PAGE, "guest", wording="Yes, write to me.", wording_version="3")
CLICKED = Spoken(Origin.ONE_CLICK, "guest")


def later(hours: int) -> datetime:
    return NOON + timedelta(hours=hours)


def guest(marketing: str = "") -> tuple[House, About]:
    """Ana with one address."""
    at = two_hotels()
    ids = told(at, person("G1", "Ana Vidal", "ana@gmail.com", marketing=marketing))
    kept(ids)
    return at, About(ids[0], point("ana@gmail.com").pk)


def may(at: House, who: About, purpose: str = "marketing") -> Permission:
    asked = Asked(who.contact_point_id or 0, who.profile_id or 0, at.sirga.pk, purpose, "email")
    return of([asked], NOON + timedelta(days=1))[0]


def test_one_click_takes_him_out_of_news_and_surveys_and_leaves_what_his_stay_needs() -> None:
    at, ana = guest()
    acts.opt_in([ana], ONE_CLICK, MAIL, GROUP, AGREED, later(1))
    assert may(at, ana).allowed
    acts.opt_out([ana], ONE_CLICK, MAIL, GROUP, CLICKED, later(2))
    assert may(at, ana).reason == may(at, ana, "survey").reason == "opted_out"
    assert may(at, ana, "stay").allowed
    assert may(at, ana, "service").allowed


def test_the_same_click_twice_is_one_act() -> None:
    _, ana = guest()
    first = acts.opt_out([ana], MARKETING, MAIL, GROUP, CLICKED, later(1))
    assert len(first) == 1
    assert acts.opt_out([ana], MARKETING, MAIL, GROUP, CLICKED, later(2)) == []


def test_an_act_is_in_the_log_of_changes_and_in_the_audit_and_wakes_who_plans() -> None:
    at, ana = guest()
    (id_,) = acts.opt_out([ana], MARKETING, MAIL, GROUP, CLICKED, later(1))
    with scope.everything():
        change = Change.objects.get(object="consent", object_id=id_)
        assert change.kinds == ["opted_out"]
        entry = AuditEntry.objects.get(action="consent_opt_out")
        assert entry.object == f"profile:{ana.profile_id}"
        assert entry.facts["acts"] == [id_]
        woken = Unsettled.objects.filter(reaction="follow_consent")
        assert [each.object_id for each in woken] == [ana.profile_id]
    assert not may(at, ana).allowed


def test_an_act_is_never_changed() -> None:
    _, ana = guest()
    acts.opt_out([ana], MARKETING, MAIL, GROUP, CLICKED, later(1))
    with pytest.raises(DatabaseError), scope.everything():
        ConsentAct.objects.update(act="opt_in")


@pytest.mark.parametrize("origin", [Origin.SMS, Origin.IMPORT, Origin.MAIL_REPLY, Origin.PMS])
def test_a_yes_that_is_not_the_guests_own_act_lifts_nothing(origin: Origin) -> None:
    at, ana = guest()
    acts.opt_out([ana], MARKETING, MAIL, GROUP, CLICKED, later(1))
    acts.opt_in([ana], MARKETING, MAIL, GROUP, Spoken(origin, "list", words="START"), later(2))
    assert may(at, ana).reason == "opted_out"
    acts.opt_in([ana], MARKETING, MAIL, GROUP, AGREED, later(3))
    assert may(at, ana).allowed


def test_his_own_act_lifts_what_his_pms_still_says_until_it_says_so_anew() -> None:
    at, ana = guest(marketing="out")
    assert may(at, ana).reason == "opted_out"
    here = Scope(Within.PROPERTY, at.sirga.pk)
    acts.opt_in([ana], MARKETING, MAIL, here, AGREED, later(1))
    assert may(at, ana).allowed
    for day, said in ((1, "in"), (2, "out")):
        told(at, person("G1", "Ana Vidal", "ana@gmail.com", marketing=said), day=day)
        with scope.everything():
            pms_words.keep([ana.profile_id or 0], NOON + timedelta(days=day))
    assert may(at, ana).reason == "opted_out"


def test_a_pms_that_takes_its_flag_back_opts_nobody_in() -> None:
    at, ana = guest(marketing="out")
    told(at, person("G1", "Ana Vidal", "ana@gmail.com", marketing="in"), day=1)
    kept([ana.profile_id or 0])
    assert may(at, ana).reason == "opted_out"
    with scope.everything():
        said = ConsentAct.objects.filter(origin="pms").order_by("id").values_list("act", flat=True)
        assert list(said) == ["opt_out", "opt_in"]


def test_an_older_no_of_a_list_that_is_imported_later_counts_for_its_own_day() -> None:
    at, ana = guest()
    acts.opt_in([ana], MARKETING, MAIL, GROUP, AGREED, later(2))
    old = Spoken(Origin.IMPORT, "list", said_at=later(1))
    acts.opt_out([About(contact_point_id=ana.contact_point_id)], MARKETING, MAIL, GROUP, old, later(3))  # fmt: skip
    assert may(at, ana).allowed
    new = Spoken(Origin.IMPORT, "list", said_at=later(9))
    acts.opt_out([About(contact_point_id=ana.contact_point_id)], MARKETING, MAIL, GROUP, new, later(4))  # fmt: skip
    assert not may(at, ana).allowed


def test_a_return_to_one_list_leaves_the_others_as_they_were() -> None:
    at, ana = guest()
    acts.opt_out([ana], MARKETING, MAIL, GROUP, CLICKED, later(1))
    here = Scope(Within.PROPERTY, at.sirga.pk)
    acts.opt_in([ana], MARKETING, MAIL, here, AGREED, later(2))
    assert may(at, ana).allowed
    asked = Asked(ana.contact_point_id or 0, ana.profile_id or 0, at.other.pk, "marketing", "email")
    assert of([asked], later(5))[0].reason == "opted_out"


def test_without_a_wording_nothing_is_agreed() -> None:
    _, ana = guest()
    with pytest.raises(Refused, match="agreed to"):
        acts.opt_in([ana], MARKETING, MAIL, GROUP, Spoken(Origin.DESK, "member:1"), NOON)


def test_a_bounced_address_is_suppressed_and_only_the_guest_himself_releases_it() -> None:
    at, ana = guest()
    about = [About(contact_point_id=ana.contact_point_id)]
    acts.suppress(about, Channel.EMAIL, Cause.BOUNCE, Spoken(Origin.CARRIER, "carrier"), later(1))
    assert may(at, ana, "stay").reason == "suppressed"
    with pytest.raises(Refused, match="the guest himself"):
        acts.release(about, Channel.EMAIL, Cause.BOUNCE, Spoken(Origin.PMS, "x"), later(2))
    words = Spoken(Origin.DESK, "member:1", words="It works again.")
    acts.release(about, Channel.EMAIL, Cause.BOUNCE, words, later(2))
    assert may(at, ana, "stay").allowed


def test_the_pms_is_asked_for_until_its_mirror_shows_the_flag() -> None:
    at, ana = guest()
    acts.opt_out([ana], MARKETING, MAIL, GROUP, CLICKED, later(1))
    with scope.everything():
        ask = Ask.objects.get(kind="opt_out_in_pms")
        assert (ask.closed_at, ask.property_id) == (None, at.sirga.pk)
    told(at, person("G1", "Ana Vidal", "ana@gmail.com", marketing="out"), day=1)
    kept([ana.profile_id or 0])
    with scope.everything():
        ask.refresh_from_db()
        assert ask.closed_why == "seen_in_pms"


def test_what_nobody_types_into_the_pms_is_asked_of_the_general_manager() -> None:
    _, ana = guest()
    acts.opt_out([ana], MARKETING, MAIL, GROUP, CLICKED, NOON)
    with scope.everything():
        pms_asks.escalate(NOON + timedelta(days=2))
        assert Ask.objects.get(kind="opt_out_in_pms").role_id == "front_desk"
        pms_asks.escalate(NOON + timedelta(days=4))
        assert Ask.objects.get(kind="opt_out_in_pms").role_id == "general_manager"


def test_an_act_holds_the_address_as_the_door_does() -> None:
    _, ana = guest()
    with connection.execute_wrapper(_seen := _Seen()):
        acts.opt_out([ana], MARKETING, MAIL, GROUP, CLICKED, NOON)
    held = next(n for n, sql in enumerate(_seen.asked) if "FOR NO KEY UPDATE" in sql)
    written = next(n for n, sql in enumerate(_seen.asked) if "INSERT INTO consent_act" in sql)
    assert held < written


class _Seen:
    """The statements, as they are asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.asked.append(sql)
        return execute(sql, params, many, context)
