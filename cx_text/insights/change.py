"""What moved the NPS from one window to another: shares of themes, their severity, and the mix of segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, norm

from cx_text.backends.base import BoolArray
from cx_text.errors import ConfigError
from cx_text.insights.drivers import FALSE_DISCOVERIES, MIN_RAISERS
from cx_text.insights.effects import Floats, Moments, ThemeModel
from cx_text.insights.intervals import Difference, nps_difference
from cx_text.insights.nps import Nps, nps_of
from cx_text.insights.observations import Observations, theme_of_each
from cx_text.insights.segments import segments_of

CHANGE_COLUMNS = (
    "part",  # "total", "mix", "share", "severity" or "rest"
    "name",  # of the segment, or the theme's label; "" for total and rest
    "theme_id",  # missing but for themes
    "before", "after",  # share who raise the theme, 0 to 1; for "total" the two NPS; missing for mix, rest, severity
    "points", "low", "high",  # NPS points of the change, with a 95 % interval
    "is_sure",  # whether the interval keeps it from 0, also with all parts of its kind tested together
)
N_DRAWS = 1000
MIN_ROWS = 30  # with a score, in each window
MIN_HALF = 100  # with a score, before an unasked comparison is shown
MAX_VALUES = 20  # of a segment: its rarer values are one together


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open stretch of time, UTC; None for no end."""

    start: pd.Timestamp | None
    end: pd.Timestamp | None

    def holds(self, at: pd.Series) -> BoolArray:
        """Return bool (n,): which times lie in it; a missing one never does."""
        inside = at.notna()
        if self.start is not None:
            inside &= at >= self.start
        if self.end is not None:
            inside &= at < self.end
        return inside.to_numpy(dtype=bool)

    def __str__(self) -> str:
        ends = ["…" if e is None else f"{e:%Y-%m-%d}" for e in (self.start, self.end)]
        return f"{ends[0]} to {ends[1]}"


def parse_window(text: str) -> Window:
    """Return the window of "2026-03-01..2026-06-01", whose last day is not in it; either end may be left out.

    Raises:
        ConfigError: It is no such text.
    """
    first, mark, last = text.partition("..")
    try:
        if not mark:
            raise ValueError
        window = Window(*(pd.Timestamp(end, tz="UTC") if end.strip() else None for end in (first, last)))
    except ValueError:
        raise ConfigError(f"{text!r} is no window", next="Write it as 2026-03-01..2026-06-01") from None
    if window.start is not None and window.end is not None and window.start >= window.end:
        raise ConfigError(f"the window {text!r} ends before it begins")
    return window


@dataclass(frozen=True, slots=True)
class Change:
    """The NPS of two windows, and the parts of the change between them, which add up to it exactly.

    `parts`: CHANGE_COLUMNS, "total" first, then the largest part first.
    """

    before: Nps
    after: Nps
    windows: tuple[Window, Window]
    parts: pd.DataFrame


