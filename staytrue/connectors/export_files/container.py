"""Opens what a file is packed in (nothing, gzip, one zip) within limits, and gives its bytes.

Sizes a container declares are never believed: bytes are counted while they are read.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO

from staytrue.kit.errors import Refused
from staytrue.kit.text import clean

BLOCK = 1 << 20
_BROKEN = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, struct.error)
_BROKEN_ENTRY = (*_BROKEN, NotImplementedError, RuntimeError, ValueError, OSError)
_END_OF_DIRECTORY = b"PK\x05\x06"
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_FOREIGN = (
    # First bytes, and what a person would call such a file.
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Office file (.xls): save it as .xlsx or CSV"),
    (b"PK\x03\x04", "a zip or Office file"),
    (b"PK\x05\x06", "an empty zip"),
    (b"\x1f\x8b", "a gzip file"),
    (b"7z\xbc\xaf", "a 7-Zip file"),
    (b"Rar!", "a RAR file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3", "a database"),
)
_HTML = re.compile(
    rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|script|table)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Limits:
    """How much a file may be before it is refused. Each is far above any honest export."""

    unpacked_bytes: int = 4 << 30
    ratio: int = 200
    ratio_floor_bytes: int = 50 << 20
    entries: int = 1_000
    record_chars: int = 1 << 20
    depth: int = 64
    workbook_bytes: int = 512 << 20
    shared_text_bytes: int = 64 << 20
    columns: int = 2_000


@dataclass(frozen=True)
class Stamp:
    """What a file was at one moment; two equal stamps mean that nobody touched it in between."""

    size: int
    modified_ns: int
    inode: int
    content_hash: str


def stamp_of(path: Path) -> Stamp:
    """The stamp of a regular file; devices, pipes, folders and links to them are refused."""
    try:
        # Without waiting: opening a pipe that nobody writes would never return.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise Refused(
            f"{display_name(path.name)} cannot be read: {error.strerror}.", "file_unreadable"
        ) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Refused(f"{display_name(path.name)} is not a file.", "not_a_file")
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        digest = hashlib.blake2b(digest_size=32)
        while block := file.read(BLOCK):
            digest.update(block)
        now = path.stat()
    return Stamp(now.st_size, now.st_mtime_ns, now.st_ino, digest.hexdigest())


def display_name(name: str) -> str:
    """A file name that is safe to show and to log: one line, no tricks, not endless."""
    return clean(name.replace("\n", " "))[:120] or "file"


@contextmanager
def opened(path: Path, name: str, *, entry: str, limits: Limits) -> Iterator[IO[bytes]]:
    """The bytes of the one data file inside, whatever it is packed in."""
    suffix = Path(name).suffix.lower()
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        try:
            if suffix == ".gz":
                if not start.startswith(b"\x1f\x8b"):
                    raise _not_what_it_says(name, "a gzip file")
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield _counted(unpacked, file, limits)
            elif suffix == ".zip":
                if not start.startswith(b"PK"):
                    raise _not_what_it_says(name, "a zip file")
                with zipped(file, name, limits) as archive:
                    info = _data_entry(archive, name, entry)
                    with entry_of(archive, info, name) as unpacked:
                        yield _counted(unpacked, file, limits, packed=info.compress_size)
            else:
                yield _counted(file, file, limits, packed=0)
        except _BROKEN:
            raise cut_container(name) from None


def entry_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> IO[bytes]:
    """Opens an entry. Its own header may contradict the directory in every way there is."""
    try:
        return archive.open(info)
    except _BROKEN_ENTRY:
        raise cut_container(name) from None


def inner_name(name: str) -> str:
    """The name without the ending of its packing."""
    return name[: -len(Path(name).suffix)] if Path(name).suffix.lower() in {".gz", ".zip"} else name


def check_content(start: bytes, name: str, format_: str) -> None:
    """Refuses what is certainly not a file of this format, whatever it is called."""
    for magic, what in _FOREIGN:
        if start.startswith(magic) and not (format_ == "xlsx" and what.startswith("a zip")):
            raise Refused(
                f"{display_name(name)} is {what}, not {format_.upper()}.", "content", found=what
            )
    if format_ != "xml" and _HTML.match(start.removeprefix(b"\xef\xbb\xbf")):
        raise Refused(
            f"{display_name(name)} is a web page, not {format_.upper()}: perhaps a login page or an "
            "error was saved instead of the export.",
            "content",
            found="a web page",
        )
    if format_ == "xlsx" and not start.startswith(b"PK\x03\x04"):
        raise Refused(f"{display_name(name)} is not an XLSX workbook.", "content")


@contextmanager
def zipped(file: IO[bytes], name: str, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """A zip whose directory was looked at before it is believed."""
    _check_directory(file, name, limits)
    try:
        archive = zipfile.ZipFile(file)
    except (*_BROKEN_ENTRY, zipfile.LargeZipFile):
        raise _cut(name, "zip") from None
    with archive:
        for info in archive.infolist():
            _check_entry(info, name)
        yield archive


def cut_container(name: str) -> Refused:
    """The refusal of a container that ends early or does not unpack."""
    return _cut(name, Path(name).suffix.lower().lstrip(".") or "file")


class _Counting(io.RawIOBase):
    """Counts what comes out and stops at the limits."""

    def __init__(
        self, source: IO[bytes] | gzip.GzipFile, file: IO[bytes], limits: Limits, packed: int | None
    ):
        super().__init__()
        self.source, self.file, self.limits, self.packed = source, file, limits, packed
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        block = self.source.read(len(view))
        view[: len(block)] = block
        self.count += len(block)
        if self.count > self.limits.unpacked_bytes:
            raise Refused(
                f"The file unpacks to more than {self.limits.unpacked_bytes >> 20} MB.",
                "too_large",
            )
        # A gzip stream has no declared size that could be trusted: what was read of it counts.
        packed = self.file.tell() if self.packed is None else self.packed
        if packed and self.count > max(self.limits.ratio_floor_bytes, packed * self.limits.ratio):
            raise Refused(
                f"The file unpacks to more than {self.limits.ratio} times its size: it looks like "
                "a zip bomb.",
                "zip_bomb",
            )
        return len(block)


def _counted(
    source: IO[bytes] | gzip.GzipFile, file: IO[bytes], limits: Limits, packed: int | None = None
) -> IO[bytes]:
    return io.BufferedReader(_Counting(source, file, limits, packed), BLOCK)


def _data_entry(archive: zipfile.ZipFile, name: str, entry: str) -> zipfile.ZipInfo:
    files = [
        info
        for info in archive.infolist()
        if not info.is_dir() and not info.filename.startswith("__MACOSX/")
    ]
    if entry:
        files = [info for info in files if fnmatchcase(info.filename, entry)]
    if len(files) != 1:
        wanted = f"named {entry} " if entry else ""
        raise Refused(
            f"{display_name(name)} must hold exactly one file {wanted}and holds {len(files)}: name "
            "the right one as file.entry in the mapping.",
            "zip_entries",
            found=len(files),
        )
    if files[0].filename.lower().endswith((".zip", ".gz", ".7z", ".rar", ".tar", ".tgz")):
        raise Refused(f"{display_name(name)} holds another archive.", "zip_nested")
    return files[0]


def _check_entry(info: zipfile.ZipInfo, name: str) -> None:
    """Nothing is ever unpacked to a path, still a hostile name says what the file is."""
    entry = info.filename
    parts = re.split(r"[/\\]", entry)
    hostile = (
        entry.startswith(("/", "\\"))
        or ".." in parts
        or re.match("[A-Za-z]:", entry)
        or any(_DEVICES.fullmatch(part.strip()) for part in parts)
        or stat.S_ISLNK(info.external_attr >> 16)
    )
    if hostile:
        raise Refused(
            f"{display_name(name)} holds an entry with a forbidden name or a link: "
            f"{display_name(entry)!r}.",
            "zip_name",
        )
    if info.flag_bits & 0x1:
        raise Refused(f"{display_name(name)} is encrypted; send it open.", "zip_encrypted")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Refused(f"{display_name(name)} is packed in an unusual way.", "zip_method")


def _check_directory(file: IO[bytes], name: str, limits: Limits) -> None:
    """Reads the counts at the end of a zip before the library takes its directory into memory."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(_END_OF_DIRECTORY)
    if at < 0 or len(tail) - at < 22:
        raise _cut(name, "zip")
    entries, directory_bytes = struct.unpack("<HI", tail[at + 10 : at + 16])
    if entries > limits.entries or directory_bytes > limits.entries * 1_000:
        raise Refused(
            f"{display_name(name)} holds more than {limits.entries} entries.", "zip_entries"
        )


def _cut(name: str, kind: str) -> Refused:
    return Refused(
        f"{display_name(name)} is not a complete {kind}: it was cut or damaged on its way. Send it "
        "again; nothing of it was taken.",
        "truncated",
    )


def _not_what_it_says(name: str, kind: str) -> Refused:
    return Refused(f"{display_name(name)} is not {kind}, whatever its name says.", "content")
