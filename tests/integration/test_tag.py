"""The public interface on the real models: what `cx_text.tag` and `tag_export` give, exactly as documented."""

import pandas as pd
import pytest

import cx_text
from cx_text.insights.theme_table import THEME_COLUMNS
from cx_text.text.redact import PLACEHOLDER

pytestmark = pytest.mark.models
COMMENT_TAGS = {"language": "str", "kind": "str", "polarity": "str", "polarity_score": "float64",
                "confidence": "float64", "low_confidence": "boolean", "n_windows": "Int64", "nps_category": "str",
                "implied_detractor": "float64", "implied_passive": "float64", "implied_promoter": "float64",
                "theme_ids": "object", "theme_labels": "object", "sub_theme_ids": "object",
                "sub_theme_labels": "object", "flagged": "str"}
OPINION_COLUMNS = {"respondent": "int64", "start": "int64", "end": "int64", "text": "str", "polarity": "str",
                   "polarity_score": "float64", "confidence": "float64", "low_confidence": "boolean",
                   "theme_id": "str", "theme_label": "str", "sub_theme_id": "str", "sub_theme_label": "str",
                   "theme_confidence": "float64"}
WHY = "What is the main reason for your score?"
BETTER = "What could we do better?"


@pytest.fixture(scope="module")
def answers(example_path):
    """Return the first 200 rows of the example under short names, with an index that repeats and is no number."""
    rows = pd.read_csv(example_path, dtype=str, keep_default_na=False).head(200)
    rows = rows.rename(columns={WHY: "comment", "How likely are you to recommend us? (0-10)": "score"})
    return rows.set_index(pd.Index([f"r{n // 2}" for n in range(200)]))


@pytest.fixture(scope="module")
def result(answers):
    return cx_text.tag(answers, verbatim="comment", nps_score="score", question=WHY, source="survey")


def tag_rows(rows, **options):
    return cx_text.tag(pd.DataFrame(rows), **options)


def test_comments_keep_index_and_columns_and_get_ours_behind(answers, result):
    assert list(result.comments.columns) == [*answers.columns, *COMMENT_TAGS]
    assert {name: str(result.comments.dtypes[name]) for name in COMMENT_TAGS} == COMMENT_TAGS
    kept = [name for name in answers.columns if name != "comment"]
    pd.testing.assert_frame_equal(result.comments[kept], answers[kept])
    is_masked = result.comments["comment"].map(lambda text: PLACEHOLDER.search(text) is not None).to_numpy()
    assert is_masked.sum() == len(result.redactions) == 2  # an e-mail address and a name
    assert result.comments.loc[~is_masked, "comment"].tolist() == answers.loc[~is_masked, "comment"].tolist()
    read = result.comments[result.comments["polarity"].notna()]
    assert read["polarity_score"].between(-1, 1).all()
    assert read["confidence"].between(0, 1).all()
    assert set(read["polarity"]) <= {"negative", "neutral", "positive", "mixed"}
    assert set(result.comments["kind"]) <= {"answer", "rating", "non_answer", "blank", "duplicate", "rejected"}
    assert all(isinstance(ids, list) for ids in read["theme_ids"])


def test_personal_data_is_kept_where_that_is_asked_for():
    said = ["Thanks to Mrs Patel", "Ring me on +44 20 7946 0958"] * 3
    kept = tag_rows({"comment": said}, verbatim="comment", redact=False)
    assert kept.comments["comment"].tolist() == said
    assert kept.redactions.empty
    masked = tag_rows({"comment": said}, verbatim="comment")
    assert masked.comments["comment"].tolist()[:2] == ["Thanks to Mrs <NAME_1>", "Ring me on <PHONE_1>"]
    assert masked.manifest["counts"]["masked"] == {"NAME": 3, "PHONE": 3}
    assert not [text for table in (masked.opinions, masked.themes, masked.ledger) for text in table.to_numpy().ravel()
                if "Patel" in str(text)]