def compare(observations: Observations, *, at: str | datetime | None = None, before: Window | str | None = None,
            after: Window | str | None = None, segments: Sequence[str] | None = None, seed: int = 0,
            n_draws: int = N_DRAWS) -> Change:
    """Return what moved the NPS between two windows, split into parts that add up to the whole change.

    The points of a customer (-100, 0, 100) are taken to be the level of the window, plus something for each theme that
    they raise and for each segment that they are in (the penalised linear model of `estimate_effects`, of both windows
    at once). The change is then split as Oaxaca (1973) and Blinder (1973) do, with the mean of both windows as weights
    (Reimers 1983): more or fewer customers in a segment ("mix"), more or fewer who raise a theme ("share"), customers
    who raise it scoring otherwise against the level of their window ("severity"), and what no theme or segment accounts
    for ("rest"). A theme that fewer than 10 raise in one of the windows has the same severity in both, as nothing else
    could be told. It says what goes together, not what brought it about. Intervals are percentiles of a bootstrap.

    Args:
        observations: Who said what, with which score, when.
        at: Before this time against from this time on, UTC; or give both windows.
        before: The earlier window, such as "2026-03-01..2026-06-01".
        after: The later one.
        segments: Whose mix is split off; None for all that `segments_of` gives.
        seed: Of the bootstrap.
        n_draws: Of the bootstrap.

    Raises:
        ConfigError: A window is wrong, holds too few scores, or there are no dates or no scores.
    """
    windows = _windows(at, before, after)
    points = observations.outcome("nps")
    times = observations.respondents["received_at"]
    if times.isna().all():
        raise ConfigError("the comments have no dates, so no two windows can be compared",
                          next="Name the column of dates with --date-column when you tag")
    held = [window.holds(times) & points.notna().to_numpy() for window in windows]
    for window, inside in zip(windows, held, strict=True):
        if inside.sum() < MIN_ROWS:
            raise ConfigError(f"only {inside.sum():,} of the customers with a score are in {window}, fewer than the "
                              f"{MIN_ROWS} that a comparison takes",
                              next=f"The dates run from {times.min():%Y-%m-%d} to {times.max():%Y-%m-%d}")
    if (held[0] & held[1]).any():
        raise ConfigError(f"the windows {windows[0]} and {windows[1]} overlap")
    categories = observations.respondents["category"]
    first, second = (_nps_in(categories[inside], observations.basis) for inside in held)
    whole = nps_difference(second.counts, first.counts)
    known = points[held[0] | held[1]].to_numpy(dtype=np.float64)
    parts = _parts(_Design(observations, held, segments), known, whole=whole, seed=seed, n_draws=n_draws)
    parts.loc[parts["part"] == "total", ["before", "after"]] = [first.nps, second.nps]
    return Change(first, second, windows, parts)


def halfway(observations: Observations) -> pd.Timestamp | None:
    """Return the first of the month that best halves the rows with a score; None where a half would be too small."""
    known = observations.respondents.dropna(subset=["received_at", "category"])["received_at"]
    if len(known) < 2 * MIN_HALF:
        return None
    starts = pd.date_range(known.min(), known.max(), freq="MS", normalize=True)
    halves = {start: int(min((known < start).sum(), (known >= start).sum())) for start in starts}
    best = max(halves, key=lambda start: (halves[start], start), default=None)
    return best if best is not None and halves[best] >= MIN_HALF else None


def _nps_in(categories: pd.Series, basis: str) -> Nps:
    found = nps_of(categories, basis=basis)
    if found is None:
        raise ValueError("no scores in the window")
    return found


def _windows(at: str | datetime | None, before: Window | str | None,
             after: Window | str | None) -> tuple[Window, Window]:
    if at is not None and before is None and after is None:
        try:
            middle = pd.Timestamp(at)
            middle = middle.tz_localize("UTC") if middle.tz is None else middle.tz_convert("UTC")
        except ValueError:
            raise ConfigError(f"{at!r} is no date", next="Write it as 2026-03-01") from None
        return Window(None, middle), Window(middle, None)
    if at is not None or before is None or after is None:
        raise ConfigError("two windows are needed", next="Give a date with --at, or both --before and --after")
    one, other = (parse_window(w) if isinstance(w, str) else w for w in (before, after))
    return one, other


class _Design:
    """One linear model of both windows: the columns of `raised`, bool (n_rows, n_columns), and where each part lies.

    Column 0 is the later window. A theme that MIN_RAISERS or more raise in each window has a column in either, so that
    its severity may differ; any other theme has one for both, and so has each value of a segment.
    """

    def __init__(self, observations: Observations, held: Sequence[BoolArray], names: Sequence[str] | None) -> None:
        keep = held[0] | held[1]
        later = held[1][keep]
        opinions = theme_of_each(observations.opinions, observations.themes)
        tops = sorted((t for t in observations.themes if t.parent is None and not t.is_hidden), key=lambda t: t.id)
        places = {theme.id: k for k, theme in enumerate(tops)}
        themes = np.zeros((len(keep), len(tops)), dtype=bool)
        themes[opinions["respondent"].to_numpy(), opinions["top_id"].map(places).to_numpy(dtype=np.int64)] = True
        themes = themes[keep]
        blocks, self.n_columns = [later[:, None]], 1
        self.themes: list[tuple[str, str, tuple[int, ...]]] = []  # id, label, and its column, or two of them
        for theme, raises in zip(tops, themes.T, strict=True):
            is_split = min((raises & later).sum(), (raises & ~later).sum()) >= MIN_RAISERS
            own = [raises & ~later, raises & later] if is_split else [raises]
            self.themes.append((theme.id, theme.label, self._place(blocks, own)))
        self.segments: list[tuple[str, tuple[int, ...]]] = []
        for name in segments_of(observations) if names is None else names:
            values = observations.segment(name)[keep]
            common = [v for v in values.value_counts().index[:MAX_VALUES] if (values == v).sum() < len(values)]
            self.segments.append((name, self._place(blocks, [(values == v).to_numpy(dtype=bool) for v in common])))
        self.raised = np.concatenate(blocks, axis=1)

    def _place(self, blocks: list[BoolArray], columns: Sequence[BoolArray]) -> tuple[int, ...]:
        first = self.n_columns
        blocks += [column[:, None] for column in columns]
        self.n_columns += len(columns)
        return tuple(range(first, self.n_columns))


