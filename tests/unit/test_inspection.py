"""What an export holds, told without a model; and how it is read: by options, a profile, or guesses."""

import pandas as pd
import pytest

from cx_text.errors import ConfigError
from cx_text.inspection import inspect_export
from cx_text.planning import plan_export
from cx_text.sources.columns.plan import plan_columns
from cx_text.sources.columns.profiles import profile_of, save_profile
from cx_text.sources.files.opening import open_export
from cx_text.sources.rows import Outcome


@pytest.fixture(autouse=True)
def settings_of_nobody(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))


@pytest.fixture
def example(example_path):
    return open_export(example_path)


def test_every_column_has_a_role_and_every_row_an_outcome(example):
    found = inspect_export(example)
    assert [c.role for c in found.columns] == ["id", "date", "NPS score, 0-10", "words", "segment", "segment",
                                              "channel, segment", "segment"]
    assert found.columns[3].because == "83 % of its values are sentences"
    assert (found.n_rows, found.facts["encoding"]) == (644, "utf-8")
    (outcomes,) = found.outcomes.values()
    assert sum(outcomes.values()) == 644
    assert (outcomes[Outcome.BLANK], outcomes[Outcome.DUPLICATE], outcomes[Outcome.REJECTED]) == (38, 6, 3)
    assert (86, "duplicate: same id as row 85") in found.faults
    assert len(found.preview) == 5
    assert all(c.tags.text for c in found.preview)
    assert not any(c.is_personal for c in found.columns)


def test_columns_of_no_role_are_said_to_be_kept(tmp_path):
    rows = pd.DataFrame({"Comment": [f"It was late for the {k}th time" for k in range(30)], "Email": "a@example.com",
                         "Q1 - Sentiment": "good", "Weight": 1.5, "Agent name": "Ann", "Nothing": None})
    rows.to_csv(tmp_path / "x.csv", index=False)
    views = {c.name: c for c in inspect_export(open_export(tmp_path / "x.csv")).columns}
    assert {name: view.role for name, view in views.items()} == {
        "Comment": "words", "Email": "metadata", "Q1 - Sentiment": "other analytics", "Weight": "kept, not used",
        "Agent name": "metadata", "Nothing": "kept, not used"}
    assert [name for name, view in views.items() if view.is_personal] == ["Email", "Agent name"]
    assert views["Nothing"].because == "it is empty"


def test_a_profile_is_used_for_files_alike_and_options_go_before_it(example_path):
    why = "What is the main reason for your score?"
    _, plan, used = plan_export(example_path)
    assert used is None
    export, chosen, _ = plan_export(example_path, segments=["Plan"])
    save_profile(profile_of(chosen, export.columns), "groceries")
    _, again, used = plan_export(example_path)
    assert (used, again.segments, again.verbatims) == ("groceries", ("Plan",), (why,))
    _, other, used = plan_export(example_path, segments=["Country"])
    assert (used, other.segments) == ("groceries", ("Country",))
    assert plan.segments != again.segments


def test_a_profile_of_other_columns_is_refused_when_it_is_named(example_path, tmp_path):
    export, plan, _ = plan_export(example_path)
    save_profile(profile_of(plan, (*export.columns, "Shop")), "shops")
    with pytest.raises(ConfigError) as raised:
        plan_export(example_path, profile="shops")
    assert str(raised.value) == (f"{example_path}: the profile 'shops' is of files with a column 'Shop', which is not "
                                 "here. Leave out --profile, or save another one: cx-text inspect.")


def test_a_file_that_was_looked_at_whole_is_not_said_to_be_cut(example):
    found = inspect_export(example, max_rows=1)
    assert found.n_rows == 644  # the first portion holds them all
    assert not any("Only the first" in note for note in found.notes)


def test_what_was_not_looked_at_is_said(tmp_path):
    pd.DataFrame({"Comment": [f"It was late for the {k}th time" for k in range(5000)]}).to_csv(
        tmp_path / "x.csv", index=False)
    found = inspect_export(open_export(tmp_path / "x.csv"), max_rows=1500)
    assert found.n_rows == 2000
    assert found.notes == ("Only the first 2,000 rows were looked at.",)


