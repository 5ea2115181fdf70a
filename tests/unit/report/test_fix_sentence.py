from dataclasses import replace

import pytest

from cx_text.insights.change import parse_window
from cx_text.insights.fix import FixEffect, ThemeChange
from cx_text.insights.intervals import Difference, Figure
from cx_text.insights.nps import nps
from cx_text.report.fix_sentence import fix_sentences

THEME = ThemeChange("t1", "Late delivery", Figure(10.0, 8.0, 12.0, 1500), Figure(5.0, 4.0, 6.5, 1400))
WINDOWS = (parse_window("2026-01-01..2026-02-01"), parse_window("2026-02-01..2026-03-01"))
FELL = FixEffect(THEME, (THEME, THEME), WINDOWS, 1500, 1400, Figure(0.52, 0.39, 0.7, 2900), "fell", 460,
                 nps(60, 20, 20), nps(30, 20, 20), Difference(25.7, 1.0, 50.0, 0.04))
FIRST = "Of 1,500 customers with comments before, 10 % complained of “Late delivery”; of 1,400 after, 5.0 %."


def said_of(effect):
    return [sentence.replace("\u202f", " ") for sentence in fix_sentences(effect)]


def test_a_fall_is_told_with_its_interval_and_the_nps():
    assert said_of(FELL) == [
        FIRST, "The date went with a fall: −48 % (95 % interval −61 % to −30 %) against what the 2 untouched "
        "themes lead one to expect.", "The NPS of those who complain of it went from −40 (100) to −14 (70)."]


@pytest.mark.parametrize(("change", "said"), [
    ({"n_needed": 2400}, "2,400 customers with comments after the date give a chance of 80 % to see a halving; 1,000 "
                         "are still to come."),
    ({"n_needed": 400}, "A halving would have shown with a chance of 80 % by now; a smaller change may still be "
                        "there."),
    ({"n_needed": None}, "No number of comments will tell a halving here: too few complained before, or untouched "
                         "themes go up and down too much by themselves."),
])
def test_what_cannot_be_told_says_what_is_needed(change, said):
    effect = replace(FELL, verdict="cannot tell yet", ratio=Figure(1.04, 0.8, 1.3, 2900), untouched=(THEME,),
                     nps_after=None, nps_change=None, **change)
    assert said_of(effect) == [
        FIRST, "Whether more than chance went with the date cannot be told yet: +4 % (95 % interval −20 % to "
        "+30 %) against what the untouched theme leads one to expect.", said]


def test_without_untouched_themes_nothing_is_said_of_the_date():
    effect = replace(FELL, ratio=None, untouched=(), verdict="cannot tell yet", n_needed=None)
    assert said_of(effect) == [FIRST, "There is no untouched theme that enough customers complain of, so nothing "
                                            "can be said of what went with the date alone."]


def test_a_difference_of_nps_may_be_chance():
    effect = replace(FELL, verdict="rose", nps_change=Difference(25.7, -1.0, 50.0, 0.06))
    assert "The date went with a rise" in said_of(effect)[1]
    assert said_of(effect)[2].endswith("to −14 (70), which may be chance.")
