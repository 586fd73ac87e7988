"""`staytrue import` with small pages and translating processes, so that a small file has many moments.

python -m tests.flow.import_once FILE PAGE_ROWS --json
"""

from __future__ import annotations

import os
import sys

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "staytrue.settings"
    django.setup()

    from staytrue.cli.app import run
    from staytrue.flow import intake, translation

    file, rows = sys.argv[1], int(sys.argv[2])
    intake.PAGE_ROWS, translation.INLINE_BYTES = rows, 0
    sys.exit(run(["import", file, "--connection", "bio-files", *sys.argv[3:]]))
