"""The tables of what a store holds, the same as those of a run over an export: in portions, with words of the store.

Figures come from a `Part`, which counts in memory; only the tables with customers' words are read here, so that a store
of any size can be written out or sent to somebody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cx_text.codeframe import Codeframe
from cx_text.comment import Comment, NpsCategory, Tags, ThemeTag
from cx_text.config import Recipe
from cx_text.frames import comment_tags, mention_rows, opinion_rows
from cx_text.insights.conflicts import conflict_rows
from cx_text.insights.observations import SEGMENT
from cx_text.insights.share_of_voice import brand_table, brand_themes
from cx_text.part import Part
from cx_text.run import why_not_analysed
from cx_text.sources.rows import Outcome
from cx_text.store.imports import Place, all_entries, places_of
from cx_text.store.runs import RunFacts, Stored, read_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

PORTION = 1000  # comments at once
WORDS = "verbatim"  # the one column of words that a store's comments have
WAITING = "waiting"  # the outcome of a comment that the run has not read yet
WHOLE = frozenset({"conflicts", "brands", "brand_themes"})
LEDGER_COLUMNS = ("file", "row", "question", "comment_id", "outcome", "reason")
GIVEN_COLUMNS = ("comment_id", "source", "question", "received_at", "nps_score", "rating", "author")
_NO_TAGS = Tags()


class StoredTables:
    """Makes the tables of the comments that a part holds, and counts what became of them.

    Args:
        part: Which comments.
        run: The run whose tags they have.
        codeframe: The themes in use, with what people decided.
    """

    def __init__(self, part: Part, run: RunFacts, codeframe: Codeframe) -> None:
        self.part, self.run, self.codeframe = part, run, codeframe
        self.recipe = Recipe.model_validate(run.manifest["recipe"])
        self.brands = self.recipe.brands
        self._known = {theme.id for theme in codeframe.themes}
        self._outcomes: Counter[str] = Counter()
        self._conflicts: list[pd.DataFrame] = []
        self._mentions: list[pd.DataFrame] = []

    def portions(self, connection: Connection) -> Iterator[dict[str, pd.DataFrame]]:
        """Yield "comments", "opinions", "ledger", and "mentions" where there are brands, by the comments' ids."""
        ids = self.part.snapshot.ids[self.part.keep]
        categories, respondents = self.part.comments["category"].tolist(), self.part.respondents
        for first in range(0, max(len(ids), 1), PORTION):
            some = ids[first:first + PORTION].tolist()
            place = {comment_id: first + at for at, comment_id in enumerate(some)}
            found = [replace(one, comment=self._known_themes(one.comment))
                     for one in read_of(connection, self.run.id, some)]
            at = [place[one.id] for one in found]
            own = [NpsCategory(c) if isinstance(c := categories[k], str) else None for k in at]
            yield self._tables(connection, found, own, [int(respondents[k]) for k in at])

    def rows_left_out(self, connection: Connection) -> Iterator[pd.DataFrame]:
        """Yield the rows of imports that became no comment; without a filter alone, since they have nothing to ask."""
        if self.part.view:
            return
        for entries in all_entries(connection):
            self._outcomes.update(outcome for _, outcome, _ in entries)
            yield _ledger([(place, None, outcome, reason) for place, outcome, reason in entries])

    def conflicts(self) -> pd.DataFrame:
        """Return the comments whose words and score disagree, of the portions so far, strongest words first."""
        found = [rows for rows in self._conflicts if len(rows)] or [conflict_rows([], [], [])]
        joined = pd.concat(found, ignore_index=True)
        return _keyed(joined.sort_values("polarity_score", key=lambda score: -score.abs(), kind="stable",
                                         ignore_index=True))

    def mentions(self) -> pd.DataFrame:
        """Return the mentions of the portions so far."""
        return pd.concat(self._mentions, ignore_index=True) if self._mentions else mention_rows(
            [], [], self.codeframe, self.brands)

    def whole(self, name: str) -> pd.DataFrame:
        """Return one of the tables WHOLE, which are made when all portions are through."""
        if name == "conflicts":
            return self.conflicts()
        made = self.mentions()
        return brand_table(made, self.brands, self.part.n_analysed) if name == "brands" else brand_themes(
            made, self.brands)

    def ledger_counts(self) -> pd.DataFrame:
        """Return one row an outcome, with how many comments, or rows that became none, had it."""
        seldom = (Outcome.SKIPPED.value, WAITING)
        names = [name for name in (*(o.value for o in Outcome), WAITING) if name not in seldom or self._outcomes[name]]
        return pd.DataFrame({WORDS: [self._outcomes[name] for name in names]}, index=names)

    def _tables(self, connection: Connection, found: Sequence[Stored], categories: Sequence[NpsCategory | None],
                respondents: Sequence[int]) -> dict[str, pd.DataFrame]:
        comments = [one.comment for one in found]
        keys = [comment.id for comment in comments]
        self._conflicts.append(conflict_rows(comments, keys, categories))
        tables = {"comments": self._comments(comments, categories),
                  "opinions": _keyed(opinion_rows(comments, keys, self.codeframe, respondents)),
                  "ledger": self._ledger(connection, found)}
        if self.brands:
            mentions = mention_rows(comments, keys, self.codeframe, self.brands)
            self._mentions.append(mentions)
            tables["mentions"] = _keyed(mentions)
        return tables

    def _comments(self, comments: Sequence[Comment], categories: Sequence[NpsCategory | None]) -> pd.DataFrame:
        given = given_columns(comments, self.part)
        tags = comment_tags(comments, self.codeframe)
        waiting = pd.Series([comment.tags == _NO_TAGS for comment in comments], dtype="bool")
        tags["kind"] = tags["kind"].mask(waiting, WAITING)
        if self.part.basis != "nps_score":
            tags["proxy_category"] = pd.Series([c and c.value for c in categories], dtype="str")
        return pd.concat([given, tags], axis=1)

    def _ledger(self, connection: Connection, found: Sequence[Stored]) -> pd.DataFrame:
        told = [(one, self._why_not(one.comment)) for one in found]
        self._outcomes[Outcome.ANALYSED.value] += sum(why is None for _, why in told)
        self._outcomes.update(why[0] for _, why in told if why is not None)
        places = places_of(connection, [one.id for one, why in told if why is not None])
        return _ledger([(places[one.id], one.comment.id, *why) for one, why in told if why is not None])

    def _why_not(self, comment: Comment) -> tuple[str, str] | None:
        """Return the outcome of a comment in which nothing was read, with the reason."""
        tags = comment.tags
        if tags == _NO_TAGS:
            return WAITING, "the run has not read it yet"
        if (known := why_not_analysed(comment)) is not None:
            return known[0].value, known[1]
        if tags.polarity is not None or "polarity" not in self.recipe.stages:
            return None
        if tags.language is not None and tags.language not in (*self.recipe.languages, "und"):
            return (Outcome.OTHER_LANGUAGE.value,
                    f"language {tags.language!r}, which the recipe's models do not read")
        return Outcome.REJECTED.value, "a stage failed on it"

    def _known_themes(self, comment: Comment) -> Comment:
        """Return a comment whose opinions have themes of the codeframe alone: one may have gone since it was read."""
        if all(tag.theme_id in self._known for o in comment.tags.opinions or () for tag in o.themes or ()):
            return comment

        def known(themes: tuple[ThemeTag, ...] | None) -> tuple[ThemeTag, ...]:
            return tuple(tag for tag in themes or () if tag.theme_id in self._known)

        return comment.with_opinions(tuple(replace(o, themes=known(o.themes)) for o in comment.tags.opinions or ()))


