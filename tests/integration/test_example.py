"""The example export through the real command: what was planted is found, and the files are whole, safe and the same.

Counts are those of examples/README.md.
"""

import json
import re

import openpyxl
import pandas as pd
import pytest

import cx_text
from cx_text.manifest import TIMES
from cx_text.report.figures import percent
from cx_text.text.redact import PLACEHOLDER

pytestmark = pytest.mark.models
WHY = "What is the main reason for your score?"
TABLES = ("comments", "opinions", "themes", "drivers", "scores", "segments", "change", "conflicts", "respondents",
          "redactions", "ledger")
FILES = sorted([*(f"{t}.{ending}" for t in TABLES for ending in ("csv", "parquet")),
                "manifest.json", "report.html", "results.xlsx"])


@pytest.fixture(scope="module")
def out(example_run):
    return example_run[0]


@pytest.fixture(scope="module")
def ledger(out):
    return pd.read_parquet(out / "ledger.parquet")


@pytest.fixture(scope="module")
def comments(out):
    return pd.read_parquet(out / "comments.parquet")


def test_the_folder_holds_what_is_documented(out):
    assert sorted(path.name for path in out.iterdir()) == FILES


def test_the_summary_says_what_was_guessed_and_accounts_for_every_row(example_run, ledger):
    _, ran = example_run
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert ("nps_score: 'How likely are you to recommend us? (0-10)' because its header says 'recommend' and 100 % of "
            "its values are whole numbers from 0 to 10") in lines
    found = ledger["outcome"].value_counts()
    assert (f"644 rows ({WHY}): {644 - len(ledger)} analysed, 38 blank, {found['non_answer']} non answers, "
            f"6 duplicates, {found['other_language']} other language, 3 rejected") in lines
    assert "NPS 16 (10 to 23, 95 % interval, n = 631)" in lines


def test_the_summary_tells_ratings_from_other_opinions(example_run, out, comments):
    opinions = pd.read_parquet(out / "opinions.parquet")
    is_rating = opinions["comment_id"].isin(comments.loc[comments["kind"] == "rating", "comment_id"])
    assert set(opinions.loc[is_rating, "theme_label"].dropna()) <= {"General praise", "General complaint"}
    is_rating &= opinions["theme_id"].isna()
    unclear = percent(opinions.loc[~is_rating, "theme_id"].isna().mean())
    n_comments = comments["polarity"].notna().sum()
    assert is_rating.sum() > 0
    assert (f"{len(opinions):,} opinions in {n_comments} comments, {is_rating.sum()} of them ratings that name "
            f"nothing; {unclear} of the others are unclear, in no theme") in example_run[1].out.splitlines()


def test_what_was_planted_is_in_the_ledger(out, ledger, example_path):
    rows = pd.read_csv(example_path, dtype=str, keep_default_na=False)
    rows.index += 2  # as a spreadsheet numbers them
    found = ledger["outcome"].value_counts()
    assert (found["blank"], found["duplicate"], found["rejected"]) == (38, 6, 3)
    assert abs(found["non_answer"] - 32) <= 2  # planted; a few more words may say as little ("meh", "??")
    read = {rows.at[r.row, "Response ID"]: r.reason for r in ledger.itertuples() if r.outcome == "rejected"}
    assert read == {"R-10181": "score 11 is outside 0 to 10", "R-10211": "score -1 is outside 0 to 10",
                    "R-10416": "score 'ten' is not a number"}
    twice = ledger[ledger["outcome"] == "duplicate"]
    assert sorted(rows.loc[twice["row"], "Response ID"]) == [
        "R-10084", "R-10100", "R-10238", "R-10296", "R-10376", "R-10582"]
    first = {response: row for row, response in rows["Response ID"].drop_duplicates().items()}
    assert twice["reason"].tolist() == [f"same id as row {first[rows.at[row, 'Response ID']]}" for row in twice["row"]]


