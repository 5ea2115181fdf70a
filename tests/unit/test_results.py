"""Tables of a run with fakes for models: every row of every verbatim column is accounted for."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx_text.codeframe import Codeframe
from cx_text.insights.discovery import discover
from cx_text.pipeline import Pipeline
from cx_text.privacy import RowRedactor
from cx_text.results import LEDGER_COLUMNS, RunTables, basis_of
from cx_text.run import Portion, settled
from cx_text.sources.base import BrokenRow
from cx_text.sources.columns.plan import ColumnPlan
from cx_text.sources.rows import LedgerEntry, Outcome, RowReader
from cx_text.stages.clean import CleanStage
from cx_text.stages.kind import KindStage
from cx_text.stages.language import LanguageStage
from cx_text.stages.opinions import OpinionsStage
from cx_text.stages.polarity import PolarityStage
from cx_text.stages.themes import ThemesStage
from cx_text.testing import FakeClusterer, FakeCutter, FakeEmbedder, FakeLanguage, FakePii, FakePolarity

ROWS = pd.DataFrame(
    {"id": ["1", "2", "3", "2", "5", "6"],
     "why": ["app is slow", "", "n/a", "app is slow", "sehr gut danke", "app is great"],
     "better": ["price is bad", "app is rude", "", "price", "price is good", " "],
     "score": ["3", "9", "8", "9", "10", "11"]}, index=[2, 3, 4, 5, 6, 7])
PLAN = ColumnPlan(("why", "better"), nps_score="score", id="id")


def codeframe():
    return discover(["app is slow", "app is great", "price is bad", "price is good"], embedder=FakeEmbedder(),
                    clusterer=FakeClusterer(), phraser=FakeCutter())


def portion_of(rows, reader, frame, broken=()):
    """Return what a run makes of some rows, with fakes for its models."""
    batch = reader.read(rows, broken)
    stages = [CleanStage(), KindStage(), LanguageStage(FakeLanguage()), OpinionsStage(FakeCutter()),
              PolarityStage(FakePolarity()), ThemesStage(frame)]
    comments, _ = Pipeline(stages)(batch.comments)
    outcomes = {"blank": (Outcome.BLANK, "no words"), "non_answer": (Outcome.NON_ANSWER, "words that answer nothing")}
    unread = [(p, c, outcomes.get(comment.tags.kind.value, (Outcome.OTHER_LANGUAGE, "another language")))
              for p, c, comment in zip(batch.positions, batch.columns, comments, strict=True)
              if not comment.is_readable]
    entries = [*batch.entries, *(LedgerEntry(rows.index[p], c, *why, p) for p, c, why in unread)]
    return Portion(rows, tuple(comments), batch.positions, batch.columns, tuple(entries), traces=batch.traces)


def run(rows=ROWS, plan=PLAN, *, is_export=True, size=10, broken=()):
    reader, frame = RowReader(plan, source="s"), codeframe()
    tables = RunTables(plan, frame, is_export=is_export)
    portions = [portion_of(rows.iloc[at:at + size], reader, frame, broken if at == 0 else ())
                for at in range(0, len(rows), size)]
    n_before = [sum(len(portion.rows) for portion in portions[:k]) for k in range(len(portions))]
    parts = [tables.of(settled(portion, reader, n)[0]) for portion, n in zip(portions, n_before, strict=True)]
    return tables, {name: pd.concat([part[name] for part in parts]) for name in parts[0]}


def test_each_verbatim_column_adds_up_to_the_rows():
    tables, found = run(broken=[BrokenRow(8, "a quote is not closed")])
    counts = tables.ledger_counts()
    assert tables.n_rows == 7
    assert counts.sum().to_dict() == {"why": 7, "better": 7}
    assert counts["why"].to_dict() == {"analysed": 2, "blank": 0, "non_answer": 1, "nothing_to_add": 0, "spam": 0,
                                       "duplicate": 0, "older_version": 1, "test_row": 0, "other_language": 1,
                                       "rejected": 2}
    assert counts["better"].to_dict() == {"analysed": 3, "blank": 1, "non_answer": 0, "nothing_to_add": 0, "spam": 0,
                                          "duplicate": 0, "older_version": 1, "test_row": 0, "other_language": 0,
                                          "rejected": 2}
    assert list(found["ledger"].columns) == list(LEDGER_COLUMNS)
    assert len(found["ledger"]) == 14 - counts.loc["analysed"].sum()


def test_a_row_a_comment_with_what_became_of_it():
    _, found = run()
    comments = found["comments"]
    assert list(comments.columns)[:6] == ["id", "why", "better", "score", "question", "comment_id"]
    assert comments["question"].tolist() == ["why", "better"] * 6
    assert comments["kind"].tolist() == ["answer", "answer", "older_version", "older_version", "non_answer", "blank",
                                         "answer", "answer", "answer", "answer", "rejected", "rejected"]
    assert comments["comment_id"].fillna("").tolist()[:7] == ["s:1:1", "s:1:2", "", "", "s:3:1", "s:3:2", "s:2:1"]
    assert comments["comment_id"].isna().sum() == 4
    assert set(found["opinions"]["comment_id"]) <= set(comments["comment_id"].dropna())


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_size_of_portions_makes_no_difference(size):
    whole, parts = run()[1], run(size=size)[1]
    for name in ("comments", "opinions"):
        pd.testing.assert_frame_equal(parts[name].reset_index(drop=True), whole[name].reset_index(drop=True))
    assert sorted(parts["ledger"].values.tolist()) == sorted(whole["ledger"].values.tolist())


def test_a_data_frame_keeps_its_index_and_names_opinions_by_it():
    rows = ROWS.set_axis(["a", "a", 1.5, None, "b", "b"])
    _, found = run(rows, ColumnPlan(("why",), nps_score="score"), is_export=False)
    assert found["comments"].index.tolist() == rows.index.tolist()
    assert list(found["comments"].columns)[:5] == [*rows.columns, "language"]
    assert found["opinions"]["comment"].fillna("none").tolist() == ["a", "none"]


def test_columns_of_ours_step_aside():
    rows = ROWS.rename(columns={"better": "language"})
    _, found = run(rows, ColumnPlan(("why",), nps_score="score", id="id"))
    assert list(found["comments"].columns)[:6] == ["id", "why", "language", "score", "comment_id", "cx_language"]


def test_what_categories_are_made_from():
    from cx_text.comment import RatingScale

    scale = RatingScale(1, 5)
    assert basis_of(ColumnPlan(("why",))) == "nps_score"
    assert basis_of(ColumnPlan(("why",), rating="stars", rating_scale=scale)) == "rating 1-5"
    assert basis_of(ColumnPlan(("why",), nps_score="score", rating="stars", rating_scale=scale)) == "nps_score"


cells = st.sampled_from(["app is slow", "n/a", "", " ", "sehr gut", "app is great. price is bad", "price is so slow"])
SAID = pd.DataFrame(
    {"id": ["1", "2", "3", "1", "5", "6"], "who": ["ann", "ann", "ann", "ann", "bo", "ann"],
     "where": ["App", "Web", "Mail", "App", "Mail", "Web"], "score": ["1", "9", "9", "10", "3", "2"],
     "why": ["The app is slow", "the APP is: slow!", "The app is slow", "price is good", "The app is slow",
             "app is rude"]},
    index=range(2, 8))
SAID_PLAN = ColumnPlan(("why",), nps_score="score", id="id", customer="who", channel="where")


def test_the_score_of_an_older_version_does_not_count_beside_that_of_the_newer():
    tables, found = run(SAID.drop(index=[3, 4]), SAID_PLAN)
    assert found["ledger"].values.tolist() == [[2, "why", "older_version", "an older version of row 5"]]
    respondents = tables.tally.observations().respondents
    assert respondents["nps_score"].tolist() == [10, 3, 2]
    assert respondents["respondent"].tolist() == [5, 6, 7]


def test_an_index_that_repeats_mixes_no_outcomes_up():
    rows = SAID.set_axis(["a", "a", "b", "a", None, "a"])
    tables, found = run(rows, SAID_PLAN, is_export=False, size=4)
    assert found["comments"]["kind"].tolist() == ["older_version", "answer", "duplicate", "answer", "answer", "answer"]
    assert found["ledger"]["reason"].tolist() == ["an older version of row a",
                                                  "same words by the same customer in channel 'Web', row a"]
    assert tables.ledger_counts()["why"].sum() == 6


@pytest.mark.parametrize("size", [1, 2, 6])
def test_words_told_twice_belong_to_the_first_row_that_still_stands(size):
    tables, found = run(SAID, SAID_PLAN, size=size)
    assert sorted(found["ledger"].values.tolist()) == [
        [2, "why", "older_version", "an older version of row 5"],
        [4, "why", "duplicate", "same words by the same customer in channel 'Web', row 3"]]
    assert tables.ledger_counts()["why"].sum() == 6


def test_what_is_flagged_is_kept_and_said():
    rows = pd.DataFrame({"why": ["the app is slow and the price is bad"] * 20 + ["app is great"]}, dtype=object)
    tables, found = run(rows, ColumnPlan(("why",)), size=7)
    assert found["comments"]["flagged"].fillna("").tolist() == ["the same words in 20 rows"] * 20 + [""]
    assert tables.ledger_counts()["why"]["analysed"] == 21


rows_of_cells = st.lists(st.tuples(st.sampled_from("abcd"), cells, cells, st.sampled_from(["1", "10", "", "x", "12"]),
                                   st.sampled_from("ab"), st.sampled_from("xyz")), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(rows_of_cells, st.integers(1, 5), st.integers(0, 2))
def test_nothing_is_lost_whatever_the_rows(rows, size, n_broken):
    table = pd.DataFrame(rows, columns=["id", "why", "better", "score", "who", "where"])
    broken = [BrokenRow(1000 + n, "broken") for n in range(n_broken)]
    plan = replace(PLAN, customer="who", channel="where")
    tables, found = run(table, plan, size=size, broken=broken)
    counts = tables.ledger_counts()
    ids = found["comments"]["comment_id"].dropna()
    assert ids.is_unique
    assert (counts.sum() == len(rows) + n_broken).all()
    assert (counts >= 0).all(axis=None)
    assert len(found["comments"]) == 2 * len(rows)
    assert found["comments"]["polarity"].notna().sum() == counts.loc["analysed"].sum()
    assert counts.drop("analysed").to_numpy().sum() == len(found["ledger"])


def test_a_codeframe_without_themes_gives_empty_lists():
    frame = Codeframe.empty(FakeEmbedder())
    tables = RunTables(PLAN, frame, is_export=True)
    found = tables.of(portion_of(ROWS, RowReader(PLAN, source="s"), frame))
    assert found["opinions"]["theme_id"].isna().all()
    assert [ids for ids in found["comments"]["theme_ids"] if ids is not None] == [[]] * 6


def test_masked_words_are_flagged_and_their_places_kept():
    rows = pd.DataFrame({"why": ["Sarah says the app is slow and the price bad"] * 20}, dtype=object)
    plan = ColumnPlan(("why",))
    reader = RowReader(plan, source="s")
    batch, cells = RowRedactor(FakePii(), plan)(reader.read(rows))
    portion = Portion(batch.rows, batch.comments, batch.positions, batch.columns, batch.entries, cells, batch.traces)
    found, n_flagged = settled(portion, reader, 0)
    assert n_flagged == {"text": 20}
    assert found.masked == cells
    assert found.comments[0].verbatim == "<NAME_1> says the app is slow and the price bad"
