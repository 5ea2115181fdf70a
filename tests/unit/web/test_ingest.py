"""What tools push: signed or refused, read by their platform, stored once, whatever comes twice or at the same time."""

import base64
import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from made.web import TEAM, visit
from store_rows import n_rows, rows_of

from cx_text.errors import ConfigError
from cx_text.store.opening import open_store
from cx_text.store.tables import collections, comments, imports, jobs, records
from cx_text.testing import FakePii
from cx_text.web.settings import WebSettings

SECRET = "hunter2"
RECIPE = """
name = "pushed"
[[sources]]
name = "shop"
platform = "webhook"
[[sources]]
name = "after-delivery"
platform = "webhook"
reads = "typeform"
signature = "typeform"
options = {form = "abc123", segments = ["plan"], customer = "customer_id"}
secrets = {secret = "TYPEFORM_WEBHOOK_SECRET"}
"""
ANSWER = {"id": "R-1", "text": "Sarah was late", "score": 3, "rating": 2, "rating_scale": "1-5",
          "received_at": "2026-03-01T10:00:00Z", "author": "c-17", "question": "Why?", "segments": {"plan": "Plus"},
          "url": "https://shop.example.com/r/1"}
FIELDS = [{"id": "F1", "ref": "likely", "type": "nps", "title": "How likely?", "properties": {}},
          {"id": "G1", "ref": "more", "type": "group", "title": "More", "properties": {"fields": [
              {"id": "F2", "ref": "why", "type": "long_text", "title": "Why?"}]}}]
PUSH = {"event_id": "E1", "event_type": "form_response", "form_response": {
    "form_id": "abc123", "token": "T-1", "landed_at": "2026-03-01T09:58:00Z", "submitted_at": "2026-03-01T10:00:00Z",
    "hidden": {"plan": "Plus", "customer_id": "c-4711"}, "calculated": {"score": 0},
    "definition": {"id": "abc123", "title": "How was it?", "fields": FIELDS},
    "answers": [{"type": "number", "number": 9, "field": {"id": "F1", "type": "nps", "ref": "likely"}},
                {"type": "text", "text": "It came early", "field": {"id": "F2", "type": "long_text", "ref": "why"}}]}}
