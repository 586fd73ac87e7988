"""CSV: strict quotes, a declared delimiter, titles by name, line numbers as a person counts."""

from __future__ import annotations

import csv as stdlib_csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.connectors.export_files.opening import read_lines
from staytrue.kit.errors import Refused
from tests.connectors.export_files.corpus import (
    CARD,
    ROWS,
    STAYS,
    TITLES,
    csv,
    mapping,
    opened,
    read,
)


def test_cells_with_delimiters_quotes_and_line_breaks_are_read_whole(tmp_path: Path) -> None:
    got = read(tmp_path, csv())
    assert got.stays[2].notes == 'one; two\nthree "four"'
    assert [line.number for line in got.lines] == [2, 3, 4]
    assert got.lines[2].raw == ROWS[2]


def test_line_numbers_go_on_after_a_cell_of_several_lines(tmp_path: Path) -> None:
    got = read(tmp_path, csv(ROWS[2], ROWS[0]))
    assert [line.number for line in got.lines] == [2, 4]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_both_line_endings_are_read(tmp_path: Path, end: str) -> None:
    assert len(read(tmp_path, csv(*ROWS[:2], end=end)).stays) == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("declared", [",", ";", "\t", "|"])
def test_a_wrong_delimiter_is_named_and_never_sniffed(
    tmp_path: Path, delimiter: str, declared: str
) -> None:
    out = io.StringIO()
    writer = stdlib_csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerows(stdlib_csv.reader(io.StringIO(csv().decode()), delimiter=";"))
    rules = mapping(delimiter='"\\t"' if declared == "\t" else f'"{declared}"')
    if delimiter == declared:
        assert len(read(tmp_path, out.getvalue().encode(), rules).stays) == 3
        return
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, out.getvalue().encode(), rules)
    assert refusal.value.code == "wrong_delimiter"
    assert refusal.value.facts["found"] == delimiter


def test_reordered_and_further_columns_change_nothing(tmp_path: Path) -> None:
    got = read(
        tmp_path, csv("new;A;R1;OK;2026-05-21;2026-05-24;1;2;;;x", titles=
                      "Extra;Name;No;State;From;To;Room;Total;Notes;Phone;Other")
    )  # fmt: skip
    assert got.stays[0].number == "R1"
    assert got.profiles[0].last_name == "A"
    facts = opened(tmp_path, csv("x;" + ROWS[1], titles="Extra;" + TITLES))
    assert facts.unknown_columns == ("Extra",)


def test_a_renamed_column_refuses_the_file_and_lists_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="'State'") as refusal:
        opened(tmp_path, csv(titles=TITLES.replace("State", "Status")))
    assert refusal.value.code == "missing_column"
    assert "Status" in refusal.value.facts["found"]


def test_a_title_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, csv("x;" + ROWS[1], titles="No;" + TITLES))
    assert refusal.value.code == "doubled_column"


def test_title_rows_blank_lines_and_trailing_delimiters_are_passed_over(tmp_path: Path) -> None:
    content = b"Arrivals;;;;;;;;\n\nHotel Sirga;;;;;;;;\n" + csv(ROWS[0], "", ";;;;;;;;", ROWS[1])
    got = read(tmp_path, content)
    assert [(line.number, stay.number) for line, stay in zip(got.lines, got.stays, strict=True)] == [
        (5, "R1"), (8, "R2"),
    ]  # fmt: skip


def test_a_row_with_too_many_cells_is_parked_with_its_line(tmp_path: Path) -> None:
    got = read(tmp_path, csv(ROWS[0], ROWS[1] + ";more", ROWS[0].replace("R1", "R9")))
    assert [stay.number for stay in got.stays] == ["R1", "R9"]
    assert [(one.line, one.code) for one in got.parked] == [(3, "field_count")]
    assert got.parked[0].raw == ROWS[1] + ";more"


def broken_in(place: int, number: int = 5, text: str = "a\nb") -> str:
    """A row whose cell at this place holds a bare line break."""
    cells = ROWS[0].replace("R1", f"R{number}").split(";")
    cells[place] = text
    return ";".join(cells)


