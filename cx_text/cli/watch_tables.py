"""How `cx-text watch explain` and `backtest` look on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cx_text.cli.figure_tables import plain
from cx_text.monitor.backtest import WITHIN_DAYS, Backtest, Delay, FalseAlarms, Fired
from cx_text.monitor.explained import Explained, ExplainedRule, ExplainedSeries
from cx_text.monitor.judging import QUIET
from cx_text.monitor.series import WatchedRule
from cx_text.report import figures
from cx_text.watch_options import LEVELS, WatchRule

_GOING_ON = "goes on"
_MOST_TOLD = 100  # times as many: from nearly nothing it may be any number
# What is counted, in words: of a measure → one, several.
_UNITS = {"customers": "customers", "comments": "comments", "nps": "points", "implied_nps": "points",
          "sentiment": "points", "negative_share": "%", "implied_detractors": "%"}
_MEASURES = {"nps": "NPS of", "implied_nps": "implied NPS of", "sentiment": "net sentiment of",
             "negative_share": "share of negative opinions of", "implied_detractors": "implied detractors of"}
_VERBS = {("theme", None): "customers who raise", ("theme", "negative"): "customers who complain of",
          ("theme", "positive"): "customers who praise", ("brand", None): "customers who mention",
          ("brand", "negative"): "customers who speak badly of", ("brand", "positive"): "customers who praise"}


def show_explained(found: Explained, n_shown: int) -> None:
    """Print what each rule sees, the most unusual series first, and what each would need to see."""
    console = Console(highlight=False)
    console.print(Text(
        f"{plain(found.watch)}, as of {found.on}: {figures.counted(found.n_comments, 'comment')}; "
        f"{figures.counted(found.n_series, 'series').replace('seriess', 'series')} judged together. Expected: what its "
        "own past leads one to expect, or the limit. n: customers or answers. p: how often chance alone gives "
        "as much or more. False: the share of false alarms among all that is as unusual. Needs: from where on it fires "
        "by itself."))
    for rule in found.rules:
        console.print()
        console.print(Text(heading(rule.watched), style="bold"))
        for name in rule.watched.missing:
            console.print(Text(f"  Nothing is called {plain(name)!r}."))
        if not rule.series:
            console.print(Text(f"  {nothing_words(rule.watched.rule)}"))
            continue
        console.print(_series_table(rule, found.period_days, n_shown))
        if len(rule.series) > n_shown:
            console.print(Text(f"  and {len(rule.series) - n_shown} more: --all"))


def heading(watched: WatchedRule) -> str:
    """Return what a rule watches, in a line: "pain points: customers who complain of each theme, rising"."""
    rule = watched.rule
    each = "all comments together" if rule.per == "all" else f"each {plain(rule.per.removeprefix('segment.'))}"
    what = _VERBS.get((rule.per, rule.polarity)) if rule.measure == "customers" else _MEASURES.get(rule.measure)
    if what is None:
        what = f"{rule.polarity} {rule.measure} of" if rule.polarity else f"{rule.measure} of"
    if rule.kind == "new_theme":
        return f"{plain(rule.name)}: customers who speak of what no theme takes"
    way = {"rise": "rising", "fall": "falling"}[watched.direction]
    if rule.kind == "level":
        way = f"above {rule.above:g}" if rule.above is not None else f"below {rule.below:g}"
    how = {"change": way, "trend": f"slowly {way}", "silence": "going quiet", "level": way}
    return f"{plain(rule.name)}: {what} {each}, {how[rule.kind]}"


def nothing_words(rule: WatchRule) -> str:
    """Return why a rule has nothing to watch."""
    if rule.kind == "new_theme":
        return f"Nothing to watch: no group of {rule.min_customers} customers speaks of one thing that no theme takes."
    what = {"theme": "no themes were found yet", "brand": "the recipe names no brands",
            "source": "no source has comments yet"}.get(rule.per, "no value of it has thirty comments yet")
    return f"Nothing to watch: {what}."


def _series_table(rule: ExplainedRule, period_days: int, n_shown: int) -> Table:
    shown = rule.series[:n_shown]
    # Where customers are counted, n is what was seen; and most rules have nothing but quiet series.
    has_n = any(one.told.n != one.told.value for one in shown)
    has_states = any(one.state.name != QUIET for one in shown)
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", min_width=10)
    for name in ("days", *(["n"] if has_n else []), "seen", "expected", "by (95 %)", "needs", "p", "false"):
        table.add_column(name, justify="right", no_wrap=True)
    if has_states:
        table.add_column("state")
    for one in shown:
        told, own = one.told, one.judgement
        row = [str(own.window * period_days), *([figures.count(told.n)] if has_n else []), _value(rule, told.value),
               _value(rule, told.expected), _effect(one), "–" if told.needed is None else _value(rule, told.needed),
               _small(own.p), _small(own.controlled), *([_state(one)] if has_states else [])]
        table.add_row(Text(plain(one.subject.label)), *row)
    return table


def _state(one: ExplainedSeries) -> str:
    return "" if one.state.name == QUIET else one.state.name


def _number(value: float) -> str:
    return figures.count(round(value)) if value == int(value) or value >= 100 else f"{value:.1f}"


def _value(rule: ExplainedRule, value: float) -> str:
    if rule.watched.rule.measure in LEVELS:
        return figures.nps_points(value)
    return _number(value)


def _effect(one: ExplainedSeries) -> str:
    told = one.told
    if told.is_ratio:
        return f"× {_times_as_many(told.effect)} ({_times_as_many(told.low)} to {_times_as_many(told.high)})"
    return f"{figures.effect_points(told.effect)} ({figures.effect_points(told.low)} to " \
           f"{figures.effect_points(told.high)})"


def _times_as_many(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio < _MOST_TOLD else "∞" if ratio == float("inf") else f"> {_MOST_TOLD}"


def _small(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def show_backtest(found: Backtest) -> None:
    """Print what would have fired, how often it is wrong, and how soon it sees a rise."""
    console = Console(highlight=False)
    console.print(Text(f"From {found.since} to {found.until}, {found.n_series} series judged together: it would have "
                       f"fired {_times(len(found.fired))}."))
    for one in found.fired:
        console.print(Text(f"  {_fired_words(one)}"))
    console.print()
    console.print(Text(_alarm_words(found.false_alarms)))
    if found.delays:
        console.print()
        console.print(Text("How soon it sees a rise that is added to this past, as shares of so many runs that begin "
                           f"on different days ({found.delays[0].n_runs} each):"))
        console.print(_delay_table(found.delays))


def _times(n: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(n, f"{n} times")


def _fired_words(one: Fired) -> str:
    seen = one.change.seen
    assert seen is not None  # noqa: S101  what fired was looked at
    own, rule = seen.look.judgements[seen.place], seen.watched.rule
    unit = _UNITS[rule.measure]
    is_level = rule.measure in LEVELS
    value, expected = (figures.nps_points(v) if is_level else _number(v) for v in (own.value, own.expected))
    over = f"over on {one.resolved_on} ({one.why})" if one.resolved_on else _GOING_ON
    days = figures.counted(own.window * seen.history.period_days, "day")
    said = f"{value} {unit} in {days}, {expected} expected"
    if rule.kind == "trend":
        said = f"from {expected} to {value} {unit}{'' if is_level else ' a week'} in {days}"
    elif rule.kind == "level":
        said = f"{value} {unit} in {days}, the limit is {expected}"
    return f"{one.on}  {plain(rule.name)}: {plain(seen.subject.label)}, {said} (n = {own.n}); {over}"


def _alarm_words(alarms: FalseAlarms) -> str:
    months = f"{alarms.n_months:.1f} months" if alarms.n_months < 2 else figures.counted(alarms.n_months, "month")
    return (f"False alarms: {alarms.per_month:.1f} a month (95 % interval {alarms.low:.1f} to {alarms.high:.1f}), told "
            f"from {figures.counted(alarms.n, 'alert')} in {months} of the same weeks in random "
            "order. An incident that fills a week of this past counts among them.")


def _delay_table(delays: tuple[Delay, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("theme")
    for name in ("a week", "rises to", *(f"in {days} days" for days in WITHIN_DAYS), "half after"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in delays:
        half = "–" if one.median_days is None else figures.counted(one.median_days, "day")
        table.add_row(Text(plain(one.label)), _number(one.per_week), f"× {one.factor:g}",
                      *(figures.percent(share) for share in one.shares), half)
    return table
