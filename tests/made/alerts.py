"""Alerts for tests: invented figures of each kind, as a watch would write them."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import update

from cx_text.store.alerts import (
    Alert,
    WatchFacts,
    add_alert,
    begin_watch_look,
    end_watch_look,
    keep_watch,
    resolve_alert,
    say_of_alert,
)
from cx_text.store.deliveries import DEAD, SENT, ask_delivery
from cx_text.store.tables import deliveries
from cx_text.watch_options import COUNTS

LAST = date(2026, 7, 18)
WEEK = timedelta(days=7)
LOOKED_AT = datetime(2026, 7, 19, 6, 5, tzinfo=UTC)
_COUNT = {"window_days": 7, "n": 41, "of": 1204, "n_mentions": 54, "value": 41, "expected": 19.3, "ratio": 2.12,
          "low": 1.41, "high": 3.02, "p": 0.00021, "controlled": 0.021, "crude": 18.8,
          "sources": {"app-store": 30, "survey": 11}}
_LEVEL = {"window_days": 14, "n": 340, "of": 1204, "value": 12.0, "expected": 26.2, "difference": -14.2, "low": -20.4,
          "high": -8.1, "p": 0.0004, "controlled": 0.034, "crude": 25.1, "sources": {"trustpilot": 340}}
# What differs from the figures above, by kind.
_KINDS = {
    "change": {},
    "trend": {"window_days": 56, "n": 310, "of": 9640, "n_mentions": 402, "value": 52.0, "expected": 30.2,
              "ratio": 1.72, "low": 1.24, "high": 2.4, "crude": None, "sources": {"app-store": 210, "survey": 100}},
    "level": {"limit": 2.5, "expected": None, "crude": None, "controlled": None, "ratio": None, "value": 3.41,
              "difference": 0.91, "low": 0.02, "high": 2.07},
    "silence": {"n": 2, "of": None, "n_mentions": 2, "value": 2, "expected": 40.1, "ratio": 0.05, "low": 0.01,
                "high": 0.18, "crude": None, "sources": {"app-store": 2}},
    "new_theme": {"n": 14, "of": 1204, "n_mentions": 17, "value": 14, "expected": 1.2, "ratio": 11.7, "low": 4.1,
                  "high": 44.0, "crude": None, "sources": {"app-store": 9, "survey": 5}}}
_LIMIT = {"limit": 20.0, "difference": -8.0, "low": -14.0, "high": -1.9}
_SUBJECTS = {"silence": {"per": "source", "id": "app-store", "label": "app-store"},
             "new_theme": {"per": "theme", "id": "new-1", "label": "gift card, expired"}}


def made_alert(**changes) -> Alert:
    """Return an alert of July 2026 with plausible figures; `figures` that are given are laid over those of its kind."""
    kind = changes.get("kind", "change")
    measure = changes.get("measure", "comments" if kind == "silence" else "customers")
    figures = {**_COUNT, **_KINDS[kind]} if measure in COUNTS else {**_LEVEL, **(_LIMIT if kind == "level" else {})}
    direction = "fall" if kind == "silence" or measure in ("nps", "implied_nps", "sentiment") else "rise"
    figures |= changes.pop("figures", {})
    fields = {
        "id": 7, "watch": "shop", "rule": "pain", "kind": kind, "measure": measure, "direction": direction,
        "subject": _SUBJECTS.get(kind, {"per": "theme", "id": "t1", "label": "Late delivery"}), "state": "firing",
        "began_on": LAST - timedelta(days=figures["window_days"] - 1), "fired_on": LAST,
        "told_at": LOOKED_AT, "resolved_on": None, "why": None, "figures": figures,
        "points": made_points(figures, measure in COUNTS), "quotes": []}
    return Alert(**{**fields, **changes})


def made_points(figures, is_count, n_weeks=26):
    """Return weeks before that go up and down around what is expected, and those of the window."""
    n_judged = max(1, figures["window_days"] // 7)
    judged = figures["value"] or 0
    usual = figures["expected"] if figures["expected"] is not None else 0.7 * judged
    step = 0.12 * usual if is_count else 2.0
    return [{"start": (LAST - (n_weeks - k) * WEEK + timedelta(days=1)).isoformat(),
             "value": value if not is_count else round(value),
             "n": (1150 + 17 * (k % 7)) if is_count else 150 + 9 * (k % 5), "expected": usual, "is_window": is_judged}
            for k in range(n_weeks) for is_judged in [k >= n_weeks - n_judged]
            for value in [judged if is_judged else usual + step * ((k * 5) % 7 - 3)]]


def put_alert(connection, **changes) -> int:
    """Store an alert as `made_alert` makes it, and return its id."""
    alert = made_alert(**changes)
    alert_id = add_alert(connection, **{name: getattr(alert, name) for name in (
        "watch", "rule", "kind", "measure", "direction", "subject", "began_on", "fired_on", "told_at", "figures",
        "points", "quotes")})
    if alert.resolved_on is not None:
        resolve_alert(connection, alert_id, alert.resolved_on, alert.why or "ended")
    if alert.seen_by is not None:
        say_of_alert(connection, alert_id, by=alert.seen_by, verdict=alert.verdict, note=alert.note)
    return alert_id


def put_watch(connection, name="shop", *, error=None, drift=None):
    """Store a watch that has looked twice, the second time with an error where one is given."""
    keep_watch(connection, WatchFacts(name, "day", LAST, {"pain": {}}, None, drift))
    for at, said in ((LOOKED_AT - timedelta(hours=1), None), (LOOKED_AT, error)):
        look = begin_watch_look(connection, name, at)
        end_watch_look(connection, look, at + timedelta(seconds=9), {"collected": 12, "tagged": 12, "fired": 1},
                       {"collect": 2.0, "tag": 6.0, "judge": 1.0}, said)


def put_delivery(connection, alert_id, *, notifier="desk", event="fired", error=None):
    """Store a message of an alert that was sent, or is dead with an error where one is given; return its id."""
    number = ask_delivery(connection, "shop", notifier, f"{event} {alert_id}", LOOKED_AT, alert_id=alert_id)
    changed = {"state": SENT, "sent_at": LOOKED_AT} if error is None else {"state": DEAD, "error": error}
    connection.execute(update(deliveries).where(deliveries.c.id == number).values(n_tries=1, **changed))
    return number
