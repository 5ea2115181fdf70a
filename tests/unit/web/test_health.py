"""What programs see of the page: whether watches look, and the metrics, by a token where people log in."""

from datetime import UTC, datetime, timedelta

import pytest
from made.alerts import put_watch
from made.web import TEAM, add_person, log_in, visit
from prometheus_client.parser import text_string_to_metric_families

from cx_text.store.accounts import Role
from cx_text.store.alerts import begin_watch_look, end_watch_look
from cx_text.store.opening import open_store
from cx_text.web import sessions


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store.sqlite3", create=True) as opened:
        yield opened


def look(store, watch, ago, error=None):
    at = datetime.now(UTC) - ago
    with store.writing() as connection:
        end_watch_look(connection, begin_watch_look(connection, watch, at), at, {}, {}, error)


def asked(store, address, settings=None):
    answer = visit(store, settings).get(address)
    return answer.status_code, answer.json()


def test_watches_that_looked_well_in_time_are_ok_and_nobody_has_to_log_in(store):
    assert asked(store, "/healthz/watch", TEAM) == (200, {"status": "ok"})
    look(store, "shop", timedelta(minutes=90))
    look(store, "shop", timedelta(minutes=5), error="a source is gone")
    assert asked(store, "/healthz/watch", TEAM) == (200, {"status": "ok"})
    assert asked(store, "/healthz/watch?within=1h", TEAM) == (503, {"status": "late", "watches": ["shop"]})


def test_one_is_late_that_never_looked_well_and_each_may_be_asked_for(store):
    look(store, "shop", timedelta(minutes=5))
    look(store, "other", timedelta(minutes=5), error="nothing can be read")
    assert asked(store, "/healthz/watch") == (503, {"status": "late", "watches": ["other"]})
    assert asked(store, "/healthz/watch?watch=shop") == (200, {"status": "ok"})
    assert asked(store, "/healthz/watch?watch=shop&watch=nowhere") == (
        503, {"status": "late", "watches": ["nowhere"]})


def test_nonsense_is_refused_as_other_errors_are(store):
    answer = visit(store, TEAM).get("/healthz/watch?within=soon")
    assert answer.status_code == 400
    assert "&#39;soon&#39; is no length of time" in answer.text
    assert "Write it as 15m, 2h or 1d" in answer.text
    assert visit(store).get("/healthz").json() == {"status": "ok"}


def test_alone_the_metrics_are_open(store):
    with store.writing() as connection:
        put_watch(connection)
    answer = visit(store).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert "cx_text_watch_stage_seconds" in names


def test_in_a_team_metrics_take_a_token_of_a_viewer(store):
    owner = add_person(store, "anna", Role.VIEWER)
    token = sessions.new_token(store, owner, "prometheus", may_write=False, at=datetime.now(UTC))
    browser = visit(store, TEAM)
    refused = browser.get("/metrics")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.json()["error"]["what"] == "Send a token: Authorization: Bearer cxt_…"
    assert browser.get("/metrics", headers={"Authorization": "Bearer cxt_wrong"}).status_code == 401
    assert browser.get("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert browser.get("/", headers={"Authorization": f"Bearer {token}"}).status_code == 303
    log_in(browser)
    assert browser.get("/metrics").status_code == 200
