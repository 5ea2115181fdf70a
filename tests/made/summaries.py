"""A summary with invented figures in every part of it, and small tables to change it with."""

import pandas as pd

from cx_text.insights.change import CHANGE_COLUMNS, Change, Window
from cx_text.insights.conflicts import CONFLICT_COLUMNS, LOW_SCORE_PRAISE, SILENT_RISK
from cx_text.insights.drivers import DRIVER_COLUMNS
from cx_text.insights.implied import ImpliedNps
from cx_text.insights.nps import nps
from cx_text.insights.scores import SCORE_COLUMNS
from cx_text.insights.segments import SEGMENT_COLUMNS
from cx_text.insights.share_of_voice import BRAND_COLUMNS, BRAND_THEME_COLUMNS
from cx_text.insights.theme_table import THEME_COLUMNS
from cx_text.summary import Summary

MIDDLE = pd.Timestamp("2024-04-01", tz="UTC")


def make_theme(label="late delivery", points=-4.2, verdict="costs", **other):
    row = {"id": label, "label": label, "keywords": "late, parcel", "n_comments": 62, "n_opinions": 71,
           "share_of_comments": 62 / 527, "share_negative": 0.9, "n_detractors": 40, "n_passives": 12, "n_promoters": 6,
           "share_detractors": 40 / 58, "share_passives": 12 / 58, "share_promoters": 6 / 58, "nps": -58.6,
           "nps_low": -73.0, "nps_high": -42.0, "n_raisers": 58, "leave_out": points - 1.3,
           "leave_out_low": points - 3.3, "leave_out_high": points + 0.7, "adjusted": points,
           "adjusted_low": points - 1.9, "adjusted_high": points + 1.8, "verdict": verdict, "is_small": False,
           "exemplar_1": "Nine days late.", "exemplar_2": "Never came.", "exemplar_3": ""}
    return row | other


THEMES = [make_theme(), make_theme("price", -0.4, "cannot tell"),
          make_theme("smell", -0.2, "cannot tell", n_raisers=7, is_small=True), make_theme("staff", 3.1, "lifts")]


def theme_table(*themes):
    return pd.DataFrame(themes, columns=list(THEME_COLUMNS)).astype({"is_small": "bool"})


def without_scores(themes):
    missing = {c: None for c in THEME_COLUMNS if c.startswith(("leave_out", "adjusted", "nps", "verdict"))}
    missing |= {f"share_{c}": None for c in ("detractors", "passives", "promoters")}
    missing |= {f"n_{c}": 0 for c in ("detractors", "passives", "promoters", "raisers")}
    numbers = [c for c in missing if c != "verdict"]
    return theme_table(*(t | missing for t in themes)).astype(dict.fromkeys(numbers, "float64"))


def make_driver(label="late delivery", points=-4.2, verdict="costs", **other):
    row = {"outcome": "nps", "id": label, "label": label, "said": "anything", "n_comments": 62,
           "share_of_comments": 62 / 527, "n_raisers": 58, "mean": -58.6, "mean_low": -73.0, "mean_high": -42.0,
           "total": float("nan"), "leave_out": points - 1.3, "leave_out_low": points - 3.3,
           "leave_out_high": points + 0.7, "adjusted": points, "adjusted_low": points - 1.9,
           "adjusted_high": points + 1.8, "verdict": verdict, "is_small": False}
    return row | other


def driver_table(*rows):
    return pd.DataFrame(rows, columns=list(DRIVER_COLUMNS)).astype({"is_small": "bool"})


DRIVERS = [
    make_driver(), make_driver(points=-5.5, said="negative"), make_driver(points=0.7, verdict="cannot tell",
                                                                          said="positive", n_raisers=8, is_small=True),
    make_driver("parcel", -1.1, "cannot tell", said="negative", parent_id="late delivery",
                parent_label="late delivery"),
    make_driver(points=3.3, outcome="churned", mean=21.0, mean_low=14.2, mean_high=29.6),
    make_driver(points=-80.4, outcome="revenue", mean=410.0, mean_low=350.0, mean_high=470.0, total=23_780.0)]


def score_table(*names):
    first, last = pd.Timestamp("2024-03-02", tz="UTC"), pd.Timestamp("2024-04-29", tz="UTC")
    rows = {"nps": ("nps", "NPS", "scores of 0 to 10", -4.4, -12.0, 4.0, "points", 412, first, last, "adjusted Wald"),
            "csat": ("csat", "CSAT", "4 to 5 on 1-5", 61.2, 57.1, 65.0, "%", 390, first, last, "Wilson"),
            "mean": ("csat_mean", "CSAT, mean", "scale 1-5", 3.71, 3.6, 3.82, "of 5", 390, first, last, "Student's t"),
            "churned": ("churned", "Attrition", "yes in 'Left'", 8.4, 6.4, 10.9, "%", 500, pd.NaT, pd.NaT, "Wilson"),
            "revenue": ("revenue", "Revenue", "mean of 'Spent'", 490.0, 450.0, 530.0, "", 500, pd.NaT, pd.NaT,
                        "Student's t"),
            "proxy": ("nps_proxy", "NPS proxy, from rating 1-5", "ratings standing in for scores", -4.4, -12.0, 4.0,
                      "points", 412, first, last, "adjusted Wald")}
    return pd.DataFrame([rows[name] for name in names], columns=list(SCORE_COLUMNS))


