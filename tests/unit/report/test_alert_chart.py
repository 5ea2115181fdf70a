from datetime import date

import pytest

from cx_text.report.alert_chart import alert_chart
from cx_text.report.drawing import BAD, GOOD, MIDDLE, MUTED, NARROW, WIDE, to_svg
from tests.made.alerts import made_alert

KINDS = [{}, {"measure": "nps"}, {"measure": "negative_share", "direction": "rise"}, {"kind": "trend"},
         {"kind": "level"}, {"kind": "silence"}, {"kind": "new_theme"}]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("changes", KINDS, ids=str)
def test_each_kind_has_a_picture_with_its_n_and_where_it_fired(changes, width):
    svg = to_svg(alert_chart(made_alert(**changes), width=width))
    assert "style=" not in svg
    assert f'width="{width}"' in svg
    assert ">fired</text>" in svg
    assert ">over</text>" not in svg
    assert ">weeks judged</text>" in svg
    assert ">n = 1" in svg


def test_a_picture_is_read_out_as_its_title():
    svg = to_svg(alert_chart(made_alert(figures={"ratio": 2.0})))
    assert ('aria-label="Late delivery: twice as many customers as usual: week by week, with what was expected '
            'from the past."') in svg


@pytest.mark.parametrize(("changes", "colour", "other"), [
    ({}, BAD, GOOD), ({"direction": "fall"}, GOOD, BAD), ({"measure": "nps"}, BAD, GOOD)])
def test_good_news_is_blue(changes, colour, other):
    svg = to_svg(alert_chart(made_alert(**changes)))
    assert colour in svg
    assert other not in svg


def test_where_it_was_over_is_marked_among_the_weeks_only():
    spell = {"began_on": date(2026, 6, 7), "fired_on": date(2026, 6, 13)}
    assert ">over</text>" in to_svg(alert_chart(made_alert(**spell, resolved_on=date(2026, 7, 11), why="ended")))
    assert ">over</text>" not in to_svg(alert_chart(made_alert(**spell, resolved_on=date(2026, 9, 1), why="ended")))


def test_what_was_not_expected_has_no_line():
    points = [{**point, "expected": None} for point in made_alert().points]
    svg = to_svg(alert_chart(made_alert(points=points)))
    assert "expected from the past</text>" not in svg
    assert MIDDLE in svg
    assert "stroke-dasharray=\"5,3\"" not in svg


def test_a_level_without_answers_leaves_a_gap():
    points = [*made_alert(measure="nps").points]
    points[3] = {**points[3], "n": 0, "value": 0.0}
    drawn = to_svg(alert_chart(made_alert(measure="nps", points=points)))
    whole = to_svg(alert_chart(made_alert(measure="nps")))
    assert drawn.count(f'fill="{MIDDLE}"') == whole.count(f'fill="{MIDDLE}"') - 1
    assert MUTED in drawn


def test_nothing_is_drawn_of_nothing():
    assert alert_chart(made_alert(points=[])) is None
    assert alert_chart(made_alert(points=[{"start": "2026-07-12", "value": None, "n": 0}])) is None
