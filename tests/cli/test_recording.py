"""The commands for bug reports about a PMS."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli


def test_nothing_is_recorded_of_a_connection_that_reads_files(cli: Cli, tmp_path: Path) -> None:
    ran = cli("connectors", "record", "files", "--to", tmp_path / "bundle", "--json")
    assert ran.code == 1
    assert "reads files" in ran.err
    assert not (tmp_path / "bundle").exists()


def test_a_folder_that_holds_no_recording_is_said_so(cli: Cli, tmp_path: Path) -> None:
    ran = cli("connectors", "replay", tmp_path, "--json")
    assert ran.code == 1
    assert "is no recording" in ran.err


def test_an_unknown_dialect_is_wrong_use(cli: Cli, tmp_path: Path) -> None:
    assert cli("connectors", "replay", tmp_path, "--dialect", "fax").code == 2
