"""A living PMS is read page by page while it changes, and sometimes gives the wrong page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from staytrue.connectors.base import Http
from staytrue.connectors.mews import api
from staytrue.kit.http import Response
from staytrue.lab.rigs.group import Group
from staytrue.lab.rigs.houses import Clock
from staytrue.lab.rigs.weather import CALM
from tests import make
from tests.lab.rigs.conftest import MORNING, Build, small_world

pytestmark = pytest.mark.django_db(transaction=True)

ROWS_OF_A_PAGE = 10
EVERY = 37


@dataclass
class Misturned:
    """The way to a Mews that now and then gives another page than was asked for."""

    http: Http
    fault: str
    last: dict[str, Response] = field(default_factory=dict)
    pages: int = 0
    happened: int = 0

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Response:
        """The page, or another."""
        answer = self.http.request(method, url, headers=headers, body=body)
        asked = json.loads(body or b"{}")
        if answer.status != 200 or "Limitation" not in asked:
            return answer
        is_first = "Cursor" not in asked.pop("Limitation")
        question = url + json.dumps(asked)
        before, self.last[question] = self.last.get(question), answer
        self.pages += not is_first
        if is_first or before is None or self.pages % EVERY or not self.fault:
            return answer
        self.happened += 1
        if self.fault == "repeated":
            return before
        said = json.loads(answer.body)
        (name,) = (key for key, rows in said.items() if isinstance(rows, list))
        if self.fault == "missing":
            return replace(answer, body=json.dumps({name: [], "Cursor": None}).encode())
        # A row that came in meanwhile pushed the last of the page before onto this one.
        said[name] = [*json.loads(before.body)[name][-1:], *said[name][: ROWS_OF_A_PAGE - 1]]
        said["Cursor"] = said[name][-1]["Id"]
        return replace(answer, body=json.dumps(said).encode())


@pytest.mark.parametrize("fault", ["repeated", "shifted", "missing"])
def test_pages_that_come_again_shifted_or_not_at_all_lose_nothing(
    house: Build, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(api, "COUNT", ROWS_OF_A_PAGE)
    clock = Clock(MORNING)
    group = Group(clock, rates=CALM)
    member = group.add(house("mews", clock, small_world(), is_kind=True), make.hotel())
    turned = member.network.http = Misturned(member.network.http, fault)
    for _ in group.run(timedelta(hours=6), step=timedelta(minutes=30)):
        pass
    turned.fault = ""
    group.be_still()
    assert turned.happened > 2
    assert not "\n".join(group.differences(member))
