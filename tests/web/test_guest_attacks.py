"""Attacks on the pages of guests: what one hotel knows of a guest of two stays with it (1, 2, 22, 48, 60, 65)."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from staytrue.consent import actions as consent
from staytrue.guests.models import (
    Correction,
    Guest,
    IdentityEvent,
    MatchKey,
    PairRule,
    PersonaChoice,
    ValueStat,
)
from staytrue.hotel import scope
from staytrue.hotel.records import Address, Email
from staytrue.staff import audit
from staytrue.staff.models import AuditEntry, Role
from tests import make
from tests.staff import people
from tests.web import house
from tests.web.two_of_her import LYON_ONLY, Shared, shared

__all__ = ["shared"]

ROLES = ["general_manager", "guest_relations", "front_desk", "marketing"]


@pytest.mark.parametrize("role", ROLES)
def test_a_member_of_one_hotel_never_reads_what_the_other_knows_of_a_guest(
    role: str, shared: Shared
) -> None:
    client = shared.at.client(role)
    assert client.get(f"/api/guests/{shared.guest.public_id}").status_code == 200
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
    own, key = f"/guests/{shared.guest.public_id}/", f"/api/guests/{shared.guest.public_id}"
    asked = {
        "/guests/": ["after", "name", "hotel", "lacks", "field", "text", "custom"],
        own: ["known"], "/guests/review/": ["pair"], "/guests/hubs/": ["after"],
        "/guests/households/": ["after"], "/guests/flows/": ["from", "to", "at"],
        "/guests/reachability/": ["hotel"], "/search/": ["q"],
        "/api/guests": ["after", "property", "limit"], key: ["as_of", "true_at"],
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


def test_every_form_of_guests_wants_the_token_of_its_page(shared: Shared) -> None:
    member = people.member("administrator")
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    for path, form in forms(shared):
        assert client.post(path, form).status_code == 403, path


def foreign(of: Shared, *, is_there: bool) -> list[tuple[str, dict[str, str] | None]]:
    """Everything of Lyon's alone that an address or a form may name; or the same, which is not there."""
    with scope.everything():
        fellow = Guest.objects.get(links__profile_id=of.fellow, links__until_at=None)
        event = fellow.links.get(profile_id=of.fellow).begun_by
        key = next(
            iter(MatchKey.objects.filter(profile_id=of.fellow).values_list("key", flat=True))
        )
        profile = str(of.fellow)
    guest, number = str(fellow.public_id), str(event)
    if not is_there:
        guest, number, profile, key = str(UUID(int=7 << 64)), "990001", "990002", 990003
    theirs, own = f"/guests/{guest}/", f"/guests/{of.guest.public_id}/"
    why = {"reason": "Mine now"}
    word = {"field": "title", "value": "Dr", **why}
    return [
        (theirs, None), (f"{theirs}profiles/", None), (f"{theirs}history/", None),
        (f"{theirs}?known=2026-05-21", None), (f"/api/guests/{guest}", None),
        (f"/guests/{profile}/", None), (f"/profiles/{profile}/", None),
        (f"/guests/hubs/{key}/", None), (f"/guests/review/?pair={profile}-{profile}", None),
        (f"{theirs}undo/{number}/", None), (f"{own}undo/{number}/", None),
        (f"{theirs}word/", {"act": "correct", "profile": str(of.here), **word}),
        (f"{own}word/", {"act": "correct", "profile": profile, **word}),
        (f"{own}word/", {"act": "pin", "profile": profile, **word}),
        (f"{own}word/", {"act": "take", "profile": profile, **word}),
        (f"{theirs}persona/", {"act": "is", "profile": str(of.here), "persona": "local", **why}),
        (f"{own}persona/", {"act": "is", "profile": profile, "persona": "local", **why}),
        (f"{own}undo/", {"event": number, **why}), (f"{theirs}undo/", {"event": number, **why}),
        (f"{own}apart/", {"profile": profile, **why}), (f"{theirs}apart/", {"profile": profile, **why}),
    ]  # fmt: skip


