"""Roles of columns: guessed and said, or named and checked."""

import pandas as pd
import pytest

from cx_text.comment import RatingScale
from cx_text.errors import SourceError
from cx_text.sources.columns.plan import plan_columns

N = 60
WORDS = ["The delivery was late again", "Great service and friendly staff on the phone", "I could not log in at all",
         "Too expensive for what it is", "All good so far", "My parcel arrived broken twice", "Nothing to improve"]


def comments(seed: int = 0) -> list[str]:
    return [f"{WORDS[(n + seed) % len(WORDS)]} number {n + seed}" for n in range(N)]


def survey() -> dict[str, list[object]]:
    return {
        "Response ID": [f"R_{n:04d}" for n in range(N)],
        "Recorded Date": [f"2024-03-{1 + n % 28:02d} 10:00:00" for n in range(N)],
        "IPAddress": [f"10.0.0.{n}" for n in range(N)],
        "Email": [f"someone{n}@example.com" for n in range(N)],
        "Agent name": [["Ann Lee", "Bo Li", "Cy Wu"][n % 3] for n in range(N)],
        "Plan name": [["Free", "Pro"][n % 2] for n in range(N)],
        "Q1": [["Very satisfied with it", "Not at all satisfied"][n % 2] for n in range(N)],
        "Duration (in seconds)": [str(n % 9) for n in range(N)],
        "Page": [f"https://example.com/a b c/{n}" for n in range(N)],
        "How likely are you to recommend us to a friend at this time?": [str(n % 11) for n in range(N)],
        "Q2_NPS_GROUP": [["Detractor", "Promoter"][n % 2] for n in range(N)],
        "What is the reason for your score?": comments(),
        "Reason - Topics": comments(3),
        "Reason - Sentiment": [["Positive", "Negative"][n % 2] for n in range(N)],
        "Anything else?": [[f"No, nothing {n} more", "no", "no", None][n % 4] for n in range(N)],
        "Support reply": comments(5),
    }


def plan(columns: dict[str, list[object]], **named: object):
    return plan_columns(pd.DataFrame(columns), where="survey.csv", **named)


def message(columns: dict[str, list[object]], **named: object) -> str:
    with pytest.raises(SourceError) as raised:
        plan(columns, **named)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_survey_is_told_apart():
    found = plan(survey())
    assert found.verbatims == ("What is the reason for your score?", "Anything else?")
    assert found.nps_score == "How likely are you to recommend us to a friend at this time?"
    assert (found.id, found.received_at, found.rating, found.question) == ("Response ID", "Recorded Date", None, None)
    assert found.segments == ("Plan name", "Q1")
    assert found.customer == "Email"
    assert dict(found.reasons) == {
        "customer": "'Email' because its header names customers and it has 60 different values",
        "id": "'Response ID' because its header says id and 100 % of its values are different",
        "received_at": "'Recorded Date' because its header says date or time; read as year-month-day, times without a "
                       "zone taken as UTC",
        "nps_score": "'How likely are you to recommend us to a friend at this time?' because its header says "
                     "'recommend' and 100 % of its values are whole numbers from 0 to 10",
        "verbatim": "'What is the reason for your score?' because 100 % of its values are sentences; "
                    "'Anything else?' because 33 % of its values are sentences",
        "segments": "'Plan name', 'Q1' because a few short values repeat in each",
    }


def test_app_reviews():
    found = plan({"reviewId": [f"{n}" for n in range(N)], "userName": [f"User Name {n}" for n in range(N)],
                  "title": comments(2), "content": comments(), "score": [n % 5 + 1 for n in range(N)],
                  "thumbsUpCount": [n % 3 for n in range(N)],
                  "appVersion": [["3.2.10", "3.2.11"][n % 2] for n in range(N)],
                  "at": [1709287506 + n for n in range(N)], "replyContent": comments(4),
                  "repliedAt": [1709287506 + n for n in range(N)]})
    assert (found.verbatims, found.nps_score, found.rating) == (("content",), None, "score")
    assert found.rating_scale == RatingScale(1, 5)
    assert (found.id, found.received_at) == ("reviewId", "at")
    assert found.segments == ("appVersion",)
    assert found.reasons["rating"] == ("'score' because its header says 'score' and its values are numbers from 1 to "
                                       "5; scale 1-5, guessed: --rating-scale changes it")


