"""A folder of exports: what is new is imported once, what cannot be read is said, and nothing is touched."""

import os
import shutil
from datetime import timedelta

import pytest
from made.platforms.looks import TestClock
from store_rows import COLUMNS, answer, n_rows, rows_of, write_export

import cx_text.watched_folder
from cx_text.collecting import collect
from cx_text.config import Recipe
from cx_text.sources.platforms.folder import FolderOptions
from cx_text.store.collections import standing_of
from cx_text.store.opening import open_store
from cx_text.store.tables import comments, imports
from cx_text.testing import FakePii


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def look(store, inbox):
    """Return what looks at the folder; its clock is an hour ahead of the files."""
    clock = TestClock()
    clock.at = clock.at.fromtimestamp(inbox.stat().st_mtime + 3600, clock.at.tzinfo)

    def go(later_seconds=0, **more):
        clock.at += timedelta(seconds=later_seconds)
        entry = {"name": "exports", "platform": "folder", "path": str(inbox), **COLUMNS, **more}
        recipe = Recipe.model_validate({"name": "test", "sources": [entry]})
        [done] = collect(store, recipe, environment={}, finder=FakePii(), clock=clock)
        return {name: n for name, n in done.counts.items() if n}, dict(done.errors)

    return go


@pytest.fixture
def reads(monkeypatch):
    """Return the names of the files that were imported, as they were."""
    done, real = [], cx_text.watched_folder.import_export

    def import_export(store, path, **options):
        done.append(path.name)
        return real(store, path, **options)

    monkeypatch.setattr("cx_text.watched_folder.import_export", import_export)
    return done


def test_each_file_is_imported_once(store, inbox, look, reads):
    write_export(inbox / "a.csv", [answer(1, "Sarah was late"), answer(2)])
    write_export(inbox / "b.csv", [answer(3)])
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in inbox.iterdir()}
    assert look() == ({"new": 3}, {})
    assert look() == ({}, {})
    assert reads == ["a.csv", "b.csv"]
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in inbox.iterdir()} == before
    rows = rows_of(store, comments)
    assert (rows[0].source, rows[0].key, rows[0].verbatim) == ("exports", "R-1", "<NAME_1> was late")
    assert [row.file_name for row in rows_of(store, imports)] == ["a.csv", "b.csv"]


def test_an_unchanged_folder_costs_no_reading(inbox, look, monkeypatch):
    write_export(inbox / "a.csv", [answer(1)])
    look()
    monkeypatch.setattr("hashlib.file_digest", None)
    assert look() == ({}, {})


def test_what_was_changed_is_imported_again(store, inbox, look, reads):
    write_export(inbox / "a.csv", [answer(1), answer(2)])
    look()
    write_export(inbox / "a.csv", [answer(1), answer(2, "I take it back", day=2), answer(3)])
    assert look() == ({"unchanged": 1, "changed": 1, "new": 1}, {})
    assert reads == ["a.csv", "a.csv"]
    assert n_rows(store)["comments"] == 3


def test_the_same_content_under_another_name_or_time_is_nothing_new(inbox, look, reads):
    write_export(inbox / "a.csv", [answer(1)])
    look()
    shutil.copy(inbox / "a.csv", inbox / "a-again.csv")
    (inbox / "a.csv").unlink()
    assert look() == ({}, {})
    shutil.copy(inbox / "a-again.csv", inbox / "a.csv")
    os.utime(inbox / "a-again.csv", (1e9, 1e9))
    assert look() == ({}, {})
    assert reads == ["a.csv"]


def test_a_file_that_is_still_written_is_left_for_the_next_look(inbox, look, reads):
    write_export(inbox / "a.csv", [answer(1)])
    at = (inbox / "a.csv").stat().st_mtime + 3590
    os.utime(inbox / "a.csv", (at, at))
    assert look() == ({}, {})
    assert look(60) == ({"new": 1}, {})
    assert reads == ["a.csv"]


def test_a_file_from_the_future_is_imported_once_it_stands_still(inbox, look):
    write_export(inbox / "a.csv", [answer(1)])
    os.utime(inbox / "a.csv", (4e9, 4e9))
    assert look() == ({}, {})
    assert look(30) == ({}, {})
    assert look(30) == ({"new": 1}, {})


