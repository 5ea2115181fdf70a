"""What is particular to Reddit: searches and subreddits, posts and comments, what is gone, what PRAW may not do."""

from dataclasses import replace

import pytest
from made.platforms.base import Answer
from made.platforms.opened import count_sleeps, opened, records
from made.platforms.reddit import FakeReddit

from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlatformError


@pytest.fixture
def fake():
    with FakeReddit().serving() as served:
        yield served


def test_brands_are_searched_for_where_no_subreddit_is_named(fake):
    brands = ("Brindlecart", "Brindle Cart", "brindlecart", "#brindle")
    with opened(fake, brands, subreddits=[]) as platform:
        assert platform.parts() == ("search Brindlecart", 'search "Brindle Cart"', "search #brindle")
    with opened(fake, brands) as platform:
        assert platform.parts() == ("r/brindlecart", "r/brindlecart comments")
    with opened(fake, brands, searches=["late parcel"], subreddits=["/r/Carts/"]) as platform:
        assert platform.parts() == ("search late parcel", "r/Carts", "r/Carts comments")


def test_searches_can_stay_within_subreddits(fake):
    fake.add(6, words="Brindlecart again, {}")
    with opened(fake, subreddits=[], within=["carts", "r/parcels"]) as platform:
        assert [record.comments[0].verbatim for record in records(platform)] == [
            "Brindlecart again, 5", "Brindlecart again, 0"]
    asked = fake.requests[-1]
    assert asked.path == "/r/carts+parcels/search"
    assert asked.params == {"q": "Brindlecart", "sort": "new", "t": "all", "type": "link", "restrict_sr": "true",
                            "limit": "100", "raw_json": "1"}


def test_a_post_is_its_title_and_its_text(fake):
    [post] = fake.add(1)
    fake.more[post.id] = {"title": "Never again", "selftext": "It came a week late."}
    with opened(fake) as platform:
        [comment] = records(platform)[0].comments
    assert (comment.verbatim, comment.author) == ("Never again\n\nIt came a week late.", "author-0")


@pytest.mark.parametrize(("more", "why"), [
    ({"author": "Brindlecart_Help"}, "written by an own account"),
    ({"author": "AutoModerator"}, "said as a moderator"), ({"distinguished": "moderator"}, "said as a moderator"),
    ({"crosspost_parent": "t3_1abcde"}, "another post, passed on"), ({"promoted": True}, "an advertisement")])
def test_what_no_customer_says_is_skipped(fake, more, why):
    [post] = fake.add(1)
    fake.more[post.id] = more
    with opened(fake, own_accounts=["u/brindlecart_help"]) as platform:
        [record] = records(platform)
    assert (record.comments, record.why_skipped, record.is_removed) == ((), why, False)


@pytest.mark.parametrize(("more", "is_removed"), [
    ({"selftext": "[removed]", "removed_by_category": "moderator"}, True), ({"selftext": "[deleted]"}, True),
    ({"removed_by_category": "reddit"}, True), ({"author": "[deleted]", "selftext": "Still here"}, False)])
def test_only_what_has_lost_its_words_is_removed(fake, more, is_removed):
    [post] = fake.add(1)
    fake.more[post.id] = more
    with opened(fake) as platform:
        [record] = records(platform)
        assert platform.gone([post.id]) == ({post.id} if is_removed else set())
    assert record.is_removed is is_removed
    assert [comment.author for comment in record.comments] == ([] if is_removed else [None])


def test_a_hundred_are_asked_for_at_once_whether_they_are_there(fake):
    posts = fake.add(100)
    fake.remove(posts[3])
    del fake.posts[posts[10].id]
    with opened(fake) as platform:
        assert platform.gone([post.id for post in posts]) == {posts[3].id, posts[10].id}
    assert [asked.path for asked in fake.requests] == ["/api/v1/access_token", "/api/info"]


