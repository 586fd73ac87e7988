"""Connecting a PMS on its page: the form its manifest draws, the test, the secret that never shows."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from staytrue.connectors import registry
from staytrue.connectors.fields import fields_of
from staytrue.flow import outgoing
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import secrets
from staytrue.inbox.models import Connection
from staytrue.kit import paths
from staytrue.lab.bookings import build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.mews.quirks import Quirk
from staytrue.lab.pms.mews.server import Mews
from staytrue.lab.pms.serving import Served
from staytrue.staff import audit
from staytrue.staff.models import AuditEntry
from tests import make
from tests.staff import people
from tests.web.house import NOW, House, signed_in

CANARY = "kanari-91-never-to-be-seen"
HTMX = {"HX-Request": "true"}
NO_QUIRKS: frozenset[Quirk] = frozenset()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    monkeypatch.setattr(outgoing, "_ways", {})


@pytest.fixture
def pms() -> Iterator[Served]:
    """Hotel Sirga's Mews, with nobody booked."""
    day = date(2026, 5, 21)
    world = build_world(7, hotel_sirga(rooms=4), day, day, today=day)
    with Served(Mews(world, lambda: NOW, quirks=NO_QUIRKS).application) as served:
        yield served


def given(house: House, **values: Any) -> dict[str, Any]:
    """What an administrator fills in for Mews; the defaults are the form's own."""
    drawn = {f"set-{f.name}": f.default for f in fields_of(registry.manifest("mews"))}
    own = {"name": "sirga-mews", "property": house.sirga.pk, "cadence": "300", "act": "save"}
    tokens = {"set-client_token": "lab-client", "set-access_token": "lab-access"}
    return drawn | own | tokens | values


