"""The snapshot of a store that is open for long: taken when it is first needed, and anew when the store has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cx_text.backends.opening import Models
from cx_text.codeframe import Codeframe
from cx_text.config import Recipe
from cx_text.snapshot import Snapshot
from cx_text.store.codeframes import USUAL, StoredCodeframe
from cx_text.store.columns import read_columns, stamp_of
from cx_text.store.database import Store
from cx_text.store.runs import RunFacts, current_run
from cx_text.views import View

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from cx_text.backends.base import Embedder, FloatArray

_PATIENCE_SECONDS = 2.0  # how long a reader waits for a new snapshot while there is an old one
_REST = 10  # a new one is taken at most once in so many times of what it took
_HOPE = 4  # nobody waits for one that takes more than so many times their patience
_LARGE = 50_000  # comments, from which on figures of all of them are counted before anybody asks
_DEAR = ("nps", "raised", "growing", "implied", "sentiment_months", "drivers", "change")
_LOOK_SECONDS = 1.0  # how often the store is asked whether it has changed


@dataclass(frozen=True, slots=True)
class Taken:
    """A snapshot, the run that it is of, the codeframe in use, and whether the store has changed since."""

    snapshot: Snapshot
    run: RunFacts | None
    codeframe: Codeframe | None
    stamp: Sequence[Any]
    seconds: float
    is_outdated: bool = False


class Snapshots:
    """Gives the newest snapshot of a store to any number of threads.

    A store that has changed is read again in the background; who asks within the first two seconds of that waits for
    their rest at most, others not at all, and gets the snapshot before it then, marked as outdated. During an import it
    is read again now and then only: a tenth of the time at most.

    Args:
        store: What to read.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._taken: Taken | None = None
        self._lock, self._reading = threading.Lock(), threading.Lock()
        self._looked_at = self._read_at = self._began_at = 0.0
        self._is_own = False
        self._thread: threading.Thread | None = None
        self._stamp: Sequence[Any] = ()

    def current(self, *, patience: float = _PATIENCE_SECONDS) -> Taken:
        """Return the newest snapshot.

        Args:
            patience: Seconds to wait for one that is being taken, where there is one before it.
        """
        taken = self._taken
        if taken is None:
            with self._reading:
                return self._taken or self._take()
        if not self._has_changed(taken):
            return taken
        if self._may_read(taken):
            thread, began = self._reread()
            if taken.seconds < _HOPE * patience:
                thread.join(max(0.0, began + patience - time.monotonic()))
        newest = self._taken or taken
        is_old = newest is taken
        return Taken(newest.snapshot, newest.run, newest.codeframe, newest.stamp, newest.seconds, is_outdated=is_old)

    def changed(self) -> None:
        """Say that the store has been changed by this process, so that the next reader sees it at once."""
        with self._lock:
            self._looked_at, self._is_own = 0.0, True

    def _has_changed(self, taken: Taken) -> bool:
        with self._lock:
            now = time.monotonic()
            if now - self._looked_at >= _LOOK_SECONDS or not self._looked_at:
                self._looked_at = now
                with self.store.reading() as connection:
                    self._stamp = stamp_of(connection)
            return tuple(self._stamp) != tuple(taken.stamp)

    def _may_read(self, taken: Taken) -> bool:
        rest = _REST * taken.seconds
        if self._is_own:  # who has changed something wants to see it: at once, where that is quick
            rest = 0.0 if taken.seconds < _PATIENCE_SECONDS else taken.seconds
        return time.monotonic() - self._read_at >= rest

    def _reread(self) -> tuple[threading.Thread, float]:
        """Return the thread that takes a new snapshot, begun now where there is none, and when it was begun."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._began_at, self._is_own = time.monotonic(), False
                self._thread = threading.Thread(target=self._take_alone, name="snapshot", daemon=True)
                self._thread.start()
            return self._thread, self._began_at

    def _take_alone(self) -> None:
        with self._reading:
            self._take()

    def _take(self) -> Taken:
        began = time.monotonic()
        with self.store.reading() as connection:
            stamp, run = stamp_of(connection), current_run(connection)
            codeframe = codeframe_of_run(self.store, connection, run)
            columns = read_columns(connection, None if run is None else run.id)
        snapshot = Snapshot(columns, codeframe.themes if codeframe else ())
        taken = Taken(snapshot, run, codeframe, stamp, time.monotonic() - began)
        self._taken, self._read_at = taken, time.monotonic()
        if snapshot.n_comments >= _LARGE:
            threading.Thread(target=self._count, args=(snapshot,), name="figures", daemon=True).start()
        return taken

    def _count(self, snapshot: Snapshot) -> None:
        """Count what takes long of all comments before anybody asks for it, while the snapshot is the newest one."""
        whole = snapshot.part(View())
        for name in _DEAR:
            if self._taken is None or self._taken.snapshot is snapshot:
                getattr(whole, name)


class LateEmbedder:
    """The embedder of a recipe, opened when the first vector is asked for: most pages need none.

    Threads take turns: neither the loading of weights nor a tokenizer is made for several at once.

    Args:
        recipe: Which model.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self._turn = threading.Lock()

    @cached_property
    def _embedder(self) -> Embedder:
        return Models(self.recipe).embedder

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """Return float32 (n_texts, n_dims), rows of length 1, in the order of the texts."""
        with self._turn:
            return self._embedder.embed(texts)


def recipe_of(run: RunFacts) -> Recipe:
    """Return the recipe that a run was made with."""
    return Recipe.model_validate(run.manifest["recipe"])


def codeframe_of_run(store: Store, connection: Connection, run: RunFacts | None) -> Codeframe | None:
    """Return the themes of a run as people decided about them, None where it has none."""
    if run is None or run.codeframe_id is None:
        return None
    return StoredCodeframe(store, run.codeframe_name or USUAL).current_on(connection, LateEmbedder(recipe_of(run)))
