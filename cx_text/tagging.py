"""One job: comments in, tagged comments, themes and the NPS link out. For a DataFrame, and for an export on disk."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack, cast

import pandas as pd

from cx_text.backends.opening import Models
from cx_text.codeframe import Codeframe
from cx_text.codeframe_folder import CodeframeFolder
from cx_text.comment import RatingScale
from cx_text.config import Recipe, load_recipe
from cx_text.errors import ConfigError
from cx_text.findings import make_summary, notes_of_run
from cx_text.insights.change import CHANGE_COLUMNS
from cx_text.insights.nps import Nps
from cx_text.insights.observations import Observations
from cx_text.manifest import file_facts, frame_facts, make_manifest
from cx_text.planning import SAMPLE_ROWS, ReadOptions, plan_rows, with_profile
from cx_text.privacy import Keep
from cx_text.report.folder import ResultFolder
from cx_text.report.tables import TableWriter, Workbook
from cx_text.results import RunTables
from cx_text.run import Progress, Run, Shelf, as_chunks, no_progress
from cx_text.sources.dates import DateOrder
from cx_text.sources.files.folders import source_files, title_of
from cx_text.sources.files.opening import open_export
from cx_text.sources.rows import RowReader
from cx_text.summary import Summary
from cx_text.vault import VAULT_FILE, given_vault

CHUNK_ROWS = 2000  # enough for batches of like length; the words of so many comments take a few megabytes
# Written as CSV, Parquet and a sheet each, in this order; mentions, brands and brand_themes where there are brands.
TABLES = ("comments", "opinions", "themes", "drivers", "scores", "segments", "change", "conflicts", "mentions",
          "brands", "brand_themes", "respondents", "redactions", "ledger")
OF_BRANDS = ("mentions", "brands", "brand_themes")


class TagOptions(ReadOptions, total=False):
    """What `tag` and `tag_export` can be told; `tag` says what each means."""

    compare_at: str | datetime | None
    codeframe: Codeframe | str | Path | None
    seed: int
    device: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class TagResult:
    """What one run over a DataFrame gives.

    `comments`: one row a comment in the order of the rows, with their index and columns, then language, kind, polarity,
    polarity_score, confidence, low_confidence, n_windows, nps_category, the three implied probabilities, theme_ids,
    theme_labels, sub_theme_ids and sub_theme_labels (lists), and flagged: why its row looks like a machine's or a
    careless person's, missing for most. `opinions`: one row a clause: comment (the row's index), respondent
    (its position), start, end, text, polarity, polarity_score, confidence, low_confidence, theme_id, theme_label,
    sub_theme_id, sub_theme_label, theme_confidence. `themes`: THEME_COLUMNS of cx_text.insights.theme_table.
    `conflicts`: comments whose words and score disagree. `mentions`: one row a brand mention, None where the recipe
    names no brand. `ledger`: every row that was not analysed: row (its index), question, outcome, reason.
    `redactions`: one row a masked value: REDACTION_COLUMNS of cx_text.privacy. `nps`: with its interval, None without
    scores. `observations`: what `cx_text.drivers` and the others count from.
    """

    comments: pd.DataFrame
    opinions: pd.DataFrame
    themes: pd.DataFrame
    conflicts: pd.DataFrame
    mentions: pd.DataFrame | None
    ledger: pd.DataFrame
    redactions: pd.DataFrame
    nps: Nps | None
    manifest: Mapping[str, Any]
    summary: Summary
    codeframe: Codeframe
    observations: Observations


def tag(
    comments: pd.DataFrame, *, verbatim: str | Sequence[str] | None = None, nps_score: str | None = None,
    question: str | None = None, rating: str | None = None, rating_scale: str | RatingScale | None = None,
    received_at: str | None = None, date_order: DateOrder | None = None, id: str | None = None,
    segments: Sequence[str] | None = None, customer: str | None = None, channel: str | None = None,
    measures: Mapping[str, str] | None = None, compare_at: str | datetime | None = None,
    redact: bool | None = None, source: str | None = None, recipe: str | Recipe = "nps_survey",
    codeframe: Codeframe | str | Path | None = None, seed: int = 0, device: str = "auto",
    progress: Progress = no_progress,
) -> TagResult:
    """Tag the comments of a DataFrame, find their themes, and link them to detractors, passives and promoters.

    Columns that are not named are guessed from their header and values; the manifest says which and why.

    Args:
        comments: One row a respondent. It is not changed.
        verbatim: Column of the customers' words, or several: each gives comments of its own.
        nps_score: Column of answers from 0 to 10 to "how likely are you to recommend us".
        question: A column that holds each row's question, or the wording of the question itself.
        rating: Column of stars or grades. They give a proxy, never an NPS.
        rating_scale: Its lowest and highest value, such as "1-5".
        received_at: Column of dates; without a zone they are taken as UTC.
        date_order: "dmy" or "mdy", where the dates alone cannot tell.
        id: Column of the response's own id.
        segments: Columns to slice by.
        customer: Column with the customer's own key, the same in each of their answers.
        channel: Column that says where the customer spoke; the same words of one customer in two channels count once.
        measures: Further outcomes: a name of cx_text.measures (csat, ces, stars, recommend, resolved, churned, revenue,
            lifetime_value, orders) → its column, with the scale behind a colon where it has one: "Satisfaction:1-5".
        compare_at: Date from which on the NPS is compared with before; the middle of the time when not given.
        redact: Whether personal data in cells and words is masked, as in "<NAME_1>"; the recipe's own choice when not
            given, and those that we ship do.
        source: Where the comments come from; the recipe's own when not given.
        recipe: Name or path of a recipe, or one loaded.
        codeframe: Themes to use instead of finding some: a codeframe, or where one is saved. A TOML or CSV file of
            given themes is what finding starts from.
        seed: Same comments, recipe and seed on one machine: same tags.
        device: "auto", "cpu" or "cuda".
        progress: Told the phase, how many comments are done and of how many.

    Raises:
        SourceError: A named column is not there or does not fit, or there is no column of words.
        ConfigError: The recipe or the rating scale is wrong.
        ModelError: A model is not on this machine.
    """
    asked = TagOptions(verbatim=verbatim, nps_score=nps_score, question=question, rating=rating,
                       rating_scale=rating_scale, received_at=received_at, date_order=date_order, id=id,
                       segments=segments, customer=customer, channel=channel, measures=measures,
                       compare_at=compare_at, redact=redact, source=source, recipe=recipe,
                       codeframe=codeframe, seed=seed,
                       device=device, progress=progress)
    run = _open_run(comments.head(SAMPLE_ROWS), "the DataFrame", Shelf(), asked)
    run.read(as_chunks(comments, CHUNK_ROWS), len(comments))
    found = run.find_themes()
    tables = RunTables(run.reader.plan, found, is_export=False, brands=run.recipe.brands)
    parts: dict[str, list[pd.DataFrame]] = {}
    for portion in run.portions(found):
        for name, rows in tables.of(portion).items():
            parts.setdefault(name, []).append(rows)
    manifest = make_manifest(run, frame_facts(comments), tables, found, asked)
    observations = tables.tally.observations()
    notes, last_notes = notes_of_run(run)
    summary = make_summary(f"{len(comments):,} rows", tables.counted(run.seed), observations, manifest, notes=notes,
                           last_notes=last_notes, compare_at=asked["compare_at"])
    joined = {name: pd.concat(rows) for name, rows in parts.items()}
    opinions, mentions = (joined[name].astype({"comment": comments.index.dtype}).reset_index(drop=True)
                          if name in joined else None for name in ("opinions", "mentions"))
    assert opinions is not None  # noqa: S101  there is at least one portion
    ledger, redactions = (joined[name].reset_index(drop=True) for name in ("ledger", "redactions"))
    return TagResult(joined["comments"], opinions, summary.themes, summary.conflicts, mentions, ledger, redactions,
                     summary.nps, manifest, summary, found, observations)


def tag_export(path: str | Path | Sequence[str | Path], *, out: str | Path, sheet: str | None = None,
               force: bool = False, **options: Unpack[TagOptions]) -> Summary:
    """Tag an export and write the results into a folder, which appears whole or not at all.

    The folder holds comments, opinions, themes and ledger as CSV and Parquet, all of them in results.xlsx, report.html
    and manifest.json. The words of the file never are in memory at once: 100,000 rows took 2.0 GiB at most, 10,000 rows
    1.45 GiB, most of it the models.

    Args:
        path: CSV, TSV, XLSX, XLS, ODS, JSON, JSONL or Parquet, by what it holds; also in a ZIP or gzipped. A folder
            of them, or several with the same columns, are one export.
        out: The folder to write.
        sheet: Of a workbook; the first one with rows when not given; "*" for all with the same columns.
        force: Replace results that are there.
        **options: As for `tag`, and with its errors; and `profile`, the name or path of a saved reading of the columns.
            Without one, what was saved for files with just these columns is used, and said.

    Raises:
        SourceError: The file cannot be read.
        OutputError: The folder is there, or cannot be written.
    """
    from cx_text.report.html import render_report  # its chart library takes a second to load, which `tag` never needs

    export = open_export(path, sheet=sheet)
    where, title = str(export.path), title_of(export)
    merged, profile = with_profile(export.columns, options, options.get("profile"), where=where)
    options = cast("TagOptions", {**merged, "profile": profile})
    with ResultFolder(Path(out), force) as folder:
        resting = folder / ".shelf"
        resting.mkdir(mode=0o700)
        sample = next(iter(export.chunks(SAMPLE_ROWS))).rows
        vault = given_vault()
        keep = None if vault is None else vault.into(folder / VAULT_FILE)
        run = _open_run(sample, where, Shelf(resting), options, keep)
        run.read(export.chunks(CHUNK_ROWS), export.n_rows)
        found = run.find_themes()
        tables = RunTables(run.reader.plan, found, is_export=True, brands=run.recipe.brands)
        left_out = {*(() if tables.brands else OF_BRANDS), *(() if run.redactor else ("redactions",))}
        with ResultTables(folder, [name for name in TABLES if name not in left_out]) as written:
            for portion in run.portions(found):
                for name, rows in tables.of(portion).items():
                    if name not in left_out:
                        written.write(name, rows)
            shutil.rmtree(resting)
            seen = file_facts(source_files(export), export.facts, title=title)
            manifest = make_manifest(run, seen, tables, found, {**options, "sheet": sheet})
            observations = tables.tally.observations()
            run.progress("counting", 0, None)
            notes, last_notes = notes_of_run(run)
            summary = make_summary(title, tables.counted(run.seed), observations, manifest, notes=notes,
                                   last_notes=last_notes, compare_at=options.get("compare_at"))
            for name, rows in figures_of(summary).items():
                written.write(name, rows)
            written.write("respondents", observations.respondents)
            run.progress("writing the workbook", 0, None)
        said = (f"The columns were read by the profile {profile!r}.",) if profile else ()
        summary = replace(summary, notes=(*said, *summary.notes, *written.notes()))
        write_manifest(folder, manifest)
        (folder / "report.html").write_text(render_report(summary), "utf-8")
    return summary


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write down beside results what they were made from."""
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", "utf-8")


