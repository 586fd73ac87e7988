"""What a delivery makes known beside its records: cards removed, numbers used again, labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from staytrue.hotel import actions as hotel
from staytrue.hotel import scope
from staytrue.inbox import parcels
from staytrue.inbox.models import Connection, Delivery
from staytrue.mirror import queries
from staytrue.staff import audit
from staytrue.staff.actions import NewAsk, open_ask, open_asks

if TYPE_CHECKING:
    from staytrue.flow.intake import Work

# A PMS that began its numbers again reuses all of them: a person needs the fact, not a thousand.
ASKED_MAX = 20


def tell_cards(link: Connection, delivery: Delivery, now: datetime) -> None:
    """Card numbers were masked on entry: the audit has the count, the administrator is asked.

    A feed that sends them is wrong at its source, and masking here does not mend that.
    """
    count = delivery.facts.get("masked_cards", 0)
    if not count:
        return
    with scope.everything(), audit.acting(f"connection:{link.name}", now):
        audit.record(
            "card_numbers_removed",
            f"delivery:{delivery.pk}",
            property_id=link.property_id,
            facts={"count": count},
        )
        ask = NewAsk(
            key=f"card-numbers:{link.pk}",
            kind="card_numbers_removed",
            role="administrator",
            property_id=link.property_id,
            facts={"connection": link.name, "count": count} | parcels.told_of(delivery),
            link=link.page(),
        )
        open_ask(ask, now)


def tell_reused(work: Work) -> None:
    """Numbers the PMS used for another booking: findings of the delivery, and asked about."""
    reused = queries.reused_numbers(work.link.id, work.delivery.id)
    summary = work.summary
    found = [
        {"code": "number_reused", "line": line, "facts": {"number": number, "leg": leg}}
        for number, leg, line in reused
    ]
    # First of all findings: of a long list only the beginning is shown.
    summary.findings = [*found, *summary.findings]
    summary.finding_count += len(found)
    open_asks([_ask_about(work, number, leg) for number, leg, _ in reused[:ASKED_MAX]], work.now)


def _ask_about(work: Work, number: str, leg: str) -> NewAsk:
    return NewAsk(
        key=f"number-reused:{work.link.id}:{number}/{leg}",
        kind="number_reused",
        role="administrator",
        property_id=work.link.property_id,
        facts={"connection": work.link.name, "number": number},
        link=work.link.page(),
    )


def keep_labels(property_id: int, labels: Mapping[str, Sequence[Any]]) -> None:
    """The labels a mapping gives to rate codes and room categories."""
    hotel.label_rates(
        property_id,
        [
            (rate.code, rate.text, rate.span.first, rate.span.last)
            for rate in labels.get("rate", ())
        ],
    )
    hotel.label_categories(
        property_id, [(room.code, room.text) for room in labels.get("category", ())]
    )
