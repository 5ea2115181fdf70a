"""What is particular to Bluesky: searches, times that apps make up, logins that run out, and labels."""

from datetime import UTC, datetime

import pytest
from made.platforms.base import Answer
from made.platforms.bluesky import FakeBluesky
from made.platforms.opened import count_sleeps, opened, records

from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlaceGone, PlatformError, UnreadableRecord


@pytest.fixture
def fake():
    with FakeBluesky().serving() as served:
        yield served


def test_each_spelling_is_searched_for_in_each_language(fake):
    fake.add(1)
    with opened(fake, ("Brindlecart", 'The "Cart"', "#brindle")) as platform:
        assert platform.parts() == ("Brindlecart", '"The Cart"', "#brindle")
        platform.page('"The Cart"', datetime(2026, 3, 1, 8, 0, 0, 5, tzinfo=UTC), None)
    assert fake.requests[-1].params == {"q": '"The Cart"', "sort": "latest", "since": "2026-03-01T08:00:00Z",
                                        "limit": "100"}
    with opened(fake, searches=["cart"], languages=["en", "de"]) as platform:
        assert platform.parts() == ("cart in en", "cart in de")
        platform.page("cart in de", None, "0")
    assert fake.requests[-1].params == {"q": "cart", "lang": "de", "sort": "latest", "limit": "100", "cursor": "0"}


@pytest.mark.parametrize(("made_at", "at"), [
    ("2031-01-01T00:00:00Z", "2026-03-02T09:00:00+00:00"),
    ("2025-12-24T19:00:00.000+01:00", "2025-12-24T18:00:00+00:00"),
    ("yesterday", "2026-03-02T09:00:00+00:00"), (None, "2026-03-02T09:00:00+00:00")])
def test_no_post_is_later_than_it_was_seen(fake, made_at, at):
    [post] = fake.add(1)
    fake.more[post.id] = {"indexedAt": "2026-03-02T09:00:00Z", "record": {"text": "Late", "createdAt": made_at}}
    with opened(fake) as platform:
        [record] = records(platform)
    assert record.at.isoformat() == at
    assert record.comments[0].received_at == record.at


@pytest.mark.parametrize(("more", "why", "is_removed"), [
    ({"author": {"did": "did:plc:x", "handle": "Brindlecart.example"}}, "written by an own account", False),
    ({"labels": [{"val": "spam", "src": "did:plc:m"}]}, "labelled as spam", False),
    ({"labels": [{"val": "!takedown"}]}, None, True), ({"record": {"text": " "}}, "no words", False)])
def test_what_no_customer_says_is_skipped(fake, more, why, is_removed):
    [post] = fake.add(1)
    fake.more[post.id] = more
    with opened(fake, own_accounts=["@brindlecart.example"]) as platform:
        [record] = records(platform)
    assert (record.comments, record.why_skipped, record.is_removed) == ((), why, is_removed)


def test_an_odd_post_does_not_lose_its_page(fake):
    posts = fake.add(3)
    fake.more[posts[1].id] = {"record": "gone", "author": 7, "labels": {}, "uri": "at://did:plc:x/app.bsky.feed.like/1"}
    with opened(fake) as platform:
        newest, odd, oldest = platform.page("Brindlecart", None, None).raws
        assert [platform.read(raw).key for raw in (newest, oldest)] == [posts[2].id, posts[0].id]
        with pytest.raises(UnreadableRecord, match=r"^uri is no address of a post$"):
            platform.read(odd)


def test_nobody_is_named_in_what_is_kept(fake):
    [post] = fake.add(1)
    with opened(fake) as platform:
        [raw] = platform.page("Brindlecart", None, None).raws
    assert raw == {
        "uri": post.id, "indexedAt": "2026-03-01T08:00:00.312Z", "author": {"did": post.id.split("/")[2]}, "labels": [],
        "record": {"text": post.words, "createdAt": "2026-03-01T08:00:00.000Z", "langs": ["en"]}, "is_own": False}


def test_twenty_five_are_asked_for_at_once_whether_they_are_there(fake):
    posts = fake.add(60)
    fake.remove(posts[30])
    with opened(fake) as platform:
        assert platform.gone([post.id for post in posts]) == {posts[30].id}
    assert len(fake.requests) == 1 + 3


def test_a_login_that_has_run_out_is_made_anew_once(fake):
    fake.add(1)
    with opened(fake) as platform:
        platform.page("Brindlecart", None, None)
        fake.expired = 1
        assert len(platform.page("Brindlecart", None, None).raws) == 1
        assert fake.n_logins == 2
        fake.expired = 2
        with pytest.raises(PlatformError) as caught:
            platform.page("Brindlecart", None, None)
    assert str(caught.value) == "127.0.0.1/xrpc/app.bsky.feed.searchPosts: the platform refused what was asked (400)."


def test_a_cursor_that_repeats_ends_the_search(fake):
    fake.faults = [None, Answer({"posts": [], "cursor": "100"})]
    with opened(fake) as platform:
        assert platform.page("Brindlecart", None, "100").next_place is None


@pytest.mark.parametrize(("answer", "kind", "said"), [
    (Answer({"error": "InvalidRequest", "message": "secret words"}, 400), PlaceGone,
     "127.0.0.1/xrpc/app.bsky.feed.searchPosts: the platform does not know this cursor."),
    (Answer("", 302, {"Location": "https://elsewhere.example/"}), PlatformError,
     "127.0.0.1/xrpc/app.bsky.feed.searchPosts: the platform refused what was asked (302)."),
    (Answer([]), PlatformError, "127.0.0.1/xrpc/app.bsky.feed.searchPosts: the answer is no whole JSON.")])
def test_errors_are_said_without_what_was_asked(fake, monkeypatch, answer, kind, said):
    slept = count_sleeps(monkeypatch)
    fake.faults = [None, answer]
    with opened(fake) as platform, pytest.raises(kind) as caught:
        platform.page("Brindlecart", None, "5")
    assert (str(caught.value), slept) == (said, [])


def test_without_brands_and_searches_there_is_nothing_to_do(fake):
    with pytest.raises(ConfigError) as caught, opened(fake, ()):
        pass
    assert str(caught.value) == ("source 'src': nothing to search for. "
                                 "Name searches in this source, or brands in the recipe.")
