"""A process that starts sending workers, each a process of its own that is made to be killed.

python -m tests.lab.rigs.sending_worker DATABASE HOME
A line on standard input is the instant at which the next one works; its number is answered, and
it begins at the next line.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import django

LINK = "https://sirga.example/g/of-nobody/stop/"


def work(at: datetime) -> None:
    """Send what is due as the worker does, in this process."""
    from staytrue.kit.errors import Refused  # noqa: PLC0415 - Django must stand before
    from staytrue.messages import dispatching  # noqa: PLC0415
    from staytrue.messages.claims import Claimed  # noqa: PLC0415
    from staytrue.messages.dispatching import Ports  # noqa: PLC0415
    from staytrue.messages.letters import Written  # noqa: PLC0415

    def write(claims: Sequence[Claimed], _now: datetime) -> list[Written | Refused]:
        return [Written("Your stay", "<p>Welcome</p>", "Welcome", "Claire", LINK) for _ in claims]

    # Every second one has groups so small that one is always made ready while another leaves.
    dispatching.GROUP = 2 if at.minute % 2 else 100
    dispatching.send_due(f"worker {os.getpid()}", Ports(write=write, clock=lambda: at, ahead=True))


def main(database_name: str, home: str) -> None:
    """Fork one worker for each line; a child that was killed is waited for."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "staytrue.settings"
    django.setup()

    from django.conf import settings  # noqa: PLC0415 - Django must stand before
    from django.db import connections  # noqa: PLC0415

    from staytrue.kit import database  # noqa: PLC0415
    from staytrue.messages import dispatching  # noqa: F401, PLC0415 - every child has it then

    database.attach("app", name=database_name)
    settings.HOME = Path(home)
    print("ready", flush=True)
    for line in sys.stdin:
        connections.close_all()
        gate, go = os.pipe()
        child = os.fork()
        if child == 0:
            os.read(gate, 1)
            work(datetime.fromisoformat(line.strip()))
            os._exit(0)
        print(child, flush=True)
        sys.stdin.readline()
        os.write(go, b"!")
        os.close(gate)
        os.close(go)
        _, how = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(how) and os.WTERMSIG(how) == signal.SIGKILL
        print("killed" if killed else f"ended {os.waitstatus_to_exitcode(how)}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
