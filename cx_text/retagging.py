"""Comments of a store are read by a recipe: a new run beside the old one, or what is still waiting read into it.

Where the store has no themes yet, the opinions are read first, themes are found among a sample of them, and then every
opinion gets its theme. Each portion is one transaction that also says how far the run is, so that one that was stopped
goes on where it was. Readers see the run before until the new one is whole.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from cx_text.backends.base import Embedder, FloatArray
from cx_text.backends.opening import Models
from cx_text.codeframe import Codeframe
from cx_text.comment import Comment, Kind, NpsCategory
from cx_text.config import Recipe, load_recipe
from cx_text.errors import ConfigError
from cx_text.manifest import LIBRARIES
from cx_text.opinions import discover_with
from cx_text.pipeline import Pipeline
from cx_text.plugins import find_stage
from cx_text.run import Progress, no_progress, set_aside, why_not_analysed
from cx_text.sampling import StratifiedSample
from cx_text.sources.flags import Flags, trace_of
from cx_text.sources.words import plain_words
from cx_text.store import runs
from cx_text.store.codeframes import USUAL, StoredCodeframe
from cx_text.store.comments import n_waiting
from cx_text.store.corrections import corrected, corrected_since, corrections_in_force
from cx_text.store.database import Store
from cx_text.store.meaning import signs_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

PORTION = 1000  # comments in one transaction
_OPINIONS = 4000  # of stored ones, at once
IN_ONE_PASS = -1  # `themed_upto` of a run that gives opinions their themes while it reads


@dataclass(frozen=True, slots=True)
class Retagged:
    """What one `retag` did. `n_read`: comments that were read now; `n_failed`: of those, the ones a stage broke on."""

    run_id: int
    is_new_run: bool
    n_read: int
    n_failed: int
    n_themes: int
    n_waiting: int


def retag(store: Store, *, recipe: str | Recipe | None = None, only_waiting: bool = False, seed: int = 0,
          device: str = "auto", models: Models | None = None, progress: Progress = no_progress) -> Retagged:
    """Read the comments of a store: all of them in a new run, or those alone that wait to be read.

    Themes are those of the store's codeframe, with what people decided about them; where there is none yet, they are
    found, and are its first version. What people corrected is carried out on what was read.

    Args:
        store: Where the comments are.
        recipe: Name or path of a recipe, or one loaded; that of the run in use when not given, else "nps_survey".
        only_waiting: Read into the run in use those comments that it has not read in their newest version; without a
            run in use, a new one is made.
        seed: Of theme discovery.
        device: "auto", "cpu" or "cuda".
        models: Open models of the recipe, where they are at hand.
        progress: Told the phase, how many comments are done and of how many.

    Raises:
        ConfigError: The recipe is wrong, or the codeframe's vectors come from another model.
        OutputError: The store cannot be written to.
        ModelError: A model is not on this machine.
        StageError: Too many comments failed.
    """
    with store.reading() as connection:
        before = runs.current_run(connection)
    if recipe is None:
        recipe = "nps_survey" if before is None else Recipe.model_validate(before.manifest["recipe"])
    chosen = load_recipe(recipe) if isinstance(recipe, str) else recipe
    job = _Job(store, chosen, models or Models(chosen, device=device), seed, progress)
    return job.read_waiting(before) if only_waiting and before is not None else job.read_all()


class Once:
    """An embedder that remembers the vectors of one portion, so that they are made once.

    Args:
        embedder: Makes them.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, FloatArray] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """Return float32 (n_texts, n_dims), rows of length 1."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
        return np.stack([self._known[text] for text in texts]) if texts else self._embedder.embed([])

    def signs(self) -> dict[str, bytes]:
        """Return the bits of each text of the portion, and forget the portion."""
        texts = list(self._known)
        if not texts:
            return {}
        bits = signs_of(np.stack([self._known[text] for text in texts]))
        self._known = {}
        return {text: row.tobytes() for text, row in zip(texts, bits, strict=True)}


class _Job:
    """One reading of comments of a store."""

    def __init__(self, store: Store, recipe: Recipe, models: Models, seed: int, progress: Progress) -> None:
        self.store, self.recipe, self.seed, self.progress = store, recipe, seed, progress
        self.models = models
        self.kept = StoredCodeframe(store, USUAL, model=models.vectors_by())
        self.n_read = self.n_failed = 0
        self._flags = Flags()
        self._run: runs.RunFacts | None = None
        n_first = recipe.stages.index("themes") if "themes" in recipe.stages else len(recipe.stages)
        self._early, self._late = recipe.stages[:n_first], recipe.stages[n_first:]
        self._embedder = Once(models.embedder)
        # All stages are put together once, so that a wrong order is said before the first comment is read.
        stages = self._pipeline(recipe.stages, Codeframe.empty(models.embedder)).stages
        self._brought = [tag for stage in stages[:n_first] for tag in stage.adds]

    def read_all(self) -> Retagged:
        """Read all comments into a run of its own, or go on with one that was stopped, and put it in use."""
        facts, has_themes = self._facts(), bool(self.kept.versions())
        with self.store.writing() as connection:
            begun = next((run for run in runs.all_runs(connection) if run.finished_at is None), None)
            if begun is not None and dict(begun.manifest) != facts:  # of another recipe, or another version of us
                runs.drop_run(connection, begun.id)
                begun = None
            run_id = begun.id if begun else runs.begin_run(connection, self.recipe.name, facts, USUAL)
            if begun is None and (has_themes or not self._late):
                runs.note(connection, run_id, themed_upto=IN_ONE_PASS)
                self._hold(connection, run_id)
            run = self._run = runs.run_of(connection, run_id)
        assert run is not None  # noqa: S101  begun above
        is_one_pass = run.themed_upto == IN_ONE_PASS
        self._look_for_flags()
        self._read(run_id, run.read_upto, with_themes=is_one_pass, only_waiting=False)
        if not is_one_pass:
            self._find_themes(run_id)
            self._give_themes(run_id, run.themed_upto)
        return self._finish(run, facts)

    def read_waiting(self, run: runs.RunFacts) -> Retagged:
        """Read what waits into the run in use."""
        if Recipe.model_validate(run.manifest["recipe"]) != self.recipe:
            raise ConfigError(f"the run in use is of another recipe than {self.recipe.name!r}",
                              next="Read all comments with it: cx-text retag --recipe " + self.recipe.name)
        self._run = run  # what it reads now has to be of one codeframe with the rest; cx_text.reassigning renews both
        self._look_for_flags()
        self._read(run.id, 0, with_themes=True, only_waiting=True)
        with self.store.writing() as connection:
            runs.note(connection, run.id, finished_at=datetime.now(UTC))  # so that everybody sees that it has changed
            waiting = n_waiting(connection)
        return Retagged(run.id, False, self.n_read, self.n_failed, len(self._codeframe().themes), waiting)

    def _facts(self) -> dict[str, Any]:
        """Return what the run is made from; a run that was stopped goes on only where all of it is the same."""
        return {"made_by": "cx_text", "recipe": self.recipe.model_dump(mode="json", exclude={"watch"}),
                "models": {job: dict(card) for job, card in self.models.revisions().items()}, "seed": self.seed,
                "versions": {"cx_text": version("cx-text"), "python": platform.python_version(),
                             **{name: version(name) for name in LIBRARIES}},
                "processor": platform.machine(), "arithmetic": self.models.arithmetic()}

    def _look_for_flags(self) -> None:
        """Note who wrote what in all of the store, since only all of it shows what is written too often."""
        after = 0
        while True:
            with self.store.reading() as connection:
                found = runs.words_after(connection, after, 20_000)
            if not found:
                return
            for comment_id, author, verbatim in found:
                self._flags.see(comment_id, trace_of(author, [plain_words(verbatim)]), [])
            after = found[-1][0]

    def _read(self, run_id: int, after: int, *, with_themes: bool, only_waiting: bool) -> None:
        """Run stages over comments in portions, from the one after `after` on, and store what they read."""
        stages = self._stages(with_themes=with_themes)
        with self.store.reading() as connection:
            total = n_waiting(connection) if only_waiting else runs.n_comments(connection)
        while True:
            with self.store.reading() as connection:
                waiting = runs.to_read(connection, run_id, after, PORTION, only_waiting=only_waiting)
            if not waiting:
                return
            after = waiting[-1].id
            self._read_portion(run_id, waiting, stages, upto=None if only_waiting else after)
            self.n_read += len(waiting)
            self.progress("reading", self.n_read, total)

    def _read_portion(self, run_id: int, waiting: Sequence[runs.Stored], stages: Sequence[Pipeline], *,
                      upto: int | None = None) -> None:
        """Run stages over some comments, carry out what people corrected, and store what was read."""
        early, *late = stages
        with self.store.reading() as connection:
            people_said = corrections_in_force(connection, [one.id for one in waiting])
        comments, broken = _through(early, [one.comment for one in waiting])
        comments = [self._flagged(one.id, comment) for one, comment in zip(waiting, comments, strict=True)]
        comments = [corrected(comment, self.store, people_said[one.id]) if one.id in people_said else comment
                    for one, comment in zip(waiting, comments, strict=True)]
        for pipeline in late:
            comments, too = _through(pipeline, comments)
            broken += too
        with self.store.writing() as connection:
            runs.put_tags(connection, run_id, _with(waiting, comments), signs=self._embedder.signs())
            if upto is not None:
                runs.note(connection, run_id, read_upto=upto)
        self.n_failed += broken

    def _flagged(self, comment_id: int, comment: Comment) -> Comment:
        trace = trace_of(comment.author, [plain_words(comment.verbatim)])
        reasons = self._flags.of(comment_id, trace)
        return comment.tagged(flagged="; ".join(reasons.values())) if reasons else comment

    def _find_themes(self, run_id: int) -> None:
        """Find themes among a sample of the stored opinions, and keep them as the first version, if there is none."""
        if not self.kept.versions():
            self.progress("finding themes", 0, None)
            self.kept.create(discover_with(self.models, sampled_opinions(self.store, run_id, self.recipe, self.seed),
                                           seed=self.seed))
        if self._run is None or self._run.codeframe_id is None:
            with self.store.writing() as connection:
                self._hold(connection, run_id)
                self._run = runs.run_of(connection, run_id)

    @staticmethod
    def _hold(connection: Connection, run_id: int) -> None:
        """Write down which codeframe all of a run is of, so that what is decided meanwhile waits until it is whole."""
        newest, last = runs.newest_codeframe(connection, USUAL)
        runs.note(connection, run_id, codeframe_id=newest, decisions_upto=last)

    def _give_themes(self, run_id: int, after: int) -> None:
        """Give each stored opinion its theme."""
        with self.store.reading() as connection:
            total = runs.n_tagged(connection, run_id)
        n_done, late = 0, self._late_pipeline()
        while True:
            with self.store.reading() as connection:
                found = runs.tagged_after(connection, run_id, after, PORTION)
            if not found:
                return
            comments, broken = _through(late, [replace(one.comment, tags=replace(one.comment.tags, brand_mentions=None))
                                               for one in found])  # no stage has looked for them yet
            after = found[-1].id
            with self.store.writing() as connection:
                runs.put_tags(connection, run_id, _with(found, comments), signs=self._embedder.signs())
                runs.note(connection, run_id, themed_upto=after)
            n_done, self.n_failed = n_done + len(found), self.n_failed + broken
            self.progress("assigning themes", n_done, total)

    def _finish(self, run: runs.RunFacts, facts: dict[str, Any]) -> Retagged:
        """Put a run in use that holds all that people corrected while it read."""
        codeframe, stages, since = self._codeframe(), self._stages(with_themes=bool(self._late)), run.started_at
        while True:
            now = datetime.now(UTC)
            with self.store.reading() as connection:
                again = runs.to_read_again(connection, corrected_since(connection, since))
            for first in range(0, len(again), PORTION):
                self._read_portion(run.id, again[first:first + PORTION], stages)
            with self.store.writing() as connection:
                if corrected_since(connection, now):
                    since = now
                    continue
                themes = {"version": codeframe.version, "min_confidence": round(codeframe.min_confidence, 4),
                          **codeframe.made_by}
                counts = {"comments": runs.n_tagged(connection, run.id), "themes": len(codeframe.themes)}
                runs.finish_run(connection, run.id, {**facts, "codeframe": themes, "counts": counts})
                waiting = n_waiting(connection)
            return Retagged(run.id, True, self.n_read, self.n_failed, len(codeframe.themes), waiting)

    def _codeframe(self) -> Codeframe:
        run, embedder = self._run, self.models.embedder
        if run is not None and run.codeframe_id is not None:
            return self.kept.as_of(embedder, self.kept.version_of(run.codeframe_id), run.decisions_upto)
        return self.kept.current(embedder) if self.kept.versions() else Codeframe.empty(embedder)

    def _stages(self, *, with_themes: bool) -> list[Pipeline]:
        early = self._pipeline(self._early, self._codeframe())
        return [early, self._late_pipeline()] if with_themes else [early]

    def _late_pipeline(self) -> Pipeline:
        return self._pipeline(self._late, replace(self._codeframe(), embedder=self._embedder), brought=self._brought)

    def _pipeline(self, names: Sequence[str], codeframe: Codeframe, *, brought: Sequence[str] = ()) -> Pipeline:
        models = self.models.with_codeframe(codeframe)
        return Pipeline([find_stage(name)(models) for name in names], brought=brought,
                        max_failed_share=self.recipe.max_failed_share)


def _through(pipeline: Pipeline, comments: Sequence[Comment]) -> tuple[list[Comment], int]:
    """Return comments with the tags of some stages, nothing read in those that are not analysed, and how many broke."""
    tagged, failed = pipeline(comments)
    broken = {fault.position for fault in failed}
    return [set_aside(comment) if at in broken or why_not_analysed(comment) else comment
            for at, comment in enumerate(tagged)], len(broken)


def _with(found: Sequence[runs.Stored], comments: Sequence[Comment]) -> list[runs.Stored]:
    return [replace(one, comment=comment) for one, comment in zip(found, comments, strict=True)]


def sampled_opinions(store: Store, run_id: int, recipe: Recipe, seed: int) -> list[str]:
    """Return the opinions of a run that themes are found in: a bounded sample, the same in whatever order they came."""
    sample = StratifiedSample(recipe.themes.max_opinions, seed)
    for opinion in _each_opinion(store, run_id):
        if opinion.kind is not Kind.RATING:  # a rating names nothing that could be a theme
            sample.add(opinion.words, NpsCategory.of(opinion.nps_score) if opinion.nps_score is not None else "")
    return sample.texts()


def _each_opinion(store: Store, run_id: int) -> Iterator[runs.StoredOpinion]:
    after = 0
    while True:
        with store.reading() as connection:
            found = runs.opinions_after(connection, run_id, after, _OPINIONS)
        if not found:
            return
        yield from found
        after = found[-1].id
