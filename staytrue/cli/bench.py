"""`staytrue bench`: what the design promises about speed, each beside a yardstick of the same run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import click

from staytrue.cli import (
    bench_changes,
    bench_dispatch,
    bench_dry_run,
    bench_identity,
    bench_identity_online,
    bench_identity_orders,
    bench_import,
    bench_intake,
    bench_opt_out,
    bench_replan,
    bench_search,
)
from staytrue.cli.bench_import import Size
from staytrue.cli.frame import Answer, answers, table
from staytrue.cli.measuring import Measure


def _intake(size: Size) -> Iterator[Measure]:
    """Calls until they are durable, then changes until they are in the change log."""
    yield from bench_intake.measures(size)
    yield from bench_changes.measures(size)


def _identity(size: Size) -> Iterator[Measure]:
    """A crowd linked at once, beside Splink, one profile after the other against it, any order."""
    yield from bench_identity.measures(size.crowd)
    yield from bench_identity_online.measures(size.crowd)
    yield from bench_identity_orders.measures(size.crowd)


_BENCHES: dict[str, Callable[[Size], Iterator[Measure]]] = {
    "import": bench_import.measures,
    "intake": _intake,
    "search": bench_search.measures,
    "dispatch": bench_dispatch.measures,
    "opt_out": bench_opt_out.measures,
    "replan": bench_replan.measures,
    "dry_run": bench_dry_run.measures,
    "identity": _identity,
}


@click.command
@click.argument("names", nargs=-1, metavar="[NAME …]")
@click.option("--reservations", default=1_000_000, show_default=True, type=click.IntRange(1_000))
@click.option("--profiles", default=600_000, show_default=True, type=click.IntRange(600))
@click.option("--guests", default=200_000, show_default=True, type=click.IntRange(2_000))
@click.option("--crowd", default=1_000_000, show_default=True, type=click.IntRange(1_000))
@click.option(
    "--small", is_flag=True, help="20,000 reservations, 12,000 profiles or guests: for CI."
)
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where replan or dry_run keeps the hotel it fills, and finds it the next time.",
)
@answers
def bench(
    names: tuple[str, ...],
    reservations: int,
    profiles: int,
    guests: int,
    crowd: int,
    *,
    small: bool,
    home: Path | None,
) -> Answer:
    """Measure, in a home of its own that is gone afterwards unless one is given.

    The names: import, intake, search, dispatch, opt_out, replan, dry_run, identity.
    """
    if unknown := sorted(set(names) - set(_BENCHES)):
        known = ", ".join(_BENCHES)
        raise click.UsageError(f"there is no bench {', '.join(unknown)}; there are: {known}")
    size = (
        Size(20_000, 12_000, 12_000, 12_000, home)
        if small
        else Size(reservations, profiles, guests, crowd, home)
    )
    found: list[Measure] = []
    for name in names or tuple(_BENCHES):
        for measure in _BENCHES[name](size):
            click.echo(f"{measure.name}: {measure.value} {measure.unit}", err=True)
            found.append(measure)
    rows = [(m.name, m.value, m.unit, m.yardstick, m.ratio) for m in found]
    titles = ("name", "value", "unit", "yardstick", "ratio")
    return Answer([asdict(each) for each in found], table(rows, titles))