def given_columns(comments: Sequence[Comment], part: Part) -> pd.DataFrame:
    """Return what customers gave: GIVEN_COLUMNS, one column a segment ("segment." before it), one a measure, the words.

    Args:
        comments: Of the store, so that `author` is a pseudonym.
        part: Which segments and measures there are.
    """
    rows = [(c.id, c.source, c.question, c.received_at, c.nps_score, c.rating, c.author) for c in comments]
    frame = pd.DataFrame(rows, columns=list(GIVEN_COLUMNS)).astype({
        **dict.fromkeys(("comment_id", "source", "question", "author"), "str"), "nps_score": "Int64",
        "rating": "float64", "received_at": "datetime64[us, UTC]"})
    texts = {SEGMENT + name: pd.Series([c.segments.get(name) for c in comments], dtype="str")
             for name in part.snapshot.segment_values}
    numbers = {m.measure: pd.Series([c.measures.get(m.measure, np.nan) for c in comments], dtype="float64")
               for m in part.snapshot.measures}
    words = pd.Series([c.verbatim for c in comments], dtype="str")
    return pd.concat([frame, pd.DataFrame({**texts, **numbers, WORDS: words})], axis=1)


def _keyed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.rename(columns={"comment": "comment_id"}).astype({"comment_id": "str"})


def _ledger(entries: Sequence[tuple[Place, str | None, str, str]]) -> pd.DataFrame:
    rows = [(place.file_name, place.row, place.column, comment_id, outcome, reason)
            for place, comment_id, outcome, reason in entries]
    return pd.DataFrame(rows, columns=list(LEDGER_COLUMNS)).astype(
        {"row": "int64", **dict.fromkeys(("file", "question", "comment_id", "outcome", "reason"), "str")})

