"""`staytrue identity learn`: the weights of recognition, learned without labels or taken over."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from staytrue.cli import profile_files
from staytrue.cli.files import FILE
from staytrue.cli.frame import ACTOR, Answer, answers, open_home, progress
from staytrue.cli.profile_files import MODEL, SAVE, mapped
from staytrue.guests import preview, published
from staytrue.guests.batch_run import wrong_per_10000
from staytrue.guests.matching import splink
from staytrue.guests.matching.batch import Batch
from staytrue.guests.matching.model import Model
from staytrue.guests.matching.model import default as shipped
from staytrue.guests.matching.rarity import Rarities
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.kit.errors import Refused

# Keys meet within one run only, so they need no secret.
_SALT = b"learn"
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


@dataclass(frozen=True)
class Learned:
    """A model, what it is to be published with, and how sure joins are expected to err."""

    model: Model
    rarities: Rarities
    profiles: int
    wrong: float | None


@click.command
@click.argument("file", type=FILE, required=False)
@mapped
@MODEL
@SAVE
@click.option(
    "--splink-out", type=click.Path(path_type=Path), help="Write it as Splink's settings."
)
@click.option(
    "--publish/--no-publish",
    default=None,
    help="Score with it from now on. Done without FILE, not done with one.",
)
@answers
def learn(
    file: Path | None,
    mapping: tuple[str, ...],
    country: str,
    given: Path | None,
    save_model: Path | None,
    splink_out: Path | None,
    *,
    publish: bool | None,
) -> Answer:
    """Learn how much each agreement says: from the group's own profiles, or from those of FILE.

    With --model the weights are taken from there. A model in which less agreement would count more
    is refused. After publishing, `staytrue identity run --keep-model` scores all pairs anew.
    """
    is_published = (file is None) if publish is None else publish
    version = None
    if file is not None and not is_published:
        found = _of_file(file, mapping, country, given)
    else:
        with open_home():
            found = _of_house(given) if file is None else _of_file(file, mapping, country, given)
            if is_published:
                version = _published(found)
    model = found.model
    if save_model:
        profile_files.write(save_model, model.as_json())
    if splink_out:
        profile_files.write(splink_out, splink.as_json(model, found.profiles))
    document = {
        "profiles": found.profiles,
        "learned_from": model.learned_from,
        "person_rate": model.person_rate,
        "household_rate": model.household_rate,
        "wrong_per_10000": found.wrong,
        "published": version,
    }
    return Answer(document, [f"{name}: {value}" for name, value in document.items()])


def _of_file(file: Path, mapping: tuple[str, ...], country: str, given: Path | None) -> Learned:
    batch = Batch(profile_files.read(file, mapping, country).features, _SALT, processes=CORES)
    count = len(batch.features)
    model = _model(given, lambda: batch.learned(file.name), batch.others, count)
    with progress() as show:
        scored = batch.resolved(model, show).scored
    sure = scored.person[scored.may_join].tolist()
    return Learned(model, batch.table.rarities, count, wrong_per_10000(sure))


def _of_house(given: Path | None) -> Learned:
    these = preview.everybody(CORES)
    count = len(these.features)

    def own() -> Model:
        return these.learned(f"{count} profiles of the group") or _too_few(count)

    # Whoever brings a model may have few profiles; what it does not know is taken from what ships.
    model = _model(given, lambda: these.learned("") or shipped(), (), count) if given else own()
    with progress() as show:
        counts = preview.scored(these, model, show)
    return Learned(model, these.rarities, count, counts["wrong_per_10000"])


def _too_few(count: int) -> Model:
    raise Refused(
        f"There are too few profiles to learn from ({count}); the model that ships is used.",
        "too_few_profiles",
        profiles=count,
    )


def _model(
    given: Path | None, own: Callable[[], Model], others: tuple[str, ...], count: int
) -> Model:
    model = own() if given is None else profile_files.model(given, own, others, count)
    return model.checked()


def _published(found: Learned) -> int:
    with scope.everything():
        return published.publish(
            found.model,
            found.rarities,
            found.profiles,
            actor=ACTOR,
            source=found.model.learned_from,
            figures={"wrong_per_10000": found.wrong},
            now=clock.now(),
        )
