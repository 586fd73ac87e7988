"""Checks of what a connector can do at any moment: load, read, restart, wait, say what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from staytrue.connectors.base import Hint
from staytrue.connectors.contract.following import Follower, Mirror, key_of
from staytrue.connectors.contract.results import Lacking
from staytrue.connectors.contract.simulated import Busy, Forgetful
from staytrue.connectors.contract.trial import (
    GUEST,
    OWN,
    STAY,
    Trial,
    agree,
    living,
    same_mirror,
)
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Profile, Reservation
from staytrue.kit.errors import Forbidden, Misconfigured, Refused, StaytrueError

HOUR = timedelta(hours=1)
AT_CALL = 4
RESTARTS = 12
STRANGE = "99999999"
ELSEWHERE = "zz-another-hotel"


def history(trial: Trial) -> None:
    """After the first load the mirror holds every stay and every guest of a stay."""
    follower = trial.follow()
    follower.first_look()
    truth = follower.house.truth()
    stays = living(truth)
    if not stays:
        raise Lacking("The simulated PMS holds no stays.")
    agree(follower.mirror.reservations, stays, STAY, "The first load is not the truth")
    roster = {guest.profile for stay in stays.values() for guest in stay.guests}
    guests = {id: truth[1][id] for id in roster if id in truth[1]}
    agree(follower.mirror.profiles, guests, GUEST, "The first load is not the truth")


def look_up(trial: Trial) -> None:
    """One stay by its number, one guest by his id, and None for what there is not."""
    follower = trial.follow()
    stays, guests = follower.house.truth()
    stay = next((one for one in stays.values() if one.status is Status.IN_HOUSE), None)
    if stay is None or not stay.guests:
        raise Lacking("Nobody is in house in the simulated PMS.")
    guest = guests[stay.guests[0].profile]
    for hint, key in ((Hint("reservation", stay.number), stay.number),
                      (Hint("profile", guest.source_id), guest.source_id)):  # fmt: skip
        read = trial.live.read(hint, follower.http, follower.settings())
        if read is None:
            raise Lacking(f"The {hint.entity} {key} was not found.")
        follower.take(read)
    agree(follower.mirror.reservations, {stay.number: stay}, STAY, "The look-up is not the truth")
    agree(follower.mirror.profiles, {guest.source_id: guest}, GUEST, "The look-up is not the truth")
    strange = Hint("reservation", STRANGE)
    if trial.live.read(strange, follower.http, follower.settings()) is not None:
        raise Lacking("A number that does not exist was found.")


def versions(trial: Trial) -> None:
    """Near stays read twice a day, all parcels kept the other way round."""
    follower = trial.follow()
    today = follower.house.now.date()
    near = {number: stay for number, stay in follower.house.truth()[0].items()
            if abs(stay.arrival_on - today) <= timedelta(days=2)}  # fmt: skip
    for _ in range(6):
        _see(follower, near, {})
        follower.house.wait(12 * HOUR)
    in_order, reverse = Mirror(), Mirror()
    told: dict[str, set[tuple[object, ...]]] = {}
    for parts in follower.kept:
        in_order.keep(parts)
        for part in parts:
            for stay in part.reservations:
                said = tuple(getattr(stay, name) for name in OWN)
                told.setdefault(key_of(stay), set()).add(said)
    for parts in reversed(follower.kept):
        reverse.keep(parts)
    if all(len(one) == 1 for one in told.values()):
        raise Lacking("No stay came in two versions from the simulated PMS.")
    what = "An older parcel that came later won"
    agree(reverse.reservations, in_order.reservations, OWN, what)


def restart(trial: Trial) -> None:
    """Stopped after each parcel in turn, and gone on from its bookmark as it was kept."""
    whole = trial.follow()
    parcels = sum(1 for _ in whole.parcels())
    whole.settle()
    for count in range(1, min(parcels, RESTARTS) + 1):
        stopped = trial.follow()
        walk = stopped.parcels()
        for _ in range(count):
            next(walk)
        del walk
        stopped.look()
        same_mirror(
            stopped.mirror, whole.mirror, f"Stopped after parcel {count} of {parcels}, it was lost"
        )


def rate_limit(trial: Trial) -> None:
    """A refusal becomes a Temporary with the seconds to wait; nobody asks on meanwhile."""
    whole = trial.follow()
    whole.first_look()
    wires: list[Busy] = []

    def refusing(house: object) -> Busy:
        wires.append(Busy(house, AT_CALL))  # type: ignore[arg-type]
        return wires[-1]

    follower = trial.follow(through=refusing)
    follower.first_look()
    if not follower.rests:
        raise Lacking("A refused call (429) was not told as Temporary.")
    told = follower.rests[0].facts.get("retry_after")
    if told is None or float(told) != Busy.SECONDS:
        raise Lacking(f"The PMS said to wait {Busy.SECONDS} s, and retry_after is {told}.")
    if wires[0].hasty:
        raise Lacking(f"It asked {wires[0].hasty} times more before it might.")
    same_mirror(follower.mirror, whole.mirror, "After a refused call it was lost")


def sign_in(trial: Trial) -> None:
    """The token ends in the middle of the first load."""
    whole = trial.follow()
    whole.first_look()
    follower = trial.follow(through=lambda house: Forgetful(house, AT_CALL))
    follower.first_look()
    same_mirror(follower.mirror, whole.mirror, "After the sign-in ended it was lost")


def folio(trial: Trial) -> None:
    """The bill of a guest who left, line by line."""
    follower = trial.follow()
    billed = {number: stay for number, stay in follower.house.truth()[0].items()
              if stay.status is Status.CHECKED_OUT and stay.folio}  # fmt: skip
    if not billed:
        raise Lacking("Nobody has left with a bill in the simulated PMS.")
    few = dict(list(billed.items())[:10])
    _see(follower, few, {})
    agree(follower.mirror.reservations, few, ("folio",), "A bill is not the truth")


def consents(trial: Trial) -> None:
    """What guests allowed."""
    follower = trial.follow()
    asked = {id: guest for id, guest in follower.house.truth()[1].items() if guest.consents}
    if not asked:
        raise Lacking("No guest of the simulated PMS was asked for consent.")
    few = dict(list(asked.items())[:20])
    _see(follower, {}, few)
    agree(follower.mirror.profiles, few, ("consents",), "A consent is not the truth")


def check(trial: Trial) -> None:
    """It says what works, and in one sentence without secrets what does not."""
    follower = trial.follow()
    live, http, settings = trial.live, follower.http, follower.settings()
    if not live.check(http, settings):
        raise Lacking("Of a connection that works it says nothing.")
    if trial.manifest.house:
        values = {**settings.values, trial.manifest.house: ELSEWHERE}
        try:
            live.check(http, replace(settings, values=values))
        except StaytrueError:
            pass
        else:
            raise Lacking("The code of another hotel was not noticed.")
    follower.house.revoke()
    try:
        live.check(http, settings)
    except (Misconfigured, Forbidden, Refused) as problem:
        secrets = [setting.name for setting in trial.manifest.settings if setting.secret]
        shown = f"{problem.sentence} {problem.facts}"
        if any((value := settings.values.get(name)) and str(value) in shown for name in secrets):
            raise Lacking("The sentence of a failed test shows a secret.") from None
    else:
        raise Lacking("The access was taken away, and the test did not say so.")


def _see(follower: Follower, stays: dict[str, Reservation], guests: dict[str, Profile]) -> None:
    follower.see([
        *(Hint("reservation", number) for number in stays), *(Hint("profile", id) for id in guests)
    ])  # fmt: skip


CHECKS: dict[str, Callable[[Trial], None]] = {
    "history": history, "look_up": look_up, "versions": versions, "restart": restart,
    "rate_limit": rate_limit, "sign_in": sign_in, "folio": folio, "consents": consents,
    "check": check,
}  # fmt: skip