def figures_of(summary: Summary) -> dict[str, pd.DataFrame]:
    """Return the tables of figures by the names under which they are written."""
    change = pd.DataFrame(columns=list(CHANGE_COLUMNS)) if summary.change is None else summary.change.parts
    found = {"themes": summary.themes, "drivers": summary.drivers, "scores": summary.scores,
             "segments": summary.segments, "change": change, "conflicts": summary.conflicts}
    of_brands = {"brands": summary.brands, "brand_themes": summary.brand_themes}
    return {**found, **{name: table for name, table in of_brands.items() if table is not None}}


def read_opinions(path: str | Path | Sequence[str | Path], *, sheet: str | None = None,
                  **options: Unpack[TagOptions]) -> tuple[Models, list[str]]:
    """Return the opinions of an export that themes can be found in, and the models that read them.

    A bounded sample of distinct opinions, repeats included, in an order that depends on nothing but the sample.

    Args:
        path: As for `tag_export`.
        sheet: As for `tag_export`.
        **options: As for `tag`, and with its errors.
    """
    export = open_export(path, sheet=sheet)
    recipe = options.get("recipe", "nps_survey")
    chosen = load_recipe(recipe) if isinstance(recipe, str) else recipe
    # Themes are about what, not how good.
    needed = tuple(stage for stage in chosen.stages if stage not in ("polarity", "implied", "brand_mentions"))
    with tempfile.TemporaryDirectory() as resting:
        run = _open_run(next(iter(export.chunks(SAMPLE_ROWS))).rows, str(export.path), Shelf(Path(resting)),
                        {**options, "recipe": chosen.model_copy(update={"stages": needed})})
        run.read(export.chunks(CHUNK_ROWS), export.n_rows)
    return run.models, run.sampled()


