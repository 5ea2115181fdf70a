"""A matrix of grades is told from its headers and values."""

import pytest

from cx_text.sources.columns.column_facts import measure
from cx_text.sources.columns.grades import guess_grades

ONE_TO_FIVE = ["1", "3", "5", "4", None]


def guessed(names, values=ONE_TO_FIVE):
    return guess_grades([measure(name, values) for name in names])


@pytest.mark.parametrize("names", [
    [f"Q5_{n}" for n in range(1, 7)], [f"Q{n}" for n in range(1, 6)],
    [f"How do you like: {what}" for what in ("price", "staff", "app", "speed", "packs")],
    ["Price rating", "Rating of staff", "App (stars)", "Satisfaction with speed", "Packs rating"],
])
def test_columns_headed_alike_are_a_matrix(names):
    assert guessed(names) == tuple(names)


@pytest.mark.parametrize(("names", "values"), [
    ([f"Q5_{n}" for n in range(4)], ONE_TO_FIVE), (["Seats", "Beds", "Cars", "Pets", "Rooms"], ONE_TO_FIVE),
    ([f"Q5_{n}" for n in range(6)], ["0", "1", "1"]), ([f"Q5_{n}" for n in range(6)], ["1.5", "2.5", "4"]),
    ([f"Q5_{n}" for n in range(6)], ["1", "50", "4"]), ([f"Q5_{n}" for n in range(6)], ["Agree", "No", "So"]),
    ([f"Date {n}" for n in range(6)], ONE_TO_FIVE), ([f"Q5_{n}" for n in range(6)], [None]),
])
def test_what_is_none(names, values):
    assert guessed(names, values) == ()


def test_scales_are_not_mixed_and_the_longest_is_taken():
    columns = [*(measure(f"Q1_{n}", ONE_TO_FIVE) for n in range(5)), *(measure(f"Q1_{n}", ["0", "10", "7"])
                                                                      for n in range(5, 11))]
    assert guess_grades(columns) == tuple(f"Q1_{n}" for n in range(5, 11))
    assert guess_grades([*columns[:4], *columns[6:10]]) == ()
