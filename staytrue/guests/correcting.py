"""What people know better than a PMS: pinned, confirmed or corrected fields of a profile.

A word hangs on the profile, so that no merge or unmerge loses it, and holds whatever the PMS said
then: what the PMS says again changes nothing, what it says anew is a conflict for a person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from staytrue.consent import actions, keeping, telling
from staytrue.consent.points import EMAIL, PHONE, Point, points_of
from staytrue.guests import golden, links
from staytrue.guests.composing import FIELDS, SEVERAL, Conflict, Standing, conflicts, key_of
from staytrue.guests.links import Act, Kind
from staytrue.guests.models import Correction
from staytrue.guests.typed import value_of
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit.errors import Refused
from staytrue.kit.text import clean
from staytrue.mirror.models import Profile
from staytrue.mirror.sheets import PROFILES
from staytrue.staff import audit
from staytrue.staff.access import Access, one_of, reads, require
from staytrue.staff.actions import NewAsk, close_asks, open_asks

CORRECT = "guests.correct"
DESK, GUEST = "desk", "guest"
"""Who gave an address that no PMS has: a member, or the guest himself on his own page."""
_REACHED_BY = {"emails": EMAIL, "phones": PHONE}
ROLE = "guest_relations"


def correct(
    access: Access,
    profile_id: int,
    field: str,
    given: Mapping[str, str],
    reason: str,
    now: datetime,
    standing: Standing = Standing.CORRECTED,
    place: int = 0,
) -> Correction:
    """Write what a person typed over what the PMS says of this field, with his reason.

    `confirmed` is for what the guest himself said. Texts come as `value`, addresses by their parts;
    of several the one at `place` is replaced, the others stay.
    """
    with _acting(access, profile_id, field, now, reason) as profile:
        hotel = Property.objects.filter(pk=profile.property_id or 0).first()
        today = now.astimezone(ZoneInfo(hotel.timezone if hotel else "UTC")).date()
        value = value_of(field, given, hotel.country if hotel else "", today)
        if field in SEVERAL:
            others = _others(_present(profile, field), place)
            value += [each for each in others if key_of(field, each) != key_of(field, value[0])]
        return _write(access, profile, field, value, standing, reason, now)


def pin(
    access: Access, profile_id: int, field: str, reason: str, now: datetime, place: int = 0
) -> Correction:
    """Hold the value that this profile has now: it wins whatever any PMS says later.

    Of several addresses or numbers the one at `place` becomes the first.
    """
    with _acting(access, profile_id, field, now, reason) as profile:
        value = _present(profile, field)
        if not value:
            raise Refused("This profile has no value to hold.", "value_missing", field=field)
        if field in SEVERAL:
            value = [value[min(place, len(value) - 1)], *_others(value, place)]
        return _write(access, profile, field, value, Standing.PINNED, reason, now)


def lift(access: Access, profile_id: int, field: str, reason: str, now: datetime) -> None:
    """Take a word back: the PMS's own value counts again."""
    with _acting(access, profile_id, field, now, reason) as profile:
        _lift(access, _standing(profile_id, field), now)
        _follow(access, profile, field, "lifted", reason, now)


def keep(access: Access, profile_id: int, field: str, now: datetime) -> None:
    """In a conflict ours stays: what the PMS says by now is known and overruled, too."""
    with _acting(access, profile_id, field, now, "") as profile:
        word = _standing(profile_id, field)
        word.base = getattr(profile, field)
        word.save(update_fields=["base"])
        _follow(access, profile, field, "kept", "", now)


def take(access: Access, profile_id: int, field: str, now: datetime) -> None:
    """In a conflict the PMS's newer value counts, and our word ends."""
    with _acting(access, profile_id, field, now, "") as profile:
        _lift(access, _standing(profile_id, field), now)
        _follow(access, profile, field, "taken", "", now)


def settle_conflicts(profile_ids: Collection[int], now: datetime) -> None:
    """Ask guest relations about profiles whose PMS contradicts a person; the ask ends by itself."""
    found: dict[int, list[str]] = {}
    for each in _conflicts(profile_ids):
        found.setdefault(each.word.profile_id, []).append(each.word.field)
    hotels = dict(Profile.objects.filter(pk__in=found).values_list("pk", "property_id"))
    asks = [
        NewAsk(
            key=_ask_key(profile_id),
            kind="correction_contradicted",
            role=ROLE,
            property_id=hotels[profile_id],
            facts={"fields": fields},
            link=f"/guests/{profile_id}/",
        )
        for profile_id, fields in found.items()
    ]
    open_asks(asks, now)
    ended = {_ask_key(id_) for id_ in profile_ids} - {ask.key for ask in asks}
    close_asks(ended, "settled", now)


