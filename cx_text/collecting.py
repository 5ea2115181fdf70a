"""Comments come in from where customers write: each source of a recipe is looked at, from where its last look ended.

A look goes page by page. What a page brings and where the next one begins is stored in one transaction, so a look that
was stopped anywhere goes on where it was, and a page that fails does not lose those before it. Records are known by the
platform's own id: what was there stays, what was changed is a new version, however often a page is read. Each look goes
back a little further than the last one came, for what is late and what is changed; see `Platform`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cx_text.backends.base import PiiFinder
from cx_text.backends.opening import Models
from cx_text.config import Recipe, SourceEntry
from cx_text.errors import ConfigError, MissingExtra, hint
from cx_text.looking import Clock, ask, look_over
from cx_text.plugins import PLATFORMS_BY_KIND
from cx_text.receiving import Look, Received, Reception
from cx_text.run import Progress, no_progress
from cx_text.sources.platforms.base import WHOLE, Platform, PlatformError
from cx_text.sources.platforms.opening import open_platform
from cx_text.store.collections import held
from cx_text.store.database import Store
from cx_text.store.records import kept_records, longest_unchecked, mark_removed, mark_there
from cx_text.watched_folder import look_into

# Records that are older are not asked for whether they are still there, unless the terms of use ask for it.
WATCHED = timedelta(days=30)
CHECKED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Collected:
    """What one look at a source brought: counts of records by `Received`, of all its parts; of a folder, of comments.

    `errors`: part, or file, → why it was not looked at to its end, in one line. `not_before`: the platform asked to be
    left alone until then. `is_busy`: another process looks at the source, so nothing was done.
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


def read_again(store: Store, recipe: Recipe, *, only: Sequence[str] = (), clock: Clock | None = None,
               progress: Progress = no_progress) -> Iterator[Collected]:
    """Read the records that were kept of each source anew, and yield what that changed; no platform is asked.

    For records that could not be read, and for fields that a newer version reads otherwise.

    Args:
        store: Where they are.
        recipe: As for `collect`, as are the others.
        only: See there.
        clock: See there.
        progress: See there.

    Raises:
        ConfigError: As for `collect`.
        OutputError: As for `collect`.
    """
    job = _Job(store, recipe, None, None, clock or Clock(), progress)
    for entry in chosen_sources(recipe, only):
        yield job.read_again(entry)


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


def sources_of_kind(recipe: Recipe, kind: str | None) -> list[str]:
    """Return the names of a recipe's sources of one kind; none when no kind is given.

    Raises:
        ConfigError: The recipe has none of that kind.
    """
    if kind is None:
        return []
    names = [entry.name for entry in recipe.sources if entry.platform in PLATFORMS_BY_KIND[kind]]
    if not names:
        raise ConfigError(f"the recipe {recipe.name!r} names no sources of {kind}",
                          next=f"These are: {', '.join(PLATFORMS_BY_KIND[kind])}")
    return names


class _Job:
    """What the sources of a recipe have in common while they are looked at."""

    def __init__(self, store: Store, recipe: Recipe, environment: Mapping[str, str] | None, finder: PiiFinder | None,
                 clock: Clock, progress: Progress) -> None:
        self._store, self._environment, self._clock, self._progress = store, environment, clock, progress
        self._recipe, self._brands = recipe, recipe.spellings
        models = Models(recipe)
        self._finder: Callable[[], PiiFinder] | None = None
        if recipe.privacy.redact:
            self._finder = (lambda: models.pii) if finder is None else (lambda: finder)

    def collect(self, entry: SourceEntry) -> Collected:
        """Look at one source; what is pushed comes by itself, and its secret need not be here."""
        if entry.platform == "webhook":
            return Collected(entry.name, entry.platform)
        try:
            with self._held(entry) as platform:
                return Collected(entry.name, entry.platform, is_busy=True) if platform is None else self._look(
                    entry, platform)
        except (ConfigError, MissingExtra, PlatformError) as error:
            return Collected(entry.name, entry.platform, errors={WHOLE: str(error)})

    def read_again(self, entry: SourceEntry) -> Collected:
        """Read the kept records of one source anew."""
        with self._held(entry) as platform:
            if platform is None:
                return Collected(entry.name, entry.platform, is_busy=True)
            reception = Reception(self._store, platform, entry.platform, self._finder)
            look, after = Look(self._clock.now(), None, Counter()), 0
            while True:
                with self._store.reading() as connection:
                    kept = kept_records(connection, entry.name, CHECKED_AT_ONCE, after)
                if not kept:
                    return Collected(entry.name, entry.platform, look.counts)
                reception.read_again(kept, look)
                after = kept[-1].id
                self._progress(entry.name, look.n_fetched, None)

    @contextmanager
    def _held(self, entry: SourceEntry) -> Iterator[Platform | None]:
        """Give a source that nobody else looks at meanwhile, None where somebody does."""
        with (closing(open_platform(entry, self._environment, self._brands)) as platform,
              held(self._store, f"collect {entry.name}") as is_held):
            yield platform if is_held else None

    def _look(self, entry: SourceEntry, platform: Platform) -> Collected:
        if entry.platform == "folder":
            return Collected(entry.name, entry.platform, *look_into(
                self._store, entry.name, platform.options, self._recipe, finder=self._finder, now=self._clock.now,
                progress=self._progress))
        reception = Reception(self._store, platform, entry.platform, self._finder)
        counts, errors, waits = Counter[str](), dict[str, str](), list[datetime]()
        for part in platform.parts():
            def tell(n_fetched: int, before: int = counts.total()) -> None:
                self._progress(entry.name, before + n_fetched, None)

            # Where one part was asked five times in vain, the others are asked once.
            standing = look_over(self._store, platform, part, reception, self._clock, tell,
                                 tries=1 if errors else None)
            counts.update(standing.counts)
            errors |= {part: standing.error} if standing.error else {}
            waits += [standing.not_before] if standing.not_before else []
        if platform.can_find_gone and not errors:
            try:
                counts[Received.REMOVED.value] += self._find_gone(platform)
            except PlatformError as error:
                errors[WHOLE] = str(error)
        return Collected(entry.name, entry.platform, counts, errors, max(waits, default=None))

    def _find_gone(self, platform: Platform) -> int:
        """Ask whether the records that were not seen for longest are still there, and return how many are not."""
        now = self._clock.now()
        with self._store.reading() as connection:
            since = None if platform.erases_removed else now - WATCHED
            keys = longest_unchecked(connection, platform.source, since, CHECKED_AT_ONCE)
        if not keys:
            return 0
        gone = ask(self._clock, lambda: platform.gone(keys))
        with self._store.writing() as connection:
            mark_there(connection, platform.source, [key for key in keys if key not in gone], now)
            return mark_removed(connection, platform.source, [key for key in keys if key in gone], now,
                                erases=platform.erases_removed)
