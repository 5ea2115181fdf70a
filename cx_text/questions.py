"""The questions that results answer: what each theme costs, what changed, where words and score disagree, brands.

Each takes what `tag` returned, or the folder that `tag_export` wrote; nothing is read or tagged again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from cx_text.errors import ConfigError, hint, nearest
from cx_text.insights import change
from cx_text.insights import drivers as insights
from cx_text.insights.change import MIN_HALF, Change, Window
from cx_text.insights.observations import Observations, read_manifest, read_observations, read_table
from cx_text.insights.scores import score_table
from cx_text.insights.segments import journey_table, segment_table
from cx_text.measures import MEASURES
from cx_text.tagging import TagResult

Result: TypeAlias = TagResult | Observations | str | Path


def drivers(result: Result, outcome: str = "nps", *, segment: tuple[str, str] | None = None,
            seed: int = 0) -> pd.DataFrame:
    """Return what goes with raising each theme: `cx_text.insights.drivers.DRIVER_COLUMNS`, the costliest first.

    Args:
        result: What `tag` returned, or a folder of results.
        outcome: "nps", or a measure that was named when tagging: "churned", "revenue", …
        segment: Of a column and its value: only these customers.
        seed: Of the bootstrap.

    Raises:
        ConfigError: There is no such outcome or segment, no theme, or all customers have the same outcome.
        SourceError: The folder holds no results.
    """
    found = _observations(result)
    _check_outcome(outcome)
    return insights.drivers(found if segment is None else of_segment(found, *segment), outcome, seed=seed)


def scores(result: Result) -> pd.DataFrame:
    """Return each score with its interval and n: `cx_text.insights.scores.SCORE_COLUMNS`. Scales are never pooled."""
    return score_table(_observations(result))


def segments(result: Result, names: Sequence[str] | None = None, *, seed: int = 0) -> pd.DataFrame:
    """Return the NPS of each segment and its difference to all others: `cx_text.insights.segments.SEGMENT_COLUMNS`.

    Raises:
        ConfigError: There is no such segment, no score, or a segment has more than 50 values.
    """
    found = _observations(result)
    found.outcome("nps")
    return segment_table(found, names, seed=seed)


def journey(result: Result, outcome: str = "nps", *, seed: int = 0) -> pd.DataFrame:
    """Return the drivers by stage of the customer journey; empty where no theme has a stage.

    Raises:
        ConfigError: There is no such outcome.
        SourceError: The folder holds no results.
    """
    found = _observations(result)
    _check_outcome(outcome)
    found.outcome(outcome)
    return journey_table(found, outcome, seed=seed)


def compare(result: Result, *, at: str | datetime | None = None, before: Window | str | None = None,
            after: Window | str | None = None, names: Sequence[str] | None = None, seed: int = 0) -> Change:
    """Return what moved the NPS between two windows, in parts that add up to the change.

    Args:
        result: What `tag` returned, or a folder of results.
        at: Date from which on is compared with before, UTC; or give both windows. With neither the time is halved at
            the first of a month, as in the report.
        before: Such as "2026-03-01..2026-06-01"; its last day is not in it.
        after: The later window.
        names: Segments whose mix is split off; None for all.
        seed: Of the bootstrap.

    Raises:
        ConfigError: A window is wrong or holds too few scores, or there are no dates or scores.
        SourceError: The folder holds no results.
    """
    found = _observations(result)
    if at is None and before is None and after is None:
        at = _halfway(found)
    return change.compare(found, at=at, before=before, after=after, segments=names, seed=seed)


def conflicts(result: TagResult | str | Path) -> pd.DataFrame:
    """Return the comments whose words and score disagree: `cx_text.insights.conflicts.CONFLICT_COLUMNS`.

    Raises:
        ConfigError: There is no score that words could disagree with.
        SourceError: The folder holds no results.
    """
    _observations(result).outcome("nps")
    return result.conflicts if isinstance(result, TagResult) else read_table(result, "conflicts")


def brands(result: TagResult | str | Path) -> pd.DataFrame:
    """Return each brand's share of voice and net sentiment: `cx_text.insights.share_of_voice.BRAND_COLUMNS`.

    Raises:
        ConfigError: The recipe that the comments were tagged with names no brand.
        SourceError: The folder holds no results.
    """
    return _of_brands(result, "brands")


def brand_themes(result: TagResult | str | Path) -> pd.DataFrame:
    """Return themes by brand, side by side: `cx_text.insights.share_of_voice.BRAND_THEME_COLUMNS`.

    Raises:
        ConfigError: The recipe that the comments were tagged with names no brand.
        SourceError: The folder holds no results.
    """
    return _of_brands(result, "brand_themes")


def of_segment(observations: Observations, name: str, value: str) -> Observations:
    """Return the observations of those customers alone who have a value in a segment.

    Raises:
        ConfigError: There is no such segment, or nobody has that value in it.
    """
    values = observations.segment(name)
    if not (values == value).any():
        known = [str(v) for v in values.value_counts().index]
        what = "; ".join(filter(None, (f"segment {name!r} has no value {value!r}", nearest(value, known))))
        raise ConfigError(what, next=f"There are: {', '.join(map(repr, known[:20])) or 'none'}")
    return observations.chosen(values == value)


def _observations(result: Result) -> Observations:
    if isinstance(result, TagResult):
        return result.observations
    return result if isinstance(result, Observations) else read_observations(result)


def _check_outcome(name: str) -> None:
    known = ("nps", *MEASURES)
    if name not in known:
        raise ConfigError(f"no outcome {name!r}; there are {', '.join(known)}", next=hint(name, known))


def _halfway(observations: Observations) -> pd.Timestamp:
    observations.outcome("nps")
    middle = change.halfway(observations)
    if middle is None and observations.respondents["received_at"].notna().any():
        raise ConfigError(f"fewer than {MIN_HALF} customers with a score in one half of the time, too few to compare "
                          "halves that nobody asked for", next="Give a date with --at, or both --before and --after")
    return middle or pd.Timestamp(0, tz="UTC")  # without any date: `compare` says so


def _of_brands(result: TagResult | str | Path, name: str) -> pd.DataFrame:
    if isinstance(result, TagResult):
        table = getattr(result.summary, name)
    else:
        read_manifest(result)  # says so where these are no results at all
        table = read_table(result, name) if (Path(result) / f"{name}.parquet").exists() else None
    if table is None:
        raise ConfigError("the comments were not searched for brands",
                          next="Tag them with a recipe that has [[brands]] and the stage brand_mentions")
    return pd.DataFrame(table)
