import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made.observations import NAMES, observe

from cx_text.errors import ConfigError
from cx_text.insights.change import CHANGE_COLUMNS, compare, halfway, parse_window


def times(n_before, n_after):
    return pd.Series(pd.to_datetime(["2026-01-10"] * n_before + ["2026-03-10"] * n_after, utc=True)).astype(
        "datetime64[us, UTC]")


def two_windows(n=400, seed=0, *, share=(0.1, 0.4), chance=(0.7, 0.7)):
    """Return two windows of n: theme "late" is raised by another share, whose detractors have another chance."""
    random = np.random.default_rng(seed)
    later = np.arange(2 * n) >= n
    late = random.random(2 * n) < np.where(later, share[1], share[0])
    low = random.random(2 * n) < np.where(late, np.where(later, chance[1], chance[0]), 0.1)
    idle = np.flatnonzero(random.random(2 * n) < 0.2)
    plan = np.where(random.random(2 * n) < 0.5, "plus", "basic")
    return observe(["detractor" if bad else "promoter" for bad in low], {"late": np.flatnonzero(late), "idle": idle},
                   received_at=times(n, n), segments={"plan": plan})


def part(change, name, theme):
    (row,) = change.parts[(change.parts["part"] == name) & (change.parts["theme_id"] == theme)].to_dict("records")
    return row


def test_a_theme_that_more_speak_of_is_a_share():
    change = compare(two_windows(), at="2026-02-01")
    assert list(change.parts.columns) == list(CHANGE_COLUMNS)
    grown = part(change, "share", "late")
    assert grown["is_sure"]
    assert grown["high"] < -10
    assert (grown["before"], grown["after"]) == (pytest.approx(0.1, abs=0.05), pytest.approx(0.4, abs=0.05))
    assert not part(change, "severity", "late")["is_sure"]
    assert not part(change, "share", "idle")["is_sure"]
    total = change.parts.iloc[0]
    assert (total["part"], total["before"], total["after"]) == ("total", change.before.nps, change.after.nps)


def test_a_theme_whose_raisers_score_lower_is_a_severity():
    change = compare(two_windows(1500, share=(0.3, 0.3), chance=(0.2, 0.8)), at="2026-02-01")
    assert part(change, "severity", "late")["is_sure"]
    assert part(change, "severity", "late")["points"] < -20
    assert abs(part(change, "share", "late")["points"]) < 4


def test_a_theme_that_hardly_anyone_raised_before_has_no_severity_of_its_own():
    change = compare(two_windows(share=(0.005, 0.3)), at="2026-02-01")
    assert set(change.parts.loc[change.parts["part"] == "severity", "theme_id"]) == {"idle"}
    assert part(change, "share", "late")["points"] < -10


def test_another_mix_of_segments_is_a_mix():
    random = np.random.default_rng(0)
    later = np.arange(1600) >= 800
    plus = random.random(1600) < np.where(later, 0.8, 0.2)
    made = observe(["detractor" if random.random() < (0.6 if p else 0.1) else "promoter" for p in plus], {"a": [1, 2]},
                   received_at=times(800, 800), segments={"plan": np.where(plus, "plus", "basic")})
    change = compare(made, at="2026-02-01")
    (mix,) = change.parts[change.parts["part"] == "mix"].to_dict("records")
    assert (mix["name"], mix["is_sure"]) == ("plan", True)
    assert mix["points"] == pytest.approx(0.6 * -100, abs=10)  # 60 % more in a plan that scores 100 points lower
    without = compare(made, at="2026-02-01", segments=[])
    assert "mix" not in set(without.parts["part"])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1 << 30), st.integers(30, 60), st.integers(30, 60))
def test_the_parts_add_up_to_the_change(seed, n_before, n_after):
    random = np.random.default_rng(seed)
    n = n_before + n_after
    made = observe([NAMES[k] for k in random.integers(0, 3, n)],
                   {t: np.flatnonzero(random.random(n) < random.random()) for t in "abc"},
                   received_at=times(n_before, n_after), segments={"plan": random.choice(list("xyz"), n)})
    change = compare(made, at="2026-02-01", n_draws=2)
    parts = change.parts[change.parts["part"] != "total"]
    assert parts["points"].sum() == pytest.approx(change.after.nps - change.before.nps, abs=1e-9)


def test_windows_may_be_named_and_are_half_open():
    made = two_windows()
    change = compare(made, before="2026-01-01..2026-03-10", after="2026-03-10..")
    assert (change.before.n, change.after.n) == (400, 400)
    assert [str(w) for w in change.windows] == ["2026-01-01 to 2026-03-10", "2026-03-10 to …"]
    assert str(parse_window("..2026-01-01")) == "… to 2026-01-01"


@pytest.mark.parametrize(("asked", "message"), [
    ({}, "two windows are needed. Give a date with --at, or both --before and --after."),
    ({"at": "soon"}, "'soon' is no date. Write it as 2026-03-01."),
    ({"before": "2026", "after": "2026-02-01.."}, "'2026' is no window. Write it as 2026-03-01..2026-06-01."),
    ({"before": "2026-03-01..2026-01-01", "after": "2026-02-01.."},
     "the window '2026-03-01..2026-01-01' ends before it begins."),
    ({"before": "2026-01-01..", "after": "2026-01-05.."},
     "the windows 2026-01-01 to … and 2026-01-05 to … overlap."),
    ({"at": "2025-01-01"}, "only 0 of the customers with a score are in … to 2025-01-01, fewer than the 30 that a "
     "comparison takes. The dates run from 2026-01-10 to 2026-03-10."),
], ids=["none", "no date", "no window", "backwards", "overlap", "empty"])
def test_windows_that_cannot_be_compared_are_one_line(asked, message):
    with pytest.raises(ConfigError) as raised:
        compare(two_windows(50), **asked)
    assert str(raised.value) == message


def test_without_dates_or_scores_there_is_one_line():
    with pytest.raises(ConfigError) as raised:
        compare(observe(["promoter"] * 80, {"a": range(9)}), at="2026-01-01")
    assert str(raised.value) == ("the comments have no dates, so no two windows can be compared. Name the column of "
                                 "dates with --date-column when you tag.")
    with pytest.raises(ConfigError) as raised:
        compare(observe([None] * 80, {"a": range(9)}, received_at=times(40, 40)), at="2026-02-01")
    assert str(raised.value) == ("no customer has a score, so nothing can be said of the NPS. Name the column of "
                                 "scores with --nps-column when you tag.")


def test_the_middle_of_the_time_is_a_month_with_enough_on_both_sides():
    assert halfway(two_windows(200)) == pd.Timestamp("2026-03-01", tz="UTC")
    assert halfway(two_windows(60)) is None
    assert halfway(observe(["promoter"] * 300, {})) is None
