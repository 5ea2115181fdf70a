"""An import in a process of its own, which is forked from one that has loaded everything: so it starts in no time."""

import multiprocessing
from contextlib import contextmanager

from store_rows import import_rows

from cx_text.store.opening import open_store

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])


@contextmanager
def importing(place, path):
    """Give the process, and what hears how far it is: something each 2,000 rows of the reading and of the storing."""
    hears, tells = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_import, args=(place, path, tells))
    process.start()
    tells.close()  # so that hearing ends with the process
    try:
        yield process, hears
    finally:
        process.join()
        hears.close()


def _import(place, path, tells):
    with open_store(place, create=True) as store:
        import_rows(store, path, progress=lambda phase, done, total: tells.send((phase, done)))