def test_opinions_slice_the_words_of_their_comment(answers, result):
    opinions = result.opinions
    assert list(opinions.columns) == ["comment", *OPINION_COLUMNS]
    assert {name: str(opinions.dtypes[name]) for name in OPINION_COLUMNS} == OPINION_COLUMNS
    assert set(opinions["comment"]) <= set(answers.index)
    assert (opinions["end"] - opinions["start"] == opinions["text"].str.len()).all()
    assert set(opinions["polarity"]) == {"negative", "neutral", "positive"}
    assert opinions["comment"].dtype == answers.index.dtype
    assert opinions["theme_confidence"].dropna().between(0, 1).all()
    assert opinions["theme_id"].isna().equals(opinions["theme_label"].isna())


def test_spans_index_into_the_verbatim_where_normalising_changes_nothing():
    said = ["Delivery was fast but the app keeps crashing", "The driver was kind. The food was cold!"]
    found = tag_rows({"comment": said}, verbatim="comment").opinions
    assert [said[o.comment][o.start:o.end] for o in found.itertuples()] == found["text"].tolist() == [
        "Delivery was fast", "the app keeps crashing", "The driver was kind", "The food was cold!"]


def test_every_theme_of_an_opinion_is_in_the_table_of_themes(result):
    themes = result.themes
    assert list(themes.columns) == list(THEME_COLUMNS)
    assert len(themes) >= 2
    assert themes["id"].is_unique
    assert themes["label"].is_unique
    assert set(result.opinions["theme_id"].dropna()) <= set(themes["id"])
    labels = dict(zip(themes["id"], themes["label"], strict=True))
    clear = result.opinions.dropna(subset="theme_id")
    assert clear["theme_label"].tolist() == clear["theme_id"].map(labels).tolist()
    below = clear.dropna(subset="sub_theme_id")
    assert below["sub_theme_label"].tolist() == below["sub_theme_id"].map(labels).tolist()
    above = dict(zip(themes["id"], themes["parent_id"], strict=True))
    assert below["theme_id"].tolist() == below["sub_theme_id"].map(above).tolist()
    n_opinions = pd.concat([clear["theme_id"], below["sub_theme_id"]]).value_counts()
    assert themes.set_index("id")["n_opinions"].to_dict() == n_opinions.reindex(themes["id"], fill_value=0).to_dict()
    assert {t.id: t.label for t in result.codeframe.themes} == labels
    ids = [i for found in result.comments["theme_ids"].dropna() for i in found]
    assert set(ids) <= set(labels)
    assert not {"-1", -1} & {*ids, *labels, *labels.values()}


def test_the_ledger_and_what_was_analysed_add_up(answers, result):
    assert list(result.ledger.columns) == ["row", "question", "outcome", "reason"]
    assert result.comments["polarity"].notna().sum() + len(result.ledger) == len(answers)
    assert result.summary.ledger_counts.sum().to_dict() == {"comment": len(answers)}
    assert set(result.ledger["row"]) <= set(answers.index)


def test_nps_and_manifest(answers, result):
    scores = pd.to_numeric(answers["score"], errors="coerce")
    duplicate = answers["Response ID"].duplicated().to_numpy()
    scores = scores[scores.between(0, 10).to_numpy() & ~duplicate]
    assert (result.nps.n, result.nps.n_promoters, result.nps.n_detractors) == (
        len(scores), (scores >= 9).sum(), (scores <= 6).sum())
    assert result.nps.low < result.nps.nps < result.nps.high
    assert list(result.manifest) == ["made_by", "created_at", "seconds", "input", "columns", "options", "seed",
                                     "recipe", "models", "versions", "processor", "arithmetic", "counts", "codeframe"]
    assert result.manifest["columns"]["verbatims"] == ["comment"]
    assert result.manifest["counts"]["rows"] == 200
    assert {m["name"] for m in result.manifest["models"].values()} == {
        "en-core-web-sm", "lingua", "cx-polarity-en", "cx-implied-en", "cx-themes-en"}


