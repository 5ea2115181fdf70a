"""Snapshot: all that a run read, in columns in memory, so that a figure of any part of it is counted at once.

Words stay in the store. What is kept is numbers: who spoke, when, with which score, of which theme and how.
"""

from __future__ import annotations

import json
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from cx_text.backends.base import BoolArray, FloatArray, IntArray
from cx_text.codeframe import Theme
from cx_text.comment import Kind, NpsCategory, RatingScale
from cx_text.insights.nps import CATEGORIES, proxy_category
from cx_text.measures import MEASURES, MeasureColumn
from cx_text.part import Part
from cx_text.sources.scores import parse_rating_scale
from cx_text.store.columns import RunColumns, has_several
from cx_text.views import View

_MOST_PARTS = 24  # that are kept with their figures
# Comments in all kept parts together, but the one without a filter: counted, a comment takes some 400 bytes.
_MOST_KEPT = 3_000_000
_KINDS_READ = (Kind.ANSWER.value, Kind.RATING.value)


class Snapshot:
    """The comments of a store as one run read them, in columns.

    Args:
        columns: As the store gives them.
        themes: Those in use, with what people decided carried out.
    """

    def __init__(self, columns: RunColumns, themes: Sequence[Theme]) -> None:
        self.themes = tuple(themes)
        self.comments, self.opinions, self.mentions = columns.comments, columns.opinions, columns.mentions
        self.respondent = _respondents(columns)
        self.ids: IntArray = self.comments["id"].to_numpy()
        self.scales = _scales(self.comments)
        self.category = self._categories()
        self.measures = _measure_columns(columns.plans)
        self._segments = _parsed(self.comments["segments"])
        self.measured = _parsed(self.comments["measures"])
        self._theme_places = {t.id: k for k, t in enumerate(self.themes)}
        self._parts = Parts(lambda view: Part(self, view, self._chosen(view)))

    @property
    def n_comments(self) -> int:
        """Count the comments."""
        return len(self.ids)

    @cached_property
    def n_waiting(self) -> int:
        """Count the comments that the run has not read in their newest version."""
        return int((~self.comments["is_read"]).sum())

    @cached_property
    def segment_values(self) -> Mapping[str, Mapping[str, int]]:
        """Name of a segment → its values, the commonest first, with how many comments have each."""
        n_each = np.bincount(self.comments["segments"].cat.codes.to_numpy() + 1, minlength=len(self._segments) + 1)[1:]
        found: dict[str, Counter[str]] = {}
        for own, n in zip(self._segments, n_each.tolist(), strict=True):
            for name, value in own.items():
                found.setdefault(name, Counter())[value] += n
        return {name: dict(values.most_common()) for name, values in found.items()}

    @cached_property
    def values(self) -> Mapping[str, Mapping[str, int]]:
        """Name of a filter (source, language, brand, category, stage) → its values with how many comments have each."""
        stages = Counter(t.stage.value for t in self.themes if t.stage)
        categories = Counter(pd.Series(self.category).value_counts().to_dict())
        return {"source": _counted(self.comments["source"]), "language": _counted(self.comments["language"]),
                "brand": _counted(self.mentions["brand"]) if len(self.mentions) else {},
                "category": {c.value: int(categories[c.value]) for c in CATEGORIES if categories[c.value]},
                "stage": dict(stages)}

    @cached_property
    def days(self) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        """The first and the last time that a comment was received, UTC; None without dates."""
        times = self.comments["received_at"].dropna()
        return None if times.empty else (times.min(), times.max())

    def segment(self, name: str) -> pd.Series:
        """Return the value that each comment has in a segment, missing where it has none."""
        return _taken(self.comments["segments"], [own.get(name) for own in self._segments]).astype("str")

    def measure(self, name: str) -> FloatArray:
        """Return the value of each comment in a measure, NaN where it has none."""
        own = [values.get(name, np.nan) for values in self.measured]
        return _taken(self.comments["measures"], own).to_numpy(dtype=np.float64)

    def place(self, comment_id: int) -> int | None:
        """Return the row of a comment by its id, None where it is not here."""
        at = int(np.searchsorted(self.ids, comment_id))
        return at if at < len(self.ids) and self.ids[at] == comment_id else None

    def part(self, view: View) -> Part:
        """Return what a view holds, kept with its figures while it is among those asked for last."""
        return self._parts(view)

    def forget_parts(self) -> None:
        """Forget all parts, with their figures, but the one without a filter."""
        self._parts.forget()

    def _chosen(self, view: View) -> BoolArray:
        keep = np.ones(self.n_comments, dtype=bool)
        times = self.comments["received_at"]
        if view.begins_at is not None:
            keep &= (times >= view.begins_at).to_numpy()
        if view.ends_at is not None:
            keep &= (times < view.ends_at).to_numpy()
        for name, wanted in (("source", view.sources), ("language", view.languages)):
            if wanted:
                keep &= self.comments[name].isin(wanted).to_numpy()
        if view.categories:
            keep &= pd.Series(self.category).isin(view.categories).to_numpy()
        for name in dict.fromkeys(name for name, _ in view.segments):
            values = {value for other, value in view.segments if other == name}
            has_it = np.array([*(own.get(name) in values for own in self._segments), False])
            keep &= has_it[self.comments["segments"].cat.codes.to_numpy()]
        if view.brands:
            keep &= self.spoken(self.mentions["place"][self.mentions["brand"].isin(view.brands)])
        if view.stages:
            ids = [t.id for t in self.themes if t.stage and t.stage.value in view.stages]
            ids += [t.id for t in self.themes if t.parent in ids]
            keep &= self.spoken(self.opinions["place"][self.opinions["theme_id"].isin(ids)])
        return keep

    def spoken(self, places: pd.Series) -> BoolArray:
        """Return bool (n_comments,): which rows are among some places."""
        found = np.zeros(self.n_comments, dtype=bool)
        found[places.to_numpy()] = True
        return found

    def _categories(self) -> np.ndarray[Any, np.dtype[np.object_]]:
        """Return the NPS category of each comment: of its score, else the one that its rating stands for."""
        found = np.full(len(self.comments), None, dtype=object)
        score = self.comments["nps_score"].to_numpy()
        for scale, rows in self.scales.items():
            ratings = self.comments["rating"].to_numpy()
            for value in np.unique(ratings[rows]):
                found[rows & (ratings == value)] = proxy_category(float(value), scale).value
        for value in range(11):
            found[score == value] = NpsCategory.of(value).value
        return found


