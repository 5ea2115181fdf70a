"""What is particular about reviews in the App Store."""

from datetime import UTC, datetime

import pytest
from made.platforms.app_store import APP, LINK, FakeAppStore
from made.platforms.base import Answer
from made.platforms.opened import opened

from cx_text.comment import RatingScale
from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlatformError, UnreadableRecord

REVIEW = {"author": {"uri": {"label": "https://itunes.apple.com/gb/reviews/id42"}}, "country": "gb",
          "updated": {"label": "2026-03-01T08:10:34-07:00"}, "im:rating": {"label": "2"},
          "im:version": {"label": "7.2.1"}, "id": {"label": "9001"}, "title": {"label": "Not what it was"},
          "content": {"label": "It logs me out twice a day.", "attributes": {"type": "text"}},
          "link": {"attributes": {"rel": "related", "href": LINK}}}


@pytest.fixture
def fake():
    with FakeAppStore().serving() as served:
        yield served


@pytest.fixture
def platform(fake):
    with opened(fake, countries=["us", "gb"]) as platform:
        yield platform


def test_a_review_has_title_words_stars_and_who_wrote_it(platform):
    record = platform.read(REVIEW)
    [comment] = record.comments
    assert (record.key, record.at) == ("9001", datetime(2026, 3, 1, 15, 10, 34, tzinfo=UTC))
    assert comment.id == "src:9001"
    assert comment.verbatim == "Not what it was\nIt logs me out twice a day."
    assert (comment.rating, comment.rating_scale, comment.received_at) == (2, RatingScale(1, 5), record.at)
    assert comment.author == "https://itunes.apple.com/gb/reviews/id42"
    assert comment.segments == {"country": "gb", "version": "7.2.1"}
    assert comment.url == LINK


@pytest.mark.parametrize(("title", "body", "verbatim"), [
    ("", "It works", "It works"), ("It works", "", "It works"), ("It works", "It works", "It works"),
    ("It works", "It works for me", "It works for me"), ("No", "Nothing works", "No\nNothing works")])
def test_a_title_that_repeats_the_words_is_left_out(platform, title, body, verbatim):
    [comment] = platform.read({**REVIEW, "title": {"label": title}, "content": {"label": body}}).comments
    assert comment.verbatim == verbatim


def test_segments_can_be_chosen(fake):
    with opened(fake, segments=["version"]) as platform:
        [comment] = platform.read(REVIEW).comments
    assert comment.segments == {"version": "7.2.1"}


@pytest.mark.parametrize("stars", ["0", "6", "4.5", "many"])
def test_stars_that_are_none_are_refused(platform, stars):
    with pytest.raises(UnreadableRecord, match=r"^im:rating.label is no whole number from 1 to 5$"):
        platform.read({**REVIEW, "im:rating": {"label": stars}})


def test_each_country_is_a_part_and_all_ten_pages_are_asked_for(fake, platform):
    page = platform.page("gb", None, None)
    while page.next_place is not None:
        page = platform.page("gb", None, page.next_place)
    assert platform.parts() == ("us", "gb")
    assert [asked.path for asked in fake.requests] == [
        f"/gb/rss/customerreviews/page={n}/id={APP}/sortby=mostrecent/json" for n in range(1, 11)]


def test_one_review_is_no_list_and_the_app_itself_is_none(fake, platform):
    [post] = fake.add(1)
    [alone] = platform.page("us", None, None).raws
    fake.has_app_entry = True
    [second] = platform.page("us", None, None).raws
    assert alone == second
    assert (alone["id"]["label"], alone["country"]) == (post.id, "us")


def test_names_of_reviewers_are_not_kept(fake, platform):
    fake.add(1)
    [raw] = platform.page("us", None, None).raws
    assert raw["author"] == {"uri": {"label": "https://itunes.apple.com/us/reviews/id700000"}}


def test_what_is_no_feed_is_tried_again(fake, platform):
    fake.faults = [Answer({"errors": []})]
    with pytest.raises(PlatformError) as caught:
        platform.page("us", None, None)
    assert (str(caught.value), caught.value.permanent) == ("the answer is no feed.", False)


def test_an_app_that_is_not_there_is_told(fake):
    with opened(fake, app="1") as platform, pytest.raises(PlatformError) as caught:
        platform.page("us", None, None)
    assert str(caught.value) == (
        "127.0.0.1/us/rss/customerreviews/page=1/id=1/sortby=mostrecent/json: there is no such thing on the platform "
        "(404). Check the names and ids of this source in the recipe.")


@pytest.mark.parametrize(("options", "said"), [
    ({"app": "id1234"}, "app: string should match pattern '^\\d{1,20}$'."),
    ({"countries": []}, "countries: tuple should have at least 1 item after validation, not 0."),
    ({"countries": ["USA"]}, "countries.0: string should match pattern '^[a-z]{2}$'."),
    ({"segments": ["device"]}, "segments.0: input should be 'country' or 'version'."),
    ({"country": "us"}, "unknown key 'country'; did you mean 'countries'?")])
def test_wrong_options_are_told(fake, options, said):
    with pytest.raises(ConfigError) as caught, opened(fake, **options):
        pass
    assert str(caught.value) == f"source 'src': {said}"
