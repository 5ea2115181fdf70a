"""The weekly report on the schedule of a watch: asked for once a Monday, sent with its files, and kept in a folder."""

import base64
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from made.services import webhook
from made.view_store import fill_view_store

from cx_text.config import load_recipe
from cx_text.looking import Clock
from cx_text.monitor.journal import Journal
from cx_text.monitor.watching import How, look
from cx_text.store.opening import open_store
from cx_text.testing import FakeModels, FakePii

MONDAY = datetime(2026, 4, 27, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = ["cx_text-week-2026-04-27.html", "cx_text-week-2026-04-27.xlsx"]
RECIPE = """
name = "shop"
stages = ["clean", "kind", "language", "opinions", "polarity", "implied", "themes"]
[watch]
{folder}
[[watch.rules]]
name = "never"
kind = "level"
measure = "nps"
per = "all"
below = -99
[[watch.notifiers]]
name = "team"
report = true
[[watch.notifiers]]
name = "boss"
"""


class House:
    """A store, a recipe, and a team that is told."""

    def __init__(self, store, folder, port, *, is_kept=True):
        self.store, self.reports, self.lines = store, folder / "reports", []
        name = folder / "shop.toml"
        name.write_text(RECIPE.format(folder=f'report_folder = "{self.reports}"' if is_kept else ""))
        self.recipe = load_recipe(str(name))
        self.environment = {f"CX_TEXT_NOTIFY_{name}": f"json://127.0.0.1:{port}/{name}" for name in ("TEAM", "BOSS")}

    def look(self, at, **how):
        return look(self.store, self.recipe, How(
            self.environment, Clock(lambda: at, lambda seconds: None), finder=FakePii(),
            models=FakeModels(self.recipe), collects=False, **how), Journal(self.lines.append, "json"))

    @property
    def events(self):
        return [json.loads(line)["event"] for line in self.lines if "report" in line]


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "s.sqlite3", create=True) as opened:
        fill_view_store(opened, tmp_path, n=60)
        yield opened


def reports(got):
    return [(path, sent) for path, body in got if (sent := json.loads(body))["title"].startswith("The weekly report")]


def test_it_is_asked_for_at_the_grace_hour_of_a_monday_and_once(store, tmp_path):
    with webhook(200) as (port, got):
        house = House(store, tmp_path, port)
        house.look(MONDAY + 5 * HOUR)
        assert [sent["title"] for _, sent in reports(got)] == ["The weekly report of 20 April 2026"]
        first = house.look(MONDAY + 7 * HOUR)
        assert first.reported == tuple(house.reports / name for name in NAMES)
        [_, (path, sent)] = reports(got)
        assert (path, sent["title"]) == ("/TEAM", "The weekly report of 27 April 2026")
        files = {one["filename"]: base64.b64decode(one["base64"]) for one in sent["attachments"]}
        assert files == {name: (house.reports / name).read_bytes() for name in NAMES}
        house.lines.clear()
        for hours in (8, 24 * 6):
            again = house.look(MONDAY + hours * HOUR)
            assert (again.error, again.reported) == (None, ())
        assert len(reports(got)) == 2
        assert house.events == []
        assert "report" in again.seconds


def test_a_file_that_is_gone_is_written_again_and_nobody_is_told_again(store, tmp_path):
    with webhook(200) as (port, got):
        house = House(store, tmp_path, port)
        house.look(MONDAY + 7 * HOUR)
        (house.reports / NAMES[1]).unlink()
        house.look(MONDAY + 8 * HOUR)
        assert house.events == ["report asked", "report written", "report written"]
        assert sorted(path.name for path in house.reports.iterdir()) == NAMES
        assert len(reports(got)) == 1


def test_without_a_folder_it_is_only_sent_and_made_once_a_look_that_sends_it(store, tmp_path):
    with webhook(503, 200) as (port, got):
        house = House(store, tmp_path, port, is_kept=False)
        assert house.look(MONDAY + 7 * HOUR).delivered.n_waiting == 1
        done = house.look(MONDAY + 9 * HOUR)
        assert (done.delivered.n_sent, done.delivered.n_waiting) == (1, 0)
        assert len(reports(got)) == 2
        assert not house.reports.exists()


def test_where_nobody_is_told_it_is_written_all_the_same(store, tmp_path):
    house = House(store, tmp_path, port=9)
    assert house.look(MONDAY + 7 * HOUR, tells=False).reported
    assert house.events == ["report written"]


def test_the_past_that_is_judged_up_to_a_day_has_no_report_of_a_later_week(store, tmp_path):
    house = House(store, tmp_path, port=9)
    assert house.look(MONDAY + 7 * HOUR, until=date(2026, 4, 25)).reported == ()
    assert house.events == []


def test_a_folder_that_cannot_be_written_is_said_and_messages_go_out(store, tmp_path):
    with webhook(200) as (port, got):
        house = House(store, tmp_path, port)
        house.reports.write_text("a file")
        done = house.look(MONDAY + 7 * HOUR)
        assert done.error == (f"{house.reports}: the weekly report cannot be written: File exists. "
                              "Give another report_folder in [watch], or free some space.")
        assert len(reports(got)) == 1
