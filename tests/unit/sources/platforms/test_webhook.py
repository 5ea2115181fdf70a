"""What a push holds, for each platform whose records are pushed: the same as when that platform is asked."""

import contextlib
import json

import pytest

from cx_text.collecting import collect
from cx_text.config import Recipe, SourceEntry
from cx_text.sources.platforms.base import PlatformError, UnreadableRecord
from cx_text.sources.platforms.opening import open_platform
from cx_text.store.opening import open_store

OPTIONS = {"zendesk": {"subdomain": "acme"}, "formbricks": {"survey": "s1", "questions": ["q1"], "nps_question": "q2"}}
PUSHES = {
    "delighted": {"event_type": "survey_response.created", "event_id": "e1", "event_data": {
        "id": "5435", "person": {"id": "42", "email": "jo@example.com", "name": "Jo Bloggs"}, "survey_type": "nps",
        "score": 3, "comment": "It came late", "permalink": "https://delighted.com/r/1", "created_at": 1772359200,
        "updated_at": 1772359200, "person_properties": None, "notes": [], "tags": [], "additional_answers": []}},
    "formbricks": {"webhookId": "w1", "event": "responseFinished", "data": {
        "id": "r1", "createdAt": "2026-03-01T10:00:00.000Z", "updatedAt": "2026-03-01T10:00:00.000Z", "surveyId": "s1",
        "finished": True, "data": {"q1": "It came late", "q2": 3}, "contactAttributes": {"email": "jo@example.com"}}},
    "zendesk": {"account_id": 1, "id": "e1", "time": "2026-03-01T10:00:00Z", "subject": "zen:ticket:7", "event": {},
                "type": "zen:event-type:ticket.created", "detail": {
                    "id": "7", "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-01T10:00:00Z",
                    "description": "It came late", "requester_id": "42", "submitter_id": "42", "status": "NEW",
                    "is_public": True, "subject": "Late", "tags": [], "via": {"channel": "web_service"}}},
    "intercom": {"type": "notification_event", "topic": "conversation.user.created", "data": {
        "type": "notification_event_data", "item": {
            "type": "conversation", "id": "9", "created_at": 1772359200, "updated_at": 1772359200,
            "source": {"type": "conversation", "id": "m1", "delivered_as": "customer_initiated",
                       "body": "<p>It came late</p>", "author": {"type": "user", "id": "42", "name": "Jo Bloggs",
                                                                 "email": "jo@example.com"}},
            "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "42"}]},
            "conversation_rating": None, "tags": {"type": "tag.list", "tags": []}, "custom_attributes": {}}}}}


@pytest.fixture
def opened():
    """Return what opens a source that is sent; all are closed at the end."""
    with contextlib.ExitStack() as stack:
        def open_one(reads):
            entry = {"name": "hook", "platform": "webhook", "reads": reads, "options": OPTIONS.get(reads, {})}
            return stack.enter_context(contextlib.closing(
                open_platform(SourceEntry.model_validate(entry), {"CX_TEXT_WEBHOOK_SECRET": "hunter2"})))

        yield open_one


@pytest.mark.parametrize("reads", PUSHES)
def test_a_push_holds_a_record_of_its_platform(opened, reads):
    platform = opened(reads)
    [raw] = platform.records(json.dumps(PUSHES[reads]).encode())
    assert "jo@example.com" not in json.dumps(raw)
    record = platform.read(raw)
    assert (record.why_skipped, [comment.verbatim for comment in record.comments]) == (None, ["It came late"])
    assert record.comments[0].id.startswith("hook:")
    assert record.comments[0].received_at.isoformat() == "2026-03-01T10:00:00+00:00"
    if reads in ("delighted", "formbricks"):
        assert record.comments[0].nps_score == 3


@pytest.mark.parametrize(("reads", "test"), [
    ("formbricks", {"event": "testEndpoint", "webhookId": "w1"}),
    ("intercom", {"type": "notification_event", "topic": "ping", "data": {"item": {"type": "ping"}}})])
def test_a_mere_test_holds_none(opened, reads, test):
    assert opened(reads).records(json.dumps(test).encode()) == []


@pytest.mark.parametrize("reads", PUSHES)
def test_what_holds_no_record_is_refused(opened, reads):
    for odd in ({}, [], {"data": 3, "event_data": [], "detail": "x"}):
        with pytest.raises(UnreadableRecord, match=r"^the body holds no records$"):
            opened(reads).records(json.dumps(odd).encode())


def test_a_look_passes_by_and_needs_no_secret(tmp_path):
    recipe = Recipe.model_validate({"name": "test", "sources": [{"name": "hook", "platform": "webhook"}]})
    with open_store(tmp_path / "store.sqlite3", create=True) as store:
        [done] = collect(store, recipe, environment={})
    assert (done.n_fetched, done.errors, done.is_busy) == (0, {}, False)


def test_nothing_is_asked(opened):
    platform = opened("generic")
    assert platform.parts() == ()
    with pytest.raises(PlatformError, match=r"^hook: nothing can be asked of it: it sends\.$"):
        platform.page("", None, None)
