"""A process of its own that calls a PMS as often as it may, and says how often that was.

python -m tests.lab.rigs.calling DATABASE CONNECTION ADDRESS
"""

from __future__ import annotations

import os
import sys

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "staytrue.settings"
    django.setup()

    from staytrue.flow import outgoing
    from staytrue.hotel import scope
    from staytrue.inbox import secrets
    from staytrue.inbox.models import Connection
    from staytrue.kit import database
    from staytrue.kit.errors import Temporary

    name, of, address = sys.argv[1:]
    database.attach("app", name=name)
    with scope.everything():
        link = Connection.objects.get(name=of)
        way = outgoing.way_out(link, secrets.opened(link))
    print("ready", flush=True)
    sys.stdin.readline()
    made = 0
    try:
        while True:
            way.request("POST", address)
            made += 1
    except Temporary as told:
        print(told.code, made)
