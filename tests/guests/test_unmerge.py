"""Goal G9: whatever was joined, parted, taken back or erased, what is left is as if only the
decisions that stand had ever been taken; and with all taken back, as if none had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest

from staytrue.consent import acts
from staytrue.consent.actions import keep_contacts
from staytrue.consent.models import ContactUse
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose, Scope, Within
from staytrue.guests import deciding, erasing, links, pair_rules, undoing
from staytrue.guests.models import Correction, Guest, IdentityEvent, Link, PairRule
from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.mirror.models import Profile, Roster
from staytrue.staff import audit
from staytrue.staff.access import Access, house_access
from tests import make
from tests.guests import worlds
from tests.guests.worlds import permitted
from tests.make import NOON

pytestmark = pytest.mark.django_db


@dataclass
class Step:
    """One decision as the oracle remembers it: who went from where to where."""

    event: int
    moves: list[tuple[int, int | None, int | None]]
    stands: bool = True
    undoes: Step | None = None


@dataclass
class Walk:
    """Random decisions on a small world, and an oracle that goes over all of them from scratch."""

    rng: Random
    ana: Access = field(default_factory=lambda: house_access("ana"))
    ben: Access = field(default_factory=lambda: house_access("ben"))
    steps: list[Step] = field(default_factory=list)
    erased: set[int] = field(default_factory=set)
    stays: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    minutes: int = 0

    def __post_init__(self) -> None:
        self.house = make.hotel(f"U{self.rng.randrange(10**9)}")
        self.link = make.link(self.house, f"{self.house.code}-files")
        for _ in range(8):
            self.arrive()

    def where(self) -> dict[int, int]:
        """Profile → guest, gone over from scratch."""
        at: dict[int, int | None] = {}
        for step in self.steps:
            if not step.stands or step.undoes:
                continue
            for profile, source, target in step.moves:
                if target is None or at.get(profile) == source:
                    at[profile] = target
        return {profile: guest for profile, guest in at.items() if guest is not None}

    def take(self, event: int, undoes: Step | None = None) -> None:
        """Remember what an event did."""
        ended = dict(Link.objects.filter(ended_by=event).values_list("profile_id", "guest_id"))
        begun = dict(Link.objects.filter(begun_by=event).values_list("profile_id", "guest_id"))
        moves = [(id_, ended.get(id_), begun.get(id_)) for id_ in sorted(ended.keys() | begun)]
        self.steps.append(Step(event, moves, undoes=undoes))

    def arrive(self) -> None:
        """A new profile: a guest of its own, or recognised at once as one of those known."""
        profile = worlds.profile(self.house, self.link)
        known = sorted(set(self.where().values()))
        if known and self.rng.random() < 0.4:
            event = links.note(links.Act(links.Kind.ATTACHED, "recognition", one=profile), NOON)
            links.move({profile: self.rng.choice(known)}, event, NOON)
        else:
            event = links.note(links.Act(links.Kind.CREATED, "recognition"), NOON)
            links.move({profile: links.open_guests(1, NOON)[0]}, event, NOON)
        self.take(event)

    def merge(self) -> None:
        """Two guests become one: by a member's word, or by a score."""
        at = self.where()
        if len(set(at.values())) < 2:
            return
        one, other = self.rng.sample(sorted(at), 2)
        if at[one] == at[other]:
            return
        both = [id_ for id_, guest in at.items() if guest in (at[one], at[other])]
        before = permitted(both)
        self.join(at, one, other)
        # Merging takes away and never gives.
        allowed = {told[:2] for told in permitted(both) if told[2]}
        assert allowed <= {told[:2] for told in before if told[2]}

    def join(self, at: dict[int, int], one: int, other: int) -> None:
        """By a member, or by a score."""
        if self.rng.random() < 0.5:
            groups = links.profiles_of([at[one], at[other]])
            between = pair_rules.standing(
                groups[at[one]], groups[at[other]], PairRule.Kind.CANNOT_LINK
            )
            lifting = [rule.pk for rule in between]
            self.take(deciding.merge(self.ana, one, other, NOON, lifting=lifting))
        else:
            older, younger = sorted([at[one], at[other]])
            event = links.note(links.Act(links.Kind.MERGED, "settler", "score"), NOON)
            links.move(dict.fromkeys(links.profiles_of([younger])[younger], older), event, NOON)
            self.take(event)

    def part(self) -> None:
        """Some profiles of a guest are somebody else."""
        groups: dict[int, list[int]] = {}
        for profile, guest in sorted(self.where().items()):
            groups.setdefault(guest, []).append(profile)
        several = [guest for guest, profiles in groups.items() if len(profiles) > 1]
        if several:
            guest = self.rng.choice(several)
            leaving = self.rng.sample(groups[guest], self.rng.randrange(1, len(groups[guest])))
            self.take(undoing.split(self.ana, guest, leaving, NOON))

    def undo(self, step: Step | None = None) -> None:
        """Any decision is taken back, undoings too."""
        born = links.Kind.CREATED, links.Kind.ERASED
        fixed = set(IdentityEvent.objects.filter(kind__in=born).values_list("pk", flat=True))
        open_ = [each for each in self.steps if each.stands and each.event not in fixed]
        if step is None and not open_:
            return
        chosen = step or self.rng.choice(open_)
        newest = self.steps[-1].event
        by = self.rng.choice([self.ana, self.ben])
        if not self.is_last_word(chosen):
            with pytest.raises(Refused, match="decided anew"):
                undoing.undo(by, chosen.event, NOON)
            return
        undone = undoing.undo(by, chosen.event, NOON)
        chosen.stands, below = False, chosen.undoes
        stands = True
        while below:
            below.stands, stands, below = stands, not stands, below.undoes
        self.take(undone, undoes=chosen)
        homes = IdentityEvent.objects.filter(pk__gt=newest, kind=links.Kind.CREATED)
        for home in homes.values_list("pk", flat=True):
            self.take(home)

    def is_last_word(self, step: Step) -> bool:
        """Whether all below is still as it left it: nobody has undone the same anew."""
        stands, below = False, step.undoes
        while below:
            if below.stands != stands:
                return False
            stands, below = not stands, below.undoes
        return True

    def correct(self) -> None:
        """Somebody knows a field of a profile better than its PMS."""
        at = self.where()
        if not at:
            return
        profile = self.rng.choice(sorted(at))
        Correction.objects.update_or_create(
            profile_id=profile,
            field="first_name",
            lifted_at=None,
            defaults={
                "value": f"Clara {self.rng.randrange(99)}",
                "standing": Correction.Standing.PINNED,
                "actor": "ana",
                "at": NOON,
            },
        )
        self.refresh()

    def stay(self) -> None:
        """A booking at a hotel, by the profile of its PMS."""
        profile = Profile.objects.get(pk=self.rng.choice(sorted(self.where())))
        booking = self.rng.randrange(10**9)
        Roster.objects.create(
            reservation_id=booking,
            property_id=self.house.pk,
            connection_id=self.link.pk,
            role="primary",
            profile=profile.source_id,
            since_at=NOON,
        )
        self.stays.setdefault(profile.pk, []).append((booking, "primary"))

    def write(self) -> None:
        """A PMS gives an address, shared with others or not, and perhaps no leave to write to it."""
        profile = self.rng.choice(sorted(self.where()))
        address, state = f"c{self.rng.randrange(9)}@casa.example", self.rng.choice(["in", "out"])
        Profile.objects.filter(pk=profile).update(
            emails=[{"address": address, "type": None, "masked": False}],
            contact_keys=[address],
            consents=[{"purpose": "marketing", "channel": "email", "state": state, "at": None}],
        )
        keep_contacts([profile], NOON)
        self.refused[profile] = address if state == "out" else ""
        self.refresh()

    def erase(self) -> None:
        """A profile is anonymised at its PMS."""
        at = self.where()
        if len(at) > 4:
            profile = self.rng.choice(sorted(at))
            event = erasing.erase([profile], "pms", NOON)
            assert event is not None
            self.erased.add(profile)
            self.take(event)

    def say(self) -> None:
        """Somebody says yes or no to marketing: himself or a list, at one of his addresses or all."""
        profile = self.rng.choice(sorted(self.where()))
        uses = ContactUse.objects.filter(profile_id=profile, until_at=None)
        points = sorted(uses.values_list("contact_point_id", flat=True))
        if not points:
            return
        about = acts.About(profile, self.rng.choice([*points, None]))
        origin = self.rng.choice([Origin.GUEST_PAGE, Origin.DESK, Origin.ONE_CLICK, Origin.IMPORT])
        spoken = acts.Spoken(origin, "tests", self.house.pk, words="As I said.")
        act = self.rng.choice([acts.opt_out, acts.opt_in, acts.opt_in])
        here = Scope(Within.PROPERTY, self.house.pk)
        reach = self.rng.choice([GROUP, here, here])
        act([about], [Purpose.MARKETING], [Channel.EMAIL], reach, spoken, self.tick())

    def tick(self) -> datetime:
        """A minute later than what was said before."""
        self.minutes += 1
        return NOON + timedelta(minutes=self.minutes)

    def refresh(self) -> None:
        """Compute every guest again, as whoever writes a correction does for his."""
        links.golden.compute(set(self.where().values()), NOON)

    def go(self, steps: int) -> None:
        """Walk on, and look now and then."""
        ways: list[tuple[int, Callable[[], None]]] = [
            (20, self.arrive),
            (35, self.merge),
            (12, self.part),
            (25, self.undo),
            (5, self.correct),
            (5, self.stay),
            (5, self.write),
            (8, self.say),
            (6, self.erase),
        ]
        weights, acts = zip(*ways, strict=True)
        for number in range(steps):
            # The world stays small, so that decisions lean on decisions.
            crowded = len(self.where()) > 16
            act = self.rng.choices(acts, weights)[0]
            (self.erase if crowded and act == self.arrive else act)()
            self.check(deeply=number % 50 == 49)

    def check(self, *, deeply: bool = True) -> None:
        """The links are what the oracle says; guests and what hangs on them as from scratch."""
        at = self.where()
        assert dict(Link.objects.filter(until_at=None).values_list("profile_id", "guest_id")) == at
        assert not self.erased & at.keys()
        if deeply:
            groups: dict[int, set[int]] = {}
            for profile, guest in at.items():
                groups.setdefault(guest, set()).add(profile)
            assert worlds.told() == worlds.from_scratch(groups.values())
            for guest, found in worlds.told().items():
                assert found["stays"] == sorted(
                    stay for profile in guest for stay in self.stays.get(profile, [])
                )
                # Refused by any who has it: nobody's merge or unmerge widens that.
                for value, _, _, refused, _ in found["contacts"]:
                    assert refused == (value in self.refused.values())
            active = Guest.objects.filter(state="active").values_list("pk", flat=True)
            assert set(active) == set(groups)


