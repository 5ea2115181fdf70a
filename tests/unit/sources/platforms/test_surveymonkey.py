"""What is particular to SurveyMonkey: pages by time, scores behind choices, and responses that are no customers'."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from made.platforms.base import START, Answer
from made.platforms.surveymonkey import DETAILS, NPS, FakeSurveyMonkey, question

from cx_text.comment import RatingScale
from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlatformError
from cx_text.sources.platforms.surveymonkey import SurveyMonkey


@pytest.fixture
def fake():
    with FakeSurveyMonkey().serving() as served:
        yield served


@pytest.fixture
def opened(fake):
    return fake.opened


def read(platform):
    """Return what is in the first record of a platform."""
    return platform.read(platform.page("", None, None).raws[0])


def answers(fake, post, asked, *given):
    """Let a survey ask some questions, and a post answer each of them."""
    fake.details = {**DETAILS, "pages": [{**DETAILS["pages"][0], "questions": asked}]}
    fake.changes[post.id] = {"pages": [{"id": "1", "questions": [
        {"id": one["id"], "answers": [answer]} for one, answer in zip(asked, given, strict=True)]}]}


def test_responses_are_asked_for_by_the_time_of_their_change(opened, fake):
    fake.add(1)
    opened().page("", datetime(2026, 2, 27, 9, 30, tzinfo=UTC), None)
    assert fake.requests[-1].params == {"per_page": "100", "page": "1", "sort_by": "date_modified", "sort_order": "ASC",
                                        "start_modified_at": "2026-02-27T09:30:00"}


def test_one_that_is_changed_between_two_pages_hides_no_other(opened, fake, monkeypatch):
    monkeypatch.setattr(SurveyMonkey, "page_rows", 5)
    posts = fake.add(12)
    platform = opened()
    page = platform.page("", None, None)
    assert page.next_place == {"since": "2026-03-01T11:59:59", "page": 1}
    fake.edit(posts[0], "I take it back")
    seen = [raw["id"] for raw in page.raws]
    while page.next_place is not None:
        page = platform.page("", None, page.next_place)
        seen += [raw["id"] for raw in page.raws]
    assert set(seen) == {post.id for post in posts}


def test_many_of_one_second_are_paged_by_number(opened, fake, monkeypatch):
    monkeypatch.setattr(SurveyMonkey, "page_rows", 5)
    posts = fake.add(13)
    fake.posts = {post.id: replace(post, changed_at=START) for post in posts}
    platform, place, seen = opened(), None, []
    for _ in range(5):
        page = platform.page("", START - timedelta(seconds=1), place)
        seen, place = seen + [raw["id"] for raw in page.raws], page.next_place
        if place is None:
            break
    assert sorted(seen) == [post.id for post in posts]
    assert place is None


def test_weights_of_the_nps_question_are_no_scores(opened, fake):
    posts = fake.add(3)
    for post, choice in zip(posts, ("1100", "1109", "1110"), strict=True):
        answers(fake, post, [NPS], {"choice_id": choice, "row_id": "110", "choice_metadata": {"weight": "100"}})
    platform = opened()
    records = [platform.read(raw) for raw in platform.page("", None, None).raws]
    assert [record.comments[0].nps_score for record in records] == [0, 9, 10]
    assert [comment.verbatim for record in records for comment in record.comments] == ["", "", ""]


def test_choices_without_digits_are_told_by_their_weights(opened, fake):
    [post] = fake.add(1)
    choices = [{**choice, "text": f"step {chr(65 + n)}"} for n, choice in enumerate(NPS["answers"]["choices"])]
    answers(fake, post, [{**NPS, "answers": {**NPS["answers"], "choices": choices}}],
            {"choice_id": "1103", "row_id": "110"})
    assert read(opened()).comments[0].nps_score == 3


def test_a_scale_of_other_numbers_is_no_score_and_a_named_question_may_be_of_any_kind(opened, fake):
    [post] = fake.add(1)
    ten = [{"id": str(n), "text": str(n), "position": n, "weight": n, "is_na": False} for n in range(1, 12)]
    eleven = [{"id": str(50 + n), "text": str(n), "position": n + 1} for n in range(11)]
    asked = [question("21", "matrix", "rating", answers={"rows": [{"id": "210", "text": ""}], "choices": ten}),
             question("22", "single_choice", "horiz", answers={"choices": eleven}),
             question("23", "open_ended", "single")]
    answers(fake, post, asked, {"choice_id": "8", "row_id": "210"}, {"choice_id": "56"}, {"text": "Late"})
    assert read(opened()).comments[0].nps_score is None
    assert read(opened(nps_question="22")).comments[0].nps_score == 6


def test_stars_are_a_rating(opened, fake):
    [post] = fake.add(1)
    stars = [{"id": str(n), "text": "", "position": n, "weight": n, "is_na": False} for n in range(1, 6)]
    asked = [question("31", "matrix", "rating", display_options={"display_type": "emoji", "display_subtype": "star"},
                      answers={"rows": [{"id": "310", "text": ""}], "choices": stars})]
    answers(fake, post, asked, {"choice_id": "4", "row_id": "310"})
    [comment] = read(opened()).comments
    assert (comment.rating, comment.rating_scale) == (4, RatingScale(1, 5))
    assert (comment.nps_score, comment.verbatim) == (None, "")


def test_every_open_answer_is_a_comment_but_for_addresses_numbers_and_sliders(opened, fake):
    [post] = fake.add(1)
    asked = [question("41", "open_ended", "single"), question("42", "open_ended", "multi", answers={
        "rows": [{"id": "420", "text": "Best"}, {"id": "421", "text": "Worst"}]}),
        question("43", "open_ended", "single", validation={"type": "email"}),
        question("44", "open_ended", "single", display_options={"display_type": "slider"}),
        question("45", "demographic", "international"), question("46", "matrix", "rating", answers={"choices": []}),
        question("47", "single_choice", "vertical", answers={"choices": []})]
    answers(fake, post, asked, {"text": "Late again"}, {"row_id": "421", "text": "The wait"},
            {"text": "jo@example.org"}, {"text": "40"}, {"row_id": "1", "text": "Jo Doe"},
            {"other_id": "460", "text": "The app hangs"}, {"other_id": "470", "text": "Radio"})
    record = read(opened())
    assert [(comment.id, comment.verbatim, comment.question) for comment in record.comments] == [
        (f"src:{post.id}:41", "Late again", None), (f"src:{post.id}:42.421", "The wait", "Worst"),
        (f"src:{post.id}:46.460", "The app hangs", None)]
    assert [comment.verbatim for comment in read(opened(questions=["47"])).comments] == ["Radio"]
    assert "Jo Doe" not in str(opened().page("", None, None).raws)


@pytest.mark.parametrize(("changes", "why"), [
    ({"response_status": "partial"}, "not finished"),
    ({"response_status": "disqualified"}, "turned away by the survey"),
    ({"response_status": "overquota"}, "turned away by the survey"),
    ({"collection_mode": "survey_preview"}, "a preview of the survey"), ({"collection_mode": "data_entry"}, None),
    ({"pages": []}, "no open answer and no score")])
def test_what_is_no_customers_answer_is_skipped(opened, fake, changes, why):
    [post] = fake.add(1)
    fake.changes[post.id] = changes
    record = read(opened())
    assert (record.why_skipped, len(record.comments)) == (why, 0 if why else 1)


def test_unfinished_ones_are_read_where_the_recipe_says_so(opened, fake):
    [post] = fake.add(1)
    fake.changes[post.id] = {"response_status": "partial"}
    assert len(read(opened(unfinished=True)).comments) == 1


def test_a_response_has_segments_and_customer_and_nobodys_name(opened, fake):
    [post] = fake.add(1)
    fake.changes[post.id] = {"custom_value": "C-1", "first_name": "Jane", "email_address": "jane@example.org"}
    raw = opened().page("", None, None).raws[0]
    comment = opened(customer="custom_value", segments=["country", "11", "unknown"]).read(raw).comments[0]
    assert (comment.author, comment.segments) == ("C-1", {"country": "NL", "11": "2"})
    assert not {"first_name", "email_address", "ip_address", "metadata", "edit_url"} & set(raw)


def test_a_limit_that_is_used_up_is_waited_for(opened, fake):
    fake.faults = [Answer({"error": {"id": "1040", "name": "Rate limit reached", "http_status_code": 429}}, 429, {
        "X-Ratelimit-App-Global-Minute-Remaining": "87", "X-Ratelimit-App-Global-Minute-Reset": "12",
        "X-Ratelimit-App-Global-Day-Remaining": "0", "X-Ratelimit-App-Global-Day-Reset": "30417"})]
    with pytest.raises(PlatformError) as error:
        opened().page("", None, None)
    assert str(error.value) == "127.0.0.1/v3/surveys/99/details: the platform asks to be left alone for a while (429)."
    assert (error.value.permanent, error.value.retry_after_seconds) == (False, 30417)


def test_a_survey_is_a_number(opened):
    with pytest.raises(ConfigError, match=r"^source 'src': .*survey"):
        opened(survey="99/../collectors")
