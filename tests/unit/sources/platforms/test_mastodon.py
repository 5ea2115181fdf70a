"""What is particular to Mastodon: hashtags and searches, HTML, old servers, and what its library must not do."""

from datetime import UTC, datetime

import pytest
from made.platforms.base import Answer
from made.platforms.mastodon import FakeMastodon
from made.platforms.opened import count_sleeps, opened, records

from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlatformError


@pytest.fixture
def fake():
    with FakeMastodon().serving() as served:
        yield served


def test_brands_are_read_as_hashtags(fake):
    with opened(fake, ("Brindle & Co", "#BrindleCo", "@brindle", "brindleandco")) as platform:
        assert platform.parts() == ("#brindleandco", "#brindleco", "#brindle")
    with opened(fake, searches=["late parcel"]) as platform:
        assert platform.parts() == ("search late parcel",)
    with opened(fake, hashtags=["#Café"], searches=["cart"]) as platform:
        assert platform.parts() == ("#café", "search cart")


def test_searches_go_on_until_a_page_is_empty(fake, monkeypatch):
    fake.add(50)
    with opened(fake, searches=["came late"]) as platform:
        pages, place = [], None
        while not pages or place is not None:
            pages.append(platform.page("search came late", datetime(2026, 3, 1, tzinfo=UTC), place))
            place = pages[-1].next_place
    assert [len(page.raws) for page in pages] == [40, 10, 0]
    assert fake.requests[-1].params == {"q": "came late", "type": "statuses", "limit": "40", "offset": "80"}


@pytest.mark.parametrize(("more", "verbatim"), [
    ({"content": '<p>Ask <span class="h-card"><a href="https://a.example/@b" class="u-url mention">@<span>b</span></a>'
                 '</span></p><p>Two &lt;b&gt;<br />three</p>'}, "Ask @b\nTwo <b>\nthree"),
    ({"content": '<p>See <a href="https://a.example/x"><span class="invisible">https://</span><span class="ellipsis">'
                 'a.example/</span><span class="invisible">x</span></a></p>'}, "See https://a.example/x"),
    ({"content": '<p class="quote-inline">RE: <a href="https://a.example/1">a.example/1</a></p><p>So true</p>'},
     "So true"),
    ({"content": "<p>It broke</p>", "spoiler_text": "a complaint"}, "a complaint\n\nIt broke")])
def test_words_are_as_a_reader_sees_them(fake, more, verbatim):
    [post] = fake.add(1)
    fake.more[post.id] = more
    with opened(fake) as platform:
        [record] = records(platform)
    assert record.comments[0].verbatim == verbatim


@pytest.mark.parametrize(("more", "why"), [
    ({"reblog": {"id": "1"}}, "another post, passed on"), ({"visibility": "unlisted"}, "not public"),
    ({"account": {"acct": "news@a.example", "bot": True}}, "written by an automated account"),
    ({"account": {"acct": "Brindle@fedi.example"}}, "written by an own account"),
    ({"account": {"acct": "brindlehelp"}}, "written by an own account"), ({"content": "<p></p>"}, "no words")])
def test_what_no_customer_says_is_skipped(fake, more, why):
    [post] = fake.add(1)
    fake.more[post.id] = more
    with opened(fake, own_accounts=["@brindle@fedi.example", "brindlehelp"]) as platform:
        [record] = records(platform)
    assert (record.comments, record.why_skipped) == ((), why)


def test_an_odd_post_does_not_lose_its_page(fake):
    posts = fake.add(3)
    fake.more[posts[1].id] = {"content": 7, "account": None, "created_at": "soon"}
    with opened(fake) as platform:
        raws = platform.page("#brindlecart", None, None).raws
    assert [raw["id"] for raw in raws] == [post.id for post in reversed(posts)]
    assert raws[1]["words"] == 7


def test_names_of_people_are_not_kept_but_in_the_address(fake):
    fake.add(1)
    with opened(fake) as platform:
        [raw] = platform.page("#brindlecart", None, None).raws
    assert raw.pop("url") == "https://fedi.example/@reader0/116000000000000000"
    assert raw == {"id": "116000000000000000", "created_at": "2026-03-01T08:00:00.000Z", "edited_at": None,
                   "in_reply_to_id": None, "spoiler_text": "", "visibility": "public", "language": "en",
                   "words": "The parcel came late, number 0", "account": {"uri": "https://fedi.example/ap/users/author-0"},
                   "is_own": False, "is_automated": False, "is_reblog": False}


def test_twenty_are_asked_for_at_once_whether_they_are_there(fake):
    posts = fake.add(45)
    fake.remove(posts[41])
    keys = [post.id for post in posts]
    with opened(fake) as platform:
        assert platform.gone(keys) == {posts[41].id}
        assert len(fake.requests) == 3
        fake.is_old = True
        assert platform.gone(keys) == frozenset()
        fake.faults = [Answer("", 503)]
        with pytest.raises(PlatformError):
            platform.gone(keys)


def test_the_library_neither_waits_nor_follows(fake, monkeypatch):
    """A limit that is reached, until an ISO time, and an answer that points to another host."""
    slept = count_sleeps(monkeypatch)
    fake.faults = [Answer({"error": "Too many requests"}, 429, {"X-RateLimit-Reset": "2999-01-01T00:00:00.5Z"}),
                   Answer("", 301, {"Location": "https://elsewhere.example/"})]
    with opened(fake) as platform:
        with pytest.raises(PlatformError) as caught:
            platform.page("#brindlecart", None, None)
        assert caught.value.retry_after_seconds > 1e9
        with pytest.raises(PlatformError) as caught:
            platform.page("#brindlecart", None, None)
    assert str(caught.value) == "127.0.0.1/api/v1/timelines/tag/brindlecart: the platform refused what was asked (301)."
    assert slept == []


@pytest.mark.parametrize(("options", "said"), [
    ({"hashtags": ["two words"]}, "source 'src': hashtags: 'two words' is no hashtag."),
    ({}, "source 'src': nothing to search for. Name searches in this source, or brands in the recipe."),
    ({"base_url": "http://fedi.example"},
     "base_url: what is sent to 'http://fedi.example' could be read on the way. Write it with https://.")])
def test_what_a_recipe_says_wrongly(fake, options, said):
    with pytest.raises(ConfigError) as caught, opened(fake, (), **options):
        pass
    assert str(caught.value) == said