NOTHING = {"fetched": 0, "new": 0, "changed": 0, "unchanged": 0, "removed": 0, "skipped": 0, "failed": 0}


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store.sqlite3", create=True) as opened:
        yield opened


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("CX_TEXT_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("TYPEFORM_WEBHOOK_SECRET", SECRET)
    monkeypatch.setattr("cx_text.backends.opening.Models.pii", FakePii())
    (tmp_path / "pushed.toml").write_text(RECIPE, "utf-8")
    return WebSettings(recipe=str(tmp_path / "pushed.toml"))


@pytest.fixture
def tool(store, settings, monkeypatch):
    """Return a tool that pushes, to a page on which jobs wait: what is done with them is tested elsewhere."""
    monkeypatch.setattr("cx_text.web.workers.Workers.start", lambda self: None)
    with visit(store, settings) as browser:
        yield browser


def signed(body, later_seconds=0, secret=SECRET):
    at = int(time.time()) + later_seconds
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Cx-Signature": f"t={at},v1={digest}"}


def push(tool, what, **how):
    body = what if isinstance(what, bytes) else json.dumps(what).encode()
    return tool.post("/ingest/shop", content=body, headers=signed(body, **how))


def push_answer(tool, what, secret=SECRET):
    body = json.dumps(what).encode()
    digest = base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
    return tool.post("/ingest/after-delivery", content=body, headers={"Typeform-Signature": f"sha256={digest}"})


def test_what_is_pushed_is_masked_stored_and_waits_to_be_read(store, tool):
    answer = push(tool, ANSWER)
    assert (answer.status_code, answer.json()) == (200, NOTHING | {"fetched": 1, "new": 1})
    assert "set-cookie" not in answer.headers
    [row] = rows_of(store, comments)
    assert (row.source, row.key, row.verbatim, row.nps_score) == ("shop", "R-1", "<NAME_1> was late", 3)
    assert (row.rating, row.rating_lowest, row.rating_highest, row.question) == (2, 1, 5, "Why?")
    assert (row.segments, row.url, row.author) == ({"plan": "Plus"}, ANSWER["url"], store.pseudonym("c-17"))
    [job] = rows_of(store, jobs)
    assert (job.kind, job.options, job.by) == ("retag", {"only_waiting": True}, "source shop")


def test_the_same_again_changes_nothing_and_another_text_is_a_version(store, tool):
    push(tool, ANSWER)
    assert push(tool, ANSWER).json() == NOTHING | {"fetched": 1, "unchanged": 1}
    listed = [ANSWER | {"text": "I take it back", "received_at": "2026-03-02T10:00:00Z"}, ANSWER | {"id": "R-2"},
              {"id": "R-3"}, {"text": "no id"}]
    assert push(tool, listed).json() == NOTHING | {"fetched": 4, "new": 1, "changed": 1, "skipped": 1, "failed": 1}
    assert n_rows(store)["comments"] == 2
    assert len(rows_of(store, jobs)) == 1
    [day] = rows_of(store, imports)
    assert (day.source, day.file_name, day.counts["rows"]) == ("shop", "webhook", 6)
    assert rows_of(store, collections)[0].finished_at is not None


def test_typeform_is_read_as_the_api_gives_it(store, tool):
    assert push_answer(tool, PUSH).json() == NOTHING | {"fetched": 1, "new": 1}
    [row] = rows_of(store, comments)
    assert (row.key, row.verbatim, row.question, row.nps_score) == ("T-1:F2", "It came early", "Why?", 9)
    assert (row.segments, row.author) == ({"plan": "Plus"}, store.pseudonym("c-4711"))
    assert push_answer(tool, PUSH).json()["unchanged"] == 1
    assert push_answer(tool, PUSH | {"event_type": "form_response_partial"}).json() == NOTHING
    assert b"c-4711" not in b"".join(row.raw for row in rows_of(store, records))


@pytest.mark.parametrize("how", [{"secret": "wrong"}, {"later_seconds": -301}, {"later_seconds": 400}])
def test_what_is_not_signed_as_agreed_is_refused_in_the_same_words(store, tool, how):
    refused = push(tool, ANSWER, **how)
    unsigned = tool.post("/ingest/shop", json=ANSWER)
    for answer in (refused, unsigned, push_answer(tool, PUSH, secret="wrong")):
        assert answer.status_code == 401
        assert answer.json() == {"error": {"what": "The signature is missing, wrong or too old.", "where": None,
                                           "next": None}}
        assert "set-cookie" not in answer.headers
    assert n_rows(store).get("comments") is None


@pytest.mark.parametrize(("body", "said"), [
    (b"", "the body is no JSON."), (b"{", "the body is no JSON."), (b"[" * 50_000, "the body is no JSON."),
    (b'{"id": NaN}', "the body is no JSON."), (b"\xff\xfe", "the body is no JSON."),
    (b'"R-1"', "the body holds no records."), (b"[1]", "the body holds no records."),
    (json.dumps([{"text": f"no id {n}"} for n in range(9)]).encode(),
     "9 of 9 records could not be read: id is missing")])
def test_what_cannot_be_read_is_422(tool, body, said):
    answer = push(tool, body)
    assert (answer.status_code, answer.json()["error"]["what"]) == (422, said)


@pytest.mark.parametrize("odd", [{"form_response": None}, {}, {"form_response": {"answers": 7, "token": "T"}},
                                 {"form_response": {"definition": {"fields": [1]}}}])
def test_an_odd_push_of_a_platform_is_422(tool, odd):
    assert push_answer(tool, odd).status_code == 422


@pytest.mark.parametrize(("change", "reason"), [
    ({"score": 11}, "score is no whole number from 0 to 10"), ({"rating_scale": None}, 'rating_scale is no scale such '
     'as "1-5"'), ({"rating": 6}, "rating is no whole number from 1 to 5"), ({"text": 7}, "text is int, not words"),
    ({"id": "x" * 301}, "id has more than 300 characters"), ({"received_at": "soon"}, "received_at is no time"),
    ({"segments": []}, "segments is list, not a table")])
def test_odd_records_are_counted_and_told_in_the_ledger(store, tool, change, reason):
    from cx_text.store.tables import ledger

    assert push(tool, ANSWER | change).json() == NOTHING | {"fetched": 1, "failed": 1}
    assert [row.reason for row in rows_of(store, ledger)] == [reason]


def test_a_key_that_is_a_number_is_a_pseudonym_too(store, tool):
    push(tool, ANSWER | {"author": 4711, "url": "javascript:alert(1)"})
    [row] = rows_of(store, comments)
    assert (row.author, row.url) == (store.pseudonym("4711"), None)


def test_a_body_of_more_than_a_megabyte_is_refused(tool):
    assert push(tool, b"[" + b" " * 1_000_000 + b"]").status_code == 413
    body = b"[" + b" " * 1_100_000 + b"]"
    in_parts = tool.post("/ingest/shop", content=iter([body[:500_000], body[500_000:]]), headers=signed(body))
    assert in_parts.status_code == 413
    assert in_parts.json()["error"]["what"] == "This is larger than 1 MB."


def test_eight_at_once_are_all_stored_once(store, tool):
    bodies = [ANSWER | {"id": f"R-{n % 5}"} for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = [answer.json() for answer in pool.map(lambda body: push(tool, body), bodies)]
    assert sum(answer["new"] for answer in answers) == n_rows(store)["comments"] == 5
    assert sum(answer["unchanged"] for answer in answers) == 3
    assert n_rows(store)["imports"] == 1
    assert len(rows_of(store, jobs)) == 1


def test_a_proxy_may_pass_it_on_under_any_name(tool):
    body = json.dumps(ANSWER).encode()
    headers = signed(body) | {"Host": "hooks.example.com", "X-Forwarded-For": "203.0.113.7", "Origin": "https://a.test"}
    assert tool.post("/ingest/shop", content=body, headers=headers).status_code == 200
    assert tool.get("/", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 403


def test_it_needs_no_account_and_gives_none(store, settings):
    with visit(store, WebSettings(TEAM.host, TEAM.port, recipe=settings.recipe)) as tool:
        assert push(tool, ANSWER).status_code == 200
        assert tool.get("/comments").status_code == 303


@pytest.mark.parametrize("path", ["/ingest/other", "/ingest/shop/more", "/ingest/"])
def test_other_addresses_are_404(tool, path):
    body = json.dumps(ANSWER).encode()
    answer = tool.post(path, content=body, headers=signed(body))
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert tool.get("/ingest/shop").status_code == 405


def test_without_a_recipe_nothing_is_taken(store):
    assert push(visit(store), ANSWER).status_code == 404


def test_a_store_that_cannot_be_written_to_is_503_and_the_tool_may_try_again(tool, monkeypatch):
    from cx_text.errors import OutputError

    def busy(self):
        raise OutputError("another writer took too long", permanent=False)

    monkeypatch.setattr("cx_text.store.database.Store.writing", busy)
    assert push(tool, ANSWER).status_code == 503
    monkeypatch.undo()


@pytest.mark.parametrize(("recipe", "said"), [
    ("", "the recipe 'pushed' has no source that is sent. Add one with platform = \"webhook\", or leave out --recipe."),
    ('[[sources]]\nname = "a"\nplatform = "webhook"\noptions = {form = "x"}',
     "source 'a': records of the generic form have no options."),
    ('[[sources]]\nname = "a"\nplatform = "webhook"\nreads = "typeform"\noptions = {frm = "x"}',
     "source 'a': form: field required."),
    ('[[sources]]\nname = "a"\nplatform = "webhook"\nsecrets = {secret = "NO_SUCH"}',
     "source 'a': no secret in the environment variable NO_SUCH. docs/sources.md says how to get one for webhook."),
    ('[[sources]]\nname = "a"\nplatform = "webhook"\nsignature = "standard"', "source 'a': the secret of a Standard "
     "Webhook is not as it was given. Copy all of it: whsec_ and what follows.")])
def test_a_recipe_that_will_not_do_is_one_line(store, settings, tmp_path, recipe, said, monkeypatch):
    monkeypatch.setenv("CX_TEXT_WEBHOOK_SECRET", "hunter 2")
    (tmp_path / "pushed.toml").write_text(f'name = "pushed"\n{recipe}\n', "utf-8")
    with pytest.raises(ConfigError) as error:
        visit(store, settings)
    assert str(error.value) == said
