"""Encodings: the declared one or a refusal that names the other, never a garbled name in silence."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from staytrue.kit.errors import Refused
from tests.connectors.export_files.corpus import TITLES, mapping, opened, read

NAMES = (
    "Léonard", "Müller", "García López", "Søren", "Åse", "Françoise", "Zoë", "Núñez", "João",
    "Conceição", "Dvořák", "Łukasz", "Šárka", "Żółć", "Győző", "Ștefan", "Özlem", "İpek", "Þór",
    "Håkon", "Bjørn", "Élodie", "Ángel", "Íñigo", "Óscar", "Úrsula", "Ünal", "Æsa", "Œuvrard",
    "Straße", "Jiří", "Čapek", "Wałęsa", "Kowalczyk", "Smith", "O'Brien", "Βασίλης", "Иван",
    "王伟", "محمد",
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "cp1250", "latin-1", "utf-16")


def file_of(names: list[str], encoding: str) -> bytes:
    rows = (f"R{i};OK;2026-05-21;2026-05-24;;;;{name};" for i, name in enumerate(names))
    return ("\n".join((TITLES, *rows)) + "\n").encode(encoding)


def writable(encoding: str) -> list[str]:
    return [name for name in NAMES if name.encode(encoding, "ignore").decode(encoding) == name]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_declared_encoding_gives_the_names_as_they_were(tmp_path: Path, encoding: str) -> None:
    names = writable(encoding)
    got = read(tmp_path, file_of(names, encoding), mapping(encoding=f'"{encoding}"'))
    assert [guest.last_name for guest in got.profiles] == names


@pytest.mark.parametrize("declared", ENCODINGS)
@pytest.mark.parametrize("written", ENCODINGS)
def test_another_encoding_is_refused_by_name(tmp_path: Path, declared: str, written: str) -> None:
    relatives = {"utf-8", "utf-8-sig"}
    # These three read each other's bytes without a fault: only the mapping can know.
    single = {"cp1252", "cp1250", "latin-1"}
    if declared == written or {declared, written} <= relatives or {declared, written} <= single:
        return
    content = file_of(writable(written), written)
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, content, mapping(encoding=f'"{declared}"'))
    assert refusal.value.code in {"wrong_encoding", "truncated"}


def test_polish_read_as_western_is_noticed_by_its_odd_letters(tmp_path: Path) -> None:
    content = file_of(["Wałęsa"], "cp1250")
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, content, mapping(encoding='"cp1252"'))
    assert refusal.value.facts["found"] == "windows-1250"


def test_windows_letters_are_not_latin_1(tmp_path: Path) -> None:
    content = file_of(["Œuvrard", "Müller"], "cp1252")
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, content, mapping(encoding='"latin-1"'))
    assert refusal.value.facts["found"] == "windows-1252"


def test_utf8_declared_as_western_is_refused_even_with_one_accent(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, file_of(["Léonard"], "utf-8"), mapping(encoding='"cp1252"'))
    assert refusal.value.facts["found"] == "utf-8"


def test_a_file_garbled_throughout_before_it_came_is_refused(tmp_path: Path) -> None:
    garbled = [name.encode().decode("cp1252") for name in ("Léonard", "Müller", "García", "Zoë",
                                                            "Núñez", "Élodie")]  # fmt: skip
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, file_of(garbled, "utf-8"))
    assert refusal.value.code == "garbled"


@pytest.mark.parametrize("declared", ["latin-1", "cp1252", "cp1250", "cp1251", "iso8859-7"])
@pytest.mark.parametrize(
    "names",
    [("Léonard", "Müller"), ("Иван", "Ольга"), ("Βασίλης",), ("王伟", "李娜"), ("محمد",), ("דוד",),
     ("ไทย",)],
    ids=["western", "cyrillic", "greek", "chinese", "arabic", "hebrew", "thai"],
)  # fmt: skip
@pytest.mark.parametrize("damaged", [False, True], ids=["whole", "with a damaged byte"])
def test_utf8_under_another_name_is_refused_in_every_script(
    tmp_path: Path, declared: str, names: tuple[str, ...], *, damaged: bool
) -> None:
    content = file_of(list(names) * 16, "utf-8")
    if damaged:
        content = content.replace(b"R0;OK", b"R\xe90;OK")
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, content, mapping(encoding=f'"{declared}"'))
    assert refusal.value.code == "wrong_encoding"
    assert refusal.value.facts["found"] == "utf-8"


@pytest.mark.parametrize("page", ["cp1252", "cp1250", "cp1251"])
def test_a_file_garbled_nearly_throughout_is_refused_in_every_script(
    tmp_path: Path, page: str
) -> None:
    names = [name for name in ("Иван", "Ольга", "Müller", "Łukasz", "王伟", "Βασίλης", "Дмитрий")
             if name.encode().decode(page, "ignore").encode(page) == name.encode()]  # fmt: skip
    garbled = [name.encode().decode(page) for name in names * 6]
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, file_of([*garbled, "Zoë"], "utf-8"))
    assert refusal.value.code == "garbled"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "iso8859-7", "cp1252", "cp874"])
def test_honest_names_of_every_script_are_never_taken_for_garbled(
    tmp_path: Path, encoding: str
) -> None:
    names = [*NAMES, "Їжак", "Євген", "Ґонта", "Зоя", "Ёлкин", "Έλενα", "ไทยรัฐ", "ΜΑΡΊΑ"]
    names = [n for n in names if n.encode(encoding, "ignore").decode(encoding) == n]
    got = read(tmp_path, file_of(names, encoding), mapping(encoding=f'"{encoding}"'))
    assert [guest.last_name for guest in got.profiles] == names


def test_one_garbled_name_is_taken_and_a_better_one_proposed(tmp_path: Path) -> None:
    got = read(tmp_path, file_of(["LÃ©onard", "Müller"], "utf-8"))
    assert [guest.last_name for guest in got.profiles] == ["LÃ©onard", "Müller"]
    assert got.findings == [("garbled_name", 2)]
    assert got.said[0].findings[0].facts["proposal"] == "Léonard"


def test_a_byte_order_mark_is_no_part_of_the_first_title(tmp_path: Path) -> None:
    got = read(tmp_path, codecs.BOM_UTF8 + file_of(["Ana"], "utf-8"))
    assert got.stays[0].number == "R0"


def test_utf16_without_its_mark_is_refused(tmp_path: Path) -> None:
    content = file_of(["Ana"], "utf-16-le")
    for declared in ("utf-8", "cp1252", "utf-16"):
        with pytest.raises(Refused) as refusal:
            opened(tmp_path, content, mapping(encoding=f'"{declared}"'))
        assert refusal.value.code == "wrong_encoding"