def test_an_unreadable_file_is_said_each_time_and_read_once(store, inbox, look, reads):
    (inbox / "a.csv").write_text("")
    write_export(inbox / "b.csv", [answer(1)])
    counts, errors = look()
    assert (counts, list(errors)) == ({"new": 1}, ["a.csv"])
    assert errors["a.csv"].startswith(str(inbox / "a.csv"))
    assert look() == ({}, errors)
    assert reads == ["a.csv", "b.csv"]
    with store.reading() as connection:
        assert standing_of(connection, "exports", "").error == f"a.csv: {errors['a.csv']}"
    write_export(inbox / "a.csv", [answer(2)])
    assert look() == ({"new": 1}, {})
    assert look() == ({}, {})


def test_a_column_that_was_wrong_is_tried_again_once_the_recipe_says_another(inbox, look, reads):
    write_export(inbox / "a.csv", [answer(1)])
    _, errors = look(verbatim="Wy?")
    assert "'Wy?'" in errors["a.csv"]
    assert look(verbatim="Wy?") == ({}, errors)
    assert reads == ["a.csv"]
    assert look() == ({"new": 1}, {})


def test_a_look_that_was_killed_doubles_nothing(store, inbox, look, monkeypatch):
    for n in range(3):
        write_export(inbox / f"{n}.csv", [answer(n * 10 + k) for k in range(5)])
    real, done = cx_text.watched_folder.import_export, []

    def import_and_die(*given, **options):
        done.append(real(*given, **options))
        if len(done) == 2:
            raise KeyboardInterrupt
        return done[-1]

    monkeypatch.setattr("cx_text.watched_folder.import_export", import_and_die)
    with pytest.raises(KeyboardInterrupt):
        look()
    assert look() == ({"unchanged": 5, "new": 5}, {})
    assert n_rows(store)["comments"] == 15
    assert "comment_versions" not in n_rows(store)


def test_links_hidden_files_and_other_files_are_left_alone(tmp_path, inbox, look, reads):
    outside = write_export(tmp_path / "outside.csv", [answer(1)])
    (inbox / "link.csv").symlink_to(outside)
    (inbox / "below").symlink_to(tmp_path)
    (inbox / "gone.csv").symlink_to(tmp_path / "nowhere")
    (inbox / "README.txt").write_text("by night")
    (inbox / "folder.csv").mkdir()
    os.mkfifo(inbox / "pipe.csv")
    for name in (".hidden.csv", "~$open.csv"):
        shutil.copy(outside, inbox / name)
    assert look() == ({}, {})
    assert look(glob="*/*.csv") == ({}, {})
    assert reads == []


def test_a_glob_says_which(inbox, look, reads):
    (inbox / "uk").mkdir()
    write_export(inbox / "uk" / "nps-1.csv", [answer(1)])
    write_export(inbox / "other.csv", [answer(2)])
    assert look(glob="**/nps-*.csv") == ({"new": 1}, {})
    assert reads == ["nps-1.csv"]


def test_a_name_that_is_no_text_is_imported_too(inbox, look):
    write_export(inbox / "a.csv", [answer(1)]).rename(inbox / os.fsdecode(b"caf\xe9.csv"))
    assert look() == ({"new": 1}, {})
    assert look() == ({}, {})


def test_an_odd_file_does_not_stop_the_others(inbox, look, monkeypatch):
    write_export(inbox / "a.csv", [answer(1)])
    write_export(inbox / "b.csv", [answer(2)])
    real = cx_text.watched_folder.import_export

    def fail_once(store, path, **options):
        if path.name == "a.csv":
            raise ValueError("Sarah's words")
        return real(store, path, **options)

    monkeypatch.setattr("cx_text.watched_folder.import_export", fail_once)
    assert look() == ({"new": 1}, {"a.csv": "it has a form that nobody foresaw (ValueError)"})


def test_a_folder_that_is_not_there_is_one_line(tmp_path, look):
    assert look(path=str(tmp_path / "inbx")) == ({}, {"": (
        f"{tmp_path}/inbx: this folder cannot be opened: No such file or directory. Make it, or name another one in "
        "the recipe.")})


@pytest.mark.parametrize(("option", "said"), [
    ({"glob": "../*.csv"}, "source 'exports': '../*.csv' is not below the folder."),
    ({"start_at": "2026-01-01"}, "source 'exports': a folder has no start_at."),
    ({"nps_column": "x"}, "source 'exports': unknown key 'nps_column'; did you mean 'question_column' or "
     "'nps_score'?")])
def test_wrong_options_are_one_line(look, option, said):
    assert look(**option) == ({}, {"": said})


def test_every_option_of_reading_is_there():
    from cx_text.importing import ImportOptions

    left_out = {"redact", "source", "recipe", "names"}
    assert set(ImportOptions.__annotations__) - left_out <= set(FolderOptions.model_fields)
