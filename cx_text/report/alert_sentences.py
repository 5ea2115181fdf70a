"""An alert in words: its title, three lines with what changed, and when it was over."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cx_text.report import figures
from cx_text.store.alerts import Alert
from cx_text.watch_options import COUNTS, SEGMENT, is_better_high

_LEVELS = {"nps": "NPS", "implied_nps": "implied NPS", "sentiment": "net sentiment",
           "negative_share": "share of negative opinions", "implied_detractors": "share of implied detractors"}
_SHARES = ("negative_share", "implied_detractors")
_VERBS = {"negative": ("complain of", "speak badly of"), "positive": ("praise", "praise")}  # of a theme, of a brand
# Why an alert is over, beside that what it tells of is: its reason → in words.
_ENDS = {"rule changed": "its rule says something else now", "gone": "it is not watched any more"}
_N_SOURCES = 4  # that are named


def alert_title(alert: Alert) -> str:
    """Return what an alert is called in a list or a subject line: "Late delivery: twice as many customers as usual"."""
    name = _name(alert)
    if alert.kind == "new_theme":
        return f"Something new: {name}"
    if is_failing(alert):
        return f"Source {name} cannot be read"
    if alert.kind == "silence":
        return f"{'Source ' if alert.subject['per'] == 'source' else ''}{name} has gone quiet"
    if not is_count(alert):
        return f"{_capital(_level(alert))}: {_limit_title(alert) or _level_title(alert)}"
    subject = name or "All together"
    return f"{subject}: {_limit_title(alert) or _count_title(alert)}"


def alert_lines(alert: Alert) -> tuple[str, str, str]:
    """Return three lines: what changed, among whom and when; by how much; and how sure that is.

    What `alert.figures` does not hold is left out. Nothing is said of causes.
    """
    if is_failing(alert):
        return _failing_lines(alert)
    is_of_source = alert.subject["per"] == "source"
    sources = "" if is_of_source else _sources(alert.figures.get("sources") or {})
    n_mentions = alert.figures.get("n_mentions")
    mentions = "" if figures.is_missing(n_mentions) or alert.measure != "customers" else \
        figures.counted(n_mentions or 0, "mention")
    second = "; ".join(part for part in (_size(alert), mentions, sources) if part)
    third = " ".join(part for part in (_error_rate(alert), _without_shift(alert)) if part)
    told = f"The rule “{alert.rule}” of the watch “{alert.watch}” tells of it."
    return (_what(alert), f"{_capital(second)}." if second else "By how much cannot be told.", third or told)


def resolved_line(alert: Alert) -> str:
    """Return since when an alert is over, and why; nothing while it fires."""
    if alert.resolved_on is None:
        return ""
    lasted = figures.counted(max(1, (alert.resolved_on - alert.fired_on).days), "day")
    if alert.why == "settled":
        return f"The new level: it has lasted for {lasted}."
    if alert.why in _ENDS:
        return f"Over since {figures.day(alert.resolved_on)}: {_ENDS[alert.why]}."
    again = "no longer beyond the limit" if alert.kind == "level" else (
        "it can be read again" if is_failing(alert) else "as before again")
    return f"Over since {figures.day(alert.resolved_on)}: {again}, after {lasted}."


def is_failing(alert: Alert) -> bool:
    """Whether an alert is of a source that cannot be read: nothing was counted."""
    return alert.kind == "silence" and "error" in alert.figures


def _failing_lines(alert: Alert) -> tuple[str, str, str]:
    since, name = alert.figures.get("since"), _name(alert)
    when = f"since {figures.day(datetime.fromisoformat(since))}" if since else "and never could be"
    return (f"The source {name} cannot be read, {when}.", f"What it answers: {alert.figures['error']}",
            "Until it can be read, nobody sees what customers say there, nor that they say less.")


def is_count(alert: Alert) -> bool:
    """Whether an alert is of a number of customers or comments; of a level in points or per cent otherwise."""
    return alert.measure in COUNTS


def is_good_news(alert: Alert) -> bool:
    """Whether what changed is welcome, such as a higher NPS or fewer complaints."""
    if alert.kind in ("silence", "new_theme"):
        return False
    return (alert.direction == "rise") == is_better_high(alert.measure, alert.figures.get("polarity"))


def window_words(alert: Alert) -> str:
    """Return the days that were judged: "from 12 July to 18 July 2026"."""
    first, last = alert.began_on, alert.fired_on
    return f"{'on' if first == last else 'from'} {figures.days(first, last)}"


def measured(alert: Alert, value: float | None) -> str:
    """Return a figure of an alert as its measure is written: a count, points or per cent."""
    if figures.is_missing(value) or value is None:
        return "–"
    if not is_count(alert):
        return figures.measured(value, "%" if alert.measure in _SHARES else "points")
    return figures.count(value) if value == int(value) or value >= 100 else f"{value:.1f}"


def points_of(alert: Alert) -> str:
    """Return in what a difference is: "points", or "in 100" of shares of customers."""
    return "in 100" if is_count(alert) else "points"


def _what(alert: Alert) -> str:
    facts, when = alert.figures, window_words(alert)
    n, of, value = (facts.get(name) for name in ("n", "of", "value"))
    past = _past(alert)
    if not is_count(alert):
        shown = "" if figures.is_missing(value) or alert.kind == "trend" else f": {measured(alert, value)}"
        asked = "answer" if alert.measure == "nps" else "comment"
        among = "" if n is None else f"{figures.counted(n, asked)}{_of_whom(of)} "
        return f"The {_level(alert)} {_how_level(alert)}{shown} ({among}{when}){past}."
    n = value if n is None and alert.kind not in ("trend", "level") else n
    if n is None:
        return f"{_how_many(alert)} {when}{past}."
    if not n:
        return f"{_how_many(alert)}{_of_whom(of)} {when}{past}."
    if alert.measure == "comments":
        return f"{_how_many(alert)}: {figures.count(n)}{_of_whom(of)} {when}{past}."
    among = "" if of is None else f" of {figures.count(of)} who wrote"
    rate = f", which is {_per_hundred(n, of)} of 100" if alert.kind == "level" and of else ""
    return f"{_how_many(alert)}: {figures.count(n)}{among} {when}{past}{rate}."


def _past(alert: Alert) -> str:
    """Return what was expected, or where the line of a slow change begins and ends; nothing where there is a limit."""
    begins, ends = (measured(alert, alert.figures.get(name)) for name in ("expected", "value"))
    if alert.kind == "level" or begins == "–":
        return ""
    if alert.kind == "trend":
        return f", from {begins}{' a week' if is_count(alert) else ''} to {ends}"
    return f", where {begins} {'were' if is_count(alert) else 'was'} expected from the past"


def _of_whom(of: float | None) -> str:
    return "" if of is None else f" among {figures.counted(of, 'customer')} who wrote"


def _how_many(alert: Alert) -> str:
    """Return the beginning of the sentence of a count: "More customers raise Late delivery"."""
    if alert.kind == "new_theme":
        return "Customers speak of something that no theme takes"
    per, name, limit = alert.subject["per"], _name(alert), alert.figures.get("limit")
    many = "More" if alert.direction == "rise" else "Fewer"
    if alert.figures.get("n") == 0:
        many = "No"
    elif alert.kind == "trend":
        many = f"{many} and {many.lower()}"
    elif alert.kind == "level" and limit is not None:
        many = f"{many} than {_short(limit)} of 100"
    polarity = alert.figures.get("polarity")
    if alert.measure == "comments":
        about = {"theme": f" about {name}", "brand": f" that mention {name}", "source": f" from {name}",
                 "all": ""}.get(per, f" of {name}")
        return f"{many} {f'{polarity} ' if polarity else ''}comments{about}"
    raising = {"theme": f"raise {name}", "brand": f"mention {name}"}
    if polarity in _VERBS:
        raising = {per: f"{verb} {name}" for per, verb in zip(raising, _VERBS[polarity], strict=True)}
    writing = "write" if per == "all" else f"write {'in' if per == 'source' else 'as'} {name}"
    return f"{many} customers {raising.get(per, writing)}"


def _how_level(alert: Alert) -> str:
    limit = alert.figures.get("limit")
    rises = alert.direction == "rise"
    if alert.kind == "level":
        beyond = "" if limit is None else f" of {measured(alert, limit)}"
        return f"is {'above' if rises else 'below'} the limit{beyond}"
    return f"{'has slowly become' if alert.kind == 'trend' else 'is'} {'higher' if rises else 'lower'}"


def _size(alert: Alert) -> str:
    facts = alert.figures
    ratio, difference, low, high = (facts.get(name) for name in ("ratio", "difference", "low", "high"))
    if ratio is not None:
        span = _interval(low, high, _times)
        return f"that is {_times(ratio)} times {'the limit' if alert.kind == 'level' else 'as many'}{span}"
    if difference is not None:
        against = " from the limit" if alert.kind == "level" else ""
        span = _interval(low, high, figures.effect_points)
        return f"that is a difference{against} of {figures.effect_points(difference)} {points_of(alert)}{span}"
    return _interval(low, high, lambda value: measured(alert, value)).strip(" ()")


def span_words(low: float | None, high: float | None, write: Any) -> str:
    """Return the ends of an interval as `write` has them: "1.4 to 3.0", "8.3 or more"; nothing where none is known."""
    is_low, is_high = not figures.is_missing(low), not (figures.is_missing(high) or math.isinf(high or 0))
    if not (is_low or is_high):
        return ""
    return f"{write(low)} to {write(high)}" if is_low and is_high else \
        f"{write(low)} or more" if is_low else f"{write(high)} or less"


def _interval(low: float | None, high: float | None, write: Any) -> str:
    span = span_words(low, high, write)
    return f" ({figures.INTERVAL} {span})" if span else ""


def _error_rate(alert: Alert) -> str:
    controlled, p = alert.figures.get("controlled"), alert.figures.get("p")
    if controlled is not None:
        per = 100 if controlled >= 0.01 else 1000
        n_false = max(1, math.ceil(round(per * controlled, 6)))
        return (f"At most {n_false} in {figures.count(per)} of what is said as surely as this are false alarms, "
                "on average.")
    if p is None:
        return ""
    level = "At the limit" if alert.kind == "level" else "Without a change"
    return f"{level}, chance alone brings as much in {max(1, math.ceil(round(1000 * p, 6)))} of 1,000 looks at most."


def _without_shift(alert: Alert) -> str:
    crude, expected = alert.figures.get("crude"), alert.figures.get("expected")
    if crude is None or alert.kind in ("trend", "level") or measured(alert, crude) == measured(alert, expected):
        return ""
    return f"Had the sources not shifted, {measured(alert, crude)} would have been expected."


def _count_title(alert: Alert) -> str:
    ratio = alert.figures.get("ratio")
    rises, noun = alert.direction == "rise", "comments" if alert.measure == "comments" else "customers"
    more = "more" if rises else "fewer"
    slowly = _over_weeks(alert)
    if figures.is_missing(ratio) or ratio is None:
        return f"{more} {noun}{slowly or ' than usual'}"
    if ratio >= 1.95:
        words = {2.0: "twice", 3.0: "three times"}.get(round(ratio, 1), f"{_times(ratio)} times")
        return f"{words} as many {noun}{slowly or ' as usual'}"
    return f"{figures.percent(abs(ratio - 1))} {more} {noun}{slowly or ' than usual'}"


def _level_title(alert: Alert) -> str:
    difference = alert.figures.get("difference")
    how = "higher" if alert.direction == "rise" else "lower"
    if figures.is_missing(difference) or difference is None:
        return f"{how}{_over_weeks(alert)}"
    return f"{figures.nps_points(abs(difference))} points {how}{_over_weeks(alert)}"


def _over_weeks(alert: Alert) -> str:
    """Return the length of a slow change: " over 8 weeks"; nothing for other kinds."""
    if alert.kind != "trend":
        return ""
    days = alert.figures.get("window_days") or (alert.fired_on - alert.began_on).days + 1
    return f" over {figures.counted(days // 7, 'week')}" if days >= 7 else f" over {figures.counted(days, 'day')}"


def _limit_title(alert: Alert) -> str:
    if alert.kind != "level":
        return ""
    facts = alert.figures
    side = "above" if alert.direction == "rise" else "below"
    limit, n, of, value = (facts.get(name) for name in ("limit", "n", "of", "value"))
    if is_count(alert):
        bound = "the limit" if limit is None else f"the limit of {_short(limit)}"
        return f"{_per_hundred(n, of)} of 100 customers, {side} {bound}" if n is not None and of else f"{side} {bound}"
    bound = "the limit" if limit is None else f"the limit of {measured(alert, limit)}"
    return f"{side} {bound}" if figures.is_missing(value) else f"{measured(alert, value)}, {side} {bound}"


def _level(alert: Alert) -> str:
    """Return a level in words: "NPS of Trustpilot", "net sentiment on Late delivery"."""
    per, name, level = alert.subject["per"], _name(alert), _LEVELS.get(alert.measure, alert.measure)
    if per == "all":
        return level
    if per in ("theme", "brand"):
        is_of_opinions = alert.measure in ("sentiment", "negative_share")
        return f"{level} {'on' if is_of_opinions else 'of those who speak of'} {name}"
    return f"{level} of {name}"


def _name(alert: Alert) -> str:
    """Return what an alert is of: nothing where it is of all together, "Country Norway" of a segment."""
    per, label = alert.subject["per"], str(alert.subject.get("label") or alert.subject.get("id") or "")
    if per == "all":
        return ""
    return f"{per.removeprefix(SEGMENT)} {label}" if per.startswith(SEGMENT) else label


def _sources(sources: Mapping[str, int]) -> str:
    ordered = sorted(sources.items(), key=lambda item: (-item[1], item[0]))
    said = [f"{name} {figures.count(n)}" for name, n in ordered[:_N_SOURCES]]
    rest = sum(n for _, n in ordered[_N_SOURCES:])
    return ", ".join([*said, f"others {figures.count(rest)}"] if rest else said)


def _times(ratio: float) -> str:
    return f"{ratio:,.1f}" if ratio >= 0.95 else f"{ratio:.2f}" if ratio else "0"


def _per_hundred(n: float, of: float) -> str:
    return f"{100 * n / of:.1f}"


def _short(limit: float) -> str:
    return f"{limit:g}"


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]
