"""The API keeps what its description says, whatever is asked: no fault of ours, and answers of the form described."""

import contextlib
import json
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from made.alerts import put_alert, put_delivery
from made.read_store import ask, fill
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cx_text.store.opening import open_store
from cx_text.testing import FakeModels

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
HOST = {"Host": "localhost:8765"}
# The same requests in each run: what fails here fails again.
SAME = settings(max_examples=12, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
                suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    with pytest.MonkeyPatch.context() as patch, open_store(folder / "store.sqlite3", create=True) as store:
        patch.setattr("cx_text.snapshots.Models", FakeModels)
        fill(store, folder, 40)
        put_alerts(store)
        yield ask(store)


def put_alerts(store):
    with store.writing() as connection:
        number = put_alert(connection)
        put_delivery(connection, number)
        for kind in ("level", "trend", "silence", "new_theme"):
            put_alert(connection, kind=kind)
        put_alert(connection, measure="nps")


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_answers_are_as_described(program, mode):
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", program.app, headers=HOST)
    operations = [found.ok() for found in schema.get_all_operations()]
    asked = set()
    for operation in operations:
        @given(case=operation.as_strategy(generation_mode=mode))
        @SAME
        def check(case):
            asked.add(case.operation.label)
            case.call_and_validate(checks=CHECKS, headers={**(case.headers or {}), **HOST})

        with contextlib.suppress(Unsatisfiable):  # one that takes nothing cannot be asked wrongly
            check()
    assert len(asked) > (20 if mode is GenerationMode.POSITIVE else 15)


NASTY = st.one_of(
    st.text(max_size=40), st.sampled_from(["\x00", "%00", "9" * 400, "-1", "1e400", "NaN", "'; DROP TABLE comments;--",
                                           "{{7*7}}", "<script>", "\ud800", "﷽" * 50, "a" * 20_000, "2026-02-30",
                                           "0001-01-01", "9999-12-31", '"', "-", "OR OR", "((("]))
NAMES = ("from", "to", "source", "language", "brand", "category", "stage", "segment.Plan", "segment.", "theme",
         "polarity", "after", "limit", "q", "by", "outcome", "at", "state", "watch", "\x00", "segment.\x00")
PATHS = ("overview", "themes", "drivers", "segments", "change", "comments", "search", "actions", "cases",
         "corrections", "jobs", "filters", "alerts")


@given(path=st.sampled_from(PATHS), query=st.lists(st.tuples(st.sampled_from(NAMES), NASTY), max_size=5))
@settings(SAME, max_examples=150)
def test_nasty_addresses_are_refused_or_answered(program, path, query):
    answer = program.get(f"/api/v1/{path}?{urlencode(query, errors='surrogatepass')}")
    assert answer.status_code in (200, 400, 404, 422), answer.text
    if answer.status_code != 200:
        assert list(answer.json()) == ["error"]


@given(path=st.sampled_from(["comments", "themes", "jobs", "audits", "alerts", "themes/t01/trend/"]), name=NASTY)
@settings(SAME, max_examples=60)
def test_nasty_names_in_paths_are_refused(program, path, name):
    answer = program.get(f"/api/v1/{path}/{quote(name, safe='', errors='surrogatepass')}")
    assert answer.status_code in (200, 307, 400, 404, 405, 422), answer.text


@given(body=st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | NASTY,
                         lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                             st.sampled_from(["action", "theme_ids", "label", "parts", "to", "value", "comment_id"]) |
                             st.text(max_size=5), inner, max_size=4), max_leaves=8),
       path=st.sampled_from(["corrections", "decisions", "jobs", "actions", "alerts/1/verdict"]))
@settings(SAME, max_examples=80)
def test_nasty_bodies_are_refused(program, path, body):
    answer = program.post(f"/api/v1/{path}", content=json.dumps(body).encode(),
                          headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 413, 422), answer.text
