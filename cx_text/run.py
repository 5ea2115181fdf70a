"""One run over comments: read and tag in portions, find themes among the opinions, then give each opinion its theme.

The second pass needs the themes, and the themes need the opinions of the first. Between the two, portions rest on a
shelf: in memory for a DataFrame, in a private folder for a file, so that memory does not grow with the file.
"""

from __future__ import annotations

import pickle
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from cx_text.backends.opening import Models
from cx_text.codeframe import Codeframe
from cx_text.comment import Comment, Kind, Tags
from cx_text.config import Recipe
from cx_text.opinions import discover_with
from cx_text.pipeline import Failed, Pipeline
from cx_text.plugins import find_stage
from cx_text.privacy import Keep, MaskedCell, RowRedactor, pseudonyms
from cx_text.sampling import StratifiedSample
from cx_text.sources.base import Chunk
from cx_text.sources.flags import Trace
from cx_text.sources.rows import LedgerEntry, Outcome, RowReader

Progress = Callable[[str, int, int | None], None]


def no_progress(phase: str, done: int, total: int | None) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Some rows of the export and what was read in them; `entries` say of every row not analysed why."""

    rows: pd.DataFrame
    comments: tuple[Comment, ...]
    positions: tuple[int, ...]  # position in `rows` of each comment
    columns: tuple[str, ...]  # verbatim column of each comment
    entries: tuple[LedgerEntry, ...]
    masked: tuple[MaskedCell, ...] = ()  # personal data
    traces: Mapping[int, Trace] = field(default_factory=dict)  # of the rows, by position, to flag them by


class Shelf:
    """Portions between the two passes, in order.

    Args:
        folder: Where they rest, None for memory. Only this process reads them, and whoever made the folder removes it.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._portions: list[Portion] = []
        self._n = 0

    def put(self, portion: Portion) -> None:
        """Lay a portion down."""
        if self.folder is None:
            self._portions.append(portion)
        else:
            with (self.folder / f"{self._n:06d}").open("wb") as file:
                pickle.dump(portion, file, protocol=pickle.HIGHEST_PROTOCOL)
        self._n += 1

    def __len__(self) -> int:
        return self._n

    def __iter__(self) -> Iterator[Portion]:
        if self.folder is None:
            yield from self._portions
            return
        for number in range(self._n):
            with (self.folder / f"{number:06d}").open("rb") as file:
                yield pickle.load(file)  # noqa: S301  written above by this process, in a folder only its user can enter


class Run:
    """One pass of a recipe over the rows of one export.

    Args:
        recipe: Which stages, with which models.
        models: The recipe's open models.
        reader: Turns rows into comments, by the plan of the export's columns.
        shelf: Where portions rest between the passes.
        seed: Of the sample and of theme discovery.
        codeframe: Themes to use instead of finding some.
        keep: Given the personal data that is masked; without one it is forgotten.
        progress: Told the phase, how many comments are done, and of how many (None: not known).
    """

    def __init__(self, recipe: Recipe, models: Models, reader: RowReader, *, shelf: Shelf, seed: int = 0,
                 codeframe: Codeframe | None = None, keep: Keep | None = None,
                 progress: Progress = no_progress) -> None:
        self.recipe, self.models, self.reader, self.shelf, self.seed = recipe, models, reader, shelf, seed
        self.progress = progress
        self.began = time.perf_counter()
        self._given = codeframe
        self._sample = StratifiedSample(recipe.themes.max_opinions, seed)
        self.n_comments = 0
        self.n_flagged: Counter[str] = Counter()  # rows in the portions of the second pass, by the kind of reason
        n_first = recipe.stages.index("themes") if "themes" in recipe.stages else len(recipe.stages)
        self._late = recipe.stages[n_first:]
        # All stages are put together once with no themes, so that a wrong order is said before the first row is read.
        stages = [find_stage(name)(models.with_codeframe(codeframe or Codeframe.empty(models.embedder)))
                  for name in recipe.stages]
        Pipeline(stages)
        self._first = Pipeline(stages[:n_first], max_failed_share=recipe.max_failed_share)
        self.redactor = RowRedactor(models.pii, reader.plan, keep, pseudonyms()) if recipe.privacy.redact else None
        self._brought = {tag for stage in stages[:n_first] for tag in stage.adds}

    def read(self, chunks: Iterable[Chunk], n_rows: int | None = None) -> None:
        """Read all rows, run the stages up to themes, and lay the portions on the shelf.

        Args:
            chunks: The rows, in order.
            n_rows: How many there are, if that is known, for the progress alone.
        """
        n_done = 0
        for chunk in chunks:
            batch = self.reader.read(chunk.rows, chunk.broken)
            masked: tuple[MaskedCell, ...] = ()
            if self.redactor is not None:
                batch, masked = self.redactor(batch)
            comments, failed = self._first(batch.comments)
            entries = list(batch.entries)
            reasons = {f.position: _reason(f) for f in failed}
            for at, (comment, position) in enumerate(zip(comments, batch.positions, strict=True)):
                left_out = (Outcome.REJECTED, reasons[at]) if at in reasons else why_not_analysed(comment)
                if left_out is not None:
                    entries.append(LedgerEntry(batch.rows.index[position], batch.columns[at], *left_out, position))
                    comments[at] = set_aside(comment)
                is_bare = comment.tags.kind is Kind.RATING  # a rating names nothing that could be a theme
                for opinion in () if is_bare else comments[at].tags.opinions or ():
                    self._sample.add(comment.opinion_text(opinion), comment.nps_category or "")
            self.shelf.put(Portion(batch.rows, tuple(comments), batch.positions, batch.columns, tuple(entries),
                                   masked, batch.traces))
            self.n_comments += len(comments)
            n_done += len(chunk.rows) + len(chunk.broken)
            self.progress("reading", n_done, n_rows)

    def sampled(self) -> list[str]:
        """Return the opinions that themes are found in."""
        return self._sample.texts()

    def find_themes(self) -> Codeframe:
        """Return the codeframe: the one given, or one discovered among the opinions that were read."""
        if self._given is not None or not self._late:
            return self._given or Codeframe.empty(self.models.embedder)
        self.progress("finding themes", 0, None)
        return discover_with(self.models, self.sampled(), seed=self.seed)

    def portions(self, codeframe: Codeframe) -> Iterator[Portion]:
        """Yield the portions in order, with the themes of their opinions."""
        models = self.models.with_codeframe(codeframe)
        late = Pipeline([find_stage(name)(models) for name in self._late], brought=self._brought,
                        max_failed_share=self.recipe.max_failed_share)
        n_before = done = 0
        for resting in self.shelf:
            portion, n_flagged = settled(resting, self.reader, n_before)
            self.n_flagged += n_flagged
            comments, failed = late(portion.comments)
            entries = list(portion.entries)
            for fault in failed:
                at = fault.position
                comments[at] = set_aside(comments[at])
                position = portion.positions[at]
                entries.append(LedgerEntry(portion.rows.index[position], portion.columns[at], Outcome.REJECTED,
                                           _reason(fault), position))
            done, n_before = done + len(resting.comments), n_before + len(portion.rows)
            self.progress("assigning themes", done, self.n_comments)
            yield replace(portion, comments=tuple(comments), entries=tuple(entries))