class Parts:
    """Parts by their view, those that were asked for last; the one without a filter always stays.

    Args:
        make: What makes a part, in some milliseconds.
    """

    def __init__(self, make: Callable[[View], Part]) -> None:
        self._make = make
        self._kept: OrderedDict[View, Part] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, view: View) -> Part:
        """Return what a view holds; the same part for the same view as long as it is kept."""
        with self._lock:
            part = self._kept.get(view)
            if part is None:
                part = self._kept[view] = self._make(view)
                self._shrink(view)
            self._kept.move_to_end(view)
            return part

    def __len__(self) -> int:
        """Count the parts that are kept."""
        return len(self._kept)

    def forget(self) -> None:
        """Forget all parts but the one without a filter."""
        with self._lock:
            self._kept = OrderedDict((view, part) for view, part in self._kept.items() if not view)

    def _shrink(self, newest: View) -> None:
        n_comments = sum(part.n_comments for view, part in self._kept.items() if view)
        for view in [view for view in self._kept if view and view != newest]:
            if len(self._kept) <= _MOST_PARTS and n_comments <= _MOST_KEPT:
                return
            n_comments -= self._kept.pop(view).n_comments


def _respondents(columns: RunColumns) -> IntArray:
    """Return the number of each comment's answer: several columns of words of one row are one answer's."""
    rows = columns.comments
    several = [number for number, plan in columns.plans.items() if has_several(plan)]
    shares = rows["import_id"].isin(several).to_numpy()
    numbers = np.arange(len(rows), dtype=np.int64)
    if shares.any():
        own = rows[shares]
        answer = own["source"].astype("str") + "\0" + own["key"].astype("str").str.replace(r":\d+$", "", regex=True)
        codes, _ = pd.factorize(answer)
        firsts = np.full(int(codes.max()) + 1, len(rows), dtype=np.int64)
        np.minimum.at(firsts, codes, numbers[shares])
        numbers[shares] = firsts[codes]
    return numbers


def _scales(comments: pd.DataFrame) -> dict[RatingScale, BoolArray]:
    """Return each scale of ratings with the rows that have a rating on it, bool (n_comments,)."""
    lowest, highest = (comments[f"rating_{end}"].to_numpy() for end in ("lowest", "highest"))
    known = ~np.isnan(lowest) & ~np.isnan(comments["rating"].to_numpy())
    pairs = {(int(a), int(b)) for a, b in np.unique(np.stack([lowest[known], highest[known]], axis=1), axis=0)}
    return {RatingScale(a, b): known & (lowest == a) & (highest == b) for a, b in sorted(pairs)}


def _measure_columns(plans: Mapping[int, Mapping[str, Any]]) -> tuple[MeasureColumn, ...]:
    """Return the measures of all imports, each as the last import that has it names it."""
    found: dict[str, MeasureColumn] = {}
    for plan in plans.values():
        for own in plan.get("measures", ()):
            if own["measure"] in MEASURES:
                scale = parse_rating_scale(own["scale"]) if own["scale"] else None
                found[own["measure"]] = MeasureColumn(own["measure"], own["column"], scale)
    return tuple(found.values())


def _parsed(column: pd.Series) -> list[dict[str, Any]]:
    """Return what each category of a column of JSON holds."""
    return [json.loads(text) or {} for text in column.cat.categories]


def _taken(column: pd.Series, values: Sequence[Any]) -> pd.Series:
    """Return the value of each row, from the values of the column's categories."""
    own = np.array([*values, None], dtype=object)
    return pd.Series(own[column.cat.codes.to_numpy()], index=column.index)


def _counted(column: pd.Series) -> dict[str, int]:
    return {str(value): int(n) for value, n in column.value_counts().items() if n}
