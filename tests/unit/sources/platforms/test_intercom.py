"""Intercom: first words and ratings of conversations, who began them, and what is asked of the API."""

from contextlib import ExitStack, closing
from datetime import timedelta

import pytest
from made.platforms.base import START, Answer, Post
from made.platforms.intercom import FakeIntercom, conversation

from cx_text.comment import RatingScale
from cx_text.config import SourceEntry
from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlaceGone, PlatformError, UnreadableRecord
from cx_text.sources.platforms.opening import open_platform

CHANGED_AT = START + timedelta(hours=2)
POST = Post("1000", "Where is my order?", "5ba682d23d7cf92bef87bfd4", START, CHANGED_AT)
RATED = {"rating": 2, "remark": "Nobody answered", "created_at": int(CHANGED_AT.timestamp()),
         "contact": {"type": "contact", "id": "5ba682d23d7cf92bef87bfd4", "external_id": None}}


@pytest.fixture
def opened():
    """Open the platform with options; closed in the end."""
    with ExitStack() as closing_all:
        yield lambda **options: closing_all.enter_context(closing(open_platform(
            SourceEntry.model_validate({"name": "chat", "platform": "intercom", **options}), FakeIntercom.secrets)))


def raw(source=None, **more):
    given = conversation(POST)
    plain = {"body": "Where is my order?", **(source or {})}
    return {**given, "source": {**given["source"], **plain}, **more}


def test_words_and_rating_of_one_conversation(opened):
    platform = opened(attributes=["Country", "Orders", "Plan"], tags=["delivery", "bug"])
    record = platform.read(raw(conversation_rating=RATED))
    given = {"author": "5ba682d23d7cf92bef87bfd4", "segments": {
        "channel": "conversation", "Country": "NL", "Orders": "3", "delivery": "yes", "bug": "no"}}
    assert (record.key, record.at) == ("1000", CHANGED_AT)
    assert record.comments == (
        platform.comment("1000", "Where is my order?", of="words", received_at=START, **given),
        platform.comment("1000", "Nobody answered", of="rating", received_at=CHANGED_AT, rating=2,
                         rating_scale=RatingScale(1, 5), **given))


@pytest.mark.parametrize(("what", "ids"), [
    (["words"], ["chat:1000:words"]), (["ratings"], ["chat:1000:rating"]),
    (["ratings", "words"], ["chat:1000:words", "chat:1000:rating"])])
def test_what_is_read_is_the_recipes(opened, what, ids):
    assert [comment.id for comment in opened(what=what).read(raw(conversation_rating=RATED)).comments] == ids


@pytest.mark.parametrize("source", [
    {"delivered_as": "admin_initiated", "author": {"type": "admin", "id": "814860"}},
    {"delivered_as": "automated", "author": {"type": "admin", "id": "814860"}},
    {"delivered_as": "operator_initiated", "author": {"type": "bot", "id": "814861"}},
    {"delivered_as": "campaigns_initiated", "author": {"type": "user", "id": "5ba682d23d7cf92bef87bfd4"}},
    {"type": "twitter"}, {"body": ""}, {"body": None},
])
def test_what_the_customer_did_not_begin_has_only_a_rating(opened, source):
    record = opened().read(raw(source))
    assert (record.comments, record.why_skipped) == ((), "no customer's first words and no rating")
    [comment] = opened().read(raw(source, conversation_rating=RATED)).comments
    assert (comment.verbatim, comment.rating, comment.author) == ("Nobody answered", 2, "5ba682d23d7cf92bef87bfd4")


def test_a_rating_without_words_counts_and_one_off_the_scale_is_refused(opened):
    [_, comment] = opened().read(raw(conversation_rating={**RATED, "remark": None})).comments
    assert (comment.verbatim, comment.rating) == ("", 2)
    with pytest.raises(UnreadableRecord, match=r"^conversation_rating\.rating is no whole number from 1 to 5$"):
        opened().read(raw(conversation_rating={**RATED, "rating": 7}))


def test_first_words_that_were_redacted_are_removed(opened):
    record = opened().read(raw({"redacted": True, "body": "<p><i>This message was deleted</i></p>"}))
    assert (record.key, record.is_removed, record.comments) == ("1000", True, ())


def test_a_page_holds_plain_words_and_names_nobody(opened):
    with FakeIntercom().serving() as fake:
        [post] = fake.add(1, words="Late & cold\nagain <3")
        [kept] = opened(base_url=fake.url).page("", None, None).raws
    assert kept["source"]["body"] == post.words
    assert kept["source"]["author"] == {"type": "user", "id": "author-0"}
    assert "Sarah" not in str(kept)
    assert "jo@brindlecart.example" not in str(kept)
    assert kept["tags"]["tags"][0]["name"] == "delivery"


def test_what_is_asked(opened, monkeypatch):
    with FakeIntercom().serving() as fake:
        fake.add(3)
        platform = opened(base_url=fake.url)
        monkeypatch.setattr(platform, "page_rows", 2)
        page = platform.page("", START, None)
        rest = platform.page("", START, page.next_place)
        first, second = (asked.json["pagination"] for asked in fake.requests)
        assert fake.requests[0].json["query"]["value"] == int(START.timestamp()) - 1
        assert fake.requests[0].headers["authorization"] == "Bearer dG9rOmludGVyY29t"
    assert (first, second) == ({"per_page": 2}, {"per_page": 2, "starting_after": page.next_place})
    assert (len(page.raws), len(rest.raws), rest.next_place) == (2, 1, None)


@pytest.mark.parametrize(("region", "url"), [
    ("us", "https://app.intercom.com/a/inbox/w1x2y3/inbox/conversation/1000"),
    ("eu", "https://app.eu.intercom.com/a/inbox/w1x2y3/inbox/conversation/1000")])
def test_addresses_of_regions(opened, region, url):
    assert opened(region=region, workspace="w1x2y3").read(raw()).comments[0].url == url
    assert opened(region=region).read(raw()).comments[0].url is None


def test_a_place_that_is_known_no_more(opened):
    with FakeIntercom().serving() as fake, pytest.raises(PlaceGone) as raised:
        opened(base_url=fake.url).page("", None, "not a place")
    assert str(raised.value) == "127.0.0.1/conversations/search: the platform refused what was asked (400)."


def test_the_end_of_a_limit_is_told_in_a_header(opened):
    with FakeIntercom().serving() as fake:
        fake.faults = [Answer({}, 429, {"X-RateLimit-Limit": "1666", "X-RateLimit-Reset": "10"})]
        with pytest.raises(PlatformError) as raised:
            opened(base_url=fake.url).page("", None, None)
    assert (raised.value.permanent, raised.value.retry_after_seconds) == (False, 10)


@pytest.mark.parametrize(("options", "said"), [
    ({"region": "uk"}, "source 'chat': region: input should be 'us', 'eu' or 'au'."),
    ({"workspace": "https://app.intercom.com"}, "source 'chat': workspace: string should match pattern '^[a-z0-9]+$'."),
    ({"what": []}, "source 'chat': what: tuple should have at least 1 item after validation, not 0."),
])
def test_options_that_are_wrong(opened, options, said):
    with pytest.raises(ConfigError) as raised:
        opened(**options)
    assert str(raised.value) == said
