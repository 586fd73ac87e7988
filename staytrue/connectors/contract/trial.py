"""One connector on one simulated PMS: fresh houses to follow, and how mirror and truth compare."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from staytrue.connectors.base import Http, Live
from staytrue.connectors.contract.following import Follower, Mirror
from staytrue.connectors.contract.manifest import Manifest
from staytrue.connectors.contract.results import Lacking
from staytrue.connectors.contract.simulated import House, Simulator, Truth
from staytrue.connectors.contract.vocabulary import Situation
from staytrue.hotel.codes import Status

# What every PMS tells of a stay and a guest by itself: money, no-shows, merges and permissions
# have checks of their own, so that a lack shows in one place.
STAY = ("status", "arrival_on", "departure_on", "room_category", "rate_code", "adults", "guests")
# Of these only what stands on the reservation itself and moves its version.
OWN = STAY[:-1]
GUEST = ("first_name", "last_name", "emails")


@dataclass
class Trial:
    """Makes houses for the checks of one connector, and remembers what its records held."""

    live: Live
    manifest: Manifest
    simulator: Simulator
    followers: list[Follower] = field(default_factory=list)

    def house(self, *situations: Situation) -> House:
        """A fresh house that plays these."""
        house = self.simulator(frozenset(situations))
        for one in situations:
            if one not in house.plays:
                raise Lacking(f"It is claimed, and the simulated PMS does not play {one.value}.")
        return house

    def follow(
        self, *situations: Situation, through: Callable[[House], Http] | None = None
    ) -> Follower:
        """Who follows a fresh house, having read nothing yet."""
        house = self.house(*situations)
        follower = Follower(self.live, house, through(house) if through else house)
        self.followers.append(follower)
        return follower

    def seen(self, object: str) -> set[str]:
        """The fields in which some record of this kind said something until now."""
        return {name for one in self.followers for name in one.seen.get(object, ())}


def met(house: House, situation: Situation) -> Collection[str]:
    """The keys that met this, of which there must be some."""
    keys = house.touched(situation.value)
    if not keys:
        raise Lacking(f"The simulated PMS never played {situation.value}.")
    return keys


def living(truth: Truth) -> dict[str, Any]:
    """The stays to compare: a no-show is told in too many ways and has a check of its own."""
    return {number: stay for number, stay in truth[0].items() if stay.status is not Status.NO_SHOW}


def agree(
    mirrored: Mapping[str, msgspec.Struct],
    truth: Mapping[str, msgspec.Struct],
    names: Iterable[str],
    what: str,
) -> None:
    """Lacking, if a record of the truth is missing or says something else in these fields."""
    wrong = list(_differences(mirrored, truth, tuple(names)))
    if wrong:
        more = f" And {len(wrong) - 1} more." if len(wrong) > 1 else ""
        raise Lacking(f"{what}: {wrong[0]}.{more}")


def _differences(
    mirrored: Mapping[str, msgspec.Struct], truth: Mapping[str, msgspec.Struct],
    names: tuple[str, ...],
) -> Iterator[str]:  # fmt: skip
    for key, theirs in truth.items():
        ours = mirrored.get(key)
        if ours is None:
            yield f"{key} is missing"
            continue
        for name in names:
            mine, wanted = _said(ours, name), _said(theirs, name)
            if mine != wanted:
                yield f"{key} has {name} {mine!r} instead of {wanted!r}"


def _said(record: msgspec.Struct, name: str) -> Any:
    """A field's value as far as every PMS tells it the same way."""
    value = getattr(record, name)
    if name == "emails":
        return [mail.address for mail in value]
    if name == "guests":
        return sorted((guest.role.value, guest.profile) for guest in value)
    if name == "consents":
        return sorted((one.purpose, one.channel, one.state) for one in value)
    if name == "folio":
        return sorted((line.kind.value, line.amount) for line in value)
    return getattr(value, "value", value)


def same_mirror(mirror: Mirror, undisturbed: Mirror, what: str) -> None:
    """Lacking, if an undisturbed follower knows something that this one does not."""
    agree(mirror.reservations, undisturbed.reservations, STAY, what)
    agree(mirror.profiles, undisturbed.profiles, GUEST, what)
