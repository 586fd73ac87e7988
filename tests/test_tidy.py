"""The house rules that no other tool checks: sizes, names, time, errors, surfaces."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from staytrue.mirror import columns
from tests import proof

ROOT = Path(__file__).parents[1]
PRODUCT = ROOT / "staytrue"
FILE_LINES = 400
FUNCTION_LINES = 60
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager", "service"}
CLOCKS = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("time", "time"), ("time", "monotonic"), ("timezone", "now"), ("uuid", "uuid1"),
    ("uuid", "uuid4"),
}  # fmt: skip
SQL_CLOCK = re.compile(
    r"\b(now\(\)|clock_timestamp|statement_timestamp|transaction_timestamp|gen_random_uuid"
    r"|CURRENT_(DATE|TIME|TIMESTAMP)|LOCALTIME(STAMP)?)\b",
    re.IGNORECASE,
)
# The doctor asks whether the server's clock agrees with ours: there is no other way to know.
ASKS_THE_SERVER = PRODUCT / "cli" / "checks.py"
SURFACES = ("web", "api", "cli.py", "cli")
WRITES = {"save", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}


def sources(*places: Path) -> list[Path]:
    """Every Python file of these places, without drafts of Django's."""
    found = [path for place in places for path in sorted(place.rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    """The parsed file, parsed once."""
    return ast.parse(path.read_text(encoding="utf-8"))


def faults(found: Callable[[Path], Iterator[tuple[int, str]]], *places: Path) -> list[str]:
    """All that a rule finds in these places, as lines one can click on."""
    return [
        f"{path.relative_to(ROOT)}:{line} {what}"
        for path in sources(*places or (PRODUCT,))
        for line, what in found(path)
    ]


def within(path: Path, *names: str) -> bool:
    """Whether the file stands in one of these packages of the product."""
    return path.is_relative_to(PRODUCT) and path.relative_to(PRODUCT).parts[0] in names


def calls(path: Path) -> Iterator[tuple[ast.Call, str, str]]:
    """Each call of a method, with the last two names of what is called."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = getattr(owner, "id", getattr(owner, "attr", ""))
            yield node, name, node.func.attr


def test_no_file_is_too_long() -> None:
    def long(path: Path) -> Iterator[tuple[int, str]]:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES:
            yield lines, "is too long: split it by topic"

    assert not faults(long, PRODUCT, ROOT / "tests")


def test_no_function_is_too_long() -> None:
    def long(path: Path) -> Iterator[tuple[int, str]]:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    yield node.lineno, f"{node.name} has {lines} lines"

    assert not faults(long, PRODUCT, ROOT / "tests")


def test_every_module_says_what_it_is() -> None:
    def silent(path: Path) -> Iterator[tuple[int, str]]:
        if not ast.get_docstring(tree(path)):
            yield 1, "has no docstring"

    assert not faults(silent)


def test_no_file_has_a_name_that_attracts_everything() -> None:
    named = [path for path in sources(PRODUCT, ROOT / "tests") if path.stem in FORBIDDEN_NAMES]
    assert not named


def test_time_and_chance_come_only_through_the_edge() -> None:
    def asked(path: Path) -> Iterator[tuple[int, str]]:
        if path in {PRODUCT / "kit" / "clock.py", PRODUCT / "kit" / "ids.py"}:
            return
        for node, owner, name in calls(path):
            if (owner, name) in CLOCKS:
                yield node.lineno, f"{owner}.{name}: ask kit.clock at the edge and pass it down"
            if owner == "random" and name != "Random":
                yield node.lineno, "random: chance belongs to a seeded random.Random"

    assert not faults(asked)


def test_the_database_never_asks_its_own_clock() -> None:
    def asked(path: Path) -> Iterator[tuple[int, str]]:
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if (found := SQL_CLOCK.search(node.value)) and path != ASKS_THE_SERVER:
                yield node.lineno, f"{found[0]} in SQL: pass the moment as a parameter"

    drafts = [path for path in PRODUCT.rglob("migrations/*.py") if list(asked(path))]
    assert not faults(asked)
    assert not drafts


def test_no_test_waits_by_the_clock() -> None:
    def waits(path: Path) -> Iterator[tuple[int, str]]:
        for node, owner, name in calls(path):
            if (owner, name) == ("time", "sleep"):
                yield node.lineno, "sleep in a test"

    assert not faults(waits, ROOT / "tests")


def test_only_the_flow_catches_everything() -> None:
    def greedy(path: Path) -> Iterator[tuple[int, str]]:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and not within(path, "flow"):
                # Closing up and raising again is no answer to an error, and allowed.
                raises = any(isinstance(inner, ast.Raise) and not inner.exc for inner in node.body)
                names = {getattr(kind, "id", "") for kind in ast.walk(node.type or node)}
                if not raises and (node.type is None or names & {"Exception", "BaseException"}):
                    yield node.lineno, "catches what it cannot answer"

    assert not faults(greedy)


def test_surfaces_never_write_themselves() -> None:
    def writes(path: Path) -> Iterator[tuple[int, str]]:
        if not within(path, *SURFACES):
            return
        for node, owner, name in calls(path):
            if name in WRITES or (owner == "objects" and name in {"create", "update", "delete"}):
                yield node.lineno, f".{name}: call an action"

    assert not faults(writes)


@pytest.mark.parametrize("place", ["staytrue", "tests", "docs", "Makefile", ".ci"])
def test_nothing_of_one_machine_or_workplace_is_written_down(place: str) -> None:
    # Put together here, so that this file does not find itself.
    private = re.compile(
        "|".join(["/" + "work/", "/" + "root/", "pypi" + r"\.org", "files.python" + "hosted"])
    )
    root = ROOT / place
    files = [root] if root.is_file() else [path for path in root.rglob("*") if path.is_file()]
    kinds = {".py", ".md", ".toml", ".html", ".css", ".js", ".po", ".sql", ""}
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        if path.suffix in kinds and "__pycache__" not in path.parts
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), 1
        )
        if private.search(line)
    ]
    assert not found


def test_the_locks_name_no_index() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text(encoding="ascii")
        assert "://" not in text
        assert "--hash=sha256:" in text


def test_every_table_is_a_word_of_the_glossary() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
    words = {word.strip().lower() for row in rows for word in row.split(",")}
    tables = {
        model._meta.model_name: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__).lower()
        for model in apps.get_models()
        if model.__module__.startswith("staytrue.")
    }
    assert {name for name in tables.values() if name not in words} == set()


def test_every_claimed_row_can_be_tried() -> None:
    """Its line stands once where the row says; whether its reversal is seen is for `make proof`."""
    wrong = [(row["id"], fault) for row in proof.rows() if (fault := proof.fault_of(row))]
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("object_", ["reservation", "profile"])
def test_a_stage_has_the_columns_that_are_staged(object_: str) -> None:
    with connection.cursor() as cursor:
        stage = connection.introspection.get_table_description(cursor, f"stage_{object_}")
    staged: tuple[str, ...] = getattr(columns, object_.upper())
    assert sorted(column.name for column in stage) == sorted(["batch", "seq", *staged])
