"""Tables that become lists on phones: their parts keep their names for readers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Context, Template

from staytrue import web
from tests.web.house import House

TEMPLATES = sorted((Path(web.__file__).parent / "templates").rglob("*.html"))
STACKED = re.compile(r'<table class="table stack".*?</table>', re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_draws_such_a_table_itself(path: Path) -> None:
    assert "table stack" not in path.read_text(encoding="utf-8")


def test_every_part_is_named_also_within_conditions_and_loops() -> None:
    source = (
        '{% load staytrue %}{% stack %}<thead><tr><th scope="col">A</th></tr></thead><tbody>'
        '{% for n in rows %}<tr data-row><th scope="row">{{ n }}</th>{% if n %}<td>1</td>'
        "{% endif %}</tr>{% endfor %}</tbody>{% endstack %}"
    )
    told = Template(source).render(Context({"rows": ["<tr>"]}))
    assert told == (
        '<table class="table stack" role="table"><thead role="rowgroup"><tr role="row">'
        '<th scope="col" role="columnheader">A</th></tr></thead><tbody role="rowgroup">'
        '<tr role="row" data-row><th role="rowheader" scope="row">&lt;tr&gt;</th>'
        '<td role="cell">1</td></tr></tbody></table>'
    )


@pytest.mark.parametrize("path", ["/today/", "/stays/", "/connections/", "/audit/", "/guests/"])
def test_no_part_of_such_a_table_is_without_its_name(path: str, hotel_house: House) -> None:
    client = hotel_house.client("administrator", "general_manager", everywhere=True)
    tables = STACKED.findall(client.get(path).content.decode())
    assert tables
    parts = re.findall(r"<(?:thead|tbody|tr|td|th)\b[^>]*>", "".join(tables))
    assert [part for part in parts if "role=" not in part] == []
