"""Counts of a run: a respondent counts once, an opinion where it belongs."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from cx_text.codeframe import Codeframe, Theme
from cx_text.comment import Comment, Kind, NpsCategory, Opinion, Polarity, RatingScale, ThemeTag
from cx_text.insights.drivers import THEME_COLUMNS
from cx_text.insights.tally import NO_SCORE, Tally, category_of
from cx_text.testing import FakeEmbedder

FRAME = Codeframe((Theme("t01", "App", ("app",), 2, exemplars=("the app",)), Theme("t02", "Price", ("price",), 1)),
                  FakeEmbedder().embed(["app", "price"]), ("t01", "t02"), FakeEmbedder())


def comment(score=None, *themes, polarity=Polarity.NEGATIVE, at=None, rating=None):
    """Return a comment with one opinion a theme; without themes a blank one."""
    given = Comment("s:1", "said" if themes else "", "s", nps_score=score, received_at=at, rating=rating,
                    rating_scale=None if rating is None else RatingScale(1, 5))
    if not themes:
        return given.tagged(kind=Kind.BLANK)
    opinions = tuple(Opinion(0, 4, polarity, themes=(ThemeTag(t, 0.9),) if t else ()) for t in themes)
    return given.tagged(kind=Kind.ANSWER, text="said", polarity=polarity, opinions=opinions)


def tally(comments, positions=None, basis="nps_score", codeframe=FRAME):
    counted = Tally(codeframe, basis)
    counted.add(comments, range(len(comments)) if positions is None else positions)
    return counted


def test_a_respondent_with_two_answers_counts_once():
    counted = tally([comment(2, "t01"), comment(2, "t02"), comment(10, "t01")], [0, 0, 1])
    assert (counted.nps().n, counted.nps().n_detractors, counted.nps().n_promoters) == (2, 1, 1)
    assert (counted.n_comments, counted.n_analysed, counted.n_opinions) == (3, 3, 3)
    themes = counted.themes(seed=0).set_index("id")
    assert themes["n_detractors"].to_dict() == {"t01": 1, "t02": 1}


def test_the_same_position_in_another_portion_is_another_respondent():
    counted = tally([comment(2, "t01")], [0])
    counted.add([comment(2, "t01")], [0])
    assert counted.nps().n == 2


def test_two_opinions_of_one_comment_on_one_theme_are_one_comment():
    themes = tally([comment(2, "t01", "t01"), comment(9, "t02")]).themes(seed=0).set_index("id")
    assert themes.loc["t01", ["n_comments", "n_opinions", "n_detractors"]].tolist() == [1, 2, 1]
    assert themes.loc["t01", "share_of_comments"] == 0.5


def test_a_bare_rating_is_an_opinion_but_not_one_without_a_theme():
    rating = comment(9, None, polarity=Polarity.POSITIVE)
    rating = replace(rating, tags=replace(rating.tags, kind=Kind.RATING))
    counted = tally([rating, comment(2, "t01"), comment(2, None)])
    assert (counted.n_analysed, counted.n_opinions, counted.share_unclear) == (3, 3, 0.5)
    assert tally([rating]).share_unclear is None


def test_scores_of_blank_answers_count():
    counted = tally([comment(0), comment(10), comment(9, "t01")])
    assert (counted.nps().n, counted.nps().n_promoters) == (3, 2)
    assert (counted.n_comments, counted.n_analysed) == (3, 1)


def test_without_scores_there_is_no_nps_and_no_verdict():
    counted = tally([comment(None, "t01"), comment(None, "t02")])
    assert counted.nps() is None
    assert counted.themes(seed=0)["verdict"].isna().all()
    assert counted.polarity_by_category().loc[NO_SCORE].to_dict() == {
        "negative": 2, "neutral": 0, "positive": 0, "mixed": 0}


def test_unclear_opinions():
    assert tally([comment(2, "t01", None), comment(2, None)]).share_unclear == pytest.approx(2 / 3)
    assert tally([]).share_unclear is None
    assert tally([comment(2, None)], codeframe=Codeframe.empty(FakeEmbedder())).share_unclear is None


def test_nothing_at_all():
    counted = tally([])
    assert (counted.nps(), counted.months(), counted.n_opinions) == (None, None, 0)
    assert list(counted.themes(seed=0).columns) == list(THEME_COLUMNS)
    assert counted.polarity_by_category().to_numpy().sum() == 0


def test_months_are_those_with_scores_in_order():
    march, december, january = (datetime(2026, 3, 31, 23, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC),
                                datetime(2026, 1, 1, tzinfo=UTC))
    counted = tally([comment(9, at=march), comment(0, at=december), comment(None, at=january), comment(10)])
    assert counted.months()[["month", "n", "nps"]].values.tolist() == [
        [pd.Timestamp("2025-12-01", tz="UTC"), 1, -100.0], [pd.Timestamp("2026-03-01", tz="UTC"), 1, 100.0]]
    assert (counted.first_at.year, counted.last_at.month) == (2025, 3)


def test_ratings_are_a_proxy_and_are_never_pooled_with_scores():
    counted = tally([comment(10, "t01", rating=1.0), comment(10, "t01")], basis="rating 1-5")
    assert (counted.nps().n, counted.nps().nps, counted.nps().is_proxy) == (1, -100.0, True)
    starred = comment(None, rating=5.0)
    assert category_of(starred, is_proxy=True) is NpsCategory.PROMOTER
    assert category_of(starred, is_proxy=False) is None
    assert category_of(comment(3), is_proxy=True) is None
