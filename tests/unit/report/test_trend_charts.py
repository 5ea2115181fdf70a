"""Charts over time: whole, without a style attribute, and nothing where there is nothing to draw."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from cx_text.report.drawing import BAD, NARROW, WIDE, to_png, to_svg
from cx_text.report.trend_charts import theme_trend, volume_by_source

STARTS = pd.date_range("2026-01-01", periods=5, freq="MS", tz="UTC")
TREND = pd.DataFrame({"start": STARTS, "n": [10, 0, 20, 30, 1], "n_raised": [1, 0, 4, 9, 1],
                      "share": [0.1, np.nan, 0.2, 0.3, 1.0], "low": [0.02, np.nan, 0.08, 0.17, 0.2],
                      "high": [0.4, np.nan, 0.4, 0.48, 1.0]})


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("unit", ["week", "month"])
def test_a_trend_has_its_marks_and_its_numbers(width, unit):
    svg = to_svg(theme_trend(TREND, unit=unit, marks=[(datetime(2026, 2, 9, tzinfo=UTC), 7),
                                                      (datetime(2030, 1, 1, tzinfo=UTC), 8)], width=width))
    assert "style=" not in svg
    assert ">7</text>" in svg
    assert ">8</text>" in svg  # later than the last period: at its end
    assert f'width="{width}"' in svg
    assert "n = 30" in svg or "n = 1" in svg
    assert f'aria-label="Share of comments that raise the theme, {unit} by {unit}, with its interval."' in svg


@pytest.mark.parametrize("unit", ["week", "month"])
def test_alerts_stand_beside_a_triangle_where_they_fired(unit):
    drawn = to_svg(theme_trend(TREND, unit=unit, alerts=[(datetime(2026, 2, 9, tzinfo=UTC), 7),
                                                         (datetime(2026, 5, 3, tzinfo=UTC), 8),
                                                         (datetime(2030, 1, 1, tzinfo=UTC), 9)]))
    assert ">A7</text>" in drawn
    assert ">A8</text>" in drawn
    assert ">A9</text>" not in drawn  # outside the time of the picture
    assert drawn.count(f'fill="{BAD}"') == 2


def test_nothing_is_drawn_of_nothing():
    assert theme_trend(TREND.assign(n=0), unit="month") is None
    assert volume_by_source(pd.DataFrame(columns=["start", "source", "n"]), unit="month") is None


def test_the_largest_sources_have_a_colour_and_the_rest_are_one():
    volume = pd.DataFrame([(at, f"source {k}", 10 - k) for at in STARTS for k in range(8)],
                          columns=["start", "source", "n"])
    svg = to_svg(volume_by_source(volume, unit="month"))
    assert "style=" not in svg
    assert all(f">source {k}</text>" in svg for k in range(5))
    assert ">source 6</text>" not in svg
    assert ">others</text>" in svg
    one = to_svg(volume_by_source(volume[volume["source"] == "source 0"], unit="month"))
    assert ">source 0</text>" not in one  # a single one needs no legend


def test_a_file_has_a_ground():
    chart = theme_trend(TREND, unit="month")
    assert to_png(chart).startswith(b"\x89PNG")
    assert 'fill="#ffffff"' in to_svg(chart, background="#ffffff")
    assert 'fill="#ffffff"' not in to_svg(chart)
