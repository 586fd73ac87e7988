"""Which page of help belongs to which screen."""

from __future__ import annotations

START, DOOR = "start", "door"
SCREENS = {
    "today": "today today_of home next",
    "stays": "stays stay",
    "guests": "guests guest profile guest_export",
    "card": "guest_card guest_profiles guest_history guest_parting guest_cases",
    "guest_consent": "guest_consent guest_opt_out",
    "account": "guest_account",
    "figures": "flows capture reach completeness",
    "duplicates": "review hubs hub households household",
    "recognition": "recognition sources",
    "consent": "consent grounds",
    "website_forms": "website_entries website_form_open",
    "journeys": (
        "journeys journey journey_step journey_versions journey_shadow journey_change hotel_messages"
    ),
    "sending": "sending outlet_set_up coming_back",
    "wrong_sends": "wrong_sends wrong_send",
    "mailings": "mailings mailing_new mailing",
    "outbox": "outbox message",
    "desk": "desk desk_new case case_open case_letter alerts shift desk_report spot_checks"
    " spot_check busy_reports busy_report"
    " outside_reviews desk_settings desk_settings_first",
    "search": "search",
    "connections": (
        "connections connect connection connection_settings connection_pace connection_progress "
        "fields fidelity raw_part"
    ),
    "texts": "texts text text_mail letterhead",
    "members": "members member roles role signing_in",
    "audit": "audit",
    "me": "me lock lock_now",
    "check_outs": "check_outs check_out_list check_out_preview check_out_run",
    "check_out_settings": "check_out_settings",
    "loyalty": "loyalty loyalty_version",
    "terms": "loyalty_terms",
    "draft": "loyalty_draft",
    "pause": "loyalty_pause",
    "liability": "liability",
    "openings": "openings",
    "points": "",
    START: "more help help_of",
}
"""Page of help → the screens that lead to it."""
OF_LOYALTY = frozenset({"loyalty", "terms", "draft", "pause", "liability", "openings", "points"})
"""Pages that are there only where there is a programme."""
_PAGE = {screen: page for page, screens in SCREENS.items() for screen in screens.split()}


def page_of(screen: str) -> str:
    """The page for a screen; one of a library's account pages is about one's own sign-in."""
    if screen.startswith(("account_", "mfa_")):
        return "me"
    return _PAGE.get(screen, START)


def known() -> frozenset[str]:
    """Every screen that has help."""
    return frozenset(_PAGE)
