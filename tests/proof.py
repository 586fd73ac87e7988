"""`make proof`: take back the line that keeps each promise, and see its test go red.

`tests/rows.toml` names for every claimed row the file, its line, what stands there without the
promise, and the test that must notice. It happens in a copy, so the checkout is never touched. A row
with a `command` is a longer proof of its own; its figures get a file beside the results. A row whose
line, file and test are as they were when it was proven is not proven again (CI keeps its test green),
a longer proof is while the code is the same: a run that was cut goes on where it was.

python -m tests.proof [ROW …] [--again]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from staytrue.kit import clock, embedded

ROOT = Path(__file__).parents[1]
ROWS = ROOT / "tests" / "rows.toml"
RESULTS = ROOT / "docs" / "proof" / "rows.json"
COPIED = ("staytrue", "tests", "docs", "pyproject.toml", "Makefile", ".ci", "staticfiles")
TEST_SECONDS, COMMAND_SECONDS = 300, 7_200
CODE = ("staytrue", "tests", "pyproject.toml")
AT_ONCE = os.cpu_count() or 1
RED = 1  # pytest: tests ran and some failed; anything else is a broken proof

Row = dict[str, Any]


def rows() -> list[Row]:
    """The claimed rows, in the order of the file."""
    found: list[Row] = tomllib.loads(ROWS.read_text(encoding="utf-8"))["row"]
    return found


def fault_of(row: Row) -> str | None:
    """Why a row cannot be tried, if so."""
    needed = {"command"} if "command" in row else {"file", "line", "reversal", "test"}
    if missing := (needed | {"id", "claim"}) - set(row):
        return f"lacks {', '.join(sorted(missing))}"
    if "command" in row:
        return None
    path = ROOT / row["file"]
    if not path.is_file():
        return f"there is no {row['file']}"
    count = path.read_text(encoding="utf-8").count(row["line"])
    if count != 1:
        return f"its line stands {count} times in {row['file']}"
    if not (ROOT / row["test"].partition("::")[0]).is_file():
        return f"there is no {row['test']}"
    return None


def digest(row: Row) -> str:
    """What a result depends on: the row, its file and its test."""
    made = hashlib.sha256(json.dumps(row, sort_keys=True).encode())
    if "command" not in row:
        for name in (row["file"], row["test"].partition("::")[0]):
            made.update((ROOT / name).read_bytes())
    return made.hexdigest()


@contextmanager
def copy() -> Iterator[Path]:
    """The project beside an empty place, so that a broken line breaks nothing."""
    with tempfile.TemporaryDirectory(prefix="staytrue-proof-") as place:
        root = Path(place) / "checkout"
        root.mkdir()
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "shots", "proof")
                shutil.copytree(source, root / name, ignore=ignored)
            elif source.is_file():
                shutil.copy(source, root / name)
        shared = ROOT.parent / "shared"
        if shared.is_dir():
            (Path(place) / "shared").symlink_to(shared)
        try:
            yield root
        finally:
            embedded.stop(root / ".pytest_cache" / "home")


def pytest_in(root: Path, test: str) -> subprocess.CompletedProcess[str]:
    """Run one test of the copy. No bytecode: a line changed within a second must be seen."""
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", test]
    try:
        return subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, check=False,
            timeout=TEST_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        said = f"it had not ended after {TEST_SECONDS} s"
        return subprocess.CompletedProcess(command, returncode=-1, stdout=said)


def reverse(row: Row, root: Path) -> Row:
    """Green as it stands, red without its line: anything else is no proof."""
    path = root / row["file"]
    whole = path.read_text(encoding="utf-8")
    green = pytest_in(root, row["test"])
    if green.returncode:
        return failed(row, f"the test is not green as it stands:\n{green.stdout[-2000:]}")
    if " skipped" in green.stdout and " passed" not in green.stdout:
        return failed(row, "the test was skipped here, so it proves nothing")
    try:
        path.write_text(whole.replace(row["line"], row["reversal"]), encoding="utf-8")
        red = pytest_in(root, row["test"])
    finally:
        path.write_text(whole, encoding="utf-8")
    if red.returncode != RED:
        return failed(row, f"pytest ended with {red.returncode} without the line, not red")
    place = whole[: whole.index(row["line"])].count("\n") + 1
    return proven(row, file=row["file"], line=place, test=row["test"])


def longer(row: Row) -> Row:
    """A proof of its own; its last line may be a JSON object with seed and figures."""
    try:
        ran = subprocess.run(
            [sys.executable, "-m", *row["command"]],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=COMMAND_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return failed(row, f"it had not ended after {COMMAND_SECONDS} s")
    if ran.returncode:
        return failed(row, (ran.stdout + ran.stderr)[-2000:])
    last = (ran.stdout.strip().splitlines() or [""])[-1]
    figures = json.loads(last) if last.startswith("{") else {}
    return proven(row, command=row["command"], figures=figures)


def proven(row: Row, **facts: Any) -> Row:
    """A result that stands."""
    return {"id": row["id"], "claim": row["claim"], "proven": True, **facts}


def failed(row: Row, why: str) -> Row:
    """A result that does not."""
    return {"id": row["id"], "claim": row["claim"], "proven": False, "why": why}


def git(*words: str) -> str:
    """What git says of this checkout."""
    ran = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def standing() -> dict[str, str]:
    """What stands here: the commit, and the code itself, which a commit of results leaves equal."""
    changed = git("diff", "HEAD", "--", *CODE)
    trees = [git("rev-parse", f"HEAD:{name}") for name in CODE]
    code = hashlib.sha256("\n".join([*trees, changed]).encode()).hexdigest()
    head = git("rev-parse", "HEAD")
    return {"commit": f"{head} with changes" if changed else head, "code": code}


def load_results() -> dict[str, Row]:
    """What was proven so far, by digest."""
    if not RESULTS.exists():
        return {}
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    return {result["digest"]: result for result in found["rows"]}


def save_results(results: dict[str, Row]) -> None:
    """Write after every row: a run that is cut goes on where it was."""
    write(RESULTS, {"rows": list(results.values())})


def save_figures(result: Row) -> None:
    """A longer proof's figures in a file of their own: seed, commit and all."""
    module, *words = result["command"]
    name = "-".join([module.rpartition(".")[2], *(word for word in words if word.isalpha())])
    write(RESULTS.with_name(f"{name}.json"), result)


