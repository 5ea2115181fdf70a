"""Sentences: what stands out, what changed, what words imply, each with its interval and no claim of a cause."""

from dataclasses import replace

import pandas as pd
import pytest
from made.summaries import full_summary, make_change, make_theme, theme_table, without_scores

from cx_text.insights.change import parse_window
from cx_text.insights.implied import ImpliedNps
from cx_text.insights.nps import nps
from cx_text.report.sentences import (
    change_sentence,
    counted_from,
    implied_sentence,
    part_name,
    standouts,
    window_words,
)

SUMMARY = full_summary(change=None)
LATE = ("Comments about “late delivery” go with a lower NPS: −4.2 points (95\u202f% interval −6.1 to −2.4) with all "
        "other themes held constant, from 58 customers with a score who raise it.")


@pytest.mark.parametrize(("themes", "said"), [
    ([make_theme(verdict="cannot tell")], ["The one theme cannot be told from having nothing to do with the NPS."]),
    ([make_theme(verdict="cannot tell"), make_theme("price", -0.4, "cannot tell")],
     ["None of the 2 themes can be told from having nothing to do with the NPS."]),
    ([make_theme("price", -2.0, leave_out=-9.0), make_theme()], [LATE])])
def test_standouts(themes, said):
    assert standouts(replace(SUMMARY, themes=theme_table(*themes))) == said


def test_standouts_without_scores_name_the_most_negative_too():
    themes = without_scores([make_theme(), make_theme("refund", n_comments=9, n_opinions=9, share_negative=1.0)])
    assert standouts(replace(SUMMARY, nps=None, themes=themes))[1:] == [
        "“refund” has the largest share of negative opinions: 100\u202f% of 9."]


def test_a_change_stands_out_only_where_it_is_sure():
    said = ("The NPS went from 5 before 1 April 2024 to −13 from 1 April 2024 on: −18.2 points (95\u202f% interval "
            "−30.2 to −6.2)")
    assert standouts(replace(SUMMARY, change=make_change()))[-1] == f"{said}."
    assert standouts(replace(SUMMARY, change=make_change(is_sure=False))) == standouts(SUMMARY)
    assert change_sentence(make_change(is_sure=False)) == f"{said}, which may be chance."


@pytest.mark.parametrize(("window", "said"), [
    ("..2024-04-01", "before 1 April 2024"), ("2024-04-01..", "from 1 April 2024 on"), ("..", "at all times"),
    ("2024-01-01..2024-04-01", "from 1 January to 31 March 2024"),
    ("2023-12-01..2024-03-01", "from 1 December 2023 to 29 February 2024"),
    ("2024-03-01..2024-03-02", "on 1 March 2024")])
def test_windows_in_words(window, said):
    assert window_words(parse_window(window)) == said


@pytest.mark.parametrize(("part", "said"), [
    ({"part": "share", "name": "late", "before": 0.1, "after": 0.2, "points": -1.0}, "More speak of “late”"),
    ({"part": "share", "name": "late", "before": 0.2, "after": 0.1, "points": -1.0}, "Fewer speak of “late”"),
    ({"part": "severity", "name": "late", "points": -1.0}, "Those who speak of “late” fall behind others"),
    ({"part": "severity", "name": "late", "points": 1.0}, "Those who speak of “late” gain on others"),
    ({"part": "mix", "name": "Plan", "points": 1.0}, "Mix of Plan"),
    ({"part": "rest", "name": "", "points": 1.0}, "Rest"),
    ({"part": "total", "name": "", "points": 1.0}, "Whole change")])
def test_parts_in_words(part, said):
    assert part_name(pd.Series(part)) == said


def test_what_words_imply_is_called_an_estimate():
    assert implied_sentence(ImpliedNps(-12.2, -34.4, 10.1, 1204, 412)) == (
        "The words of 1,204 comments without a score imply an NPS of about −12 (−34 to 10); an estimate, never part of "
        "the NPS; fitted to 412 scored comments of this export.")
    assert implied_sentence(ImpliedNps(-12.2, -60.0, 36.0, 1)).endswith(
        "The words of 1 comment without a score imply an NPS of about −12 (−60 to 36); an estimate, never part of the "
        "NPS; not fitted to scored comments of this export, so the interval is wide.")


def test_counted_from():
    assert [counted_from(nps(1, 1, 1, basis=b)) for b in ("nps_score", "rating 1-10")] == [
        "scores of 0 to 10", "ratings of 1 to 10"]
