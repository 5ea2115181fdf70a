"""What is particular to Formbricks."""

from datetime import UTC, datetime

import pytest
from made.platforms.formbricks import LIKELY, PLAN, STARS, SURVEY, WHY, FakeFormbricks

from cx_text.comment import RatingScale
from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlatformError, UnreadableRecord


@pytest.fixture
def fake():
    with FakeFormbricks().serving() as served:
        yield served


def record_of(fake, changes=None, **options):
    """Return what is read in one response of which some fields are others."""
    if not fake.posts:
        fake.add(1)
    platform = fake.opened(**options)
    [raw] = platform.page("", None, None).raws
    return platform.read({**raw, **(changes or {})})


def answers(**changed):
    return {"data": {LIKELY: 9, STARS: 4, PLAN: "Plus", WHY: "Late again", "mail": "", **changed}}


def test_every_open_question_is_a_comment_and_contact_data_is_none(fake):
    record = record_of(fake, answers(mail="jane@example.org"))
    assert [(c.id, c.verbatim) for c in record.comments] == [(f"src:{fake.new_id(0)}:{WHY}", "Late again")]
    record = record_of(fake, answers(mail="jane@example.org"), questions=["mail", WHY])
    assert [c.verbatim for c in record.comments] == ["Late again", "jane@example.org"]


def test_questions_of_blocks_are_read_once_each_and_recalled_answers_are_left_out(fake, monkeypatch):
    block = {"id": "b1", "name": "Block 1", "elements": [SURVEY["questions"][0], {
        "id": "more", "type": "openText", "inputType": "text",
        "headline": {"default": "<p>Why <b>#recall:plan/fallback:it#</b>?</p>"}}]}
    monkeypatch.setitem(SURVEY, "blocks", [block])
    fake.add(1)
    [raw] = fake.opened().page("", None, None).raws
    assert [(q["id"], q["headline"]) for q in raw["questions"]] == [
        (LIKELY, "How likely are you to recommend us?"), (STARS, "How was the parcel?"),
        (WHY, "What is the reason for your score?"), ("mail", "Your e-mail"), ("more", "Why ... ?")]


@pytest.mark.parametrize(("changes", "why"), [
    ({"finished": False}, "the answer was not finished"),
    ({"data": {}}, "no open answer and no score"),
    ({"data": {WHY: "  ", LIKELY: "", "mail": "jane@example.org"}}, "no open answer and no score")])
def test_what_is_skipped(fake, changes, why):
    record = record_of(fake, changes)
    assert (record.comments, record.why_skipped) == ((), why)


def test_answers_that_were_broken_off_are_read_when_asked_for(fake):
    record = record_of(fake, {"finished": False, "data": {LIKELY: 3}}, unfinished=True)
    [comment] = record.comments
    assert (comment.id, comment.verbatim, comment.nps_score) == (f"src:{fake.new_id(0)}:{WHY}", "", 3)


def test_a_rating_counts_where_the_survey_has_one_or_it_is_named(fake, monkeypatch):
    [comment] = record_of(fake).comments
    assert (comment.rating, comment.rating_scale) == (1, RatingScale(1, 5))
    second = {"id": "ease", "type": "rating", "range": 7, "headline": {"default": "Was it easy?"}}
    monkeypatch.setitem(SURVEY, "questions", [*SURVEY["questions"], second])
    [comment] = record_of(fake, answers(ease=6)).comments
    assert (comment.rating, comment.rating_scale) == (None, None)
    [comment] = record_of(fake, answers(ease=6), rating_question="ease").comments
    assert (comment.rating, comment.rating_scale) == (6, RatingScale(1, 7))


def test_a_score_off_its_scale_is_refused(fake):
    with pytest.raises(UnreadableRecord, match=f"^{LIKELY} is no whole number from 0 to 10$"):
        record_of(fake, answers(**{LIKELY: 11}))


def test_segments_and_customers_come_from_contacts_hidden_fields_choices_and_the_page(fake):
    names = ["language", "country", "browser", PLAN, "tier", "unknown"]
    changes = {"contactAttributes": {"tier": 3, "country": ""}, "language": "default", **answers()}
    [comment] = record_of(fake, changes, segments=names).comments
    assert comment.segments == {"country": "DE", "browser": "Firefox", PLAN: "Plus", "tier": "3"}
    assert comment.author == "author-0"
    [comment] = record_of(fake, customer="customer").comments
    assert comment.author == "c-17"


def test_a_customers_number_is_words_in_the_record_so_that_it_can_be_hidden(fake):
    fake.add(1)
    item = fake.item
    fake.item = lambda post: {**item(post), "contactAttributes": {"number": 4711}}
    platform = fake.opened(customer="number")
    [raw] = platform.page("", None, None).raws
    assert raw["contactAttributes"] == {"number": "4711"}
    assert platform.read(raw).comments[0].author == "4711"


def test_what_says_who_a_customer_is_is_kept_only_when_asked_for(fake):
    fake.add(1)
    [raw] = fake.opened().page("", None, None).raws
    assert (sorted(raw["data"]), sorted(raw["contactAttributes"])) == (
        sorted([LIKELY, STARS, PLAN, WHY, "customer"]), ["language", "userId"])
    [raw] = fake.opened(customer="email", questions=["mail"]).page("", None, None).raws
    assert (raw["data"]["mail"], raw["contactAttributes"]["email"]) == ("john@example.com", "john@example.com")


def test_pages_follow_each_other_by_when_answers_were_changed(fake):
    posts = fake.add(300)
    fake.edit(posts[0], "Changed")
    platform = fake.opened()
    first = platform.page("", datetime(2026, 3, 1, tzinfo=UTC), None)
    assert (len(first.raws), first.raws[0]["id"], first.next_place) == (250, posts[0].id, 250)
    last = platform.page("", None, 250)
    assert (len(last.raws), last.next_place) == (50, None)
    assert [asked.params for asked in fake.requests] == [{}, *({
        "surveyId": SURVEY["id"], "limit": "250", "skip": skip, "sortBy": "updatedAt", "order": "desc"}
        for skip in ("0", "250"))]


def test_what_is_gone_is_asked_for_one_by_one(fake):
    posts = fake.add(3)
    fake.remove(posts[1])
    assert fake.opened().gone([post.id for post in posts]) == {posts[1].id}


def test_a_survey_that_is_not_there_is_said(fake):
    with pytest.raises(PlatformError) as caught:
        fake.opened(survey="other").page("", None, None)
    assert str(caught.value) == ("formbricks: there is no such thing on the platform (404). Check the survey's id in "
                                 "the recipe.")


def test_wrong_options_are_said(fake):
    with pytest.raises(ConfigError) as caught:
        fake.opened(question="why")
    assert str(caught.value).startswith("source 'src': ")
    assert "question" in str(caught.value)