def test_german_and_french_are_marked_and_left_untagged(ledger, comments):
    other = ledger[ledger["outcome"] == "other_language"]
    languages = other["reason"].str.extract(r"language '(\w+)'")[0].value_counts()
    assert abs(languages["de"] - 12) <= 1  # planted
    assert abs(languages["fr"] - 2) <= 1
    assert len(other) <= 18  # a short English answer with a typo may look foreign, but few
    untagged = comments[comments["language"].isin(["de", "fr"])]
    assert untagged["polarity"].isna().all()
    assert untagged["theme_ids"].isna().all()


def test_every_row_is_in_comments_in_order_with_its_words(comments, example_path, out):
    rows = pd.read_csv(example_path, dtype=str, keep_default_na=False)
    assert list(comments.columns) == [*rows.columns, "comment_id", "language", "kind", "polarity", "polarity_score",
                                      "confidence", "low_confidence", "n_windows", "nps_category", "implied_detractor",
                                      "implied_passive", "implied_promoter", "theme_ids", "theme_labels",
                                      "sub_theme_ids", "sub_theme_labels", "flagged"]
    assert comments["Response ID"].tolist() == rows["Response ID"].tolist()
    redactions = pd.read_parquet(out / "redactions.parquet")
    masked = comments[WHY].fillna("").map(lambda text: PLACEHOLDER.search(text) is not None)
    assert masked.sum() == redactions["row"].nunique() == 6  # an e-mail address, a phone number and four names
    assert comments.loc[~masked, WHY].fillna("").tolist() == rows.loc[~masked, WHY].tolist()


def test_opinions_belong_to_comments_and_to_themes(out, comments):
    opinions, themes = (pd.read_parquet(out / f"{name}.parquet") for name in ("opinions", "themes"))
    analysed = comments.loc[comments["polarity"].notna(), "comment_id"]
    assert set(opinions["comment_id"]) == set(analysed)
    assert set(opinions["theme_id"].dropna()) <= set(themes["id"])
    assert set(opinions["sub_theme_id"].dropna()) <= set(themes.loc[themes["parent_id"].notna(), "id"])
    assert themes["parent_id"].notna().any()
    assert "-1" not in {*themes["id"], *themes["label"], *opinions["theme_id"], *opinions["theme_label"]}
    assert themes["label"].is_unique
    assert len(themes) >= 5
    assert themes["exemplar_1"].str.len().gt(0).all()


def test_formulas_are_neutralised(out):
    texts = pd.read_csv(out / "comments.csv", dtype=str, keep_default_na=False, index_col="Response ID")[WHY]
    assert [texts[r][:2] for r in ("R-10309", "R-10158", "R-10387")] == ["'=", "'+", "'@"]
    for name in TABLES:
        cells = pd.read_csv(out / f"{name}.csv", dtype=str, keep_default_na=False)
        risky = cells.map(lambda text: text[:1] in tuple("=+-@\t") and not re.fullmatch(r"-[0-9.]+(e-[0-9]+)?", text))
        assert not risky.to_numpy().any()
    book = openpyxl.load_workbook(out / "results.xlsx", read_only=True)
    assert book.sheetnames == list(TABLES)
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    book.close()


def test_the_bash_blocks_of_the_readme_run(readme_run):
    out, ran = readme_run
    assert [(block, done.returncode, done.stderr) for block, done in ran] == [(block, 0, "") for block, _ in ran]
    assert f"Results: {out.name}" in ran[0][1].stdout.replace("\n", "")
    assert (out / "report.html").is_file()


def test_a_watch_over_the_example_tells_of_the_payment_bug_and_of_nothing_else(readme_run):
    [said] = [done.stdout for block, done in readme_run[1] if "cx-text watch" in block]
    assert len(re.findall("^Alert ", said, re.MULTILINE)) == 1
    assert re.search(r"^Alert 1: .*[Pp]ay.*times as many customers as usual$", said, re.MULTILINE)
    assert "from 12 July to 25 July 2026" in said
    assert "(95 % interval" in said