def _open_run(sample: pd.DataFrame, where: str, shelf: Shelf, asked: TagOptions, keep: Keep | None = None) -> Run:
    """Return a run whose columns are planned and whose stages are put together; nothing is read yet."""
    recipe = asked.get("recipe", "nps_survey")
    chosen = load_recipe(recipe) if isinstance(recipe, str) else recipe
    if (redact := asked.get("redact")) is not None:
        chosen = chosen.model_copy(update={"privacy": chosen.privacy.model_copy(update={"redact": redact})})
    codeframe = asked.get("codeframe")
    if isinstance(codeframe, str | Path) and Path(codeframe).suffix.lower() in (".toml", ".csv"):
        chosen = chosen.model_copy(update={"themes": chosen.themes.model_copy(update={"given": str(codeframe)})})
        codeframe = None
    seed = asked.get("seed", 0)
    if not 0 <= seed < 1 << 32:
        raise ConfigError(f"the seed {seed} is not a whole number from 0 to {(1 << 32) - 1}")
    question, question_column = asked.get("question"), asked.get("question_column")
    if question_column is None and question in sample.columns:
        question, question_column = None, question
    plan = plan_rows(sample, where, {**asked, "question_column": question_column})
    reader = RowReader(plan, source=asked.get("source") or chosen.source, question=question,
                       date_order=asked.get("date_order"))
    models = Models(chosen, device=asked.get("device", "auto"))
    if isinstance(codeframe, str | Path):
        codeframe = CodeframeFolder(Path(codeframe), model=models.vectors_by()).current(models.embedder)
    return Run(chosen, models, reader, shelf=shelf, seed=seed, codeframe=codeframe, keep=keep,
               progress=asked.get("progress", no_progress))


class ResultTables:
    """The tables of one run as CSV, Parquet and one workbook, written portion by portion."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._open = ExitStack()  # whichever of them a full disk refuses to close, the others are closed too
        self._book = self._open.enter_context(Workbook(folder / "results.xlsx", names))
        self._tables = {name: self._open.enter_context(TableWriter(folder, name)) for name in names}

    def __enter__(self) -> Self:
        return self

    def write(self, name: str, rows: pd.DataFrame) -> None:
        """Add rows to one of the tables."""
        self._tables[name].write(rows)
        self._book.write(name, rows)

    def notes(self) -> tuple[str, ...]:
        """Say what the workbook could not hold."""
        notes = [f"Rows of {name} that did not fit on the workbook's sheet: {n:,}; {name}.csv has them all."
                 for name, n in self._book.n_rows_left_out.items() if n]
        if self._book.n_cut_cells:
            notes.append(f"Cells too long for the workbook, cut there: {self._book.n_cut_cells:,}; the CSV and Parquet "
                         "files have them whole.")
        return tuple(notes)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: TracebackType | None) -> None:
        self._open.__exit__(kind, error, traceback)
