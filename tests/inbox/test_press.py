"""The text of a file is compressed while it is written, and comes out of the slices as it was."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest

from staytrue.inbox.press import PIECE_BYTES, Press, pieces

LINE = "4711;Íñigo;Núñez\n".encode()


@pytest.mark.parametrize("lines", [0, 1, PIECE_BYTES // len(LINE) + 1, 400_000])
def test_the_slices_say_what_was_written_in_any_blocks(tmp_path: Path, lines: int) -> None:
    text = LINE * lines
    with Press(tmp_path / "pieces") as press:
        for begin in range(0, len(text), 123_457):
            press.write(text[begin : begin + 123_457])
        kept = list(press.pieces())
    assert b"".join(map(zlib.decompress, kept)) == text
    assert len(kept) <= len(text) // PIECE_BYTES + 1


def test_a_stream_is_cut_into_slices() -> None:
    text = LINE * 100_000
    kept = [zlib.decompress(piece) for piece in pieces(io.BytesIO(text))]
    assert b"".join(kept) == text
    assert {len(piece) for piece in kept[:-1]} == {PIECE_BYTES}
