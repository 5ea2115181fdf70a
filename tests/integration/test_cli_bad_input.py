"""Bad input through the real command: one clear line, the exit code, no traceback, and nothing left behind."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

pytestmark = pytest.mark.models
COMMAND = (sys.executable, "-m", "cx_text.cli.main")
SURVEY = "id,comment,score\n" + "".join(f"{n},The delivery was late and nobody told me,{n}\n" for n in range(1, 6))
NO_THEMES = "Note: No themes were found: the opinions ({}) are too few, or too different, to form any."


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Return the folder that the command runs in, with one good export."""
    (tmp_path / "survey.csv").write_text(SURVEY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def refused(here, command):
    """Return the line that a command ends with; checks its exit code, and that the folder is as it was."""
    def run(*arguments, code=2):
        before = sorted(path.name for path in here.iterdir())
        ran = command("tag", *arguments)
        assert ran.code == code
        assert ran.out == ""
        assert sorted(path.name for path in here.iterdir()) == before
        return ran.err

    return run


def as_xlsx(path, rows):
    with path.open("wb") as file:
        pd.DataFrame(rows).to_excel(file, index=False)


FAULTS = {
    "no_file": (("survye.csv",), "survye.csv: there is no such file. Did you mean 'survey.csv'?"),
    "no_folder": (("exports/survey.csv",), "exports: there is no such folder."),
    "a_folder_among_files": (("survey.csv", "."), ".: this is a folder among several files. Give one folder alone, or "
                             "files alone."),
    "a_file_twice": (("survey.csv", "./survey.csv"), "survey.csv: this file is given twice. Give each file once."),
    "column": (("survey.csv", "--verbatim-column", "coment"),
               "survey.csv: --verbatim-column 'coment' is not one of the columns; did you mean 'comment'? "
               "The columns are: id, comment, score."),
    "nps_column": (("survey.csv", "--nps-column", "scores"),
                   "survey.csv: --nps-column 'scores' is not one of the columns; did you mean 'score'? "
                   "The columns are: id, comment, score."),
    "question_column": (("survey.csv", "--question-column", "asked"),
                        "survey.csv: --question-column 'asked' is not one of the columns. "
                        "The columns are: id, comment, score."),
    "column_twice": (("survey.csv", "--verbatim-column", "score", "--nps-column", "score"),
                     "survey.csv: column 'score' is named by both --verbatim-column and --nps-column. "
                     "A column has one role."),
    "question_twice": (("survey.csv", "--question", "Why?", "--question-column", "id"),
                       "both --question and --question-column were given. Give one of the two."),
    "sheet": (("survey.csv", "--sheet", "May"),
              "survey.csv: only workbooks (.xlsx, .xls, .ods) have sheets, and this is a text table. "
              "Leave out --sheet."),
    "recipe": (("survey.csv", "--recipe", "nps_survy"),
               "no recipe 'nps_survy'; there are app_reviews, brand_mentions, brand_watch, example_sources, "
               "nps_survey. Did you mean 'nps_survey'?"),
    "recipe_file": (("survey.csv", "--recipe", "mine.toml"), "mine.toml: there is no such file."),
    "rating_scale": (("survey.csv", "--rating-column", "score", "--rating-scale", "nonsense"),
                     "the rating scale 'nonsense' is not two whole numbers, the lower first. "
                     "Write it as --rating-scale 1-5."),
    "rating_scale_without_column": (("survey.csv", "--rating-scale", "5-1"),
                                    "the rating scale '5-1' is not two whole numbers, the lower first. "
                                    "Write it as --rating-scale 1-5."),
    "customer_column": (("survey.csv", "--customer-column", "idd"),
                        "survey.csv: --customer-column 'idd' is not one of the columns; did you mean 'id'? "
                        "The columns are: id, comment, score."),
    "channel_column": (("survey.csv", "--channel-column", "idd"),
                       "survey.csv: --channel-column 'idd' is not one of the columns; did you mean 'id'? "
                       "The columns are: id, comment, score."),
    "measure": (("survey.csv", "--measure", "chruned=id"),
                "no measure 'chruned'; there are csat, ces, stars, recommend, resolved, churned, revenue, "
                "lifetime_value, orders. Did you mean 'churned'?"),
    "measure_without_column": (("survey.csv", "--measure", "churned"),
                               "the measure 'churned' names no column. Write it as --measure churned=COLUMN."),
    "measure_column": (("survey.csv", "--measure", "csat=scores:1-5"),
                       "survey.csv: --measure csat 'scores' is not one of the columns; did you mean 'score'? "
                       "The columns are: id, comment, score."),
    "compare_at": (("survey.csv", "--compare-at", "03/04/2026"),
                   "--compare-at '03/04/2026' is no date. Write it as --compare-at 2026-03-01."),
    "device": (("survey.csv", "--device", "nonsense"), "--device 'nonsense' is none of auto, cpu, cuda."),
    "date_order": (("survey.csv", "--date-order", "ymd"), "--date-order 'ymd' is none of dmy, mdy."),
    "seed": (("survey.csv", "--seed", "-1"), "the seed -1 is not a whole number from 0 to 4294967295."),
}


@pytest.mark.parametrize(("arguments", "message"), FAULTS.values(), ids=FAULTS)
def test_a_wrong_option(refused, arguments, message):
    assert refused(*arguments, "--out", "out") == f"Error: {message}\n"


CONTENTS = {
    "empty": ("", "the file is empty. Export it again."),
    "header_only": ("id,comment,score\n", "there is a header and no row below it. Export it again."),
    "no_words": ("id,n\n1,2\n2,3\n3,4\n", "no column holds customers' words. Say which one with --verbatim-column; "
                                         "the columns are: id, n."),
    "quote": ('id,comment,score\n1,"It was late,3\n2,Fine by me,4\n3,Good stuff,9\n',
              'a quote (") opened in row 2 is never closed and swallows the 2 lines after it. '
              "Close the quote in row 2, or double it if it is part of the words."),
}


@pytest.mark.parametrize(("content", "message"), CONTENTS.values(), ids=CONTENTS)
def test_a_file_that_cannot_be_read(here, refused, content, message):
    (here / "a.csv").write_text(content)
    assert refused("a.csv", "--out", "out") == f"Error: a.csv: {message}\n"


def test_a_file_that_is_not_what_its_name_says_is_read(here, command):
    (here / "a.xlsx").write_text(SURVEY)
    as_xlsx(here / "b.csv", {"comment": ["The delivery was late"]})
    for name, said in (("a.xlsx", "its name ends in .xlsx, and it is a text table: read as that"),
                       ("b.csv", "its name ends in .csv, and it is an Excel workbook: read as that")):
        ran = command("tag", name, "--out", "out", "--force")
        assert (ran.code, ran.err) == (0, "")
        assert said in (here / "out" / "manifest.json").read_text()


def test_scores_that_are_words(here, refused):
    (here / "a.csv").write_text("comment,score\n" + "The delivery was late again,bad\n" * 3)
    assert refused("a.csv", "--nps-column", "score", "--out", "out") == (
        "Error: a.csv: column 'score' does not hold scores from 0 to 10: 3 of 3 values are words (such as 'bad'). "
        "Name another column with --nps-column.\n")


@pytest.mark.parametrize(("recipe", "message"), [
    ("stages = [", "mine.toml: not valid TOML (Invalid value (at end of document))."),
    ('name = "mine"\nstags = ["clean"]\n', "mine.toml: unknown key 'stags'; did you mean 'stages'?"),
    ('name = "mine"\nstages = ["clen"]\n',
     "no stage 'clen'; there are brand_mentions, clean, implied, kind, language, opinions, polarity, "
     "themes. Did you mean 'clean'?"),
    ('name = "mine"\nstages = ["kind", "clean"]\n',
     "stage 'kind' needs 'text', which no stage before it adds. Put 'clean' before 'kind'."),
], ids=["toml", "key", "stage", "order"])
def test_a_broken_recipe(here, refused, recipe, message):
    (here / "mine.toml").write_text(recipe)
    assert refused("survey.csv", "--recipe", "mine.toml", "--out", "out") == f"Error: {message}\n"


def test_a_model_that_is_not_there(here, refused):
    (here / "mine.toml").write_text('name = "mine"\n[models]\npolarity = "cx-polarity-de"\n')
    assert refused("survey.csv", "--recipe", "mine.toml", "--out", "out", code=3) == (
        "Error: no model 'cx-polarity-de'; there are cards for all-minilm-l6-v2, cx-implied-en, cx-polarity-en, "
        "cx-themes-en, en-core-web-sm, lingua. Did you mean 'cx-polarity-en'?\n")


def test_no_gpu_here(refused):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    assert refused("survey.csv", "--device", "cuda", "--out", "out", code=3) == (
        "Error: device 'cuda' was asked for, and torch sees no GPU on this machine. "
        "Leave the device out, or install a torch that knows your GPU.\n")


def test_out_is_a_file_or_below_one(refused):
    assert refused("survey.csv", "--out", "survey.csv") == (
        "Error: 'survey.csv' is a file, not a folder. Give another --out.\n")
    assert refused("survey.csv", "--out", "survey.csv/out") == (
        "Error: the folder 'survey.csv/out' cannot be made: a file is in its way. Give another --out.\n")


def test_out_exists(here, refused, command):
    assert command("tag", "survey.csv", "--out", "out").code == 0
    before = (here / "out" / "manifest.json").read_bytes()
    assert refused("survey.csv", "--out", "out") == (
        "Error: the folder 'out' exists. Give another --out, or --force to replace it.\n")
    assert (here / "out" / "manifest.json").read_bytes() == before
    assert command("tag", "survey.csv", "--out", "out", "--seed", "7", "--force").code == 0
    assert json.loads((here / "out" / "manifest.json").read_text())["seed"] == 7
    assert sorted(path.name for path in here.iterdir()) == ["out", "survey.csv"]


def test_force_replaces_nothing_but_results(here, refused):
    (here / "holiday").mkdir()
    (here / "holiday" / "beach.jpg").write_text("sand")
    assert refused("survey.csv", "--out", "holiday", "--force") == (
        "Error: the folder 'holiday' is not replaced, since it holds 'beach.jpg', which cx_text did not write. "
        "Give another --out, or remove the folder yourself.\n")
    assert (here / "holiday" / "beach.jpg").read_text() == "sand"


def test_a_full_disk(refused, monkeypatch):
    def full(*given, **named):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("cx_text.run.pickle.dump", full)
    assert refused("survey.csv", "--out", "out") == (
        "Error: no space left on the disk of 'out', nothing was written. Free some space, or give another --out.\n")


@pytest.mark.parametrize("kilobytes", [24, 60], ids=["tables", "report"])
def test_a_disk_that_really_fills(here, kilobytes):
    """In a process of its own: what libraries complain about at its end would be seen too."""
    (here / "disk").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", "disk"]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be made here")
    try:
        ran = subprocess.run([*COMMAND, "tag", "survey.csv", "--out", "disk/out"], capture_output=True, text=True,
                             check=False)
        left = list((here / "disk").iterdir())
    finally:
        subprocess.run(["umount", "disk"], check=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (
        2, "", "Error: no space left on the disk of 'disk/out', nothing was written. "
               "Free some space, or give another --out.\n")
    assert left == []


@pytest.fixture
def heeded_ctrl_c():
    """Let processes of this test heed Ctrl-C, also where the tests themselves run in the background, deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeded_ctrl_c")
def test_ctrl_c(here, survey):
    survey.to_csv("many.csv")
    with subprocess.Popen([*COMMAND, "tag", "many.csv", "--out", "out"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 120
        while not list(here.glob(".out.partial*/.shelf/*")):  # the first portion is tagged
            assert process.poll() is None, "it ended before it could be stopped"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "Stopped. Nothing was left half written.\n")
    assert sorted(path.name for path in here.iterdir()) == ["many.csv", "survey.csv"]


def test_a_row_of_one_megabyte_is_tagged(here, command):
    pasted = "x" * 1_000_000  # as a cat on the keyboard writes
    (here / "a.csv").write_text(f"id,comment,score\n1,The app is great. {pasted} The delivery was late.,5\n"
                                "2,All was fine with me,9\n")
    ran = command("tag", "a.csv", "--out", "out")
    assert (ran.code, ran.err) == (0, "")
    assert "2 rows (comment): 2 analysed\n" in ran.out
    assert ("Note: Cells too long for the workbook, cut there: 2; the CSV and Parquet files have them whole."
            in ran.out.splitlines())
    comments = pd.read_parquet("out/comments.parquet")
    assert comments["comment"].str.len().tolist() == [len(pasted) + 41, 20]
    assert comments["polarity"].notna().all()


def test_only_blanks(here, command):
    (here / "a.csv").write_text("comment,score\n" + " ,5\n" * 4 + ",9\n")
    ran = command("tag", "a.csv", "--out", "out")
    assert (ran.code, ran.err) == (0, "")
    assert "\n5 rows (comment): 5 blank\n0 opinions in 0 comments\nNPS −60 (−94 to 19, 95 % interval, n = 5)\n\n" \
           "Note: No comment could be analysed: the ledger says why, row by row.\n" \
           "Note: No personal data was found to mask.\nResults: out/" in ran.out
    ledger = pd.read_csv("out/ledger.csv")
    assert ledger["row"].tolist() == [2, 3, 4, 5, 6]
    assert set(ledger["reason"]) == {"no words"}
    assert len(pd.read_csv("out/comments.csv")) == 5
    assert len(pd.read_csv("out/opinions.csv")) == len(pd.read_csv("out/themes.csv")) == 0


def test_only_one_comment(here, command):
    (here / "a.csv").write_text("comment,score\nThe delivery was late but the driver was kind,5\n")
    ran = command("tag", "a.csv", "--nps-column", "score", "--out", "out")
    assert (ran.code, ran.err) == (0, "")
    assert "\n1 row (comment): 1 analysed\n2 opinions in 1 comment\n" in ran.out
    assert NO_THEMES.format(2) in ran.out.splitlines()
    assert pd.read_csv("out/opinions.csv")["text"].tolist() == ["The delivery was late", "the driver was kind"]
    assert pd.read_csv("out/comments.csv")["polarity"].tolist() == ["mixed"]
    assert (here / "out" / "report.html").stat().st_size > 10_000
