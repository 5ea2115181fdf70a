"""The commands that ask a folder of results, through the real command: on the example, and on what they refuse."""

import io
import json
import re

import numpy as np
import pandas as pd
import pytest
from made.observations import NAMES, observe

import cx_text
from cx_text.config import Brand
from cx_text.insights.conflicts import CONFLICT_COLUMNS
from cx_text.insights.share_of_voice import brand_table, brand_themes

COMMANDS = ("drivers", "scores", "segments", "compare", "conflicts")
GIVE = "Give a folder that cx-text tag wrote."


def keep(folder, made, **tables):
    """Write observations as a folder of results, with further tables by their names."""
    folder.mkdir(exist_ok=True)
    opinions = pd.DataFrame({"comment_id": made.opinions["comment"].astype("str"),
                             "respondent": made.opinions["respondent"], "theme_id": made.opinions["theme_id"],
                             "sub_theme_id": None, "polarity": made.opinions["polarity"]})
    themes = pd.DataFrame([(t.id, t.label, t.parent, 1) for t in made.themes],
                          columns=["id", "label", "parent_id", "n_opinions"])
    themes = themes.assign(**dict.fromkeys(("keywords", "exemplar_1", "exemplar_2", "exemplar_3", "stability",
                                            "journey_stage")))
    tables = {"respondents": made.respondents, "opinions": opinions, "themes": themes, **tables}
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet")
    measures = [{"measure": m.measure, "column": m.column, "scale": None} for m in made.measures]
    columns = {"basis": made.basis, "verbatims": ["comment"], "rating_scale": None,
               "measures": measures}
    (folder / "manifest.json").write_text(json.dumps({
        "made_by": "cx_text", "columns": columns, "counts": {"ledger": {"comment": {"analysed": made.n_analysed}}}}))
    return folder


def times(n, first="2026-01-01"):
    return pd.Series(pd.date_range(first, periods=n, freq="D", tz="UTC")).astype("datetime64[us, UTC]")


