"""Figures in words."""

from datetime import datetime

import pytest

from cx_text.report import figures


@pytest.mark.parametrize(("share", "said"), [
    (0, "0\u202f%"), (0.004, "<1\u202f%"), (0.006, "1\u202f%"), (0.146, "15\u202f%"), (0.996, ">99\u202f%"),
    (1, "100\u202f%"), (None, "–"), (float("nan"), "–")])
def test_percent(share, said):
    assert figures.percent(share) == said


@pytest.mark.parametrize(("points", "nps", "effect"), [
    (-4.23, "−4", "−4.2"), (0, "0", "0.0"), (0.3, "0", "+0.3"), (-0.3, "0", "−0.3"), (-0.04, "0", "−0.04"),
    (-0.001, "0", "0.0"), (100, "100", "+100.0"), (None, "–", "–"), (float("nan"), "–", "–")])
def test_points(points, nps, effect):
    assert (figures.nps_points(points), figures.effect_points(points)) == (nps, effect)


def test_count_and_intervals():
    assert figures.count(12040.0) == "12,040"
    assert [figures.counted(n, "row") for n in (0, 1, 12040)] == ["0 rows", "1 row", "12,040 rows"]
    assert figures.nps_interval(-20.4, 3.6) == "−20 to 4"
    assert figures.effect_interval(-6.1, 0.25) == "−6.1 to +0.2"


@pytest.mark.parametrize(("first", "last", "said"), [
    ((2024, 3), (2024, 3), "March 2024"), ((2024, 3), (2024, 8), "March to August 2024"),
    ((2023, 11), (2024, 1), "November 2023 to January 2024")])
def test_period(first, last, said):
    assert figures.period(datetime(*first, 5), datetime(*last, 20)) == said


@pytest.mark.parametrize(("value", "said", "signed"), [
    (12_040.4, "12,040", "+12,040"), (83.46, "83.5", "+83.5"), (-4.256, "−4.26", "−4.26"), (-0.001, "0.00", "0.00"),
    (None, "–", "–"), (float("nan"), "–", "–")])
def test_amounts(value, said, signed):
    assert (figures.amount(value), figures.amount(value, signed=True)) == (said, signed)


@pytest.mark.parametrize(("value", "unit", "said"), [
    (-12.4, "points", "−12"), (4.25, "%", "4.2\u202f%"), (61.2, "%", "61\u202f%"), (0.0, "%", "0\u202f%"),
    (99.6, "%", "99.6\u202f%"), (3.714, "of 5", "3.71 of 5"), (1240.0, "", "1,240"), (float("nan"), "%", "–")])
def test_scores_in_their_unit(value, unit, said):
    assert figures.measured(value, unit) == said


def test_intervals_of_scores():
    assert figures.measured_interval(3.6, 3.82, "of 5") == "3.60 to 3.82"
    assert figures.measured_interval(6.4, 10.9, "%") == "6.4\u202f% to 11\u202f%"
    assert figures.measured_interval(float("nan"), float("nan"), "%") == ""


@pytest.mark.parametrize(("first", "last", "said"), [
    ((2026, 3, 2), (2026, 9, 30), "2 March to 30 September 2026"), ((2026, 3, 2), (2026, 3, 2), "2 March 2026"),
    ((2025, 12, 30), (2026, 1, 2), "30 December 2025 to 2 January 2026")])
def test_days(first, last, said):
    assert figures.days(datetime(*first), datetime(*last)) == said
