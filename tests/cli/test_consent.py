"""Lists of the former mailer and the postal export, as the command line takes and gives them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from staytrue.consent.models import ConsentAct, ContactUse
from staytrue.hotel import scope
from tests.cli.conftest import Cli


def test_a_list_of_opt_outs_is_taken_once_and_told_in_figures(filled: Cli, tmp_path: Path) -> None:
    filled("work", "--until-idle")
    with scope.everything():
        written = ContactUse.objects.filter(contact_point__kind="email", until_at=None).first()
    assert written
    file = tmp_path / "mailer.csv"
    file.write_text(f"email,date\n{written.written},2026-01-05\nnobody@else.example,\nnonsense,\n")
    words = ("consent", "import", file, "--kind", "opt_out", "--json")
    told = filled(*words).document
    assert (told["read"], told["recorded"], told["known"], told["refused"]) == (3, 2, 1, 1)
    assert told["lines"] == [{"line": 4, "reason": "“nonsense” is not one e-mail address."}]
    assert filled(*words).document["recorded"] == 0
    with scope.everything():
        assert ConsentAct.objects.filter(act="opt_out", actor="command line").exists()
    assert filled("consent", "import", file, "--kind", "nonsense").code == 2
    nameless = tmp_path / "nameless.csv"
    nameless.write_text("who\nana@x.example\n")
    refused = filled("consent", "import", nameless, "--kind", "bounce")
    assert refused.code == 1
    assert "there are: who" in refused.err


def test_the_postal_export_is_a_file_whose_cells_are_text(filled: Cli, tmp_path: Path) -> None:
    filled("work", "--until-idle")
    file = tmp_path / "letters.csv"
    told = filled("export", "postal", "--property", "BIO", "--out", file, "--json").document
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert told["lines"] == len(rows) - 1
    assert rows[0][:3] == ["name", "line1", "line2"]
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and cell]
    listed = filled("export", "postal", "--property", "BIO", "--json").document
    assert len(listed) == told["lines"]
