"""What the mirror adds up to, on the command line."""

from __future__ import annotations

from decimal import Decimal

from staytrue.mirror.completeness import WANTED
from tests.cli.conftest import Cli


def test_the_average_of_a_hotel_is_told_with_what_is_missing(filled: Cli) -> None:
    [house] = filled("report", "completeness", "--json").document
    assert (house["property"], house["of"]) == ("BIO", 100)
    assert house["missing"].keys() == {wanted.name for wanted in WANTED}
    lost = sum(house["missing"][wanted.name] * wanted.weight for wanted in WANTED)
    assert house["points"] == 100 * house["profiles"] - lost
    assert Decimal(house["average"]) == round(Decimal(house["points"]) / house["profiles"], 2)
    assert filled("report", "completeness").out.splitlines()[1].startswith("BIO")


def test_a_history_is_the_list_of_his_stays_and_their_sum(filled: Cli) -> None:
    stays = filled("list", "reservations", "--status", "checked_out", "--json").document
    guest = next(stay["guests"][0]["profile"] for stay in stays if stay["guests"])
    his = [stay for stay in stays if {"role": "primary", "profile": guest} in stay["guests"]]
    told = filled("report", "history", guest, "--json").document
    numbers = {stay["number"] for stay in told["stays"] if stay["status"] == "checked_out"}
    assert {stay["number"] for stay in his} <= numbers
    assert told["nights"] == sum(
        stay["nights"] for stay in told["stays"] if stay["status"] == "checked_out"
    )
    assert f"{told['nights']} nights" in filled("report", "history", guest).out


def test_the_rooms_of_a_stay_begin_at_its_arrival_and_end_at_its_departure(filled: Cli) -> None:
    stays = filled("list", "reservations", "--json").document
    stay = next(each for each in stays if each["room_number"] and each["nights"])
    rooms = filled("report", "rooms", f"BIO:{stay['number']}:{stay['leg']}", "--json").document
    assert rooms[0]["from_on"] == stay["arrival_on"]
    assert rooms[-1]["to_on"] == stay["departure_on"]
    assert rooms[-1]["room_number"] == stay["room_number"]


def test_texts_and_fields_are_lists_even_where_there_are_none(filled: Cli) -> None:
    assert filled("report", "texts", "--json").document == []
    assert filled("report", "fields", "reservations", "--property", "BIO").code == 0
