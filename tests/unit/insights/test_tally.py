"""Counts of a run: a respondent counts once, an opinion where it belongs."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from cx_text.codeframe import Codeframe, Theme
from cx_text.comment import Comment, Kind, NpsCategory, Opinion, Polarity, RatingScale, ThemeTag
from cx_text.insights.drivers import driver_table
from cx_text.insights.observations import RESPONDENT_COLUMNS
from cx_text.insights.scores import months_of, nps_figure
from cx_text.insights.tally import NO_SCORE, Tally, category_of
from cx_text.insights.theme_table import THEME_COLUMNS, theme_table
from cx_text.measures import MeasureColumn
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


def themes_of(counted):
    seen = counted.observations()
    return theme_table(seen, driver_table(seen))


def nps_of(counted):
    return nps_figure(counted.observations())


def test_a_respondent_with_two_answers_counts_once():
    counted = tally([comment(2, "t01"), comment(2, "t02"), comment(10, "t01")], [0, 0, 1])
    assert nps_of(counted).counts == (1, 0, 1)
    assert (counted.n_comments, counted.n_analysed, counted.n_opinions) == (3, 3, 3)
    themes = themes_of(counted).set_index("id")
    assert themes["n_detractors"].to_dict() == {"t01": 1, "t02": 1}


def test_the_same_position_in_another_portion_is_another_respondent():
    counted = tally([comment(2, "t01")], [0])
    counted.add([comment(2, "t01")], [0])
    assert nps_of(counted).n == 2


def test_two_opinions_of_one_comment_on_one_theme_are_one_comment():
    themes = themes_of(tally([comment(2, "t01", "t01"), comment(9, "t02")])).set_index("id")
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
    assert nps_of(counted).counts == (1, 0, 2)
    assert (counted.n_comments, counted.n_analysed) == (3, 1)


def test_without_scores_there_is_no_nps_and_no_verdict():
    counted = tally([comment(None, "t01"), comment(None, "t02")])
    assert nps_of(counted) is None
    assert themes_of(counted)["verdict"].isna().all()
    assert counted.polarity_by_category().loc[NO_SCORE].to_dict() == {
        "negative": 2, "neutral": 0, "positive": 0, "mixed": 0}


def test_unclear_opinions():
    assert tally([comment(2, "t01", None), comment(2, None)]).share_unclear == pytest.approx(2 / 3)
    assert tally([]).share_unclear is None
    assert tally([comment(2, None)], codeframe=Codeframe.empty(FakeEmbedder())).share_unclear is None


def test_nothing_at_all():
    counted = tally([])
    seen = counted.observations()
    assert (nps_figure(seen), months_of(seen), counted.n_opinions, counted.implied_nps()) == (None, None, 0, None)
    assert list(themes_of(counted).columns) == list(THEME_COLUMNS)
    assert list(seen.respondents.columns) == list(RESPONDENT_COLUMNS)
    assert counted.polarity_by_category().to_numpy().sum() == 0


def test_everything_that_a_row_says_is_kept_of_its_respondent():
    given = replace(comment(9, "t01", at=datetime(2026, 3, 31, 23, tzinfo=UTC)), author="ann", source="shop",
                    segments={"plan": "plus"}, measures={"churned": 1.0})
    counted = Tally(FRAME, measures=[MeasureColumn("churned", "Left?")], segments=["plan"])
    counted.add([given, comment(None), replace(given, author="bob"), given], range(4), [12, 13, 15, 16])
    seen = counted.observations().respondents
    assert list(seen.columns) == [*RESPONDENT_COLUMNS, "churned", "segment.plan"]
    assert seen["respondent"].tolist() == [12, 13, 15, 16]
    assert seen["customer"].fillna(-1).tolist() == [0, -1, 1, 0]
    assert seen["source"].tolist() == ["shop", "s", "shop", "shop"]
    assert seen["received_at"].iloc[0] == pd.Timestamp("2026-03-31 23:00", tz="UTC")
    assert seen["nps_score"].isna().tolist() == [False, True, False, False]
    assert seen["segment.plan"].isna().tolist() == [False, True, False, False]
    assert seen["churned"].fillna(-1).tolist() == [1.0, -1.0, 1.0, 1.0]


def test_implied_categories_are_those_of_comments_without_a_score():
    def implied(score, *probabilities):
        given = comment(score, "t01")
        return replace(given, tags=replace(given.tags, implied=probabilities))

    counted = tally([implied(None, 0.5, 0.3, 0.2), implied(None, 0.1, 0.1, 0.8), implied(3, 0.9, 0.1, 0.0)])
    found = counted.implied_nps()
    assert (found.nps, found.n, found.n_scored) == (pytest.approx(20), 2, None)
    assert nps_of(counted).n == 1  # never added to the stated ones
    many = tally([implied(k % 11, 0.2, 0.3, 0.5) for k in range(220)] + [implied(None, 0.2, 0.3, 0.5)])
    assert many.implied_nps().n_scored == 220
    assert many.implied_nps().nps == pytest.approx(nps_of(many).nps, abs=10)  # fitted to this company's scores


def test_ratings_are_a_proxy_and_are_never_pooled_with_scores():
    counted = tally([comment(10, "t01", rating=1.0), comment(10, "t01")], basis="rating 1-5")
    assert (nps_of(counted).n, nps_of(counted).nps, nps_of(counted).is_proxy) == (1, -100.0, True)
    starred = comment(None, rating=5.0)
    assert category_of(starred, is_proxy=True) is NpsCategory.PROMOTER
    assert category_of(starred, is_proxy=False) is None
    assert category_of(comment(3), is_proxy=True) is None
