"""What is particular about reviews in the Play Console."""

from datetime import UTC, datetime

import pytest
from made.platforms.base import Answer
from made.platforms.opened import opened
from made.platforms.play_console import APP, FakePlayConsole

from cx_text.comment import RatingScale
from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlaceGone, PlatformError, UnreadableRecord

SAID = {"text": "Not what it was\tIt logs me out twice a day.", "lastModified": {"seconds": "1772381434", "nanos": 7},
        "starRating": 2, "reviewerLanguage": "de", "androidOsVersion": 34, "appVersionName": "3.14.1",
        "deviceMetadata": {"productName": "Pixel 8", "deviceClass": "phone"}}
REPLY = {"developerComment": {"text": "Thank you.", "lastModified": {"seconds": "1772385034", "nanos": 0}}}
REVIEW = {"reviewId": "gp:AO1", "comments": [{"userComment": SAID}, REPLY]}


@pytest.fixture
def fake():
    with FakePlayConsole().serving() as served:
        yield served


@pytest.fixture
def platform(fake):
    with opened(fake) as platform:
        yield platform


def test_a_review_has_title_words_and_stars_and_no_reply(platform):
    record = platform.read(REVIEW)
    [comment] = record.comments
    assert (record.key, record.at) == ("gp:AO1", datetime(2026, 3, 1, 16, 10, 34, tzinfo=UTC))
    assert comment.verbatim == "Not what it was\nIt logs me out twice a day."
    assert (comment.rating, comment.rating_scale, comment.received_at) == (2, RatingScale(1, 5), record.at)
    assert (comment.segments, comment.author) == ({"language": "de", "version": "3.14.1"}, None)
    assert comment.url == f"https://play.google.com/store/apps/details?id={APP}&reviewId=gp%3AAO1"


@pytest.mark.parametrize(("words", "verbatim"), [
    ({"text": "It works"}, "It works"), ({"text": "\tIt works"}, "It works"), ({"text": "Fine\t"}, "Fine"),
    ({"text": "Es geht", "originalText": "\tIt works"}, "It works"), ({"text": ""}, "")])
def test_words_are_those_of_the_customer(platform, words, verbatim):
    [comment] = platform.read({**REVIEW, "comments": [{"userComment": {**SAID, **words}}]}).comments
    assert comment.verbatim == verbatim


def test_segments_can_be_chosen(fake):
    with opened(fake, segments=["device", "device_class", "android"]) as platform:
        [comment] = platform.read(REVIEW).comments
    assert comment.segments == {"device": "Pixel 8", "device_class": "phone", "android": "34"}


def test_a_review_with_a_reply_alone_is_skipped(platform):
    record = platform.read({**REVIEW, "comments": [REPLY]})
    assert (record.comments, record.why_skipped) == ((), "a review without words of the customer")


def test_odd_words_are_refused(platform):
    with pytest.raises(UnreadableRecord, match=r"^userComment is no table$"):
        platform.read({**REVIEW, "comments": [{"userComment": "odd"}]})


def test_what_is_asked_for(fake, platform, monkeypatch):
    monkeypatch.setattr(type(platform), "page_rows", 2)
    posts = fake.add(3)
    first = platform.page("", None, None)
    second = platform.page("", None, first.next_place)
    assert second.next_place is None
    assert [raw["reviewId"] for raw in (*first.raws, *second.raws)] == [post.id for post in reversed(posts)]
    assert [(asked.path, asked.params) for asked in fake.requests] == [
        ("/token", {}), (f"/androidpublisher/v3/applications/{APP}/reviews", {"maxResults": "2"}),
        (f"/androidpublisher/v3/applications/{APP}/reviews", {"maxResults": "2", "token": "next-2"})]


def test_no_reviews_in_the_last_week_are_no_fault(platform):
    assert platform.page("", None, None).raws == ()


def test_names_are_not_kept(fake, platform):
    fake.add(1)
    [raw] = platform.page("", None, None).raws
    assert set(raw) == {"reviewId", "comments"}


def test_a_token_of_a_page_that_is_too_old_begins_the_look_anew(platform):
    with pytest.raises(PlaceGone) as caught:
        platform.page("", None, "old")
    assert str(caught.value) == "the platform refused what was asked (400). Check the options of this source."


@pytest.mark.parametrize(("reason", "headers", "said", "permanent", "seconds"), [
    ("quotaExceeded", {}, "the quota of requests is used up (403).", False, 900.0),
    ("rateLimitExceeded", {"Retry-After": "30"}, "the quota of requests is used up (403).", False, 30.0),
    ("permissionDenied", {}, f"127.0.0.1/androidpublisher/v3/applications/{APP}/reviews: the credentials may not read "
     "this (403). Check the secrets and rights of this source.", True, None)])
def test_a_quota_passes_and_a_missing_right_does_not(fake, platform, reason, headers, said, permanent, seconds):
    platform.page("", None, None)
    fake.faults = [Answer({"error": {"code": 403, "errors": [{"reason": reason}]}}, 403, headers)]
    with pytest.raises(PlatformError) as caught:
        platform.page("", None, None)
    assert (str(caught.value), caught.value.permanent, caught.value.retry_after_seconds) == (said, permanent, seconds)


@pytest.mark.parametrize("body", ["<html>", "[]", '{"error": "no"}', '{"error": {"errors": 1}}'])
def test_a_403_that_gives_no_reason_is_one_of_rights(fake, platform, body):
    platform.page("", None, None)
    fake.faults = [Answer(body, 403)]
    with pytest.raises(PlatformError, match="the credentials may not read this"):
        platform.page("", None, None)


@pytest.mark.parametrize(("options", "said"), [
    ({"app": "brindlecart"}, "app: string should match pattern '^[A-Za-z]\\w*(\\.\\w+)+$'."),
    ({"segments": ["country"]},
     "segments.0: input should be 'language', 'version', 'device', 'device_class' or 'android'.")])
def test_wrong_options_are_told(fake, options, said):
    with pytest.raises(ConfigError) as caught, opened(fake, **options):
        pass
    assert str(caught.value) == f"source 'src': {said}"
