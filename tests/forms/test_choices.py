"""The page of choices and the one click: acts of the guest's own, and nothing on a mere look."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from staytrue.consent.purposes import Purpose
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.messages.guest_links import Opens
from tests.forms import scene
from tests.forms.scene import Claire, acts, visitor
from tests.make import NOON

ALL = {purpose.value: "on" for purpose in Purpose}
STAY = {"stay": "on"}


def wants(claire: Claire, *purposes: Purpose, **more: str) -> str:
    """She saves the page with exactly these switched on; answers the page she sees then."""
    path = claire.link(Opens.PREFERENCES)
    data = {each.value: "on" for each in purposes} | more
    answer = visitor().post(path, data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("ending", ["", "stop/"])
def test_looking_changes_nothing(claire: Claire, method: str, ending: str) -> None:
    path = claire.link(Opens.PREFERENCES)
    answer = getattr(visitor(), method)(f"{path}{ending}", follow=True, headers={
        "purpose": "prefetch", "sec-purpose": "prefetch"})  # fmt: skip
    assert answer.status_code == 200
    assert not acts()


def test_one_click_stops_marketing_and_surveys_once(claire: Claire) -> None:
    path = claire.link(Opens.PREFERENCES)
    for cookies in ({}, {"sessionid": "someone", "csrftoken": "x"}, {}):
        client = visitor()
        client.cookies.load(cookies)
        answer = client.post(
            f"{path}stop/", "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
        )  # fmt: skip
        assert answer.status_code == 200
        assert cookies or not answer.cookies
    assert acts() == [
        ("opt_out", "marketing", "property", "one_click"),
        ("opt_out", "survey", "property", "one_click"),
    ]
    assert claire.may(Purpose.SERVICE)
    assert claire.may(Purpose.STAY)


def test_a_link_out_of_a_list_works_years_later_and_after_the_address_was_forgotten(
    claire: Claire,
) -> None:
    path = claire.link(Opens.PREFERENCES)
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM contact_use")
        cursor.execute("DELETE FROM contact_point")
    with clock.use(lambda: NOON + timedelta(days=3_000)):
        assert visitor().post(f"{path}stop/").status_code == 200
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM consent_act WHERE address_hash <> ''")
        assert cursor.fetchone() == (2,)


@pytest.mark.parametrize("ending", ["", "stop/", "arrival/", "survey/"])
def test_every_wrong_link_sees_the_same_page_and_changes_nothing(
    claire: Claire, ending: str
) -> None:
    right = claire.link(Opens.PREFERENCES).split("/")[2]
    ended = claire.link(Opens.SURVEY, expires_at=NOON - timedelta(days=1)).split("/")[2]
    other = claire.link(Opens.SURVEY if ending in ("", "stop/") else Opens.PREFERENCES)
    wrong = ["A" * 43, right[:-1], right + "A", ended, other.split("/")[2], "\x00", "' OR 1=1--"]
    seen = set()
    for token in wrong:
        for answer in (
            visitor().get(f"/g/{token}/{ending}"),
            visitor().post(f"/g/{token}/{ending}"),
        ):
            assert answer.status_code == 404
            seen.add(answer.content.replace(token.encode(), b""))
    assert len({page.count(b"opens nothing") for page in seen}) == 1
    assert not acts()


def test_who_tries_many_links_is_refused_and_who_has_a_right_one_is_not(claire: Claire) -> None:
    client, path = visitor(), claire.link(Opens.PREFERENCES)
    answers = [client.get(f"/g/{'A' * 43}/").status_code for _ in range(40)]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert client.get(path).status_code == 200


def test_the_page_behind_the_link_stops_service_and_keeps_what_the_stay_needs(
    claire: Claire,
) -> None:
    page = wants(claire, *Purpose, only_stay="yes")
    assert "You still get: What your stay needs." in " ".join(page.split())
    allowed = {purpose for purpose in Purpose if claire.may(purpose)}
    assert allowed == {Purpose.STAY}


def test_what_the_stay_needs_is_stopped_only_there_and_by_name(claire: Claire) -> None:
    page = wants(claire)
    assert "Nothing is written to this address any more." in page
    assert not any(claire.may(purpose) for purpose in Purpose)


def test_leaving_one_hotels_list_keeps_the_others_and_all_leaves_every_scope(
    claire: Claire,
) -> None:
    wants(claire, Purpose.STAY, within="property")
    assert not claire.may(Purpose.SERVICE)
    assert claire.may(Purpose.SERVICE, claire.other)
    wants(claire, Purpose.STAY, within="legal_entity")
    assert not claire.may(Purpose.SERVICE, claire.other)
    elsewhere = scene.make.hotel("LIS", name="Casa Andorinha")
    assert claire.may(Purpose.SERVICE, elsewhere)
    wants(claire, Purpose.STAY, within="group")
    assert not claire.may(Purpose.SERVICE, elsewhere)


def test_a_choice_is_kept_with_the_words_that_stood_before_the_guest(claire: Claire) -> None:
    path = claire.link(Opens.PREFERENCES, language="fr")
    visitor().post(path, ALL)
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT act, origin, actor, wording, wording_version, language, at, proof ? 'guest_link'
                 FROM consent_act WHERE purpose = 'marketing'"""
        )
        ((act, origin, actor, wording, version, language, at, has_link),) = cursor.fetchall()
    assert (act, origin, actor, language, at) == ("confirm", "guest_page", "guest", "fr", NOON)
    assert version
    assert has_link
    assert ": " in wording.replace("\u202f", " ")


def test_what_is_undone_is_as_before(claire: Claire) -> None:
    before = {purpose for purpose in Purpose if claire.may(purpose)}
    page = wants(claire, Purpose.STAY, within="group")
    assert 'name="service"' in page
    with clock.use(lambda: NOON + timedelta(minutes=1)):
        wants(claire, *before, within="group")
    later = NOON + timedelta(minutes=2)
    assert {each for each in Purpose if claire.may(each, now=later)} == before


def test_what_he_only_leaves_standing_is_no_new_agreement(claire: Claire) -> None:
    wants(claire, Purpose.STAY, Purpose.SERVICE)
    assert {act for act, *_ in acts()} == {"opt_out"}


def test_the_page_speaks_the_guests_language_and_leads_to_the_others(claire: Claire) -> None:
    path = claire.link(Opens.PREFERENCES, language="es")
    page = visitor().get(path)
    assert page["Content-Language"] == "es"
    assert '<html lang="es">' in page.content.decode()
    assert visitor().get(f"{path}?lang=fr")["Content-Language"] == "fr"


def test_the_address_of_the_page_is_told_to_nobody(claire: Claire) -> None:
    page = visitor().get(claire.link(Opens.PREFERENCES))
    assert page["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page["X-Robots-Tag"]
    assert page["Cache-Control"] == "no-store"
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert not page.cookies
