"""Watched folders: complete files only, oldest first, from a server that is known."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paramiko
import pytest

from staytrue.connectors.export_files import folder as folders
from staytrue.connectors.export_files.folder import Found, LocalFolder, complete, in_order
from staytrue.connectors.export_files.mapping import MadeAt
from staytrue.kit.errors import Misconfigured, Refused

NOW = datetime(2026, 5, 21, 12, tzinfo=UTC)


def found(name: str, size: int = 10, age: float = 60) -> Found:
    return Found(name, size, NOW - timedelta(seconds=age))


def look(*files: Found) -> dict[str, Found]:
    return {one.name: one for one in files}


@pytest.mark.parametrize(
    ("before", "now", "names"),
    [
        (look(), look(found("a.csv")), []),
        (look(found("a.csv")), look(found("a.csv")), ["a.csv"]),
        (look(found("a.csv", 5)), look(found("a.csv", 10)), []),
        (look(found("a.csv", age=5)), look(found("a.csv", age=5)), []),
        (look(found("a.csv", 0)), look(found("a.csv", 0)), []),
        (look(), look(found("a.csv", age=0), found("a.csv.done", 0)), ["a.csv"]),
        (look(), look(found("a.csv", age=0), found("a.done", 0)), ["a.csv"]),
    ],
)
def test_a_file_is_taken_when_two_looks_agree_or_it_is_marked(
    before: dict[str, Found], now: dict[str, Found], names: list[str]
) -> None:
    assert [one.name for one in complete(before, now, NOW)] == names


@pytest.mark.parametrize(
    "name", ["a.csv.part", "a.tmp", ".a.csv", "a.csv~", "a.filepart", "x.done"]
)
def test_transfers_under_way_are_never_taken(name: str) -> None:
    assert not complete(look(found(name)), look(found(name)), NOW)


def test_a_pattern_and_a_mark_can_be_demanded() -> None:
    files = look(found("a.csv"), found("b.xml"))
    assert [one.name for one in complete(files, files, NOW, pattern="*.xml")] == ["b.xml"]
    assert not complete(files, files, NOW, needs_done=True)


def test_files_come_in_the_order_they_were_made_not_in_which_they_arrived() -> None:
    late, early = found("stays_20260520.csv", age=10), found("stays_20260521.csv", age=900)
    rules = (MadeAt("%Y%m%d", r"_(\d{8})"),)
    assert [one.name for one in in_order([early, late], rules)] == [late.name, early.name]
    assert [one.name for one in in_order([late, early], ())] == [early.name, late.name]


def test_a_local_folder_shows_plain_files_only(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    (tmp_path / "inner").mkdir()
    (tmp_path / "link.csv").symlink_to("/etc/hostname")
    assert list(LocalFolder(tmp_path).look()) == ["a.csv"]
    with pytest.raises(Misconfigured):
        LocalFolder(tmp_path / "nothing").look()


def test_a_file_that_changes_while_it_is_fetched_is_left_for_the_next_look(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"12345")
    place = LocalFolder(tmp_path)
    seen = place.look()["a.csv"]
    place.take(seen, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"12345"
    (tmp_path / "a.csv").write_bytes(b"1234567")
    with pytest.raises(Refused):
        place.take(seen, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("key", ["", "ssh-ed25519", "ssh-ed25519 !!!", "rot13 AAAA"])
def test_a_server_without_a_pinned_key_is_not_spoken_to(key: str) -> None:
    settings = {"host": "localhost", "host_key": key}
    with pytest.raises(Misconfigured) as refusal, folders.sftp(settings):
        pass
    assert refusal.value.code == "host_key"


class _Entry:
    def __init__(self, path: Path) -> None:
        facts = path.stat()
        self.filename, self.st_size = path.name, facts.st_size
        self.st_mtime, self.st_mode = int(facts.st_mtime), facts.st_mode


class _Session:
    """As much of an SFTP session as the folder uses, over a local directory."""

    def listdir_attr(self, path: str) -> list[_Entry]:
        return [_Entry(entry) for entry in Path(path).iterdir()]

    def getfo(self, source: str, out: object) -> None:
        out.write(Path(source).read_bytes())  # type: ignore[attr-defined]

    def stat(self, source: str) -> _Entry:
        return _Entry(Path(source))


@contextmanager
def session(path: Path) -> Iterator[folders.SftpFolder]:
    yield folders.SftpFolder(_Session(), str(path))  # type: ignore[arg-type]


def test_a_folder_on_a_server_is_read_like_a_local_one(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"12345")
    os.utime(tmp_path / "a.csv", (1_700_000_000, 1_700_000_000))
    with session(tmp_path) as place:
        files = place.look()
        place.take(files["a.csv"], tmp_path / "copy")
    assert files["a.csv"].size == 5
    assert (tmp_path / "copy").read_bytes() == b"12345"


def test_a_pinned_key_is_read_as_in_known_hosts() -> None:
    key = paramiko.ECDSAKey.generate()
    pinned = folders._pinned(f"{key.get_name()} {key.get_base64()} comment")
    assert pinned.asbytes() == key.asbytes()
