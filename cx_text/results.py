"""From tagged portions to the tables that people get, counting on the way all that figures are made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from cx_text.codeframe import Codeframe
from cx_text.comment import Comment
from cx_text.config import Brand
from cx_text.frames import comment_tags, mention_rows, opinion_rows
from cx_text.insights.conflicts import conflict_rows
from cx_text.insights.tally import Tally, category_of
from cx_text.privacy import redaction_rows
from cx_text.run import Portion
from cx_text.sources.columns.plan import ColumnPlan
from cx_text.sources.rows import Outcome
from cx_text.summary import Counted

LEDGER_COLUMNS = ("row", "question", "outcome", "reason")
MENTIONS_COUNTED = ["comment", "brand", "own", "polarity", "theme_id", "theme_label"]  # the words are written


class RunTables:
    """Makes the tables of each portion, and counts what became of every row.

    Args:
        plan: The roles of the export's columns.
        codeframe: The themes in use.
        is_export: Whether rows are told apart by a comment_id (files), or by the DataFrame's index.
        brands: Those that the comments were searched for.
    """

    def __init__(self, plan: ColumnPlan, codeframe: Codeframe, *, is_export: bool,
                 brands: Sequence[Brand] = ()) -> None:
        self.plan, self.codeframe, self.is_export, self.brands = plan, codeframe, is_export, tuple(brands)
        self.n_rows = 0
        self.tally = Tally(codeframe, basis_of(plan), measures=plan.measures, segments=plan.segments,
                           rating_scale=plan.rating_scale)
        self._outcomes: Counter[tuple[str, str]] = Counter()  # (outcome, verbatim column)
        self._conflicts: list[pd.DataFrame] = []
        self._mentions: list[pd.DataFrame] = []

    def of(self, portion: Portion) -> dict[str, pd.DataFrame]:
        """Return "comments", "opinions", "ledger", "redactions", and "mentions" where there are brands."""
        keys = [c.id for c in portion.comments] if self.is_export else [
            portion.rows.index[p] for p in portion.positions]
        numbers = [int(n) for n in portion.rows.index] if self.is_export else [
            self.n_rows + p for p in range(len(portion.rows))]
        self.tally.add(portion.comments, portion.positions, numbers)
        self._count(portion)
        categories = [category_of(c, is_proxy=self.tally.basis != "nps_score") for c in portion.comments]
        self._conflicts.append(conflict_rows(portion.comments, keys, categories))
        respondents = [numbers[p] for p in portion.positions]
        tables = {
            "comments": self._comments(portion),
            "opinions": self._keyed(opinion_rows(portion.comments, keys, self.codeframe, respondents)),
            "ledger": pd.DataFrame([(e.row, e.question, e.outcome.value, e.reason) for e in portion.entries],
                                   columns=list(LEDGER_COLUMNS), dtype="object"),
            "redactions": redaction_rows(portion.masked)}
        if self.brands:
            mentions = mention_rows(portion.comments, keys, self.codeframe, self.brands)
            self._mentions.append(mentions[MENTIONS_COUNTED])
            tables["mentions"] = self._keyed(mentions)
        return tables

    def conflicts(self) -> pd.DataFrame:
        """Return the comments whose words and score disagree, strongest words first."""
        found = [rows for rows in self._conflicts if len(rows)] or [conflict_rows([], [], [])]
        joined = pd.concat(found, ignore_index=True)
        return self._keyed(joined.sort_values("polarity_score", key=lambda score: -score.abs(), kind="stable",
                                              ignore_index=True))

    def mentions(self) -> pd.DataFrame:
        """Return what brands are counted from: comment, brand, own, polarity and theme of each mention."""
        return pd.concat(self._mentions, ignore_index=True) if self._mentions else mention_rows(
            [], [], self.codeframe, self.brands)[MENTIONS_COUNTED]

    def ledger_counts(self) -> pd.DataFrame:
        """Return one row an outcome, one column a verbatim column; each column adds up to the rows of the export."""
        possible = [outcome for outcome in Outcome if outcome is not Outcome.SKIPPED]  # which only platforms have
        return pd.DataFrame([[self._outcomes[outcome, column] for column in self.plan.verbatims]
                             for outcome in possible], index=[o.value for o in possible],
                            columns=list(self.plan.verbatims))

    def counted(self, seed: int) -> Counted:
        """Return what was counted of all portions so far.

        Args:
            seed: Of the run.
        """
        tally = self.tally
        return Counted(
            n_rows=self.n_rows, n_comments=tally.n_comments, n_analysed=tally.n_analysed, n_opinions=tally.n_opinions,
            n_ratings=tally.n_ratings, polarity_by_category=tally.polarity_by_category(), implied=tally.implied_nps(),
            share_unclear=tally.share_unclear, conflicts=self.conflicts(), mentions=self.mentions(),
            brands=self.brands, ledger_counts=self.ledger_counts(), seed=seed)

    def _count(self, portion: Portion) -> None:
        broken = {entry.row for entry in portion.entries} - set(portion.rows.index)
        self.n_rows += len(portion.rows) + len(broken)
        for entry in portion.entries:
            self._outcomes[entry.outcome, entry.question or ""] += 1
        for column in self.plan.verbatims:
            n_others = sum(entry.question == column for entry in portion.entries)
            self._outcomes[Outcome.ANALYSED, column] += len(portion.rows) + len(broken) - n_others

    def _keyed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return rows whose first column is the id of the comment, for a file."""
        return rows.rename(columns={"comment": "comment_id"}).astype({"comment_id": "str"}) if self.is_export else rows

    def _comments(self, portion: Portion) -> pd.DataFrame:
        """Return all rows, also those not analysed, once for each verbatim column, the original columns first."""
        n_columns = len(self.plan.verbatims)
        found = {(p, c): comment for p, c, comment in zip(portion.positions, portion.columns, portion.comments,
                                                          strict=True)}
        outcomes = {(entry.position, entry.question): entry.outcome.value for entry in portion.entries}
        places = [(p, column) for p in range(len(portion.rows)) for column in self.plan.verbatims]
        comments = [found.get(place) or Comment("", "", "") for place in places]
        rows = portion.rows.iloc[[p for p, _ in places]]
        tags = comment_tags(comments, self.codeframe)
        if self.tally.basis != "nps_score":
            proxies = [category_of(c, is_proxy=True) for c in comments]
            tags["proxy_category"] = pd.Series([p and p.value for p in proxies], dtype="str")
        rest = [None if place in found else outcomes[place] for place in places]
        tags["kind"] = tags["kind"].where(pd.Series([p in found for p in places]), pd.Series(rest, dtype="str"))
        if self.is_export:
            tags.insert(0, "comment_id", pd.Series([c.id or None for c in comments], dtype="str"))
        if n_columns > 1:
            tags.insert(0, "question", pd.Series([column for _, column in places], dtype="str"))
        tags.index = rows.index
        # An export may have a column "language" of its own: it keeps its name and place, ours steps aside.
        tags = tags.rename(columns={c: _free_name(c, rows.columns) for c in tags.columns})
        return pd.concat([rows, tags], axis=1)


def _free_name(name: str, taken: pd.Index) -> str:
    """Return a name that no column of the export has."""
    while name in taken:
        name = f"cx_{name}"
    return name


def basis_of(plan: ColumnPlan) -> str:
    """Return what NPS categories are made from: scores from 0 to 10 where there are any, else ratings, as a proxy."""
    is_scored = plan.nps_score or plan.nps_options or not plan.rating
    return "nps_score" if is_scored else f"rating {plan.rating_scale}"