def test_the_same_command_gives_the_same_bytes(out, readme_run):
    """The README's own command ran in a process of its own."""
    again, _ = readme_run
    assert sorted(path.name for path in again.iterdir()) == FILES
    assert [name for name in FILES if name not in ("manifest.json", "report.html")
            and (again / name).read_bytes() != (out / name).read_bytes()] == []
    one, other = (json.loads((folder / "manifest.json").read_text("utf-8")) for folder in (out, again))
    assert {k for k in one if one[k] != other[k]} <= set(TIMES)
    assert list(one) == list(other)
    pages = [re.sub("<dt>seconds</dt><dd>.*?</dd>", "", (folder / "report.html").read_text("utf-8").replace(
        made["created_at"], "")) for folder, made in ((out, one), (again, other))]
    assert pages[0] == pages[1]  # it shows the manifest, and so its times


def test_markup_in_a_comment_is_escaped_in_the_report(tmp_path):
    # Three things that no arithmetic could take for one: what is tested here is the page, not the themes.
    said = [f"The {thing} <script>alert(1)</script> {fault}" for thing, faults in {
        "app": ("crashed when I paid", "crashes every day", "crashed again", "keeps crashing on my phone",
                "crashed at the last step", "froze and then crashed", "crashed after the update", "crashes at login"),
        "courier": ("was two hours late", "came a day late", "was late again", "never came on time",
                    "delivered the parcel late", "was late and rude", "lost my parcel", "left my parcel in the rain"),
        "price": ("is too high", "went up again", "is not worth it", "rose by a third", "is far too expensive",
                  "of a refill is too high", "doubled in a year", "is higher than elsewhere"),
    }.items() for fault in faults]
    pd.DataFrame({"comment": said, "score": range(24), "<script>alert(2)</script>": ["<b>x", "y"] * 12}).assign(
        score=lambda rows: rows["score"] % 11).to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "mine.toml").write_text('name = "mine"\n[themes]\nmin_opinions = 4\n')
    summary = cx_text.tag_export(tmp_path / "a.csv", out=tmp_path / "out", recipe=str(tmp_path / "mine.toml"),
                                 verbatim="comment", nps_score="score")
    assert len(summary.themes) > 0  # so that customers are quoted
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "<script>alert(" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_what_was_planted_costs_and_changed(out):
    drivers, change, respondents = (pd.read_parquet(out / f"{name}.parquet")
                                    for name in ("drivers", "change", "respondents"))
    opinions = pd.read_parquet(out / "opinions.parquet")
    about = re.compile(r"\bpa(?:y|id)|card|charge|check-?out|refund|money", re.IGNORECASE)
    share_about = opinions["text"].str.contains(about).groupby(opinions["theme_id"]).mean()
    whole = drivers[(drivers["said"] == "anything") & (drivers["verdict"] == "costs")]
    assert share_about[share_about.index.isin(whole["id"])].max() > 0.5  # a bug in payments, July and August
    total, *parts = change.to_dict("records")
    assert total["part"] == "total"
    assert total["high"] < 0  # the NPS fell
    assert sum(p["points"] for p in parts) == pytest.approx(total["points"])
    [first, *_] = sorted((p for p in parts if p["part"] == "share"), key=lambda p: p["points"])
    assert share_about[first["theme_id"]] > 0.5  # of all themes, the share of that one moved the NPS most
    assert first["high"] < 0
    assert len(respondents) == 635  # 638 responses, 3 of them rejected
    assert respondents["category"].notna().sum() == 631


def test_figures_can_be_asked_for_again_from_the_folder_alone(out):
    again = cx_text.drivers(out)
    pd.testing.assert_frame_equal(again, pd.read_parquet(out / "drivers.parquet"))
    assert cx_text.scores(out)["n"].tolist() == [631]
