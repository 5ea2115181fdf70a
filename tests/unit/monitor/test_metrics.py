"""The metrics of a store: valid for Prometheus, and what they count."""

from datetime import UTC, datetime, timedelta

import pytest
from made.alerts import LAST, LOOKED_AT, put_alert, put_delivery, put_watch
from prometheus_client.parser import text_string_to_metric_families

from cx_text.monitor.metrics import metrics_text
from cx_text.store.alerts import WatchFacts, begin_watch_look, end_watch_look, keep_watch, watches_standing
from cx_text.store.collections import Standing, keep_standing
from cx_text.store.opening import open_store
from cx_text.store.tables import comments, imports

NOW = LOOKED_AT + timedelta(hours=2)
NAMES = {"cx_text_comments", "cx_text_comments_waiting", "cx_text_source_lag_seconds",
         "cx_text_source_looked_at_timestamp_seconds", "cx_text_source_failing",
         "cx_text_watch_look_finished_timestamp_seconds", "cx_text_watch_judged_upto_timestamp_seconds",
         "cx_text_watch_stage_seconds", "cx_text_watch_looks_failed", "cx_text_alerts", "cx_text_alerts_fired",
         "cx_text_deliveries"}


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


def samples(store):
    """Return (name, values of labels in the order of their names) → value."""
    families = list(text_string_to_metric_families(metrics_text(store, now=NOW).decode()))
    assert {family.name for family in families} == NAMES
    assert all(family.documentation for family in families)
    return {(one.name.removeprefix("cx_text_"), *(value for _, value in sorted(one.labels.items()))): one.value
            for family in families for one in family.samples}


def test_an_empty_store_has_all_metrics_and_counts_nothing(store):
    assert samples(store) == {
        ("comments_waiting",): 0, ("alerts", "firing"): 0, ("alerts", "resolved"): 0, ("deliveries", "waiting"): 0,
        ("deliveries", "sending"): 0, ("deliveries", "sent"): 0, ("deliveries", "dead"): 0}


def test_sources_and_comments_are_counted_whatever_they_are_called(store):
    odd = 'a"b\\c\nd'
    with store.writing() as connection:
        number = connection.execute(imports.insert().values(
            source=odd, file_name="x", n_bytes=0, sha256="0" * 64, started_at=LOOKED_AT, plan={}, options={},
            counts={}).returning(imports.c.id)).scalar_one()
        for key, verbatim in (("1", "Invented words"), ("2", " ")):
            connection.execute(comments.insert().values(
                source=odd, key=key, version=1, verbatim=verbatim, content_digest=key.encode() * 16,
                import_id=number, segments={}, measures={}, row=1, column="said", stored_at=LOOKED_AT))
        keep_standing(connection, Standing(odd, "gb", {"until": "2026-07-19T06:05:00+00:00"}, finished_at=LOOKED_AT))
        keep_standing(connection, Standing("mute", "gb", {}, started_at=LOOKED_AT, error="it cannot be reached"))
        keep_standing(connection, Standing("ahead", "gb", {"until": "2027-01-01T00:00:00+00:00"}))
    found = samples(store)
    assert (found["comments", odd], found["comments_waiting",]) == (2, 1)
    assert (found["source_lag_seconds", odd], found["source_lag_seconds", "ahead"]) == (7200, 0)
    assert found["source_looked_at_timestamp_seconds", odd] == LOOKED_AT.timestamp()
    assert (found["source_failing", odd], found["source_failing", "mute"]) == (0, 1)
    assert ("source_lag_seconds", "mute") not in found


def test_watches_alerts_and_messages(store):
    with store.writing() as connection:
        put_watch(connection, error="the store was busy")
        begin_watch_look(connection, "shop", NOW)  # killed: there is one after it
        begin_watch_look(connection, "shop", NOW)  # goes on
        first = put_alert(connection)
        put_alert(connection, rule="pain", resolved_on=LAST)
        put_delivery(connection, first, error="gone")
    found = samples(store)
    assert found["watch_look_finished_timestamp_seconds", "shop"] == (
        LOOKED_AT - timedelta(hours=1) + timedelta(seconds=9)).timestamp()
    assert found["watch_judged_upto_timestamp_seconds", "shop"] == datetime(2026, 7, 19, tzinfo=UTC).timestamp()
    assert found["watch_looks_failed", "shop"] == 2
    assert {stage: found["watch_stage_seconds", stage, "shop"] for stage in ("collect", "tag", "judge")} == {
        "collect": 2.0, "tag": 6.0, "judge": 1.0}
    assert (found["alerts", "firing"], found["alerts", "resolved"], found["alerts_fired_total", "pain", "shop"]) == (
        1, 1, 2)
    assert (found["deliveries", "dead"], found["deliveries", "sent"]) == (1, 0)


def test_a_watch_that_never_came_to_judge_is_there_too_and_one_that_never_looked(store):
    with store.writing() as connection:
        end_watch_look(connection, begin_watch_look(connection, "b", NOW), NOW, {}, {}, "nothing can be read")
        keep_watch(connection, WatchFacts("a", "day"))
    with store.reading() as connection:
        standing = watches_standing(connection)
    assert [(one.watch, one.good_at, one.n_failed) for one in standing] == [("a", None, 0), ("b", None, 1)]
    assert standing[0].last is None
    assert standing[1].last.error == "nothing can be read"
