"""Links in texts: where they lead."""

from __future__ import annotations

import pytest

from staytrue.messages.writing import foreign

OWN = {"sirga.example"}


@pytest.mark.parametrize(
    ("source", "code", "may_pass"),
    [
        ("see https://other.example/offer", "link_foreign", True),
        ("[us](https://sirga.example.evil.example)", "link_foreign", True),
        ("[us](www.other.example)", "link_foreign", True),
        ("[us](http://127.0.0.1/x)", "link_to_number", True),
        ("[us](http://2130706433/)", "link_to_number", True),
        ("[us](http://0x7f.1/)", "link_to_number", True),
        ("[us](http://[::1]/)", "link_to_number", True),
        ("[us](https://xn--pypal-4ve.example)", "link_mixed", True),
        ("[us](https://sіrga.example)", "link_mixed", True),
        ("[us](https://señor.example)", "link_look_alike", True),
        ("[us](javascript:alert%281%29)", "link_unsafe", False),
        ("[us](data:text/html;base64,AAAA)", "link_unsafe", False),
        ("[us](https://sirga.example@evil.example)", "link_unreadable", False),
        ("[us](https://{{ guest.last_name }}.example)", "link_from_data", False),
        ("go to https://{{ guest.last_name }}", "link_from_data", False),
    ],
)
def test_a_link_elsewhere_is_told(source: str, code: str, *, may_pass: bool) -> None:
    (found,) = foreign.check(source, OWN)
    assert (found.code, found.needs_approval) == (code, may_pass)


@pytest.mark.parametrize(
    "source",
    [
        "[us](https://sirga.example/rooms)",
        "[us](https://www.sirga.example)",
        "[go]({{ links.survey }})",
        "[us]({{ hotel.website }})",
        "[write](mailto:hello@sirga.example)",
        "[call](tel:+34944550100)",
    ],
)
def test_the_hotels_own_links_need_no_look(source: str) -> None:
    assert foreign.check(source, OWN) == []
