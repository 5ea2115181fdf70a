"""Draw how often a model is right at each confidence, from the figures that `evaluate_polarity.py --json` wrote.

python scripts/draw_reliability.py models/cx-polarity-en/measured.json models/cx-polarity-en/reliability.svg
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import altair as alt
import pandas as pd
import vl_convert

SHOWN = {
    "nhs_fft dev, with it, the half not calibrated on": "survey answers with their question",
    "tweeteval_sentiment_val": "tweets",
    "mams_atsa, targets": "targets in restaurant sentences",
}


def bins_of(measured: dict[str, dict[str, object]]) -> pd.DataFrame:
    """Return set, confidence, right_share and n, one row a bin that holds at least ten texts."""
    rows = [{"set": label, "confidence": b["confidence"], "right": b["right_share"], "n": b["n"]}
            for name, label in SHOWN.items() for b in measured[name]["reliability"] if b["n"] >= 10]
    return pd.DataFrame(rows)


def picture(bins: pd.DataFrame) -> alt.LayerChart:
    """Return the chart: one line a set, on the diagonal where confidence means what it says."""
    scale = alt.Scale(domain=(0.3, 1.0))
    diagonal = alt.Chart(pd.DataFrame({"x": [0.3, 1.0]})).mark_line(strokeDash=[4, 4], color="#888").encode(
        x=alt.X("x:Q", scale=scale), y=alt.Y("x:Q", scale=scale))
    lines = alt.Chart(bins).mark_line().encode(
        x=alt.X("confidence:Q", scale=scale, title="confidence (mean of the bin)", axis=alt.Axis(format="%")),
        y=alt.Y("right:Q", scale=scale, title="share of answers that are right", axis=alt.Axis(format="%")),
        color=alt.Color("set:N", title=None, sort=list(SHOWN.values()), legend=alt.Legend(orient="top", columns=1)))
    points = lines.mark_point(filled=True, opacity=1).encode(
        size=alt.Size("n:Q", title="texts in the bin", scale=alt.Scale(range=(15, 250))))
    return (diagonal + lines + points).properties(width=360, height=300)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measured", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    bins = bins_of(json.loads(given.measured.read_text(encoding="utf-8")))
    given.out.write_text(vl_convert.vegalite_to_svg(picture(bins).to_json()), encoding="utf-8")


if __name__ == "__main__":
    main()
