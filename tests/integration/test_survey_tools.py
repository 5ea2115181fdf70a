"""Exports as survey and review tools write them are read without a word from the user."""

import csv
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from openpyxl import Workbook

from cx_text.sources.columns.plan import plan_columns
from cx_text.sources.files.opening import open_export
from cx_text.sources.rows import RowReader

EXPORTS = Path(__file__).parents[1] / "fixtures" / "exports"
ISO, NAIVE = "year-month-day", ", times without a zone taken as UTC"
RECOMMEND = "How likely are you to recommend Brindlecart"
REASON = "What is the main reason for your score?"


class Read(NamedTuple):
    """What an export is read as; `entries`: row, outcome and reason, once per row."""

    tool: str | None
    first_row: int
    verbatims: dict[str, str | None]  # column → what was asked
    received_at: str
    dates: str
    nps_score: str | None = None
    rating: str | None = None
    scale: str | None = None
    id: str | None = None
    customer: str | None = None
    segments: tuple[str, ...] = ()
    n_comments: int = 12
    entries: tuple[tuple[int, str, str], ...] = ()
    scores: tuple[float | None, ...] = ()  # of the first comments of the first verbatim
    notes: tuple[str, ...] = ()
    channel: str | None = None


def columns(*names):
    return f"because it has the columns {', '.join(map(repr, names[:-1]))} and {names[-1]!r}"


QUALTRICS = Read(
    "Qualtrics (3 header rows), because its third row holds Qualtrics' import ids", 4,
    {"Q4": REASON, "Q5": "What could we do better?"}, "EndDate", ISO + NAIVE, nps_score="Q3", id="ResponseId",
    customer="ExternalReference", segments=("DistributionChannel", "Plan"), n_comments=18,
    entries=((6, "test_row", "Status 'Survey Preview': a preview of the survey, not a customer"),
             (9, "spam", "Status 'Spam': taken for spam by the survey tool"),
             (13, "test_row", "Status 'Survey Test': a test, not a customer")), scores=(3, 10, 9, 6),
    notes=("Rows of surveys that were not finished, by column 'Finished': 1; what they say was kept.",),
    channel="DistributionChannel")
