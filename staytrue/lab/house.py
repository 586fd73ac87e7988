"""The invented hotels: their rooms, and the words their PMS uses for our codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from staytrue.hotel.codes import Board, Channel, Payment, Segment, Status

STATUS_WORDS = {
    Status.OPTION: "Option",
    Status.CONFIRMED: "Confirmed",
    Status.WAITLIST: "Waitlist",
    Status.IN_HOUSE: "In house",
    Status.CHECKED_OUT: "Checked out",
    Status.CANCELLED: "Cancelled",
    Status.NO_SHOW: "No show",
}
CHANNEL_WORDS = {
    Channel.WEBSITE: "Website",
    Channel.DIRECT: "Phone",
    Channel.CORPORATE: "Corporate",
    Channel.OTA: "OTA",
    Channel.GDS: "GDS",
    Channel.TOUR_OPERATOR: "Tour operator",
    Channel.GROUP: "Group",
}
BOARD_WORDS = {
    Board.RO: "Room only",
    Board.BB: "Breakfast",
    Board.HB: "Half board",
    Board.FB: "Full board",
    Board.AI: "All inclusive",
}
SEGMENT_WORDS = {
    Segment.BUSINESS: "Business",
    Segment.LEISURE: "Leisure",
    Segment.GROUP: "Group",
    Segment.OTHER: "Other",
}
PAYMENT_WORDS = {
    Payment.CARD: "Card",
    Payment.TRANSFER: "Transfer",
    Payment.CASH: "Cash",
    Payment.AGENCY: "Agency",
}


@dataclass(frozen=True)
class Category:
    """A kind of room: its share of the house, and its price against the cheapest."""

    name: str
    share: float
    price: float


CATEGORIES = (
    Category("Classic", 0.56, 1.0),
    Category("Superior", 0.24, 1.2),
    Category("Superior patio", 0.14, 1.35),
    Category("Suite", 0.06, 2.1),
)


@dataclass(frozen=True)
class House:
    """A hotel as its PMS knows it: code, zone, money and rooms by category."""

    code: str
    name: str
    zone: ZoneInfo
    country: str
    currency: str
    rooms: dict[str, tuple[str, ...]]

    @property
    def size(self) -> int:
        """How many rooms it has."""
        return sum(len(rooms) for rooms in self.rooms.values())

    def instant(self, day: date, minute: int) -> datetime:
        """The instant of a minute of a local day, in UTC: instants must compare across zones."""
        local = datetime.combine(day, time(), self.zone) + timedelta(minutes=minute)
        return local.astimezone(UTC)


def hotel_sirga(code: str = "BIO", rooms: int = 90) -> House:
    """The first hotel of tests, documents and demo: Hotel Sirga in Bilbao."""
    return House(code, "Hotel Sirga", ZoneInfo("Europe/Madrid"), "ES", "EUR", rooms_of(rooms))


def rooms_of(count: int) -> dict[str, tuple[str, ...]]:
    """So many rooms by category, numbered by floor."""
    per_floor = 15
    numbers = [f"{1 + n // per_floor}{1 + n % per_floor:02d}" for n in range(count)]
    rooms: dict[str, tuple[str, ...]] = {}
    for category in reversed(CATEGORIES[1:]):
        share = max(1, round(category.share * count))
        rooms[category.name], numbers = tuple(numbers[-share:]), numbers[:-share]
    rooms[CATEGORIES[0].name] = tuple(numbers)
    return rooms


@dataclass
class RoomBook:
    """Which room is taken on which night: no two parties ever sleep in one bed."""

    house: House
    _taken: dict[str, set[int]] = field(default_factory=dict)

    def take(self, category: str, first: date, last: date) -> str | None:
        """A room of the category free from `first` to `last`, else a better or any other one."""
        nights = range(first.toordinal(), max(last.toordinal(), first.toordinal() + 1))
        own = self.house.rooms[category]
        others = (rooms for name, rooms in self.house.rooms.items() if name != category)
        for rooms in (own, *others):
            for room in rooms:
                taken = self._taken.setdefault(room, set())
                if taken.isdisjoint(nights):
                    taken.update(nights)
                    return room
        return None
