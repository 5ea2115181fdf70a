"""Several watchers of one store at the same time, on both databases: each day is judged once, and nobody is told twice.

What customers say is invented; models are fakes.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select
from store_rows import import_rows, write_export

from cx_text.config import Recipe
from cx_text.looking import Clock
from cx_text.monitor.journal import Journal
from cx_text.monitor.watching import How, look
from cx_text.store.alerts import alerts_of, watch_looks_of, watch_of
from cx_text.store.opening import open_store
from cx_text.store.tables import deliveries, watch_states
from cx_text.testing import FakeModels, FakePii

FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAYS, RISES = 84, 77
RECIPE = Recipe.model_validate({
    "name": "desk", "stages": ["clean", "kind", "language", "opinions", "polarity", "implied", "themes"],
    "watch": {"rules": [{"name": "pain points", "polarity": "negative"},
                        {"name": "slowly", "kind": "trend", "polarity": "negative"}],
              "notifiers": [{"name": "team"}, {"name": "desk"}]}})
SAID = ("app is slow", "app is great", "price is bad", "price is good", "staff are rude", "staff are kind",
        "menu is good", "menu is bad", "queue is slow", "queue is fast")
WHEN = ("today", "again", "lately", "now", "here")


def filled(place, tmp_path):
    """Make a store in which many more complain of the app in the last week."""
    rows = []
    for day in range(DAYS):
        said = [*SAID, *(["app is slow"] * 5 if day >= RISES else [])]
        at = f"{FIRST + timedelta(days=day):%Y-%m-%d %H:%M}"
        rows += [(f"R-{day}-{k}", at, 7, f"{words} {WHEN[(day + k) % len(WHEN)]}", "Plus", f"c-{day}-{k}")
                 for k, words in enumerate(said)]
    with open_store(place, create=True) as store:
        import_rows(store, write_export(tmp_path / "answers.csv", rows))


def looked(place, days):
    """Look once at noon after so many days; each watcher has a store of its own."""
    at = FIRST + timedelta(days=days)
    with open_store(place) as store:
        return look(store, RECIPE, How({}, Clock(lambda: at, lambda seconds: None), finder=FakePii(),
                                       models=FakeModels(RECIPE)), Journal(lambda line: None))


def test_however_many_watch_each_day_is_judged_once_and_each_message_asked_for_once(place, tmp_path):
    filled(place, tmp_path)
    judged, n_busy = [], 0
    with ThreadPoolExecutor(3) as watchers:
        for day in range(DAYS - 8, DAYS + 3):
            done = list(watchers.map(lambda after: looked(place, after), [day] * 3))
            assert [one.error for one in done] == [None] * 3
            judged += [period.until for one in done for period in one.judged]
            n_busy += sum(one.is_busy for one in done)
    first = judged[0]
    assert judged == [first + timedelta(days=k) for k in range(len(judged))]
    assert n_busy
    with open_store(place) as store, store.reading() as connection:
        [alert] = alerts_of(connection)
        assert alert.subject["label"] == "App is"
        assert date(2026, 3, 23) < alert.fired_on < date(2026, 4, 1)
        sent = connection.execute(select(deliveries.c.notifier, deliveries.c.event, deliveries.c.state)
                                  .order_by(deliveries.c.notifier)).all()
        assert sent == [(name, f"fired {alert.id}", "waiting") for name in ("desk", "team")]
        assert watch_of(connection, "desk").judged_upto == judged[-1]
        assert all(one.finished_at is not None for one in watch_looks_of(connection, "desk", 100))
        assert connection.execute(select(func.count()).where(watch_states.c.alert_id == alert.id)).scalar_one() == 1
