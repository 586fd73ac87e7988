"""The home and its secrets."""

import errno
import stat
from pathlib import Path

import pytest

from staytrue.kit import home
from staytrue.kit.errors import Refused, Temporary


def test_a_secret_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    first = home.own_secret(tmp_path / "home", "signing")
    assert len(first) >= 64
    assert home.own_secret(tmp_path / "home", "signing") == first
    kept = tmp_path / "home" / "secrets"
    assert stat.S_IMODE((kept / "signing").stat().st_mode) == 0o600
    assert [path.name for path in kept.iterdir()] == ["signing"]


def test_two_names_have_two_secrets(tmp_path: Path) -> None:
    assert home.own_secret(tmp_path, "one") != home.own_secret(tmp_path, "two")


def test_a_file_in_the_way_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(Refused, match="STAYTRUE_HOME"):
        home.prepare(tmp_path / "home")


def test_a_full_disk_is_temporary(tmp_path: Path) -> None:
    error = home.trouble(tmp_path, OSError(errno.ENOSPC, "No space left on device"))
    assert isinstance(error, Temporary)
    assert error.code == "disk_full"


def test_the_home_is_absolute_wherever_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STAYTRUE_HOME", "here")
    assert home.place() == tmp_path / "here"
