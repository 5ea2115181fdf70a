"""Tally: counts what passes by, a few bytes a comment, so that a run over any number of rows ends in exact figures."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from cx_text.backends.base import IntArray
from cx_text.codeframe import Codeframe
from cx_text.comment import Comment, Kind, NpsCategory, Polarity, RatingScale
from cx_text.insights.implied import LEAST_SCORED, ImpliedNps, implied_nps, recalibrate
from cx_text.insights.nps import CATEGORIES, proxy_category
from cx_text.insights.observations import SEGMENT, Observations
from cx_text.measures import MeasureColumn

NO_SCORE = "no score"
POLARITIES = tuple(Polarity)
_NO_TIME = int(np.iinfo(np.int64).min)  # what pandas takes for a missing time
_NAMES = ("source", "customer")  # texts that are kept as numbers, beside the segments


def category_of(comment: Comment, *, is_proxy: bool) -> NpsCategory | None:
    """Return the NPS category of a comment's score, or that for which its rating stands in: one of them in a run."""
    if not is_proxy:
        return comment.nps_category
    if comment.rating is None or comment.rating_scale is None:
        return None
    return proxy_category(comment.rating, comment.rating_scale)


class Tally:
    """Counts respondents, comments and opinions as they pass.

    A respondent is a row of the export: its score counts once, whatever number of questions it answered, and also
    when it left no words.

    Args:
        codeframe: The themes in use.
        basis: What the categories are made from: "nps_score", or "rating 1-5" for a proxy; never both in one run.
        measures: The columns of further measures.
        segments: Names of the segments.
        rating_scale: Of the ratings.
    """

    def __init__(self, codeframe: Codeframe, basis: str = "nps_score", *, measures: Sequence[MeasureColumn] = (),
                 segments: Sequence[str] = (), rating_scale: RatingScale | None = None) -> None:
        self.codeframe, self.basis, self.rating_scale = codeframe, basis, rating_scale
        self._measures, self._segments = tuple(measures), tuple(segments)
        self._theme_numbers = {t.id: k for k, t in enumerate(codeframe.themes)}
        self._numbers = array("q")  # four a respondent: its own, category or -1, microseconds or the lowest, NPS score
        self._values = array("d")  # rating, then the measures
        self._texts = array("q")  # source, customer, then the segments: numbers of names, -1 for none
        self._known: list[dict[str, int]] = [{} for _ in (*_NAMES, *self._segments)]
        self._opinions = array("q")  # four numbers each: comment, respondent, theme or -1, polarity
        self._implied = array("d")  # probabilities of the three categories, and the stated one: its number, or -1
        self._polarity: Counter[tuple[str, str]] = Counter()
        self.n_comments = self.n_analysed = 0
        self.n_ratings = 0  # opinions of bare ratings, which name nothing, that are in no theme

    def add(self, comments: Sequence[Comment], positions: Sequence[int], numbers: Sequence[int] | None = None) -> None:
        """Count the comments of one portion.

        Args:
            comments: Tagged comments.
            positions: Position of each comment's row; comments with equal ones are one respondent's.
            numbers: The number of the respondent at each position; None to count on.
        """
        places: dict[int, int] = {}
        first = self.n_respondents
        for comment, position in zip(comments, positions, strict=True):
            if position not in places:
                places[position] = self.n_respondents
                self._add_respondent(comment, first + position if numbers is None else numbers[position])
            self.n_comments += 1
            if comment.tags.polarity is None:
                continue
            self.n_analysed += 1
            category = category_of(comment, is_proxy=self.basis != "nps_score")
            self._polarity[category or NO_SCORE, comment.tags.polarity] += 1
            if comment.tags.implied and (category is None or self.basis == "nps_score"):
                self._implied.extend((*comment.tags.implied, CATEGORIES.index(category) if category else -1))
            if comment.tags.kind is Kind.RATING:
                self.n_ratings += sum(not o.themes for o in comment.tags.opinions or ())
            for opinion in comment.tags.opinions or ():
                theme = self._theme_numbers[opinion.themes[0].theme_id] if opinion.themes else -1
                self._opinions.extend((self.n_analysed, places[position], theme,
                                       POLARITIES.index(opinion.polarity or Polarity.NEUTRAL)))

    def _add_respondent(self, comment: Comment, number: int) -> None:
        category = category_of(comment, is_proxy=self.basis != "nps_score")
        at = comment.received_at
        self._numbers.extend((number, CATEGORIES.index(category) if category else -1,
                              round(at.timestamp() * 1e6) if at else _NO_TIME,
                              -1 if comment.nps_score is None else comment.nps_score))
        nan = float("nan")
        self._values.append(nan if comment.rating is None else comment.rating)
        self._values.extend(comment.measures.get(m.measure, nan) for m in self._measures)
        texts = (comment.source, comment.author, *(comment.segments.get(name) for name in self._segments))
        self._texts.extend(-1 if text is None else known.setdefault(text, len(known))
                           for text, known in zip(texts, self._known, strict=True))

    @property
    def n_respondents(self) -> int:
        """Count the respondents."""
        return len(self._numbers) // 4

    @property
    def n_opinions(self) -> int:
        """Count the opinions."""
        return len(self._opinions) // 4

    @property
    def share_unclear(self) -> float | None:
        """Return the share of opinions in no theme, 0 to 1, bare ratings left out; None without themes or opinions."""
        n_naming = self.n_opinions - self.n_ratings
        if not self.codeframe.themes or not n_naming:
            return None
        return float((_columns(self._opinions, 4)[:, 2] < 0).sum() - self.n_ratings) / n_naming

    def implied_nps(self) -> ImpliedNps | None:
        """Return the NPS that the words of comments without a score imply; None where all have one, or none was read.

        Where enough comments have a score, the estimate is fitted to them first.
        """
        rows = np.array(self._implied, dtype=np.float64).reshape(-1, 4)
        stated = rows[rows[:, 3] >= 0]
        fit = None
        if len(stated) >= LEAST_SCORED:
            fit = recalibrate(stated[:, :3], [CATEGORIES[int(k)] for k in stated[:, 3]])
        return implied_nps(rows[rows[:, 3] < 0, :3], recalibration=fit)

    def polarity_by_category(self) -> pd.DataFrame:
        """Return counts of analysed comments: rows are the categories and "no score", columns the polarities."""
        rows = [*CATEGORIES, NO_SCORE]
        return pd.DataFrame([[self._polarity[row, p] for p in POLARITIES] for row in rows],
                            index=[str(row) for row in rows], columns=[p.value for p in POLARITIES])

    def observations(self) -> Observations:
        """Return who gave which scores and said what, so far."""
        ids = np.array([t.id for t in self.codeframe.themes] + [None], dtype=object)
        polarities = np.array([p.value for p in POLARITIES], dtype=object)
        comment, respondent, theme, polarity = _columns(self._opinions, 4).T
        opinions = pd.DataFrame({"respondent": respondent, "comment": comment, "theme_id": ids[theme],
                                 "polarity": polarities[polarity]})
        return Observations(self._respondents(), opinions, self.codeframe.themes, self.n_analysed, self.basis,
                            self._measures, self.rating_scale)

    def _respondents(self) -> pd.DataFrame:
        number, category, at, score = _columns(self._numbers, 4).T
        values = np.array(self._values, dtype=np.float64).reshape(-1, 1 + len(self._measures))
        codes = _columns(self._texts, len(self._known))
        names = [np.array([*known, None], dtype=object) for known in self._known]
        texts = [pd.Series(own[codes[:, k]], dtype="str") for k, own in enumerate(names)]
        times = pd.Series(at.astype("datetime64[us]")).dt.tz_localize("UTC")
        categories = np.array([c.value for c in CATEGORIES] + [None], dtype=object)  # -1 finds the None
        return pd.DataFrame({
            "respondent": number,
            "customer": pd.Series(codes[:, 1], dtype="Int64").mask(codes[:, 1] < 0),
            "source": texts[0], "received_at": times,
            "nps_score": pd.Series(score, dtype="Int64").mask(score < 0), "rating": values[:, 0],
            "category": pd.Series(categories[category], dtype="str"),
            **{m.measure: values[:, 1 + k] for k, m in enumerate(self._measures)},
            **{SEGMENT + name: texts[2 + k] for k, name in enumerate(self._segments)}})


def _columns(numbers: array[int], width: int) -> IntArray:
    """Return int64 (n_rows, width) over the same memory."""
    return np.frombuffer(numbers, dtype=np.int64).reshape(-1, width) if numbers else np.zeros((0, width), np.int64)
