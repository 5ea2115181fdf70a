"""A refit is proposed where the themes fit worse, and only where it pays; people accept it, or do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cx_text.backends.base import BoolArray, Embedder, FloatArray, IntArray
from cx_text.backends.opening import Models
from cx_text.codeframe import Codeframe
from cx_text.decisions import replay
from cx_text.insights.matching import Change, ThemeChange
from cx_text.monitor.drift import LEAST_SURE, Drift, opinions_between, sampled
from cx_text.part import Part
from cx_text.reassigning import find_anew
from cx_text.report import figures
from cx_text.run import Progress, no_progress
from cx_text.store.database import Store
from cx_text.store.runs import current_run, opinions_after

FEWER, TAKEN = 0.03, 0.25  # untaken opinions: so much less of all, and so much of them taken, at least
_MOST_READ = 4000  # opinions lately, and as many of when themes were found, that are read again
_AT_ONCE = 1000
_SAID = {Change.NEW: "new", Change.GREW: "grown", Change.SHRANK: "smaller", Change.SPLIT: "split",
         Change.MERGED: "merged", Change.FADED: "gone", Change.SAME: "as before", Change.KEPT: "kept"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a refit would do for opinions of late.

    Untaken are those in no theme, and those farther from every theme than four fifths of what was said when the themes
    were found. `untaken_before_share` of `n` are so by the themes in use, `untaken_after_share` by the refit;
    `taken_share` of the former by the refit no longer. `pays`: so it was laid beside the codeframe; else nothing was.
    """

    pays: bool
    untaken_before_share: float
    untaken_after_share: float
    taken_share: float
    n: int
    changes: tuple[ThemeChange, ...]

    @property
    def n_changes(self) -> int:
        """How many rows the difference has."""
        return len(self.changes)

    @property
    def lines(self) -> tuple[str, ...]:
        """What a message says of it; no words of customers."""
        counts = Counter(change.change for change in self.changes)
        said = ", ".join(f"{counts[change]} {word}" for change, word in _SAID.items() if counts[change])
        return (f"Of {figures.counted(self.n, 'opinion')} of late, {figures.percent(self.untaken_before_share)} are in "
                f"no theme or far from all; by themes that were found now, "
                f"{figures.percent(self.untaken_after_share)}.", f"Themes: {said}." if said else "No theme changes.")


def propose_refit(store: Store, part: Part, drift: Drift, *, by: str = "watch", seed: int = 0,
                  models: Models | None = None, device: str = "auto", progress: Progress = no_progress) -> Proposal:
    """Find themes anew, and lay them beside the codeframe for a person to accept, if they take more of what is said.

    It takes a minute or more. Whether it pays is asked of the same opinions of late, by the nearness to their themes.

    Args:
        store: Where the run in use is.
        part: All its comments.
        drift: Since when, and until when it was as themes were found.
        by: Who asks for it.
        seed: Same opinions and seed: same themes.
        models: Open models of the run's recipe, where they are at hand.
        device: "auto", "cpu" or "cuda".
        progress: Told the phase.

    Raises:
        ConfigError: There is no run in use, or it has no themes.
        ModelError: A model is not on this machine.
    """
    found = find_anew(store, seed=seed, models=models, device=device, progress=progress)
    embedder, log = found.models.embedder, found.kept.log()
    in_use, refit = found.kept.current(embedder), replay(found.refit, log)
    then = _words(store, part, opinions_between(part, None, drift.then_until))
    limit = nearness_limit(in_use, embedder.embed(then))
    lately = _words(store, part, opinions_between(part, drift.since, None))
    proposal = weigh(in_use, refit, lately, embedder, limit, found.changes)
    if proposal.pays and not found.kept.is_waiting():  # a person's own may have been made meanwhile
        found.propose(by)
    return proposal


def nearness_limit(in_use: Codeframe, then: FloatArray) -> float:
    """Return the cosine to the nearest theme that four fifths of what was said when themes were found have, or more.

    Args:
        in_use: The codeframe in use.
        then: float32 (n, n_dims), the vectors of opinions of that time.
    """
    return float(np.quantile(_nearness(in_use, then), LEAST_SURE))


def weigh(in_use: Codeframe, refit: Codeframe, lately: Sequence[str], embedder: Embedder, limit: float,
          changes: tuple[ThemeChange, ...] = ()) -> Proposal:
    """Return what a refit would do for opinions of late, and whether it pays: many fewer are untaken.

    Args:
        in_use: The codeframe in use.
        refit: The one that would take its place, with the decisions carried out.
        lately: The words of opinions.
        embedder: Of both.
        limit: Of `nearness_limit`.
        changes: What accepting it would change.
    """
    vectors = embedder.embed(lately)
    before, after = (_is_untaken(codeframe, lately, vectors, limit) for codeframe in (in_use, refit))
    taken = float((before & ~after).sum() / max(1, before.sum()))
    pays = bool(before.mean() - after.mean() >= FEWER and taken >= TAKEN)
    return Proposal(pays, float(before.mean()), float(after.mean()), taken, len(lately), changes)


def _is_untaken(codeframe: Codeframe, texts: Sequence[str], vectors: FloatArray, limit: float) -> BoolArray:
    themes, _ = codeframe.assign(texts, embeddings=vectors)
    return np.array([theme is None for theme in themes]) | (_nearness(codeframe, vectors) < limit)


def _nearness(codeframe: Codeframe, vectors: FloatArray) -> FloatArray:
    """Return each cosine to the nearest theme, -1 where there is none."""
    if not len(codeframe.owners) or not len(vectors):
        return np.full(len(vectors), -1.0, dtype=np.float32)
    return np.asarray((vectors @ codeframe.centres.T).max(axis=1))


def _words(store: Store, part: Part, places: IntArray) -> list[str]:
    """Return the words of some opinions, of very many an even sample."""
    ids = part.opinions["id"].to_numpy(dtype=np.int64)[sampled(places, _MOST_READ)].tolist()
    found: list[str] = []
    with store.reading() as connection:
        run = current_run(connection)
        for first in range(0, len(ids) if run is not None else 0, _AT_ONCE):
            own = opinions_after(connection, run.id if run else 0, 0, _AT_ONCE, ids=ids[first:first + _AT_ONCE])
            found += [one.words for one in own]
    return found
