"""A map of bookings for a new PMS, as people save it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli


def test_a_map_is_read_whichever_way_a_spreadsheet_saved_it(cli: Cli, tmp_path: Path) -> None:
    place = tmp_path / "map.csv"
    place.write_bytes("old_number;new_number\r\nN\u00ba1;A\r\nN\u00ba1;B\r\n".encode("cp1252"))
    told = cli("property", "move-pms", "old", "new", "--map", place)
    assert told.code != 0
    assert "N\u00ba1 stands twice in the map." in told.err
