"""One line that says what is wrong, where, and what next."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text import errors
from cx_text.errors import CxTextError, SourceError, hint, nearest


@pytest.mark.parametrize(("given_parts", "line"), [
    ({"what": "the file is empty"}, "the file is empty."),
    ({"what": "the file is empty", "where": "a.csv"}, "a.csv: the file is empty."),
    ({"what": "no column 'x'", "where": "a.csv", "next": "Did you mean 'y'?"},
     "a.csv: no column 'x'. Did you mean 'y'?"),
    ({"what": "really?", "next": "Give another --out"}, "really? Give another --out."),
    ({"what": "no rows", "next": None}, "no rows."),
])
def test_the_line(given_parts, line):
    assert str(CxTextError(**given_parts)) == line


def test_exit_codes():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, CxTextError)]
    assert {kind.__name__: kind.exit_code for kind in kinds} == {
        "CxTextError": 2, "ConfigError": 2, "SourceError": 2, "NoRows": 2,
        "OutputError": 2, "NotifyError": 2, "ModelError": 3, "ModelMissing": 3,
        "MissingExtra": 3, "StageError": 4}


def test_the_parts_can_be_asked_for():
    error = SourceError("no rows", where="a.csv", next="Export it again", permanent=False)
    assert (error.what, error.where, error.next, error.permanent) == ("no rows", "a.csv", "Export it again", False)
    assert isinstance(error, CxTextError)
    assert SourceError("no rows").permanent


def test_an_error_survives_pickling():
    assert str(pickle.loads(pickle.dumps(CxTextError("no rows")))) == "no rows."


@pytest.mark.parametrize(("word", "known", "said"), [
    ("coment", ["id", "comment", "score"], "did you mean 'comment'?"),
    ("REVIEW", ["Review", "Stars"], "did you mean 'Review'?"),
    ("xyz", ["comment", "score"], ""),
    ("comment_1", ["comment_2", "comment_3"], "did you mean 'comment_3' or 'comment_2'?"),
    ("", ["comment"], ""), ("comment", [], ""),
])
def test_nearest(word, known, said):
    assert nearest(word, known) == said


def test_hint_is_a_sentence_or_none():
    assert hint("nps_survy", ["nps_survey"]) == "Did you mean 'nps_survey'?"
    assert hint("zzz", ["nps_survey"]) is None


@given(st.text(max_size=8), st.lists(st.text(max_size=8), max_size=6))
def test_nearest_names_known_words_only(word, known):
    said = nearest(word, known)
    assert said == "" or any(repr(name) in said for name in known)
