"""Hacker News: what is asked, and what is read in a hit."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from made.platforms.base import START, Post
from made.platforms.hacker_news import FakeHackerNews

from cx_text.config import SourceEntry
from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlatformError, UnreadableRecord
from cx_text.sources.platforms.opening import open_platform

STORY = {"objectID": "47000001", "author": "mia", "created_at_i": 1772352000, "title": "Brindlecart is slow",
         "story_text": "Two hours.\nAgain.", "url": None, "points": 12, "num_comments": 3}


@pytest.fixture
def fake():
    with FakeHackerNews().serving() as served:
        yield served


@pytest.fixture
def opened():
    """Return what opens the platform; all are closed at the end."""
    with contextlib.ExitStack() as stack:
        def open_one(fake=None, brands=("Brindlecart",), **more):
            entry = {"name": "hn", "platform": "hacker_news", **(fake.entry if fake else {}), **more}
            return stack.enter_context(contextlib.closing(
                open_platform(SourceEntry.model_validate(entry), {}, brands)))

        yield open_one


def test_a_story_is_its_title_and_what_is_below(opened):
    [comment] = opened().read(STORY).comments
    assert (comment.id, comment.verbatim, comment.author) == ("hn:47000001", "Brindlecart is slow\nTwo hours.\nAgain.",
                                                              "mia")
    assert comment.received_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert (comment.url, comment.segments) == ("https://news.ycombinator.com/item?id=47000001", {"kind": "story"})


@pytest.mark.parametrize(("change", "why"), [
    ({"story_text": None, "title": " "}, "no words"), ({"author": "brindle_ops"}, "written by an account of your own")])
def test_what_no_customer_said_is_skipped(opened, change, why):
    record = opened(own_accounts=["brindle_ops"]).read(STORY | change)
    assert (record.comments, record.why_skipped) == ((), why)


def test_what_was_deleted_is_removed_and_odd_hits_are_refused(opened):
    assert opened().read(STORY | {"comment_text": "[deleted]"}).is_removed
    with pytest.raises(UnreadableRecord, match=r"^comment_text is int, not words$"):
        opened().read(STORY | {"comment_text": 4})


def test_each_spelling_is_a_search_of_its_own(opened):
    assert opened(brands=("Brindlecart", "brindlecart", "#brindle", 'Brindle "Cart"')).parts() == (
        "brindlecart", "Brindle Cart")
    assert opened(searches=["late parcel"]).parts() == ("late parcel",)
    with pytest.raises(ConfigError) as error:
        opened(brands=("#brindle",)).parts()
    assert str(error.value) == ("source 'hn': nothing to search for. Name searches in this source, or brands in the "
                                "recipe.")


def test_what_is_asked(opened, fake):
    opened(fake, stories=False).page("Brindlecart", START, [1772355600, ["47000001"]])
    assert fake.requests[0].params == {
        "query": '"Brindlecart"', "tags": "comment", "hitsPerPage": "1000", "advancedSyntax": "true",
        "typoTolerance": "false", "restrictSearchableAttributes": "title,story_text,comment_text",
        "numericFilters": "created_at_i>=1772352000,created_at_i<=1772355600"}


def test_more_than_the_search_gives_for_one_query_comes_by_time(opened, fake):
    """Several of one second stand at the edge of a page, and none is given twice or left out."""
    for n in range(2500):
        at = START + timedelta(seconds=n // 3)
        fake.posts[f"{n}"] = Post(f"{n}", f"Number {n}", "mia", at, at)
    platform, place, ids = opened(fake), None, []
    while True:
        page = platform.page("Brindlecart", None, place)
        ids += [hit["objectID"] for hit in page.raws]
        place = page.next_place
        if place is None:
            break
    assert sorted(map(int, ids)) == list(range(2500))
    assert len(fake.requests) == 3


def test_a_second_with_more_than_a_page_is_stepped_over(opened, fake, monkeypatch):
    monkeypatch.setattr("cx_text.sources.platforms.hacker_news.HackerNews.page_rows", 10)
    fake.posts = {f"{n}": Post(f"{n}", "Now", "mia", START, START) for n in range(12)}
    platform = opened(fake)
    first = platform.page("Brindlecart", None, None)
    second = platform.page("Brindlecart", None, first.next_place)
    assert (len(first.raws), second.raws) == (10, ())
    assert platform.page("Brindlecart", None, second.next_place).next_place is None


def test_hits_without_times_are_an_error(opened, fake, monkeypatch):
    monkeypatch.setattr("cx_text.sources.platforms.hacker_news.HackerNews.page_rows", 2)
    fake.add(3)
    monkeypatch.setattr(fake, "hit", lambda post: {"objectID": post.id})
    with pytest.raises(PlatformError, match=r"^the hits say no times\.$"):
        opened(fake).page("Brindlecart", None, None)
