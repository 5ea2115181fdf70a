"""How figures look on a terminal of 80 columns, and that nothing from an export reaches it as a command."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made.observations import observe
from rich.table import Table

from cx_text.cli import figure_tables as tables
from cx_text.codeframe import Theme
from cx_text.insights.change import CHANGE_COLUMNS, Change, Window
from cx_text.insights.drivers import drivers
from cx_text.insights.nps import nps
from cx_text.insights.scores import SCORE_COLUMNS
from cx_text.insights.segments import segment_table

THEMES = (Theme("t1", "Substitutions and picker", (), 1), Theme("t2", "Picker and [labels]", (), 1, "t1"),
          Theme("t3", "Prices", (), 1))


@pytest.fixture
def printed(monkeypatch, capsys):
    """Return what a function prints on a terminal of some columns, line by line."""
    def run(show, *given, columns=80, **named):
        monkeypatch.setenv("COLUMNS", str(columns))
        show(*given, **named)
        lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
        assert max(map(len, lines)) <= columns
        return lines

    return run


def words(lines):
    """Return lines with one blank between words."""
    return [re.sub(" +", " ", line).strip() for line in lines]


@pytest.fixture
def made():
    """Return 120 customers of whom 40 raise a sub-theme and score low, and 8 raise prices."""
    return observe(["detractor"] * 40 + ["promoter", "passive"] * 40, {"t2": range(40), "t3": range(112, 120)},
                   themes=THEMES, segments={"Plan": ["Plus"] * 40 + ["Basic"] * 80})


def test_drivers_on_80_columns(printed, made):
    table = drivers(made)
    lines = printed(tables.show_drivers, table, made, "nps")
    assert lines[:6] == [
        "NPS of 120 customers, in points. For each theme: that of the n who raise it;",
        "leave-out, that of all minus that of all the others; adjusted, the same with all",
        "other themes held constant. 95 % intervals in brackets. No verdict: cannot tell.",
        "Dim: fewer than 10 on one side, too few for a verdict. It says what goes",
        "together, not why.",
        ""]
    assert words(lines[6:8]) == ["com- NPS leave", "theme ments n of those out adjusted verdict"]
    assert words(line[:16] for line in lines[8:]) == ["Substitutions", "and picker", "Picker and", "[labels]", "Prices"]
    assert lines[10].startswith("  Picker")
    assert lines[11].startswith("  [labels]")  # a label that is broken stays indented
    assert words(lines[8:9])[0].startswith("Substitutions 40 40 −100 (−100 to −84) ")
    assert lines[8].endswith(" costs")
    assert words(lines[-1:])[0].startswith("Prices 8 8 ")
    assert lines[-1].endswith(")")


def test_drivers_by_what_is_said_and_on_a_wide_terminal(printed, made):
    table = drivers(made)
    lines = printed(tables.show_drivers, table, made, "nps", of="Plan=Plus\x1b", is_all=True, columns=120)
    assert lines[0].startswith("NPS of 120 customers with Plan=Plus, in points.")
    assert "No verdict" not in "".join(lines)
    assert [line[:28].rstrip() for line in lines[-6:]] == [
        "Substitutions and picker", "  negative", "  Picker and [labels]", "    negative", "Prices", "  negative"]
    assert lines[-1].endswith("cannot tell")


def test_small_cells_are_dim(monkeypatch, made):
    rows = []
    monkeypatch.setattr(Table, "add_row", lambda self, *cells, style=None: rows.append((str(cells[0]), style)))
    tables.show_drivers(drivers(made), made, "nps")
    assert rows[0] == ("Substitutions and picker", "")
    assert rows[-1] == ("Prices", "dim")


def test_scores_of_every_unit(printed):
    at = pd.Timestamp("2026-03-02", tz="UTC"), pd.Timestamp("2026-08-30", tz="UTC")
    rows = [("nps_proxy", "NPS proxy, from rating 1-5", "ratings standing in for scores", -3.2, -10.4, 4.1, "points",
             90, *at, ""),
            ("csat", "CSAT", "4 to 5 on 1-5", 61.4, 51, 70.9, "%", 90, *at, ""),
            ("csat_mean", "CSAT, mean", "scale 1-5", 3.871, 3.61, 4.13, "of 5", 90, *at, ""),
            ("revenue", "Revenue", "mean of 'Spent'", -1204.5, np.nan, np.nan, "", 1, pd.NaT, pd.NaT, "")]
    lines = printed(tables.show_scores, pd.DataFrame(rows, columns=list(SCORE_COLUMNS)), columns=120)
    assert words(lines) == [
        "score value (95 %) n counted from",
        "NPS proxy, from rating 1-5 −3 (−10 to 4) 90 ratings standing in for scores, March to August 2026",
        "CSAT 61 (51 to 71)\u202f% 90 4 to 5 on 1-5, March to August 2026",
        "CSAT, mean 3.87 (3.61 to 4.13) of 5 90 scale 1-5, March to August 2026",
        "Revenue −1,204.50 1 mean of 'Spent'"]


def test_segments_and_what_costs_there(printed, made):
    table = segment_table(made)
    table["costs"], table["costs_adjusted"] = ["Late [again]", None], [-12.34, np.nan]
    assert printed(tables.show_segments, table) == [
        "NPS of each segment (n rows with a score), and its difference to all others with",
        "a value in the same column. 95 % intervals in brackets. No verdict: cannot tell.",
        "Dim: fewer than 10 on one side, too few for a verdict.",
        "",
        "segment  n share                NPS                difference verdict",
        "Plan",
        "  Plus  40  33\u202f% −100 (−100 to −84) −150.0 (−158.5 to −132.4) lower",
        "  Basic 80  67\u202f%      50 (37 to 59) +150.0 (+132.4 to +158.5) higher",
        "",
        "The theme that surely costs or lifts most there, adjusted, in points; with",
        "intervals: cx-text drivers RESULTS --segment COLUMN=VALUE",
        "  Plan Plus: Late [again] costs (−12.3)"]


def change(*parts):
    first, second = nps(10, 20, 70), nps(30, 30, 40, basis="nps_score")
    whole = ("total", "", None, first.nps, second.nps, -50.0, -67.0, -31.0, True)
    at = pd.Timestamp("2026-07-01", tz="UTC")
    return Change(first, second, (Window(None, at), Window(at, None)),
                  pd.DataFrame([whole, *parts], columns=list(CHANGE_COLUMNS)))


def test_a_change_in_words(printed):
    parts = [("share", "Payment", "t1", 0.004, 0.11, -40.0, -50.0, -30.0, True),
             ("severity", "App", "t2", np.nan, np.nan, -7.25, -12.0, 1.0, False),
             ("share", "Drivers", "t3", 0.2, 0.1, -3.0, -9.0, 1.0, False),
             ("severity", "Drivers", "t3", np.nan, np.nan, 2.0, -1.0, 5.0, False),
             ("mix", "Plan", None, np.nan, np.nan, -1.0, -3.0, 2.0, False),
             ("rest", "", None, np.nan, np.nan, -0.75, -9.0, 8.0, False),
             ("share", "App", "t2", 0.1, 0.1, 0.0, -1.0, 1.0, False)]
    lines = printed(tables.show_change, change(*parts), is_halved=True)
    assert lines[:5] == [
        "No window was given: the time is halved at the first of a month.",
        "NPS before 2026-07-01: 60 (45 to 71, 95 % interval, n = 100)",
        "NPS from 2026-07-01 on: 10 (−6 to 26, 95 % interval, n = 100)",
        "Change −50.0 (−67.0 to −31.0)", ""]
    assert words(lines[9:]) == [
        "points part",
        "−40.0 (−50.0 to −30.0) * more speak of Payment (<1\u202f% → 11\u202f%)",
        "−7.2 (−12.0 to +1.0) those who speak of App fall behind others",
        "−3.0 (−9.0 to +1.0) fewer speak of Drivers (20\u202f% → 10\u202f%)",
        "+2.0 (−1.0 to +5.0) those who speak of Drivers gain on others",
        "−1.0 (−3.0 to +2.0) mix of Plan",
        "−0.8 (−9.0 to +8.0) rest: in no theme and no segment",
        "0.0 (−1.0 to +1.0) as many speak of App (10\u202f% → 10\u202f%)",
        "−50.0 all parts: the change"]


def test_beyond_the_largest_parts_only_sure_ones_are_shown(printed):
    parts = [("severity", f"T{k}", f"t{k}", np.nan, np.nan, 20.0 - k, 0.0, 30.0, k == 18) for k in range(20)]
    lines = printed(tables.show_change, change(*parts))
    shown = [line for line in lines if "T18" in line]
    assert shown == [" +2.0 (0.0 to +30.0)  *  those who speak of T18 gain on others"]
    assert sum("those who speak" in line for line in lines) == tables.N_PARTS_SHOWN + 1
    assert lines[-2].strip() == "+34.0     7 smaller parts together (--all shows them)"
    assert sum("those who speak" in line for line in printed(tables.show_change, change(*parts), is_all=True)) == 20


def brand_rows(n_brands):
    rows = [("t1", "Delivery [late]", f"Brand {k}", k == 0, 20, 5, 5, 10, 25.0, -5.0, 51.0, False) for k in
            range(n_brands)]
    return pd.DataFrame(rows, columns=["theme_id", "theme_label", "brand", "own", "n_comments", "n_negative",
                                       "n_neutral", "n_positive", "net_sentiment", "net_sentiment_low",
                                       "net_sentiment_high", "is_small"])


def test_brands_that_do_not_fit_stand_below_beside_ours(printed):
    lines = printed(tables.show_brand_themes, brand_rows(6))
    heads = words(line for line in lines if line.startswith("theme"))
    assert heads == ["theme Brand 0 (ours) Brand 1 Brand 2", "theme Brand 0 (ours) Brand 3 Brand 4",
                     "theme Brand 0 (ours) Brand 5"]
    assert words(lines)[4] == "Delivery [late] 25 (−5 to 51) 25 (−5 to 51) 25 (−5 to 51)"
    assert words(printed(tables.show_brand_themes, brand_rows(1)))[3:] == [
        "theme Brand 0 (ours)", "Delivery [late] 25 (−5 to 51)", "n = 20"]


@given(st.text())
def test_a_plain_text_is_one_line_without_commands(text):
    safe = tables.plain(text)
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or 0x202A <= ord(c) <= 0x202E or 0xD800 <= ord(c) < 0xE000
                   for c in safe)


def test_a_plain_text_keeps_its_words():
    assert tables.plain("late\r\n  again\t\x1b[31m — 10/10 👩‍👧 café") == "late again [31m — 10/10 👩‍👧 café"
