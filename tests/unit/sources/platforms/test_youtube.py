"""What is particular to YouTube: replies that are waiting, the channel's own words, quotas, and what is gone."""

from datetime import UTC, datetime

import pytest
from made.platforms.base import Answer
from made.platforms.youtube import CHANNEL, VIDEO, FakeYouTube, error

from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlaceGone, PlatformError
from cx_text.sources.platforms.youtube import seconds_to_midnight

PART = f"video {VIDEO}"


@pytest.fixture
def fake():
    with FakeYouTube().serving() as served:
        yield served


def refused(fake, answer):
    fake.faults = [answer]
    with pytest.raises(PlatformError) as caught:
        fake.opened().page(PART, None, None)
    assert "AIza" not in str(caught.value)
    return caught.value


def test_replies_that_a_thread_does_not_hold_are_asked_for_page_by_page(fake):
    posts = fake.add(10)
    platform = fake.opened()
    threads = platform.page(PART, None, None)
    assert threads.next_place == [None, [[posts[8].id, CHANNEL, VIDEO]], None]
    reply = {**fake.comment(posts[9]), "id": "other"}
    fake.faults = [Answer({"items": [reply], "nextPageToken": "more"})]
    first = platform.page(PART, None, threads.next_place)
    assert first.next_place == [None, [[posts[8].id, CHANNEL, VIDEO]], "more"]
    second = platform.page(PART, None, first.next_place)
    assert (second.raws[0]["id"], second.next_place) == (posts[9].id, None)
    assert fake.requests[-1].params["pageToken"] == "more"


def test_replies_that_a_thread_holds_are_read_with_it(fake):
    posts = fake.add(10)
    thread = {**fake.thread(posts[8]), "replies": {"comments": [fake.comment(posts[9])]}}
    fake.faults = [Answer({"items": [thread]})]
    page = fake.opened().page(PART, None, None)
    assert ([raw["id"] for raw in page.raws], page.next_place) == ([posts[8].id, posts[9].id], None)


def test_replies_can_be_left_out(fake):
    fake.add(10)
    page = fake.opened(replies=False).page(PART, None, None)
    assert (len(page.raws), page.next_place, fake.requests[0].params["part"]) == (9, None, "snippet")


def test_a_thread_that_went_meanwhile_has_no_replies(fake):
    page = fake.opened().page(PART, None, ["after:x", [["Ugz-gone", CHANNEL, VIDEO]], None])
    assert (page.raws, page.next_place) == ((), ["after:x", [], None])


def test_videos_and_channels_are_parts(fake):
    platform = fake.opened(channels=["UC1"])
    assert platform.parts() == (PART, "channel UC1")
    with pytest.raises(PlatformError):
        platform.page("channel UC1", None, None)
    assert fake.requests[0].params["allThreadsRelatedToChannelId"] == "UC1"


def test_what_the_channel_itself_wrote_is_skipped(fake):
    raw = {"id": "a", "ofChannel": CHANNEL, "snippet": {"authorChannelId": {"value": CHANNEL}, "textDisplay": "Thanks"}}
    assert fake.opened().read(raw).why_skipped == "written by the channel itself"


def test_words_are_the_original_ones_where_they_are_given(fake):
    platform = fake.opened(segments=["video", "kind"])
    snippet = {"textDisplay": "see My video", "textOriginal": "see https://youtu.be/x", "parentId": "p", "videoId": "v"}
    [comment] = platform.read({"id": "p.a", "snippet": snippet}).comments
    assert (comment.verbatim, comment.segments) == ("see https://youtu.be/x", {"video": "v", "kind": "reply"})
    [comment] = platform.read({"id": "p.a", "snippet": {**snippet, "textOriginal": None}}).comments
    assert comment.verbatim == "see My video"


def test_a_used_up_quota_passes_at_midnight_in_california(fake):
    told = refused(fake, error(403, "quotaExceeded"))
    assert str(told) == "127.0.0.1/youtube/v3/commentThreads: the quota of this day is used up (403)."
    assert not told.permanent
    assert 0 < told.retry_after_seconds <= 25 * 3600
    assert seconds_to_midnight(datetime(2026, 1, 15, 7, 59, tzinfo=UTC)) == 60
    assert seconds_to_midnight(datetime(2026, 7, 15, 7, tzinfo=UTC)) == 24 * 3600
    assert seconds_to_midnight(datetime(2026, 11, 1, 7, tzinfo=UTC)) == 25 * 3600  # the clocks are put back


def test_errors_are_told_apart_by_their_reason(fake):
    where = "127.0.0.1/youtube/v3/commentThreads: "
    told = refused(fake, error(403, "commentsDisabled"))
    assert (str(told), told.permanent) == (
        f"{where}comments are turned off there (403). Take the video or channel out of the recipe.", True)
    told = refused(fake, error(403, "rateLimitExceeded"))
    assert (str(told), told.permanent) == (f"{where}the platform asks to be left alone for a while (403).", False)
    told = refused(fake, error(403, "forbidden"))
    assert (str(told), told.permanent) == (
        f"{where}the credentials may not read this (403). Check the secrets and rights of this source.", True)
    details = {"error": {"code": 400, "errors": [{"reason": "badRequest"}], "details": [{"reason": "API_KEY_INVALID"}]}}
    told = refused(fake, Answer(details, 400))
    assert str(told) == (f"{where}the platform refuses the credentials (401). "
                         "Check the secrets and rights of this source.")
    assert isinstance(refused(fake, error(400, "invalidPageToken")), PlaceGone)


def test_what_is_gone_is_found_even_where_all_are_refused_for_one(fake):
    posts = fake.add(60)
    fake.remove(posts[3])
    fake.faults = [error(404, "commentNotFound")]
    assert fake.opened().gone([post.id for post in posts]) == {posts[3].id}
    assert [len(asked.params["id"].split(",")) for asked in fake.requests] == [50, 25, 25, 10]


def test_a_recipe_names_a_video_or_a_channel(fake):
    with pytest.raises(ConfigError) as caught:
        fake.opened(videos=[])
    assert "say which videos or channels" in str(caught.value)
