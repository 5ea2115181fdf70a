"""What is particular about reviews in App Store Connect."""

from datetime import UTC, datetime

import pytest
from made.platforms.app_store_connect import APP, FakeAppStoreConnect
from made.platforms.base import Answer
from made.platforms.opened import opened

from cx_text.comment import RatingScale
from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlaceGone, PlatformError, UnreadableRecord

REVIEW = {"type": "customerReviews", "id": "00000028-b08c-0014-729e-fbd500000000", "attributes": {
    "rating": 2, "title": "Not what it was", "body": "It logs me out twice a day.",
    "createdDate": "2026-03-01T08:10:34-08:00", "territory": "DEU"}}


@pytest.fixture
def fake():
    with FakeAppStoreConnect().serving() as served:
        yield served


@pytest.fixture
def platform(fake):
    with opened(fake) as platform:
        yield platform


def test_a_review_has_title_words_stars_and_territory(platform):
    record = platform.read(REVIEW)
    [comment] = record.comments
    assert (record.key, record.at) == (REVIEW["id"], datetime(2026, 3, 1, 16, 10, 34, tzinfo=UTC))
    assert comment.verbatim == "Not what it was\nIt logs me out twice a day."
    assert (comment.rating, comment.rating_scale, comment.received_at) == (2, RatingScale(1, 5), record.at)
    assert (comment.segments, comment.author, comment.url) == ({"country": "DEU"}, None, None)


def test_stars_alone_are_a_comment_without_words(platform):
    [comment] = platform.read({"id": "1", "attributes": {"rating": 5, "title": None, "body": None}}).comments
    assert (comment.verbatim, comment.rating, comment.segments) == ("", 5, {})


def test_a_review_without_an_id_is_refused(platform):
    with pytest.raises(UnreadableRecord, match=r"^id is missing$"):
        platform.read({**REVIEW, "id": None})


def test_what_is_asked_for(fake):
    fake.add(3)
    with opened(fake, territories=["DEU", "AUT"]) as platform:
        first = platform.page("", None, None)
        assert first.next_place is None
    [asked] = fake.requests
    assert asked.path == f"/v1/apps/{APP}/customerReviews"
    assert asked.params == {"sort": "-createdDate", "limit": "200", "include": "response",
                            "filter[territory]": "DEU,AUT"}


def test_the_next_page_is_asked_for_by_its_cursor(fake, platform, monkeypatch):
    monkeypatch.setattr(type(platform), "page_rows", 2)
    posts = fake.add(3)
    first = platform.page("", None, None)
    second = platform.page("", None, first.next_place)
    assert (first.next_place, second.next_place) == ("AQ.2", None)
    assert [raw["id"] for raw in (*first.raws, *second.raws)] == [post.id for post in reversed(posts)]


def test_nicknames_are_not_kept(fake, platform):
    fake.add(1)
    [raw] = platform.page("", None, None).raws
    assert set(raw["attributes"]) == {"rating", "title", "body", "createdDate", "territory"}


def test_a_cursor_that_is_too_old_begins_the_look_anew(fake, platform):
    with pytest.raises(PlaceGone) as caught:
        platform.page("", None, "old")
    assert str(caught.value) == "the platform refused what was asked (400). Check the options of this source."


def test_what_is_gone_is_found_one_by_one(fake, platform):
    posts = fake.add(3)
    fake.remove(posts[1])
    assert platform.gone([post.id for post in posts]) == {posts[1].id}
    assert [asked.path for asked in fake.requests] == [f"/v1/customerReviews/{post.id}" for post in posts]


def test_a_fault_while_asking_what_is_gone_marks_nothing(fake, platform):
    [post] = fake.add(1)
    fake.faults = [Answer({}, 403)]
    with pytest.raises(PlatformError) as caught:
        platform.gone([post.id])
    assert str(caught.value) == (f"127.0.0.1/v1/customerReviews/{post.id}: the credentials may not read this (403). "
                                 "Check the secrets and rights of this source.")


def test_an_app_that_is_not_there_is_told(fake):
    with opened(fake, app="1") as platform, pytest.raises(PlatformError) as caught:
        platform.page("", None, None)
    assert str(caught.value) == ("127.0.0.1/v1/apps/1/customerReviews: there is no such thing on the platform (404). "
                                 "Check the names and ids of this source in the recipe.")


@pytest.mark.parametrize(("options", "said"), [
    ({"app": "brindlecart"}, "source 'src': app: string should match pattern '^\\d{1,20}$'."),
    ({"territories": ["us"]}, "source 'src': territories.0: string should match pattern '^[A-Z]{3}$'."),
    ({"secrets": {"token": "X"}},
     "source 'src': no secret 'token'; app_store_connect has key_id, issuer_id, private_key.")])
def test_wrong_options_are_told(fake, options, said):
    with pytest.raises(ConfigError) as caught, opened(fake, **options):
        pass
    assert str(caught.value) == said
