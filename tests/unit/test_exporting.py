"""What a store holds is written as the folder that `tag` writes of the same answers."""

import json

import pandas as pd
import pytest
from made.read_store import RECIPE, export_of, fill
from store_rows import COLUMNS, answer, import_rows, write_export

from cx_text.errors import ConfigError
from cx_text.exporting import export_store
from cx_text.questions import compare, conflicts, drivers, scores, segments
from cx_text.store.codeframes import StoredCodeframe
from cx_text.store.opening import open_store
from cx_text.tagging import tag_export
from cx_text.testing import FakeModels
from cx_text.views import View, parse_view


@pytest.fixture
def store(place, tmp_path):
    with open_store(place, create=True) as opened:
        fill(opened, tmp_path)
        yield opened


def table(folder, name):
    return pd.read_parquet(folder / f"{name}.parquet")


def test_it_agrees_with_tagging_the_same_file(store, tmp_path, monkeypatch):
    monkeypatch.setattr("cx_text.tagging.Models", lambda recipe, device="auto": FakeModels(recipe))
    codeframe = StoredCodeframe(store).current(FakeModels(RECIPE).embedder)
    ours = export_store(store, tmp_path / "ours")
    theirs = tag_export(export_of(tmp_path), out=tmp_path / "theirs", recipe=RECIPE, codeframe=codeframe, **COLUMNS)
    assert ours.nps == theirs.nps
    assert ours.nps.n == 92
    pd.testing.assert_frame_equal(ours.polarity_by_category, theirs.polarity_by_category, check_dtype=False,
                                  check_names=False, check_index_type=False, check_column_type=False)
    for name in ("themes", "drivers", "segments", "scores", "change"):
        pd.testing.assert_frame_equal(table(tmp_path / "ours", name), table(tmp_path / "theirs", name))
    assert (ours.n_rows, ours.n_analysed, ours.n_opinions, ours.share_unclear) == (
        theirs.n_rows, theirs.n_analysed, theirs.n_opinions, theirs.share_unclear)
    own, other = (table(tmp_path / name, "opinions").drop(columns="respondent") for name in ("ours", "theirs"))
    pd.testing.assert_frame_equal(own, other)
    tags = [c for c in table(tmp_path / "theirs", "comments").columns if c in {"kind", "polarity", "nps_category",
                                                                               "comment_id", "theme_labels"}]
    pd.testing.assert_frame_equal(table(tmp_path / "ours", "comments").set_index("comment_id")[tags[1:]],
                                  table(tmp_path / "theirs", "comments").set_index("comment_id")[tags[1:]])
    assert ours.ledger_counts["verbatim"].to_dict() == theirs.ledger_counts["Why?"].to_dict()


def test_the_folder_answers_the_questions_and_accounts_for_each_comment(store, tmp_path):
    out = tmp_path / "results"
    summary = export_store(store, out)
    assert sorted(path.stem for path in out.glob("*.csv")) == [
        "change", "comments", "conflicts", "drivers", "ledger", "opinions", "respondents", "scores", "segments",
        "themes"]
    assert (out / "report.html").read_text("utf-8").startswith("<!doctype html>")
    assert len(drivers(out)) == len(summary.drivers)
    assert scores(out)["value"].tolist() == summary.scores["value"].tolist()
    assert len(segments(out)) == len(summary.segments) > 0
    assert compare(out, at="2026-03-16").before.n > 30
    assert len(conflicts(out)) == len(summary.conflicts)
    found = table(tmp_path / "results", "comments")
    assert found.columns[:9].tolist() == ["comment_id", "source", "question", "received_at", "nps_score", "rating",
                                          "author", "segment.Plan", "verbatim"]
    assert found["comment_id"].tolist()[:2] == ["survey:R-0", "survey:R-1"]
    assert found["author"].nunique() == 62
    assert not found["author"].str.startswith("c-").any()
    assert "Sarah" not in (tmp_path / "results" / "comments.csv").read_text("utf-8-sig")
    assert "'=2+2 is bad" in (tmp_path / "results" / "comments.csv").read_text("utf-8-sig")
    rows = table(tmp_path / "results", "ledger").to_dict("records")
    assert [(r["file"], r["row"], r["question"], r["comment_id"], r["outcome"], r["reason"]) for r in rows] == [
        ("answers.csv", 92, "Why?", "survey:R-998", "non_answer", "words that answer nothing"),
        ("answers.csv", 93, "Why?", "survey:R-999", "blank", "no words")]
    manifest = json.loads((tmp_path / "results" / "manifest.json").read_text("utf-8"))
    assert manifest["counts"]["rows"] == summary.n_rows == 92 == sum(manifest["counts"]["ledger"]["verbatim"].values())


def test_a_view_is_a_part_and_says_so(store, tmp_path):
    view = parse_view([("segment.Plan", "Plus"), ("from", "2026-03-10")])
    summary = export_store(store, tmp_path / "results", view=view)
    found = table(tmp_path / "results", "comments")
    assert set(found["segment.Plan"]) == {"Plus"}
    assert found["received_at"].min() >= pd.Timestamp("2026-03-10", tz="UTC")
    assert len(found) == summary.n_comments < 92
    assert "Only a part of the comments: time 2026-03-10 to …; Plan Plus." in summary.notes
    places = table(tmp_path / "results", "respondents")["respondent"]
    assert set(table(tmp_path / "results", "opinions")["respondent"]) <= set(places)


def test_comments_that_wait_are_there_without_tags(store, tmp_path):
    import_rows(store, write_export(tmp_path / "more.csv", [answer(5000, "staff are kind again", score=9)]))
    summary = export_store(store, tmp_path / "results")
    found = table(tmp_path / "results", "comments").set_index("comment_id").loc["survey:R-5000"]
    assert (found["kind"], found["verbatim"]) == ("waiting", "staff are kind again")
    assert found["polarity"] is None or pd.isna(found["polarity"])
    assert summary.ledger_counts["verbatim"]["waiting"] == 1
    assert ("Comments that wait to be read, of which only the scores are counted: 1; cx-text retag --waiting reads "
            "them.") in summary.notes
    assert summary.nps.n == 93


def test_nothing_read_and_nothing_in_view_are_said(place, tmp_path):
    with open_store(place, create=True) as store:
        with pytest.raises(ConfigError) as refused:
            export_store(store, tmp_path / "results")
        assert str(refused.value) == (f"{store.place}: no run is in use, so nothing was read in these comments yet. "
                                      "Read them: cx-text retag.")
        fill(store, tmp_path, 20)
        with pytest.raises(ConfigError) as refused:
            export_store(store, tmp_path / "results", view=View(sources=("elsewhere",)))
        assert str(refused.value) == f"{store.place}: no comment is in this view. Ask for more, or for all of them."
    assert not (tmp_path / "results").exists()

