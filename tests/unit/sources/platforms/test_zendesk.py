"""Zendesk: which tickets are a customer's words, ratings as good and bad, and what is asked of the API."""

from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta

import pytest
from made.platforms.base import START, Answer, Post
from made.platforms.zendesk import FakeZendesk, FakeZendeskRatings, rating, ticket, user

from cx_text.comment import RatingScale
from cx_text.config import SourceEntry
from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlaceGone, PlatformError, UnreadableRecord
from cx_text.sources.platforms.opening import open_platform

POST = Post("35436", "The kettle leaks", "author-2", START, START + timedelta(hours=5), stars=5)


@pytest.fixture(params=[FakeZendesk, FakeZendeskRatings])
def fake(request):
    with request.param().serving() as served:
        yield served


@pytest.fixture
def opened():
    """Open the platform with options; closed in the end."""
    with ExitStack() as closing_all:
        def opened(base_url=None, **options):
            given = {"name": "desk", "platform": "zendesk", "subdomain": "brindlecart", "base_url": base_url, **options}
            return closing_all.enter_context(closing(open_platform(SourceEntry.model_validate(given),
                                                                   FakeZendesk.secrets)))

        yield opened


def kept(raw, **more):
    return {**raw, "requester_id": "20978392", "submitter_id": "20978392", "part": "tickets",
            "requester_role": "end-user", **more}


def test_a_ticket_with_all_that_was_asked_for(opened):
    platform = opened(subject=True, segments=["channel", "type", "priority"], fields={"27642": "plan", "27648": "shop"},
                      tags=["enterprise", "trial"])
    record = platform.read(kept(ticket(POST)))
    [comment] = record.comments
    assert (record.key, record.at) == ("35436", START + timedelta(hours=5))
    assert comment == platform.comment(
        "35436", "My order\nThe kettle leaks", received_at=START, author="20978392",
        url="https://brindlecart.zendesk.com/agent/tickets/35436",
        segments={"channel": "web", "type": "incident", "plan": "745", "enterprise": "yes", "trial": "no"})


@pytest.mark.parametrize(("more", "why"), [
    ({"via": {"channel": "chat"}}, "it came by the channel chat"),
    ({"is_public": False}, "all that it holds is private"),
    ({"submitter_id": "235323"}, "somebody else wrote it for the customer"),
    ({"requester_role": "agent"}, "one of the team asked"),
    ({"description": " \n"}, "it has no words"),
])
def test_tickets_that_are_no_customers_words(opened, more, why):
    record = opened().read(kept(ticket(POST), **more))
    assert (record.comments, record.why_skipped, record.is_removed) == ((), why, False)


def test_channels_that_are_skipped_are_the_recipes(opened):
    assert len(opened(skip_channels=["api"]).read(kept(ticket(POST), via={"channel": "chat"})).comments) == 1
    assert opened(skip_channels=["api"]).read(kept(ticket(POST), via={"channel": "api"})).comments == ()


@pytest.mark.parametrize(("given", "value"), [
    ("good", 1.0), ("good_with_comment", 1.0), ("bad", 0.0), ("bad_without_comment", 0.0)])
def test_good_and_bad_are_ratings_of_one_and_nought(opened, given, value):
    raw = {**rating(POST, score=given, comment=None, reason="It took too long"), "requester_id": "20978392",
           "part": "ratings"}
    [comment] = opened().read(raw).comments
    assert (comment.id, comment.verbatim) == ("desk:rating-35436", "")
    assert (comment.rating, comment.rating_scale) == (value, RatingScale(0, 1))
    assert comment.segments == {"reason": "It took too long"}


def test_a_rating_that_was_only_offered_is_skipped_and_an_unknown_one_refused(opened):
    raw = {**rating(POST, score="offered"), "part": "ratings"}
    assert opened().read(raw).why_skipped == "the customer has not answered"
    with pytest.raises(UnreadableRecord, match=r"^score is neither good nor bad$"):
        opened().read({**raw, "score": "splendid"})


def test_tickets_are_asked_for_by_time_of_change_and_then_by_cursor(opened, monkeypatch):
    with FakeZendesk().serving() as fake:
        fake.add(3)
        platform = opened(fake.url)
        monkeypatch.setattr(platform, "page_rows", 2)
        page = platform.page("tickets", START, None)
        platform.page("tickets", START, page.next_place)
        first, second = (asked.params for asked in fake.requests)
    assert first == {"start_time": str(int(START.timestamp())), "per_page": "2", "include": "users"}
    assert second == {"cursor": page.next_place, "per_page": "2", "include": "users"}


def test_a_start_in_the_last_two_minutes_is_none(opened):
    with FakeZendesk().serving() as fake:
        fake.now = datetime.now(UTC)
        assert opened(fake.url).page("tickets", fake.now, None).raws == ()


def test_ratings_are_asked_for_again_for_two_weeks(opened):
    with FakeZendeskRatings().serving() as fake:
        opened(fake.url).page("ratings", START, None)
        assert fake.requests[0].params == {"score": "received", "page[size]": "100",
                                           "start_time": str(int((START - timedelta(days=14)).timestamp()))}


def test_nothing_that_is_kept_names_a_person(opened, fake):
    [post] = fake.add(1)
    platform = opened(fake.url, what=fake.entry["what"])
    [raw] = platform.page(*platform.parts(), None, None).raws
    assert not {"Sarah", "sarah@example.org", 20978390} & set(_leaves(raw))
    assert raw["requester_id"] == "20978390"
    assert platform.read(raw).comments[0].verbatim == post.words


def test_who_asked_is_told_beside_the_tickets(opened, monkeypatch):
    monkeypatch.setattr("made.platforms.zendesk.user", lambda user_id: user(user_id, "admin"))
    with FakeZendesk().serving() as fake:
        fake.add(1)
        platform = opened(fake.url)
        [raw] = platform.page("tickets", None, None).raws
    assert platform.read(raw).why_skipped == "one of the team asked"


def test_a_cursor_that_is_known_no_more(opened):
    with FakeZendesk().serving() as fake, pytest.raises(PlaceGone) as raised:
        opened(fake.url).page("tickets", None, "not a cursor")
    assert str(raised.value) == ("127.0.0.1/api/v2/incremental/tickets/cursor.json: the platform refused what was "
                                 "asked (400).")


def test_no_right_to_read_ratings(opened):
    with FakeZendeskRatings().serving() as fake:
        fake.faults = [Answer({"error": {"title": "Forbidden", "message": "You do not have access."}}, 403)]
        with pytest.raises(PlatformError) as raised:
            opened(fake.url).page("ratings", None, None)
    assert str(raised.value) == ("127.0.0.1/api/v2/satisfaction_ratings.json: the credentials may not read this (403). "
                                 "Check the secrets and rights of this source.")


@pytest.mark.parametrize(("options", "said"), [
    ({"subdomain": "brindlecart.zendesk.com"}, "source 'desk': subdomain: string should match pattern "
                                               "'^[A-Za-z0-9-]+$'."),
    ({"what": ["ticket"]}, "source 'desk': what.0: input should be 'tickets' or 'ratings'."),
    ({"channels": []}, "source 'desk': unknown key 'channels'; did you mean 'skip_channels'?"),
])
def test_options_that_are_wrong(opened, options, said):
    with pytest.raises(ConfigError) as raised:
        opened(**options)
    assert str(raised.value) == said


def _leaves(value):
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)
    else:
        yield value
