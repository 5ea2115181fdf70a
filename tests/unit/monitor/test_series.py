"""What rules watch: every count is that which plain loops over the same comments give."""

from collections import defaultdict
from datetime import timedelta

import numpy as np
import pytest
from made.watched_part import MONDAY, THEMES, made_history, said

from cx_text.config import Brand
from cx_text.monitor.blocks import Cut
from cx_text.monitor.series import watched_rules
from cx_text.watch_options import WatchOptions, WatchRule

BRANDS = (Brand(name="Brindlecart", own=True), Brand(name="Fastbasket"))
ABOVE = {theme.id: theme.parent for theme in THEMES if theme.parent}
SIGNS = {"negative": -1, "neutral": 0, "mixed": 0, "positive": 1}
POLARITIES = tuple(SIGNS)
N_DAYS = 21


def invented(n=500, seed=3):
    """Return invented comments: many customers write twice, some in two sources, some without words or a date."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(n):
        themes = rng.choice(["late", "parcel", "app", "old", None], size=rng.integers(0, 4))
        opinions = [(theme, POLARITIES[rng.integers(4)]) for theme in themes]
        brands = rng.choice(["Brindlecart", "Fastbasket", "Other"], size=rng.integers(0, 3))
        rows.append(said(
            f"c-{rng.integers(n // 3)}", None if k % 50 == 7 else int(rng.integers(N_DAYS)), *opinions,
            source=("survey", "app-store")[rng.integers(2)], segments=(None, '{"Plan": "Plus"}', '{"Plan": "Basic"}')[
                rng.integers(3)], score=None if rng.random() < 0.4 else int(rng.integers(11)),
            polarity=None if k % 11 == 5 else POLARITIES[rng.integers(4)],
            implied=("detractor", "passive", "promoter", None)[rng.integers(4)],
            mentions=[(brand, POLARITIES[rng.integers(4)]) for brand in brands]))
    return [row if row["polarity"] else {**row, "opinions": (), "mentions": (), "implied": None} for row in rows]


ROWS = invented()
HISTORIES = {period: made_history(ROWS, until=N_DAYS - 1, period=period) for period in ("day", "week")}


def watched(period="day", **rule):
    options = WatchOptions(period=period, rules=(WatchRule(name="r", **rule),))
    return watched_rules(HISTORIES[period], options, BRANDS)


def subjects_of(row, per, polarity):
    """Return what a comment is about, with how it speaks of that, by plain loops."""
    told = defaultdict(list)
    if per == "theme":
        for theme, own in row["opinions"]:
            for one in {theme, ABOVE.get(theme)} - {None, "old"}:
                told[one].append(own)
    elif per == "brand":
        for brand, own in row["mentions"]:
            if brand != "Other":
                told[brand].append(own)
    elif per == "all":
        told["all"].append(row["polarity"])
    elif per == "source":
        told[row["source"]].append(row["polarity"])
    elif row["segments"]:
        told["Plus" if "Plus" in row["segments"] else "Basic"].append(row["polarity"])
    return {one: own for one, own in told.items() if polarity is None or polarity in own}


def counted_by_hand(measure, per, polarity, period):
    """Return subject → number of customers (or comments) in each period."""
    length = 1 if period == "day" else 7
    first = min(row["day"] for row in ROWS if row["day"] is not None) // length
    found = defaultdict(lambda: defaultdict(list))
    for row in ROWS:
        if row["day"] is None or row["polarity"] is None:
            continue
        for subject in subjects_of(row, per, polarity):
            found[subject][row["day"] // length - first].append(row["customer"])
    count = (lambda own: len(set(own))) if measure == "customers" else len
    return {subject: {k: count(own) for k, own in periods.items()} for subject, periods in found.items()}


def counts_of(one):
    """Return subject → number in each period, as a look would see a window of each period alone."""
    n = one.base.n_periods
    ends, out = np.full(one.base.n_series, -1), np.zeros((one.base.n_series, n), dtype=bool)
    found = {}
    for now in range(n):
        counts = one.base.blocks(Cut(now, 1, ends, 0, out)).counts[:, :, -1].sum(axis=1)
        for subject, count in zip(one.subjects, counts, strict=True):
            if count:
                found.setdefault(subject.id, {})[now] = int(count)
    return found


@pytest.mark.parametrize("period", ["day", "week"])
@pytest.mark.parametrize("polarity", [None, "negative", "positive"])
@pytest.mark.parametrize(("measure", "per"), [
    ("customers", "theme"), ("customers", "brand"), ("comments", "theme"), ("comments", "brand"), ("comments", "all"),
    ("comments", "source"), ("comments", "segment.Plan")])
def test_counts_are_those_of_plain_loops(measure, per, polarity, period):
    [one] = watched(period, measure=measure, per=per, polarity=polarity)
    assert counts_of(one) == counted_by_hand(measure, per, polarity, period)


def test_who_wrote_are_distinct_customers_whatever_they_came_by():
    [one] = watched("week")
    ends, out = np.full(one.base.n_series, -1), np.zeros((one.base.n_series, one.base.n_periods), dtype=bool)
    exposures = one.base.blocks(Cut(2, 3, ends, 0, out)).exposures[:, :, -1].sum(axis=1)
    wrote = {row["customer"] for row in ROWS if row["day"] is not None and row["polarity"] is not None}
    assert exposures.tolist() == [len(wrote)] * 3


def test_hidden_themes_are_not_watched_and_sub_themes_count_above():
    [one] = watched()
    assert [subject.id for subject in one.subjects] == ["late", "parcel", "app"]
    assert [subject.label for subject in one.subjects] == ["Late delivery", "Late parcel", "App"]
    below, above = (set(one.said.loc[one.said["series"] == k, "place"]) for k in (1, 0))
    assert below <= above


def answered_by_hand(measure, per, period):
    """Return (subject, period) → answers: the last that a customer gave in it."""
    length = 1 if period == "day" else 7
    found = {}
    for row in ROWS:
        if row["day"] is None or (row["polarity"] is None and measure != "nps"):
            continue
        for subject, own in subjects_of(row, per, None).items():
            answer = answer_of(measure, row, own, per)
            if answer is not None:
                found.setdefault((subject, row["day"] // length), {})[row["customer"]] = answer
    return {key: sorted(own.values()) for key, own in found.items()}


def answer_of(measure, row, own, per):
    if measure == "nps":
        score = row["score"]
        return None if score is None else -1 if score <= 6 else 0 if score <= 8 else 1
    if measure in ("implied_nps", "implied_detractors"):
        if row["implied"] is None:
            return None
        implied = {"detractor": -1, "passive": 0, "promoter": 1}[row["implied"]]
        return implied if measure == "implied_nps" else int(implied == -1)
    sign = SIGNS[row["polarity"]] if per not in ("theme", "brand") else np.sign(np.mean([SIGNS[p] for p in own]))
    return int(sign) if measure == "sentiment" else int(sign == -1)


@pytest.mark.parametrize("period", ["day", "week"])
@pytest.mark.parametrize("per", ["all", "source", "segment.Plan", "theme", "brand"])
@pytest.mark.parametrize("measure", ["nps", "implied_nps", "sentiment", "negative_share", "implied_detractors"])
def test_answers_are_those_of_plain_loops(measure, per, period):
    [one] = watched(period, measure=measure, per=per)
    found = {}
    first = HISTORIES[period].first - (MONDAY.toordinal() if period == "day" else (MONDAY.toordinal() - 1) // 7)
    for series, period_, answer in zip(one.said["series"], one.said["period"], one.said["answer"], strict=True):
        found.setdefault((one.subjects[series].id, period_ + first), []).append(int(answer) - 1)
    assert {key: sorted(own) for key, own in found.items()} == answered_by_hand(measure, per, period)


def test_answers_of_a_share_have_their_mean_as_share():
    [one] = watched(measure="negative_share", per="all")
    n = one.base.n_periods
    sums = one.base.sums(Cut(n - 1, n, np.full(1, -1), 0, np.zeros((1, n), dtype=bool)))[0, :, -1].sum(axis=0)
    assert sums[0] == 0  # no and yes are the middle and the largest answer
    share = one.base.compare(Cut(n - 1, n, np.full(1, -1), 0, np.zeros((1, n), dtype=bool))).value[0]
    assert share == pytest.approx(100 * sums[2] / sums.sum())


def test_scores_without_words_count_for_an_nps_and_silence_and_nothing_else():
    rows = [said("a", 0, score=0, polarity=None), said("b", 0, score=10), said("c", 1, polarity=None)]
    history = made_history(rows)
    rules = [WatchRule(name="nps", measure="nps", per="all"), WatchRule(name="quiet", kind="silence"),
             WatchRule(name="n", measure="comments", per="all"), WatchRule(name="s", measure="sentiment", per="all")]
    nps, quiet, n, sentiment = watched_rules(history, WatchOptions(rules=rules), ())
    assert [len(one.said) for one in (nps, quiet, n, sentiment)] == [2, 3, 1, 1]
    assert (quiet.subjects[0].per, quiet.rule.measure, quiet.direction) == ("source", "comments", "fall")


def test_only_names_by_id_or_label_in_any_case_and_says_what_is_missing():
    [one] = watched(only=("LATE DELIVERY", "app", "nothing", "Fastbasket"))
    assert [subject.id for subject in one.subjects] == ["late", "app"]
    assert one.missing == ("nothing", "Fastbasket")
    [every] = watched()
    own, all_counts = counts_of(one), counts_of(every)
    assert own == {name: all_counts[name] for name in ("late", "app")}
    [none] = watched(only=("nobody",))
    assert (none.subjects, none.missing, none.base.n_series) == ((), ("nobody",), 0)


def test_small_values_of_a_segment_are_not_watched():
    rows = [said(f"c-{k}", k % 3, segments=f'{{"Plan": "{"Plus" if k < 30 else "Basic"}"}}') for k in range(59)]
    history = made_history(rows)
    [one] = watched_rules(history, WatchOptions(rules=(WatchRule(name="r", measure="nps", per="segment.Plan"),)), ())
    assert [(subject.per, subject.id) for subject in one.subjects] == [("segment.Plan", "Plus")]


@pytest.mark.parametrize("kind", ["change", "trend", "level", "silence"])
@pytest.mark.parametrize(("measure", "per"), [("customers", "theme"), ("nps", "theme"), ("customers", "brand"),
                                              ("sentiment", "brand"), ("nps", "segment.None"), ("comments", "source")])
def test_nothing_to_watch_is_no_series(kind, measure, per):
    if kind == "silence":
        measure, per = "comments", "source"
    if kind == "level" and measure == "comments":
        measure = "nps"
    history = made_history([said("a", 0), said("b", 30)], themes=())
    rule = WatchRule(name="r", kind=kind, measure=measure, per=per, above=20 if kind == "level" else None)
    [one] = watched_rules(history, WatchOptions(rules=(rule,)), ())
    assert one.base.n_series == len(one.subjects) == (0 if per != "source" else 1)


def test_both_directions_are_two_rules_of_the_same_counts():
    up, down = watched(direction="both", min_ratio=2, min_customers=9)
    assert (up.key, down.key) == ("r:rise", "r:fall")
    assert up.base is down.base
    assert (up.limits.direction, up.limits.min_ratio, up.limits.min_customers) == ("rise", 2, 9)
    assert (down.limits.direction, down.limits.longest) == ("fall", 28)
    [weekly] = watched("week")
    assert weekly.limits.windows == (1, 2, 4)


def test_days_are_told_by_the_history():
    assert HISTORIES["day"].day(HISTORIES["day"].now) == MONDAY + timedelta(days=N_DAYS - 1)
