"""Charts: what they draw, and when they draw nothing."""

import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from cx_text.insights.drivers import THEME_COLUMNS
from cx_text.report import charts
from cx_text.report.charts import nps_by_month, polarity_by_category, theme_categories, theme_effects, to_svg
from cx_text.report.drawing import NARROW

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = 'late <script>alert(1)</script> & "x" \x00\x1b'
POLARITY = pd.DataFrame([[30, 4, 2, 6], [5, 5, 10, 3], [0, 0, 0, 0], [1, 0, 1, 0]],
                        index=["detractor", "passive", "promoter", "no score"],
                        columns=["negative", "neutral", "positive", "mixed"])


def make_themes(n, labels=None, has_scores=True):
    rows = [{"id": f"t{i}", "label": labels[i] if labels else f"theme {i}", "n_comments": 20, "n_opinions": 25,
             "n_detractors": 10 * has_scores, "n_passives": 5 * has_scores, "n_promoters": 3 * has_scores,
             "leave_out": (i - 4.0) if has_scores else None, "leave_out_low": (i - 5.0) if has_scores else None,
             "leave_out_high": (i - 3.0) if has_scores else None,
             "verdict": ("costs" if i < 3 else "cannot tell" if i < 6 else "lifts") if has_scores else None}
            for i in range(n)]
    numbers = [c for c in THEME_COLUMNS if c.startswith("leave_out")]
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
    assert [t for t in shown if t in charts.VERDICTS] == ["costs", "cannot tell", "lifts"]
    assert "NPS points, with 95\u202f% interval" in shown
    assert "−4" in shown
    assert "+4" in shown


def test_a_verdict_that_is_not_there_is_not_in_the_legend():
    assert [t for t in texts(theme_effects(make_themes(2))) if t in charts.VERDICTS] == ["costs"]


def test_a_proxy_is_called_one():
    assert "NPS proxy points, with 95\u202f% interval" in texts(theme_effects(make_themes(2), name="NPS proxy"))
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
    nps_by_month(make_months()), nps_by_month(make_months("2024-01-01").assign(nps=float("nan")))])
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
    assert root.get("aria-label") == "Leave-out NPS points of each theme with their interval, the costliest first."
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == root.get("aria-label")
    assert root.get("width") == "760"
    names = {name for element in root.iter() for name in element.attrib}
    assert not names & {"id", "href", "style", "aria-roledescription"}
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "g", "path", "line", "text", "tspan", "rect"}


def test_same_themes_same_bytes():
    assert to_svg(theme_effects(make_themes(5))) == to_svg(theme_effects(make_themes(5)))