def test_the_codeframe_can_be_used_again(answers, result):
    again = cx_text.tag(answers.head(50), verbatim="comment", nps_score="score", question=WHY,
                        codeframe=result.codeframe)
    same = result.opinions.head(len(again.opinions))
    assert again.opinions["text"].tolist() == same["text"].tolist()
    assert again.opinions["theme_id"].fillna("").tolist() == same["theme_id"].fillna("").tolist()


def test_several_verbatim_columns_give_a_comment_each_with_the_header_as_question():
    rows = pd.DataFrame({"What was good?": ["The driver was kind", "Nothing", "", "n/a"],
                         BETTER: ["Nothing", "Nothing", "The app keeps crashing", "Make it cheaper please"],
                         "score": [9, 2, 3, 8]}, index=[1.5, 1.5, 0.5, -1.0])
    before = rows.copy(deep=True)
    result = cx_text.tag(rows, verbatim=["What was good?", BETTER], nps_score="score")
    pd.testing.assert_frame_equal(rows, before)
    assert list(result.comments.columns) == [*rows.columns, "question", *COMMENT_TAGS]
    assert result.comments.index.tolist() == [1.5] * 4 + [0.5] * 2 + [-1.0] * 2
    assert result.comments["question"].tolist() == ["What was good?", BETTER] * 4
    better = result.comments[result.comments["question"] == BETTER]
    assert better["polarity"].tolist() == ["positive", "positive", "negative", "negative"]
    assert result.summary.ledger_counts.sum().tolist() == [4, 4]
    assert result.nps.n == 4  # a respondent counts once, whatever number of questions
    assert set(result.ledger["question"]) == {"What was good?"}


def test_columns_of_the_export_keep_their_names_and_ours_step_aside():
    rows = pd.DataFrame({"comment": ["The app is great", "The app is slow"], "language": ["English", "?"],
                         "polarity": [7, 8]})
    tagged = cx_text.tag(rows, verbatim="comment").comments
    ours = {name: f"cx_{name}" if name in rows else name for name in COMMENT_TAGS}
    assert list(tagged.columns) == [*rows.columns, *ours.values()]
    pd.testing.assert_frame_equal(tagged[rows.columns], rows)
    assert tagged["cx_language"].tolist() == ["en", "en"]
    assert tagged["cx_polarity"].tolist() == ["positive", "negative"]


def test_the_wording_of_the_question_changes_what_nothing_means():
    rows = {"comment": ["Nothing", "Nothing at all"]}
    praised = tag_rows(rows, verbatim="comment", question=BETTER).comments
    blamed = tag_rows(rows, verbatim="comment", question="What was good?").comments
    assert praised["polarity"].tolist() == ["positive", "positive"]
    assert blamed["polarity"].tolist() == ["negative", "negative"]
    column = tag_rows(rows | {"asked": [BETTER] * 2}, verbatim="comment", question="asked").comments
    assert column["polarity"].tolist() == ["positive", "positive"]


def test_stars_give_a_proxy_in_a_column_of_its_own():
    result = tag_rows({"Review": ["Works well for me", "Crashes all day", "It is fine"], "Stars": [5, 1, 4]},
                      verbatim="Review", rating="Stars", rating_scale="1-5", recipe="app_reviews")
    assert result.comments["nps_category"].isna().all()
    assert result.comments["proxy_category"].tolist() == ["promoter", "detractor", "passive"]
    assert (result.nps.basis, result.nps.is_proxy) == ("rating 1-5", True)
    assert list(result.comments.columns)[-1] == "proxy_category"


def test_a_language_that_is_not_read_stays_untagged():
    result = tag_rows({"comment": ["Die Lieferung war leider schon wieder viel zu spät", "The delivery was late"]},
                      verbatim="comment")
    assert result.comments["language"].tolist() == ["de", "en"]
    assert result.comments["polarity"].isna().tolist() == [True, False]
    assert result.comments["theme_ids"].tolist() == [None, []]
    assert result.opinions["comment"].tolist() == [1]
    assert result.ledger.values.tolist() == [
        [0, "comment", "other_language", "language 'de', which the recipe's models do not read"]]


