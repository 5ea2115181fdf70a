"""The summary on the terminal: adjusted points, and one line for each thing beside them."""

import pytest
from made.summaries import NOTHING_ELSE, THEMES, full_summary, make_change, without_scores

from cx_text.cli.summary import show_summary


@pytest.fixture
def shown(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "300")

    def show(**other):
        show_summary(full_summary(**other), tmp_path)
        return capsys.readouterr().out

    return show


def test_themes_by_their_adjusted_points(shown):
    lines = [" ".join(line.split()) for line in shown().splitlines()]
    at = lines.index("theme comments negative adjusted NPS points (95 %) verdict")
    assert lines[at + 1:at + 5] == [
        "late delivery 62 90 % −4.2 (−6.1 to −2.4) costs", "price 62 90 % −0.4 (−2.3 to +1.4) cannot tell",
        "smell 62 90 % −0.2 (−2.1 to +1.6) cannot tell", "staff 62 90 % +3.1 (+1.2 to +4.9) lifts"]


def test_one_line_for_each_other_thing(shown):
    lines = [" ".join(line.split()) for line in shown().splitlines()]
    for line in ["CSAT 61 % (57 % to 65 %, n = 390)", "CSAT, mean 3.71 of 5 (3.60 to 3.82, n = 390)",
                 "Revenue 490 (450 to 530, n = 500)",
                 "The NPS went from 5 before 1 April 2024 to −13 from 1 April 2024 on: −18.2 points (95 % interval "
                 "−30.2 to −6.2).",
                 "The words of 1,204 comments without a score imply an NPS of about −12 (−34 to 10); an estimate, "
                 "never part of the NPS; fitted to 412 scored comments of this export.",
                 "Words and score disagree in 13 comments: 12 “silent risk”, 1 “low score, praise” (table conflicts)"]:
        assert line in lines


def test_what_is_not_there_has_no_line(shown):
    said = shown(**NOTHING_ELSE)
    assert "disagree" not in said
    assert "imply" not in said
    assert "went from" not in said
    assert "went from" not in shown(change=make_change(is_sure=False))


def test_without_scores_there_are_no_points(shown):
    said = shown(**NOTHING_ELSE | {"scores": NOTHING_ELSE["scores"].head(0)}, nps=None, themes=without_scores(THEMES))
    assert "No scores, so no NPS" in said
    assert "points" not in said