def test_what_the_user_or_a_profile_named_is_sure(example_path):
    _, plan, _ = plan_export(example_path, segments=["Plan"])
    found = inspect_export(open_export(example_path), plan)
    assert {c.name: c.confidence for c in found.columns}["Plan"] == 1.0
    _, plan, _ = plan_export(example_path)
    assert {c.name: c.confidence for c in inspect_export(open_export(example_path), plan).columns}["Plan"] == 0.89


def test_unsure_roles_are_listed_with_the_option_that_settles_each(tmp_path):
    rows = pd.DataFrame({"Notes": ["ok", "fine by me", "late", "x"] * 10, "Score": [0, 6, 3, 8] * 10,
                         "Weight": [n % 9 for n in range(40)]})
    rows.to_csv(tmp_path / "x.csv", index=False)
    found = inspect_export(open_export(tmp_path / "x.csv"), plan_columns(rows, where="x", verbatim="Notes"))
    assert found.notes == (
        "Less than 60 % sure: 'Score' as NPS score, 0-10 (55 %; --nps-column), 'Weight' as segment (53 %; "
        "--segment-column). The option in brackets says which column it is.",)


def test_mended_characters_are_counted(tmp_path):
    words = ["The cafÃ© was closed again", "The café was closed again", "I donâ€™t like to wait so long"]
    pd.DataFrame({"Comment": words}).to_csv(tmp_path / "x.csv", index=False)
    found = inspect_export(open_export(tmp_path / "x.csv"))
    assert found.notes == ("Wrongly decoded characters, such as those of “donâ€™t”, were mended in 2 comments.",)
    assert found.preview[0].tags.text == "The café was closed again"
    assert found.preview[0].verbatim == words[0]


def test_a_column_of_languages_is_shown_as_such(tmp_path):
    rows = pd.DataFrame({"Comment": [f"It was late for the {k}th time" for k in range(30)], "Language": "en",
                         "Locale": ["en-GB", "de_DE"] * 15, "Language skills": ["good", "none"] * 15})
    rows.to_csv(tmp_path / "x.csv", index=False)
    views = {c.name: (c.role, c.because) for c in inspect_export(open_export(tmp_path / "x.csv")).columns}
    assert views["Language"] == ("language", "kept; the language is read from the words")
    assert views["Locale"] == ("segment", "a few short values repeat; the language itself is read from the words")
    assert views["Language skills"] == ("segment", "a few short values repeat")


def test_what_is_known_after_the_last_row_is_counted_and_shown(tmp_path):
    said = [f"It was late for the {k}th time" for k in range(30)]
    rows = pd.DataFrame({"Answer ID": [*range(29), 0], "Customer ID": [f"c{k}" for k in range(28)] + ["c1", "c0"],
                         "Channel": ["App", "Web"] * 15, "Comment": [*said[:28], said[1], said[29]],
                         **{f"Q2_{k}": [1 + (n + k * (n > 0)) % 5 for n in range(30)] for k in range(5)}})
    rows.to_csv(tmp_path / "x.csv", index=False)
    found = inspect_export(open_export(tmp_path / "x.csv"))
    assert found.outcomes == {"Comment": {Outcome.ANALYSED: 28, Outcome.OLDER_VERSION: 1, Outcome.DUPLICATE: 1}}
    assert found.faults == (
        (2, "older version: an older version of row 31"),
        (30, "duplicate: same words by the same customer in channel 'Web', row 3"))
    assert found.preview[0].verbatim == said[1]
    assert found.notes == (
        "Flagged, and kept: 1 row with the same grade in all of 5 columns or more.",)
    roles = {c.name: c.role for c in found.columns}
    assert (roles["Channel"], roles["Customer ID"]) == ("channel, segment", "customer key")


def test_all_rows_can_be_looked_at(tmp_path):
    pd.DataFrame({"Comment": [f"It was late for the {k}th time" for k in range(5000)]}).to_csv(
        tmp_path / "x.csv", index=False)
    found = inspect_export(open_export(tmp_path / "x.csv"), max_rows=None)
    assert (found.n_rows, found.notes) == (5000, ())
