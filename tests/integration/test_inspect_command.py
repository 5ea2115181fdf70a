"""`cx-text inspect` as people run it: the form of a file, its columns, and a reading that is kept for the next one."""

import pytest

from cx_text.sources.profiles import load_profile

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
    assert "Q4: What is the main" in out
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