def segment_table(*values):
    rows = [("Plan", value, 120, 0.3, -20.0 + 9 * i, -35.0 + 9 * i, -4.0 + 9 * i, -22.0 + 9 * i, -38.0 + 9 * i,
             -5.0 + 9 * i, "lower" if i == 0 else "cannot tell", i == 1, "late delivery" if i == 0 else float("nan"),
             -6.6 if i == 0 else float("nan"), float("nan"), float("nan")) for i, value in enumerate(values)]
    return pd.DataFrame(rows, columns=list(SEGMENT_COLUMNS)).astype({"is_small": "bool"})


def make_change(n_parts=12, *, is_sure=True):
    """Return a change of many parts that add up: a large sure share, a severity, a mix, a rest, and small ones."""
    before, after = nps(60, 70, 70), nps(90, 60, 62)
    parts = [("share", "late delivery", "t1", 0.09, 0.18, -5.5, -9.0, -2.0, True),
             ("severity", "price", "t2", None, None, 1.8, -0.5, 4.1, False),
             ("mix", "Plan", None, None, None, -1.2, -2.9, 0.6, False)]
    parts += [("share", f"small {i}", f"s{i}", 0.05, 0.04, 0.1 * (i + 1), -1.0, 1.4, False) for i in range(n_parts - 4)]
    whole = after.nps - before.nps
    parts.append(("rest", "", None, None, None, whole - sum(p[5] for p in parts), -12.0, 8.0, False))
    total = ("total", "", None, before.nps, after.nps, whole, whole - 12, whole + 12, is_sure)
    table = pd.DataFrame([total, *parts], columns=list(CHANGE_COLUMNS)).astype(
        {"is_sure": "bool", **dict.fromkeys(("before", "after", "points", "low", "high"), "float64")})
    return Change(before, after, (Window(None, MIDDLE), Window(MIDDLE, None)), table)


def conflict_table(*texts, kind=SILENT_RISK):
    rows = [(f"c{i}", kind, 9.0, "negative", -0.95 + i / 100, 0.9, text[:12], text) for i, text in enumerate(texts)]
    return pd.DataFrame(rows, columns=list(CONFLICT_COLUMNS))


CONFLICTS = pd.concat([conflict_table(*(f"Broken part {i} and no reply" for i in range(12))),
                       conflict_table("Lovely staff, thank you", kind=LOW_SCORE_PRAISE)], ignore_index=True)

BRANDS = pd.DataFrame([
    ("Ours", True, 130, 120, 0.23, 0.19, 0.27, 0.6, 0.53, 0.67, 20, 30, 70, 41.7, 27.0, 54.0, *[float("nan")] * 3,
     float("nan")),
    ("Theirs", False, 85, 80, 0.15, 0.12, 0.19, 0.4, 0.33, 0.47, 40, 20, 20, -25.0, -43.0, -5.0, -66.7, -90.0, -42.0,
     "worse")], columns=list(BRAND_COLUMNS))
BRAND_THEMES = pd.DataFrame([
    ("t1", "late delivery", "Ours", True, 40, 10, 10, 20, 25.0, -2.0, 48.0, False),
    ("t1", "late delivery", "Theirs", False, 6, 4, 1, 1, -50.0, -85.0, 12.0, True)], columns=list(BRAND_THEME_COLUMNS))


def full_summary(**other):
    """Return a summary that fills every section, with the given fields in place of its own."""
    given = {
        "title": "survey.csv", "n_rows": 600, "n_comments": 560, "n_analysed": 527, "n_opinions": 1604, "n_ratings": 41,
        "nps": nps(150, 130, 132),
        "polarity_by_category": pd.DataFrame(
            [[90, 20, 10, 30], [30, 40, 40, 20], [10, 20, 90, 12], [60, 25, 20, 10]],
            index=["detractor", "passive", "promoter", "no score"],
            columns=["negative", "neutral", "positive", "mixed"]),
        "themes": theme_table(*THEMES), "drivers": driver_table(*DRIVERS),
        "scores": score_table("nps", "csat", "mean", "churned", "revenue"), "segments": segment_table("Basic", "Plus"),
        "journey": driver_table(make_driver("pay", -2.0, "costs"), make_driver("receive", -1.0, "cannot tell"),
                                make_driver("pay", -2.5, "costs", said="negative")),
        "change": make_change(), "conflicts": CONFLICTS, "brands": BRANDS, "brand_themes": BRAND_THEMES,
        "implied": ImpliedNps(-12.2, -34.4, 10.1, 1204, 412),
        "ledger_counts": pd.DataFrame({"What to improve?": [527, 33, 40]}, index=["analysed", "blank", "non_answer"]),
        "months": pd.DataFrame({"month": pd.to_datetime(["2024-03-01", "2024-04-01"], utc=True), "n": [200, 212],
                                "nps": [-2.0, -6.6], "nps_low": [-13.0, -17.0], "nps_high": [9.0, 4.0]}),
        "share_unclear": 0.23, "notes": ("Dates were read as day first.",),
        "manifest": {"created_at": "2024-06-03T09:14:05+00:00", "input": {"name": "survey.csv", "sha256": "9f2c"},
                     "seed": 0, "columns": {"reasons": {}},
                     "models": {"polarity": {"name": "cx-polarity-en", "revision": "r1"}}}}
    return Summary(**given | other)


# What a summary holds where there is nothing beside scores and themes.
NOTHING_ELSE = {"drivers": driver_table(), "scores": score_table("nps"), "segments": segment_table(),
                "journey": driver_table(), "change": None, "conflicts": conflict_table(), "brands": None,
                "brand_themes": None, "implied": None}
