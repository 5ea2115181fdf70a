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
        "all-minilm-l6-v2", "cx-polarity-en", "en-core-web-sm", "lingua"]
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
    shown = json.loads(command("models", "measure", "cx-polarity-en", "--data", labelled, "--label", "Mood", "--map",
                               "good=positive", "--map", "bad=negative", "--json").out)
    assert shown["n"] == 4
    assert shown["confusion"] == [[2, 0, 0], [0, 0, 0], [0, 0, 2]]


@pytest.mark.parametrize(("options", "message"), [
    ([], "{path}: no column is called label or sentiment or polarity or gold or class; there are 'Comment', 'Mood'. "
         "Name it with --label."),
    (["--label", "mood"], "{path}: there is no column 'mood'; there are 'Comment', 'Mood'. Did you mean 'Mood'?"),
    (["--label", "Mood"], "{path}: no row has a text and a known label (2 with label 'bad', 2 with label 'good', "
                          "1 with label 'so-so', 1 without label, 1 without text). Say what your labels mean, such as "
                          "--map good=positive."),
    (["--label", "Mood", "--map", "good=great"], "--map 'good=great' says nothing. Write LABEL=negative, LABEL=neutral "
                                                 "or LABEL=positive."),
])
def test_mistakes_are_one_line(command, labelled, options, message):
    ran = command("models", "measure", "cx-polarity-en", "--data", labelled, *options)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"Error: {message.format(path=labelled)}\n"


def test_an_unknown_model_is_one_line(command, labelled):
    ran = command("models", "measure", "cx-polarity", "--data", labelled)
    assert ran.code == 3
    assert ran.err.startswith("Error: no model 'cx-polarity'; there are cards for ")
    assert ran.err.count("\n") == 1
