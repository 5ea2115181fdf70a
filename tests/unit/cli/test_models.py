"""`cx-text models`: every card is listed, and a model is measured on a file of one's own."""

import json

import pytest

TOLD = [("Great help, thank you", "good"), ("Terrible, I waited an hour", "bad"),
        ("The app crashes all the time", "bad"), ("I love the new design", "good"),
        ("It arrived on Tuesday", "so-so"), ("", "good"), ("Fine", "")]


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "labelled.csv"
    path.write_text("Comment,Mood\n" + "\n".join(f'"{t}",{label}' for t, label in TOLD), encoding="utf-8")
    return path


def test_every_card_is_listed_with_what_was_measured(command):
    ran = command("models")
    assert ran.code == 0
    assert [line.split(":")[0] for line in ran.out.splitlines() if not line.startswith(" ")] == [
        "all-minilm-l6-v2", "cx-implied-en", "cx-polarity-en", "cx-themes-en", "en-core-web-sm", "lingua"]
    assert "macro_f1 0." in ran.out


@pytest.mark.models
def test_a_model_is_measured_and_all_rows_are_accounted_for(command, labelled):
    ran = command("models", "measure", "cx-polarity-en", "--data", labelled, "--label", "Mood",
                  "--map", "good=positive", "--map", "bad=negative")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == f"cx-polarity-en on {labelled}: 4 texts"
    assert sorted(lines[1:4]) == ["left out: 1 with label 'so-so'", "left out: 1 without label",
                                  "left out: 1 without text"]
    assert "accuracy           1.000  1.000 to 1.000" in lines
    assert "neutral                0          -       -       -" in lines  # the file has none
    assert ran.out.removeprefix(lines[0]).isascii()  # a pipe on Windows takes no more
    shown = json.loads(command("models", "measure", "cx-polarity-en", "--data", labelled, "--label", "Mood", "--map",
                               "good=positive", "--map", "bad=negative", "--json").out)
    assert shown["n"] == 4
    assert shown["confusion"] == [[2, 0, 0], [0, 0, 0], [0, 0, 2]]
    assert shown["left_out"] == {"with label 'so-so'": 1, "without label": 1, "without text": 1}


@pytest.mark.models
def test_labels_need_no_map_and_columns_no_name_where_they_are_the_usual_ones(command, tmp_path):
    path = tmp_path / "labelled.jsonl"
    rows = [("Terrible service", "NEG"), ("Terrible service", " Negative "), ("Terrible service", -1),
            ("Wonderful staff", "pos"), ("Wonderful staff", "positive"), ("Wonderful staff", 1)]
    path.write_text("\n".join(json.dumps({"Q": "How was it?", "Review": t, "Sentiment": label}) for t, label in rows))
    ran = command("models", "measure", "cx-polarity-en", "--data", path, "--question", "Q", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["confusion"] == [[3, 0, 0], [0, 0, 0], [0, 0, 3]]


@pytest.mark.models
def test_of_many_unknown_labels_five_are_told_and_all_are_counted(command, tmp_path):
    path = tmp_path / "labelled.csv"
    unknown = [f"label {k}" for k in range(9) for _ in range(9 - k)]
    path.write_text("text,label\nWonderful staff,positive\n" + "".join(f"So it was,{label}\n" for label in unknown))
    lines = command("models", "measure", "cx-polarity-en", "--data", path).out.splitlines()
    assert lines[1:8] == ["left out: 9 with label 'label 0'", "left out: 8 with label 'label 1'",
                          "left out: 7 with label 'label 2'", "left out: 6 with label 'label 3'",
                          "left out: 5 with label 'label 4'", "left out: 10 with one of 4 other labels", ""]


@pytest.mark.parametrize(("options", "message"), [
    ([], "{path}: no column is called label or sentiment or polarity or gold or class; there are 'Comment', 'Mood'. "
         "Name it with --label."),
    (["--label", "mood"], "{path}: there is no column 'mood'; there are 'Comment', 'Mood'. Did you mean 'Mood'?"),
    (["--label", "Mood"], "{path}: no row has a text and a known label (2 with label 'bad', 2 with label 'good', "
                          "1 with label 'so-so', 1 without label, 1 without text). Say what your labels mean, such as "
                          "--map good=positive."),
    (["--label", "Mood", "--text", "Coment"], "{path}: there is no column 'Coment'; there are 'Comment', 'Mood'. "
                                              "Did you mean 'Comment'?"),
    (["--label", "Mood", "--map", "good=great"], "--map 'good=great' says nothing. Write LABEL=negative, LABEL=neutral "
                                                 "or LABEL=positive."),
])
def test_mistakes_are_one_line(command, labelled, options, message):
    ran = command("models", "measure", "cx-polarity-en", "--data", labelled, *options)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"Error: {message.format(path=labelled)}\n"


def test_an_unknown_model_is_one_line(command, labelled):
    ran = command("models", "measure", "cx-polarity", "--data", labelled)
    assert ran == (3, "", "Error: no model 'cx-polarity'; there are cards for all-minilm-l6-v2, cx-implied-en, "
                          "cx-polarity-en, cx-themes-en, en-core-web-sm, lingua. Did you mean 'cx-polarity-en'?\n")


def test_a_model_of_another_job_is_one_line(command, labelled):
    assert command("models", "measure", "lingua", "--data", labelled) == (
        2, "", "Error: model 'lingua' does language, not polarity.\n")


def test_no_such_file_is_one_line(command, labelled):
    path = labelled.with_name("labeled.csv")
    assert command("models", "measure", "cx-polarity-en", "--data", path) == (
        2, "", f"Error: {path}: there is no such file. Did you mean 'labelled.csv'?\n")


def test_a_folder_without_weights_is_one_line(command, labelled, tmp_path):
    (tmp_path / "empty").mkdir()
    ran = command("models", "measure", tmp_path / "empty", "--data", labelled, "--label", "Mood", "--map",
                  "good=positive")
    assert ran.code == 3
    assert ran.err == (f"Error: the weights of '{tmp_path / 'empty'}' are not on this machine and cannot be fetched. "
                       "Check the name and the network, or give a folder with weights.\n")
