"""The whole suite, check by check, in the order of its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from staytrue.connectors.contract import changing, pure, standing
from staytrue.connectors.contract.results import Candidate, Result, State, result_of
from staytrue.connectors.contract.simulated import Simulator
from staytrue.connectors.contract.trial import Trial
from staytrue.connectors.contract.vocabulary import FIELDS, PROVEN

CHECKS = standing.CHECKS | changing.CHECKS


@dataclass
class Suite:
    """One run over a connector: its answers, and the fields its records held meanwhile."""

    candidate: Candidate
    simulator: Simulator | None = None
    seen: dict[str, set[str]] = field(default_factory=dict)

    def run(self) -> Iterator[Result]:
        """Every check's answer. What is claimed and cannot be tried has failed: claims are proofs."""
        yield from pure.results(self.candidate)
        live, manifest = self.candidate.live, self.candidate.manifest
        trial = Trial(live, manifest, self.simulator) if live and self.simulator else None
        for capability in PROVEN:
            if not manifest.claims(capability):
                yield Result(capability, State.NOT_CLAIMED)
            elif trial is None:
                yield Result(
                    capability,
                    State.FAILED,
                    "It is claimed, and there is no simulated PMS to prove it on (--simulator).",
                )
            else:
                yield result_of(capability, partial(CHECKS[capability], trial))
        if trial:
            self.seen = {object: trial.seen(object) for object in FIELDS}
        if pure.is_by_mapping(self.candidate):
            yield Result("fields", State.NOT_CLAIMED, pure.BY_MAPPING)
            return
        yield result_of("fields", lambda: pure.fields(self.candidate, self.seen))