@pytest.mark.parametrize("place", range(1, 9))
@pytest.mark.parametrize("text", ["a\nb", "a\n\nb", "a\nb\nc", "a\n"])
def test_a_bare_line_break_in_a_cell_refuses_the_file(
    tmp_path: Path, place: int, text: str
) -> None:
    if (place, text) == (8, "a\n"):
        return  # A blank line after a whole record: nothing is lost.
    rows = [ROWS[0], ROWS[1], ROWS[0].replace("R1", "R9")]
    broken = [broken_in(place, n, text) for n in range(4)]
    mixed = [row for pair in zip(broken, rows * 2, strict=False) for row in pair]
    for content in (csv(*mixed), csv(*mixed, ROWS[2]), csv(*mixed * 300)):
        with pytest.raises(Refused) as refusal:
            opened(tmp_path, content)
        assert refusal.value.code == "line_break"
        assert refusal.value.facts["line"] == 2


def test_one_cell_broken_in_the_middle_is_enough(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, csv(*[ROWS[0]] * 50, broken_in(6), ROWS[1]))
    assert refusal.value.facts["line"] == 52


@pytest.mark.parametrize(
    "lines",
    [("Total;3",), ("Total;3", "Printed;by;the;night;auditor;at;three;"), ("Arrivals 22 May",),
     ("a;b;c;d", "", "e;f;g;h;i;j")],
)  # fmt: skip
def test_remarks_after_the_last_record_are_parked(tmp_path: Path, lines: tuple[str, ...]) -> None:
    got = read(tmp_path, csv(*ROWS, *lines))
    assert len(got.stays) == 3
    assert {one.code for one in got.parked} == {"field_count"}


def test_a_heading_among_the_records_is_parked(tmp_path: Path) -> None:
    got = read(tmp_path, csv(ROWS[1], "Arrivals 22 May", ROWS[0], "Arrivals 23 May", ROWS[2]))
    assert (len(got.stays), len(got.parked)) == (3, 2)


@pytest.mark.parametrize(
    "row",
    [
        'R1;OK;2026-05-21;2026-05-24;;;"never closed;A;',
        'R1;OK;2026-05-21;2026-05-24;;;"closed" and on;A;',
        'R1;OK;2026-05-21;2026-05-24;;;5" pipe;A;',
        'R1;OK;2026-05-21;2026-05-24;;;a "b;"c;',
    ],
)
def test_quotes_that_do_not_fit_refuse_the_file(tmp_path: Path, row: str) -> None:
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, csv(row, *ROWS))
    assert refusal.value.code in {"quotes", "unterminated_quote"}


def test_quotes_are_plain_characters_where_the_mapping_says_so(tmp_path: Path) -> None:
    got = read(tmp_path, csv('R1;OK;2026-05-21;2026-05-24;;;5" pipe;A;'), mapping(quote='""'))
    assert got.stays[0].notes == '5" pipe'


def test_a_file_cut_at_any_byte_is_refused_or_ends_at_a_whole_record(tmp_path: Path) -> None:
    content = csv()
    whole = {len(csv(*ROWS[:count])) for count in (1, 2, 3)} | {len(TITLES) + 1}
    for length in range(1, len(content)):
        if length in whole:
            continue
        with pytest.raises(Refused):
            opened(tmp_path, content[:length])


def test_a_cut_between_records_is_found_where_the_file_says_how_it_ends(tmp_path: Path) -> None:
    rules = mapping(end_line=r"'^Total;(\d+)'")
    content = csv(*ROWS, "Total;3")
    assert len(read(tmp_path, content, rules).stays) == 3
    for length in range(1, len(content)):
        with pytest.raises(Refused):
            opened(tmp_path, content[:length], rules)
    with pytest.raises(Refused, match="says at its end that it has 3 records and has 2"):
        opened(tmp_path, csv(*ROWS[:2], "Total;3"), rules)


