"""Turns bytes into text by the declared encoding, and refuses bytes that say they are another."""

from __future__ import annotations

import codecs
import io
import re
from codecs import lookup
from typing import IO

from staytrue.kit.errors import Refused

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# UTF-8 of a Latin letter or of a quotation mark, read as windows-1252 and written again as UTF-8.
_GARBLED = re.compile(
    "[ÃÂÄÅ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    "\u2013-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]|â€."
)
# Signs that never stand inside a word, but are the letters ł ą ż Ł Ą Ż of windows-1250.
_EASTERN = re.compile(r"[^\W\d_][³¹¿£¥¯][^\W\d_]")
_BLANK_ASCII = bytes(0x20 if byte < 0x80 else byte for byte in range(256))
GARBLED_MIN = 5
LOOKED_AT_MAX = 100_000


class Watched(io.RawIOBase):
    """Bytes on their way to the decoder, watched for being UTF-8 although declared otherwise."""

    def __init__(self, source: IO[bytes], encoding: str) -> None:
        super().__init__()
        self.source = source
        self.is_single_byte = not encoding.startswith("utf")
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.is_utf8, self.is_ascii = self.is_single_byte, True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        block = self.source.read(len(view))
        view[: len(block)] = block
        if self.is_utf8:
            self.is_ascii = self.is_ascii and block.isascii()
            try:
                self.decoder.decode(block, final=not block)
            except UnicodeDecodeError:
                self.is_utf8 = False
        return len(block)


class Decoded:
    """The text of a file, line by line as bytes had them (no line ending is translated)."""

    def __init__(self, source: IO[bytes], declared: str, name: str) -> None:
        self.name = name
        self.encoding = lookup(declared).name
        start = source.peek(4)[:4]  # type: ignore[attr-defined]
        self._check_start(start)
        self.watched = Watched(source, self.encoding)
        codec = "utf-8-sig" if self.encoding == "utf-8" else self.encoding
        self.lines = io.TextIOWrapper(
            io.BufferedReader(self.watched, 1 << 20), encoding=codec, errors="strict", newline="\n"
        )
        self.garbled = self.foreign = 0

    def _check_start(self, start: bytes) -> None:
        for mark, found in _BOMS:
            if start.startswith(mark) and not self.encoding.startswith(found):
                raise self.refusal(found, "its first bytes say so")
        if (
            self.encoding == "utf-16"
            and not start.startswith(_BOMS[1][0])
            and not start.startswith(_BOMS[2][0])
        ):
            raise self.refusal("something else", "a UTF-16 file begins with a byte order mark")
        if not self.encoding.startswith("utf-16") and b"\0" in start:
            raise self.refusal("utf-16", "every second byte is zero")

    def watch(self, text: str, encoded: bytes) -> None:
        """Looks at a batch of decoded text (and its UTF-8); cheap for plain ASCII."""
        if encoded.isascii():
            return
        if self.encoding == "iso8859-1" and re.search("[\x80-\x9f]", text):
            raise self.refusal("windows-1252", "it uses characters that ISO 8859-1 does not have")
        if self.encoding == "cp1252" and (found := _EASTERN.search(text)):
            raise self.refusal("windows-1250", f"{found[0]!r} is no part of a word")
        if self.foreign < LOOKED_AT_MAX:
            runs = encoded.translate(_BLANK_ASCII).decode("utf-8").split()
            self.foreign += len(runs)
            self.garbled += sum(1 for run in runs if _GARBLED.match(run))

    def finish(self) -> None:
        """What can only be said of the whole: all text is valid UTF-8, or every name is garbled."""
        if self.watched.is_single_byte and self.watched.is_utf8 and not self.watched.is_ascii:
            raise self.refusal("utf-8", "every accented letter in it is valid UTF-8")
        if self.garbled >= GARBLED_MIN and self.garbled == self.foreign:
            raise Refused(
                f"{self.name} was garbled before it came here: every accented word looks like "
                "'LÃ©onard' instead of 'Léonard'. The export must be written in one encoding.",
                "garbled",
                places=self.garbled,
            )

    def undecodable(self, error: UnicodeDecodeError) -> Refused:
        """The refusal for bytes that the declared encoding does not know."""
        if self.encoding.startswith("utf-8") and error.reason == "unexpected end of data":
            return Refused(
                f"{self.name} ends in the middle of a letter: it was cut. Send it again; nothing of "
                "it was taken.",
                "truncated",
            )
        byte = error.object[error.start]
        return self.refusal("another encoding", f"byte {byte:02X} has no meaning in it")

    def refusal(self, found: str, why: str) -> Refused:
        """One sentence for every wrong encoding."""
        return Refused(
            f"{self.name} is not {self.encoding} as the mapping says, it looks like {found}: {why}. "
            "Correct file.encoding in the mapping; nothing of the file was taken.",
            "wrong_encoding",
            declared=self.encoding,
            found=found,
        )