@pytest.mark.parametrize("is_there", [True, False])
def test_what_is_anothers_answers_like_what_is_not_there_and_is_noted(
    shared: Shared,
    is_there: bool,  # noqa: FBT001
) -> None:
    client = shared.at.client("general_manager")
    with scope.everything():
        before = [
            Correction.objects.count(),
            PersonaChoice.objects.count(),
            PairRule.objects.count(),
        ]
    noted = 0
    for path, form in foreign(shared, is_there=is_there):
        answer = client.get(path) if form is None else client.post(path, form)
        assert answer.status_code == 404, (path, form)
        with scope.everything():
            denied = AuditEntry.objects.filter(action="denied").count()
        assert denied == noted + 1, (path, form)
        noted = denied
    with scope.everything():
        after = [
            Correction.objects.count(),
            PersonaChoice.objects.count(),
            PairRule.objects.count(),
        ]
    assert after == before


def test_a_profile_of_ones_own_guest_that_one_does_not_see_is_not_there_either(
    shared: Shared,
) -> None:
    client, own = shared.at.client("general_manager"), f"/guests/{shared.guest.public_id}/"
    form = {"profile": str(shared.there), "reason": "Mine now", "act": "pin", "field": "emails"}
    for path in (f"{own}apart/", f"{own}word/"):
        assert client.post(path, form).status_code == 404
    assert client.get(f"/guests/{shared.there}/").status_code == 404


SAID = {
    "contact.read": ("claire@fontanel.example", "612345678", "06 12 34 56 78"),
    "identity.read": ("1980-04-12", "12 Apr 1980"),
}


@pytest.mark.parametrize("right", SAID)
def test_a_field_that_a_role_does_not_read_stands_on_no_page(right: str, shared: Shared) -> None:
    client, own = shared.at.client("general_manager"), f"/guests/{shared.guest.public_id}/"
    client.post(f"{own}reveal/", {"reason": "a test"})
    assert any(word in client.get(f"{own}profiles/").content.decode() for word in SAID[right])
    with scope.everything(), audit.acting("tests", house.NOW, "a test"):
        role = Role.objects.get(key="general_manager")
        role.rights = [each for each in role.rights if each != right]
        role.save()
    told = []
    for address in shared.addresses:
        asked = address.partition("?q=")[2] or "\0"
        shown = client.get(address).content.decode().replace(asked, "")
        told += [(address, word) for word in SAID[right] if word in shown]
    assert told == []


def test_a_field_that_a_role_hides_stands_on_no_page(shared: Shared) -> None:
    with scope.everything(), audit.acting("tests", house.NOW, "a test"):
        Role.objects.filter(key="general_manager").update(hidden_fields=["emails", "birth_date"])
    client = shared.at.client("general_manager")
    words = SAID["identity.read"] + SAID["contact.read"][:1]
    shown = {address: client.get(address).content.decode() for address in shared.addresses}
    assert [(path, word) for path, page in shown.items() for word in words if word in page] == []


def test_whatever_a_pms_calls_a_guest_is_text_on_every_page(shared: Shared) -> None:
    evil = "<img src=x onerror=alert(1)>"
    given = make.profile(
        first_name=evil, last_name="Fontanel\"'><script>", language="fr", vip=evil,
        emails=[Email(f'"{evil}"@x.example'), Email("claire@fontanel.example")],
        addresses=[Address(line1=evil, city=evil, postcode="{{7*7}}")],
    )  # fmt: skip
    house.take(shared.at.link, given, made_at=house.NOW)
    with scope.everything():
        consent.keep_contacts([shared.here], house.NOW)
    client = shared.at.client("administrator", everywhere=True)
    for address in shared.addresses:
        if address.startswith("/api/"):
            continue
        page = client.get(address).content.decode()
        assert "<img src=x" not in page, address
        assert "'><script>" not in page, address
