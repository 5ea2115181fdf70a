"""Looks at a local server, and what they left in a store."""

import shutil
import zlib
from datetime import timedelta

from made.platforms.base import NOW
from sqlalchemy import select

from cx_text.collecting import collect, read_again
from cx_text.config import Recipe, SourceEntry
from cx_text.looking import Clock
from cx_text.plugins import find_platform
from cx_text.sources.platforms.opening import open_platform
from cx_text.store.opening import open_store
from cx_text.store.tables import comment_versions, comments, ledger, records
from cx_text.testing import FakePii

NAME = "src"


class TestClock(Clock):
    """A clock that stands still but for what is slept."""

    __test__ = False

    def __init__(self, at=NOW):
        self.slept = []
        self.at = at
        super().__init__(lambda: self.at, self._sleep)

    def _sleep(self, seconds):
        self.slept.append(seconds)
        object.__setattr__(self, "at", self.at + timedelta(seconds=seconds))

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)


class Looks:
    """A store, and looks at one platform into it."""

    def __init__(self, fake, folder, monkeypatch, template=None):
        self.fake, self.folder = fake, folder
        self.kind = find_platform(fake.platform)
        self.path = folder / "store.sqlite3"
        if template is not None:
            shutil.copy(template, self.path)
        self.store = open_store(self.path, create=True)
        self.clock = TestClock()
        monkeypatch.setattr(self.kind, "page_rows", 10)

    @property
    def recipe(self):
        entry = SourceEntry.model_validate({"name": NAME, **self.fake.entry})
        return Recipe(name="test", sources=(entry,), brands=({"name": "Brindlecart", "own": True},))

    def platform(self):
        """Return the platform, ready to be asked."""
        return open_platform(self.recipe.sources[0], self.fake.secrets, self.recipe.spellings)

    def look(self, secrets=None, told=None):
        """Look once, and return what that brought."""
        [done] = collect(self.store, self.recipe, environment=secrets or self.fake.secrets, finder=FakePii(),
                         clock=self.clock, progress=told or (lambda *told: None))
        return done

    def read_again(self):
        """Read all kept records again, and return what that brought."""
        [done] = read_again(self.store, self.recipe, clock=self.clock)
        return done

    def rows(self):
        """Return the comments by key, without where they came from."""
        with self.store.reading() as connection:
            return {row.key: row for row in connection.execute(select(
                comments.c.key, comments.c.version, comments.c.verbatim, comments.c.received_at, comments.c.question,
                comments.c.author, comments.c.nps_score, comments.c.rating, comments.c.rating_lowest,
                comments.c.rating_highest, comments.c.segments, comments.c.measures, comments.c.url,
                comments.c.removed_at, comments.c.deleted_at).where(comments.c.source == NAME))}

    def of(self, post):
        """Return the comment of a post."""
        rows = self.rows()
        found = [row for key, row in rows.items() if post.id in (key, key.partition(":")[0], key.rpartition(":")[0])]
        assert len(found) == 1, (post.id, list(rows)[:3])
        return found[0]

    def n_versions(self):
        """Return how many older versions there are."""
        with self.store.reading() as connection:
            return len(connection.execute(select(comment_versions.c.comment_id)).all())

    def raws(self):
        """Return all kept records, as bytes."""
        with self.store.reading() as connection:
            kept = connection.execute(select(records.c.raw).where(records.c.raw.is_not(None))).scalars()
            return [zlib.decompress(raw) for raw in kept]

    def reasons(self):
        """Return the reasons in the ledger."""
        with self.store.reading() as connection:
            return list(connection.execute(select(ledger.c.reason).order_by(ledger.c.id)).scalars())
