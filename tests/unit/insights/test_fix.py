import numpy as np
import pandas as pd
import pytest
from made.observations import observe

from cx_text.codeframe import Theme
from cx_text.errors import ConfigError
from cx_text.insights.fix import did_it_work

AT = "2026-03-15"


def windows(n_before=1500, n_after=1500, *, effect=1.0, moved=1.0, base=0.1, seed=0, n_others=0, **columns):
    """Return customers before and after AT: all complaints move by `moved`, those of "late" by `effect` besides."""
    random = np.random.default_rng(seed)
    later = np.arange(n_before + n_after) >= n_before
    shares = {"late": base, "price": 0.1, "app": 0.08, "staff": 0.06, "rare": 0.002,
              **{f"other {k}": 0.05 for k in range(n_others)}}
    raised = {name: np.flatnonzero(random.random(len(later)) < share * np.where(
        later, moved * (effect if name == "late" else 1.0), 1.0)) for name, share in shares.items()}
    raised["quiet"] = np.arange(len(later))  # so that each customer said something
    times = pd.Series(pd.to_datetime(np.where(later, "2026-03-19", "2026-03-10"), utc=True))
    categories = np.where(random.random(len(later)) < 0.5, "detractor", "promoter")
    return observe(categories, raised, polarity=dict.fromkeys(shares, "negative") | {"quiet": "neutral"},
                   received_at=times.astype("datetime64[us, UTC]"), **columns)


def test_a_halved_theme_fell_and_all_figures_say_of_how_many():
    found = did_it_work(windows(effect=0.5), "late", AT)
    assert found.verdict == "fell"
    assert found.ratio.low < 0.5 < found.ratio.high < 1
    assert (found.n_before, found.n_after) == (1500, 1500)
    assert found.theme.before.value == pytest.approx(10, abs=2)
    assert found.theme.after.value == pytest.approx(5, abs=2)
    assert [other.theme_id for other in found.untouched] == ["price", "app", "staff"]  # "rare" and "quiet" are too few
    assert found.n_missing == 0
    assert str(found.windows[0]) == "2026-03-10 to 2026-03-15"
    assert str(found.windows[1]) == "2026-03-15 to 2026-03-20"
    assert found.nps_before.n == pytest.approx(150, abs=40)
    assert found.nps_change.value == pytest.approx(found.nps_after.nps - found.nps_before.nps)


def test_what_moves_all_themes_is_no_effect():
    found = did_it_work(windows(moved=0.5), "late", AT)
    assert found.theme.after.value < 0.7 * found.theme.before.value
    assert found.verdict == "cannot tell yet"


def test_a_theme_that_doubled_rose():
    assert did_it_work(windows(effect=2.0), "late", AT).verdict == "rose"


def test_only_the_themes_that_are_named_are_compared_with():
    found = did_it_work(windows(), "late", AT, untouched=["price", "late"])
    assert [other.theme_id for other in found.untouched] == ["price"]
    alone = did_it_work(windows(effect=0.1), "late", AT, untouched=[])
    assert (alone.untouched, alone.ratio, alone.verdict, alone.n_needed) == ((), None, "cannot tell yet", None)


def test_few_customers_after_the_date_need_more_and_a_rare_theme_has_no_verdict():
    early = did_it_work(windows(1500, 100), "late", AT)
    assert early.verdict == "cannot tell yet"
    assert 150 < early.n_needed < 1500
    assert early.n_missing == early.n_needed - 100
    rare = did_it_work(windows(200, 1500, base=0.02, effect=0.0), "late", AT)
    assert (rare.verdict, rare.n_needed, rare.n_missing) == ("cannot tell yet", None, None)


