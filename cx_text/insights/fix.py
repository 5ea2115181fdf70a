"""Did the fix work? Who complains of a theme before and after a date, against themes that nobody touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from scipy.stats import norm, t

from cx_text.backends.base import BoolArray, IntArray
from cx_text.codeframe import Theme
from cx_text.comment import Polarity
from cx_text.errors import ConfigError, nearest
from cx_text.insights.change import Window
from cx_text.insights.drivers import MIN_RAISERS
from cx_text.insights.effects import Floats
from cx_text.insights.intervals import Difference, Figure, nps_difference, share_figure
from cx_text.insights.nps import Nps, nps_of
from cx_text.insights.observations import Observations, theme_of_each, units_of

FELL, ROSE, CANNOT_TELL = "fell", "rose", "cannot tell yet"
HALVED = 0.5  # the effect that `n_needed` is for
N_DRAWS = 1000
_POWER, _LEVEL = 0.8, 0.95
_AT_ONCE = 2_000_000  # weights drawn at once, so that the memory of many customers is bounded
_ADDED = 0.5  # customers who complain, and as many who do not, in each window: so that none has a logarithm


@dataclass(frozen=True, slots=True)
class ThemeChange:
    """The share of customers who complain of a theme, in per cent, in two windows."""

    theme_id: str
    label: str
    before: Figure
    after: Figure


@dataclass(frozen=True, slots=True)
class FixEffect:
    """What went with a fix.

    `ratio`: how the share changed by how that of untouched themes did: 1 as they did, 0.5 half of what they lead one to
    expect. None without untouched themes. `verdict` is "fell", "rose" or "cannot tell yet".
    `n_needed`: customers with comments after the fix that give a chance of 80 % to see a halving; None where none would
    do, as there are too few before the fix, or untouched themes go up and down by themselves. `n_before` and `n_after`:
    customers with comments. The NPS are of those who complain of the theme.
    """

    theme: ThemeChange
    untouched: tuple[ThemeChange, ...]
    windows: tuple[Window, Window]
    n_before: int
    n_after: int
    ratio: Figure | None
    verdict: str
    n_needed: int | None
    nps_before: Nps | None
    nps_after: Nps | None
    nps_change: Difference | None

    @property
    def n_missing(self) -> int | None:
        """Customers with comments that are still to come for `n_needed`; None where none would do."""
        return None if self.n_needed is None else max(0, self.n_needed - self.n_after)


def did_it_work(observations: Observations, theme_id: str, at: str | datetime, *,
                untouched: Sequence[str] | None = None, days: int | None = None, settling_days: int = 0, seed: int = 0,
                n_draws: int = N_DRAWS) -> FixEffect:
    """Return how the share of customers who complain of a theme changed with a date, against untouched themes.

    A difference in differences on the scale of ratios: the logarithm of the share after by the share before, minus the
    weighted mean of the same of untouched themes. Ratios rather than differences of shares, because what moves all
    complaints (another survey, an angrier season, longer answers) multiplies a rare theme and a common one alike, while
    it adds more points to the common one. Half a customer is added to each cell (Haldane 1956).

    The interval has two parts: what chance does to the customers, by a Bayesian bootstrap over them (Rubin 1981), so
    that those who complain of several themes or come back are one each; and what themes do by themselves, whose
    variance is told from the untouched ones (DerSimonian and Laird 1986, Controlled Clinical Trials 7:177), with
    Satterthwaite's (1946) degrees of freedom. "Fell" and "rose" say what went with the date, not what it brought about.

    `n_needed` takes the usual variance of a log ratio, (1 - p) / (n p) a window (Katz et al. 1978, Biometrics 34:469),
    and asks that log 2 is z(0.975) + z(0.8) standard errors (Lachin 1981, Controlled Clinical Trials 2:93).

    Args:
        observations: Who said what, when.
        theme_id: The theme, or sub-theme, that something was done about.
        at: When it was done, UTC.
        untouched: Themes without an action; None for all others of the first level. Rare ones are left out.
        days: Length of both windows; None for the longest that both sides of the date have.
        settling_days: Days after the date that are left out, while the fix reaches customers.
        seed: Of the bootstrap.
        n_draws: Of the bootstrap.

    Raises:
        ConfigError: There is no such theme, there are no dates, or no comments on one side of the date.
    """
    themes = {theme.id: theme for theme in observations.themes}
    if theme_id not in themes:
        raise ConfigError("; ".join(filter(None, (f"there is no theme {theme_id!r}", nearest(theme_id, themes)))))
    windows = _windows(observations, at, days, settling_days)
    others = _others(observations.themes, themes[theme_id], untouched)
    counted = _Counted(observations, windows, [themes[theme_id], *others])
    used = np.flatnonzero(counted.raised[:, 1:].sum(axis=0) >= 2 * MIN_RAISERS) + 1
    own, rest = counted.changes[0], tuple(counted.changes[k] for k in used)
    n_before, n_after = (int(n) for n in counted.n_customers)
    both = _nps_of_raisers(observations, counted.complain)
    ratio, verdict, n_needed = None, CANNOT_TELL, None
    if len(used):
        estimate = _Estimate(counted, used, seed, n_draws)
        ratio = estimate.ratio(n_before + n_after)
        if counted.raised[:, 0].max() >= MIN_RAISERS:
            verdict = FELL if ratio.high < 1 else ROSE if ratio.low > 1 else CANNOT_TELL
        n_needed = estimate.n_needed()
    return FixEffect(own, rest, windows, n_before, n_after, ratio, verdict, n_needed, *both)


def _windows(observations: Observations, at: str | datetime, days: int | None,
             settling_days: int) -> tuple[Window, Window]:
    times = observations.respondents["received_at"]
    times = times[observations.respondents.index.isin(observations.opinions["respondent"])].dropna()
    if times.empty:
        raise ConfigError("no comment has a date, so there is no before and after",
                          next="Name the column of dates when you import")
    try:
        date = pd.Timestamp(at)
    except ValueError:
        raise ConfigError(f"{at!r} is no date", next="Write it as 2026-03-01") from None
    date = date.tz_localize("UTC") if date.tz is None else date.tz_convert("UTC")
    start = date + timedelta(days=settling_days)
    first, last = times.min(), times.max()
    if first >= date or last < start:
        side = "before" if first >= date else "after"
        raise ConfigError(f"there are no comments {side} {date if side == 'before' else start:%Y-%m-%d}",
                          next=f"The dates run from {first:%Y-%m-%d} to {last:%Y-%m-%d}")
    length = days or max(1, min((date - first).days, (last - start).days + 1))
    return Window(date - timedelta(days=length), date), Window(start, start + timedelta(days=length))


def _others(themes: Sequence[Theme], own: Theme, untouched: Sequence[str] | None) -> list[Theme]:
    """Return the first-level themes to compare with; neither the theme itself nor the one above it."""
    return [theme for theme in themes if theme.parent is None and not theme.is_hidden
            and theme.id not in (own.id, own.parent) and (untouched is None or theme.id in untouched)]


class _Counted:
    """Who complains of what, in each window.

    `complain`: bool (2, n_respondents): who complains of the first theme. `cells`: bool (n_cells, 2, 1 + n_themes):
    kinds of customers, by what they do in each window: 0 to comment at all, then to complain of each theme; `weights`:
    how many customers of each kind there are. `n_customers`: (2,), `raised`: (2, n_themes).
    """

    def __init__(self, observations: Observations, windows: tuple[Window, Window], themes: Sequence[Theme]) -> None:
        opinions = observations.opinions
        respondents = opinions["respondent"].to_numpy()
        units = units_of(observations).to_numpy()
        is_negative = (opinions["polarity"] == Polarity.NEGATIVE).to_numpy()
        tops = theme_of_each(opinions, observations.themes)["top_id"].reindex(opinions.index)
        of_theme = [((tops if theme.parent is None else opinions["theme_id"]) == theme.id).to_numpy() & is_negative
                    for theme in themes]
        does = np.zeros((int(units.max()) + 1 if len(units) else 0, 2, 1 + len(themes)), dtype=bool)
        self.complain = np.zeros((2, len(observations.respondents)), dtype=bool)
        for side, window in enumerate(windows):
            inside = window.holds(observations.respondents["received_at"])[respondents]
            does[units[respondents[inside]], side, 0] = True
            self.complain[side, respondents[inside & of_theme[0]]] = True
            for k, own in enumerate(of_theme, 1):
                does[units[respondents[inside & own]], side, k] = True
        self.cells, self.weights = _kinds(does[does[:, :, 0].any(axis=1)])
        counts = np.einsum("c,csk->sk", self.weights, self.cells)
        self.n_customers, self.raised = counts[:, 0], counts[:, 1:]
        self.changes = [ThemeChange(theme.id, theme.label, *(_figure(self.raised[side, k], self.n_customers[side])
                                                             for side in (0, 1))) for k, theme in enumerate(themes)]


def _kinds(does: BoolArray) -> tuple[Floats, IntArray]:
    """Return the different rows, and how many of each there are; eight bytes at once, as a million are many to sort."""
    flat = np.packbits(does.reshape(len(does), does.shape[1] * does.shape[2]), axis=1)
    flat = np.pad(flat, ((0, 0), (0, -flat.shape[1] % 8)))
    words = pd.DataFrame(np.ascontiguousarray(flat).view(">u8").astype(np.uint64))
    kinds = words.groupby(list(words.columns)).ngroup().to_numpy()
    counts = np.bincount(kinds)
    first = np.zeros(len(counts), dtype=np.int64)
    first[kinds] = np.arange(len(kinds))
    return does[first].astype(np.float64), counts.astype(np.int64)


def _figure(n_yes: float, n: float) -> Figure:
    found = share_figure(float(n_yes), int(n))
    return Figure(0.0, 0.0, 100.0, 0) if found is None else found


class _Estimate:
    """The log ratio of the theme's change by that of the used ones, observed and drawn.

    Args:
        counted: Who complains of what.
        used: int64 (n_used,), columns of the untouched themes.
        seed: Of the draws.
        n_draws: How many.
    """

    def __init__(self, counted: _Counted, used: IntArray, seed: int, n_draws: int) -> None:
        columns = np.concatenate([[0], used])
        self._shares = (counted.raised[:, columns] + _ADDED) / (counted.n_customers[:, None] + 2 * _ADDED)
        self._raised, self._n = counted.raised[:, columns], counted.n_customers
        rng = np.random.default_rng(seed)
        cells = counted.cells[:, :, np.concatenate([[0], 1 + columns])]
        flat, at_once = cells.reshape(len(cells), -1), max(1, _AT_ONCE // len(cells))
        sizes = [(min(at_once, n_draws - first), len(cells)) for first in range(0, n_draws, at_once)]
        sums = np.concatenate([rng.standard_gamma(counted.weights, size) @ flat for size in sizes])
        sums = sums.reshape(n_draws, 2, -1)
        yes, no = (rng.standard_gamma(_ADDED, size=(n_draws, 2, len(columns))) for _ in range(2))
        logs = np.log((sums[:, :, 1:] + yes) / (sums[:, :, :1] + yes + no))
        changes = logs[:, 1] - logs[:, 0]
        self._observed = np.log(self._shares[1] / self._shares[0])
        variances = changes.var(axis=0)
        self._own_way = _between(self._observed[1:], variances[1:])
        weights = 1 / (variances[1:] + self._own_way)
        self._weights = weights / weights.sum()
        self._by_chance = float((changes[:, 0] - changes[:, 1:] @ self._weights).var())
        self._of_themes = self._own_way * (1 + float((self._weights**2).sum()))

    def ratio(self, n: int) -> Figure:
        """Return the ratio of ratios with its interval."""
        middle = float(self._observed[0] - self._observed[1:] @ self._weights)
        variance = self._by_chance + self._of_themes
        margin = self._quantile(variance) * variance**0.5
        low, value, high = (float(np.exp(middle + step)) for step in (-margin, 0.0, margin))
        return Figure(value, low, high, n)

    def n_needed(self) -> int | None:
        """Return how many customers after the date show a halving in four of five times."""
        target = (np.log(HALVED) / (norm.ppf((1 + _LEVEL) / 2) + norm.ppf(_POWER))) ** 2
        target = (np.log(HALVED) / (self._quantile(target) + norm.ppf(_POWER))) ** 2
        # How themes changed by themselves, all as one: in single ones, what is added would count too much.
        expected = float(np.divide(*((self._raised[side, 1:].sum() + _ADDED) / (self._n[side] + 2 * _ADDED)
                                     for side in (1, 0))))
        before, after = self._shares[0], np.clip(self._shares[0] * expected, 1e-9, 0.999)
        after = after * np.where(np.arange(len(after)) == 0, HALVED, 1.0)
        each = np.concatenate([[1.0], self._weights**2])
        fixed = float(each @ ((1 - before) / before)) / max(1.0, float(self._n[0])) + self._of_themes
        if fixed >= target:
            return None
        return int(np.ceil(float(each @ ((1 - after) / after)) / (target - fixed)))

    def _quantile(self, variance: float) -> float:
        """Return how many standard errors the interval reaches to either side (Satterthwaite 1946)."""
        freedom = (len(self._weights) - 1) * (variance / self._of_themes) ** 2 if self._of_themes else np.inf
        return float(t.ppf((1 + _LEVEL) / 2, freedom))


def _between(changes: Floats, variances: Floats) -> float:
    """Return the variance with which themes change by themselves, beyond chance (DerSimonian and Laird 1986)."""
    weights = 1 / variances
    spread = float(weights @ (changes - weights @ changes / weights.sum()) ** 2)
    freedom = len(changes) - 1
    return max(0.0, (spread - freedom) / float(weights.sum() - (weights**2).sum() / weights.sum())) if freedom else 0.0


def _nps_of_raisers(observations: Observations,
                    complain: BoolArray) -> tuple[Nps | None, Nps | None, Difference | None]:
    before, after = (nps_of(observations.respondents["category"][own], basis=observations.basis) for own in complain)
    return before, after, nps_difference(after.counts, before.counts) if before and after else None
