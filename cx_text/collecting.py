"""Comments come in from where customers write: each source of a recipe is looked at, from where its last look ended.

A look goes page by page. What a page brings and where the next one begins is stored in one transaction, so a look that
was stopped anywhere goes on where it was, and a page that fails does not lose those before it. Records are known by the
platform's own id: what was there stays, what was changed is a new version, however often a page is read. Each look goes
back a little further than the last one came, for what is late and what is changed; see `Platform`.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cx_text.backends.base import PiiFinder
from cx_text.backends.opening import Models
from cx_text.config import Recipe, SourceEntry
from cx_text.errors import ConfigError, CxTextError, hint
from cx_text.looking import Clock, ask, look_over
from cx_text.masking import mask_records
from cx_text.receiving import Look, Reception
from cx_text.run import Progress, no_progress
from cx_text.sources.platforms.base import Platform, PlatformError, UnreadableRecord
from cx_text.sources.platforms.opening import open_platform
from cx_text.store.collections import held, standing_of
from cx_text.store.database import Store
from cx_text.store.records import kept_records, longest_unchecked, mark_removed, mark_there, put_records

WATCHED = timedelta(days=30)  # records that are older are not asked for whether they are still there
CHECKED_AT_ONCE = 100
_PREVIEWED = 5  # comments of a source that a dry run shows


@dataclass(frozen=True, slots=True)
class Collected:
    """What one look at a source brought: counts of records by `Received`, of all its parts.

    `errors`: part → why it was not looked at to its end, in one line. `not_before`: the platform asked to be left alone
    until then. `is_busy`: another process looks at the source, so nothing was done.
    """

    source: str
    platform: str
    counts: Mapping[str, int] = field(default_factory=Counter)
    errors: Mapping[str, str] = field(default_factory=dict)
    not_before: datetime | None = None
    is_busy: bool = False

    @property
    def n_fetched(self) -> int:
        """How many records were fetched."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Preview:
    """What a look at a source would begin with; nothing of it is stored.

    `n_records`: on the first page of each part; `is_more`: there are further pages. `verbatims`: a few, masked.
    """

    source: str
    platform: str
    n_records: int
    is_more: bool
    n_skipped: int
    verbatims: tuple[str, ...]
    error: str | None = None


def collect(store: Store, recipe: Recipe, *, environment: Mapping[str, str], only: Sequence[str] = (),
            finder: PiiFinder | None = None, clock: Clock | None = None,
            progress: Progress = no_progress) -> Iterator[Collected]:
    """Look at the sources of a recipe, one after the other, and yield what each brought.

    A source that fails does not keep the others from being looked at.

    Args:
        store: Where to.
        recipe: Names the sources, and what is masked.
        environment: Holds the secrets.
        only: The names of some sources; all when not given.
        finder: Finds personal data; the recipe's own when not given.
        clock: The time.
        progress: Told the source and how many of its records have been fetched.

    Raises:
        ConfigError: The recipe has no sources, or none of a name.
        OutputError: The store cannot be written to.
        ModelError: Personal data cannot be found on this machine.
    """
    job = _Job(store, recipe, environment, finder, clock or Clock(), progress)
    for entry in chosen_sources(recipe, only):
        yield job.collect(entry)


def preview(store: Store | None, recipe: Recipe, *, environment: Mapping[str, str], only: Sequence[str] = (),
            finder: PiiFinder | None = None, clock: Clock | None = None) -> Iterator[Preview]:
    """Yield what a look at each source would begin with: the first page of each part; nothing is stored.

    Args:
        store: Says where looks would begin; None: at the beginning.
        recipe: As for `collect`, as are the others.
        environment: See there.
        only: See there.
        finder: See there.
        clock: See there.

    Raises:
        ConfigError: The recipe has no sources, or none of a name.
    """
    job = _Job(store, recipe, environment, finder, clock or Clock(), no_progress)
    for entry in chosen_sources(recipe, only):
        yield job.preview(entry)


def chosen_sources(recipe: Recipe, only: Sequence[str] = ()) -> tuple[SourceEntry, ...]:
    """Return the sources of a recipe, or some of them.

    Raises:
        ConfigError: There are none, or none of a name.
    """
    if not recipe.sources:
        raise ConfigError(f"the recipe {recipe.name!r} names no sources",
                          next="Add tables [[sources]] to it; docs/sources.md says how")
    names = [entry.name for entry in recipe.sources]
    for name in only:
        if name not in names:
            raise ConfigError(f"no source {name!r} in the recipe {recipe.name!r}; there are {', '.join(names)}",
                              next=hint(name, names))
    return tuple(entry for entry in recipe.sources if not only or entry.name in only)


class _Job:
    """What the sources of a recipe have in common while they are looked at."""

    def __init__(self, store: Store | None, recipe: Recipe, environment: Mapping[str, str], finder: PiiFinder | None,
                 clock: Clock, progress: Progress) -> None:
        self._store, self._recipe, self._environment = store, recipe, environment
        self._clock, self._progress = clock, progress
        models = Models(recipe)
        self._finder: Callable[[], PiiFinder] | None = None
        if recipe.privacy.redact:
            self._finder = (lambda: finder) if finder is not None else (lambda: models.pii)

    def collect(self, entry: SourceEntry) -> Collected:
        """Look at one source."""
        store = self._the_store()
        try:
            with closing(self._open(entry)) as platform, held(store, f"collect {entry.name}") as is_held:
                if not is_held:
                    return Collected(entry.name, entry.platform, is_busy=True)
                return self._look(entry, platform)
        except CxTextError as error:
            if not isinstance(error, ConfigError | PlatformError):
                raise
            return Collected(entry.name, entry.platform, errors={"": str(error)})

    def preview(self, entry: SourceEntry) -> Preview:
        """Return what a look at one source would begin with."""
        n_records = n_skipped = 0
        verbatims: list[str] = []
        is_more, error = False, None
        try:
            with closing(self._open(entry)) as platform:
                for part in platform.parts():
                    page = ask(self._clock, lambda p=platform, a=part: p.page(a, self._since(p, a), None))
                    records = [record for raw in page.raws if (record := _read(platform, raw)) is not None]
                    n_records += len(page.raws)
                    n_skipped += len(page.raws) - sum(bool(record.comments) for record in records)
                    is_more = is_more or page.next_place is not None
                    said = [c for record in records for c in record.comments if c.verbatim.strip()][:_PREVIEWED]
                    verbatims += [c.verbatim for c in said] if self._finder is None else [
                        m.comments[0].verbatim for m in mask_records(self._finder(), [((c,), {}) for c in said])]
        except (ConfigError, PlatformError) as caught:
            error = str(caught)
        return Preview(entry.name, entry.platform, n_records, is_more, n_skipped, tuple(verbatims[:_PREVIEWED]), error)