def told(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return " ".join(answer.content.decode().split())


def link() -> Connection:
    with scope.everything():
        return Connection.objects.get(name="sirga-mews")


def test_every_pms_is_offered_with_what_it_can_and_the_fragile_one_says_so(
    hotel_house: House,
) -> None:
    text = told(hotel_house.client("administrator").get("/connections/new/"))
    assert all(f"?pms={name}" in text for name in registry.names())
    assert text.count("fragile") == 1
    assert "An update of the PMS may change them" in text


@pytest.mark.parametrize("dialect", registry.names())
def test_the_form_asks_for_everything_the_manifest_names(hotel_house: House, dialect: str) -> None:
    text = told(hotel_house.client("administrator").get(f"/connections/new/?pms={dialect}"))
    for field in fields_of(registry.manifest(dialect)):
        assert f'name="set-{field.name}"' in text


def test_a_saved_connection_keeps_its_secrets_to_itself(hotel_house: House) -> None:
    client = hotel_house.client("administrator")
    answer = client.post(
        "/connections/new/?pms=mews", given(hotel_house, **{"set-access_token": CANARY}),
        follow=True,
    )  # fmt: skip
    assert "First load" in told(answer)
    assert secrets.opened(link())["access_token"] == CANARY
    assert set(link().sealed) == {"client_token", "access_token"}
    pages = ["/connections/", "/connections/sirga-mews/", "/connections/sirga-mews/settings/"]
    everything = "".join(told(client.get(path)) for path in pages) + told(answer)
    assert CANARY not in everything
    assert "kept; write a new one" in everything
    with scope.everything():
        assert CANARY not in str(list(AuditEntry.objects.values()))
        made = AuditEntry.objects.get(object=f"connection:{link().pk}", action="created")
    assert made.actor.startswith("member:")


@pytest.mark.parametrize(
    ("pms", "name", "value", "words"),
    [
        ("export_files", "no_show", "said", "Dits par le PMS lui-même"),
        ("mews", "history", "export", "En un seul export"),
        ("opera_cloud", "instants", "utc", "Heure universelle (UTC)"),
    ],
)
def test_a_setting_of_few_values_is_chosen_by_words(
    hotel_house: House, pms: str, name: str, value: str, words: str
) -> None:
    client = hotel_house.client("administrator", everywhere=True)
    client.post("/language/", {"language": "fr"})
    text = told(client.get(f"/connections/new/?pms={pms}"))
    chosen = text[text.index(f'<select name="set-{name}"') :].split("</select>")[0]
    assert f'<option value="{value}">{words}</option>' in chosen


def test_a_value_that_is_no_choice_is_refused(hotel_house: House) -> None:
    client = hotel_house.client("administrator", everywhere=True)
    answer = client.post("/connections/new/?pms=mews", given(hotel_house, **{"set-history": "all"}))
    assert 'aria-invalid="true"' in told(answer)


def test_what_is_wrong_is_told_beside_the_form_and_no_secret_comes_back(
    hotel_house: House,
) -> None:
    wrong = given(
        hotel_house, **{"set-access_token": CANARY, "set-base_url": "https://169.254.169.254"}
    )
    answer = hotel_house.client("administrator").post("/connections/new/?pms=mews", wrong)
    assert "may not speak to" in told(answer)
    assert CANARY not in told(answer)
    with scope.everything():
        assert not Connection.objects.filter(name="sirga-mews").exists()


@pytest.mark.parametrize("name", ["new", "Sirga Mews", "../etc", "bio-files"])
def test_a_name_that_is_no_name_or_taken_is_refused(hotel_house: House, name: str) -> None:
    client = hotel_house.client("administrator")
    answer = client.post("/connections/new/?pms=mews", given(hotel_house, name=name))
    assert 'role="alert"' in told(answer)


def test_a_test_tells_what_the_pms_said_and_saves_nothing(hotel_house: House, pms: Served) -> None:
    filled = given(hotel_house, act="test", is_private="on", **{"set-base_url": pms.url})
    answer = hotel_house.client("administrator").post(
        "/connections/new/?pms=mews", filled, headers=HTMX
    )
    assert "The PMS answers, and lets us in." in told(answer)
    assert "Mews knows this house as Hotel Sirga." in told(answer)
    with scope.everything():
        assert Connection.objects.filter(dialect="mews").count() == 0


def test_a_test_with_wrong_credentials_says_what_to_do(hotel_house: House, pms: Served) -> None:
    wrong = {"set-base_url": pms.url, "set-access_token": "another"}
    answer = hotel_house.client("administrator").post(
        "/connections/new/?pms=mews", given(hotel_house, act="test", is_private="on", **wrong),
        headers=HTMX,
    )  # fmt: skip
    assert "refused our credentials" in told(answer)


def test_a_test_of_a_form_that_is_not_complete_names_what_is_missing(hotel_house: House) -> None:
    answer = hotel_house.client("administrator").post(
        "/connections/new/?pms=mews", given(hotel_house, act="test", **{"set-access_token": ""}),
        headers=HTMX,
    )  # fmt: skip
    assert "Fill in first: Access token" in told(answer)


def connected(house: House) -> Connection:
    values = {"client_token": "a", "access_token": CANARY, "past_days": "30"}
    with scope.everything(), audit.acting("tests", NOW):
        return inbox.connect("sirga-mews", house.sirga, "mews", values, now=NOW)


def test_settings_change_and_an_empty_secret_stays(hotel_house: House) -> None:
    connected(hotel_house)
    client = hotel_house.client("administrator")
    changed = {"set-access_token": "", "set-client_token": "b", "set-past_days": "", "cadence": 900}
    answer = client.post("/connections/sirga-mews/settings/", given(hotel_house, **changed))
    assert answer.status_code == 302
    opened = secrets.opened(link())
    assert (opened["access_token"], opened["client_token"]) == (CANARY, "b")
    assert "past_days" not in opened
    assert link().cadence_seconds == 900


@pytest.mark.parametrize("name", ["Hôtel Sirga", "sirga/mews", '50 %?#"', "..", "new"])
def test_every_page_of_a_connection_opens_whatever_it_is_called(
    hotel_house: House, name: str
) -> None:
    values = {"client_token": "a", "access_token": CANARY}
    with scope.everything(), audit.acting("tests", NOW):
        inbox.connect(name, hotel_house.sirga, "mews", values, now=NOW)
    client = hotel_house.client("administrator")
    for page in ("connection", "connection_settings", "connection_pace", "fields", "fidelity"):
        assert html.escape(name) in told(client.get(reverse(page, args=[name])))
    sheet = client.get(reverse("fields", args=[name]), {"format": "csv"})
    assert sheet.status_code == 200
    made = told(client.post(reverse("new_address", args=[name])))
    assert f"http://testserver/hooks/{paths.quoted(name)}/" in made
    changed = client.post(reverse("connection_settings", args=[name]), given(hotel_house))
    assert (changed.status_code, changed["location"]) == (302, reverse("connection", args=[name]))


ONE = "This one address serves all houses of the integration"


def test_the_address_says_that_it_serves_all_houses_of_the_integration(hotel_house: House) -> None:
    connected(hotel_house)
    client = hotel_house.client("administrator")
    shown = told(client.get("/connections/sirga-mews/settings/"))
    made = told(client.post("/connections/sirga-mews/address/"))
    for page in (shown, made):
        assert f"{ONE}: all connections that have the same values in: Client token," in page


def test_the_calls_a_minute_that_were_agreed_are_shown_and_changed(hotel_house: House) -> None:
    connected(hotel_house)
    client, page = hotel_house.client("administrator"), "/connections/sirga-mews/settings/"
    changed = {"set-calls_a_minute": "120", "set-access_token": ""}
    assert client.post(page, given(hotel_house, **changed)).status_code == 302
    assert link().settings["calls_a_minute"] == "120"
    shown = told(client.get(page))
    assert "Calls a minute" in shown
    assert 'value="120"' in shown
    changed["set-calls_a_minute"] = "as many as you like"
    assert "is no number of calls" in told(client.post(page, given(hotel_house, **changed)))
    assert link().settings["calls_a_minute"] == "120"


def test_a_private_address_is_an_administrators_noted_word(hotel_house: House) -> None:
    connected(hotel_house)
    client = hotel_house.client("administrator")
    inside = {"set-base_url": "https://10.0.0.7"}
    path = "/connections/sirga-mews/settings/"
    assert "an administrator must allow" in told(client.post(path, given(hotel_house, **inside)))
    assert client.post(path, given(hotel_house, is_private="on", **inside)).status_code == 302
    with scope.everything():
        assert AuditEntry.objects.filter(action="private_address_allowed").count() == 1


def test_the_address_for_the_pms_is_shown_once(hotel_house: House) -> None:
    connected(hotel_house)
    client = hotel_house.client("administrator")
    text = told(client.post("/connections/sirga-mews/address/"))
    address = text.partition('<pre class="mono">')[2].partition("</pre>")[0]
    secret = address.rpartition("/")[2]
    assert "/hooks/sirga-mews/" in address
    assert link().hook_hash == secrets.hook_hash(secret)
    again = told(client.get("/connections/sirga-mews/settings/"))
    assert secret not in again
    assert "A new one ends it at once." in again


def test_the_first_load_counts_along_and_stays_silent_while_nothing_moves(
    hotel_house: House,
) -> None:
    kept = connected(hotel_house)
    client = hotel_house.client("front_desk")
    path = "/connections/sirga-mews/progress/"
    assert "will be asked within a minute" in told(client.get(path))
    assert client.get(f"{path}?seen=0-0-0-0").status_code == 204
    make.delivery(kept, state="applied", counts={"read": 17})
    assert "<b>17</b>" in told(client.get(f"{path}?seen=0-0-0-0"))
    with scope.everything():
        inbox.set_bookmark(kept, "walk", {"through": NOW.isoformat()}, NOW)
    assert client.get(path)["HX-Refresh"] == "true"


@pytest.mark.parametrize("path", ["new/", "new/?pms=mews", "sirga-mews/settings/"])
def test_only_who_manages_connections_comes_here(hotel_house: House, path: str) -> None:
    connected(hotel_house)
    assert hotel_house.client("general_manager").get(f"/connections/{path}").status_code == 403


def test_an_administrator_of_another_hotel_does_not_see_it(hotel_house: House) -> None:
    connected(hotel_house)
    other = make.hotel("XXX")
    client = signed_in(people.member("administrator", at=other))
    assert client.get("/connections/sirga-mews/settings/").status_code == 404
    filled = given(hotel_house, name="foreign")
    assert client.post("/connections/new/?pms=mews", filled).status_code == 200
    with scope.everything():
        assert not Connection.objects.filter(name="foreign").exists()
