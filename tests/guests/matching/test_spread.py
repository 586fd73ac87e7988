"""Work in pieces gives the same, whoever does them."""

from staytrue.guests.matching.batch import Batch
from staytrue.guests.matching.normalise import features_of_row
from staytrue.guests.matching.spread import spread
from staytrue.lab.doubles import Doubles


def test_pieces_come_back_in_order_with_one_process_and_with_two() -> None:
    def piece(start: int, end: int) -> list[int]:
        return list(range(start, end))

    seen: list[int] = []
    alone = list(spread(piece, 10, 3, progress=lambda done, _total: seen.append(done)))
    assert alone == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]
    assert list(spread(piece, 10, 3, processes=2)) == alone
    assert seen == [3, 6, 9, 10]


def test_nothing_makes_no_piece() -> None:
    assert not list(spread(lambda start, end: (start, end), 0, 3, processes=2))


def test_a_batch_over_two_processes_is_the_batch(monkeypatch) -> None:
    monkeypatch.setattr("staytrue.guests.matching.batch.CHUNK", 500)
    monkeypatch.setattr("staytrue.guests.matching.batch.PROFILES", 100)
    features = [features_of_row(row) for row in Doubles(5).rows(600)]
    one, two = (Batch(features, b"salt", processes=count) for count in (1, 2))
    first, second = (batch.resolved(batch.learned()) for batch in (one, two))
    assert (first.likely.of == second.likely.of).all()
    assert (first.automatic.of == second.automatic.of).all()
    assert (first.scored.levels == second.scored.levels).all()
