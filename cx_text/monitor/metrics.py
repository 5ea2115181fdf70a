"""What is seen of a store from outside, as Prometheus reads it.

https://prometheus.io/docs/instrumenting/exposition_formats; names as https://prometheus.io/docs/practices/naming says.
Figures are counted from the store at each call, so that they hold whoever collects, looks or serves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from cx_text.store.alerts import alert_counts, all_watches, fired_counts, watches_standing
from cx_text.store.collections import comments_by_source, sources_standing
from cx_text.store.comments import n_waiting
from cx_text.store.database import Store
from cx_text.store.deliveries import delivery_counts

if TYPE_CHECKING:
    from sqlalchemy import Connection

CONTENT_TYPE = CONTENT_TYPE_LATEST


def metrics_text(store: Store, *, now: datetime | None = None) -> bytes:
    """Return the metrics of a store in the text format of Prometheus; no words of customers are in it.

    Args:
        store: Where comments, watches and alerts are.
        now: UTC; the clock's when not given.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Counted(store, now or datetime.now(UTC)))
    return generate_latest(registry)


class _Counted(Collector):
    """What is counted when somebody asks."""

    def __init__(self, store: Store, now: datetime) -> None:
        self._store, self._now = store, now

    def describe(self) -> Iterable[Metric]:
        """Return nothing, so that nothing is counted when it is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield all of them."""
        with self._store.reading() as connection:
            yield from self._comments(connection)
            yield from self._sources(connection)
            yield from _watches(connection)
            yield from _told(connection)

    def _comments(self, connection: Connection) -> Iterator[Metric]:
        yield _gauge("comments", "Comments in the store.", ("source",),
                     {(source,): n for source, n in sorted(comments_by_source(connection).items())})
        yield _gauge("comments_waiting", "Comments with words that the run in use has not read.", (),
                     {(): n_waiting(connection)})

    def _sources(self, connection: Connection) -> Iterator[Metric]:
        found = sources_standing(connection)
        yield _gauge("source_lag_seconds", "Age of the newest record that was seen of a source.", ("source",), {
            (one.source,): max(0.0, (self._now - one.newest_at).total_seconds()) for one in found if one.newest_at})
        yield _gauge("source_looked_at_timestamp_seconds", "When the last look at a source ended.", ("source",), {
            (one.source,): one.looked_at.timestamp() for one in found if one.looked_at})
        yield _gauge("source_failing", "Whether the last look at a source failed.", ("source",), {
            (one.source,): int(bool(one.errors)) for one in found})


def _watches(connection: Connection) -> Iterator[Metric]:
    looks = watches_standing(connection)
    yield _gauge("watch_look_finished_timestamp_seconds", "When the last look of a watch ended that did not fail.",
                 ("watch",), {(one.watch,): one.good_at.timestamp() for one in looks if one.good_at})
    yield _gauge("watch_looks_failed", "Looks of a watch that failed or were killed, of those that are kept.",
                 ("watch",), {(one.watch,): one.n_failed for one in looks})
    yield _gauge("watch_stage_seconds", "How long each stage of the last look took.", ("watch", "stage"), {
        (one.watch, stage): took for one in looks if one.last for stage, took in sorted(one.last.seconds.items())})
    yield _gauge("watch_judged_upto_timestamp_seconds", "The end of the last day that a watch has judged.", ("watch",),
                 {(one.name,): _end_of(one.judged_upto) for one in all_watches(connection) if one.judged_upto})


def _told(connection: Connection) -> Iterator[Metric]:
    yield _gauge("alerts", "Alerts by their state.", ("state",), {
        (state,): n for state, n in alert_counts(connection).items()})
    fired = CounterMetricFamily("cx_text_alerts_fired", "Alerts that fired.", labels=("watch", "rule"))
    for labels, n in fired_counts(connection).items():
        fired.add_metric(labels, n)
    yield fired
    yield _gauge("deliveries", "Messages by their state.", ("state",), {
        (state,): n for state, n in delivery_counts(connection).items()})


def _gauge(name: str, what: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], float]) -> Metric:
    family = GaugeMetricFamily(f"cx_text_{name}", what, labels=labels)
    for own, value in values.items():
        family.add_metric(own, value)
    return family


def _end_of(day: date) -> float:
    return datetime.combine(day + timedelta(days=1), time(), UTC).timestamp()
