"""What came back counts only where it carries the mark of one of our messages."""

from __future__ import annotations

from uuid import UUID

from staytrue.messages import marks
from staytrue.messages.carriers.mail import is_plain, message_id
from tests.messages.carriers.mails import mail

ONE = UUID("8f14e45f-ceea-4672-a5b6-8d5f3b0c1a2d")


def test_a_return_path_and_a_message_id_name_their_message() -> None:
    path = marks.return_path(ONE, "bounces@sirga.example")
    assert is_plain(path)
    assert marks.marked(path) == ONE
    assert marks.marked(path.upper()) == ONE
    assert marks.marked(message_id(mail(public_id=ONE, mark=marks.mark(ONE)))) == ONE


def test_a_guessed_mark_names_nothing() -> None:
    path = marks.return_path(ONE, "bounces@sirga.example")
    other = UUID(int=ONE.int + 1)
    assert marks.marked(path.replace(ONE.hex, other.hex)) is None
    assert marks.marked(path.replace(marks.mark(ONE), "0" * 16)) is None
    assert marks.marked(f"<{ONE.hex}@sirga.example>") is None
    assert marks.marked("") is None
