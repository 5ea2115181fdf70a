"""Part: what a view holds of a snapshot, and every figure that is counted of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

import numpy as np
import pandas as pd

from cx_text.backends.base import BoolArray, IntArray
from cx_text.comment import Kind, NpsCategory, Polarity, RatingScale
from cx_text.errors import ConfigError
from cx_text.insights.change import Change, Window, compare, halfway
from cx_text.insights.drivers import driver_table
from cx_text.insights.implied import LEAST_SCORED, ImpliedNps, implied_nps, recalibrate
from cx_text.insights.intervals import Figure
from cx_text.insights.nps import CATEGORIES, Nps
from cx_text.insights.observations import SEGMENT, Observations, places_among
from cx_text.insights.raising import Raised
from cx_text.insights.scores import months_of, nps_figure
from cx_text.insights.segments import segment_table
from cx_text.insights.sentiment import net_sentiment, sentiment_months
from cx_text.insights.tally import NO_SCORE, POLARITIES
from cx_text.insights.theme_table import theme_table
from cx_text.insights.trends import Periods, growing_themes
from cx_text.measures import MeasureColumn
from cx_text.views import View

if TYPE_CHECKING:
    from cx_text.snapshot import Snapshot

Made = TypeVar("Made")
_MOST_FITTED = 100_000  # scored comments that the implied NPS is fitted to


class counted(cached_property[Made]):  # noqa: N801  used as `cached_property` is
    """A figure that is counted when it is first asked for, by one thread; others who ask meanwhile wait for it.

    Each figure of a part has a lock of its own, so that who asks for one waits for no other that takes longer.
    """

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Made: ...

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
        """Return the figure."""
        if instance is None or self.attrname is None:
            return super().__get__(instance, owner)
        with instance.lock(self.attrname):
            return super().__get__(instance, owner)


@dataclass(frozen=True)
class Part:
    """What a view holds: bool (n_comments,), which comments; all figures are of these.

    `kept` is for what is made from its figures and is dear to make, such as pictures; by name.
    """

    snapshot: Snapshot
    view: View
    keep: BoolArray
    kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    _locks: dict[str, threading.RLock] = field(default_factory=dict, repr=False, compare=False)

    def lock(self, name: str) -> threading.RLock:
        """Return the lock that is held while the figure of this name is counted."""
        return self._locks.setdefault(name, threading.RLock())

    @counted
    def n_comments(self) -> int:
        """Count the comments, those without words too."""
        return int(self.keep.sum())

    @counted
    def scale(self) -> RatingScale | None:
        """The scale of most ratings, None without any."""
        sizes = {scale: int((rows & self.keep).sum()) for scale, rows in self.snapshot.scales.items()}
        return max(sizes, key=lambda scale: sizes[scale]) if any(sizes.values()) else None

    @counted
    def basis(self) -> str:
        """What NPS categories are made from: scores where there are any here, else ratings as a proxy."""
        has_scores = bool((~np.isnan(self.snapshot.comments["nps_score"].to_numpy()) & self.keep).any())
        return "nps_score" if has_scores or self.scale is None else f"rating {self.scale}"

    @counted
    def comments(self) -> pd.DataFrame:
        """The rows of `Snapshot.comments` that it holds, with `category` by its basis; index: their rows there."""
        rows = self.snapshot.comments[self.keep]
        category = pd.Series(self.snapshot.category[self.keep], index=rows.index, dtype="str")
        if self.basis == "nps_score":
            category = category.where(rows["nps_score"].notna())
        elif self.scale is not None:
            category = category.where((rows["rating_lowest"] == self.scale.lowest) &
                                      (rows["rating_highest"] == self.scale.highest))
        return rows.assign(category=category)

    @counted
    def opinions(self) -> pd.DataFrame:
        """The rows of `Snapshot.opinions` that it holds."""
        own: pd.DataFrame = self.snapshot.opinions
        return pd.DataFrame(own[self.keep[own["place"].to_numpy()]])

    @counted
    def mentions(self) -> pd.DataFrame:
        """The rows of `Snapshot.mentions` that it holds."""
        own: pd.DataFrame = self.snapshot.mentions
        return pd.DataFrame(own[self.keep[own["place"].to_numpy()]])

    @counted
    def n_analysed(self) -> int:
        """Count the comments that have a polarity."""
        return int(self.is_read.sum())

    @counted
    def n_ratings(self) -> int:
        """Count the opinions of bare ratings, which name nothing, that are in no theme."""
        rates = (self.snapshot.comments["kind"] == Kind.RATING.value).to_numpy()[self.opinions["place"].to_numpy()]
        return int((rates & self.opinions["theme_id"].isna().to_numpy()).sum())

    @counted
    def share_unclear(self) -> float | None:
        """The share of opinions in no theme, 0 to 1, bare ratings left out; None without themes or opinions."""
        n_naming = len(self.opinions) - self.n_ratings
        if not self.snapshot.themes or not n_naming:
            return None
        return float(self.opinions["theme_id"].isna().sum() - self.n_ratings) / n_naming

    @counted
    def polarity_by_category(self) -> pd.DataFrame:
        """Counts of analysed comments: rows are the categories and "no score", columns the polarities."""
        polarity, category = (places_among(self.comments[name], {one.value: k for k, one in enumerate(every)})
                              for name, every in (("polarity", POLARITIES), ("category", CATEGORIES)))
        category = np.where(category < 0, len(CATEGORIES), category)[polarity >= 0]
        cells = category * len(POLARITIES) + polarity[polarity >= 0]
        n_each = np.bincount(cells, minlength=(len(CATEGORIES) + 1) * len(POLARITIES))
        return pd.DataFrame(n_each.reshape(-1, len(POLARITIES)), columns=[p.value for p in POLARITIES],
                            index=[*(c.value for c in CATEGORIES), NO_SCORE])

    @counted
    def polarities(self) -> Mapping[Polarity, int]:
        """How many comments have each polarity."""
        counts = self.comments["polarity"].value_counts()
        return {p: int(counts.get(p.value, 0)) for p in POLARITIES}

    @counted
    def observations(self) -> Observations:
        """Who gave which scores and said what: one respondent an answer, whatever number of questions it holds."""
        numbers, firsts = self._answers
        heads, opinions = self.comments.iloc[firsts], self.opinions
        spoken = pd.DataFrame({"respondent": numbers[self.places], "comment": opinions["place"].to_numpy(),
                               "theme_id": opinions["theme_id"].reset_index(drop=True),
                               "polarity": opinions["polarity"].reset_index(drop=True)})
        return Observations(self._respondents(heads), spoken, self.snapshot.themes, self.n_analysed, self.basis,
                            self._measures(heads), self.scale)

    @counted
    def respondents(self) -> IntArray:
        """int64 (n_comments,): of each comment here, the `respondent` of its answer in `observations.respondents`."""
        numbers, firsts = self._answers
        heads: IntArray = self.snapshot.ids[self.keep][firsts][numbers]
        return heads

    @counted
    def _answers(self) -> tuple[IntArray, IntArray]:
        """The number of each comment's answer, from 0, and the first comment here of each answer."""
        return _first_of_each(self.snapshot.respondent[self.keep])

    def _respondents(self, heads: pd.DataFrame) -> pd.DataFrame:
        author = heads["author"].cat.codes.astype("Int64").reset_index(drop=True)
        rating = heads["rating"].to_numpy(dtype=np.float64)
        if self.scale is not None:
            is_of_scale = ((heads["rating_lowest"] == self.scale.lowest) &
                           (heads["rating_highest"] == self.scale.highest)).to_numpy()
            rating = np.where(is_of_scale, rating, np.nan)
        places = heads.index.to_numpy()
        measured = {m.measure: self.snapshot.measure(m.measure)[places] for m in self._measures(heads)}
        return pd.DataFrame({
            "respondent": heads["id"].to_numpy(), "customer": author.mask(author < 0),
            "source": heads["source"].astype("str").reset_index(drop=True),
            "received_at": heads["received_at"].reset_index(drop=True),
            "nps_score": heads["nps_score"].astype("Int64").reset_index(drop=True), "rating": rating,
            "category": heads["category"].reset_index(drop=True), **measured,
            **{SEGMENT + name: self.snapshot.segment(name).iloc[places].reset_index(drop=True)
               for name in self.snapshot.segment_values}})

    def _measures(self, heads: pd.DataFrame) -> tuple[MeasureColumn, ...]:
        """Return the measures that somebody here has."""
        places = heads.index.to_numpy()
        return tuple(m for m in self.snapshot.measures if not np.isnan(self.snapshot.measure(m.measure)[places]).all())

    @counted
    def nps(self) -> Nps | None:
        """The NPS with its interval, or the proxy that ratings give; None without either."""
        return nps_figure(self.observations)

    @counted
    def months(self) -> pd.DataFrame | None:
        """The NPS of each month: `cx_text.insights.scores.months_of`."""
        return months_of(self.observations)

    @counted
    def drivers(self) -> pd.DataFrame:
        """What goes with raising each theme, for the NPS: `cx_text.insights.drivers.DRIVER_COLUMNS`."""
        return driver_table(self.observations)

    @counted
    def themes(self) -> pd.DataFrame:
        """The table of themes, the costliest first: `cx_text.insights.theme_table.THEME_COLUMNS`."""
        return theme_table(self.observations, self.drivers)

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """Return what `make` gives, made by the first who asks for it under this name, and kept with the part."""
        if name not in self.kept:
            with self.lock(f"kept {name}"):
                if name not in self.kept:
                    self.kept[name] = make()
        found: Made = self.kept[name]
        return found

    @counted
    def has_outcomes(self) -> bool:
        """Whether its customers differ in their NPS category, without which no theme can go with another NPS."""
        return bool(self.comments["category"].dropna().nunique() > 1)

    @property
    def has_drivers(self) -> bool:
        """Whether the drivers have been counted already, which takes a second or more."""
        return "drivers" in self.__dict__

    @counted
    def is_read(self) -> BoolArray:
        """Bool (n_comments,): which have a polarity."""
        return np.asarray(self.comments["polarity"].notna().to_numpy(), dtype=bool)

    @counted
    def customers(self) -> IntArray:
        """int64 (n_comments,): the number of each comment's customer; one of its own where the export has no key."""
        codes = self.comments["author"].cat.codes.to_numpy().astype(np.int64)
        return np.where(codes >= 0, codes, codes.max(initial=0) + 1 + self.snapshot.respondent[self.keep])

    @counted
    def places(self) -> IntArray:
        """int64 (n_opinions,): the row, in `comments`, of each opinion's comment; from 0."""
        at = np.cumsum(self.keep) - 1
        return np.asarray(at[self.opinions["place"].to_numpy()], dtype=np.int64)

    @counted
    def raised(self) -> Raised:
        """Which comments, by their row in `comments` from 0, raise which theme."""
        return Raised.of(self.places, self.opinions["theme_id"], self.snapshot.themes)

    @counted
    def periods(self) -> Periods:
        """The weeks or months of its comments."""
        return Periods.of(self.comments["received_at"])

    @counted
    def growing(self) -> set[str]:
        """Ids of themes that more customers raise of late: `cx_text.insights.trends.growing_themes`."""
        return growing_themes(self.raised, self.comments["received_at"], self.is_read, self.customers)

    @counted
    def sentiment(self) -> Figure | None:
        """The net sentiment of its comments, in points, with its interval."""
        return net_sentiment(self.comments["polarity"], self.customers)

    @counted
    def sentiment_months(self) -> pd.DataFrame | None:
        """The net sentiment of each month, as `months` has the NPS."""
        return sentiment_months(self.comments["received_at"], self.comments["polarity"])

    @counted
    def change(self) -> Change | None:
        """What moved the NPS: from the time as long before to the chosen one; of all time, from one half to the other.

        None where there is nothing to compare, or one of the two has too few scores.
        """
        days = self.snapshot.days
        try:
            if self.view.start is None or days is None:
                middle = halfway(self.observations)
                return None if middle is None else compare(self.observations, at=middle.to_pydatetime())
            start = pd.Timestamp(self.view.start, tz="UTC")
            end = days[1] if self.view.ends_at is None else pd.Timestamp(self.view.ends_at)
            before = self.view.with_(start=self.view.start - timedelta(days=max(1, (end - start).days)))
            both = self.snapshot.part(before).observations
            return compare(both, before=Window(start - (end - start), start), after=Window(start, end))
        except ConfigError:  # too few scores, or no dates
            return None

    @counted
    def segments(self) -> pd.DataFrame:
        """The NPS of each value of each segment: `cx_text.insights.segments.SEGMENT_COLUMNS`."""
        return segment_table(self.observations)

    @counted
    def implied(self) -> ImpliedNps | None:
        """The NPS that the words of comments without a score imply, fitted to those that have one where enough do."""
        rows = self.comments[self.comments["implied_detractor"].notna()]
        chances = rows[[f"implied_{c.value}" for c in CATEGORIES]].to_numpy(dtype=np.float64)
        # An even sample of very many: beside GROUP_SD, what it leaves open is nothing, and the fit takes a second less.
        stated = rows["category"].notna().to_numpy() if self.basis == "nps_score" else np.zeros(len(rows), dtype=bool)
        unstated = rows["category"].isna().to_numpy()
        fit = None
        places = np.flatnonzero(stated)
        places = places[::max(1, -(-len(places) // _MOST_FITTED))]
        if len(places) >= LEAST_SCORED:
            named = {c.value: c for c in NpsCategory}
            fit = recalibrate(chances[places], [named[c] for c in rows["category"].iloc[places].to_numpy(dtype=object)])
        return implied_nps(chances[unstated], recalibration=fit)

    def comment_ids(self, *, themes: Sequence[str] | None = None, polarity: str | None = None,
                    comment_polarity: str | None = None) -> IntArray:
        """Return the ids of comments, the newest first (those without a date last), then the last stored.

        Args:
            themes: Those that have an opinion in one of these themes; "" for no theme.
            polarity: With themes: an opinion of this polarity in one of them; alone: an opinion of this polarity.
            comment_polarity: Those that as a whole have this polarity.
        """
        keep = self.keep
        if themes is not None or polarity is not None:
            own, wanted = self.opinions, np.ones(len(self.opinions), dtype=bool)
            if themes is not None:
                wanted &= own["theme_id"].isin(list(themes)).to_numpy()
                if "" in themes:
                    wanted |= own["theme_id"].isna().to_numpy()
            if polarity is not None:
                wanted &= (own["polarity"] == polarity).to_numpy()
            keep = keep & self.snapshot.spoken(own["place"][wanted])
        rows = self.snapshot.comments
        if comment_polarity is not None:
            keep = keep & (rows["polarity"] == comment_polarity).to_numpy()
        else:
            keep = keep & rows["kind"].notna().to_numpy() if themes is not None else keep
        places = np.flatnonzero(keep)
        times = rows["received_at"].dt.tz_localize(None).to_numpy()[places].astype(np.int64)  # NaT is the lowest
        return self.snapshot.ids[places[np.lexsort((places, times))[::-1]]]

    def with_sub_themes(self, theme_id: str) -> list[str]:
        """Return a theme's id and those of its sub-themes."""
        return [theme_id, *(t.id for t in self.snapshot.themes if t.parent == theme_id)]


def _first_of_each(respondent: IntArray) -> tuple[IntArray, IntArray]:
    """Return each row's respondent counted from 0, and the first row of each respondent; both in the order of rows."""
    codes, names = pd.factorize(respondent)
    firsts = np.full(len(names), len(respondent), dtype=np.int64)
    np.minimum.at(firsts, codes, np.arange(len(respondent), dtype=np.int64))
    return codes.astype(np.int64), firsts