def test_a_last_line_without_its_end_is_taken_only_where_the_mapping_says_so(
    tmp_path: Path,
) -> None:
    content = csv(*ROWS[:2])[:-1]
    rules = mapping(final_newline="false")
    assert len(read(tmp_path, content, rules).stays) == 2
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, content[:-3], rules)
    assert refusal.value.code == "truncated"


def test_too_few_records_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        opened(tmp_path, (TITLES + "\n").encode(), mapping(rows_min="1"))
    assert refusal.value.code == "too_few"


def test_card_numbers_are_gone_before_anything_is_kept(tmp_path: Path) -> None:
    rows = (
        f"R1;OK;2026-05-21;2026-05-24;204;330;card {CARD} ok;Müller;",
        "R2;OK;2026-05-21;2026-05-24;204;330;４５３９ １４８８ ０３４３ ６４６７;A;",
        f'R3;OK;2026-05-21;2026-05-24;204;330;"a;b {CARD}";B;',
        f"R4;OK;2026-05-21;2026-05-24;204;330;;C;{CARD}",
        f"R5;OK;2026-05-21;2026-05-24;204;330;;{CARD};+49 151 12345678",
    )
    facts = opened(tmp_path, csv(*rows))
    kept = facts.spool.read_text()
    got = read(tmp_path, csv(*rows))
    assert facts.masked_cards == 5
    assert CARD not in kept
    assert "４５３９" not in kept
    assert got.stays[2].notes == "a;b [card removed ••6467]"
    assert got.profiles[4].phones[0].number == "+4915112345678"


def test_a_booking_number_that_looks_like_a_card_stays(tmp_path: Path) -> None:
    got = read(tmp_path, csv(f"{CARD};OK;2026-05-21;2026-05-24;204;330;pays {CARD};A;"))
    assert got.stays[0].number == CARD
    assert got.stays[0].notes == "pays [card removed ••6467]"


def test_equal_rows_have_equal_hashes_unless_their_place_counts(tmp_path: Path) -> None:
    rows = (ROWS[0], ROWS[0])
    plain = read(tmp_path, csv(*rows)).lines
    placed = read(
        tmp_path,
        csv(*rows),
        mapping(STAYS.replace('number = "No"', "number = { position = true }")),
    )
    assert plain[0].hash == plain[1].hash
    assert placed.lines[0].hash != placed.lines[1].hash
    assert [stay.number for stay in placed.stays] == ["1", "2"]


def test_lines_can_be_read_again_from_their_text(tmp_path: Path) -> None:
    lines = read(tmp_path, csv()).lines
    again = list(read_lines(csv().decode().splitlines(keepends=True), mapping()))
    assert again == lines


def test_nul_bytes_are_dropped_from_a_text(tmp_path: Path) -> None:
    got = read(tmp_path, csv("R1;OK;2026-05-21;2026-05-24;20\x004;;a\x00b;A;"))
    assert (got.stays[0].room_number, got.stays[0].notes) == ("204", "ab")


cells = st.text(
    alphabet=st.characters(
        codec="utf-8", exclude_characters="\x00\rÃÂÄÅâ", exclude_categories=["Cs"]
    ),
    max_size=12,
)


@given(
    rows=st.lists(st.lists(cells, min_size=3, max_size=3), max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    ending=st.sampled_from(("\n", "\r\n")),
    quoting=st.sampled_from((stdlib_csv.QUOTE_MINIMAL, stdlib_csv.QUOTE_ALL)),
)
def test_whatever_a_strict_writer_writes_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]], delimiter: str, ending: str, quoting: int,
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("written")
    out = io.StringIO()
    writer = stdlib_csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(("Zimmer", "Gast", "Notiz"))
    writer.writerows(rows)
    rules = mapping(
        'object = "profile"\n[file]\nformat = "csv"\n[profile]\nsource_id = "Zimmer"\n'
        'last_name = "Gast"\nnotes = "Notiz"\n',
        delimiter='"\\t"' if delimiter == "\t" else f'"{delimiter}"',
    )
    spool = opened(folder, out.getvalue().encode(), rules).spool
    got = [list(line.values) for line in read_lines(spool, rules)]
    assert got == [row for row in rows if any(row)]