def settled(portion: Portion, reader: RowReader, n_before: int) -> tuple[Portion, Counter[str]]:
    """Return a portion as it stands after the last row, and how many of its rows are flagged, by the kind of reason.

    An older version of an answer is no comment any more: its score must not count beside that of the newer one.

    Args:
        portion: As it was read.
        reader: What read it and all others.
        n_before: How many rows are in the portions before it.
    """
    later = reader.later(n_before, len(portion.rows))
    kept = [at for at, place in enumerate(zip(portion.positions, portion.columns, strict=True)) if place not in later]
    comments = [portion.comments[at] for at in kept]
    positions = tuple(portion.positions[at] for at in kept)
    flags = reader.flagged({p: portion.traces[p] for p in sorted(set(positions)) if p in portion.traces}, n_before)
    told = {position: "; ".join(reasons.values()) for position, reasons in flags.items()}
    entries = [entry for entry in portion.entries if (entry.position, entry.question) not in later]
    entries += [LedgerEntry(portion.rows.index[position], column, outcome, reason, position)
                for (position, column), (outcome, reason) in later.items()]
    tagged = tuple(c.tagged(flagged=told[p]) if p in told else c for c, p in zip(comments, positions, strict=True))
    columns = tuple(portion.columns[at] for at in kept)
    return (replace(portion, comments=tagged, positions=positions, columns=columns, entries=tuple(entries)),
            Counter(kind for reasons in flags.values() for kind in reasons))


def _reason(fault: Failed) -> str:
    return f"stage {fault.stage} failed: {fault.reason}"


def set_aside(comment: Comment) -> Comment:
    """Return a comment that was not analysed with what it is (text, language, kind), and nothing read in it."""
    tags = comment.tags
    kept = Tags(text=tags.text, language=tags.language, is_known_language=tags.is_known_language, kind=tags.kind,
                flagged=tags.flagged)
    return replace(comment, tags=kept)


_NOT_READ = {
    Kind.BLANK: (Outcome.BLANK, "no words"),
    Kind.NON_ANSWER: (Outcome.NON_ANSWER, "words that answer nothing"),
    Kind.NOTHING_TO_ADD: (Outcome.NOTHING_TO_ADD, "words that say there is nothing to add"),
    Kind.SPAM: (Outcome.SPAM, "advertising or bait"),
}


def why_not_analysed(comment: Comment) -> tuple[Outcome, str] | None:
    """Return the outcome of a comment in which nothing is read, with the reason; None where it is analysed."""
    if comment.tags.kind in _NOT_READ:
        return _NOT_READ[comment.tags.kind]
    if comment.tags.is_known_language is False:
        return Outcome.OTHER_LANGUAGE, f"language {comment.tags.language!r}, which the recipe's models do not read"
    return None


def as_chunks(rows: pd.DataFrame, n_rows: int) -> Iterator[Chunk]:
    """Yield a DataFrame in chunks of at most `n_rows`; the empty one as one empty chunk."""
    for first in range(0, max(len(rows), 1), n_rows):
        yield Chunk(rows.iloc[first:first + n_rows], ())

