"""Every route × role × property: what one may not do is refused, what is another's does not exist."""

from __future__ import annotations

import pytest

from tests.staff import matrix
from tests.web.house import House

CELLS = [
    cell for cell in matrix.cells("staytrue.urls") if not cell.route.pattern.startswith("api/")
]
POSTS = {
    "language", "single_keys", "release_delivery", "settle_parts", "end_membership", "resume",
    "new_address", "review_undo", "recognition_count", "guest_word", "guest_persona", "guest_undo",
    "guest_consent_record", "proposed_opt_out", "suppression_back", "basis_choose",
    "statement_sign", "statement_end",
    "guest_apart", "ask_looked", "message_answer", "stay_read", "texts_adopt", "text_act", "text_check", "sending_stop",
    "mailing_list", "mailing_act", "wrong_send_act",
    "outlet_act", "carrier_reports", "carrier_mail", "carrier_text",
    "website_entry", "website_form_open", "stay_release",
    "journey_install", "journey_rehearse", "journey_approve", "journey_place", "journey_change",
    "journey_preview",
    "desk_new", "case_open", "case_act", "case_money", "shift_read", "spot_check", "busy_report_read",
    "machine_new", "machine_end", "remove_factors", "end_sessions", "pin", "lock_now",
    "profile_reveal", "guest_reveal", "stay_reveal",
    "check_out_change", "loyalty_pausing", "guest_points",
}  # fmt: skip


PARTS = {
    "<int:pk>": "1",
    "<int:event>": "1",
    "<int:number>": "1",
    "<slug:key>": "front_desk",
    "<slug:kind>": "pre_stay",
    "<slug:name>": "pre_stay",
    "<int:case_id>": "1",
    "<int:line_id>": "1",
    "<int:check_id>": "1",
    "<int:report_id>": "1",
    "shift/<str:code>": "shift/BIO",
    "at/<str:code>": "at/BIO",
    "of/<str:code>": "of/BIO",
    "w/<str:code>": "w/BIO",
    "hotels/<str:code>": "hotels/BIO",
    "<slug:channel>": "email",
    "<uuid:public_id>": "01900000-0000-7000-8000-000000000001",
}


def address(route: matrix.Route, house: House) -> str:
    """The route's address for things of Hotel Sirga."""
    here = {
        "today/<str:code>/": "today/BIO/",
        "stays/<int:pk>/": f"stays/{house.stay('30117')}/",
        "guests/<int:pk>/": f"guests/{house.guest('G1')}/",
        "texts/letterhead/<str:code>/": "texts/letterhead/BIO/",
        "connections/<str:name>/": "connections/bio-files/",
        "connections/<str:name>/parked/": "connections/bio-files/parked/",
        "connections/<str:name>/resume/": "connections/bio-files/resume/",
        "connections/<str:name>/settings/": "connections/bio-files/settings/",
        "connections/<str:name>/address/": "connections/bio-files/address/",
        "connections/<str:name>/fields/": "connections/bio-files/fields/",
        "connections/<str:name>/fidelity/": "connections/bio-files/fidelity/",
        "connections/<str:name>/pace/": "connections/bio-files/pace/",
        "connections/<str:name>/progress/": "connections/bio-files/progress/",
    }
    pattern = here.get(route.pattern, route.pattern)
    for part, value in PARTS.items():
        pattern = pattern.replace(part, value)
    return f"/{pattern}"


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.route.name}-{cell.role}")
def test_a_route_is_open_to_exactly_its_roles(cell: matrix.Cell, hotel_house: House) -> None:
    # Members and roles belong to all hotels, and so do those who manage them.
    client = hotel_house.client(cell.role, everywhere=cell.role == "administrator")
    where = address(cell.route, hotel_house)
    answer = client.post(where) if cell.route.name in POSTS else client.get(where)
    assert (answer.status_code in {403, 405}) is not cell.may, answer.status_code
    assert answer.status_code != 500
