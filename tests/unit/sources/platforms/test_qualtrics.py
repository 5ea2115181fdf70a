"""What is particular to Qualtrics: exports that take a while, files that go, and rows that are no customers'."""

import json
from datetime import UTC, datetime

import pytest
from made.platforms.base import Answer
from made.platforms.qualtrics import API, QUESTIONS, FakeQualtrics

from cx_text.errors import ConfigError
from cx_text.sources.platforms import qualtrics
from cx_text.sources.platforms.base import PlaceGone, PlatformError


@pytest.fixture
def fake():
    with FakeQualtrics().serving() as served:
        yield served


@pytest.fixture
def opened(fake):
    return fake.opened


def read(platform):
    """Return what is in the first record of a platform."""
    return platform.read(platform.page("", None, None).raws[0])


def polls(fake):
    """Return how often an export was asked for."""
    return sum(asked.path.startswith(f"{API}/ES_") and not asked.path.endswith("/file") for asked in fake.requests)


def test_the_export_is_of_what_was_changed_since(opened, fake):
    fake.add(1)
    opened().page("", datetime(2026, 2, 27, 9, 30, tzinfo=UTC), None)
    [asked] = [asked for asked in fake.requests if asked.method == "POST"]
    assert asked.json == {"format": "json", "compress": True, "sortByLastModifiedDate": True,
                          "startDate": "2026-02-27T09:30:00Z"}


def test_a_long_export_is_waited_for_a_while_and_then_by_the_next_page(opened, fake, monkeypatch):
    monkeypatch.setattr(qualtrics, "POLLS", 3)
    fake.add(2)
    fake.n_polls = 7
    page = opened().page("", None, None)
    assert (page.raws, page.next_place, polls(fake)) == ((), {"export": "ES_0"}, 3)
    later = opened()
    with pytest.raises(PlatformError) as error:
        later.page("", None, page.next_place)
    assert (str(error.value), error.value.permanent) == ("SV_abc123: the export is still being made.", False)
    assert polls(fake) == 6
    assert len(later.page("", None, page.next_place).raws) == 2
    assert len(fake.exports) == 1


def test_an_error_while_it_waits_begins_no_other_export(opened, fake):
    fake.add(2)
    platform = opened()
    fake.faults = [None, None, Answer("", 503)]
    with pytest.raises(PlatformError, match="fault"):
        platform.page("", None, None)
    assert len(platform.page("", None, None).raws) == 2
    assert len(fake.exports) == 1


def test_an_export_that_failed_is_begun_anew(opened, fake):
    fake.add(2)
    fake.fails = True
    platform = opened()
    with pytest.raises(PlatformError) as error:
        platform.page("", None, None)
    assert (str(error.value), error.value.permanent) == ("SV_abc123: the export failed on the platform.", False)
    with pytest.raises(PlaceGone):
        platform.page("", None, {"export": "ES_0"})
    fake.fails = False
    assert len(platform.page("", None, None).raws) == 2
    assert len(fake.exports) == 2


@pytest.mark.parametrize("place", [{"export": "ES_9"}, {"file": "ES_9-def", "at": 1000}])
def test_an_export_that_the_platform_keeps_no_more_is_a_place_that_is_gone(opened, place):
    with pytest.raises(PlaceGone) as error:
        opened().page("", None, place)
    assert str(error.value) == "127.0.0.1: the platform keeps the export no more (404)."


def test_a_survey_that_is_not_there_is_no_place_that_is_gone(opened):
    with pytest.raises(PlatformError) as error:
        opened(survey="SV_other").page("", None, None)
    assert not isinstance(error.value, PlaceGone)
    assert str(error.value) == ("127.0.0.1/API/v3/survey-definitions/SV_other: there is no such thing on the platform "
                                "(404). Check the names and ids of this source in the recipe.")


def test_pages_of_one_file_come_from_one_download_and_from_any_place(opened, fake, monkeypatch):
    monkeypatch.setattr(qualtrics.Qualtrics, "page_rows", 2)
    posts = fake.add(5)
    platform = opened()
    first = platform.page("", None, None)
    second = platform.page("", None, first.next_place)
    last = platform.page("", None, second.next_place)
    ids = [[raw["responseId"] for raw in page.raws] for page in (first, second, last)]
    assert ids == [[post.id for post in posts[n:n + 2]] for n in (0, 2, 4)]
    assert last.next_place is None
    assert sum(asked.path.endswith("/file") for asked in fake.requests) == 1
    assert platform.page("", None, first.next_place) == second
    assert opened().page("", None, second.next_place) == last
    assert sum(asked.path.endswith("/file") for asked in fake.requests) == 2


