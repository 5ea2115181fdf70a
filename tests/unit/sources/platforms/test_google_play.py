"""What is particular about reviews in Google Play."""

import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from made.platforms.base import Answer
from made.platforms.google_play import APP, FakeGooglePlay
from made.platforms.opened import opened

from cx_text.comment import RatingScale
from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlaceGone, PlatformError

REVIEW = {"reviewId": "a1b2", "content": "It logs me out twice a day.", "score": 2, "thumbsUpCount": 4,
          "reviewCreatedVersion": "3.14.1", "at": 1_772_381_434, "replyContent": "Thank you, we look into it.",
          "repliedAt": 1_772_385_034, "appVersion": "3.14.1"}


@pytest.fixture
def fake():
    with FakeGooglePlay().serving() as served:
        yield served


@pytest.fixture
def platform(fake):
    with opened(fake) as platform:
        yield platform


def test_a_review_has_words_stars_and_version_and_no_reply(platform):
    record = platform.read(REVIEW)
    [comment] = record.comments
    assert (record.key, record.at) == ("a1b2", datetime(2026, 3, 1, 16, 10, 34, tzinfo=UTC))
    assert comment.verbatim == "It logs me out twice a day."
    assert (comment.rating, comment.rating_scale, comment.received_at) == (2, RatingScale(1, 5), record.at)
    assert (comment.segments, comment.author) == ({"version": "3.14.1"}, None)
    assert comment.url == f"https://play.google.com/store/apps/details?id={APP}&reviewId=a1b2"


def test_stars_alone_are_a_comment_without_words(platform):
    [comment] = platform.read({**REVIEW, "content": None, "reviewCreatedVersion": None}).comments
    assert (comment.verbatim, comment.rating, comment.segments) == ("", 2, {})


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata"])
def test_times_are_the_same_wherever_the_machine_stands(fake, platform, monkeypatch, zone):
    """Also in the hour that comes twice: 29 October 2023, 01:30 UTC is 02:30 in Berlin for the second time."""
    [post] = fake.add(1)
    at = datetime(2023, 10, 29, 1, 30, tzinfo=UTC)
    fake.posts[post.id] = type(post)(post.id, post.words, post.author, at, at)
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        [raw] = platform.page("us/en", None, None).raws
        assert platform.read(raw).at == at
    finally:
        monkeypatch.undo()
        time.tzset()


def test_what_is_asked_for_of_each_store(fake):
    fake.add(1)
    with opened(fake, stores=["us/en", "ch/de", "us/en"]) as platform:
        assert platform.parts() == ("us/en", "ch/de")
        assert [len(platform.page(part, None, None).raws) for part in platform.parts()] == [1, 0]
    assert [asked.params for asked in fake.requests] == [{"hl": "en", "gl": "us"}, {"hl": "de", "gl": "ch"}]
    assert fake.requests[0].form["f.req"].strip() == (
        '[[["oCPfdb","[null,[2,2,[200],null,[null,null,null,null,null,null,null,null,null]],'
        f'[\\"{APP}\\",7]]",null,"generic"]]]')


def test_pages_follow_one_another_by_tokens_that_json_can_hold(fake, platform, monkeypatch):
    monkeypatch.setattr(type(platform), "page_rows", 2)
    posts = fake.add(3)
    first = platform.page("us/en", None, None)
    second = platform.page("us/en", None, first.next_place)
    assert (first.next_place, second.next_place) == ("Mg==", None)
    assert [raw["reviewId"] for raw in (*first.raws, *second.raws)] == [post.id for post in reversed(posts)]


def test_names_and_pictures_are_not_kept(fake, platform):
    fake.add(1)
    [raw] = platform.page("us/en", None, None).raws
    assert set(raw) == set(REVIEW)


def test_a_token_that_is_too_old_begins_the_look_anew(platform):
    with pytest.raises(PlaceGone, match=r"^the shop knows this page no more\.$"):
        platform.page("us/en", None, "b2xk")


@pytest.mark.parametrize(("answer", "said"), [
    (FakeGooglePlay.told(None, 5), "the shop gives no reviews of this app (code 5). "
                                   "If that stays so, check the app's id in the recipe."),
    (Answer(')]}\'\n\n[["wrb.fr","oCPfdb",null,null,null,[13,null,[["type.googleapis.com/com.google.play.gateway.'
            'proto.PlayGatewayError",[]]]],"generic"]]'),
     "the shop gives no reviews of this app (code 13). If that stays so, check the app's id in the recipe."),
    (Answer("<html>Before you continue</html>"), "the answer is not as google-play-scraper knows it. "
     "If that stays so, see whether there is a newer google-play-scraper.")])
def test_faults_in_answers_that_seem_good_are_tried_again(fake, platform, answer, said):
    fake.faults = [answer]
    with pytest.raises(PlatformError) as caught:
        platform.page("us/en", None, None)
    assert (str(caught.value), caught.value.permanent) == (said, False)


def test_certificates_are_still_checked_with_the_library_imported():
    code = ("import ssl; before = ssl._create_default_https_context; "
            "from cx_text.sources.platforms.google_play import _library; _library(); "
            "import sys; print('google_play_scraper.utils.request' in sys.modules, "
            "ssl._create_default_https_context is before, before().verify_mode.name)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True True CERT_REQUIRED"
    assert ssl._create_default_https_context().verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize(("options", "said"), [
    ({"app": 'x"]]'}, "app: string should match pattern '^[A-Za-z]\\w*(\\.\\w+)+$'."),
    ({"stores": ["us"]},
     "stores.0: string should match pattern '^[a-z]{2}/[a-z]{2,3}(-[A-Za-z0-9]{2,4})?$'."),
    ({"store": "us/en"}, "unknown key 'store'; did you mean 'stores'?")])
def test_wrong_options_are_told(fake, options, said):
    with pytest.raises(ConfigError) as caught, opened(fake, **options):
        pass
    assert str(caught.value) == f"source 'src': {said}"
