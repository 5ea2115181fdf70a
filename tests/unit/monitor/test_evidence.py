"""What an alert shows: figures that add up, weeks that end where the window ends, and words of the right people."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from made.spoken import words_at
from made.watched_part import MONDAY, made_history, said
from made.watched_store import BEGINS, copied, day, recipe

from cx_text.config import Brand
from cx_text.monitor.assessing import material_of
from cx_text.monitor.evidence import Seen, figures_of, is_bad_news, points_of, quotes_of
from cx_text.monitor.history import history_of
from cx_text.monitor.judging import Entry, State, look_together
from cx_text.monitor.series import watched_rules
from cx_text.store.forgetting import forget
from cx_text.store.opening import open_store
from cx_text.watch_options import WatchOptions, WatchRule

N_DAYS = 28 * 7
BRANDS = (Brand(name="Brindlecart", own=True),)


def town(n_days=N_DAYS):
    """Return comments of four customers a day, each third one of a late delivery; the last week all are, from mail."""
    rows = []
    for number in range(n_days):
        is_last = number >= n_days - 7
        for k in range(4 + 3 * is_last):
            opinions = [("late", "negative")] if is_last or (number + k) % 3 == 0 else [("app", "positive")]
            rows.append(said(f"c-{number}-{k}", number, *opinions, source="mail" if is_last and k < 5 else "survey",
                             score=(number + 3 * k) % 11, mentions=[("Brindlecart", "negative")] if k == 1 else []))
    rows.append(said(f"c-{n_days - 1}-0", n_days - 1, ("late", "negative"), ("late", "positive"), source="mail"))
    return rows


ROWS = town()


def seen_of(rows=ROWS, per_id="late", period="day", **rule):
    """Return what a look at the end sees of one subject."""
    options = WatchOptions(period=period, rules=(WatchRule(name="r", **rule),))
    history = made_history(rows, period=period)
    [watched] = watched_rules(history, options, BRANDS)
    states = [State() for _ in watched.subjects]
    [look] = look_together([Entry(watched.watched, states, watched.limits)], history.now)
    place = [subject.id for subject in watched.subjects].index(per_id)
    return Seen(history, watched, look, place, history.now, State())


def inside(rows, n_days, window):
    return [row for row in rows if row["day"] is not None and row["day"] >= n_days - window]


def test_figures_of_customers_are_those_of_the_window():
    figures = figures_of(seen_of(polarity="negative"))
    own = inside(ROWS, N_DAYS, figures["window_days"])
    late = [row for row in own if ("late", "negative") in row["opinions"]]
    assert figures["n"] == figures["value"] == len({row["customer"] for row in late})
    assert figures["n_mentions"] == len(late) == figures["n"] + 1
    assert figures["of"] == len({row["customer"] for row in own})
    assert figures["sources"] == {source: len({row["customer"] for row in late if row["source"] == source})
                                  for source in ("mail", "survey")}
    assert sum(figures["sources"].values()) == figures["n"]
    assert figures["low"] < figures["ratio"] < figures["high"]
    assert figures["expected"] < figures["n_needed"]
    assert 0 < figures["p"] <= figures["controlled"] <= 1
    assert figures["polarity"] == "negative"


def test_a_customer_of_two_sources_is_never_more_than_one_of_those_who_wrote():
    rows = [*ROWS, *(said(row["customer"], N_DAYS - 1, ("late", "negative"), source="app-store")
                     for row in inside(ROWS, N_DAYS, 28))]
    figures = figures_of(seen_of(rows, polarity="negative"))
    own = inside(rows, N_DAYS, figures["window_days"])
    assert figures["n"] == figures["of"] == len({row["customer"] for row in own})
    assert figures["sources"]["app-store"] == figures["n"]


@pytest.mark.parametrize(("rule", "names"), [
    ({}, {"ratio", "n_needed", "of", "crude"}),
    ({"measure": "comments", "per": "source", "per_id": "survey"}, {"ratio", "n_needed"}),
    ({"measure": "comments", "per": "all", "per_id": "all", "direction": "rise"}, {"ratio", "n_needed"}),
    ({"measure": "nps", "per": "all", "per_id": "all"}, {"difference", "n_needed", "crude"}),
    ({"measure": "negative_share"}, {"difference", "n_needed", "crude"}),
    ({"per": "brand", "per_id": "Brindlecart"}, {"ratio", "n_needed", "of", "crude"}),
    ({"kind": "trend"}, {"ratio", "n_needed", "of"}),
    ({"kind": "level", "above": 20}, {"difference", "limit", "of"}),
    ({"kind": "level", "measure": "nps", "per": "all", "below": 20, "per_id": "all"}, {"difference", "limit"}),
    ({"kind": "silence", "per_id": "survey"}, {"ratio", "n_needed"}),
])
def test_each_kind_and_measure_has_its_figures(rule, names):
    seen = seen_of(**rule)
    figures = figures_of(seen)
    controlled = set() if seen.watched.rule.kind == "level" else {"controlled"}
    assert set(figures) == names | controlled | {"window_days", "n", "value", "expected", "p", "n_mentions", "sources",
                                                 "polarity", "low", "high"}
    points = points_of(seen, figures)
    assert len(points) == 26
    assert date.fromisoformat(points[-1]["start"]) == MONDAY + timedelta(days=N_DAYS - 7)


def test_what_would_be_expected_had_the_sources_not_been_told_apart_differs_where_they_shift():
    rows = [said(f"c-{number}-{k}", number, *([("late", "negative")] if k % 4 == 0 else []),
                 source="mail" if k % 4 == 0 else "survey")
            for number in range(140) for k in range(12) if k % 4 == 0 or number < 133 or k % 2]
    figures = figures_of(seen_of(rows))
    assert figures["crude"] < figures["expected"]
    assert "crude" not in figures_of(seen_of([{**row, "source": "survey"} for row in rows]))


@pytest.mark.parametrize("period", ["day", "week"])
def test_the_weeks_of_the_picture_add_up(period):
    seen = seen_of(period=period, measure="comments", polarity="negative", direction="rise")
    figures = figures_of(seen)
    points = points_of(seen, figures)
    starts = [date.fromisoformat(point["start"]) for point in points]
    assert [b - a for a, b in pairwise(starts)] == [timedelta(days=7)] * 25
    assert starts[-1] + timedelta(days=6) == MONDAY + timedelta(days=N_DAYS - 1)
    judged = [point for point in points if point["is_window"]]
    assert len(judged) == figures["window_days"] / 7
    assert sum(point["value"] for point in judged) == figures["n"] == figures["value"]
    assert sum(point["expected"] for point in judged) == pytest.approx(figures["expected"], abs=0.01)
    by_week = [sum(("late", "negative") in row["opinions"] for row in ROWS
                   if start <= MONDAY + timedelta(days=row["day"]) < start + timedelta(days=7)) for start in starts]
    assert [point["value"] for point in points] == by_week
    assert [point["n"] for point in points] == [28] * 25 + [49]


def test_expected_customers_of_a_week_go_with_those_who_wrote_in_it():
    seen = seen_of(polarity="negative")
    figures = figures_of(seen)
    points = points_of(seen, figures)
    for point, n_wrote in ((points[-1], 49), (points[0], 28)):
        assert point["n"] == n_wrote
        assert point["expected"] == pytest.approx(figures["expected"] / figures["of"] * n_wrote, abs=0.001)


def test_a_slow_change_is_drawn_from_where_its_line_begins_and_a_limit_as_a_share():
    trend = seen_of(kind="trend")
    figures = figures_of(trend)
    assert {point["expected"] for point in points_of(trend, figures)} == {figures["expected"]}
    limit = seen_of(kind="level", above=20)
    assert [point["expected"] for point in points_of(limit, figures_of(limit))] == [5.6] * 25 + [9.8]


def test_a_level_is_drawn_by_its_answers_and_a_week_without_any_is_empty():
    rows = [row for row in ROWS if not N_DAYS - 21 <= row["day"] < N_DAYS - 14]
    seen = seen_of(rows, measure="nps", per="all", per_id="all")
    points = points_of(seen, figures_of(seen))
    assert (points[-3]["value"], points[-3]["n"]) == (None, 0)
    week = [row["score"] for row in rows if N_DAYS - 14 <= row["day"] < N_DAYS - 7]
    nps = 100 * (sum(score >= 9 for score in week) - sum(score <= 6 for score in week)) / len(week)
    assert points[-2]["value"] == pytest.approx(nps, abs=0.001)
    assert points[-2]["n"] == len(week)


def test_a_short_history_has_few_weeks():
    seen = seen_of(town(24))
    points = points_of(seen, figures_of(seen))
    assert [point["start"] for point in points] == [(MONDAY + timedelta(days=k)).isoformat() for k in (3, 10, 17)]


@pytest.mark.parametrize(("rule", "is_bad"), [
    ({}, True), ({"direction": "fall"}, False), ({"polarity": "positive"}, True),
    ({"polarity": "positive", "direction": "rise"}, False), ({"measure": "nps"}, True),
    ({"measure": "sentiment", "direction": "rise"}, False), ({"measure": "negative_share"}, True),
    ({"measure": "implied_detractors", "direction": "fall"}, False),
    ({"measure": "comments", "polarity": "negative"}, True), ({"kind": "silence", "per_id": "survey"}, True)])
def test_bad_news_is_less_good_or_more_bad(rule, is_bad):
    assert is_bad_news(seen_of(**rule).watched) is is_bad


@pytest.fixture
def store(watched_path, tmp_path):
    with open_store(copied(watched_path, tmp_path)) as opened:
        yield opened


def quoted(store, **rule):
    """Return quotes of the theme that the incident is about, at its end, with their words and what was seen."""
    rule = {"polarity": "negative", **rule}
    made_recipe = recipe(WatchRule(name="pain", **rule))
    material = material_of(store)
    history = history_of(material.part, made_recipe.watch, day(BEGINS + 6))
    [watched] = watched_rules(history, made_recipe.watch, ())
    [look] = look_together([Entry(watched.watched, [State()] * len(watched.subjects), watched.limits)], history.now)
    place = [subject.label for subject in watched.subjects].index("App is") if rule.get("per") is None else 0
    seen = Seen(history, watched, look, place, history.now, State())
    with store.reading() as connection:
        quotes = quotes_of(connection, material.run_id, seen)
        words = words_at(connection, [tuple(q[name] for name in ("run_id", "comment_id", "start", "end"))
                                      for q in quotes])
    return quotes, words, seen


def test_quotes_are_three_customers_different_words_of_the_theme(store):
    quotes, words, seen = quoted(store)
    assert len(quotes) == 3
    assert all(one.startswith("app is slow") for one in words)
    assert len({one["comment_id"] for one in quotes}) == len(set(words)) == 3
    part = seen.history.part
    of_window = set(part.snapshot.ids[part.keep][seen.said["place"].to_numpy()].tolist())
    assert {one["comment_id"] for one in quotes} <= of_window


def test_who_is_forgotten_is_not_quoted(store):
    quotes, _, _ = quoted(store)
    gone = [one["comment_id"] for one in quotes]
    before = material_of(store)
    forget(store, gone, how="asked")
    made_recipe = recipe(WatchRule(name="pain", polarity="negative"))
    history = history_of(before.part, made_recipe.watch, day(BEGINS + 6))  # read before it was forgotten
    [watched] = watched_rules(history, made_recipe.watch, ())
    [look] = look_together([Entry(watched.watched, [State()] * len(watched.subjects), watched.limits)], history.now)
    place = [subject.label for subject in watched.subjects].index("App is")
    with store.reading() as connection:
        again = quotes_of(connection, before.run_id, Seen(history, watched, look, place, history.now, State()))
    assert len(again) == 3
    assert not {one["comment_id"] for one in again} & set(gone)


def test_praise_is_no_witness_of_complaints(store):
    _, words, _ = quoted(store, polarity="positive", direction="rise")
    assert words
    assert not any("slow" in one for one in words)


def test_without_a_polarity_what_is_bad_is_quoted_first(store):
    _, words, _ = quoted(store, polarity=None)
    assert all("slow" in one for one in words)
    _, words, _ = quoted(store, polarity=None, measure="nps", per="all")
    assert len(words) == 3
    assert all(any(bad in one for bad in ("slow", "bad", "rude")) for one in words)
