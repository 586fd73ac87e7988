"""Every route × role × property × field: exactly the cells of the table, and each denial is logged.

New routes walk by themselves: one that takes forms only is found by its 405. Parts of an address
that name a thing of a hotel stand in THINGS, so that the other hotel's is tried as well; any other
part takes a word of PARTS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.http import HttpResponse
from pytest_django import DjangoDbBlocker

from staytrue import urls, web
from staytrue.api.app import api
from staytrue.hotel import records
from staytrue.staff import guard, masks
from staytrue.staff.rights import FIELDS, ROLES
from tests.staff import matrix
from tests.web import forms_of, rights_scene
from tests.web.rights_scene import SHOWN, Answer, Scene, words_of

ROUTES = [each for each in matrix.routes("staytrue.urls") if not each.pattern.startswith("api/")]
RIGHTS_OF = {role.key: role.rights for role in ROLES}
CELLS = {(cell.route.name, cell.role): cell.may for cell in matrix.cells("staytrue.urls")}
EVERYWHERE = "administrator"
# How an address begins → whose key stands in it, the longest beginning first.
THINGS = {
    "guests/<int:pk>": "profile",
    "guests/<uuid:public_id>": "guest",
    "guests/consent/<int:pk>/back": "suppression",
    "guests/consent/<int:pk>/": "proposal",
    "guests/forms/<int:pk>": "entry",
    "guests/grounds/<int:pk>": "statement",
    "stays/<int:pk>": "stay",
    "profiles/<int:pk>": "profile",
    "sending/wrong/<int:pk>": "wrong",
    "sending/<int:pk>": "outlet",
    "mailings/<uuid:public_id>": "mailing",
    "messages/<uuid:public_id>": "message",
    "desk/<int:case_id>": "case",
    "desk/money/<int:line_id>": "line",
    "desk/checks/<int:check_id>": "check",
    "desk/reports/<int:report_id>": "report",
    "connections/<name:name>": "connection",
    "deliveries/<int:pk>": "delivery",
    "parked/<int:pk>": "part",
    "members/signing-in/<int:pk>": "machine",
}
# What a form says, where an empty one is nobody's act.
FORMS = {
    "case_act": {"act": "take"},
    "case_money": {"act": "approve"},
    "mailing_act": {"act": "approve"},
    "wrong_send_act": {"act": "take"},
}
# Both rights, where the second is asked for by the view: accounting's file holds money.
ALSO = {"desk_accounting": "money.read"}
CODES = re.compile(r"<str:code>")
# Fields of a stay as the mirror has them, and the words by which those of this hotel are known.
STAY_FIELDS = frozenset(records.Reservation.__struct_fields__)
STAY_WORDS = [word for name in sorted(STAY_FIELDS & SHOWN.keys()) for word in words_of(name, 1)]
# What has the name of such a field and is something else: a way to write to a guest, money that a
# case proposes, where a list or a review comes from. (The API's amount is the case's too.)
OTHERS = frozenset({
    ("card_consent.html", "channel"), ("grounds.html", "channel"), ("opt_out_form.html", "channel"),
    ("case.html", "amount"), ("mailing_new.html", "source"), ("outside_reviews.html", "source"),
})  # fmt: skip
TEMPLATES = Path(web.__file__).parent / "templates"
PARTS = {"int": "1", "uuid": "01900000-0000-7000-8000-000000000001", "slug": "front_desk",
         "str": "pre_stay", "name": "bio-files"}  # fmt: skip
# What programs read: address → the right it asks for.
PROGRAMS = {
    "/api/reservations": "stays.read",
    "/api/reservations/{code}:{number}": "stays.read",
    "/api/profiles": "profiles.read",
    "/api/profiles/{connection}:{person}": "profiles.read",
    "/api/guests": "profiles.read",
    "/api/guests/{guest}": "profiles.read",
    "/api/cases": "stays.read",
    "/api/cases/{case}": "cases.request cases.all",
    "/api/loyalty/terms": "loyalty.read",
}


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """Both hotels, built once: what one request does is taken back before the next."""
    with pytest.MonkeyPatch.context() as patch:
        # What a denial looks like is judged elsewhere, and takes its time.
        patch.setattr(urls, "handler403", lambda *_, **__: HttpResponse("denied", status=403))
        with django_db_blocker.unblock(), rights_scene.built() as made:
            yield made


def thing_of(pattern: str) -> tuple[str, str] | None:
    """Which part of an address names a thing of one hotel, and which thing."""
    for beginning, thing in THINGS.items():
        if pattern.startswith(beginning):
            return beginning[beginning.index("<") : beginning.index(">") + 1], thing
    return ("<str:code>", "code") if CODES.search(pattern) else None


def address(route: matrix.Route, things: dict[str, object]) -> str:
    """The route's address for things of this hotel."""
    pattern = route.pattern
    if named := thing_of(pattern):
        pattern = pattern.replace(named[0], str(things[named[1]]))
    return "/" + re.sub(r"<(\w+):\w+>", lambda part: PARTS[part[1]], pattern)


def walked(scene: Scene, role: str, route: matrix.Route, things: dict[str, object]) -> Answer:
    """What the route says to this role, by a form where it takes nothing else."""
    where = address(route, things)
    answer = scene.ask(role, "get", where)
    if answer.status != 405:
        return answer
    return scene.ask(role, "post", where, FORMS.get(route.name))


