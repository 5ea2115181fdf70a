"""Which messages there are: of an alert, of a day or a week, of the weekly report, of a refit that is proposed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from cx_text.backends.base import PiiFinder
from cx_text.monitor.message import Attachment, Message
from cx_text.report import figures
from cx_text.report.alert_sentences import alert_lines, alert_title, is_good_news, resolved_line
from cx_text.store.alerts import RESOLVED, Alert
from cx_text.store.quotes import standing_text
from cx_text.text.redact import PiiSpan, Placeholders, redact
from cx_text.views import SEGMENT, View

if TYPE_CHECKING:
    from sqlalchemy import Connection

N_QUOTES = 3
_LONGEST = 200  # characters of a quote


def message_of_alert(alert: Alert, quotes: Sequence[str], link: str | None, *, is_resolved: bool) -> Message:
    """Return what is told of an alert: that it fires, or that it is over.

    That it fires is told with its picture and quotes. Where it is over before that could be told, the one message says
    both.

    Args:
        alert: As it stands.
        quotes: Customers' words, as `quotes_of` gives them.
        link: Address of the web page.
        is_resolved: Whether to tell that it is over.
    """
    links = () if link is None else (("The alert", alert_link(link, alert)), ("The comments", words_link(link, alert)))
    is_good, title = is_good_news(alert), alert_title(alert)
    if is_resolved:
        is_settled = alert.why == "settled"
        return Message(f"{'A new level' if is_settled else 'Over'}: {title}",
                       (resolved_line(alert), f"It was told: {alert_lines(alert)[0]}"), links=links[:1],
                       is_good=None if is_settled or is_good else True)
    over = (resolved_line(alert),) if alert.state == RESOLVED else ()
    return Message(title, (*alert_lines(alert), *over), tuple(quotes), links, _picture(alert),
                   is_good=None if over else is_good)


def digest_message(new: Sequence[Alert], lasting: Sequence[Alert], over: Sequence[Alert], day: date, form: str,
                   link: str | None) -> Message:
    """Return what changed in a day or a week, one line each.

    Args:
        new: Alerts that fire since the last digest.
        lasting: Those that fired before, and still do.
        over: Those that are over since.
        day: The digest's.
        form: "daily" or "weekly".
        link: Address of the web page.
    """
    counts = ", ".join(f"{len(alerts)} {word}" for alerts, word in (
        (new, "new"), (lasting, f"{'goes' if len(lasting) == 1 else 'go'} on"), (over, "over")) if alerts)
    lines = [f"New: {_row(alert)}" for alert in new]
    lines += [f"Goes on since {figures.day(alert.fired_on)}: {_row(alert)}" for alert in lasting]
    lines += [f"{resolved_line(alert)} It was told: {_row(alert)}" for alert in over]
    when = "in the week " if form == "weekly" else ""
    return Message(f"What changed {when}up to {figures.day(day)}: {counts}", tuple(lines),
                   links=() if link is None else (("All alerts", f"{link}/alerts"),))


def report_message(day: date, files: Sequence[Attachment], link: str | None) -> Message:
    """Return the message that brings the weekly report.

    Args:
        day: The Monday after the week.
        files: The report.
        link: Address of the web page.
    """
    names = ", ".join(file.name for file in files)
    return Message(f"The weekly report of {figures.day(day)}", (
        f"What customers said in the week before: {names}." if names else "What customers said in the week before.",),
        links=() if link is None else (("The web page", f"{link}/"),), attachments=tuple(files))


def proposal_message(lines: Sequence[str], link: str | None) -> Message:
    """Return the message that asks people to look at a refit of the themes.

    Args:
        lines: What would change, one line each; no words of customers.
        link: Address of the web page.
    """
    return Message("New themes are proposed", (*lines, "Nothing changes until somebody accepts it."),
                   links=() if link is None else (("The proposal", f"{link}/refit"),))


def alert_link(base: str, alert: Alert) -> str:
    """Return the address of the page of an alert."""
    return f"{base}/alerts/{alert.id}"


def words_link(base: str, alert: Alert) -> str:
    """Return the address of the page with the comments of an alert's window and subject."""
    per, name = alert.subject["per"], alert.subject.get("id", "")
    view = View(alert.began_on, alert.fired_on)
    if per == "source":
        view = view.with_(sources=(name,))
    elif per == "brand":
        view = view.with_(brands=(name,))
    elif per.startswith(SEGMENT):
        view = view.with_(segments=((per.removeprefix(SEGMENT), name),))
    theme_id = name if per == "theme" and alert.kind != "new_theme" else None
    return f"{base}/comments?{view.query(theme=theme_id)}"


def quotes_of(connection: Connection, alert: Alert, finder: Callable[[], PiiFinder] | None = None) -> list[str]:
    """Return the first three of an alert's quotes that are still there: at most 200 characters of customers' words.

    Left out is what comments said that were forgotten, were changed, or that their platform shows no more. What leaves
    the house is always masked: where an import kept personal data it is masked here, or left out without a finder.

    Args:
        connection: To read by.
        alert: Whose `quotes` say where the words stand.
        finder: Gives what finds personal data; it is only asked where that is needed.
    """
    found: dict[str, None] = {}
    for place in alert.quotes:
        standing = standing_text(connection, place["run_id"], place["comment_id"])
        if standing is None or not (standing.is_masked or finder):
            continue
        said = standing.text[place["start"]:place["end"]]
        if finder and not standing.is_masked:
            said = _masked(finder().find([standing.text])[0], said, place["start"])
        if said.strip():
            found[_short(" ".join(said.split()))] = None
        if len(found) == N_QUOTES:
            break
    return list(found)


def _masked(spans: Sequence[PiiSpan], said: str, start: int) -> str:
    """Return a part of a text, that begins at `start`, with placeholders for what was found in the whole of it."""
    inside = [PiiSpan(max(span.start - start, 0), min(span.end - start, len(said)), span.kind, span.score)
              for span in spans if span.end > start and span.start < start + len(said)]
    return redact(said, inside, Placeholders()).text


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else words[:_LONGEST - 1].rstrip() + "…"


def _row(alert: Alert) -> str:
    """Return an alert in one line: what changed among how many, and by how much with its interval."""
    return " ".join(alert_lines(alert)[:2])


def _picture(alert: Alert) -> bytes | None:
    from cx_text.report.alert_chart import alert_chart
    from cx_text.report.drawing import to_png

    chart = alert_chart(alert)
    return None if chart is None else to_png(chart)
