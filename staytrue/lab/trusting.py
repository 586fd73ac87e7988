"""A house that trusts its scores from the first day on: a real one has to see them proven first."""

from __future__ import annotations

from datetime import datetime

from staytrue.guests.matching.named_rules import Rule
from staytrue.guests.models import MatchingSetting
from staytrue.guests.resolving import SCORE
from staytrue.hotel import scope
from staytrue.staff import audit

RULES = [SCORE, *map(str, Rule)]


def join_by_score(actor: str, now: datetime) -> None:
    """Let the score join profiles by itself, for worlds whose truth is known."""
    with scope.everything(), audit.acting(actor, now):
        MatchingSetting.objects.update(automatic=True, prove_first=[], trusted=RULES)


def join_by_cascade(actor: str, now: datetime) -> None:
    """Let the cascade join whatever it finds, as a house does that has long seen it right."""
    with scope.everything(), audit.acting(actor, now):
        MatchingSetting.objects.update(trusted=RULES[1:])