@pytest.mark.parametrize(("header", "values", "role"), [
    ("score", range(11), "nps_score"), ("NPS", range(11), "nps_score"), ("NPS", [9, 11, 3, "ten", 5, 0], "nps_score"),
    ("score", [9, 11, 3, "ten", 5, 0], None), ("nps_score", range(3, 11), "nps_score"),
    ("Likelihood", range(11), "nps_score"), ("score", ["9 - Likely", "10/10", "0"], "nps_score"),
    ("score", range(1, 6), "rating"), ("Stars", range(1, 6), "rating"), ("Rating", range(1, 11), "rating"),
    ("How would you rate us?", range(1, 6), "rating"), ("rating", [4.5, 3.5, 5], "rating"),
    ("rating", range(11), "rating"), ("fft_score", range(1, 8), None), ("disagreement_rate", [0.1, 0.5], None),
    ("Sentiment score", range(11), None), ("CSAT score", range(1, 6), "rating"), ("age", range(11), None),
    ("score", range(0, 101, 10), None), ("Rating count", range(6), None), ("score", ["good", "bad"], None),
    ("Recommend?", ["yes", "no"], None), ("NPS group", range(9), None),
])
def test_scores_and_ratings_are_not_confused(header, values, role):
    values = list(values)
    found = plan({"comment": comments(), header: [values[n % len(values)] for n in range(N)]})
    assert (found.nps_score, found.rating) == (header if role == "nps_score" else None,
                                               header if role == "rating" else None)


@pytest.mark.parametrize(("header", "values", "scale"), [
    ("Stars", [1, 5], "1-5"), ("Stars", [2, 4], "1-5"), ("Rating (1-10)", [3, 4], "1-10"),
    ("Rating out of 7", [7], "1-7"),
    ("rating", [0, 5], "0-5"), ("rating", [1, 10], "1-10"), ("Stars (5-1)", [1, 5], "1-5"),
])
def test_scales_are_guessed(header, values, scale):
    found = plan({"comment": comments(), header: [values[n % len(values)] for n in range(N)]}, rating=header)
    assert str(found.rating_scale) == scale


def test_a_wide_rating_is_not_guessed_beside_a_named_nps_score():
    columns = {"comment": comments(), "q": [n % 11 for n in range(N)], "rating": [n % 10 + 1 for n in range(N)]}
    assert plan(columns).rating == "rating"
    assert plan(columns, nps_score="q").rating is None
    assert plan(columns, nps_score="q", rating_scale=RatingScale(1, 10)).rating == "rating"


def test_titles_routes_and_labels_are_no_verbatims():
    columns = {"title": comments(1), "text": comments(), "leg": [f"London Heathrow to Gate {n}" for n in range(N)],
               "address": [f"{n} High Street near the old town" for n in range(N)]}
    assert plan(columns).verbatims == ("text",)
    del columns["text"]
    assert plan(columns).verbatims == ("title",)


def test_words_without_spaces_are_words():
    assert plan({"回答": [f"とても良いサービスでした{n}" for n in range(N)]}).verbatims == ("回答",)


@pytest.mark.parametrize("values", [["Good", "Bad"] * 30, [None] * N, ["", " "] * 30], ids=["short", "none", "blank"])
def test_a_header_says_comment_where_values_cannot(values):
    found = plan({"n": list(range(N)), "comment": values})
    assert found.verbatims == ("comment",)
    assert found.reasons["verbatim"] == "'comment' because its header says so"


def test_a_column_of_questions():
    columns = {"question": [["What was good?", "FFT Why?"][n % 2] for n in range(N)], "answer": comments()}
    assert (plan(columns).question, plan(columns).verbatims) == ("question", ("answer",))
    columns["question"] = comments(2)
    assert plan(columns).question == "question"


def test_what_is_named_wins():
    found = plan(survey(), verbatim=["Support reply", "reason - topics"], segments=[], id="Email",
                 received_at=" recorded date ")
    assert found.verbatims == ("Support reply", "Reason - Topics")
    assert (found.segments, found.id, found.received_at) == ((), "Email", "Recorded Date")
    assert found.reasons["id"] == "'Email', as named by --id-column"
    assert found.reasons["received_at"] == ("'Recorded Date', as named by --date-column; read as year-month-day, times "
                                            "without a zone taken as UTC")


def test_dates_whose_order_cannot_be_told_are_said():
    found = plan({"comment": comments(), "Date": ["03/04/2024"] * N})
    assert (found.received_at, found.date_format) == ("Date", None)
    assert found.reasons["received_at"] == ("'Date' because its header says date or time; day/month order cannot be "
                                            "told; use --date-order dmy or mdy")
    assert str(plan({"comment": comments(), "Date": ["03/04/2024"] * N}, date_order="mdy").date_format) == \
        "month/day/year, times without a zone taken as UTC"


def test_stars_named_as_nps_scores_are_noted():
    found = plan({"comment": comments(), "stars": [n % 5 + 1 for n in range(N)]}, nps_score="stars")
    assert found.reasons["nps_score"] == ("'stars', as named by --nps-column; none of its first values is above 5: if "
                                          "they are stars, name them with --rating-column instead")


