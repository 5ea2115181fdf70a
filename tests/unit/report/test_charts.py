"""Charts: what they draw, and when they draw nothing."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pandas as pd
import pytest
from made.summaries import BRANDS, make_change, make_theme

from cx_text.insights.theme_table import THEME_COLUMNS
from cx_text.report.change_chart import waterfall_steps
from cx_text.report.charts import (
    change_waterfall,
    net_sentiment,
    nps_by_month,
    polarity_by_category,
    theme_categories,
    theme_effects,
    to_svg,
)
from cx_text.report.drawing import BAD, MIDDLE, NARROW
from cx_text.report.effect_charts import LEAVE_OUT, SMALL, VERDICTS

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = 'late <script>alert(1)</script> & "x" \x00\x1b'
POLARITY = pd.DataFrame([[30, 4, 2, 6], [5, 5, 10, 3], [0, 0, 0, 0], [1, 0, 1, 0]],
                        index=["detractor", "passive", "promoter", "no score"],
                        columns=["negative", "neutral", "positive", "mixed"])


def make_themes(n, labels=None, has_scores=True):
    rows = [{"id": f"t{i}", "label": labels[i] if labels else f"theme {i}", "n_comments": 20, "n_opinions": 25,
             "n_detractors": 10 * has_scores, "n_passives": 5 * has_scores, "n_promoters": 3 * has_scores,
             "n_raisers": 18 * has_scores, "is_small": False,
             **{f"{name}{end}": (i - 4.0 + by) if has_scores else None for name in ("leave_out", "adjusted")
                for end, by in (("", 0.0), ("_low", -1.0), ("_high", 1.0))},
             "verdict": ("costs" if i < 3 else "cannot tell" if i < 6 else "lifts") if has_scores else None}
            for i in range(n)]
    numbers = [c for c in THEME_COLUMNS if c.startswith(("leave_out", "adjusted"))]
    return pd.DataFrame(rows, columns=list(THEME_COLUMNS)).astype(dict.fromkeys(numbers, "float64"))


def make_months(*months):
    return pd.DataFrame([{"month": pd.Timestamp(m, tz="UTC"), "n": 40 + i, "nps": 10.0 * i, "nps_low": 10.0 * i - 20,
                          "nps_high": 10.0 * i + 20} for i, m in enumerate(months)],
                        columns=["month", "n", "nps", "nps_low", "nps_high"])


def texts(chart):
    """Return all texts of the picture, the lines of one label joined."""
    root = ET.fromstring(to_svg(chart))
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def test_polarity_is_in_reading_order_with_its_n():
    shown = texts(polarity_by_category(POLARITY))
    assert [t for t in shown if t in ("negative", "neutral", "mixed", "positive")] == [
        "negative", "neutral", "mixed", "positive"]
    assert [t for t in shown if t.startswith("n =")] == ["n = 42", "n = 23", "n = 2"]
    assert {"Detractors", "Passives", "No score", "71\u202f%"} <= set(shown)
    assert "Promoters" not in shown  # nobody: no share of nothing


def test_effects_are_costliest_first_with_words_beside_colours():
    shown = texts(theme_effects(make_themes(8).iloc[::-1]))
    assert [t for t in shown if t.startswith("theme ")] == [f"theme {i}" for i in range(8)]
    assert [t for t in shown if t in VERDICTS] == ["costs", "cannot tell", "lifts", "leave-out"]
    assert "Adjusted NPS points, with 95\u202f% interval" in shown
    assert "−4" in shown
    assert "+4" in shown


def test_a_verdict_that_is_not_there_is_not_in_the_legend():
    assert [t for t in texts(theme_effects(make_themes(2))) if t in VERDICTS] == ["costs", LEAVE_OUT]


def test_a_theme_that_few_raise_is_grey_and_the_legend_says_why():
    shown = to_svg(theme_effects(make_themes(2).assign(is_small=[False, True])))
    assert [t for t in texts(theme_effects(make_themes(2).assign(is_small=[False, True]))) if t in VERDICTS] == [
        "costs", SMALL, LEAVE_OUT]
    assert f'fill="{MIDDLE}"' in shown
    assert f'fill="{MIDDLE}"' not in to_svg(theme_effects(make_themes(2)))


def test_each_theme_has_a_hollow_mark_for_its_leave_out_points():
    themes = make_themes(5)
    assert to_svg(theme_effects(themes)).count('fill="#00000000"') == 6  # and one in the legend
    alone = theme_effects(themes.assign(leave_out=float("nan")))
    assert LEAVE_OUT not in texts(alone)


def test_themes_are_in_the_order_of_their_adjusted_points():
    themes = pd.DataFrame([make_theme("rides along", -1.0, leave_out=-9.0), make_theme("costs itself", -3.0)])
    shown = texts(theme_effects(themes))
    assert [t for t in shown if t in ("rides along", "costs itself")] == ["costs itself", "rides along"]


@pytest.mark.parametrize("n_parts", [4, 8, 9, 12, 30])
def test_the_steps_add_up_to_the_whole_change(n_parts):
    change = make_change(n_parts)
    steps = waterfall_steps(change)
    assert steps[0].start == change.before.nps
    assert [round(a.end - b.start, 9) for a, b in pairwise(steps)] == [0] * (len(steps) - 1)
    assert steps[-1].end == pytest.approx(change.after.nps)
    assert len(steps) == min(n_parts, 10)


def test_sure_parts_come_first_and_many_small_ones_are_one_step_without_an_interval():
    steps = waterfall_steps(make_change(12))
    assert [(s.name, s.is_sure) for s in steps[:3]] == [
        ("More speak of “late delivery”", True), ("Those who speak of “price” gain on others", False),
        ("Mix of Plan", False)]
    assert [s.name for s in steps[-2:]] == ["Rest", "All 3 other parts"]
    assert (steps[-1].low, steps[-1].high) == (None, None)


@pytest.mark.parametrize("width", [760, NARROW])
def test_the_waterfall_says_where_it_starts_and_ends(width):
    shown = texts(change_waterfall(make_change(), width=width))
    assert [t for t in shown if t.startswith("NPS ")] == ["NPS before", "NPS after"]
    assert ("5 (−6 to 16)" in shown) == (width == 760)
    assert "down, sure" in shown
    assert "all others, summed" in shown


def test_parts_that_may_be_chance_are_pale():
    svg = to_svg(change_waterfall(make_change(6)))
    assert f'opacity="1" fill="{BAD}"' in svg or f'fill="{BAD}" opacity="1"' in svg
    assert 'opacity="0.35"' in svg


def test_brands_are_in_order_with_ours_told_apart():
    shown = texts(net_sentiment(BRANDS))
    assert [t for t in shown if t in ("Ours", "Theirs")] == ["Ours", "Theirs"]
    assert [t for t in shown if t in ("our own", "worse", "better", "cannot tell")] == ["our own", "worse"]


def test_a_proxy_is_called_one():
    shown = texts(theme_effects(make_themes(2), name="NPS proxy"))
    assert "Adjusted NPS proxy points, with 95\u202f% interval" in shown
    assert "NPS proxy" in texts(nps_by_month(make_months("2024-01-01"), name="NPS proxy"))


@pytest.mark.parametrize("width", [760, NARROW])
@pytest.mark.parametrize("chart", [theme_effects, theme_categories])
def test_twenty_of_sixty_themes_and_said_so(chart, width):
    shown = texts(chart(make_themes(60), width=width))
    assert len([t for t in shown if t.startswith("theme ")]) == 20
    assert "The first 20 of 60 themes" in shown


@pytest.mark.parametrize("chart", [theme_effects, theme_categories])
def test_labels_of_any_kind(chart):
    labels = ["x" * 80, "a label of eighty characters which has to be broken into two lines, since it is", "", HOSTILE,
              "same", "same"]
    for width in (760, NARROW):
        shown = texts(chart(make_themes(6, labels), width=width))
        assert len([t for t in shown if t.startswith("n = 18")]) == 6
        assert shown.count("same") == 2
        assert max(len(t) for t in shown) <= 40
    assert "<script" not in to_svg(chart(make_themes(6, labels)))


@pytest.mark.parametrize("chart", [
    theme_effects(make_themes(0)), theme_categories(make_themes(0)), theme_effects(make_themes(3, has_scores=False)),
    theme_categories(make_themes(3, has_scores=False)), polarity_by_category(POLARITY * 0), nps_by_month(None),
    change_waterfall(None), net_sentiment(BRANDS.head(0)), nps_by_month(make_months()),
    nps_by_month(make_months("2024-01-01").assign(nps=float("nan")))])
def test_nothing_to_draw(chart):
    assert chart is None


def test_one_theme_and_one_month():
    assert "theme 0" in texts(theme_effects(make_themes(1)))
    assert "theme 0" in texts(theme_categories(make_themes(1)))
    shown = texts(nps_by_month(make_months("2024-02-01")))
    assert {"Feb 2024", "n = 40"} <= set(shown)


def test_months_keep_their_distance_and_their_n():
    shown = texts(nps_by_month(make_months("2023-11-01", "2023-12-01", "2024-02-01")))
    assert [t for t in shown if t[-4:] in ("2023", "2024")] == ["Nov 2023", "Dec 2023", "Jan 2024", "Feb 2024"]
    assert [t for t in shown if t.startswith("n =")] == ["n = 40", "n = 41", "n = 42"]


def test_many_months_are_labelled_now_and_then_with_the_latest():
    months = [m.strftime("%Y-%m-%d") for m in pd.date_range("2019-01-01", periods=66, freq="MS")]
    shown = [t for t in texts(nps_by_month(make_months(*months))) if re.fullmatch("[A-Z][a-z]{2} [0-9]{4}", t)]
    assert 5 <= len(shown) <= 11
    assert shown[-1] == "Jun 2024"


def test_svg_is_one_picture_with_a_name():
    root = ET.fromstring(to_svg(theme_effects(make_themes(3))))
    assert root.get("role") == "img"
    assert root.get("aria-label") == (
        "Adjusted NPS points of each theme with their interval, and its leave-out points, the costliest first.")
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == root.get("aria-label")
    assert root.get("width") == "760"
    names = {name for element in root.iter() for name in element.attrib}
    assert not names & {"id", "href", "style", "aria-roledescription"}
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "g", "path", "line", "text", "tspan", "rect"}


def test_same_themes_same_bytes():
    assert to_svg(theme_effects(make_themes(5))) == to_svg(theme_effects(make_themes(5)))