def _parts(design: _Design, points: Floats, *, whole: Difference, seed: int, n_draws: int) -> pd.DataFrame:
    model = ThemeModel(design.raised, points)
    names, shares, values = _split(design, model.observed())
    draws = np.concatenate([_split(design, draw)[2] for draw in model.draws(n_draws, np.random.default_rng(seed))])
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    p = 2 * norm.sf(np.abs(values[0]) / np.maximum(draws.std(axis=0), 1e-12))
    is_sure = (low > 0) | (high < 0)
    for kind in {part for part, _, _ in names}:  # a family of tests each
        own = np.array([part == kind for part, _, _ in names])
        is_sure[own] &= false_discovery_control(p[own]) <= FALSE_DISCOVERIES
    rows: list[tuple[object, ...]] = [("total", "", None, np.nan, np.nan, whole.value, whole.low, whole.high,
                                       not whole.low <= 0 <= whole.high)]
    for k, (part, name, theme_id) in enumerate(names):
        before, after = shares[theme_id] if part == "share" else (np.nan, np.nan)
        rows.append((part, name, theme_id or None, before, after, values[0, k], low[k], high[k], bool(is_sure[k])))
    table = pd.DataFrame(rows, columns=list(CHANGE_COLUMNS)).astype({
        **dict.fromkeys(("part", "name", "theme_id"), "str"), "is_sure": "bool",
        **dict.fromkeys(("before", "after", "points", "low", "high"), "float64")})
    size = table["points"].abs().where(table["part"] != "total", np.inf)
    return table.iloc[np.argsort(-size.to_numpy(), kind="stable")].reset_index(drop=True)


def _split(design: _Design, draw: Moments) -> tuple[list[tuple[str, str, str]], dict[str, tuple[float, float]], Floats]:
    """Return part, name and theme id of each part, shares of each theme, and the points, (n_draws, n_parts).

    The shares are those of the first draw. Each row of the points adds up to the change of that draw.
    """
    slopes = draw.slopes
    n_later = draw.counts[:, 0, 1]
    n_earlier = draw.counts[:, 0, 0] - n_later
    after = draw.counts[:, 1, 1:] / n_later[:, None]  # (n_draws, n_columns): share of the later window in each column
    before = (draw.counts[:, 0, 1:] - draw.counts[:, 1, 1:]) / n_earlier[:, None]
    change = draw.sums[:, 1] / n_later - (draw.sums[:, 0] - draw.sums[:, 1]) / n_earlier
    names: list[tuple[str, str, str]] = []
    shares: dict[str, tuple[float, float]] = {}
    parts = []
    for theme, label, columns in design.themes:
        first, last = columns[0], columns[-1]
        shares[theme] = (float(before[0, first]), float(after[0, last]))
        names.append(("share", label, theme))
        parts.append((after[:, last] - before[:, first]) * (slopes[:, first] + slopes[:, last]) / 2)
        if first != last:
            names.append(("severity", label, theme))
            parts.append((slopes[:, last] - slopes[:, first]) * (before[:, first] + after[:, last]) / 2)
    for name, columns in design.segments:
        own = list(columns)
        names.append(("mix", name, ""))
        parts.append(((after[:, own] - before[:, own]) * slopes[:, own]).sum(axis=1))
    names.append(("rest", "", ""))
    parts.append(change - np.sum(parts, axis=0))
    return names, shares, np.stack(parts, axis=1)
