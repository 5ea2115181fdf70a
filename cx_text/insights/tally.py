"""Tally: counts what passes by, a few bytes a comment, so that a run over any number of rows ends in exact figures."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from cx_text.backends.base import IntArray
from cx_text.codeframe import Codeframe
from cx_text.comment import Comment, Kind, NpsCategory, Polarity
from cx_text.insights.drivers import theme_table
from cx_text.insights.nps import CATEGORIES, Nps, nps, proxy_category

NO_SCORE = "no score"
POLARITIES = tuple(Polarity)


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
    """

    def __init__(self, codeframe: Codeframe, basis: str = "nps_score") -> None:
        self.codeframe, self.basis = codeframe, basis
        self._theme_numbers = {t.id: k for k, t in enumerate(codeframe.themes)}
        self._respondents = array("q")  # two numbers each: category or -1, month or -1
        self._opinions = array("q")  # four numbers each: comment, respondent, theme or -1, polarity
        self._polarity: Counter[tuple[str, str]] = Counter()
        self.n_comments = self.n_analysed = 0
        self.n_ratings = 0  # opinions of bare ratings, which name nothing, that are in no theme
        self.first_at: datetime | None = None
        self.last_at: datetime | None = None

    def add(self, comments: Sequence[Comment], positions: Sequence[int]) -> None:
        """Count the comments of one portion; comments with equal positions are one respondent's."""
        numbers: dict[int, int] = {}
        for comment, position in zip(comments, positions, strict=True):
            category = category_of(comment, is_proxy=self.basis != "nps_score")
            if position not in numbers:
                numbers[position] = len(self._respondents) // 2
                at = comment.received_at
                self._respondents.extend((CATEGORIES.index(category) if category else -1,
                                          at.year * 12 + at.month - 1 if at else -1))
                self._widen(at)
            self.n_comments += 1
            if comment.tags.polarity is None:
                continue
            self.n_analysed += 1
            self._polarity[category or NO_SCORE, comment.tags.polarity] += 1
            if comment.tags.kind is Kind.RATING:
                self.n_ratings += sum(not o.themes for o in comment.tags.opinions or ())
            for opinion in comment.tags.opinions or ():
                theme = self._theme_numbers[opinion.themes[0].theme_id] if opinion.themes else -1
                self._opinions.extend((self.n_analysed, numbers[position], theme,
                                       POLARITIES.index(opinion.polarity or Polarity.NEUTRAL)))

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

    def nps(self) -> Nps | None:
        """Return the NPS of all respondents with a score."""
        categories = _columns(self._respondents, 2)[:, 0]
        counts = np.bincount(categories[categories >= 0], minlength=3)
        return nps(*(int(n) for n in counts), basis=self.basis)

    def months(self) -> pd.DataFrame | None:
        """Return month (UTC), n, nps, nps_low, nps_high, one row a month that has scores; None without dates."""
        known = _columns(self._respondents, 2)
        known = known[known.min(axis=1) >= 0]
        rows = []
        for month in np.unique(known[:, 1]).tolist():
            counts = np.bincount(known[known[:, 1] == month, 0], minlength=3)
            figure = nps(*(int(n) for n in counts), basis=self.basis)
            if figure:
                rows.append((pd.Timestamp(year=month // 12, month=month % 12 + 1, day=1, tz="UTC"), figure.n,
                             figure.nps, figure.low, figure.high))
        return pd.DataFrame(rows, columns=["month", "n", "nps", "nps_low", "nps_high"]) if rows else None

    def polarity_by_category(self) -> pd.DataFrame:
        """Return counts of analysed comments: rows are the categories and "no score", columns the polarities."""
        rows = [*CATEGORIES, NO_SCORE]
        return pd.DataFrame([[self._polarity[row, p] for p in POLARITIES] for row in rows],
                            index=[str(row) for row in rows], columns=[p.value for p in POLARITIES])

    def themes(self, seed: int) -> pd.DataFrame:
        """Return the table of themes, the costliest first."""
        ids = np.array([t.id for t in self.codeframe.themes] + [None], dtype=object)
        polarities = np.array([p.value for p in POLARITIES], dtype=object)
        names = np.array([c.value for c in CATEGORIES] + [None], dtype=object)  # -1 finds the None
        comment, respondent, theme, polarity = _columns(self._opinions, 4).T
        opinions = pd.DataFrame({"comment": comment, "respondent": respondent, "theme_id": ids[theme],
                                 "polarity": polarities[polarity]})
        respondents = pd.DataFrame({"category": names[_columns(self._respondents, 2)[:, 0]]})
        return theme_table(self.codeframe.themes, opinions, respondents, n_analysed=self.n_analysed, seed=seed)

    def _widen(self, at: datetime | None) -> None:
        if at is not None:
            self.first_at = at if self.first_at is None else min(self.first_at, at)
            self.last_at = at if self.last_at is None else max(self.last_at, at)


def _columns(numbers: array[int], width: int) -> IntArray:
    """Return int64 (n_rows, width) over the same memory."""
    return np.frombuffer(numbers, dtype=np.int64).reshape(-1, width) if numbers else np.zeros((0, width), np.int64)