def test_nothing_that_says_who_wrote_is_kept_but_the_author(fake):
    fake.add(2)
    with opened(fake) as platform:
        [raw] = platform.page("r/brindlecart comments", None, None).raws
    assert raw == {"name": "t1_1k00001", "author": {"id": "author-1"}, "body": "The parcel came late, number 1",
                   "created_utc": raw["created_utc"], "edited": False, "subreddit": "brindlecart",
                   "permalink": "/r/brindlecart/comments/1k00000/how/1k00001/", "distinguished": None, "is_own": False}


def test_a_token_that_has_run_out_is_asked_for_anew_once(fake):
    fake.add(1)
    with opened(fake) as platform:
        platform.page("r/brindlecart", None, None)
        fake.expired = 1
        assert len(platform.page("r/brindlecart", None, None).raws) == 1
        fake.expired = 2
        with pytest.raises(PlatformError) as caught:
            platform.page("r/brindlecart", None, None)
    assert str(caught.value) == ("127.0.0.1/r/brindlecart/new: the platform refuses the credentials (401). "
                                 "Check the secrets and rights of this source.")


@pytest.mark.parametrize(("answer", "said", "is_permanent"), [
    (Answer({"error": "unauthorized_client"}), "reddit.com: the platform refuses the credentials. "
     "Check the secrets and rights of this source.", True),
    (Answer("", 302, {"Location": "https://elsewhere.example/login"}),
     "127.0.0.1/api/v1/access_token: the platform refused what was asked (302).", True),
    (Answer("<html>busy</html>"), "127.0.0.1/api/v1/access_token: the answer to POST is no whole JSON.", False)])
def test_errors_of_the_login_are_said(fake, answer, said, is_permanent):
    fake.faults = [answer]
    with opened(fake) as platform, pytest.raises(PlatformError) as caught:
        platform.page("r/brindlecart", None, None)
    assert (str(caught.value), caught.value.permanent) == (said, is_permanent)


def test_a_subreddit_that_is_not_there_is_said(fake):
    fake.faults = [None, Answer("", 302, {"Location": f"{fake.url}/subreddits/search?q=brindlecart"})]
    with opened(fake) as platform, pytest.raises(PlatformError) as caught:
        platform.page("r/brindlecart", None, None)
    assert str(caught.value) == ("127.0.0.1/r/brindlecart/new: there is no such subreddit. "
                                 "Check the names of subreddits of this source in the recipe.")


def test_the_library_neither_waits_nor_tries_again(fake, monkeypatch):
    """The server says that no request is left for eight minutes, and then that it has a fault."""
    fake.add(1)
    slept = count_sleeps(monkeypatch)
    with opened(fake) as platform:
        for _ in range(3):
            platform.page("r/brindlecart", None, None)
        n_asked, fake.faults = len(fake.requests), [Answer("", 503)]
        with pytest.raises(PlatformError):
            platform.page("r/brindlecart", None, None)
    assert (slept, len(fake.requests)) == ([], n_asked + 1)


def test_variables_of_the_machine_change_nothing(fake, monkeypatch):
    for name in ("username", "password", "refresh_token", "client_secret"):
        monkeypatch.setenv(f"praw_{name}", "wrong")
    [post] = fake.add(1)
    fake.posts[post.id] = replace(post, words="Seen")
    with opened(fake, contact="u/ana") as platform:
        assert records(platform)[0].comments[0].verbatim == "Seen"
    assert fake.requests[0].form == {"grant_type": "client_credentials"}
    assert " (by /u/ana) PRAW/" in fake.requests[0].headers["user-agent"]


@pytest.mark.parametrize(("options", "said"), [
    ({"subreddits": ["not a name"]}, "source 'src': subreddits: 'not a name' is no name of a subreddit."),
    ({"subreddits": []}, "source 'src': nothing to search for. "
     "Name searches in this source, or brands in the recipe.")])
def test_what_a_recipe_says_wrongly(fake, options, said):
    with pytest.raises(ConfigError) as caught, opened(fake, (), **options):
        pass
    assert str(caught.value) == said
