"""A small store with a run in it whose opinions are made up: no model is asked."""

from datetime import UTC, datetime

from sqlalchemy import insert, select
from store_rows import answer, import_rows, write_export

from cx_text.codeframe import Theme
from cx_text.snapshot import Snapshot
from cx_text.snapshots import Taken
from cx_text.store.columns import read_columns
from cx_text.store.runs import current_run
from cx_text.store.tables import comments, opinions, runs, tags

from .web import visit

THEMES = (Theme("t1", "App crashes", (), 1), Theme("t1a", "At checkout", (), 1, parent="t1"),
          Theme("t2", "Late delivery", (), 1), Theme("t3", "Prices", (), 1))
WORDS = {"t1": "the app keeps crashing", "t1a": "it crashes when I pay", "t2": "the driver was late",
         "t3": "prices are too high", None: "and so on"}


def fill(store, tmp_path, n=90, *, tag=True):
    """Import `n` answers, each with two opinions in turn, and put a run in use that read them. Return its id."""
    order = list(WORDS)
    rows = [answer(k, f"{WORDS[order[k % 5]]}, {WORDS[order[k * 7 % 5]]}", day=1 + k % 28, score=k % 11)
            for k in range(n)]
    import_rows(store, write_export(tmp_path / "answers.csv", rows))
    if not tag:
        return None
    with store.writing() as connection:
        found = connection.execute(select(comments.c.id, comments.c.verbatim, comments.c.version)
                                   .order_by(comments.c.id)).all()
        run_id = connection.execute(insert(runs).values(
            recipe="nps_survey", manifest={}, is_current=True, codeframe_name="default",
            started_at=datetime.now(UTC), finished_at=datetime.now(UTC)).returning(runs.c.id)).scalar_one()
        connection.execute(insert(tags), [{
            "run_id": run_id, "comment_id": row.id, "version": row.version, "text": row.verbatim, "kind": "answer",
            "language": "en", "polarity": "negative", "polarity_score": -0.5, "confidence": 0.9} for row in found])
        connection.execute(insert(opinions), [
            {"run_id": run_id, "comment_id": row.id, "start": start, "end": start + len(words),
             "polarity": ("negative", "positive")[k % 4 == 0], "polarity_score": -0.5, "theme_id": theme,
             "confidence": 0.55 + 0.4 * (k % 2), "theme_confidence": 0.9}
            for k, row in enumerate(found) for start, words, theme in _parts(row.verbatim)])
    return run_id


def _parts(text):
    places = {words: theme for theme, words in WORDS.items()}
    first, second = text.split(", ")
    yield 0, first, places[first]
    if second != first:
        yield len(first) + 2, second, places[second]


class FixedSnapshots:
    """Gives a snapshot with THEMES, as no codeframe is stored."""

    def __init__(self, store):
        self.store = store

    def current(self):
        with self.store.reading() as connection:
            run = current_run(connection)
            columns = read_columns(connection, run and run.id)
        return Taken(Snapshot(columns, THEMES if run else ()), run, None, (), 0.0)


def visit_invented(store):
    """Return a browser at the page of a store that `fill` has filled."""
    browser = visit(store)
    browser.app.state.snapshots = FixedSnapshots(store)
    return browser