@pytest.fixture(autouse=True)
def _everything() -> Iterator[None]:
    with scope.everything(), audit.acting("tests", NOON):
        yield


@pytest.mark.parametrize("seed", [4, 14])
def test_every_walk_ends_as_a_replay_of_the_decisions_that_stand(seed: int) -> None:
    walk = Walk(Random(seed))
    walk.go(100)
    walk.check()


@pytest.mark.parametrize("seed", [5])
def test_with_every_decision_taken_back_in_any_order_nobody_was_ever_joined(seed: int) -> None:
    walk = Walk(Random(seed))
    walk.go(60)
    alone = [step for step in walk.steps if step.stands and not step.undoes]
    walk.rng.shuffle(alone)
    kinds = dict(IdentityEvent.objects.values_list("pk", "kind"))
    for step in alone:
        if kinds[step.event] in ("merged", "split", "attached") and step.stands:
            walk.undo(step)
    walk.check()
    assert len(set(walk.where().values())) == len(walk.where())
    assert worlds.told() == worlds.from_scratch([[id_] for id_ in walk.where()])
    assert not PairRule.objects.filter(kind="must_link", lifted_at=None).exists()


def test_after_two_hundred_later_events_an_unmerge_is_as_if_never_merged() -> None:
    walk = Walk(Random(9))
    for _ in range(6):
        walk.merge()
    merged = [step for step in walk.steps if step.moves and step.moves[0][1] is not None]
    ways = [walk.arrive, walk.correct, walk.stay, walk.write, walk.say]
    for number in range(200):
        walk.rng.choice(ways[1:] if number % 10 else ways)()
    walk.rng.shuffle(merged)
    for step in merged:
        walk.undo(step)
    walk.check()
    at = walk.where()
    kinds = dict(IdentityEvent.objects.values_list("pk", "kind"))
    own = [s.moves[0][0] for s in walk.steps if s.moves and kinds[s.event] == "created"]
    assert len({at[profile] for profile in own}) == len(own)


@pytest.mark.large
@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100, 110))
def test_ten_thousand_steps_end_as_a_replay(seed: int) -> None:
    walk = Walk(Random(seed))
    walk.go(1_000)
    walk.check()
