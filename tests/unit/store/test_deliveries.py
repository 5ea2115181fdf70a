"""Deliveries on both databases: asked for once, sent by one, tried again as they should be."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from cx_text.errors import ConfigError
from cx_text.store import deliveries
from cx_text.store.alerts import add_alert
from cx_text.store.deliveries import DEAD, SENDING, SENT, WAITING
from cx_text.store.opening import open_store

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


def ask(store, event="report 2026-03-02", notifier="team", at=NOW, watch="brand", **more):
    with store.writing() as connection:
        return deliveries.ask_delivery(connection, watch, notifier, event, at, **more)


def seen(store, delivery_id):
    with store.reading() as connection:
        return deliveries.delivery(connection, delivery_id)


def new_alert(store):
    with store.writing() as connection:
        return add_alert(connection, watch="brand", rule="rises", kind="change", measure="customers", direction="rise",
                         subject={"per": "theme", "id": "t1", "label": "Late"}, began_on=date(2026, 2, 23),
                         fired_on=date(2026, 3, 1), told_at=NOW, figures={}, points=[], quotes=[])


def test_asked_for_once_a_watch_a_notifier_and_an_event(store):
    first = ask(store, facts={"n": 1})
    assert ask(store, facts={"n": 2}) is None
    assert len({first, ask(store, notifier="boss"), ask(store, event="report 2026-03-09"),
                ask(store, watch="other")}) == 4
    told = seen(store, first)
    assert (told.state, told.facts, told.asked_at, told.n_tries) == (WAITING, {"n": 1}, NOW, 0)


def test_a_conflict_leaves_the_transaction_whole(store):
    ask(store)
    with store.writing() as connection:
        assert deliveries.ask_delivery(connection, "brand", "team", "report 2026-03-02", NOW) is None
        other = deliveries.ask_delivery(connection, "brand", "team", "report 2026-03-09", NOW)
    assert seen(store, other).state == WAITING


def test_nothing_is_asked_for_where_the_transaction_fails(store):
    def fail():
        with store.writing() as connection:
            deliveries.ask_delivery(connection, "brand", "team", "report 2026-03-02", NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert deliveries.claim_delivery(store, "brand", NOW) is None


def test_the_oldest_is_sent_first_and_once(store):
    late, early = ask(store, "report 2026-03-09", at=NOW + MINUTE), ask(store)
    ask(store, watch="other")
    claimed = deliveries.claim_delivery(store, "brand", NOW + MINUTE)
    assert (claimed.id, claimed.state, claimed.n_tries) == (early, SENDING, 1)
    assert deliveries.claim_delivery(store, "brand", NOW + MINUTE).id == late
    assert deliveries.claim_delivery(store, "brand", NOW + MINUTE) is None
    assert deliveries.finish_delivery(store, claimed, NOW + 2 * MINUTE, facts={"is_over": False})
    sent = seen(store, early)
    assert (sent.state, sent.sent_at, sent.error, sent.facts) == (SENT, NOW + 2 * MINUTE, None, {"is_over": False})
    assert not deliveries.finish_delivery(store, claimed, NOW + 2 * MINUTE)


def test_only_what_one_can_send_and_may_send_now(store):
    ask(store, not_before=NOW + MINUTE)
    assert deliveries.claim_delivery(store, "brand", NOW) is None
    assert deliveries.claim_delivery(store, "brand", NOW + MINUTE, notifiers=("boss",)) is None
    assert deliveries.claim_delivery(store, "brand", NOW + MINUTE, notifiers=("boss", "team")) is not None


def test_of_many_that_claim_at_once_one_has_each(store, place):
    asked = [ask(store, f"report 2026-03-{day:02}") for day in range(2, 14)]
    claimed, start = [], threading.Barrier(4)

    def sender():
        with open_store(place) as own:
            start.wait()
            while (found := deliveries.claim_delivery(own, "brand", NOW)) is not None:
                claimed.append(found.id)
                deliveries.finish_delivery(own, found, NOW)

    threads = [threading.Thread(target=sender) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == asked


def test_passing_failures_are_tried_again_later_and_later_and_end(store):
    asked, at, waits = ask(store), NOW, []
    for _ in range(deliveries.MOST_TRIES):
        claimed = deliveries.claim_delivery(store, "brand", at)
        assert deliveries.fail_delivery(store, claimed, is_permanent=False, error="busy", now=at)
        if (told := seen(store, asked)).state == WAITING:
            waits.append(told.not_before - at)
            assert deliveries.claim_delivery(store, "brand", told.not_before - timedelta(seconds=1)) is None
            at = told.not_before
    assert [wait / MINUTE for wait in waits] == [1, 5, 15, 60, 360, 360, 360, 360, 360]
    assert (told.state, told.error, told.n_tries) == (DEAD, "busy", 10)


def test_what_is_old_is_given_up_after_the_first_five_tries(store):
    asked, at = ask(store), NOW + timedelta(days=4)
    for n_tries in range(1, 6):
        claimed = deliveries.claim_delivery(store, "brand", at)
        deliveries.fail_delivery(store, claimed, is_permanent=False, error="busy", now=at)
        assert seen(store, asked).state == (WAITING if n_tries < 5 else DEAD)
        at += timedelta(hours=2)


def test_a_permanent_failure_is_dead_at_once_until_somebody_retries(store):
    asked = ask(store)
    claimed = deliveries.claim_delivery(store, "brand", NOW)
    deliveries.fail_delivery(store, claimed, is_permanent=True, now=NOW,
                             error="refused by\n https://hooks.example.com/T0/secret (404)")
    with store.reading() as connection:
        [dead] = deliveries.dead_letters(connection, watch="brand")
        assert deliveries.dead_letters(connection, watch="other") == []
    assert (dead.id, dead.error) == (asked, "refused by (address) (404)")
    with store.writing() as connection:
        deliveries.retry_delivery(connection, asked)
        with pytest.raises(ConfigError) as error:
            deliveries.retry_delivery(connection, asked)
    assert str(error.value) == f"there is no message {asked} that could not be sent."
    assert deliveries.claim_delivery(store, "brand", NOW).n_tries == 1


def test_a_sender_that_is_gone_is_replaced_after_ten_minutes_and_can_change_nothing(store):
    asked = ask(store)
    slow = deliveries.claim_delivery(store, "brand", NOW)
    assert deliveries.claim_delivery(store, "brand", NOW + 10 * MINUTE) is None
    second = deliveries.claim_delivery(store, "brand", NOW + 11 * MINUTE)
    assert (second.id, second.n_tries) == (asked, 2)
    assert not deliveries.finish_delivery(store, slow, NOW)
    assert not deliveries.fail_delivery(store, slow, is_permanent=True, error="late", now=NOW)
    assert not deliveries.drop_delivery(store, slow)
    assert seen(store, asked).state == SENDING


def test_senders_that_die_ten_times_end_it(store):
    asked = ask(store)
    for n in range(deliveries.MOST_TRIES):
        assert deliveries.claim_delivery(store, "brand", NOW + 11 * n * MINUTE) is not None
    assert deliveries.claim_delivery(store, "brand", NOW + 110 * MINUTE) is None
    told = seen(store, asked)
    assert (told.state, told.error) == (DEAD, "the process that sent this was stopped")


def test_messages_of_an_alert_go_out_in_their_order(store):
    alert_id = new_alert(store)
    fired, over = (ask(store, f"{what} {alert_id}", alert_id=alert_id) for what in ("fired", "resolved"))
    ask(store, f"resolved {alert_id}", "boss", at=NOW + MINUTE, alert_id=alert_id)
    first = deliveries.claim_delivery(store, "brand", NOW)
    assert first.id == fired
    assert deliveries.claim_delivery(store, "brand", NOW).notifier == "boss"
    deliveries.fail_delivery(store, first, is_permanent=False, error="busy", now=NOW)
    assert deliveries.claim_delivery(store, "brand", NOW) is None, "the first one waits"
    deliveries.finish_delivery(store, deliveries.claim_delivery(store, "brand", NOW + MINUTE), NOW)
    second = deliveries.claim_delivery(store, "brand", NOW)
    assert second.id == over
    assert deliveries.drop_delivery(store, second)
    with store.reading() as connection:
        assert [(d.notifier, d.event) for d in deliveries.deliveries_of_alert(connection, alert_id)] == [
            ("team", f"fired {alert_id}"), ("boss", f"resolved {alert_id}")]


def test_counts_by_state_and_by_who_waits(store):
    ask(store, "report 2026-03-02")
    deliveries.finish_delivery(store, deliveries.claim_delivery(store, "brand", NOW), NOW)
    ask(store, "digest 2026-03-01")
    latest = ask(store, "digest 2026-03-02")
    ask(store, "report 2026-03-09", watch="other")
    with store.reading() as connection:
        assert deliveries.delivery_counts(connection) == {WAITING: 3, SENDING: 0, SENT: 1, DEAD: 0}
        assert deliveries.delivery_counts(connection, "other") == {WAITING: 1, SENDING: 0, SENT: 0, DEAD: 0}
        assert deliveries.unsent_counts(connection, "brand") == {"team": 2}
        assert deliveries.last_delivery(connection, "brand", "team", "digest").id == latest
        assert deliveries.last_delivery(connection, "brand", "boss", "digest") is None
