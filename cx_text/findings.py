"""What a run found: every figure of it, made once for the report, the workbook and the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from cx_text.run import Run
from cx_text.sources.flags import flag_note
from cx_text.summary import Counted, Summary


def make_summary(title: str, counted: Counted, observations: Observations, manifest: Mapping[str, Any], *,
                 notes: Sequence[str] = (), last_notes: Sequence[str] = (),
                 compare_at: str | datetime | None = None) -> Summary:
    """Return the figures of comments that were read.

    A comparison at `compare_at` that cannot be made is a note: an hour of tagging is not to be lost for it.

    Args:
        title: What to call them.
        counted: What was counted beside the observations.
        observations: Who gave which scores and said what.
        manifest: What they were made from, with the recipe.
        notes: What a reader has to know of how they were read, before what the figures themselves say.
        last_notes: The same, behind it.
        compare_at: Date from which on is compared with before; halves of the time when not given.
    """
    seed, brands = counted.seed, counted.brands
    drivers = driver_table(observations, seed=seed)
    change, why_not = _change(observations, compare_at, seed)
    outcomes = [driver_table(observations, m.measure, seed=seed) for m in observations.measures]
    own = _notes(counted, observations, looks_for_themes="themes" in manifest["recipe"]["stages"])
    return Summary(
        title=title, n_rows=counted.n_rows, n_comments=counted.n_comments, n_analysed=counted.n_analysed,
        n_opinions=counted.n_opinions, n_ratings=counted.n_ratings, nps=nps_figure(observations),
        polarity_by_category=counted.polarity_by_category,
        themes=theme_table(observations, drivers), drivers=pd.concat([drivers, *outcomes], ignore_index=True),
        scores=score_table(observations), segments=segment_table(observations, seed=seed),
        journey=journey_table(observations, seed=seed), change=change, conflicts=counted.conflicts,
        brands=brand_table(counted.mentions, brands, counted.n_analysed) if brands else None,
        brand_themes=brand_themes(counted.mentions, brands) if brands else None,
        implied=counted.implied, ledger_counts=counted.ledger_counts, months=months_of(observations),
        share_unclear=counted.share_unclear, notes=(*notes, *own, *last_notes, *why_not), manifest=manifest)


def notes_of_run(run: Run) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a reader has to know of how the rows of a run were read, and of what was masked in them."""
    flags = flag_note(run.n_flagged)
    told = (f"{flags} The column flagged of the comments says which.",) if flags else ()
    return (*run.reader.notes, *told), (privacy_note(run.redactor),)


def _change(observations: Observations, at: str | datetime | None, seed: int) -> tuple[Change | None, tuple[str, ...]]:
    """Return the change at a date, or why there is none; without a date that between the halves of the time."""
    if at is None and not (at := halfway(observations)):
        return None, ()
    try:
        return compare(observations, at=at, seed=seed), ()
    except ConfigError as error:
        return None, (f"No comparison was made at {at}: {error}",)


def _notes(counted: Counted, observations: Observations, *, looks_for_themes: bool) -> list[str]:
    notes = []
    if observations.is_proxy:
        notes.append(f"The export has no scores from 0 to 10. Its ratings ({observations.rating_scale}) stand in for "
                     "them: the categories and the NPS are a proxy and must not be compared with an NPS.")
    if not counted.n_analysed:
        notes.append("No comment could be analysed: the ledger says why, row by row.")
    elif looks_for_themes and not observations.themes:
        notes.append(f"No themes were found: the opinions ({counted.n_opinions:,}) are too few, or too different, "
                     "to form any.")
    n_customers = observations.respondents["customer"].nunique()
    n_keyed = int(observations.respondents["customer"].notna().sum())
    if n_customers < n_keyed:
        notes.append(f"{n_keyed:,} rows come from {n_customers:,} customers: what goes with a theme is counted in "
                     "customers, each with the mean of their scores; the NPS itself in rows, with an interval that "
                     "takes this into account. Segments and changes take each row for a customer of its own.")
    notes += [f"Segment {name!r} has more than {MAX_VALUES} values and is not compared."
              for name in observations.segments if observations.segment(name).nunique() > MAX_VALUES]
    return notes
