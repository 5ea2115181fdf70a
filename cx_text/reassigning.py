"""After a decision the opinions of the run in use get their themes anew, so that figures follow without a new run.

The opinions of a run are those of one state of the codeframe: a version and the last decision that they have seen. What
lies between that and the codeframe in use says which opinions have to be looked at; where only names, parents or stages
differ there are none. Each portion is one transaction that also says how far the pass is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cx_text.backends.opening import Models
from cx_text.codeframe import GENERAL_THEMES, Codeframe, folded
from cx_text.comment import Comment, Opinion, Tags
from cx_text.config import Recipe
from cx_text.decisions import Action, Decision
from cx_text.errors import ConfigError
from cx_text.insights.matching import ThemeChange
from cx_text.opinions import refit_with
from cx_text.retagging import Once, sampled_opinions
from cx_text.run import Progress, no_progress
from cx_text.stages.themes import ThemesStage
from cx_text.store import runs
from cx_text.store.codeframes import USUAL, StoredCodeframe
from cx_text.store.database import Store

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from cx_text.backends.base import Embedder

PORTION = 4000  # opinions looked at in one transaction
# In the manifest of a run while a pass goes on: its aim, and the last opinion that it has seen.
PASS = "reassigning"  # noqa: S105  not a password


@dataclass(frozen=True, slots=True)
class Concerned:
    """The opinions whose theme may differ between two codeframes.

    `theme_ids`: those that have one of these now, None among them for those of no theme; None: all of them. `words`:
    those of these words besides, folded.
    """

    theme_ids: frozenset[str | None] | None
    words: frozenset[str]

    def __bool__(self) -> bool:
        return self.theme_ids is None or bool(self.theme_ids or self.words)

    def holds(self, opinion: runs.StoredOpinion) -> bool:
        """Whether an opinion is one of them."""
        return self.theme_ids is None or opinion.theme_id in self.theme_ids or folded(opinion.words) in self.words


@dataclass(frozen=True, slots=True)
class Reassigned:
    """What one pass did: how many opinions it looked at, and how many have another theme or confidence since."""

    run_id: int
    n_looked_at: int
    n_changed: int


def concerned(before: Codeframe, after: Codeframe, log: Sequence[Decision], upto: int) -> Concerned:
    """Return which opinions may have another theme, or another confidence in it, under `after` than under `before`.

    Args:
        before: The codeframe of the opinions.
        after: The codeframe in use.
        log: All decisions.
        upto: Number of the last decision that `before` has seen.
    """
    words = {text for text in {*before.moved, *after.moved} if before.moved.get(text) != after.moved.get(text)}
    newer = {d.action for d in log if d.number > upto}
    if newer & {Action.MOVE, Action.UNDO}:  # a comment's own page carries these out at once, so that some are done
        words |= {folded(text) for d in log for text in d.texts}
    if before.certainty != after.certainty or not np.array_equal(before.centres, after.centres):
        return Concerned(None, frozenset(words))
    # Who takes in another theme's centres is nearer to none, but leads by more: what was unclear may be clear now.
    renamed = {owner for pair in zip(before.owners, after.owners, strict=True) if pair[0] != pair[1] for owner in pair}
    theme_ids: set[str | None] = {*renamed, None} if renamed else set()
    if before.min_confidence != after.min_confidence:
        if renamed:
            return Concerned(None, frozenset(words))
        theme_ids |= {None} if after.min_confidence < before.min_confidence else set(before.assigned)
    if not theme_ids.isdisjoint(GENERAL_THEMES):  # which of them it is depends on the polarity
        theme_ids.update(GENERAL_THEMES)
    return Concerned(frozenset(theme_ids), frozenset(words))


def reassign(store: Store, *, models: Models | None = None, device: str = "auto",
             progress: Progress = no_progress) -> Reassigned:
    """Give the opinions of the run in use the themes that the codeframe in use gives them.

    A pass that was stopped goes on where it was, or begins anew for all opinions where somebody decided meanwhile.

    Args:
        store: Where the run is.
        models: Open models of the run's recipe, where they are at hand.
        device: "auto", "cpu" or "cuda".
        progress: Told the phase, how many opinions are done and of how many.

    Raises:
        ConfigError: There is no run in use, or it has no themes.
        OutputError: The store cannot be written to.
        ModelError: The embedding model is not on this machine.
    """
    run = _run_in_use(store)
    models = models or Models(Recipe.model_validate(run.manifest["recipe"]), device=device)
    kept = StoredCodeframe(store, run.codeframe_name or USUAL, model=models.vectors_by())
    aim = _aim(run, kept, models.embedder)
    done = _pass(store, run, aim, progress) if aim.wanted else Reassigned(run.id, 0, 0)
    _write_down(store, run, kept, aim)
    return done


def settle(store: Store, embedder: Embedder, models_by: Mapping[str, str] | None = None) -> bool:
    """Return whether all opinions of the run in use are of the codeframe in use, and write that down where it is so.

    Where it is not, `reassign` has something to do.

    Args:
        store: Where the run is.
        embedder: Of the codeframe; most often nothing is asked of it.
        models_by: Name and revision of the embedding model, where that is to be checked.

    Raises:
        ConfigError: There is no run in use, or it has no themes.
    """
    run = _run_in_use(store)
    kept = StoredCodeframe(store, run.codeframe_name or USUAL, model=models_by)
    if PASS in run.manifest:
        return False
    aim = _aim(run, kept, embedder)
    if aim.wanted:
        return False
    _write_down(store, run, kept, aim)
    return True


def is_behind(connection: Connection, run: runs.RunFacts) -> bool:
    """Whether opinions of a run have yet to get the themes of the codeframe in use; two looks into indexes."""
    name = run.codeframe_name or USUAL
    newest = runs.newest_codeframe(connection, name)
    return run.codeframe_id is not None and (
        PASS in run.manifest or newest != (run.codeframe_id, run.decisions_upto))


def has_to_follow(connection: Connection) -> bool:
    """Whether opinions of the run in use have yet to get the themes of the codeframe in use; no, without a run."""
    run = runs.current_run(connection)
    return run is not None and is_behind(connection, run)


def reassign_moved(connection: Connection, run: runs.RunFacts, after: Codeframe, comment_id: int,
                   words: Collection[str]) -> int:
    """Give moved opinions of one comment their themes, and return how many have another one since.

    Only those: whatever else was decided about the comment's other opinions is carried out with all opinions.

    Args:
        connection: Of a writer.
        run: The run in use.
        after: The codeframe in use.
        comment_id: The comment's id in the store.
        words: Of the opinions that were moved, or are not any more.
    """
    own = {folded(text) for text in words}
    found = runs.opinions_after(connection, run.id, 0, PORTION, comment_id=comment_id)
    changed = _changes(after, [opinion for opinion in found if folded(opinion.words) in own])
    runs.put_themes(connection, changed)
    return len(changed)


def reassign_corrected(connection: Connection, run: runs.RunFacts, kept: StoredCodeframe, embedder: Embedder,
                       comment_id: int) -> int:
    """Give the opinions of one comment their themes after a correction of polarity; return how many have another since.

    General praise becomes a general complaint. What was decided meanwhile is left to the pass over all opinions.

    Args:
        connection: Of a writer.
        run: The run in use.
        kept: Its codeframe.
        embedder: Of the codeframe.
        comment_id: The comment's id in the store.
    """
    found = runs.opinions_after(connection, run.id, 0, PORTION, comment_id=comment_id)
    if run.codeframe_id is None or not found:
        return 0
    own = kept.current(embedder) if PASS in run.manifest else kept.as_of(
        embedder, kept.version_of(run.codeframe_id), run.decisions_upto)
    changed = _changes(own, found)
    runs.put_themes(connection, changed)
    return len(changed)


@dataclass(frozen=True, eq=False, slots=True)
class FoundAnew:
    """Themes that were found anew, matched to those in use: the refit, what accepting it would change, and for whom."""

    kept: StoredCodeframe
    models: Models
    refit: Codeframe
    changes: tuple[ThemeChange, ...]

    def propose(self, by: str) -> None:
        """Lay it beside the codeframe, for a person to accept or not."""
        self.kept.propose(self.refit, [asdict(change) for change in self.changes], by=by)


def refit(store: Store, *, by: str, seed: int = 0, models: Models | None = None, device: str = "auto",
          progress: Progress = no_progress) -> int:
    """Find themes anew among the opinions of the run in use, and lay them beside the codeframe for a person to accept.

    Args:
        store: Where the run is.
        by: Who asked for it.
        seed: Same opinions and seed: same themes.
        models: Open models of the run's recipe, where they are at hand.
        device: "auto", "cpu" or "cuda".
        progress: Told the phase.

    Returns:
        How many rows the difference has.

    Raises:
        ConfigError: There is no run in use, or it has no themes.
        ModelError: A model is not on this machine.
    """
    found = find_anew(store, seed=seed, models=models, device=device, progress=progress)
    found.propose(by)
    return len(found.changes)


def find_anew(store: Store, *, seed: int = 0, models: Models | None = None, device: str = "auto",
              progress: Progress = no_progress) -> FoundAnew:
    """Find themes anew among the opinions of the run in use, and match them to its codeframe; nothing is kept.

    The arguments and errors are those of `refit`.
    """
    run = _run_in_use(store)
    recipe = Recipe.model_validate(run.manifest["recipe"])
    models = models or Models(recipe, device=device)
    kept = StoredCodeframe(store, run.codeframe_name or USUAL, model=models.vectors_by())
    progress("reading opinions", 0, None)
    texts = sampled_opinions(store, run.id, recipe, seed)
    progress("finding themes", 0, None)
    found, changes = refit_with(models, kept.discovered(models.embedder), kept.log(), texts, seed=seed)
    return FoundAnew(kept, models, found, tuple(changes))


def _run_in_use(store: Store) -> runs.RunFacts:
    with store.reading() as connection:
        run = runs.current_run(connection)
    if run is None or run.codeframe_id is None:
        raise ConfigError("the store has no themes yet", where=store.place,
                          next="Find them in its comments: cx-text retag")
    return run


@dataclass(frozen=True, slots=True)
class _Aim:
    """What a pass leads to: the codeframe in use and its last decision; who is concerned, and who was seen already."""

    after: Codeframe
    upto: int
    wanted: Concerned
    seen: int


def _aim(run: runs.RunFacts, kept: StoredCodeframe, embedder: Embedder) -> _Aim:
    log, after, begun = kept.log(), kept.current(embedder), run.manifest.get(PASS)
    upto = max((d.number for d in log), default=0)
    if begun is None:
        before = kept.as_of(embedder, kept.version_of(run.codeframe_id), run.decisions_upto)
        return _Aim(after, upto, concerned(before, after, log, run.decisions_upto), 0)
    if (begun["version"], begun["upto"]) != (after.version, upto):  # some are of what was decided before that
        return _Aim(after, upto, Concerned(None, frozenset()), 0)
    words = {folded(text) for d in log for text in d.texts} if begun["words"] else set()
    theme_ids = None if begun["theme_ids"] is None else frozenset(begun["theme_ids"])
    return _Aim(after, upto, Concerned(theme_ids, frozenset(words)), begun["seen"])


def _write_down(store: Store, run: runs.RunFacts, kept: StoredCodeframe, aim: _Aim) -> None:
    """Write down of which state of the codeframe the opinions are."""
    manifest = {name: value for name, value in run.manifest.items() if name != PASS}
    themes = {"version": aim.after.version, "min_confidence": round(aim.after.min_confidence, 4), **aim.after.made_by}
    with store.writing() as connection:
        runs.note(connection, run.id, decisions_upto=aim.upto, manifest={**manifest, "codeframe": themes},
                  codeframe_id=runs.codeframe_id(connection, kept.name, aim.after.version))


def _pass(store: Store, run: runs.RunFacts, aim: _Aim, progress: Progress) -> Reassigned:
    with store.reading() as connection:
        total = runs.n_opinions(connection, run.id)
    wanted, n_read, n_looked_at, n_changed = aim.wanted, 0, 0, 0
    theme_ids = None if wanted.theme_ids is None else sorted(wanted.theme_ids, key=str)
    for found in _portions(store, run.id, aim.seen, wanted):
        own = [opinion for opinion in found if wanted.holds(opinion)]
        changed = _changes(aim.after, own)
        seen = {"version": aim.after.version, "upto": aim.upto, "seen": found[-1].id, "words": bool(wanted.words),
                "theme_ids": theme_ids}
        with store.writing() as connection:
            runs.put_themes(connection, changed)
            runs.note(connection, run.id, manifest={**run.manifest, PASS: seen})
        n_read, n_looked_at, n_changed = n_read + len(found), n_looked_at + len(own), n_changed + len(changed)
        progress("assigning themes", n_read, max(total, n_read))
    return Reassigned(run.id, n_looked_at, n_changed)


def _portions(store: Store, run_id: int, after: int, wanted: Concerned) -> Iterator[list[runs.StoredOpinion]]:
    while True:
        with store.reading() as connection:
            found = runs.opinions_after(connection, run_id, after, PORTION,
                                        theme_ids=None if wanted.words else wanted.theme_ids)
        if not found:
            return
        yield found
        after = found[-1].id


def _changes(codeframe: Codeframe, found: Sequence[runs.StoredOpinion]) -> list[tuple[int, str | None, float | None]]:
    """Return the opinions that the themes stage gives another theme or confidence, with those."""
    return [(opinion.id, *theme) for opinion, theme in zip(found, themed(codeframe, found), strict=True)
            if theme != (opinion.theme_id, opinion.theme_confidence)]


def themed(codeframe: Codeframe, found: Sequence[runs.StoredOpinion]) -> list[tuple[str | None, float | None]]:
    """Return the theme that the themes stage gives each opinion, and its confidence; None and None for no theme."""
    stage = ThemesStage(replace(codeframe, embedder=Once(codeframe.embedder)))
    tags = [(comment.tags.opinions or ())[0].themes for comment in stage([_alone(opinion) for opinion in found])]
    return [(own[0].theme_id, own[0].confidence) if own else (None, None) for own in tags]


def _alone(opinion: runs.StoredOpinion) -> Comment:
    """Return an opinion as the only one of a comment, as the themes stage takes it."""
    spoken = Opinion(0, len(opinion.words), opinion.polarity)
    return Comment("", opinion.words, "", tags=Tags(text=opinion.words, kind=opinion.kind, opinions=(spoken,)))