EXPECTED = {
    "qualtrics_three_rows.csv": QUALTRICS,
    "qualtrics.xlsx": QUALTRICS._replace(
        tool="Qualtrics (2 header rows), because its second row names Qualtrics' own columns again", first_row=3,
        entries=tuple((row - 1, *rest) for row, *rest in QUALTRICS.entries)),
    "qualtrics_legacy.csv": Read(
        "Qualtrics (2 header rows), because its second row names Qualtrics' own columns again", 3, {"Q2": REASON},
        "V9", ISO + NAIVE, nps_score="Q1", id="V1", customer="V5", n_comments=10,
        entries=((6, "test_row", "V7 '1': a preview of the survey, not a customer"),
                 (9, "spam", "V7 '8': taken for spam by the survey tool")), scores=(6, 7, 10),
        notes=("Rows of surveys that were not finished, by column 'V10': 1; what they say was kept.",)),
    "surveymonkey.csv": Read(
        "SurveyMonkey (2 header rows), because its second row holds the options of the questions in the first", 3,
        {REASON: REASON, "Anything else?": "Anything else?"}, "Date Created", "month/day/year" + NAIVE,
        nps_score="How likely is it that you would recommend Brindlecart to a friend or colleague?",
        id="Respondent ID", customer="Email Address", n_comments=24, scores=(5, 9, 8)),
    "typeform.csv": Read(
        f"Typeform (1 header row), {columns('Network ID', 'Submit Date (UTC)')}", 2, {REASON: REASON},
        "Submit Date (UTC)", ISO + NAIVE, nps_score=f"{RECOMMEND} to a friend?", id="#",
        segments=("Which plan are you on?",), scores=(1, 9, 6)),
    "google_forms.csv": Read(
        "Google Forms (1 header row), because its first column is 'Timestamp' and a question heads another", 2,
        {"What should we improve first?": "What should we improve first?"}, "Timestamp", ISO,
        nps_score="How likely are you to recommend us to a friend?", customer="Email Address",
        segments=("Which country do you live in?",), scores=(10, 2, 5)),
    "microsoft_forms.xlsx": Read(
        f"Microsoft Forms (1 header row), {columns('ID', 'Start time', 'Completion time')}", 2, {REASON: REASON},
        "Completion time", ISO + NAIVE, nps_score=f"{RECOMMEND}?", id="ID", customer="Email", scores=(10, 2, 5)),
    "delighted.csv": Read(
        f"Delighted (1 header row), {columns('survey_type', 'permalink', 'score')}", 2, {"comment": None},
        "created_at", "seconds since 1970", nps_score="score", id="id", customer="person", segments=("store",),
        n_comments=10, entries=((2, "test_row", "tags 'test': a test, not a customer"),
                                (9, "test_row", "tags 'test': a test, not a customer")), scores=(4, 2, 9)),
    "asknicely.csv": Read(
        f"AskNicely (1 header row), {columns('dontcontact', 'responded', 'answer')}", 2, {"comment": None},
        "responded", "seconds since 1970", nps_score="answer", id="response_id", customer="person_id",
        segments=("segment",), scores=(8, 4, 2)),
    "typeform_responses.json": Read(
        f"Typeform, {columns('landing_id', 'response_id', 'landed_at')}", 1, {"main_reason": None}, "submitted_at", ISO,
        nps_score="how_likely_to_recommend", id="response_id", segments=("hidden.region", "plan"), scores=(1, 9, 6)),
    "reddit_comments.jsonl": Read(
        f"Reddit, {columns('created_utc', 'subreddit', 'permalink')}", 1, {"body": None}, "created_utc",
        "seconds since 1970", id="id", customer="author"),
    "x_posts.jsonl": Read(
        f"X, {columns('author_id', 'conversation_id', 'created_at')}", 1, {"text": None}, "created_at", ISO, id="id",
        customer="author_id"),
    "wootric.csv": Read(
        f"Wootric (1 header row), {columns('end_user_id', 'excluded_from_calculations', 'score')}", 2, {"text": None},
        "created_at", ISO, nps_score="score", id="id", customer="end_user_id", segments=("language",),
        scores=(3, 5, 10)),
    "formbricks.csv": Read(
        f"Formbricks (1 header row), {columns('Response ID', 'Survey ID', 'Finished')}", 2,
        {f"2. {REASON}": f"2. {REASON}"}, "Timestamp", ISO, nps_score=f"1. {RECOMMEND}?", id="Response ID",
        customer="User ID", segments=("plan",), scores=(10, 8, 2),
        notes=("Rows of surveys that were not finished, by column 'Finished': 2; what they say was kept.",)),
    "zendesk.csv": Read(
        f"Zendesk (1 header row), {columns('Ticket ID', 'Satisfaction Comment')}", 2, {"Satisfaction Comment": None},
        "Solved at", ISO, id="Ticket ID", customer="Requester ID", segments=("Subject", "Group", "Satisfaction Score")),
    "intercom.csv": Read(
        f"Intercom (1 header row), {columns('Conversation ID', 'Conversation rating')}", 2,
        {"Conversation rating remark": None}, "Conversation rated at (UTC)", ISO + NAIVE, rating="Conversation rating",
        scale="1-5", id="Conversation ID", customer="User ID", segments=("Channel",), scores=(1, 4, 3),
        channel="Channel"),
    "app_store_connect.csv": Read(
        f"App Store Connect (1 header row), {columns('reviewerNickname', 'createdDate', 'territory')}", 2,
        {"body": None}, "createdDate", ISO, rating="rating", scale="1-5", id="id", segments=("territory",),
        scores=(3, 1, 5)),
    "google_play_console.csv": Read(
        f"Google Play Console (1 header row), {columns('Package Name', 'Star Rating', 'Review Text')}", 2,
        {"Review Text": None}, "Review Submit Date and Time", ISO, rating="Star Rating", scale="1-5",
        segments=("App Version Code", "App Version Name", "Reviewer Language", "Device"), scores=(5, 2, 1)),
    "trustpilot.csv": Read(
        f"Trustpilot (1 header row), {columns('Review Stars', 'Review Content', 'Review Title')}", 2,
        {"Review Content": None}, "Review Created (UTC)", ISO + NAIVE, rating="Review Stars", scale="1-5",
        id="Review ID", segments=("Source of Review",), scores=(4, 3, 3), channel="Source of Review"),
    "brandwatch.csv": Read(
        f"Brandwatch (1 header row), {columns('Query Id', 'Query Name', 'Snippet')}", 8, {"Full Text": None}, "Date",
        ISO + NAIVE, segments=("Page Type", "Country Code")),
    "one_hot.csv": Read(
        None, 2, {"Why did you choose this score?": "Why did you choose this score?"}, "Answered on",
        "day/month/year" + NAIVE, id="Answer ID", segments=("Plan",), n_comments=11,
        entries=((11, "rejected", "scores 3 and 7 are both marked"),), scores=(0, 10, 4, 3, None)),
}


