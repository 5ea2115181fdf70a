"""What is particular to Delighted."""

from datetime import UTC, datetime, timedelta

import pytest
from made.platforms.base import START, Answer
from made.platforms.delighted import FakeDelighted

from cx_text.comment import RatingScale
from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlatformError, UnreadableRecord


@pytest.fixture
def fake():
    with FakeDelighted().serving() as served:
        yield served


def record_of(fake, changes=None, **options):
    """Return what is read in one response of which some fields are others."""
    fake.add(1)
    platform = fake.opened(**options)
    return platform.read({**platform.page("", None, None).raws[0], **(changes or {})})


def walked(platform, since):
    """Return the records of all pages."""
    place, raws = None, []
    while True:
        page = platform.page("", since, place)
        raws += page.raws
        place = page.next_place
        if place is None:
            return raws


@pytest.mark.parametrize(("kind", "given", "options", "nps_score", "rating", "highest"), [
    ("nps", 0, {}, 0, None, None), ("enps", 10, {}, 10, None, None), ("csat", 5, {}, None, 5, 5),
    ("CES", 1, {}, None, 1, 5), ("csat", 3, {"highest": {"csat": 3}}, None, 3, 3),
    ("stars", 4, {"highest": {"stars": 5}}, None, 4, 5), (None, 7, {}, 7, None, None),
    (None, 2, {"kind": "csat"}, None, 2, 5)])
def test_the_kind_of_a_survey_says_what_its_number_is(fake, kind, given, options, nps_score, rating, highest):
    [comment] = record_of(fake, {"survey_type": kind, "score": given}, **options).comments
    assert (comment.nps_score, comment.rating) == (nps_score, rating)
    assert comment.rating_scale == (RatingScale(1, highest) if highest else None)


@pytest.mark.parametrize(("kind", "given", "error"), [
    ("nps", 11, "score is no whole number from 0 to 10"), ("csat", 0, "score is no whole number from 1 to 5"),
    ("thumbs", 1, "survey_type is a kind whose scale the recipe does not name in highest")])
def test_a_number_that_is_on_no_known_scale_is_refused(fake, kind, given, error):
    with pytest.raises(UnreadableRecord) as caught:
        record_of(fake, {"survey_type": kind, "score": given})
    assert str(caught.value) == error


def test_a_score_without_words_counts_and_neither_is_skipped(fake):
    [comment] = record_of(fake, {"comment": None}).comments
    assert (comment.verbatim, comment.nps_score) == ("", 2)
    record = record_of(fake, {"comment": None, "score": None})
    assert (record.comments, record.why_skipped) == ((), "no comment and no score")


def test_further_open_answers_are_comments_of_their_own(fake):
    more = [{"id": "5", "value": {"free_response": "The driver was kind"},
             "question": {"id": "text_1", "type": "free_response", "text": "What went well?"}}]
    first, second = record_of(fake, {"comment": None, "additional_answers": more}).comments
    assert (first.id, first.verbatim, first.question) == ("src:210550000", "", None)
    assert (second.id, second.verbatim, second.question) == (
        "src:210550000:text_1", "The driver was kind", "What went well?")


def test_segments_are_properties_of_the_person_tags_or_the_kind(fake):
    [comment] = record_of(fake, {"tags": ["late", "delivery"]},
                          segments=["Delighted Source", "tags", "survey_type", "unknown"]).comments
    assert comment.segments == {"Delighted Source": "Email", "tags": "delivery, late", "survey_type": "nps"}


def test_of_the_customer_only_a_key_is_kept_as_words(fake):
    fake.add(1)
    platform = fake.opened(customer="customer_id")
    raw = platform.page("", None, None).raws[0]
    assert (raw["person"], "notes" in raw) == ({"id": "author-0"}, False)
    assert platform.read(raw).comments[0].author == "123"
    item = fake.item
    for given, author in ((1042205953, "1042205953"), ({"id": 7}, "7"), (None, None)):
        fake.item = lambda post, given=given: {**item(post), "person": given}
        platform = fake.opened()
        assert platform.read(platform.page("", None, None).raws[0]).comments[0].author == author


def test_the_first_look_asks_for_all_in_the_order_in_which_it_was_made(fake):
    fake.add(150)
    assert len(walked(fake.opened(), None)) == 150
    assert [asked.params for asked in fake.requests] == [
        {"per_page": "100", "page": page, "expand[]": "person", "order": "asc"} for page in ("1", "2", "3")]


def test_later_looks_ask_for_what_was_made_and_then_for_what_was_changed(fake):
    posts = fake.add(50)
    fake.edit(posts[3], "It came after all")
    since = START + timedelta(hours=48)
    raws = walked(fake.opened(), since)
    assert {raw["id"] for raw in raws} == {posts[48].id, posts[49].id, posts[3].id}
    seconds = str(int(since.timestamp()))
    asked = [(a.params["order"], a.params.get("since"), a.params.get("updated_since")) for a in fake.requests]
    assert asked[:3] == [("asc", seconds, None), ("asc", seconds, None), ("asc:updated_at", None, seconds)]


def test_responses_that_nobody_changed_have_no_time_of_change(fake):
    record = record_of(fake, {"updated_at": None})
    assert (record.at, record.comments[0].received_at) == (START, START)
    assert record_of(fake, {"updated_at": 1772352060}).at == datetime(2026, 3, 1, 8, 1, tzinfo=UTC)


def test_what_is_changed_while_pages_are_read_hides_nothing(fake):
    posts = fake.add(250)
    platform, since = fake.opened(), START - timedelta(days=1)
    place, seen = ["changed", int(since.timestamp()), 1], []
    while place is not None:
        page = platform.page("", since, place)
        seen += [raw["id"] for raw in page.raws]
        if len(seen) == 100:
            fake.edit(posts[0], "Changed")
        place = page.next_place
    assert set(seen) == {post.id for post in posts}


def test_another_answer_is_an_error(fake):
    fake.answer = lambda asked: Answer({"status": "ok"})
    with pytest.raises(PlatformError) as caught:
        fake.opened().page("", None, None)
    assert (str(caught.value), caught.value.permanent) == ("delighted: the answer is no list of responses.", False)


def test_wrong_options_are_said(fake):
    with pytest.raises(ConfigError) as caught:
        fake.opened(highest={"csat": 1})
    assert str(caught.value).startswith("source 'src': highest")
