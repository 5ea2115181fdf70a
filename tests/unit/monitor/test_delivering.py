"""Delivering on both databases: who is told what, once, and what is tried again."""

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from made.alerts import put_alert
from made.services import webhook

from cx_text.errors import ConfigError, NotifyError
from cx_text.monitor import delivering
from cx_text.monitor.delivering import Delivered, deliver
from cx_text.monitor.message import Attachment
from cx_text.store import deliveries
from cx_text.store.alerts import alert, resolve_alert
from cx_text.store.opening import open_store
from cx_text.watch_options import Notifier, WatchOptions, WatchRule

NOW = datetime(2026, 7, 20, 6, 30, tzinfo=UTC)  # a Monday
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TITLE = "Late delivery: 2.1 times as many customers as usual"
BUSY = NotifyError("the service could not take it now (HTTP 503)", where="notifier 'team'", permanent=False)
REFUSED = NotifyError("the service refused it (HTTP 404)", where="notifier 'team'", permanent=True)


@dataclass
class FakeNotifier:
    """Fails as it is told to, and keeps what it was sent."""

    name: str
    failures: list = field(default_factory=list)
    sent: list = field(default_factory=list)

    def send(self, message):
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(message)


class House:
    """A store, who is told, and what they were told."""

    def __init__(self, store, *notifiers, **options):
        self.store = store
        self.options = WatchOptions(notifiers=notifiers or (Notifier(name="team"),), link="https://cx.example",
                                    rules=(WatchRule(name="pain"), WatchRule(name="other")), **options)
        self.fakes = {notifier.name: FakeNotifier(notifier.name) for notifier in self.options.notifiers}

    @property
    def titles(self):
        return [message.title for message in self.fakes["team"].sent]

    def fire(self, at=NOW, **changes):
        with self.store.writing() as connection:
            alert_id = put_alert(connection, told_at=at, **{"fired_on": (at - DAY).date(), **changes})
            delivering.ask_deliveries(connection, self.options, alert(connection, alert_id), "fired", at)
        return alert_id

    def resolve(self, alert_id, at=NOW):
        with self.store.writing() as connection:
            resolve_alert(connection, alert_id, at.date(), "ended")
            return delivering.ask_deliveries(connection, self.options, alert(connection, alert_id), "resolved", at)

    def digests(self, at):
        with self.store.writing() as connection:
            return delivering.ask_digests(connection, "shop", self.options, at)

    def deliver(self, at=NOW, **more):
        return deliver(self.store, "shop", self.options, environment={}, now=at,
                       opening=lambda notifier, environment: self.fakes[notifier.name], **more)


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


def test_an_alert_is_told_once(store):
    house = House(store)
    house.fire()
    assert house.deliver() == Delivered(1, 0, 0, ())
    assert house.deliver(NOW + DAY) == Delivered(0, 0, 0, ())
    [message] = house.fakes["team"].sent
    assert message.title == TITLE
    assert message.links[0] == ("The alert", "https://cx.example/alerts/1")
    assert message.picture is not None


def test_a_notifier_that_fails_twice_is_told_once(store):
    house = House(store)
    house.fire()
    house.fakes["team"].failures = [BUSY, BUSY]
    waits = Delivered(0, 1, 0, (f"fired 1: {BUSY}",))
    assert house.deliver() == waits
    assert house.deliver(NOW + timedelta(seconds=50)) == Delivered(0, 1, 0, ()), "it is not yet time"
    assert house.deliver(NOW + timedelta(seconds=61)) == waits
    assert house.deliver(NOW + HOUR) == Delivered(1, 0, 0, ())
    assert house.deliver(NOW + DAY) == Delivered(0, 0, 0, ())
    assert house.titles == [TITLE]


def test_a_notifier_that_is_busy_is_asked_no_more_in_the_same_call_and_others_are_told(store):
    house = House(store, Notifier(name="team"), Notifier(name="boss"))
    house.fire()
    house.fire()
    house.fakes["team"].failures = [BUSY]
    assert house.deliver() == Delivered(2, 2, 0, (f"fired 1: {BUSY}",))
    assert len(house.fakes["boss"].sent) == 2
    assert house.titles == []


def test_a_webhook_that_fails_twice_is_told_once(store):
    house = House(store)
    house.fire()
    with webhook(503, 429, 200) as (port, got):
        environment = {"CX_TEXT_NOTIFY_TEAM": f"json://127.0.0.1:{port}/"}
        told = [deliver(store, "shop", house.options, environment=environment, now=NOW + hours * HOUR)
                for hours in range(4)]
        failed = "fired 1: notifier 'team': the service could not take it now (HTTP {})."
        assert told == [Delivered(0, 1, 0, (failed.format(503),)), Delivered(0, 1, 0, (failed.format(429),)),
                        Delivered(1, 0, 0, ()), Delivered(0, 0, 0, ())]
        assert [json.loads(body)["title"] for _, body in got] == [TITLE] * 3


