"""Logs: one JSON object per line on standard error, whatever text an attacker puts into it."""

from __future__ import annotations

import logging
import sys

import structlog

from staytrue.kit.scrubbing import scrub_event


def to_stderr(level: int = logging.INFO) -> None:
    """Send every log of the process, libraries' too, through one formatter."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                scrub_event,
                # ASCII: no line end, control or right-to-left mark can forge another entry.
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # At its most talkative it would tell the headers of every answer.
    logging.getLogger("httpcore").setLevel(max(level, logging.INFO))
    # It tells each start and end of a job, and there is one every few seconds.
    logging.getLogger("procrastinate").setLevel(max(level, logging.WARNING))