def test_no_rows():
    result = cx_text.tag(pd.DataFrame({"comment": pd.Series([], dtype="str")}), verbatim="comment")
    assert len(result.comments) == len(result.opinions) == len(result.themes) == len(result.ledger) == 0
    assert result.nps is None
    assert list(result.themes.columns) == list(THEME_COLUMNS)


WRITERS = {
    "csv": lambda rows, path: rows.to_csv(path, index=False),
    "xlsx": lambda rows, path: rows.to_excel(path, index=False),
    "jsonl": lambda rows, path: rows.to_json(path, orient="records", lines=True, force_ascii=False),
    "parquet": lambda rows, path: rows.to_parquet(path, index=False),
}


def test_the_format_of_the_file_makes_no_difference(answers, tmp_path):
    recipe = cx_text.load_recipe("nps_survey")
    recipe = recipe.model_copy(update={"stages": recipe.stages[:-1]})  # without themes: they take most of the time
    for ending, write in WRITERS.items():
        write(answers.head(30), tmp_path / f"answers.{ending}")
        summary = cx_text.tag_export(tmp_path / f"answers.{ending}", out=tmp_path / ending, verbatim="comment",
                                     nps_score="score", question=WHY, recipe=recipe)
        assert summary.n_rows == 30
    found = {ending: pd.read_csv(tmp_path / ending / "opinions.csv", dtype=str) for ending in WRITERS}
    numbers = {ending: opinions.pop("respondent").astype(int) for ending, opinions in found.items()}
    for ending, opinions in found.items():
        pd.testing.assert_frame_equal(opinions, found["csv"])
        assert (numbers[ending] - numbers["csv"]).nunique() == 1  # rows are numbered as each format numbers them


def test_the_models_by_themselves(answers):
    import numpy as np

    model = cx_text.load_polarity_model()
    found = model.predict(["Nothing", "Awful service"], [BETTER, None])
    assert (found.shape, found.dtype) == ((2, 3), np.float32)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-3)
    assert found.argmax(axis=1).tolist() == [2, 0]
    codeframe = cx_text.discover_themes(answers["comment"].tolist(), seed=3)
    found = [t.id for t in codeframe.themes if not t.is_given]
    assert found == [f"t{n:02d}" for n in range(1, len(found) + 1)]
    ids, confidence = codeframe.assign(["My delivery was two hours late", ""])
    assert set(ids) <= {None, *(t.id for t in codeframe.themes)}
    assert confidence.dtype == np.float32
    assert ((confidence >= 0) & (confidence <= 1)).all()


def test_versions_channels_and_flags_reach_the_tables():
    said = "The app is slow and the delivery is always late"
    rows = pd.DataFrame({
        "id": ["1", "2", "1", *[f"x{n}" for n in range(20)]], "comment": ["Good", "The app is slow today", "Bad app",
                                                                         *[said] * 20],
        "score": ["9", "3", "2", *["5"] * 20], "who": ["ann", "ann", "ann", *[f"c{n}" for n in range(19)], "c0"],
        "from": ["Web", "Web", "Web", *["App"] * 19, "Web"]}, index=range(10, 33))
    result = cx_text.tag(rows, verbatim="comment", nps_score="score", id="id", customer="who", channel="from",
                         recipe="nps_survey")
    assert result.ledger.values.tolist() == [
        [10, "comment", "older_version", "an older version of row 12"],
        [32, "comment", "duplicate", "same words by the same customer in channel 'App', row 13"]]
    assert result.nps.n == 21
    assert result.comments["flagged"].fillna("").tolist() == ["", "", "", *["the same words in 20 rows"] * 19, ""]
    assert ("Flagged, and kept: 19 rows with a text of 8 words or more that at least 20 rows share. The column flagged "
            "of the comments says which.") in result.summary.notes
    assert result.manifest["columns"]["channel"] == "from"