def write(path: Path, document: Any) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    draft.rename(path)


def prove(wanted: list[str], *, again: bool) -> bool:
    """Every wanted row; answers whether all of them hold."""
    known, here = load_results(), standing()
    chosen = [row for row in rows() if not wanted or row["id"] in wanted]
    marks = [digest(row) for row in rows() if not fault_of(row)]
    # What is not reached this time keeps its result.
    kept = {mark: known[mark] for mark in marks if mark in known}
    due = [row for row in chosen if again or not holds(row, known, here)]
    done, broken = len(chosen) - len(due), 0
    for row, result in attempts(due):
        done, broken = done + result["proven"], broken + (not result["proven"])
        if not wanted:
            kept[result.setdefault("digest", row["claim"])] = result | here
            save_results({mark: kept[mark] for mark in [*marks, *kept] if mark in kept})
            if result["proven"] and "command" in row:
                save_figures(result | here)
        told = "holds" if result["proven"] else f"FAILS: {result['why']}"
        print(f"{row['id']}  {told}  ({result['seconds']} s)", flush=True)
    print(f"{done} of {len(chosen)} rows hold.")
    return not broken


def holds(row: Row, known: dict[str, Row], here: dict[str, str]) -> bool:
    """Whether it was proven on what stands here."""
    before = {} if fault_of(row) else known.get(digest(row), {})
    same = "command" not in row or before.get("code") == here["code"]
    return bool(before.get("proven")) and same


def attempts(due: list[Row]) -> Iterator[tuple[Row, Row]]:
    """Each row with its result: reversals side by side, each in a copy, then the longer proofs."""
    roots: SimpleQueue[Path] = SimpleQueue()
    # Before the copies are made: what is edited meanwhile was not tried.
    marks = {id(row): {"digest": digest(row)} for row in due if not fault_of(row)}

    def attempt(row: Row) -> Row:
        started = clock.monotonic()
        if id(row) not in marks:
            return failed(row, str(fault_of(row))) | {"seconds": 0.0}
        if "command" in row:
            result = longer(row)
        else:
            root = roots.get()
            result = reverse(row, root)
            roots.put(root)
        return result | marks[id(row)] | {"seconds": round(clock.monotonic() - started, 1)}

    quick = [row for row in due if "command" not in row]
    with ExitStack() as copies, ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(min(AT_ONCE, len(quick))):
            roots.put(copies.enter_context(copy()))
        tried = {pool.submit(attempt, row): row for row in quick}
        for future in as_completed(tried):
            yield tried[future], future.result()
    for row in due:
        if "command" in row:
            yield row, attempt(row)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", help="only these; nothing is written then")
    parser.add_argument("--again", action="store_true", help="also what was proven already")
    given = parser.parse_args()
    sys.exit(not prove(given.rows, again=given.again))


if __name__ == "__main__":
    main()