def _conflicts(profile_ids: Collection[int]) -> tuple[Conflict, ...]:
    words = Correction.objects.filter(profile_id__in=profile_ids, lifted_at=None)
    guests = links.guests_of({word.profile_id for word in words})
    read = golden.read(set(guests.values()), profiles=list(guests))
    return tuple(
        conflict
        for sources in read.values()
        for conflict in conflicts(sources.profiles, sources.words)
    )


def _ask_key(profile_id: int) -> str:
    return f"correction-contradicted:{profile_id}"


def _present(profile: Profile, field: str) -> Any:
    """What counts of this profile now: a person's word, else what its PMS says."""
    word = Correction.objects.filter(profile_id=profile.pk, field=field, lifted_at=None).first()
    return word.value if word else getattr(profile, field)


def _others(values: Sequence[Any], place: int) -> list[Any]:
    return [each for number, each in enumerate(values) if number != place]


@contextmanager
def _acting(
    access: Access, profile_id: int, field: str, now: datetime, reason: str
) -> Iterator[Profile]:
    """One transaction in his name, on a profile that he sees and may correct, field and all."""
    with scope.everything(), audit.acting(access.actor, now, reason):
        # One at a time: two members correcting one field at once leave one word, the later.
        rows = Profile.objects.select_for_update(of=("self",))
        profile = one_of(access, rows, PROFILES, pk=profile_id)
        require(access, CORRECT, profile.property_id)
        if field not in FIELDS:
            raise Refused(f"There is no field {field}.", "field_unknown", field=field)
        # What is masked may be put right by whoever could have it shown.
        if not reads(access, field, profile.property_id):
            raise Refused("Your role does not read this field.", "field_hidden", field=field)
        yield profile


def _write(
    access: Access,
    profile: Profile,
    field: str,
    value: Any,
    standing: Standing,
    reason: str,
    now: datetime,
) -> Correction:
    reason = clean(reason)
    if not reason:
        raise Refused("Say why, for those who read it later.", "reason_missing")
    Correction.objects.filter(profile_id=profile.pk, field=field, lifted_at=None).update(
        lifted_at=now, lifted_by=access.actor
    )
    word = Correction.objects.create(
        profile_id=profile.pk,
        property_id=profile.property_id,
        field=field,
        value=value,
        base=getattr(profile, field),
        standing=standing.value,
        actor=access.actor,
        reason=reason,
        at=now,
    )
    _follow(access, profile, field, standing.value, reason, now)
    return word


def _standing(profile_id: int, field: str) -> Correction:
    word = Correction.objects.filter(profile_id=profile_id, field=field, lifted_at=None).first()
    if word is None:
        raise Refused("Nobody corrected this field, or it was taken back.", "not_corrected")
    return word


def _lift(access: Access, word: Correction, now: datetime) -> None:
    word.lifted_at, word.lifted_by = now, access.actor
    word.save(update_fields=["lifted_at", "lifted_by"])


def _follow(
    access: Access, profile: Profile, field: str, act: str, reason: str, now: datetime
) -> None:
    """The event without any value, the guest's fields anew, and the ask as it is now."""
    evidence = {"field": field, "act": act}
    act_ = Act(Kind.CORRECTED, access.actor, "staff", profile.pk, evidence=evidence, reason=reason)
    links.note(act_, now)
    _reach_by(profile, field, now)
    golden.compute(links.guests_of([profile.pk]).values(), now)
    settle_conflicts([profile.pk], now)


def _reach_by(profile: Profile, field: str, now: datetime) -> None:
    """What a member wrote is where he is reached from now on, until somebody takes it back.

    Of several only the first is a member's word; what a guest gives is kept by his own pages.
    """
    kind = _REACHED_BY.get(field)
    if kind is None:
        return
    word = Correction.objects.filter(profile_id=profile.pk, field=field, lifted_at=None).first()
    points: list[Point] = []
    if word is not None and word.actor != GUEST:
        given: list[Any] = word.value or []
        points = list(points_of({field: given[:1]}).values())
    if points:
        found = set(keeping.give(profile.pk, profile.property_id, points, DESK, now).values())
    else:
        found = keeping.take_back(profile.pk, kind, DESK, now)
    actions.learn_roles(found, now)
    telling.wake([profile.pk], [], now)
