"""What a check answers, and the connector it is asked of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources.abc import Traversable

from staytrue.connectors.base import Live, Settings, Translated
from staytrue.connectors.contract.manifest import Manifest, manifest_of
from staytrue.connectors.contract.samples import Samples, samples_of
from staytrue.kit.errors import StaytrueError

Translate = Callable[[bytes, Settings, Sequence[bytes]], Iterator[Translated]]

# What a faulty connector may raise beside the errors of the house. A bug fails its check; the
# others still run.
BUGS = (ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError,
        TypeError, ValueError)  # fmt: skip


class State(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CLAIMED = "not claimed"


@dataclass(frozen=True)
class Result:
    """One check: its name, which is the capability it proves, and what was found."""

    capability: str
    state: State
    sentence: str = ""


class Lacking(Exception):
    """Why a check failed, in one sentence."""


@dataclass(frozen=True)
class Candidate:
    """A connector to be tried. `live` is None where only payloads are read."""

    name: str
    manifest: Manifest
    samples: Samples
    translate: Translate | None
    live: Live | None = None

    @classmethod
    def of(
        cls, name: str, folder: Traversable, translate: Translate | None, live: Live | None
    ) -> Candidate:
        """The connector in this folder; a manifest that cannot be read is an error."""
        text = folder.joinpath("manifest.toml").read_text(encoding="utf-8")
        return cls(name, manifest_of(text), samples_of(folder), translate, live)


def result_of(capability: str, check: Callable[[], None]) -> Result:
    """Run one check; whatever it meets becomes a sentence."""
    try:
        check()
    except Lacking as problem:
        return Result(capability, State.FAILED, str(problem))
    except StaytrueError as problem:
        return Result(capability, State.FAILED, f"It stopped: {problem.sentence}")
    except BUGS as bug:
        return Result(capability, State.FAILED, f"It broke with {type(bug).__name__}: {bug}")
    return Result(capability, State.PASSED)
