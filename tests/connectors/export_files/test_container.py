"""Containers: opened within limits, by content and not by name, and nothing lands elsewhere."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from staytrue.connectors.export_files.container import Limits, display_name
from staytrue.connectors.export_files.opening import open_file
from staytrue.kit.errors import Refused
from tests.connectors.export_files.corpus import csv, gzipped, mapping, opened, read, zipped


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("stays.csv", csv()),
        ("stays.csv.gz", gzipped(csv())),
        ("stays.zip", zipped(("stays.csv", csv()))),
        ("stays.zip", zipped(("export/stays.csv", csv()), ("__MACOSX/._stays.csv", b"x"))),
        ("stays.zip", zipped(("stays.csv", csv()), method=zipfile.ZIP_STORED)),
    ],
)
def test_every_packing_gives_the_same_bookings(tmp_path: Path, name: str, content: bytes) -> None:
    assert [stay.number for stay in read(tmp_path, content, name=name).stays] == ["R1", "R2", "R3"]


def test_a_zip_of_several_files_needs_the_name_of_the_right_one(tmp_path: Path) -> None:
    content = zipped(("a.csv", b"x"), ("stays.csv", csv()))
    with pytest.raises(Refused, match="exactly one file") as refusal:
        opened(tmp_path, content, name="stays.zip")
    assert refusal.value.code == "zip_entries"
    named = mapping(entry='"stays*.csv"')
    assert opened(tmp_path, content, named, name="stays.zip").lines == 3


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"<!DOCTYPE html><html><body>Login</body></html>", "content"),
        ("a.csv", b"\n <html lang=en>", "content"),
        ("a.csv", b"MZ\x90\x00" + bytes(100), "content"),
        ("a.csv", b"\x7fELF" + bytes(100), "content"),
        ("a.csv", b"%PDF-1.7", "content"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1", "content"),
        ("a.csv", zipped(("a.csv", csv())), "content"),
        ("a.csv", gzipped(csv()), "content"),
        ("a.csv.gz", csv(), "content"),
        ("a.zip", csv(), "content"),
        ("a.csv", b"", "empty"),
        ("a.csv.gz", gzipped(b""), "empty"),
        ("a.csv.gz", gzipped(gzipped(csv())), "content"),
        ("a.zip", zipped(("inner.zip", zipped(("a.csv", csv())))), "zip_nested"),
        ("a.zip", zipped(("inner.csv", zipped(("a.csv", csv())))), "content"),
        ("a.zip", zipped(("../../x.csv", csv())), "zip_name"),
        ("a.zip", zipped(("/etc/x.csv", csv())), "zip_name"),
        ("a.zip", zipped(("..\\x.csv", csv())), "zip_name"),
        ("a.zip", zipped(("C:/x.csv", csv())), "zip_name"),
        ("a.zip", zipped(("CON", csv())), "zip_name"),
        ("a.zip", zipped(("nul.csv", csv())), "zip_name"),
        ("a.zip", zipped(("a.csv", csv()), method=zipfile.ZIP_BZIP2), "zip_method"),
    ],
)
def test_what_is_not_what_it_says_is_refused(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    before = set(tmp_path.parent.iterdir())
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, content, name=name)
    assert refusal.value.code == code
    assert set(tmp_path.parent.iterdir()) == before
    assert {path.name for path in tmp_path.iterdir()} == {"incoming"}


def test_a_link_inside_a_zip_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("stays.csv")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, out.getvalue(), name="a.zip")
    assert refusal.value.code == "zip_name"


def test_a_locked_zip_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(("stays.csv", csv())))
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 8] |= 1
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, bytes(content), name="a.zip")
    assert refusal.value.code == "zip_encrypted"


@pytest.mark.parametrize("packing", ["gz", "zip"])
def test_a_bomb_stops_at_the_limit_with_little_memory(tmp_path: Path, packing: str) -> None:
    line = b"R1;OK;2026-05-21;2026-05-24;204;330.00;;A;\n"
    plain = csv() + line * 400_000
    content = gzipped(plain) if packing == "gz" else zipped(("stays.csv", plain))
    limits = Limits(ratio=50, ratio_floor_bytes=1 << 20)
    tracemalloc.start()
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, content, name=f"a.{packing}", limits=limits)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refusal.value.code == "zip_bomb"
    assert peak < 30 << 20


def test_more_than_the_limit_is_refused_while_reading(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, csv() * 1_000, limits=Limits(unpacked_bytes=10_000))
    assert refusal.value.code == "too_large"


def test_a_hundred_thousand_entries_are_refused_before_they_are_read(tmp_path: Path) -> None:
    content = bytearray(zipped(("stays.csv", csv())))
    end = content.rindex(b"PK\x05\x06")
    content[end + 8 : end + 12] = struct.pack("<HH", 65_535, 65_535)
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, bytes(content), name="a.zip")
    assert refusal.value.code == "zip_entries"


def test_a_false_size_in_a_zip_is_not_believed(tmp_path: Path) -> None:
    content = bytearray(zipped(("stays.csv", csv())))
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<I", 10)
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, bytes(content), name="a.zip")
    assert refusal.value.code == "truncated"


@pytest.mark.parametrize("packing", ["gz", "zip"])
def test_a_container_cut_at_any_byte_is_refused(tmp_path: Path, packing: str) -> None:
    content = gzipped(csv()) if packing == "gz" else zipped(("stays.csv", csv()))
    for length in range(1, len(content)):
        with pytest.raises(Refused):
            opened(tmp_path, content[:length], name=f"a.{packing}")


def test_a_pipe_and_a_folder_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "."):
        with pytest.raises(Refused) as refusal:
            open_file(tmp_path / name, mapping(), spool=tmp_path / "spool", zone="UTC")
        assert refusal.value.code == "not_a_file"


def test_a_hostile_file_name_is_shown_on_one_short_line() -> None:
    shown = display_name('x"\n2026 admin login ok\u202e' + "y" * 300 + ".csv")
    assert "\n" not in shown
    assert "\u202e" not in shown
    assert len(shown) <= 120
