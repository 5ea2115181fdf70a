"""`cx-text inspect` as people run it: the form of a file, its columns, and a reading that is kept for the next one."""

from pathlib import Path

import pytest

from cx_text.cli.inspect import show_inspection
from cx_text.inspection import inspect_export
from cx_text.sources.columns.profiles import load_profile
from cx_text.sources.files.opening import open_export

FIXTURES = sorted(p for p in (Path(__file__).parents[1] / "fixtures" / "exports").iterdir() if p.suffix != ".md")
EXPORTS = ("qualtrics_three_rows", "surveymonkey", "delighted", "brandwatch", "one_hot")


@pytest.fixture(autouse=True)
def settings_of_nobody(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_of_tools_are_told_apart(name, command, pytestconfig):
    ran = command("inspect", pytestconfig.rootpath / "tests" / "fixtures" / "exports" / f"{name}.csv")
    assert (ran.code, ran.err) == (0, "")
    assert "words" in ran.out
    assert "The first comments:" in ran.out


def test_the_wording_of_a_question_stands_beside_its_name(command, pytestconfig):
    out = command("inspect", pytestconfig.rootpath / "tests" / "fixtures" / "exports" / "qualtrics_three_rows.csv").out
    assert "survey tool: Qualtrics (3 header rows), because its third row holds Qualtrics' import ids" in out
    assert "\n  “What is the main reason for your score?”\n" in out
    assert "test row: Status 'Survey Preview': a preview of the survey, not a customer" in out


def test_a_reading_is_kept_and_used_again(command, example_path):
    kept = command("inspect", example_path, "--segment-column", "Plan", "--save-profile", "groceries")
    assert (kept.code, kept.err) == (0, "")
    assert "Kept as profile 'groceries'" in kept.out
    assert load_profile("groceries").segments == ("Plan",)
    again = command("inspect", example_path)
    assert "  read by profile 'groceries'" in again.out.splitlines()


def test_a_profile_that_is_not_there_is_one_line(command, example_path):
    ran = command("inspect", example_path, "--profile", "x")
    assert (ran.code, ran.err) == (2, "Error: there is no profile 'x'. Make one: cx-text inspect FILE --save-profile "
                                      "NAME.\n")


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: p.name)
def test_everything_fits_on_80_columns(path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    found = inspect_export(open_export(path))
    show_inspection(found, None, path.name)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    joined = " ".join(" ".join(lines).split())
    for column in found.columns:
        assert column.confidence is None or column.because in joined


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: p.name)
def test_roles_in_exports_of_tools_are_sure(path):
    found = inspect_export(open_export(path))
    assert {c.name: c.confidence for c in found.columns if c.confidence is not None and c.confidence < 0.6} == {}
    assert found.to_answer == ()
    assert not any(note.startswith("Less than") for note in found.notes)


def test_what_has_to_be_answered_stands_above_the_columns(command, tmp_path):
    (tmp_path / "a.csv").write_text("Date,Comment\n" + "03/04/2024,The delivery was late again\n" * 3)
    out = command("inspect", tmp_path / "a.csv").out
    asked = ("To answer: Is the day first or the month in dates such as '03/04/2024' of column 'Date'? Say it with "
             "--date-order dmy or --date-order mdy; until then they are not read.")
    assert out.index(asked) < out.index("column ")
    assert "To answer" not in command("inspect", tmp_path / "a.csv", "--date-order", "mdy").out


def test_a_folder_and_several_files(command, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text("Comment\nThe delivery was late again\n")
    assert command("inspect", tmp_path).out.startswith(f"{tmp_path.name} (2 files)\n")
    ran = command("inspect", tmp_path / "a.csv", tmp_path / "b.csv")
    assert ran.out.startswith("a.csv and 1 more file\n  format: CSV\n")
    assert "2 rows, 2 columns" in ran.out
