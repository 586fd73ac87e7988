"""A mailing from its file to its recall, on the command line."""

from __future__ import annotations

from pathlib import Path

from staytrue.hotel import scope
from staytrue.messages.kinds import Kind
from staytrue.messages.models import TemplateVersion
from tests.cli.conftest import Cli
from tests.messages import scene


def words() -> int:
    """An approved text; its version's number."""
    scene.words(Kind.MAILING)
    with scope.everything():
        return TemplateVersion.objects.get(template__kind=Kind.MAILING).pk


def test_a_mailing_goes_from_its_file_to_its_recall(filled: Cli, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("email\nnobody@else.example\n=cmd|x\n", encoding="utf-8")
    made = filled("mailing", "new", "--property", "BIO", "--name", "May", "--text", words(),
                  "--file", path, "--json")  # fmt: skip
    assert (made.code, made.document["error"]["code"]) == (1, "mailing_empty")

    told = filled("mailing", "new", "--property", "BIO", "--name", "May", "--everyone", "--text",
                  _text(), "--json").document  # fmt: skip
    assert told["state"] == "waiting"
    assert sum(told[heap] for heap in ("waiting", "left_out")) == told["listed"] > 0

    refused = filled("mailing", "send", told["id"], "--json")
    assert (refused.code, refused.document["error"]["code"]) == (1, "mailing_moved_on")
    assert "left_out" in filled("mailing", "show", told["id"]).out
    recalled = filled("mailing", "recall", told["id"], "--json").document
    assert recalled["state"] == "recalled"
    assert [each["state"] for each in filled("mailing", "list", "--json").document] == ["recalled"]


def _text() -> int:
    with scope.everything():
        return TemplateVersion.objects.get(template__kind=Kind.MAILING).pk


def test_what_is_no_mailing_is_a_no(cli: Cli) -> None:
    ran = cli("mailing", "show", "12", "--json")
    assert (ran.code, ran.document["error"]["code"]) == (1, "no_mailing")


def test_a_mailing_without_a_list_is_wrong_use(cli: Cli) -> None:
    assert cli("mailing", "new", "--property", "BIO", "--name", "x", "--text", 1).code == 2
