"""up and down: everything runs together and nothing is left behind. Slow: whole processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from staytrue.kit import embedded

START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def staytrue(home: Path, *words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "STAYTRUE_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "staytrue.cli", *words],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    embedded.stop(tmp_path / "home")


@pytest.fixture
def running(place: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A whole Staytrue that answers, and its port."""
    port = free_port()
    process = staytrue(place, "up", "--port", str(port))
    assert process.stderr
    for line in process.stderr:
        if "runs at" in line:
            break
    else:
        pytest.fail("it did not start")
    yield process, port
    if process.poll() is None:
        process.kill()
    process.communicate()


def answers(port: int) -> bool:
    """Whether the web serves; the kernel holds the request until the port listens."""
    for _ in range(START_SECONDS * 20):
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/api/openapi.json", timeout=5):
                return True
        except OSError:
            a_moment()
    return False


def a_moment() -> None:
    """A twentieth of a second, by waiting on a socket to which nobody writes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0.05)
        with pytest.raises(TimeoutError):
            ours.recv(1)


def nothing_left(place: Path, port: int) -> bool:
    """Whether server and web of this home are gone."""
    for _ in range(START_SECONDS * 20):
        with socket.socket() as probe:
            is_served = probe.connect_ex(("127.0.0.1", port)) == 0
        if not is_served and not embedded.is_running(place):
            return True
        a_moment()
    return False


def test_it_serves_and_a_signal_ends_all_of_it(
    running: tuple[subprocess.Popen[str], int], place: Path
) -> None:
    process, port = running
    assert answers(port)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=START_SECONDS)
    assert process.returncode == 0
    assert nothing_left(place, port)


def test_down_ends_it_and_a_second_up_is_refused(
    running: tuple[subprocess.Popen[str], int], place: Path
) -> None:
    _process, port = running
    second = staytrue(place, "up", "--port", str(free_port()))
    _, said = second.communicate(timeout=START_SECONDS)
    assert (second.returncode, "runs already" in said) == (1, True)
    ended = staytrue(place, "down")
    ended.communicate(timeout=START_SECONDS)
    assert ended.returncode == 0
    assert nothing_left(place, port)


def test_when_its_supervisor_is_killed_nothing_stays(
    running: tuple[subprocess.Popen[str], int], place: Path
) -> None:
    process, port = running
    assert answers(port)
    process.kill()
    assert nothing_left(place, port)


def test_error_pages_for_programmers_are_not_shown_to_the_network(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAYTRUE_DEBUG", "on")
    process = staytrue(place, "up", "--address", "0.0.0.0", "--port", str(free_port()))
    _, said = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 1
    assert "the web may not listen on 0.0.0.0" in said.splitlines()[-1]


def test_a_taken_port_is_said_in_one_line(place: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = staytrue(place, "up", "--port", str(taken.getsockname()[1]))
        _, said = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 1
    assert "cannot be used" in said.splitlines()[-1]
