"""Opening: facts of a file, and a file that changes under the reader's hands."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from staytrue.connectors.export_files import opening, reading_csv
from staytrue.connectors.export_files.container import Limits
from staytrue.connectors.export_files.opening import open_file
from staytrue.connectors.export_files.spooled import Spooled
from staytrue.kit.errors import Refused
from tests.connectors.export_files.corpus import csv, gzipped, mapping, opened


def test_the_hash_is_of_the_original_bytes(tmp_path: Path) -> None:
    content = gzipped(csv())
    facts = opened(tmp_path, content, name="stays.csv.gz")
    assert facts.content_hash == blake2b(content, digest_size=32).hexdigest()
    assert (facts.size, facts.lines, facts.masked_cards) == (len(content), 3, 0)


@pytest.mark.parametrize("same_facts", [True, False])
def test_a_file_replaced_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, same_facts: bool
) -> None:
    path = tmp_path / "stays.csv"
    path.write_bytes(csv())
    before = path.stat()
    real = reading_csv.write

    def swap(*given: object) -> Spooled:
        spooled = real(*given)  # type: ignore[arg-type]
        if same_facts:
            path.write_bytes(csv().replace(b"330.00", b"990.00"))
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        else:
            path.write_bytes(csv() + b"x")
        return spooled

    monkeypatch.setattr(opening.reading_csv, "write", swap)
    with pytest.raises(Refused) as refusal:
        open_file(path, mapping(), spool=tmp_path / "spool", zone="UTC")
    assert refusal.value.code == "replaced"
    assert not (tmp_path / "spool").exists()


@pytest.mark.parametrize(
    ("rule", "name", "at"),
    [
        ("{ name = '(\\d{8}-\\d{4})', format = '%Y%m%d-%H%M' }", "stays-20260521-0310.csv",
         datetime(2026, 5, 21, 3, 10, tzinfo=ZoneInfo("Europe/Madrid"))),
        ("{ name = '_(\\d{8})', format = '%Y%m%d' }", "stays_20260521.csv",
         datetime(2026, 5, 21, tzinfo=ZoneInfo("Europe/Madrid"))),
        ("{ cell = [1, 2], format = '%d/%m/%Y %H:%M' }", "stays.csv",
         datetime(2026, 5, 20, 23, 15, tzinfo=ZoneInfo("Europe/Madrid"))),
        ("[{ name = '_(\\d{8})', format = '%Y%m%d' }, 'mtime']", "stays.csv",
         datetime(2026, 5, 21, 12, tzinfo=UTC)),
        ("[]", "stays.csv", None),
    ],
)  # fmt: skip
def test_a_file_says_when_it_was_made(
    tmp_path: Path, rule: str, name: str, at: datetime | None
) -> None:
    path = tmp_path / name
    path.write_bytes(b"Made;20/05/2026 23:15\n" + csv())
    noon = datetime(2026, 5, 21, 12, tzinfo=UTC).timestamp()
    os.utime(path, (noon, noon))
    facts = open_file(path, mapping(made_at=rule), spool=tmp_path / "spool", zone="Europe/Madrid")
    assert facts.made_at == at
    assert facts.modified_at == datetime(2026, 5, 21, 12, tzinfo=UTC)


def test_a_file_that_does_not_say_when_it_was_made_is_refused(tmp_path: Path) -> None:
    rules = mapping(made_at="{ name = '_(\\d{8})', format = '%Y%m%d' }")
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, csv(), rules)
    assert refusal.value.code == "made_at"


@pytest.mark.parametrize(
    "name", ["a\n2026 login ok.csv", '"; rm.csv', "\u202egnp.csv", "x" * 300 + ".csv"]
)
def test_a_hostile_name_is_harmless(tmp_path: Path, name: str) -> None:
    facts = opened(tmp_path, csv(), name=name)
    assert facts.name.isprintable()
    assert len(facts.name) <= 120


def test_a_refused_file_leaves_no_spool(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        opened(tmp_path, csv(), limits=Limits(unpacked_bytes=10))
    assert not (tmp_path / "spool").exists()


def test_whoever_is_beside_hears_the_text_as_it_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "stays.csv"
    path.write_bytes(csv().replace(b"330.00", b"4539 1488 0343 6467"))
    blocks: list[bytes] = []
    facts = open_file(path, mapping(), spool=tmp_path / "spool", zone="UTC", beside=blocks.append)
    assert facts.masked_cards == 1
    assert b"".join(blocks) == facts.spool.read_bytes()