def test_names_need_not_be_text():
    frame = pd.DataFrame([[5, text] for text in comments()])
    assert plan_columns(frame, where="the table").verbatims == ("1",)
    assert plan_columns(frame, where="the table", verbatim="1").verbatims == ("1",)


SMALL = {"id": list(range(N)), "Review": comments(), "Stars": [n % 5 + 1 for n in range(N)]}
ALL = "The columns are: id, Review, Stars."


@pytest.mark.parametrize(("named", "expected"), [
    ({"verbatim": "Reveiw"}, f"--verbatim-column 'Reveiw' is not one of the columns; did you mean 'Review'? {ALL}"),
    ({"verbatim": ["Review", "zzz"]}, f"--verbatim-column 'zzz' is not one of the columns. {ALL}"),
    ({"nps_score": "zzz"}, f"--nps-column 'zzz' is not one of the columns. {ALL}"),
    ({"rating": "star"}, f"--rating-column 'star' is not one of the columns; did you mean 'Stars'? {ALL}"),
    ({"received_at": "zzz"}, f"--date-column 'zzz' is not one of the columns. {ALL}"),
    ({"id": "zzz"}, f"--id-column 'zzz' is not one of the columns. {ALL}"),
    ({"question": "zzz"}, f"--question-column 'zzz' is not one of the columns. {ALL}"),
    ({"segments": ["zzz"]}, f"--segment-column 'zzz' is not one of the columns. {ALL}"),
    ({"verbatim": "Review", "segments": ["Review"]},
     "column 'Review' is named by both --verbatim-column and --segment-column. A column has one role."),
    ({"received_at": "Review"}, "column 'Review' does not hold dates that can be read: only 0 % of its values are "
                                "dates in one format. Name another with --date-column."),
    ({"nps_score": "Review"}, "column 'Review' does not hold scores from 0 to 10: 60 of 60 values are words (such "
                              "as 'The delivery was la…'). Name another column with --nps-column."),
    ({"nps_score": "id"}, "column 'id' does not hold scores from 0 to 10: 49 of 60 values are something else (such as "
                          "'11'). Name another column with --nps-column."),
    ({"rating": "Review"}, "column 'Review' does not hold ratings: 60 of 60 values are words (such as "
                           "'The delivery was la…'). Name another column with --rating-column."),
    ({"rating": "id", "rating_scale": RatingScale(1, 5)},
     "column 'id' does not hold ratings from 1 to 5: 55 of 60 values are something else (such as '0'). "
     "Name another column with --rating-column, or the scale with --rating-scale."),
    ({"rating": "id"}, "the scale of the ratings in column 'id' cannot be told: they reach 59. "
                       "Say it, such as --rating-scale 0-100."),
])
def test_wrong_names_are_one_line(named, expected):
    assert message(SMALL, **named) == f"survey.csv: {expected}"


def test_no_words_at_all():
    assert message({"id": [1, 2], "score": [3, 4], "Sentiment": ["good", "bad"]}) == (
        "survey.csv: no column holds customers' words. "
        "Say which one with --verbatim-column; the columns are: id, score, Sentiment.")


def test_a_channel_is_guessed_and_stays_a_segment():
    columns = {**survey(), "Review platform": [["App Store", "Web"][n % 2] for n in range(N)],
               "Which source do you trust most?": [["Web", "Press"][n % 2] for n in range(N)]}
    found = plan(columns)
    assert found.channel == "Review platform"
    assert found.reasons["channel"] == (
        "'Review platform' because its header says 'platform' and it has 2 values that repeat")
    assert "Review platform" in found.segments


def test_a_named_channel_may_be_a_segment_and_nothing_else():
    named = {"verbatim": "Comment", "channel": "Shop"}
    columns = {"Comment": comments(), "Shop": [f"shop {n}" for n in range(N)], "Source": ["a", "b"] * (N // 2)}
    assert (plan(columns, **named).channel, plan(columns, **named).segments) == ("Shop", ("Source",))
    assert plan(columns, **named, segments=["Shop"]).segments == ("Shop",)
    assert plan(columns, verbatim="Comment", channel=None).channel == "Source"
    assert message(columns, **named, id="Shop") == (
        "survey.csv: column 'Shop' is named by both --id-column and --channel-column. A column has one role.")


def test_a_matrix_of_grades_is_found():
    columns = {"Comment": comments(), **{f"Q3_{k}": [str(1 + (n + k) % 5) for n in range(N)] for k in range(5)}}
    assert plan(columns).grades == ("Q3_0", "Q3_1", "Q3_2", "Q3_3", "Q3_4")
