"""Observations: who gave which scores and what they said, all that the figures of a run are counted from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cx_text.backends.base import IntArray
from cx_text.codeframe import JourneyStage, Theme
from cx_text.comment import NpsCategory, RatingScale
from cx_text.errors import ConfigError, SourceError, nearest
from cx_text.measures import MEASURES, MeasureColumn

POINTS: Mapping[str, float] = {NpsCategory.DETRACTOR: -100.0, NpsCategory.PASSIVE: 0.0, NpsCategory.PROMOTER: 100.0}
SEGMENT = "segment."  # before the name of a segment's column, so that it can never be one of ours
RESPONDENT_COLUMNS = (
    "respondent",  # number of its row: as in the ledger for a file, the position for a DataFrame
    "customer",  # a number for each customer key; missing where the export has none
    "source", "received_at",  # UTC
    "nps_score", "rating",
    "category",  # NPS category, of the rating where `basis` is one
)  # then one column a measure of cx_text.measures, then one a segment, "segment." before its name


@dataclass(frozen=True, slots=True)
class Observations:
    """Respondents and their opinions.

    `respondents`: RESPONDENT_COLUMNS, one column a measure and one a segment; index 0 … n-1. `opinions`: respondent (an
    index of `respondents`), comment (any number that tells comments apart), theme_id (of the sub-theme where there is
    one; missing in no theme), polarity. `basis`: what categories are made from, "nps_score" or "rating 1-5".
    """

    respondents: pd.DataFrame
    opinions: pd.DataFrame
    themes: tuple[Theme, ...]
    n_analysed: int
    basis: str = "nps_score"
    measures: tuple[MeasureColumn, ...] = ()
    rating_scale: RatingScale | None = None

    @property
    def is_proxy(self) -> bool:
        """Whether the categories stand in for scores from 0 to 10."""
        return self.basis != "nps_score"

    @property
    def segments(self) -> tuple[str, ...]:
        """Names of the segments, in the order of the export."""
        return tuple(str(c).removeprefix(SEGMENT) for c in self.respondents.columns if str(c).startswith(SEGMENT))

    def segment(self, name: str) -> pd.Series:
        """Return each respondent's value of a segment, missing where there is none; "source" is one too.

        Raises:
            ConfigError: There is no such segment.
        """
        if name in self.segments:
            return self.respondents[SEGMENT + name]
        if name == "source":
            return self.respondents["source"]
        known = (*self.segments, "source")
        raise ConfigError("; ".join(filter(None, (f"there is no segment {name!r}", nearest(name, known)))),
                          next=f"There are: {', '.join(map(repr, known))}")

    def outcome(self, name: str = "nps") -> pd.Series:
        """Return each respondent's outcome, missing where there is none: NPS points (-100, 0, 100) or a measure.

        Shares of yes, and of the upper answers of a scale, are in per cent: 100 or 0.

        Raises:
            ConfigError: The export has no such outcome.
        """
        if name == "nps":
            points = self.respondents["category"].map(POINTS).astype("float64")
            if points.isna().all():
                raise ConfigError("no customer has a score, so nothing can be said of the NPS",
                                  next="Name the column of scores with --nps-column when you tag")
            return points
        column = next((m for m in self.measures if m.measure == name), None)
        if column is None:
            known = ", ".join(("nps", *(m.measure for m in self.measures)))
            if name not in MEASURES:
                raise ConfigError(f"no measure {name!r}; there are {', '.join(('nps', *MEASURES))}")
            raise ConfigError(f"the results hold no {name!r}, only {known}",
                              next=f"Name its column when you tag: --measure {name}=COLUMN")
        values = self.respondents[name].astype("float64")
        if values.isna().all():
            raise ConfigError(f"no customer has a value in {column.column!r}, the column of {name}")
        if MEASURES[name].kind == "amount":
            return values
        return values.map(lambda v: np.nan if np.isnan(v) else 100.0 * column.is_top(v)).astype("float64")

    def chosen(self, keep: pd.Series | np.ndarray[Any, np.dtype[np.bool_]]) -> Observations:
        """Return those respondents for whom `keep` is true, with their opinions; numbered anew."""
        mask = np.asarray(keep, dtype=bool)
        numbers = np.where(mask, np.cumsum(mask) - 1, -1)
        respondents = self.respondents[mask].reset_index(drop=True)
        opinions = self.opinions[mask[self.opinions["respondent"].to_numpy()]]
        opinions = opinions.assign(respondent=numbers[opinions["respondent"].to_numpy()]).reset_index(drop=True)
        return replace(self, respondents=respondents, opinions=opinions, n_analysed=opinions["comment"].nunique())


def places_among(column: pd.Series, places: Mapping[str, int]) -> IntArray:
    """Return the place of each row's value, int64 (n_rows,); -1 where it has none, and where it is missing.

    Args:
        column: Texts, also as categories.
        places: Value → its place.
    """
    codes, names = pd.factorize(column)
    return np.array([*(places.get(str(name), -1) for name in names), -1], dtype=np.int64)[codes]


def units_of(observations: Observations) -> pd.Series:
    """Return the number of each respondent's customer, from 0; a respondent without a key is a customer of its own."""
    customer = observations.respondents["customer"]
    alone = -1 - np.arange(len(customer))
    keys = np.where(customer.isna(), alone, customer.fillna(0).to_numpy(dtype=np.int64))
    return pd.Series(pd.factorize(keys)[0], index=customer.index)


