"""The settings: loud on nonsense, and loaded without a server and without secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def loaded(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of its own."""
    program = (
        "import django; django.setup(); from django.conf import settings; print(settings.HTTPS)"
    )
    own = {"DJANGO_SETTINGS_MODULE": "staytrue.settings", "STAYTRUE_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"]} | own | environment,
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )


def test_loading_needs_neither_server_nor_secrets(tmp_path: Path) -> None:
    done = loaded(tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "home").exists()


def test_a_flag_that_is_neither_true_nor_false_is_refused(tmp_path: Path) -> None:
    done = loaded(tmp_path, STAYTRUE_DEBUG="perhaps")
    assert "STAYTRUE_DEBUG is 'perhaps'; it must be true or false." in done.stderr


def test_an_address_without_a_scheme_is_refused(tmp_path: Path) -> None:
    done = loaded(tmp_path, STAYTRUE_BASE_URL="crm.example")
    assert "must begin with http:// or https://" in done.stderr


@pytest.mark.parametrize(
    "place",
    [
        {"STAYTRUE_BASE_URL": "https://crm.example"},
        {"STAYTRUE_BASE_URL": "http://10.0.0.4:8000"},
        {"STAYTRUE_BASE_URL": "http://127.0.0.1.example"},
        {"STAYTRUE_HOSTS": "localhost,crm.example"},
        {"STAYTRUE_HOSTS": "*"},
    ],
)
def test_error_pages_for_programmers_are_refused_where_others_can_come(
    tmp_path: Path, place: dict[str, str]
) -> None:
    assert loaded(tmp_path, **place).returncode == 0
    done = loaded(tmp_path, STAYTRUE_DEBUG="on", **place)
    assert done.returncode != 0
    assert "is reached beyond this machine, and its error pages show guests' data" in done.stderr


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "127.0.0.2:90", "[::1]:8000"])
def test_error_pages_for_programmers_are_possible_on_this_machine(
    tmp_path: Path, host: str
) -> None:
    assert loaded(tmp_path, STAYTRUE_DEBUG="on", STAYTRUE_BASE_URL=f"http://{host}").returncode == 0


def test_https_is_recognised(tmp_path: Path) -> None:
    assert loaded(tmp_path, STAYTRUE_BASE_URL="https://crm.example").stdout == "True\n"