def test_what_is_refused_is_dead_until_somebody_retries(store):
    house = House(store)
    house.fire()
    house.fire()
    house.fakes["team"].failures = [REFUSED]
    assert house.deliver() == Delivered(1, 0, 1, (f"fired 1: {REFUSED}",))
    with store.writing() as connection:
        [dead] = deliveries.dead_letters(connection, watch="shop")
        assert (dead.event, dead.error) == ("fired 1", "notifier 'team': the service refused it (HTTP 404).")
        deliveries.retry_delivery(connection, dead.id)
    assert house.deliver() == Delivered(1, 0, 0, ())
    assert len(house.titles) == 2


def test_two_watchers_at_once_tell_each_alert_once(store):
    house = House(store)
    for _ in range(6):
        house.fire()
    start, results = threading.Barrier(2), []

    def watcher():
        start.wait()
        results.append(house.deliver().n_sent)

    threads = [threading.Thread(target=watcher) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(results) == 6
    assert sorted(message.links[0][1] for message in house.fakes["team"].sent) == [
        f"https://cx.example/alerts/{n}" for n in range(1, 7)]


def test_a_sender_that_was_killed_is_replaced(store):
    house = House(store)
    house.fire()
    deliveries.claim_delivery(store, "shop", NOW)
    assert house.deliver(NOW + timedelta(minutes=9)) == Delivered(0, 0, 0, ())
    assert house.deliver(NOW + timedelta(minutes=11)) == Delivered(1, 0, 0, ())


def test_each_is_told_of_its_rules_and_once_whoever_asks(store):
    house = House(store, Notifier(name="team", rules=("other",)), Notifier(name="boss"),
                  Notifier(name="digest", form="daily"))
    alert_id = house.fire()
    with store.writing() as connection:
        assert delivering.ask_deliveries(connection, house.options, alert(connection, alert_id), "fired", NOW) == []
    house.deliver()
    assert [len(fake.sent) for fake in house.fakes.values()] == [0, 1, 0]


def test_that_it_is_over_is_told_to_whom_was_told_that_it_fires(store):
    house = House(store, Notifier(name="team"), Notifier(name="boss", resolved=False), Notifier(name="late"))
    house.fakes["late"].failures = [REFUSED]
    alert_id = house.fire()
    house.deliver()
    house.resolve(alert_id, NOW + 14 * DAY)
    assert house.deliver(NOW + 14 * DAY) == Delivered(1, 0, 0, ())
    assert house.titles == [TITLE, f"Over: {TITLE}"]
    assert [len(house.fakes[name].sent) for name in ("boss", "late")] == [1, 0]


def test_what_is_over_before_it_was_told_is_told_in_one(store):
    house = House(store)
    alert_id = house.fire()
    assert house.resolve(alert_id) == []
    assert house.deliver() == Delivered(1, 0, 0, ())
    assert house.fakes["team"].sent[0].lines[-1].startswith("Over since 20 July 2026")
    assert house.resolve(alert_id) != [], "a second asking is no worse"
    assert house.deliver() == Delivered(0, 0, 0, ())
    assert len(house.titles) == 1


def test_what_is_over_while_it_is_being_told_follows(store):
    house = House(store)
    alert_id = house.fire()
    claimed = deliveries.claim_delivery(store, "shop", NOW)
    assert len(house.resolve(alert_id)) == 1
    assert house.deliver() == Delivered(0, 1, 0, ())
    deliveries.finish_delivery(store, claimed, NOW, facts={"is_over": False})
    assert house.deliver() == Delivered(1, 0, 0, ())
    assert house.titles == [f"Over: {TITLE}"]


def test_what_is_over_is_not_told_where_the_first_message_died(store):
    house = House(store)
    alert_id = house.fire()
    claimed = deliveries.claim_delivery(store, "shop", NOW)
    house.resolve(alert_id)
    deliveries.fail_delivery(store, claimed, is_permanent=True, error="no", now=NOW)
    assert house.deliver() == Delivered(0, 0, 0, ())
    assert house.titles == []


def test_messages_wait_where_the_address_is_missing_and_another_watcher_sends_them(store):
    house = House(store)
    house.fire()

    def missing(notifier, environment):
        raise ConfigError("the environment variable X is not set", where=f"notifier {notifier.name!r}")

    assert deliver(store, "shop", house.options, environment={}, now=NOW, opening=missing) == Delivered(
        0, 1, 0, ("notifier 'team': the environment variable X is not set. 1 message waits for it.",))
    nobody = WatchOptions()
    assert deliver(store, "shop", nobody, environment={}, now=NOW) == Delivered(
        0, 1, 0, ("notifier 'team': the recipe has it no more. 1 message waits for it.",))
    assert house.deliver() == Delivered(1, 0, 0, ())


def test_a_message_that_cannot_be_made_keeps_no_other_from_being_sent(store):
    house = House(store, Notifier(name="team", report=True))
    with store.writing() as connection:
        delivering.ask_report(connection, "shop", house.options, NOW.date(), NOW - HOUR)

    def broken(day):
        raise KeyError("a customer's words")

    house.fire()
    assert house.deliver(reports=broken) == Delivered(
        1, 1, 0, ("report 2026-07-20: the message could not be made (KeyError)",))
    assert house.deliver(NOW + HOUR) == Delivered(0, 1, 0, ("report 2026-07-20: the report cannot be made here.",))


def test_the_report_and_a_proposal_go_to_whom_the_recipe_says(store):
    house = House(store, Notifier(name="team", report=True), Notifier(name="boss", proposals=True))
    file = Attachment("week.html", b"<p>", "text/html")
    for _ in range(2):
        with store.writing() as connection:
            delivering.ask_report(connection, "shop", house.options, NOW.date(), NOW)
            delivering.ask_proposal(connection, "shop", house.options, NOW.date(), NOW, ["2 themes are new."])
    asked_for = []
    assert house.deliver(reports=lambda day: asked_for.append(day) or [file]) == Delivered(2, 0, 0, ())
    assert asked_for == [date(2026, 7, 20)]
    assert (house.titles, house.fakes["team"].sent[0].attachments) == (["The weekly report of 20 July 2026"], (file,))
    assert house.fakes["boss"].sent[0].lines[0] == "2 themes are new."


def told(house):
    """Return the beginnings of the lines of the last digest."""
    message = house.fakes["team"].sent[-1]
    return message.title, [line.split(":")[0].split(" July")[0] for line in message.lines]


def test_a_daily_digest_has_what_changed_since_the_last_one_and_what_goes_on(store):
    house = House(store, Notifier(name="team", form="daily"))
    assert house.digests(NOW) == [], "nothing has happened"
    old, new = house.fire(NOW - 30 * DAY), house.fire()
    house.resolve(house.fire(NOW - 20 * DAY), NOW - 10 * DAY)
    assert len(house.digests(NOW)) == 1
    assert house.digests(NOW + HOUR) == [], "once a day"
    house.deliver()
    assert told(house) == ("What changed up to 20 July 2026: 1 new, 1 goes on", ["New", "Goes on since 19 June 2026"])
    house.resolve(new, NOW + HOUR)
    house.resolve(house.fire(NOW + HOUR), NOW + 2 * HOUR)
    assert house.digests(NOW + DAY - HOUR) == [], "the day before is not judged yet"
    assert len(house.digests(NOW + DAY)) == 1
    house.deliver(NOW + DAY)
    assert told(house) == ("What changed up to 21 July 2026: 1 goes on, 2 over", ["Goes on since 19 June 2026",
                                                                                 "Over since 20", "Over since 20"])
    house.resolve(old, NOW + DAY)
    assert len(house.digests(NOW + 2 * DAY)) == 1
    assert house.digests(NOW + 3 * DAY) == [], "nothing changed, and nothing fires"


def test_the_first_digest_leaves_out_what_a_replay_found_to_be_over_long_ago(store):
    house = House(store, Notifier(name="team", form="daily"))
    house.resolve(house.fire(fired_on=date(2026, 2, 2)), NOW - 90 * DAY)
    assert house.digests(NOW) == []
    house.resolve(house.fire(fired_on=date(2026, 7, 1)), NOW - DAY)
    house.digests(NOW)
    house.deliver()
    assert told(house) == ("What changed up to 20 July 2026: 1 over", ["Over since 19"])


def test_a_weekly_digest_is_due_on_mondays_and_made_up_for(store):
    house = House(store, Notifier(name="team", form="weekly", resolved=False, rules=("pain",)))
    alert_id = house.fire(NOW - 3 * DAY)
    house.fire(rule="other")
    assert len(house.digests(NOW + 2 * DAY)) == 1, "nobody looked on Monday"
    house.deliver(NOW + 2 * DAY)
    assert told(house) == ("What changed in the week up to 20 July 2026: 1 new", ["New"])
    assert house.digests(NOW + 6 * DAY) == []
    assert len(house.digests(NOW + 7 * DAY)) == 1
    house.resolve(alert_id, NOW + 8 * DAY)
    assert house.digests(NOW + 14 * DAY) == [], "it is not told what is over"