def read_observations(folder: str | Path) -> Observations:
    """Return the observations of a result folder that `tag_export` wrote.

    Raises:
        SourceError: It is no such folder, or one of an older version, or damaged.
    """
    manifest = read_manifest(folder)
    respondents, opinions, themes = (read_table(folder, name) for name in ("respondents", "opinions", "themes"))
    try:
        return _observations(manifest, respondents, opinions, themes)
    except (KeyError, ValueError, TypeError, AttributeError):
        raise SourceError("these results are damaged, or of another version of cx_text", where=str(folder),
                          next="Tag the export again") from None


def read_manifest(folder: str | Path) -> Any:
    """Return the manifest of a result folder that `tag_export` wrote.

    Raises:
        SourceError: It is no such folder, or its manifest cannot be read.
    """
    folder, instead = Path(folder), "Give a folder that cx-text tag wrote"
    try:
        return json.loads((folder / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        raise SourceError("this is no folder of results: there is no manifest.json in it" if folder.is_dir() else
                          "there is no such folder", where=str(folder), next=instead) from None
    except NotADirectoryError:
        raise SourceError("this is no folder of results but a file", where=str(folder), next=instead) from None
    except (OSError, ValueError) as error:
        raise _unreadable(folder / "manifest.json", error) from None


def read_table(folder: str | Path, name: str) -> pd.DataFrame:
    """Return a table of a result folder, by the name of its file without the ending.

    Raises:
        SourceError: The table is not there, or cannot be read.
    """
    path = Path(folder) / f"{name}.parquet"
    try:
        return pd.read_parquet(path)
    except FileNotFoundError:
        raise SourceError(f"there is no {path.name} here, so these results are not whole, or of an older version of "
                          "cx_text", where=str(folder), next="Tag the export again") from None
    except (OSError, ValueError, NotImplementedError) as error:  # of which those of pyarrow are kinds
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> SourceError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is damaged"
    return SourceError(f"this cannot be read: {reason}", where=str(path), next="Tag the export again")


def _observations(manifest: Mapping[str, Any], respondents: pd.DataFrame, opinions: pd.DataFrame,
                  themes: pd.DataFrame) -> Observations:
    columns = manifest["columns"]
    measures = tuple(_measure(m) for m in columns["measures"])
    respondents = respondents.astype({"received_at": "datetime64[us, UTC]"})
    if missing := {*RESPONDENT_COLUMNS, *(m.measure for m in measures)}.difference(respondents.columns):
        raise KeyError(*missing)
    n_analysed = sum(manifest["counts"]["ledger"][column].get("analysed", 0) for column in columns["verbatims"])
    places = pd.Series(respondents.index, index=respondents["respondent"])
    opinions = pd.DataFrame({
        "respondent": opinions["respondent"].map(places).astype("int64"),
        "comment": pd.factorize(opinions["comment_id"])[0],
        "theme_id": opinions["sub_theme_id"].fillna(opinions["theme_id"]).astype("object"),
        "polarity": opinions["polarity"].astype("object")})
    scale = _scale(columns["rating_scale"])
    return Observations(respondents, opinions, tuple(_theme(row) for row in themes.to_dict("records")), n_analysed,
                        columns["basis"], measures, scale)


def _measure(kept: Mapping[str, Any]) -> MeasureColumn:
    return MeasureColumn(kept["measure"], kept["column"], _scale(kept["scale"]))


def _scale(text: str | None) -> RatingScale | None:
    return RatingScale(*(int(end) for end in text.split("-"))) if text else None


def _theme(row: Mapping[Any, Any]) -> Theme:
    def given(name: str) -> Any:
        return None if pd.isna(row[name]) else row[name]

    keywords = tuple(str(given("keywords") or "").split(", ")) if given("keywords") else ()
    exemplars = tuple(text for k in (1, 2, 3) if (text := given(f"exemplar_{k}")))
    stage = given("journey_stage")
    return Theme(str(row["id"]), str(row["label"]), keywords, int(row["n_opinions"]), given("parent_id"),
                 stage=JourneyStage(stage) if stage else None, exemplars=exemplars, stability=given("stability"))


def theme_of_each(opinions: pd.DataFrame, themes: Sequence[Theme]) -> pd.DataFrame:
    """Return opinions that are in a theme, with `top_id`, the id of its theme on the first level.

    Opinions in hidden themes, or in themes that are not there, are left out.
    """
    tops = {t.id: t.parent or t.id for t in themes if not t.is_hidden}
    known = opinions[opinions["theme_id"].isin(tops)]
    return known.assign(top_id=known["theme_id"].map(tops))
