"""What is particular to Retently."""

from datetime import timedelta

import pytest
from made.platforms.base import START, Answer
from made.platforms.retently import FakeRetently

from cx_text.comment import RatingScale
from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlatformError, UnreadableRecord

CAMPAIGN = "5f1ec45y27b8313876299999"


@pytest.fixture
def fake():
    with FakeRetently().serving() as served:
        yield served


def record_of(fake, changes=None, **options):
    """Return what is read in one piece of feedback of which some fields are others."""
    fake.add(1)
    platform = fake.opened(**options)
    return platform.read({**platform.page("", None, None).raws[0], **(changes or {})})


@pytest.mark.parametrize(("metric", "given", "options", "nps_score", "rating", "highest"), [
    ("nps", 0, {}, 0, None, None), ("NPS", "10", {}, 10, None, None), ("csat", 5, {}, None, 5, 5),
    ("ces", 7, {}, None, 7, 7), ("star", 1, {}, None, 1, 5), ("csat", 10, {"highest": {"csat": 10}}, None, 10, 10),
    (None, 7, {}, 7, None, None), (None, 4, {"metric": "star"}, None, 4, 5)])
def test_the_metric_says_what_a_number_is(fake, metric, given, options, nps_score, rating, highest):
    [comment] = record_of(fake, {"metricsType": metric, "score": given}, **options).comments
    assert (comment.nps_score, comment.rating) == (nps_score, rating)
    assert comment.rating_scale == (RatingScale(1, highest) if highest else None)


@pytest.mark.parametrize(("metric", "given", "error"), [
    ("nps", 11, "score is no whole number from 0 to 10"), ("star", 6, "score is no whole number from 1 to 5"),
    ("mood", 1, "metricsType is a kind whose scale the recipe does not name in highest")])
def test_a_number_that_is_on_no_known_scale_is_refused(fake, metric, given, error):
    with pytest.raises(UnreadableRecord) as caught:
        record_of(fake, {"metricsType": metric, "score": given})
    assert str(caught.value) == error


@pytest.mark.parametrize(("changes", "options", "why"), [
    ({"isBogus": True}, {}, "marked as bogus there"), ({"comment": "", "score": None}, {}, "no comment and no score"),
    ({}, {"campaign": "other"}, "it answers another campaign")])
def test_what_is_skipped(fake, changes, options, why):
    record = record_of(fake, changes, **options)
    assert (record.comments, record.why_skipped) == ((), why)


def test_a_score_without_words_counts(fake):
    [comment] = record_of(fake, {"comment": None}).comments
    assert (comment.id, comment.verbatim, comment.nps_score) == (f"src:{fake.new_id(0)}", "", 2)


def test_segments_are_fields_of_feedback_or_properties_of_the_customer(fake):
    [comment] = record_of(fake, {"tags": ["vip", "b2b"]}, segments=[
        "tags", "feedback_tags", "metric", "company", "state", "subscription_name", "Customer number", "x"]).comments
    assert comment.segments == {"tags": "b2b, vip", "feedback_tags": "delivery", "metric": "nps", "company": "ACME",
                                "subscription_name": "Professional", "Customer number": "4711"}


def test_of_the_customer_only_a_key_is_kept_as_words(fake):
    fake.add(1)
    platform = fake.opened(customer="customer_number")
    raw = platform.page("", None, None).raws[0]
    assert {"email", "firstName", "lastName", "jobTitle", "notes", "assigned"}.isdisjoint(raw)
    assert raw["customProps"][1]["value"] == "4711"
    assert platform.read(raw).comments[0].author == "4711"
    assert record_of(fake).comments[0].author == "author-0"


def test_a_look_asks_from_a_time_on_for_one_campaign_the_oldest_first(fake):
    fake.add(30)
    page = fake.opened(campaign=CAMPAIGN).page("", START + timedelta(hours=28), None)
    assert [raw["id"] for raw in page.raws] == [fake.new_id(28), fake.new_id(29)]
    assert page.next_place is None
    assert fake.requests[0].params == {"page": "1", "limit": "1000", "sort": "createdDate", "campaignId": CAMPAIGN,
                                       "startDate": "2026-03-02T12:00:00Z"}


def test_pages_end_where_the_platform_says_or_else_with_one_that_is_not_full(fake):
    fake.add(25)
    platform = fake.opened()
    platform.page_rows = 10
    assert [platform.page("", None, n).next_place for n in (None, 2, 3)] == [2, 3, None]
    fake.answer = lambda asked: Answer({"data": {"responses": [fake.item(next(iter(fake.posts.values())))] * 10}})
    assert platform.page("", None, 7).next_place == 8


@pytest.mark.parametrize(("body", "error", "permanent"), [
    ({"message": "Please check your API Key", "code": 401, "data": None},
     "127.0.0.1/api/v2/feedback: the platform refuses the credentials (401). Check the secrets and rights of this "
     "source.", True),
    ({"message": "Slow down", "code": 429, "data": None},
     "127.0.0.1/api/v2/feedback: the platform asks to be left alone for a while (429).", False),
    ({"message": "Success.", "code": 200, "data": {}}, "retently: the answer holds no list of responses.", False)])
def test_errors_that_only_the_body_tells(fake, body, error, permanent):
    fake.answer = lambda asked: Answer(body)
    with pytest.raises(PlatformError) as caught:
        fake.opened().page("", None, None)
    assert (str(caught.value), caught.value.permanent) == (error, permanent)


def test_wrong_options_are_said(fake):
    with pytest.raises(ConfigError) as caught:
        fake.opened(campain=CAMPAIGN)
    assert str(caught.value).startswith("source 'src': ")
    assert "campain" in str(caught.value)