def rows_of(name):
    with (EXPORTS / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def write_qualtrics(path):
    """Write the three-row CSV as the workbook that Qualtrics makes of it: no import ids, numbers as numbers."""
    workbook = Workbook()
    for number, row in enumerate(rows_of("qualtrics_three_rows.csv")):
        if number != 2:
            workbook.active.append([int(cell) if cell.isdigit() else cell or None for cell in row])
    workbook.save(path)


def write_microsoft_forms(path):
    """Write a workbook with the columns and types that Microsoft Forms gives."""
    workbook = Workbook()
    workbook.active.append(["ID", "Start time", "Completion time", "Email", "Name", f"{RECOMMEND}?", REASON])
    for number, (_, mail, score, text, _) in enumerate(rows_of("google_forms.csv")[1:], start=1):
        began = datetime(2026, 3, 2, 9, 14) + timedelta(days=number)
        workbook.active.append([number, began, began + timedelta(minutes=2), mail, None, int(score), text])
    workbook.save(path)


WRITERS = {"qualtrics.xlsx": write_qualtrics, "microsoft_forms.xlsx": write_microsoft_forms}


@pytest.mark.parametrize(("name", "expected"), EXPECTED.items(), ids=EXPECTED)
def test_what_a_tool_exports_is_read(name, expected, tmp_path):
    path = EXPORTS / name
    if name in WRITERS:
        path = tmp_path / name
        WRITERS[name](path)
    export = open_export(path)
    sample = next(iter(export.chunks(1000))).rows
    plan = plan_columns(sample, where=name)
    reader = RowReader(plan, source="s")
    batches = [reader.read(chunk.rows, chunk.broken) for chunk in export.chunks(5)]
    comments = [comment for batch in batches for comment in batch.comments]
    entries = [entry for batch in batches for entry in batch.entries]
    of_first = [c for batch in batches for c, column in zip(batch.comments, batch.columns, strict=True)
                if column == plan.verbatims[0]]
    n_shown = len(expected.scores)
    found = Read(
        export.facts.get("survey tool"), sample.index[0], {c: reader.question_of(c) for c in plan.verbatims},
        plan.received_at, str(plan.date_format), plan.nps_score, plan.rating,
        str(plan.rating_scale) if plan.rating_scale else None, plan.id, plan.customer, plan.segments, len(comments),
        tuple(dict.fromkeys((entry.row, str(entry.outcome), entry.reason) for entry in entries)),
        tuple(c.nps_score if c.rating is None else c.rating for c in of_first[:n_shown]),
        tuple(note for note in reader.notes if not note.startswith("Times in column")), plan.channel)
    assert found == expected
    assert all(comment.received_at for comment in comments)
    n_rows = sum(len(chunk.rows) + len(chunk.broken) for chunk in export.chunks(5))
    assert len(comments) + len(entries) == n_rows * len(plan.verbatims) == 12 * len(plan.verbatims)
    assert Counter(column for batch in batches for column in batch.columns).keys() == set(plan.verbatims)


def test_every_fixture_is_read():
    assert {path.name for path in EXPORTS.iterdir()} - {"README.md"} == EXPECTED.keys() - WRITERS.keys()


def test_what_reddit_removed_is_blank_and_up_votes_are_no_scores():
    export = open_export(EXPORTS / "reddit_comments.jsonl")
    rows = next(iter(export.chunks(1000))).rows
    assert rows["body"].isna().sum() == 1
    rows["score"] = [str(number % 11) for number in range(12)]  # as wide as scores of an NPS
    assert plan_columns(rows, where="x").nps_score is None


def test_points_of_a_quiz_and_groups_of_the_score_have_no_role():
    for name, column in (("typeform_responses.json", "calculated.score"), ("asknicely.csv", "answerlabel")):
        plan = plan_columns(next(iter(open_export(EXPORTS / name).chunks(1000))).rows, where="x")
        assert column not in {plan.nps_score, plan.rating, *plan.segments, *plan.verbatims}


def test_columns_of_text_iq_and_the_group_are_kept_and_have_no_role():
    export = open_export(EXPORTS / "qualtrics_three_rows.csv")
    plan = plan_columns(next(iter(export.chunks(1000))).rows, where="x")
    assert export.columns[17:] == ("Q3", "Q3_NPS_GROUP", "Q4", "Q5", "Plan", "Q4 - Parent Topics", "Q4 - Sentiment")
    roles = {plan.nps_score, plan.rating, plan.id, plan.customer, *plan.verbatims, *plan.segments}
    assert roles.isdisjoint({"Q3_NPS_GROUP", "Q4 - Parent Topics", "Q4 - Sentiment"})


def test_a_multi_select_has_a_column_for_each_option():
    export = open_export(EXPORTS / "surveymonkey.csv")
    asked = "Which of these do you use? (Select all that apply)"
    assert export.columns[11:15] == (f"{asked}: App", f"{asked}: Website", f"{asked}: Phone",
                                     f"{asked}: Other (please specify)")


def test_the_user_is_told_of_the_shape():
    export = open_export(EXPORTS / "brandwatch.csv")
    plan = plan_columns(next(iter(export.chunks(1000))).rows, where="x")
    told = "Brandwatch (1 header row), because it has the columns 'Query Id', 'Query Name' and 'Snippet'"
    assert dict(export.facts) == {"format": "CSV", "encoding": "utf-8", "separator": "comma", "survey tool": told,
                                  "preamble": "5 lines above the header left out"}
    assert plan.reasons["survey tool"] == told


def test_names_go_before_what_is_told():
    export = open_export(EXPORTS / "qualtrics_three_rows.csv")
    plan = plan_columns(next(iter(export.chunks(1000))).rows, where="x", verbatim="Q5", received_at="RecordedDate")
    assert (plan.verbatims, plan.received_at, plan.nps_score) == (("Q5",), "RecordedDate", "Q3")
    assert plan.reasons["nps_score"] == (
        "'Q3' (How likely are you to recommend Brindlecart to a friend or colleague?) because its header says "
        "'recommend' and 100 % of its values are whole numbers from 0 to 10")
    assert plan.reasons["test rows"] == "by 'Status' and 'DistributionChannel', in which Qualtrics marks them"


def test_dates_are_in_utc():
    export = open_export(EXPORTS / "google_forms.csv")
    rows = next(iter(export.chunks(1000))).rows
    first = RowReader(plan_columns(rows, where="x"), source="s").read(rows).comments[0]
    assert rows.iloc[0, 0] == "2026/03/02 9:14:05 AM GMT+1"
    assert first.received_at == datetime(2026, 3, 2, 8, 14, 5, tzinfo=UTC)
