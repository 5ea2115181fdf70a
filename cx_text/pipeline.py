"""Pipeline: stages in order, checked before the first comment, and what to do with a comment that breaks one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cx_text.comment import Comment
from cx_text.errors import ConfigError, CxTextError, StageError
from cx_text.stages.base import Stage

FEW = 5  # fewer failures than this never stop a run: one bad comment among ten is a row in the ledger


@dataclass(frozen=True, slots=True)
class Failed:
    """A comment on which a stage broke: its position in the batch, the stage, the error's type (never its words)."""

    position: int
    stage: str
    reason: str


class Pipeline:
    """Runs stages over batches of comments.

    Args:
        stages: First to last. Each must find what it needs among what those before it add.
        brought: Tags that the comments bring along.
        max_failed_share: The run stops when more than this share of all comments so far has failed, 0 to 1.

    Raises:
        ConfigError: A stage needs what no stage before it adds, or two stages add the same.
    """

    def __init__(self, stages: Sequence[Stage], *, brought: Iterable[str] = (), max_failed_share: float = 0.05) -> None:
        check_order(stages, brought=brought)
        self.stages = tuple(stages)
        self.max_failed_share = max_failed_share
        self._n_seen = self._n_failed = 0

    def __call__(self, comments: Sequence[Comment]) -> tuple[list[Comment], list[Failed]]:
        """Return the comments, in order, with all tags added as far as the stages went, and those that failed.

        A failed comment keeps the tags it had before the stage that broke, and no later stage sees it.

        Raises:
            StageError: Too many comments failed, or a stage broke its contract.
        """
        results = list(comments)
        alive = list(range(len(results)))
        failed: list[Failed] = []
        for stage in self.stages:
            read, broken = _run(stage, [results[i] for i in alive])
            for i, comment in zip(alive, read, strict=True):
                results[i] = comment
            failed += [Failed(alive[at], stage.name, reason) for at, reason in broken.items()]
            alive = [i for at, i in enumerate(alive) if at not in broken]
        self._n_seen += len(results)
        self._n_failed += len(failed)
        if self._n_failed >= FEW and self._n_failed > self.max_failed_share * self._n_seen:
            worst = failed[-1] if failed else Failed(0, "?", "?")
            raise StageError(f"{self._n_failed} of {self._n_seen} comments failed, the last with {worst.reason}",
                             where=f"stage {worst.stage}", next="Run again with --debug to see the first failure")
        return results, failed


def check_order(stages: Sequence[Stage], *, brought: Iterable[str] = ()) -> None:
    """Check that each stage finds what it needs among what the comments bring and the stages before it add.

    Raises:
        ConfigError: It does not; the message says which stage to put where.
    """
    there = set(brought)
    adders = {tag: stage.name for stage in stages for tag in stage.adds}
    for stage in stages:
        for tag in stage.needs:
            if tag not in there:
                giver = adders.get(tag)
                raise ConfigError(f"stage {stage.name!r} needs {tag!r}, which no stage before it adds",
                                  next=f"Put {giver!r} before {stage.name!r}" if giver else
                                  f"Add a stage that adds {tag!r}")
        twice = there.intersection(stage.adds)
        if twice:
            raise ConfigError(f"stage {stage.name!r} adds {sorted(twice)[0]!r} a second time",
                              next="Leave one of the two stages out")
        there.update(stage.adds)


def _run(stage: Stage, comments: list[Comment]) -> tuple[list[Comment], dict[int, str]]:
    """Return the stage's results, and position → reason for comments that it broke on and that come back unchanged."""
    try:
        return _checked(stage, comments, stage(comments)), {}
    except CxTextError:
        raise
    except Exception as error:  # noqa: BLE001  one comment must not cost the other 99,999 their tags
        if len(comments) == 1:
            return comments, {0: type(error).__name__}
    results, broken = [], {}
    for at, comment in enumerate(comments):
        one, fault = _run(stage, [comment])
        results += one
        if fault:
            broken[at] = fault[0]
    return results, broken


def _checked(stage: Stage, given: list[Comment], returned: list[Comment]) -> list[Comment]:
    if [c.id for c in given] != [c.id for c in returned]:
        raise StageError(f"returned {len(returned)} comments for {len(given)}, or in another order",
                         where=f"stage {stage.name}")
    return returned
