"""What people said about being written to, and what the product's ratchet makes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from staytrue.consent import ratchet
from staytrue.consent.bases import Requirement, rule_for
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose
from staytrue.consent.ratchet import Act, Answer, Cause, Question, Said, Standing
from staytrue.consent.rules import Role

_EVERYTHING = tuple(Purpose)


@dataclass
class Register:
    """All recorded acts, in order."""

    acts: int = 0
    by_point: dict[tuple[int, Purpose], list[Said]] = field(
        default_factory=lambda: defaultdict(list)
    )
    by_profile: dict[tuple[int, Purpose], list[Said]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _asked: dict[tuple[Purpose, frozenset[str]], Requirement] = field(default_factory=dict)

    def say(
        self, act: Act, origin: Origin, purposes: Iterable[str], now: datetime, *,
        point: int | None, profile: int | None, cause: Cause | None = None,
    ) -> None:  # fmt: skip
        """Record what was said, once for each purpose."""
        for name in purposes:
            self.acts += 1
            said = Said(
                self.acts, act, now, origin, GROUP, profile, point, cause.value if cause else ""
            )
            if point is not None:
                self.by_point[point, Purpose(name)].append(said)
            if profile is not None and cause is None:
                self.by_profile[profile, Purpose(name)].append(said)

    def suppress(self, cause: Cause, point: int, now: datetime) -> None:
        """An address takes no more: it bounced, or somebody complained."""
        self.say(
            Act.SUPPRESS, Origin.CARRIER, _EVERYTHING, now, point=point, profile=None, cause=cause
        )

    def on(self, point: int, profile: int, purpose: Purpose) -> list[Said]:
        """The acts on this address or by this person."""
        found = {each.id: each for each in self.by_point.get((point, purpose), ())}
        found |= {each.id: each for each in self.by_profile.get((profile, purpose), ())}
        return [found[id_] for id_ in sorted(found)]

    def asked(
        self, point: int, role: Role, profile: int, purpose: str, countries: frozenset[str], *,
        is_customer: bool, others: Collection[int] = (),
    ) -> Answer:  # fmt: skip
        """Whether this may be sent to this address of this person now.

        Of `others` with this mailbox, what their PMS refuses counts, as `consent.permissions`
        gathers it.
        """
        question = self._question(point, role, profile, purpose, countries, is_customer=is_customer)
        said = self.on(point, profile, question.purpose)
        theirs = (each for id_ in others for each in self.by_profile[id_, question.purpose])
        said += [each for each in theirs if (each.act, each.origin) == (Act.OPT_OUT, Origin.PMS)]
        return ratchet.decide(question, sorted(said, key=lambda one: one.id))

    def standing(self, point: int, role: Role, profile: int, purpose: str) -> Standing:
        """Where the record stands, for whoever watches that it never falls by itself."""
        question = self._question(point, role, profile, purpose, frozenset(), is_customer=False)
        return ratchet.standing_of(question, self.on(point, profile, question.purpose))

    def _question(
        self, point: int, role: Role, profile: int, purpose: str, countries: frozenset[str], *,
        is_customer: bool,
    ) -> Question:  # fmt: skip
        meant = Purpose(purpose)
        return Question(
            point=point,
            profile_id=profile,
            purpose=meant,
            channel=Channel.EMAIL,
            scopes=frozenset({GROUP}),
            role=role,
            requirement=self._asked_of(meant, countries),
            is_customer=is_customer,
        )

    def _asked_of(self, purpose: Purpose, countries: frozenset[str]) -> Requirement:
        """What the law asks for; the table is read once for each pair of countries."""
        known = self._asked.get((purpose, countries))
        if known is None:
            known = rule_for(purpose, Channel.EMAIL, countries).requirement
            self._asked[purpose, countries] = known
        return known
