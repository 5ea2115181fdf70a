"""How an export is read: what the user says of its columns, else a saved profile, else what can be told from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import pandas as pd

from cx_text.comment import RatingScale
from cx_text.config import Recipe
from cx_text.errors import ConfigError
from cx_text.sources.base import Export
from cx_text.sources.columns.plan import ColumnPlan, parse_rating_scale, plan_columns
from cx_text.sources.columns.profiles import find_profile, load_profile
from cx_text.sources.dates import DateOrder
from cx_text.sources.files.opening import open_export

SAMPLE_ROWS = 1000
# The options that say what a column is, by the names that `cx_text.tag` has for them.
COLUMN_OPTIONS = ("verbatim", "nps_score", "rating", "rating_scale", "received_at", "date_order", "id",
                  "question_column", "segments", "customer", "channel", "measures")


class ReadOptions(TypedDict, total=False):
    """What can be told of how an export is read, whatever is done with it then; `cx_text.tag` says what each means.

    `question_column` is `question` where it can only be a column, so that a misspelt one is not taken for a wording.
    """

    verbatim: str | Sequence[str] | None
    nps_score: str | None
    question: str | None
    question_column: str | None
    rating: str | None
    rating_scale: str | RatingScale | None
    received_at: str | None
    date_order: DateOrder | None
    id: str | None
    segments: Sequence[str] | None
    customer: str | None
    channel: str | None
    measures: Mapping[str, str] | None
    profile: str | None
    redact: bool | None
    source: str | None
    recipe: str | Recipe


def plan_rows(sample: pd.DataFrame, where: str, options: Mapping[str, Any]) -> ColumnPlan:
    """Return the plan of some rows, with what the options of `cx_text.tag` say of their columns.

    Raises:
        SourceError: A named column is not there or does not fit, or there is no column of words.
        ConfigError: The rating scale or a measure is wrong.
    """
    scale = options.get("rating_scale")
    return plan_columns(
        sample, where=where, verbatim=options.get("verbatim"), nps_score=options.get("nps_score"),
        rating=options.get("rating"), rating_scale=parse_rating_scale(scale) if isinstance(scale, str) else scale,
        received_at=options.get("received_at"), id=options.get("id"), segments=options.get("segments"),
        question=options.get("question_column"), date_order=options.get("date_order"),
        customer=options.get("customer"), channel=options.get("channel"), measures=options.get("measures"))


def plan_export(path: str | Path | Sequence[str | Path], *, sheet: str | None = None, profile: str | None = None,
                names: Sequence[str] | None = None, **options: Any) -> tuple[Export, ColumnPlan, str | None]:
    """Return an open export, the plan of its columns, and the name of the profile that it was read by, if any.

    Args:
        path: The file, the folder or the files.
        sheet: Of a workbook.
        profile: Name or path of a saved profile; None takes the one that was saved for just these columns.
        names: What to call several files in place of their own names; see `open_export`.
        **options: COLUMN_OPTIONS; they go before a profile.

    Raises:
        SourceError: The file cannot be read, or a named column does not fit.
        ConfigError: There is no such profile, or it is of a file with other columns.
    """
    export = open_export(path, sheet=sheet, names=names)
    merged, used = with_profile(export.columns, options, profile, where=str(export.path))
    sample = next(iter(export.chunks(SAMPLE_ROWS))).rows
    return export, plan_rows(sample, str(export.path), merged), used


def with_profile(columns: Sequence[str], options: Mapping[str, Any], profile: str | None, *,
                 where: str) -> tuple[dict[str, Any], str | None]:
    """Return options with those of a profile for what is not given, and the name of that profile, if any.

    Raises:
        ConfigError: There is no profile of this name, or it names columns that the export does not have.
    """
    given = {name: value for name, value in options.items() if value is not None}
    if profile is None:
        found = find_profile(columns)
        if found is None:
            return given, None
        profile, chosen = found
    else:
        chosen = load_profile(profile)
        if missing := [name for name in chosen.columns if name not in columns]:
            raise ConfigError(f"the profile {profile!r} is of files with a column {missing[0]!r}, which is not here",
                              where=where, next="Leave out --profile, or save another one: cx-text inspect")
    return chosen.options | given, profile