def made(n=300, **named):
    """Return observations of customers half of whom raise one theme, and score lower."""
    categories = [NAMES[k % 3 if k % 2 else min(k % 3, 1)] for k in range(n)]
    given = {"segments": {"Plan": ["Plus", "Basic", "Family"] * (n // 3)}, "received_at": times(n)}
    return observe(categories, {"late": range(0, n, 2)}, **(given | named))


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def refused(here, command):
    """Return the line that a command ends with; checks its exit code, and that nothing was written."""
    def run(*arguments):
        before = sorted(here.rglob("*"))
        ran = command(*arguments)
        assert (ran.code, ran.out) == (2, "")
        assert sorted(here.rglob("*")) == before
        return ran.err.removeprefix("Error: ").removesuffix("\n")

    return run


@pytest.fixture(scope="module")
def out(example_run):
    return example_run[0]


def lines(ran):
    assert (ran.code, ran.err) == (0, "")
    return [line.rstrip() for line in ran.out.splitlines()]


@pytest.mark.models
def test_drivers_of_the_example(out, command):
    table = cx_text.drivers(out)
    whole = table[table["said"] == "anything"]
    printed = lines(command("drivers", out))
    assert printed[0].startswith("NPS of 631 customers, in points. For each theme: that of the n who raise it; ")
    head, *rows = printed[printed.index("") + 2:]
    assert re.fullmatch(r"theme +comments +n +of those +leave-out +adjusted +verdict", head)
    for line, row in zip(rows, whole.to_dict("records"), strict=True):
        indent = "" if pd.isna(row["parent_id"]) else "  "
        assert re.match(rf"{indent}{re.escape(row['label'])} +{row['n_comments']} +{row['n_raisers']} ", line)
        assert line.endswith(row["verdict"])
    by_polarity = lines(command("drivers", out, "--all"))
    assert len(by_polarity) - len(printed) == len(table) - len(whole)
    assert by_polarity[by_polarity.index("") + 4].startswith("  negative  ")


@pytest.mark.models
def test_drivers_of_a_segment_are_of_its_customers_alone(out, command):
    of_web = lines(command("drivers", out, "--segment", "Platform=Web"))
    assert of_web[0].startswith("NPS of 147 customers with Platform=Web, in points.")


@pytest.mark.models
def test_scores_and_segments_of_the_example(out, command):
    assert lines(command("scores", out)) == [
        "score   value (95 %)    n  counted from",
        "NPS    16 (10 to 23)  631  scores of 0 to 10, March to September 2026"]
    printed = lines(command("segments", out, "--by", "Platform"))
    assert re.fullmatch(r"segment +n +share +NPS +difference +verdict", printed[2])
    assert [line.split()[0] for line in printed[3:7]] == ["Platform", "Web", "Android", "iOS"]
    assert re.match(r"  Web +147 +23\u202f% +6 \(−8 to 20\) +−13\.1 \(−29\.0 to \+2\.8\) +cannot tell", printed[4])


@pytest.mark.models
def test_what_moved_the_nps_of_the_example(out, command):
    printed = lines(command("compare", out))
    assert printed[:4] == [
        "No window was given: the time is halved at the first of a month.",
        "NPS before 2026-07-01: 25 (16 to 33, 95 % interval, n = 360)",
        "NPS from 2026-07-01 on: 4 (−6 to 14, 95 % interval, n = 271)",
        "Change −20.6 (−33.7 to −7.3)"]
    assert printed[-1].split(maxsplit=1) == ["−20.6", "all parts: the change"]
    assert printed[-2].endswith("smaller parts together (--all shows them)")
    change = pd.read_parquet(out / "change.parquet").query("part == 'share'").sort_values("points")
    assert any(re.search(rf"\) +\*? +more speak of {change['name'].iloc[0]} \(.*→.*\)$", line) for line in printed)
    assert printed[1:4] == lines(command("compare", out, "--at", "2026-07-01"))[:3]
    windows = lines(command("compare", out, "--before", "2026-03-01..2026-05-01", "--after", "2026-08-01..", "--all",
                            "--by", "Plan"))
    assert windows[0].startswith("NPS from 2026-03-01 to before 2026-05-01: ")
    assert windows[1].startswith("NPS from 2026-08-01 on: ")
    assert [line.split(")", 1)[1].strip() for line in windows if "mix of" in line] == ["mix of Plan"]
    assert not any("smaller part" in line for line in windows)


@pytest.mark.models
def test_conflicts_of_the_example(out, command):
    table = cx_text.conflicts(out)
    printed = lines(command("conflicts", out, "--n", "2"))
    n_promoters = (table["conflict"] == "silent risk").sum()
    assert printed[0] == (f"silent risk: {n_promoters} comments of promoters whose words are negative. Right in "
                          "85\u202f% of cases (58\u202f% to 96\u202f%, 95 % interval, n = 13, measured on the dev part "
                          "of the NHS Friends and Family answers).")
    assert printed[1].startswith(f"low score, praise: {len(table) - n_promoters} comments of detractors whose words ")
    assert printed[3:] == ["comment         score  words", *(
        f"{row['comment_id']}  {row['score']:>5.0f}  {row['words']}" for row in table.head(2).to_dict("records")),
        f"… and {len(table) - 2} more (--n)"]


@pytest.mark.models
@pytest.mark.parametrize("name", COMMANDS)
def test_csv_of_the_example(out, command, name, tmp_path):
    alone = command(name, out, "--csv", "-")
    assert (alone.code, alone.err) == (0, "")
    table = {"drivers": cx_text.drivers, "scores": cx_text.scores, "segments": cx_text.segments,
             "compare": lambda folder: cx_text.compare(folder).parts, "conflicts": cx_text.conflicts}[name](out)
    read = pd.read_csv(io.StringIO(alone.out))
    assert (list(read.columns), len(read)) == (list(table.columns), len(table))
    path = tmp_path / "a.csv"
    for _ in range(2):  # a table of ours may be replaced
        both = command(name, out, "--csv", path)
        assert (both.code, both.err, both.out.splitlines()[-1]) == (0, "", f"Written: {path}")
        assert path.read_bytes().decode("utf-8-sig") == alone.out
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.models
def test_the_example_names_no_brand(out, command):
    assert command("brands", out) == (2, "", "Error: the comments were not searched for brands. Tag them with a recipe "
                                             "that has [[brands]] and the stage brand_mentions.\n")


@pytest.mark.models
def test_what_was_named_when_tagging_can_be_asked_for(here, command, survey):
    survey["lost"] = ["yes" if score < 5 else "no" for score in survey["score"]]
    survey["happy"] = [max(1, score // 2) for score in survey["score"]]
    survey["who"] = [f"c{k % 30}" for k in range(len(survey))]
    survey["on"] = pd.date_range("2026-01-01", periods=len(survey)).astype("str")
    survey.to_csv("a.csv", index=False)
    tagged = command("tag", "a.csv", "--out", "out", "--nps-column", "score", "--customer-column", "who",
                     "--measure", "churned=lost", "--measure", "csat=happy:1-5", "--date-column", "on")
    assert (tagged.code, tagged.err) == (0, "")
    columns = json.loads((here / "out" / "manifest.json").read_text())["columns"]
    assert columns["customer"] == "who"
    assert columns["measures"] == [{"measure": "churned", "column": "lost", "scale": None},
                                   {"measure": "csat", "column": "happy", "scale": "1-5"}]
    titles = [line.split("  ")[0] for line in lines(command("scores", "out"))]
    assert titles == ["score", "NPS", "Attrition", "Retention", "CSAT", "CSAT, mean"]
    assert lines(command("drivers", "out", "--outcome", "csat"))[0].startswith(
        "CSAT of 30 customers, in per cent of upper answers. For each theme: ")


@pytest.fixture
def of_brands(here):
    """Return results in which customers speak of three brands, ours among them."""
    brands = [Brand(name="Larder"), Brand(name="Basket", own=True), Brand(name="Crate")]
    rows = [(k, "Basket", "negative" if k % 2 else "positive", "t1") for k in range(40)]
    rows += [(k, "Larder", "positive", "t2") for k in range(20, 60)] + [(70, "Crate", "neutral", "t2")]
    mentions = pd.DataFrame(rows, columns=["comment", "brand", "polarity", "theme_id"])
    mentions["theme_label"] = mentions["theme_id"].map({"t1": "Delivery", "t2": "Prices"})
    return keep(here / "out", made(), brands=brand_table(mentions, brands, 300),
                brand_themes=brand_themes(mentions, brands))


def test_brands(of_brands, command):
    assert lines(command("brands", of_brands))[2:] == [
        "brand          comments       share of voice   n    net sentiment  verdict",
        "Basket (ours)        40  49\u202f% (39\u202f% to 60\u202f%)  40    0 (−29 to 29)",
        "Larder               40  49\u202f% (39\u202f% to 60\u202f%)  40  100 (84 to 100)  better",
        "Crate                 1    1\u202f% (<1\u202f% to 7\u202f%)   1    0 (−60 to 60)  cannot tell"]
    printed = lines(command("brands", of_brands, "--themes"))
    assert printed[2].split() == ["theme", "Basket", "(ours)", "Larder", "Crate"]
    assert printed[3].split() == ["Prices", "100", "(84", "to", "100)", "0", "(−60", "to", "60)"]
    assert printed[4].split() == ["n", "=", "40", "n", "=", "1"]
    for option, n in ((), 3), (("--themes",), 6):
        assert len(pd.read_csv(io.StringIO(command("brands", of_brands, *option, "--csv", "-").out))) == n


def test_another_outcome_in_per_cent_and_in_money(here, command):
    n = 300
    keep(here / "out", made(measures=("churned", "revenue"), churned=[float(k % 4 == 0) for k in range(n)],
                            revenue=[10.0 + k % 7 for k in range(n)]))
    churned = lines(command("drivers", "out", "--outcome", "churned"))
    assert churned[0].startswith("Attrition of 300 customers, in per cent. For each theme: that of the n who raise it;")
    assert churned[-1].split()[:6] == ["about", "late", "150", "150", "50", "(42"]
    assert churned[-1].endswith("costs")
    revenue = lines(command("drivers", "out", "--outcome", "revenue"))
    assert revenue[0].startswith("Revenue of 300 customers, as a mean.")
    assert "12.98 (12.66 to 13.30)" in revenue[-1]
    assert [line.split("  ")[0] for line in lines(command("scores", "out"))] == [
        "score", "NPS", "Attrition", "Retention", "Revenue", "Customer lifetime value, estimated"]


def test_one_theme_that_everybody_raises_has_no_verdict(here, command):
    keep(here / "out", observe([NAMES[k % 3] for k in range(60)], {"late": range(60)}))
    assert lines(command("drivers", "out"))[-1].split()[:4] == ["about", "late", "60", "60"]


def test_words_of_customers_reach_neither_terminal_nor_spreadsheet_as_commands(here, command):
    words = "\x1b]0;mine\x07 \x9b31m=1+1\r\nnext\u202e [red]line"
    row = ("survey:1", "silent risk", 9.0, "negative", -0.9, 0.9, "=HYPERLINK(1)", words)
    table = pd.DataFrame([row], columns=["comment_id", *CONFLICT_COLUMNS[1:]])
    keep(here / "out", made(), conflicts=table.assign(words=words))
    assert lines(command("conflicts", "out"))[-1] == "survey:1      9  ]0;mine 31m=1+1 next [red]line"
    keep(here / "out", made(), conflicts=table)
    assert ",'=HYPERLINK(1)," in command("conflicts", "out", "--csv", "-").out


def test_no_conflict_is_said_with_counts(here, command):
    keep(here / "out", made(), conflicts=pd.DataFrame(columns=["comment_id", *CONFLICT_COLUMNS[1:]]))
    assert [line[:30] for line in lines(command("conflicts", "out"))] == ["silent risk: 0 comments of pro",
                                                                       "low score, praise: 0 comments "]


@pytest.mark.parametrize("name", [*COMMANDS, "brands"])
def test_what_is_no_folder_of_results(here, refused, name):
    (here / "empty").mkdir()
    (here / "file").write_text("comment\nlate\n")
    assert refused(name, "outt") == f"outt: there is no such folder. {GIVE}"
    assert refused(name, "file") == f"file: this is no folder of results but a file. {GIVE}"
    assert refused(name, "empty") == (
        f"empty: this is no folder of results: there is no manifest.json in it. {GIVE}")
    (here / "empty" / "manifest.json").write_text("{")
    assert refused(name, "empty") == (
        "empty/manifest.json: this cannot be read: it is damaged. Tag the export again.")


def test_results_that_are_older_or_damaged(here, refused):
    out = keep(here / "out", made())
    assert refused("conflicts", "out") == (
        "out: there is no conflicts.parquet here, so these results are not whole, or of an older version of cx_text. "
        "Tag the export again.")
    pd.read_parquet(out / "respondents.parquet").drop(columns="category").to_parquet(out / "respondents.parquet")
    other = "out: these results are damaged, or of another version of cx_text. Tag the export again."
    assert refused("drivers", "out") == other
    keep(here / "out", made())
    (out / "manifest.json").write_text('{"columns": {}}')
    assert refused("scores", "out") == other
    keep(here / "out", made())
    whole = (out / "respondents.parquet").read_bytes()
    for damage in (b"", b"PAR1", whole[:-100], whole[:400] + bytes(400) + whole[800:]):
        (out / "respondents.parquet").write_bytes(damage)
        assert refused("drivers", "out") == (
            "out/respondents.parquet: this cannot be read: it is damaged. Tag the export again.")
    (out / "respondents.parquet").unlink()
    assert refused("segments", "out") == (
        "out: there is no respondents.parquet here, so these results are not whole, or of an older version of cx_text. "
        "Tag the export again.")


NO_SCORE = ("no customer has a score, so nothing can be said of the NPS. Name the column of scores with --nps-column "
            "when you tag.")
NO_DATES = ("the comments have no dates, so no two windows can be compared. Name the column of dates with "
            "--date-column when you tag.")
NEVER = pd.Series([pd.NaT] * 300, dtype="datetime64[us, UTC]")
FAULTS = {
    "outcome": (made(), ("drivers", "out", "--outcome", "churn"),
                "no outcome 'churn'; there are nps, csat, ces, stars, recommend, resolved, churned, revenue, "
                "lifetime_value, orders. Did you mean 'churned'?"),
    "measure": (made(), ("drivers", "out", "--outcome", "churned"),
                "the results hold no 'churned', only nps. Name its column when you tag: --measure churned=COLUMN."),
    "empty measure": (made(measures=("churned",), churned=np.nan), ("drivers", "out", "--outcome", "churned"),
                      "no customer has a value in 'churned', the column of churned."),
    "segment": (made(), ("drivers", "out", "--segment", "Pln=Plus"),
                "there is no segment 'Pln'; did you mean 'Plan'? There are: 'Plan', 'source'."),
    "value": (made(), ("drivers", "out", "--segment", "Plan=plus"),
              "segment 'Plan' has no value 'plus'; did you mean 'Plus'? There are: 'Plus', 'Basic', 'Family'."),
    "no value": (made(), ("drivers", "out", "--segment", "Plan"),
                 "--segment 'Plan' is no column and value. Write it as --segment Plan=Plus."),
    "no theme": (observe(["promoter", "detractor"] * 9, {}), ("drivers", "out"),
                 "the results hold no themes, so there is nothing to compare. Tag more comments, or give a codeframe "
                 "with --codeframe."),
    "one score": (observe(["promoter"] * 20, {"a": range(9)}), ("drivers", "out"),
                  "the 20 customers with an outcome all have the same nps, so no theme can go with a higher or lower "
                  "one."),
    "no scores, drivers": (observe([None] * 20, {"a": range(9)}), ("drivers", "out"), NO_SCORE),
    "no scores, scores": (observe([None] * 20, {"a": range(9)}), ("scores", "out"),
                          "the results hold no score and no other measure. Name a column with --nps-column, "
                          "--rating-column or --measure when you tag."),
    "no scores, segments": (observe([None] * 20, {"a": range(9)}), ("segments", "out"), NO_SCORE),
    "no scores, compare": (observe([None] * 20, {"a": range(9)}), ("compare", "out"), NO_SCORE),
    "no scores, conflicts": (observe([None] * 20, {"a": range(9)}), ("conflicts", "out"), NO_SCORE),
    "no segments": (made(segments={}), ("segments", "out"),
                    "there are no segments to compare: no column of one has from 2 to 50 values. Name columns with "
                    "--segment-column when you tag."),
    "by": (made(), ("segments", "out", "--by", "Plans"),
           "there is no segment 'Plans'; did you mean 'Plan'? There are: 'Plan', 'source'."),
    "compare by": (made(), ("compare", "out", "--by", "Shop"),
                   "there is no segment 'Shop'. There are: 'Plan', 'source'."),
    "no dates": (made(received_at=NEVER), ("compare", "out"), NO_DATES),
    "no dates, at": (made(received_at=NEVER),
                     ("compare", "out", "--at", "2026-03-01"), NO_DATES),
    "halves": (made(150, received_at=times(150)), ("compare", "out"),
               "fewer than 100 customers with a score in one half of the time, too few to compare halves that nobody "
               "asked for. Give a date with --at, or both --before and --after."),
    "date": (made(), ("compare", "out", "--at", "03/04/2026"),
             "--at '03/04/2026' is no date. Write it as --at 2026-03-01."),
    "window": (made(), ("compare", "out", "--before", "March", "--after", "2026-03-01.."),
               "'March' is no window. Write it as 2026-03-01..2026-06-01."),
    "one window": (made(), ("compare", "out", "--before", "2026-01-01..2026-03-01"),
                   "two windows are needed. Give a date with --at, or both --before and --after."),
    "window without scores": (made(), ("compare", "out", "--at", "2027-01-01"),
                              "only 0 of the customers with a score are in 2027-01-01 to …, fewer than the 30 that a "
                              "comparison takes. The dates run from 2026-01-01 to 2026-10-27."),
    "windows that overlap": (made(), ("compare", "out", "--before", "2026-01-01..2026-06-01",
                                      "--after", "2026-04-01.."),
                             "the windows 2026-01-01 to 2026-06-01 and 2026-04-01 to … overlap."),
    "brands": (made(), ("brands", "out"), "the comments were not searched for brands. Tag them with a recipe that has "
               "[[brands]] and the stage brand_mentions."),
}


@pytest.mark.parametrize(("found", "arguments", "message"), FAULTS.values(), ids=FAULTS)
def test_a_question_that_cannot_be_answered(here, refused, found, arguments, message):
    keep(here / "out", found)
    assert refused(*arguments) == message


def test_csv_replaces_nothing_else(here, refused):
    keep(here / "out", made())
    (here / "survey.csv").write_text("comment,score\nlate,3\n")
    for path in ("survey.csv", "out"):
        assert refused("scores", "out", "--csv", path) == (
            f"'{path}' is not replaced, since it is something else than this table. Give another --csv, or remove it "
            "yourself.")
    assert (here / "survey.csv").read_text() == "comment,score\nlate,3\n"
    assert refused("scores", "out", "--csv", "nowhere/a.csv") == (
        "'nowhere/a.csv' cannot be written: No such file or directory. Give another --csv.")
    assert refused("scores", "out", "--csv", "survey.csv/a.csv") == (
        "'survey.csv/a.csv' cannot be written: Not a directory. Give another --csv.")
