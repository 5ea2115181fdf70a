"""What is particular to X: searches made from brands, seven days, edits under other ids, caps, and what is gone."""

from datetime import UTC, datetime, timedelta

import pytest
from made.platforms.base import START, Answer
from made.platforms.x import QUERY, TYPES, FakeX, id_at

from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlaceGone, PlatformError, UnreadableRecord
from cx_text.sources.platforms.x import made_at


@pytest.fixture
def fake():
    with FakeX().serving() as served:
        yield served


def refused(fake, answer):
    fake.faults = [answer]
    with pytest.raises(PlatformError) as caught:
        fake.opened().page(QUERY, None, None)
    return caught.value


def test_searches_are_made_from_brands(fake):
    platform = fake.opened(brands=("Brindle Cart", "#brindle", "@brindlecart", 'The "Cart"', "Brindle Cart"),
                      language="en", own_accounts=["@brindlecart"])
    assert platform.parts() == (
        '("Brindle Cart" OR #brindle OR @brindlecart OR "The Cart") -is:retweet lang:en -from:brindlecart',)


def test_a_search_that_is_too_long_becomes_several(fake):
    brands = tuple(f"Brindle number {n}" for n in range(60))
    parts = fake.opened(brands=brands).parts()
    assert len(parts) > 1
    assert max(len(part) for part in parts) <= 512
    assert all(sum(f'"{brand}"' in part for part in parts) == 1 for brand in brands)


def test_a_recipe_can_say_the_search_itself(fake):
    assert fake.opened(search="brindle -cart").parts() == ("(brindle -cart) -is:retweet",)
    with pytest.raises(ConfigError) as caught:
        fake.opened(search="b" * 600)
    assert str(caught.value) == ("source 'src': a search of 614 characters; X takes 512. "
                                 "Search for less, or set longest_search.")


def test_without_brands_there_is_nothing_to_search_for(fake):
    with pytest.raises(ConfigError) as caught:
        fake.opened(brands=())
    assert str(caught.value) == ("source 'src': nothing to search for. "
                                 "Name searches in this source, or brands in the recipe.")


def test_times_that_x_refuses_are_not_asked_for(fake):
    now, platform = datetime.now(UTC), fake.opened()
    for since in (None, now - timedelta(days=8), now - timedelta(days=2), now):
        platform.page(QUERY, since, None)
    first, second, third, fourth = (asked.params.get("start_time") for asked in fake.requests)
    assert (first, second, third) == (None, None, (now - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert datetime.fromisoformat(fourth) < now - timedelta(seconds=15)


def test_an_edited_post_is_known_by_its_first_id_and_time(fake):
    [post] = fake.add(1)
    later = fake.edit(post, "Now it came")
    record = fake.opened().read(fake.post(later))
    assert (record.key, record.at) == (post.id, post.created_at + timedelta(minutes=1))
    assert record.comments[0].received_at == post.created_at
    assert made_at(id_at(START)) == START
    assert (made_at("1234"), made_at("odd")) == (None, None)


def test_reposts_are_skipped_and_long_posts_are_whole(fake):
    platform = fake.opened(segments=["kind"])
    raw = {"id": "1", "text": "RT", "referenced_tweets": [{"type": "retweeted", "id": "9"}]}
    assert platform.read(raw).why_skipped == "a repost"
    raw = {"id": "1", "text": "It was…", "note_tweet": {"text": "It was late & wet"},
           "referenced_tweets": [{"type": "quoted", "id": "9"}]}
    [comment] = platform.read(raw).comments
    assert (comment.verbatim, comment.segments) == ("It was late & wet", {"kind": "quote"})
    with pytest.raises(UnreadableRecord, match=r"^edit_history_tweet_ids is no list of ids$"):
        platform.read({"id": "1", "edit_history_tweet_ids": [1]})


def test_errors_are_told_apart_by_their_type(fake):
    where = "127.0.0.1/2/tweets/search/recent: "
    told = refused(fake, Answer({"title": "UsageCapExceeded", "period": "Monthly", "type": f"{TYPES}usage-capped"}, 429,
                                {"x-rate-limit-reset": "1"}))
    assert str(told) == f"{where}the posts that your access allows are used up (429)."
    assert (told.permanent, told.retry_after_seconds) == (False, 86_400)
    told = refused(fake, Answer({"title": "CreditsDepleted", "type": "https://api.x.com/2/problems/credits"}, 402))
    assert (str(told), told.permanent) == (
        f"{where}the account has no credits left (402). Buy some in X's developer console.", True)
    told = refused(fake, Answer({"errors": [{"parameters": {"next_token": ["x"]}}], "title": "Invalid Request"}, 400))
    assert isinstance(told, PlaceGone)
    told = refused(fake, Answer({"errors": [{"parameters": {"query": ["x"]}}], "title": "Invalid Request"}, 400))
    assert str(told) == f"{where}the platform refused what was asked (400)."


def test_a_rate_limit_says_when_it_ends(fake):
    at = datetime.now(UTC).timestamp() + 600
    told = refused(fake, Answer({"title": "Too Many Requests"}, 429, {"x-rate-limit-reset": f"{at:.0f}"}))
    assert (told.permanent, 590 < told.retry_after_seconds < 602) == (False, True)


def test_removed_posts_and_those_of_hidden_accounts_are_gone(fake):
    fake.faults = [Answer({"data": [{"id": "1", "text": "x"}], "errors": [
        {"resource_id": "2", "value": "2", "type": f"{TYPES}resource-not-found"},
        {"resource_id": "3", "value": "3", "type": f"{TYPES}not-authorized-for-resource"},
        {"resource_id": "9", "parameter": "ids", "type": f"{TYPES}resource-not-found"},
        {"value": "4", "type": "about:blank"}]})]
    assert fake.opened().gone(["1", "2", "3", "4"]) == {"2", "3"}
    assert fake.requests[0].params == {"ids": "1,2,3,4"}
