"""What a role may do and which fields it may read: one table, and the seven roles to begin with.

Pure. Deny by default: a right that a role does not list is not given, a field that FIELDS does not
list is shown to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


def _(words: str) -> str:
    """Mark words for the translators; the screen translates them."""
    return words


RIGHTS: Mapping[str, str] = MappingProxyType(
    {
        "stays.read": _("See reservations and stays"),
        "profiles.read": _("See guest profiles"),
        "contact.read": _("See e-mail addresses, phone numbers and postal addresses"),
        "room.read": _("See room numbers"),
        "money.read": _("See amounts and bills"),
        "identity.read": _("See birth dates and nationality"),
        "notes.read": _("See notes from the PMS"),
        "source.read": _("See the PMS's own fields as they came"),
        "guests.merge": _("Decide which profiles are one guest"),
        "guests.correct": _("Correct guests' data and choose personas"),
        "guests.elsewhere": _("See that a guest also stays at other hotels, without details"),
        "matching.manage": _("Set how guests are recognised"),
        "consent.record": _("Record what guests say about being written to"),
        "consent.manage": _("Set legal grounds, sign statements and keep the suppression list"),
        "templates.write": _("Write texts to guests and the hotel's letterhead"),
        "templates.approve": _("Approve texts to guests"),
        "journeys.write": _("Write and rehearse journeys"),
        "journeys.approve": _("Approve journeys and switch them on"),
        "mailings.write": _("Write mailings and see whom they would reach"),
        "mailings.approve": _("Approve mailings"),
        "mailings.send": _("Send, pause and recall mailings"),
        "checkout.manage": _("Set what check-outs do, and which contacts they take over"),
        "checkout.run": _("Run check-outs of past days, with preview"),
        "loyalty.read": _("See points, tiers and the programme"),
        "loyalty.manage": _("Set the programme, its terms and pauses"),
        "points.adjust": _("Enter opening balances, adjust and redeem points"),
        "messages.answer": _("Confirm or drop messages that wait for a person"),
        "cases.request": _("See and work on guests' requests"),
        "cases.promise": _("See and work on promises before arrival"),
        "cases.preference": _("See and work on preferences"),
        "cases.recovery": _("See and work on service recoveries"),
        "cases.feedback": _("See and work on feedback"),
        "cases.reply": _("See and work on replies to mailings"),
        "cases.all": _("See the cases of every department"),
        "cases.money": _("Propose charges, refunds, deposits and costs"),
        "cases.write": _("Write letters to guests from cases"),
        "cases.approve": _("Approve cases, exceptions and money above the limit"),
        "desk.manage": _("Set departments, shifts, types of cases and house rules"),
        "desk.figures": _("See the figures of the desk and check cases drawn by lot"),
        "export.list": _("Export lists"),
        "connections.read": _("See connections and how fresh they are"),
        "connections.manage": _("Set up and change connections"),
        "parked.release": _("Release or retry parked records"),
        "deliveries.release": _("Release deliveries that a brake holds"),
        "deliveries.raw": _("Read raw deliveries"),
        "day.close": _("Close the business date"),
        "sending.arm": _("Set up, arm and stop sending"),
        "staff.manage": _("Manage members, roles and keys"),
        "audit.read": _("Read the audit"),
        "api.use": _("Use the API with a key of one's own"),
    }
)

SENSITIVE = frozenset(
    {
        "connections.manage",
        "consent.manage",
        "deliveries.raw",
        "export.list",
        "loyalty.manage",
        "mailings.approve",
        "mailings.send",
        "matching.manage",
        "points.adjust",
        "sending.arm",
        "staff.manage",
    }
)
"""Rights with which one stolen password would harm many guests: they ask for a second factor."""

# The right that opens each field of a stay or a profile as screens and API show them.
_STAY = "stays.read"
_PROFILE = "profiles.read"
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            [
                "number",
                "leg",
                "property",
                "group_number",
                "status",
                "source_status",
                "status_origin",
                "arrival_on",
                "departure_on",
                "nights",
                "created_at",
                "modified_at",
                "cancelled_at",
                "checked_in_at",
                "checked_out_at",
                "adults",
                "children",
                "infants",
                "room_category",
                "rate_code",
                "board",
                "source_board",
                "channel",
                "source_channel",
                "source",
                "segment",
                "source_segment",
                "derived_segment",
                "currency",
                "tax_included",
                "version",
                "guests",
                "extras",
                "seen_on",
                "out_of_sight_since",
                "out_of_sight_cause",
                "as_of",
            ],
            _STAY,
        ),
        **dict.fromkeys(
            [
                "source_id",
                "kind",
                "title",
                "first_name",
                "last_name",
                "second_last_name",
                "language",
                "country",
                "vip",
                "loyalty",
                "consents",
                "merged_into",
                "deleted",
                "anonymised",
            ],
            _PROFILE,
        ),
        **dict.fromkeys(["emails", "phones", "addresses"], "contact.read"),
        **dict.fromkeys(
            ["amount", "room_amount", "folio", "payment_method", "source_payment", "card_token"],
            "money.read",
        ),
        **dict.fromkeys(["birth_date", "nationality"], "identity.read"),
        "room_number": "room.read",
        "notes": "notes.read",
        "custom": "source.read",
    }
)


@dataclass(frozen=True)
class BuiltIn:
    """A role as it is before anybody edits it."""

    key: str
    name: str
    rights: frozenset[str]


def _role(key: str, name: str, rights: str) -> BuiltIn:
    return BuiltIn(key, name, frozenset(rights.split()))


_CASES = " ".join(f"cases.{kind}" for kind in (
    "request", "promise", "preference", "recovery", "feedback", "reply",
))  # fmt: skip
_GUEST = "stays.read profiles.read contact.read room.read notes.read"

ROLES: tuple[BuiltIn, ...] = (
    BuiltIn("administrator", _("Administrator"), frozenset(RIGHTS)),
    _role(
        "general_manager",
        _("General manager"),
        f"{_GUEST} money.read identity.read source.read export.list connections.read"
        " guests.merge guests.correct guests.elsewhere consent.record consent.manage parked.release deliveries.release day.close audit.read api.use"
        " journeys.write journeys.approve templates.write templates.approve messages.answer sending.arm"
        " mailings.write mailings.approve mailings.send checkout.manage checkout.run"
        " loyalty.read loyalty.manage points.adjust"
        f" {_CASES} cases.all cases.money cases.write cases.approve desk.manage desk.figures",
    ),
    _role(
        "guest_relations",
        _("Guest relations"),
        f"{_GUEST} money.read identity.read source.read connections.read parked.release"
        " guests.merge guests.correct guests.elsewhere consent.record templates.write messages.answer"
        f" {_CASES} cases.all cases.money cases.write desk.figures",
    ),
    # Marketing writes to guests and needs no door to knock on: the category, not the number.
    _role(
        "marketing",
        _("Marketing"),
        "stays.read profiles.read contact.read export.list journeys.write templates.write"
        " mailings.write mailings.send cases.reply cases.all cases.write",
    ),
    _role(
        "front_desk",
        _("Front desk"),
        f"{_GUEST} money.read connections.read guests.correct guests.elsewhere consent.record messages.answer"
        " cases.request cases.promise cases.preference cases.all cases.money cases.write",
    ),
    _role("department", _("Department"), "stays.read room.read cases.request cases.preference"),
    # An auditor checks what was done, not who slept where.
    _role("auditor", _("Auditor"), "audit.read connections.read"),
)