def test_a_customer_who_answers_often_is_one():
    customers = pd.Series(np.arange(3000) // 3, dtype="Int64")
    found = did_it_work(windows(customer=customers), "late", AT)
    assert (found.n_before, found.n_after) == (500, 500)


def test_themes_that_change_by_themselves_make_the_interval_wider():
    def with_other_themes(changes):
        random = np.random.default_rng(4)
        later = np.arange(8000) >= 4000
        raised = {f"t{k}": np.flatnonzero(random.random(8000) < 0.1 * np.where(later, change, 1.0))
                  for k, change in enumerate(changes)}
        times = pd.Series(pd.to_datetime(np.where(later, "2026-03-19", "2026-03-10"), utc=True))
        return did_it_work(observe(["detractor"] * 8000, raised | {"all": np.arange(8000)}, polarity=dict.fromkeys(
            raised, "negative") | {"all": "neutral"}, received_at=times.astype("datetime64[us, UTC]")), "t0", AT)

    steady, restless = with_other_themes([0.6, 1, 1, 1, 1, 1]), with_other_themes([0.6, 0.5, 2, 0.7, 1.4, 1])
    assert (steady.verdict, restless.verdict) == ("fell", "cannot tell yet")
    assert restless.n_needed is None


def test_windows_may_be_chosen_and_settling_days_are_left_out():
    found = did_it_work(windows(), "late", AT, days=30, settling_days=2)
    assert [str(window) for window in found.windows] == ["2026-02-13 to 2026-03-15", "2026-03-17 to 2026-04-16"]
    assert did_it_work(windows(), "late", AT, settling_days=4).n_after == 1500


def test_windows_without_comments_tell_nothing():
    found = did_it_work(windows(50, 50), "late", AT, days=1)
    assert (found.n_before, found.n_after, found.verdict, found.ratio) == (0, 0, "cannot tell yet", None)


def test_a_sub_theme_is_compared_with_the_themes_beside_the_one_above_it():
    themes = tuple(Theme(name, name, (), 1, parent="late" if name == "driver" else None)
                   for name in ("late", "driver", "price", "app"))
    n = np.arange(400)
    times = pd.Series(pd.to_datetime(np.where(n >= 200, "2026-03-19", "2026-03-10"), utc=True))
    made = observe(["detractor"] * 400, {"late": n[::4], "driver": n[::5], "price": n[::2], "app": n[::3], "lost": n},
                   themes=themes, received_at=times.astype("datetime64[us, UTC]"))
    assert [other.theme_id for other in did_it_work(made, "driver", AT).untouched] == ["price", "app"]
    whole = did_it_work(made, "late", AT)
    assert whole.theme.before.value == pytest.approx(100 * np.mean((n[:200] % 4 == 0) | (n[:200] % 5 == 0)))


@pytest.mark.parametrize(("change", "said"), [
    ({"theme_id": "lat"}, "there is no theme 'lat'; did you mean 'late'?"),
    ({"at": "soon"}, "'soon' is no date. Write it as 2026-03-01."),
    ({"at": "2026-03-01"}, "there are no comments before 2026-03-01. The dates run from 2026-03-10 to 2026-03-19."),
    ({"settling_days": 9}, "there are no comments after 2026-03-24. The dates run from 2026-03-10 to 2026-03-19."),
])
def test_mistakes_are_one_line(change, said):
    with pytest.raises(ConfigError) as error:
        did_it_work(windows(50, 50), **{"theme_id": "late", "at": AT, **change})
    assert str(error.value) == said


def test_without_dates_there_is_no_before():
    with pytest.raises(ConfigError) as error:
        did_it_work(observe(["detractor"], {"late": [0]}), "late", AT)
    assert str(error.value) == ("no comment has a date, so there is no before and after. Name the column of dates when "
                                "you import.")


def test_the_same_seed_gives_the_same():
    assert did_it_work(windows(), "late", AT, seed=3) == did_it_work(windows(), "late", AT, seed=3)


@pytest.mark.parametrize("moved", [1.0, 0.5])
def test_nothing_done_is_seldom_called_fallen_and_a_halving_is_mostly_seen(moved):
    """A small part of scripts/simulate_fix.py."""
    def found(n_after, seed, effect=1.0):
        made = windows(800, n_after, moved=moved, effect=effect, seed=seed, n_others=7)
        return did_it_work(made, "late", AT, n_draws=200)

    assert [found(800, k).verdict for k in range(50)].count("fell") / 50 <= 0.06
    needed = int(np.median([n for k in range(9) if (n := found(200, k).n_needed) is not None]))
    assert [found(needed, k, 0.5).verdict for k in range(50)].count("fell") / 50 >= 0.7
