"""A hotel whose mirror knows sixty stays, and the faulty files it gets: for the fault tests."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from staytrue.hotel import scope
from staytrue.hotel.codes import GuestRole
from staytrue.hotel.records import GuestOnBooking, Reservation
from staytrue.inbox.models import Delivery
from staytrue.mirror import hashing
from staytrue.mirror.models import Freshness
from staytrue.mirror.models import Reservation as Row
from tests import make

MORNING = datetime(2026, 5, 21, 1, 10, tzinfo=make.UTC)
DAY = timedelta(days=1)
NAMES = ["Müller", "Léa", "Łódź", "Çelik", "Ðorđević", "Ñañez", "Åse", "Žiga"]


def stay(n: int = 1, **facts: Any) -> Reservation:
    given = {
        "number": str(30_000 + n),
        "arrival_on": date(2026, 6, 1) + (n % 60) * DAY,
        "notes": f"Frühstück, {NAMES[n % 8]}",
        "created_at": MORNING - timedelta(days=30),
        "modified_at": MORNING - timedelta(days=3),
        "guests": [GuestOnBooking(GuestRole.PRIMARY, f"G{n}")],
    } | facts
    return make.reservation(**given)


STAYS = [stay(n) for n in range(60)]


class House:
    """A hotel whose mirror knows sixty stays, and the next file it gets."""

    def __init__(self, place: Path, **settings: Any) -> None:
        self.folder = place
        self.link = make.link(make.hotel(), mapping="staytrue_stays", **settings)
        self.mapping = "staytrue_stays"

    def load(self, stays: list[Reservation] = STAYS) -> None:
        path = make.stays_file(self.folder, MORNING, *stays)
        assert make.take(self.link, path, MORNING, self.mapping).refused is None
        self.before = self.state()

    def state(self) -> tuple[str, int, list[Any]]:
        with scope.everything():
            return (
                hashing.state_hash().hash,
                Row.objects.filter(out_of_sight_since__isnull=False).count(),
                list(Freshness.objects.values_list("object", "true_through")),
            )

    def next_file(self, *stays: Reservation, days: int = 1) -> Path:
        return make.stays_file(self.folder, MORNING + days * DAY, *(stays or STAYS))

    def take(self, path: Path, **how: Any) -> make.Outcome:
        return make.take(self.link, path, MORNING + DAY, self.mapping, **how)

    def stands(self, outcome: make.Outcome, *codes: str) -> None:
        """Nothing of it reached the mirror, and answer and delivery say why in one sentence."""
        assert outcome.refused
        assert outcome.code in codes, (outcome.code, outcome.refused)
        assert (outcome.created, outcome.changed, outcome.out_of_sight) == (0, 0, 0)
        assert "\n" not in outcome.refused
        assert self.state() == self.before
        with scope.everything():
            delivery = Delivery.objects.latest("id")
        assert delivery.state in ("refused", "held")
        assert (delivery.reason_code, delivery.reason) == (outcome.code, outcome.refused)


GROUP = (
    "<G_RESERVATION><RESORT>{resort}</RESORT><CONFIRMATION_NO>{n}</CONFIRMATION_NO>"
    "<SHORT_RESV_STATUS>GRD</SHORT_RESV_STATUS><ARRIVAL>05/09/26</ARRIVAL>"
    "<DEPARTURE>08/09/26</DEPARTURE></G_RESERVATION>"
)


def report(folder: Path, count: int, resort: str = "BIO", first: int = 0) -> Path:
    """OPERA's report of invented bookings."""
    groups = "".join(GROUP.format(resort=resort, n=first + n) for n in range(count))
    path = folder / "res_detail.xml"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><RES_DETAIL><LIST_G_GROUP_BY1><G_GROUP_BY1>'
        f"<LIST_G_RESERVATION>{groups}</LIST_G_RESERVATION></G_GROUP_BY1></LIST_G_GROUP_BY1>"
        "</RES_DETAIL>\n"
    )
    return path
