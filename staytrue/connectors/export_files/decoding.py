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
# What people read a byte as: the letter of the code page, or, where it has none, the byte itself.
_PAGES = tuple(
    {ord(bytes([byte]).decode(page, "ignore") or chr(byte)): byte for byte in range(0x80, 0x100)}
    for page in ("cp1252", "cp1250", "cp1251")
)
_FOREIGN_BYTES = re.compile(rb"[\x80-\xff]+")
# Signs that never stand inside a word, but are the letters ł ą ż Ł Ą Ż of windows-1250.
_EASTERN = re.compile(r"[^\W\d_][³¹¿£¥¯][^\W\d_]")
_BLANK_ASCII = bytes(0x20 if byte < 0x80 else byte for byte in range(256))
_IS_UTF8 = "its accented letters are valid UTF-8"
GARBLED_MIN = 5
LOOKED_AT_MAX = 20_000


def is_garbled(word: str) -> bool:
    """Whether letters are UTF-8 that somebody read by a code page: `Ã©` for `é`, `Ð˜` for `И`."""
    if len(word) < 2:
        return False
    for page in _PAGES:
        try:
            word.translate(page).encode("latin-1").decode("utf-8")
        except UnicodeError:
            continue
        return True
    return False


def mostly(some: int, of: int) -> bool:
    """Nine in ten, and not by chance."""
    return some >= GARBLED_MIN and some * 10 >= of * 9


class Watched(io.RawIOBase):
    """Bytes on their way to the decoder, watched for being UTF-8 although declared otherwise."""

    def __init__(self, source: IO[bytes], encoding: str) -> None:
        super().__init__()
        self.source = source
        self.is_single_byte = not encoding.startswith("utf")
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.is_utf8, self.is_ascii = self.is_single_byte, True
        self.runs = self.utf8_runs = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        block = self.source.read(len(view))
        view[: len(block)] = block
        if self.is_single_byte and not block.isascii():
            self.is_ascii = False
            self._count(block)
        if self.is_utf8:
            try:
                self.decoder.decode(block, final=not block)
            except UnicodeDecodeError:
                self.is_utf8 = False
        return len(block)

    @property
    def seems_utf8(self) -> bool:
        """Valid as a whole; or nearly, where a few bytes were damaged or pasted in."""
        return not self.is_ascii and (self.is_utf8 or mostly(self.utf8_runs, self.runs))

    def _count(self, block: bytes) -> None:
        if self.runs < LOOKED_AT_MAX:
            runs = _FOREIGN_BYTES.findall(block)
            self.runs += len(runs)
            self.utf8_runs += sum(map(_is_utf8, runs))


def _is_utf8(run: bytes) -> bool:
    try:
        run.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


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
            raise self.named("windows-1252", "it uses characters that ISO 8859-1 does not have")
        if self.encoding == "cp1252" and (found := _EASTERN.search(text)):
            raise self.named("windows-1250", f"{found[0]!r} is no part of a word")
        if self.foreign < LOOKED_AT_MAX:
            runs = encoded.translate(_BLANK_ASCII).decode("utf-8").split()
            self.foreign += len(runs)
            self.garbled += sum(map(is_garbled, runs))

    def finish(self) -> None:
        """What can only be said of the whole: its text is UTF-8, or its names came garbled."""
        if self.watched.is_single_byte and self.watched.seems_utf8:
            raise self.refusal("utf-8", _IS_UTF8)
        if mostly(self.garbled, self.foreign):
            raise Refused(
                f"{self.name} was garbled before it came here: its accented words look like "
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
        return self.named("another encoding", f"byte {byte:02X} has no meaning in it")

    def named(self, guess: str, why: str) -> Refused:
        """The refusal for another encoding; UTF-8 where the bytes say so, else the guess."""
        if self.watched.is_single_byte and self.watched.seems_utf8:
            return self.refusal("utf-8", _IS_UTF8)
        return self.refusal(guess, why)

    def refusal(self, found: str, why: str) -> Refused:
        """One sentence for every wrong encoding."""
        return Refused(
            f"{self.name} is not {self.encoding} as the mapping says, it looks like {found}: {why}. "
            "Correct file.encoding in the mapping; nothing of the file was taken.",
            "wrong_encoding",
            declared=self.encoding,
            found=found,
        )
