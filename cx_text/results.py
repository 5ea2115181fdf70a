"""From tagged portions to the tables that people get, and the figures of the whole run."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

import pandas as pd

from cx_text.codeframe import Codeframe
from cx_text.comment import Comment
from cx_text.frames import comment_tags, opinion_rows
from cx_text.insights.tally import Tally, category_of
from cx_text.run import Portion, Run
from cx_text.sources.columns import ColumnPlan
from cx_text.sources.rows import Outcome
from cx_text.summary import Summary

LEDGER_COLUMNS = ("row", "question", "outcome", "reason")


class RunTables:
    """Makes comments, opinions and ledger of each portion, and counts what became of every row.

    Args:
        plan: The roles of the export's columns.
        codeframe: The themes in use.
        is_export: Whether rows are told apart by a comment_id (files), or by the DataFrame's index.
    """

    def __init__(self, plan: ColumnPlan, codeframe: Codeframe, *, is_export: bool) -> None:
        self.plan, self.codeframe, self.is_export = plan, codeframe, is_export
        self.n_rows = 0
        self._outcomes: Counter[tuple[str, str]] = Counter()  # (outcome, verbatim column)

    def of(self, portion: Portion) -> dict[str, pd.DataFrame]:
        """Return the tables "comments", "opinions" and "ledger" of one portion."""
        broken = {entry.row for entry in portion.entries} - set(portion.rows.index)
        self.n_rows += len(portion.rows) + len(broken)
        for entry in portion.entries:
            self._outcomes[entry.outcome, entry.question or ""] += 1
        for column in self.plan.verbatims:
            n_others = sum(entry.question == column for entry in portion.entries)
            self._outcomes[Outcome.ANALYSED, column] += len(portion.rows) + len(broken) - n_others
        ledger = pd.DataFrame([(e.row, e.question, e.outcome.value, e.reason) for e in portion.entries],
                              columns=list(LEDGER_COLUMNS), dtype="object")
        keys = [c.id for c in portion.comments] if self.is_export else [
            portion.rows.index[p] for p in portion.positions]
        opinions = opinion_rows(portion.comments, keys, self.codeframe)
        if self.is_export:
            opinions = opinions.rename(columns={"comment": "comment_id"}).astype({"comment_id": "str"})
        return {"comments": self._comments(portion), "opinions": opinions, "ledger": ledger}

    def ledger_counts(self) -> pd.DataFrame:
        """Return one row an outcome, one column a verbatim column; each column adds up to the rows of the export."""
        return pd.DataFrame([[self._outcomes[outcome, column] for column in self.plan.verbatims]
                             for outcome in Outcome], index=[o.value for o in Outcome],
                            columns=list(self.plan.verbatims))

    def _comments(self, portion: Portion) -> pd.DataFrame:
        """Return all rows, also those not analysed, once for each verbatim column, the original columns first."""
        n_columns = len(self.plan.verbatims)
        found = {(p, c): comment for p, c, comment in zip(portion.positions, portion.columns, portion.comments,
                                                          strict=True)}
        outcomes: dict[tuple[object, str | None], deque[str]] = {}  # in order, since an index may repeat
        for entry in portion.entries:
            outcomes.setdefault((entry.row, entry.question), deque()).append(entry.outcome.value)
        places = [(p, column) for p in range(len(portion.rows)) for column in self.plan.verbatims]
        comments = [found.get(place) or Comment("", "", "") for place in places]
        rows = portion.rows.iloc[[p for p, _ in places]]
        tags = comment_tags(comments, self.codeframe)
        if basis_of(self.plan) != "nps_score":
            proxies = [category_of(c, is_proxy=True) for c in comments]
            tags["proxy_category"] = pd.Series([p and p.value for p in proxies], dtype="str")
        rest = [None if (p, column) in found else outcomes[portion.rows.index[p], column].popleft()
                for p, column in places]
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


def make_summary(title: str, run: Run, tally: Tally, tables: RunTables, manifest: Mapping[str, Any]) -> Summary:
    """Return the figures of a run that is through."""
    return Summary(
        title=title, n_rows=tables.n_rows, n_comments=tally.n_comments, n_analysed=tally.n_analysed,
        n_opinions=tally.n_opinions, n_ratings=tally.n_ratings, nps=tally.nps(),
        polarity_by_category=tally.polarity_by_category(),
        themes=tally.themes(run.seed), ledger_counts=tables.ledger_counts(), months=tally.months(),
        share_unclear=tally.share_unclear, notes=_notes(run, tally), manifest=manifest)


def basis_of(plan: ColumnPlan) -> str:
    """Return what NPS categories are made from: scores from 0 to 10 where there are any, else ratings, as a proxy."""
    return "nps_score" if plan.nps_score or not plan.rating else f"rating {plan.rating_scale}"


def _notes(run: Run, tally: Tally) -> tuple[str, ...]:
    notes = list(run.reader.notes)
    if tally.basis != "nps_score":
        scale = run.reader.plan.rating_scale
        notes.append(f"The export has no scores from 0 to 10. Its ratings ({scale}) stand in for them: the "
                     "categories and the NPS are a proxy and must not be compared with an NPS.")
    if not tally.n_analysed:
        notes.append("No comment could be analysed: the ledger says why, row by row.")
    elif "themes" in run.recipe.stages and not tally.codeframe.themes:
        notes.append(f"No themes were found: the opinions ({tally.n_opinions:,}) are too few, or too different, "
                     "to form any.")
    return tuple(notes)

