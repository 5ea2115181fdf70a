"""What a store holds as a folder of results: the run in use, as `tag_export` would write it of one large export."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cx_text.codeframe import Codeframe
from cx_text.errors import ConfigError
from cx_text.findings import make_summary
from cx_text.manifest import plan_facts
from cx_text.part import Part
from cx_text.report.folder import ResultFolder
from cx_text.results import MENTIONS_COUNTED
from cx_text.run import Progress, no_progress
from cx_text.snapshot import Snapshot
from cx_text.snapshots import LateEmbedder, codeframe_of_run, recipe_of
from cx_text.sources.columns.plan import ColumnPlan
from cx_text.store.columns import read_columns
from cx_text.store.database import Store
from cx_text.store.runs import RunFacts, current_run
from cx_text.stored_tables import WORDS, StoredTables
from cx_text.summary import Counted, Summary
from cx_text.tagging import OF_BRANDS, TABLES, ResultTables, figures_of, write_manifest
from cx_text.views import View, described

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NOT_HERE = ("redactions",)  # where something was masked is told of an export, whose cells it is about


def export_store(store: Store, out: str | Path, *, view: View | None = None, compare_at: str | datetime | None = None,
                 force: bool = False, progress: Progress = no_progress) -> Summary:
    """Write the run in use into a folder, which appears whole or not at all; all of it is of one moment.

    It holds what `tag_export` writes, so that `cx-text drivers` and the others answer from it. The words are those of
    the store, masked as they were imported; the comments come with their id, source, question, time, scores, pseudonym
    of the customer, segments and measures in place of the columns of an export.

    Args:
        store: What to read.
        out: The folder to write.
        view: Which comments; all of them when not given.
        compare_at: Date from which on the NPS is compared with before; the middle of the time when not given.
        force: Replace results that are there.
        progress: Told the phase, how many comments are done and of how many.

    Raises:
        ConfigError: Nothing was read in the store yet, or no comment is in the view.
        OutputError: The folder is there, or cannot be written.
    """
    from cx_text.report.html import render_report  # its chart library takes a second to load

    began = time.perf_counter()
    with store.reading() as connection:
        run = current_run(connection)
        if run is None:
            raise ConfigError("no run is in use, so nothing was read in these comments yet", where=store.place,
                              next="Read them: cx-text retag")
        codeframe = codeframe_of_run(store, connection, run) or Codeframe.empty(LateEmbedder(recipe_of(run)))
        progress("reading", 0, None)
        snapshot = Snapshot(read_columns(connection, run.id), codeframe.themes)
        part = snapshot.part(view or View())
        if not part.n_comments:
            raise ConfigError("no comment is in this view", where=store.place, next="Ask for more, or for all of them")
        job = _Export(store, part, run, codeframe, progress)
        with ResultFolder(Path(out), force) as folder:
            summary = job.write(connection, folder, compare_at, began)
            (folder / "report.html").write_text(render_report(summary), "utf-8")
    return summary


class _Export:
    """One writing of a part of a store."""

    def __init__(self, store: Store, part: Part, run: RunFacts, codeframe: Codeframe,
                 progress: Progress) -> None:
        self.store, self.part, self.run, self.progress = store, part, run, progress
        self.tables = StoredTables(part, run, codeframe)

    def write(self, connection: Connection, folder: Path, compare_at: str | datetime | None, began: float) -> Summary:
        """Write tables and manifest, and return the figures."""
        left_out = {*_NOT_HERE, *(() if self.tables.brands else OF_BRANDS)}
        with ResultTables(folder, [name for name in TABLES if name not in left_out]) as written:
            n_done = 0
            for tables in self.tables.portions(connection):
                for name, rows in tables.items():
                    written.write(name, rows)
                n_done += len(tables["comments"])
                self.progress("writing", n_done, self.part.n_comments)
            for rows in self.tables.rows_left_out(connection):
                written.write("ledger", rows)
            self.progress("counting", 0, None)
            manifest = self._manifest(compare_at, began)
            summary = make_summary(store_title(self.store), self._counted(), self.part.observations, manifest,
                                   notes=self._notes(), compare_at=compare_at)
            for name, rows in figures_of(summary).items():
                written.write(name, rows)
            written.write("respondents", self.part.observations.respondents)
            self.progress("writing the workbook", 0, None)
        write_manifest(folder, manifest)
        return summary

    def _counted(self) -> Counted:
        part, tables = self.part, self.tables
        return Counted(
            n_rows=int(tables.ledger_counts()[WORDS].sum()), n_comments=part.n_comments, n_analysed=part.n_analysed,
            n_opinions=len(part.opinions), n_ratings=part.n_ratings, polarity_by_category=part.polarity_by_category,
            implied=part.implied, share_unclear=part.share_unclear, conflicts=tables.conflicts(),
            mentions=tables.mentions()[MENTIONS_COUNTED], brands=tuple(tables.brands),
            ledger_counts=tables.ledger_counts(), seed=self._seed)

    @property
    def _seed(self) -> int:
        return int(self.run.manifest.get("seed", 0))

    def _manifest(self, compare_at: str | datetime | None, began: float) -> dict[str, Any]:
        """Return what the results were made from: as `make_manifest` of a run, with the store for its input."""
        of_run = self.run.manifest
        kept = {name: of_run[name] for name in ("recipe", "models", "versions", "processor", "arithmetic", "codeframe")
                if name in of_run}
        options: Mapping[str, Any] = {"view": self.part.view.query(),
                                      "compare_at": None if compare_at is None else str(compare_at)}
        return {
            "made_by": "cx_text", "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - began, 1),
            "input": {"name": store_title(self.store), "run": self.run.id, "n_comments": self.part.n_comments},
            "columns": {"basis": self.part.basis, **plan_facts(self._plan())},
            "options": {name: value for name, value in options.items() if value}, "seed": self._seed, **kept,
            "counts": {"rows": int(self.tables.ledger_counts()[WORDS].sum()),
                       "ledger": self.tables.ledger_counts().to_dict(), "themes": len(self.part.snapshot.themes)}}

    def _plan(self) -> ColumnPlan:
        """Return which column of the table of comments has which role."""
        observations = self.part.observations
        return ColumnPlan((WORDS,), nps_score="nps_score", rating="rating", rating_scale=self.part.scale,
                          received_at="received_at", id="comment_id", question="question",
                          segments=observations.segments, customer="author", measures=observations.measures)

    def _notes(self) -> tuple[str, ...]:
        notes = [f"Run {self.run.id} of the store, with the recipe {self.run.recipe!r}."]
        if self.part.view:
            chosen = "; ".join(f"{name} {value}" for name, value in described(self.part.view).items())
            notes.append(f"Only a part of the comments: {chosen}.")
        n_waiting = int((~self.part.comments["is_read"]).sum())
        if n_waiting:
            notes.append(f"Comments that wait to be read, of which only the scores are counted: {n_waiting:,}; "
                         "cx-text retag --waiting reads them.")
        n_flagged = int(self.part.comments["is_flagged"].sum())
        if n_flagged:
            notes.append(f"Comments that are flagged, and kept: {n_flagged:,}. The column flagged of the comments says "
                         "why.")
        return tuple(notes)


def store_title(store: Store) -> str:
    """Return what to call a store: the name of its file or database."""
    return store.place.rstrip("/").rpartition("/")[2] or store.place
