"""Runs the suite over our own connectors, whole or with something taken away."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from staytrue.connectors import registry
from staytrue.connectors.base import Live
from staytrue.connectors.contract.results import Candidate, Result, State
from staytrue.connectors.contract.suite import Suite

SIMULATED = ("mews", "opera_cloud")


def candidate(name: str, live: Live | None = None) -> Candidate:
    """One of our connectors, or what is left of it."""
    found = live or registry.live(name)
    assert found
    return Candidate.of(name, registry.folder(name), found.translate, found)


def simulator(name: str) -> Any:
    """Its simulated PMS."""
    return import_module(f"staytrue.lab.pms.{name}").simulator


def run(name: str, live: Live | None = None) -> dict[str, Result]:
    """Every check's answer by its name."""
    return {one.capability: one for one in Suite(candidate(name, live), simulator(name)).run()}


def failed(results: dict[str, Result]) -> set[str]:
    """The checks that failed."""
    return {name for name, one in results.items() if one.state is State.FAILED}