@pytest.mark.parametrize("whole", [False, True])
def test_a_file_that_is_damaged_is_downloaded_again(opened, fake, whole):
    fake.add(50)
    packed = fake.packed(fake.oldest_first())
    fake.faults = [None] * 4 + [Answer(packed[:len(packed) // 2] + (packed[len(packed) // 2 + 40:] if whole else b""))]
    platform = opened()
    with pytest.raises(PlatformError) as error:
        platform.page("", None, None)
    assert (str(error.value), error.value.permanent) == ("SV_abc123: the export is no whole ZIP with JSON.", False)
    assert len(platform.page("", None, None).raws) == 50


def test_numbers_with_a_point_are_json_again(opened, fake):
    [post] = fake.add(1)
    fake.changes[post.id] = {"basket": 12.5, "order": 10 ** 40}
    [raw] = opened().page("", None, None).raws
    assert json.loads(json.dumps(raw)) == raw
    assert (raw["values"]["basket"], raw["values"]["order"]) == (12.5, 10 ** 40)


@pytest.mark.parametrize(("changes", "why"), [
    ({"status": 1}, "a preview of the survey"), ({"distributionChannel": "preview"}, "a preview of the survey"),
    ({"status": 17}, "a preview of the survey"), ({"status": 2}, "a test of the survey"),
    ({"status": 8}, "taken for spam by Qualtrics"), ({"status": 4}, None), ({"status": 16}, None),
    ({"finished": 0}, "not finished"), ({"finished": False}, "not finished"),
    ({"QID1": None, "QID2_TEXT": " "}, "no open answer and no score"),
])
def test_what_is_no_customers_answer_is_skipped(opened, fake, changes, why):
    [post] = fake.add(1)
    fake.changes[post.id] = changes
    if "QID1" in changes:
        fake.labels[post.id] = {"QID1": None}
    record = read(opened())
    assert (record.why_skipped, len(record.comments)) == (why, 0 if why else 1)


def test_unfinished_ones_are_read_where_the_recipe_says_so(opened, fake):
    [post] = fake.add(1)
    fake.changes[post.id] = {"finished": 0}
    assert len(read(opened(unfinished=True)).comments) == 1


def test_every_text_question_is_a_comment_but_for_forms_and_formats(opened, fake):
    [post] = fake.add(1)
    fake.questions = QUESTIONS | {
        "QID4": {"QuestionType": "TE", "Selector": "SL", "DataExportTag": "email", "QuestionText": "Your e-mail?",
                 "Validation": {"Settings": {"Type": "ContentType", "ContentType": "ValidEmail"}}},
        "QID5": {"QuestionType": "TE", "Selector": "FORM", "DataExportTag": "form", "QuestionText": "Who are you?"},
        "QID6": {"QuestionType": "TE", "Selector": "ESTB", "DataExportTag": "more", "QuestionText": "And ${lm://Field/1}?"}}
    fake.changes[post.id] = {"QID4_TEXT": "jo@example.org", "QID5_1": "Jo", "QID5_2": "Doe", "1_QID6_TEXT": "The shop",
                             "2_QID6_TEXT": "The van", "QID6_TEXT_topics": "Delivery"}
    asked = [(comment.id, comment.verbatim) for comment in read(opened()).comments]
    assert asked == [(f"src:{post.id}:QID2", post.words), (f"src:{post.id}:1_QID6", "The shop"),
                     (f"src:{post.id}:2_QID6", "The van")]
    assert [comment.question for comment in read(opened(questions=["more"])).comments] == ["And ${lm://Field/1}?"] * 2
    assert [comment.verbatim for comment in read(opened(questions=["QID4"])).comments] == ["jo@example.org"]
    assert "Doe" not in str(opened().page("", None, None).raws[0])


def test_a_response_has_score_segments_and_customer_and_nobodys_name(opened, fake):
    [post] = fake.add(1)
    fake.changes[post.id] = {"customerId": 4711, "recipientFirstName": "Jane", "QID2_TEXT": "",
                             "endDate": "2026-02-28T23:59:00Z"}
    platform = opened(segments=["country", "QID3", "userLanguage", "unknown"])
    raw = platform.page("", None, None).raws[0]
    record = platform.read(raw)
    [comment] = record.comments
    assert (comment.id, comment.verbatim, comment.nps_score, comment.author) == (f"src:{post.id}", "", 2, "4711")
    assert comment.segments == {"country": "NL", "QID3": "Shop", "userLanguage": "EN"}
    assert (comment.received_at, record.at) == (datetime(2026, 2, 28, 23, 59, tzinfo=UTC), post.changed_at)
    assert "Jane" not in str(raw)
    assert "203.0.113.9" not in str(raw)


def test_the_score_is_what_customers_saw_and_of_the_question_that_is_named(opened, fake):
    [post] = fake.add(1)
    fake.questions = QUESTIONS | {"QID9": {**QUESTIONS["QID1"], "DataExportTag": "later"}}
    fake.changes[post.id] = {"QID1": 11, "QID9": 7}
    assert read(opened()).comments[0].nps_score == 2  # recoded from 1 on; the label says 2
    assert read(opened(nps_question="later")).comments[0].nps_score == 7


@pytest.mark.parametrize(("options", "says"), [
    ({"survey": "SV_a/../x"}, "survey"), ({"datacenter": "fra1.example.org/"}, "datacenter"),
    ({"surveys": "SV_1"}, "surveys")])
def test_options_that_are_wrong(opened, options, says):
    with pytest.raises(ConfigError, match=f"^source 'src': .*{says}"):
        opened(**options)
