"""Themes that people wrote down."""

import numpy as np
import pytest

from cx_text.codeframe import JourneyStage
from cx_text.errors import ConfigError
from cx_text.insights.given import given_codeframe, read_given, shipped_codeframes
from cx_text.insights.stability import USUAL
from cx_text.testing import FakeEmbedder

EMBEDDER = FakeEmbedder()
TOML = """
[[theme]]
label = "Late deliveries"
parent = "Delivery"
stage = "receive"
description = "The order came late"
examples = ["two hours late", "late again"]

[[theme]]
id = "prices"
label = "Prices"
"""
CSV = ("label,description,examples,parent,stage\n"
       "Late deliveries,The order came late,two hours late|late again,Delivery,receive\n")
HOW = "Write [[theme]] tables, or a CSV with the columns label, description and examples."


@pytest.fixture
def write(tmp_path):
    def write(text, name="ours.toml", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return str(path)

    return write


def told(call, *arguments):
    with pytest.raises(ConfigError) as caught:
        call(*arguments)
    return str(caught.value)


def table(**keys):
    return "[[theme]]\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items())


def levels(codeframe):
    return [(t.id, t.label, t.parent) for t in codeframe.themes]


def test_a_toml_becomes_a_codeframe(write):
    codeframe = given_codeframe([write(TOML)], EMBEDDER)
    assert levels(codeframe) == [("delivery", "Delivery", None), ("late-deliveries", "Late deliveries", "delivery"),
                                 ("prices", "Prices", None)]
    late = codeframe.theme("late-deliveries")
    assert (late.stage, late.summary, late.exemplars) == (
        JourneyStage.RECEIVE, "The order came late", ("two hours late", "late again"))
    assert all(t.is_given and t.n_opinions == 0 for t in codeframe.themes)
    assert (codeframe.owners, codeframe.certainty) == (("late-deliveries", "prices"), USUAL)
    texts = ["Late deliveries", "The order came late", "two hours late", "late again"]
    middle = EMBEDDER.embed(texts).mean(axis=0)
    assert np.allclose(codeframe.centres[0], middle / np.linalg.norm(middle))
    assert codeframe.assign(["late order", "prices"])[0] == ["late-deliveries", "prices"]


@pytest.mark.parametrize(("text", "encoding"), [
    (CSV, "utf-8"), (CSV, "utf-8-sig"), (CSV.replace("\n", "\r\n"), "utf-8"), (CSV + ",,,,\n\n", "utf-8"),
    (CSV.replace(",", ";"), "utf-8-sig"), (CSV.replace("label,", "Label ,"), "utf-8"),
    (CSV.replace("hours late|late", "hours late ; late"), "utf-8"),
    (CSV.replace("two hours late|late again", '"two hours late\nlate again"'), "utf-8"),
])
def test_a_csv_gives_the_same(write, text, encoding):
    from_csv = given_codeframe([write(text, "ours.csv", encoding)], EMBEDDER)
    from_toml = given_codeframe([write(TOML[: TOML.index("[[theme]]\nid")])], EMBEDDER)
    assert from_csv.themes == from_toml.themes
    assert np.array_equal(from_csv.centres, from_toml.centres)


@pytest.mark.parametrize("parent", ["Delivery", "delivery", "DELIVERY", "post"])
def test_a_parent_is_named_by_its_label_or_its_id_before_or_after_its_sub_themes(write, parent):
    upper, lower = table(label="Delivery", id="post", stage="receive"), table(label="Late", parent=parent)
    for text in (upper + lower, lower + upper):
        codeframe = given_codeframe([write(text)], EMBEDDER)
        assert {t.id: t.parent for t in codeframe.themes} == {"post": None, "late": "post"}
        assert codeframe.owners == ("late",)
        assert codeframe.theme("post").stage is JourneyStage.RECEIVE


def test_parents_that_differ_in_case_or_marks_alone_are_one(write):
    text = "".join(table(label=label, parent=parent) for label, parent in
                   [("Late", "Delivery!"), ("Courier", "delivery"), ("Bags", "Delivery")])
    codeframe = given_codeframe([write(text)], EMBEDDER)
    assert levels(codeframe)[0] == ("delivery", "Delivery!", None)
    assert {t.parent for t in codeframe.themes[1:]} == {"delivery"}


def test_a_parent_with_examples_has_opinions_of_its_own(write):
    upper = '[[theme]]\nlabel = "Delivery"\nexamples = ["delivery was fine", ""]\n'
    codeframe = given_codeframe([write(upper + table(label="Late", parent="Delivery"))], EMBEDDER)
    assert codeframe.assign(["fine delivery", "late"])[0] == ["delivery", "late"]
    assert codeframe.theme("delivery").exemplars == ("delivery was fine",)


@pytest.mark.parametrize(("label", "theme_id"), [
    ("Late & lost", "late-lost"), ("Größe", "grösse"), ("توصيل", "توصيل"), ("👍", "theme"), ("S21", "theme-s21"),
    ("T 1", "t-1"),
])
def test_ids_come_from_labels_and_are_none_that_found_themes_get(write, label, theme_id):
    assert given_codeframe([write(table(label=label))], EMBEDDER).themes[0].id == theme_id


def test_several_files_make_one_codeframe(write):
    codeframe = given_codeframe([write(TOML), "general"], EMBEDDER)
    assert [t.id for t in codeframe.themes][-2:] == ["general-praise", "general-complaint"]
    assert given_codeframe([], EMBEDDER) is None


@pytest.mark.parametrize(("text", "message"), [
    (table(label="Late") + table(label="late"), "two themes are called 'late'."),
    (table(label="Late") + table(label="Late!"), "two themes have the id 'late'. Give 'Late!' another id."),
    (table(label="A", id="x") + table(label="B", id="x"), "two themes have the id 'x'. Give 'B' another id."),
    (table(label="Late", id="t03"), "the id 't03' of 'Late' is one that found themes get. Give it another id."),
    (table(label="A") + table(label="B", parent="A") + table(label="C", parent="B"),
     "the parent of 'C' has a parent itself, and there are two levels."),
    (table(label="A", parent="a"), "the parent of 'A' has a parent itself, and there are two levels."),
])
def test_themes_that_do_not_fit_together_are_refused(write, text, message):
    path = write(text)
    assert told(given_codeframe, [path], EMBEDDER) == f"{path}: {message}"


def test_where_two_files_do_not_fit_together_both_are_named(write):
    first, second = write(table(label="Late")), write(table(label="Late"), "theirs.toml")
    assert told(given_codeframe, [first, second], EMBEDDER) == f"{first}, {second}: two themes are called 'Late'."


@pytest.mark.parametrize(("name", "text", "message"), [
    ("a.toml", "", f"it holds no themes. {HOW}"),
    ("a.csv", "", f"it holds no themes. {HOW}"),
    ("a.csv", "label,examples\n,\n", f"it holds no themes. {HOW}"),
    ("a.toml", "[[theme]]\nlabel =", "this cannot be read (Invalid value (at end of document))."),
    ("a.toml", "[theme]\nlabel = 'A'", f"'theme' is not a list of tables. {HOW}"),
    ("a.toml", "theme = ['A']", f"'theme' is not a list of tables. {HOW}"),
    ("a.toml", "[[themes]]\nlabel = 'A'", "unknown key 'themes'; themes are [[theme]] tables."),
    ("a.toml", table(label="A") + table(lable="B"), "theme 2 has an unknown key 'lable'. Did you mean 'label'?"),
    ("a.toml", table(label="A", colour="red"), "theme 1 has an unknown key 'colour'. "
     "Valid keys are label, id, description, examples, parent, stage."),
    ("a.toml", table(description="A"), "theme 1, label: field required."),
    ("a.toml", table(label=" "), "theme 1, label: string should have at least 1 character."),
    ("a.toml", table(label="A", examples="b"), "theme 1, examples: input should be a valid tuple."),
    ("a.toml", table(label="A", stage="recieve"), "theme 1, stage: input should be 'discover', 'buy', 'receive', "
     "'use', 'pay', 'get help' or 'leave'. Did you mean 'receive'?"),
    ("a.csv", "topic\nLate\n", "theme 1 has an unknown key 'topic'. "
     "Valid keys are label, id, description, examples, parent, stage."),
    ("a.csv", "label,stage\nLate,bye bye\n", "theme 1, stage: input should be 'discover', 'buy', 'receive', 'use', "
     "'pay', 'get help' or 'leave'."),
    ("a.csv", "label,description\nLate,hours, days\n", "the row of 'Late' has more cells than the header. "
     "Put quotation marks around cells with commas in them."),
])
def test_a_wrong_file_is_told_in_one_line(write, name, text, message):
    path = write(text, name)
    assert told(read_given, path) == f"{path}: {message}"


def test_what_cannot_be_read_is_told_in_one_line(write, tmp_path):
    latin = write("label\nGröße\n", "latin.csv", "latin-1")
    assert told(read_given, latin) == (
        f"{latin}: this cannot be read ('utf-8' codec can't decode byte 0xf6 in position 8: invalid start byte).")
    (tmp_path / "folder.csv").mkdir()
    assert told(read_given, str(tmp_path / "folder.csv")) == (
        f"{tmp_path / 'folder.csv'}: this cannot be read (Is a directory).")
    assert told(read_given, str(tmp_path / "no.toml")) == f"{tmp_path / 'no.toml'}: there is no such file."
    assert told(read_given, "retail_and_servise") == (
        "no codeframe 'retail_and_servise'; cx_text ships digital_product, general, retail_and_service. "
        "Did you mean 'retail_and_service'?")
    assert told(read_given, "ours") == (
        "no codeframe 'ours'; cx_text ships digital_product, general, retail_and_service. "
        "Give a TOML or CSV file with label, description, examples.")


@pytest.mark.parametrize("name", shipped_codeframes())
def test_the_shipped_ones_hold_together(name):
    given_themes = read_given(name).themes
    codeframe = given_codeframe([name], EMBEDDER)
    labels = [t.label.casefold() for t in codeframe.themes]
    assert len(set(labels)) == len(labels)
    assert len(codeframe.owners) == len(given_themes)  # parents are named by their sub-themes alone
    for theme in given_themes:
        assert theme.description
        assert len(theme.examples) >= 3
        assert name == "general" or theme.stage


def test_the_shipped_ones_go_together_with_the_general_themes():
    assert shipped_codeframes() == ["digital_product", "general", "retail_and_service"]
    for name in ("digital_product", "retail_and_service"):
        assert given_codeframe([name, "general"], EMBEDDER)
