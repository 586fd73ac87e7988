"""A log entry is one line, whatever stands in it."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from staytrue.kit import logs

FORGED = "Mozilla\n2026-05-21 admin login ok\r\x1b[2J\u2028\u202e"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What goes to standard error; the process's own logging returns afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    logs.to_stderr()
    yield out
    root.handlers = handlers
    root.setLevel(level)


def test_a_line_end_in_a_user_agent_forges_no_second_entry(written: io.StringIO) -> None:
    structlog.get_logger("test").warning("request", agent=FORGED)
    (line,) = written.getvalue().splitlines()
    assert json.loads(line)["agent"] == FORGED


def test_nor_does_it_in_a_library_that_logs_in_its_own_way(written: io.StringIO) -> None:
    logging.getLogger("django.request").warning("Not Found: %s", FORGED)
    (line,) = written.getvalue().splitlines()
    assert FORGED in json.loads(line)["event"]
