"""What a run found: every figure of it, made once for the report, the workbook and the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from cx_text.errors import ConfigError
from cx_text.insights.change import Change, compare, halfway
from cx_text.insights.drivers import driver_table
from cx_text.insights.observations import Observations
from cx_text.insights.scores import months_of, nps_figure, score_table
from cx_text.insights.segments import MAX_VALUES, journey_table, segment_table
from cx_text.insights.share_of_voice import brand_table, brand_themes
from cx_text.insights.theme_table import theme_table
from cx_text.privacy import privacy_note
from cx_text.results import RunTables
from cx_text.run import Run
from cx_text.sources.flags import flag_note
from cx_text.summary import Summary


def make_summary(title: str, run: Run, tables: RunTables, observations: Observations, manifest: Mapping[str, Any], *,
                 compare_at: str | datetime | None = None) -> Summary:
    """Return the figures of a run that is through.

    A comparison at `compare_at` that cannot be made is a note: an hour of tagging is not to be lost for it.
    """
    tally, seed = tables.tally, run.seed
    drivers = driver_table(observations, seed=seed)
    change, why_not = _change(observations, compare_at, seed)
    outcomes = [driver_table(observations, m.measure, seed=seed) for m in observations.measures]
    mentions = tables.mentions()
    return Summary(
        title=title, n_rows=tables.n_rows, n_comments=tally.n_comments, n_analysed=tally.n_analysed,
        n_opinions=tally.n_opinions, n_ratings=tally.n_ratings, nps=nps_figure(observations),
        polarity_by_category=tally.polarity_by_category(),
        themes=theme_table(observations, drivers), drivers=pd.concat([drivers, *outcomes], ignore_index=True),
        scores=score_table(observations), segments=segment_table(observations, seed=seed),
        journey=journey_table(observations, seed=seed), change=change,
        conflicts=tables.conflicts(),
        brands=brand_table(mentions, tables.brands, tally.n_analysed) if tables.brands else None,
        brand_themes=brand_themes(mentions, tables.brands) if tables.brands else None,
        implied=tally.implied_nps(), ledger_counts=tables.ledger_counts(), months=months_of(observations),
        share_unclear=tally.share_unclear, notes=(*_notes(run, tables, observations), *why_not), manifest=manifest)


def _change(observations: Observations, at: str | datetime | None, seed: int) -> tuple[Change | None, tuple[str, ...]]:
    """Return the change at a date, or why there is none; without a date that between the halves of the time."""
    if at is None and not (at := halfway(observations)):
        return None, ()
    try:
        return compare(observations, at=at, seed=seed), ()
    except ConfigError as error:
        return None, (f"No comparison was made at {at}: {error}",)


def _notes(run: Run, tables: RunTables, observations: Observations) -> tuple[str, ...]:
    tally, notes = tables.tally, list(run.reader.notes)
    if tally.basis != "nps_score":
        scale = run.reader.plan.rating_scale
        notes.append(f"The export has no scores from 0 to 10. Its ratings ({scale}) stand in for them: the "
                     "categories and the NPS are a proxy and must not be compared with an NPS.")
    if not tally.n_analysed:
        notes.append("No comment could be analysed: the ledger says why, row by row.")
    elif "themes" in run.recipe.stages and not tally.codeframe.themes:
        notes.append(f"No themes were found: the opinions ({tally.n_opinions:,}) are too few, or too different, "
                     "to form any.")
    if note := flag_note(run.n_flagged):
        notes.append(f"{note} The column flagged of the comments says which.")
    n_customers = observations.respondents["customer"].nunique()
    n_keyed = int(observations.respondents["customer"].notna().sum())
    if n_customers < n_keyed:
        notes.append(f"{n_keyed:,} rows come from {n_customers:,} customers: what goes with a theme is counted in "
                     "customers, each with the mean of their scores; the NPS itself in rows, with an interval that "
                     "takes this into account. Segments and changes take each row for a customer of its own.")
    notes += [f"Segment {name!r} has more than {MAX_VALUES} values and is not compared."
              for name in observations.segments if observations.segment(name).nunique() > MAX_VALUES]
    return (*notes, privacy_note(run.redactor))