@pytest.mark.parametrize("role", RIGHTS_OF)
def test_each_route_is_open_to_exactly_its_roles_and_each_denial_is_logged(
    role: str, scene: Scene
) -> None:
    assert len(ROUTES) > 150
    wrong = {}
    for route in ROUTES:
        answer = walked(scene, role, route, scene.here)
        if CELLS[route.name, role] and ALSO.get(route.name) in {None, *RIGHTS_OF[role]}:
            is_right = answer.status not in {401, 403, 405, 500}
        else:
            is_right = (answer.status, answer.denials) == (403, (("right_missing", route.name),))
        if not is_right:
            wrong[route.name] = answer.status, answer.denials
    assert wrong == {}


@pytest.mark.parametrize("role", [*(role for role in RIGHTS_OF if role != EVERYWHERE),
                                  "administrator_here"])  # fmt: skip
def test_what_is_another_hotels_does_not_exist_and_each_try_is_logged(
    role: str, scene: Scene
) -> None:
    named = [each for each in ROUTES if thing_of(each.pattern) and each.right != guard.OPEN]
    assert len(named) > 60
    wrong = {}
    for route in named:
        # Without the right it is closed here and there alike, before anything is looked for.
        if route.right not in RIGHTS_OF[role.removesuffix("_here")]:
            continue
        answer = walked(scene, role, route, scene.there)
        if (answer.status, answer.denials) != (404, (("not_visible", route.name),)):
            wrong[route.name] = answer.status, answer.denials
    assert wrong == {}


@pytest.mark.parametrize("role", RIGHTS_OF)
def test_a_program_reads_with_the_rights_of_its_member(role: str, scene: Scene) -> None:
    wrong = {}
    for pattern, right in PROGRAMS.items():
        here, there = (told(scene, pattern, role, n) for n in (1, 2))
        may, one = RIGHTS_OF[role].issuperset(right.split()), "{" in pattern
        if one and (here.status == 200) is not may:
            wrong[pattern] = here.status, here.denials
        if one and role != EVERYWHERE and (there.status not in {403, 404} or not there.denials):
            wrong[f"{pattern} there"] = there.status, there.denials
    assert wrong == {}


def told(scene: Scene, pattern: str, role: str, n: int) -> Answer:
    things = (scene.here, scene.there)[n - 1]
    keys = {"number": rights_scene.STAY.format(n=n), "person": rights_scene.PERSON.format(n=n)}
    return scene.ask(role, "get", pattern.format(**things | keys))


@pytest.mark.parametrize("role", RIGHTS_OF)
def test_of_each_hotel_exactly_the_fields_of_the_role_are_shown(role: str, scene: Scene) -> None:
    answers = {each.name: walked(scene, role, each, scene.here) for each in ROUTES}
    answers |= {pattern: told(scene, pattern, role, n) for pattern in PROGRAMS for n in (1, 2)}
    if role == EVERYWHERE:
        answers |= {f"{each.name} there": walked(scene, role, each, scene.there)
                    for each in ROUTES if each.name in {"stay", "profile"}}  # fmt: skip
    reads = {name for name in SHOWN if FIELDS[name] in RIGHTS_OF[role]} - masks.MASKED
    shown = {n: {name: [route for route, answer in answers.items()
                        if any(word in answer.text for word in words_of(name, n))]
                 for name in SHOWN}
             for n in (1, 2)}  # fmt: skip
    for n, wanted in ((1, reads), (2, reads if role == EVERYWHERE else set())):
        seen = {name: where for name, where in shown[n].items() if where}
        assert {name: where for name, where in seen.items() if name not in wanted} == {}
        assert wanted - seen.keys() == set()


def test_no_form_and_no_body_of_the_api_has_an_editable_copy_of_a_mirrored_stay_field(
    scene: Scene,
) -> None:
    pages = {route.name: walked(scene, EVERYWHERE, route, scene.here).text for route in ROUTES}
    controls = [(name, each) for name, page in pages.items() for each in forms_of.written_by(page)]
    assert len({name for name, _ in controls}) > 25
    typed = {(name, each.name): each.value for name, each in controls
             if each.is_typed and any(word in each.value for word in STAY_WORDS)}  # fmt: skip
    assert typed == {}
    # Also of pages that no route of the walk draws: every form that stands in a template.
    drawn = [(path.name, each) for path in sorted(TEMPLATES.rglob("*.html"))
             for each in forms_of.written_in(path.read_text(encoding="utf-8"))]  # fmt: skip
    assert len({name for name, _ in drawn}) > 40
    assert {(name, each.name) for name, each in drawn if each.name in STAY_FIELDS} == OTHERS
    known = {name for _, name in OTHERS}
    assert {each.name for _, each in controls} & STAY_FIELDS - known == set()
    bodies = json.loads(json.dumps(api.get_openapi_schema()))["components"]["schemas"]
    given = {name: set(each["properties"]) for name, each in bodies.items() if "Given" in name}
    assert len(given) > 3
    assert set().union(*given.values()) & STAY_FIELDS - {"property", "amount"} == set()
