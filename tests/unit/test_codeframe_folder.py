"""Codeframes on disk: readable, versioned, never changed behind anybody's back."""

import importlib.util
import json
import os
import subprocess
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from cx_text import codeframe_folder
from cx_text.codeframe import Certainty, Codeframe, JourneyStage, Theme
from cx_text.codeframe_folder import CodeframeFolder
from cx_text.decisions import Action, Part
from cx_text.errors import ConfigError, OutputError
from cx_text.testing import FakeEmbedder

EMBEDDER = FakeEmbedder()
THEMES = (
    Theme("t01", "Zustellung – spät", ("late",), 5, exemplars=("It came late", "“Late” again"), summary="It came late",
          stability=0.1 + 0.2, stage=JourneyStage.GET_HELP),
    Theme("t02", "Courier", (), 2, "t01", is_hidden=True), Theme("money", "Money", ("fee",), 1, is_given=True),
)
MADE_BY = {"model": "cx-themes-en", "revision": "0123456789ab", "seed": 7, "n_opinions": 20, "share": 0.25}


def codeframe(**settings):
    return Codeframe(THEMES, EMBEDDER.embed(["late", "courier", "fee"]), ("t02", "t02", "money"), EMBEDDER,
                     Certainty(-1.2345, 3.0, 8.1), 0.31, n_numbered=4, made_by=MADE_BY, **settings)


@pytest.fixture
def folder(tmp_path):
    CodeframeFolder(str(tmp_path / "frame")).create(codeframe())
    return CodeframeFolder(tmp_path / "frame")


def names(folder):
    return sorted(p.name for p in folder.path.iterdir())


def told(call, *arguments, error=ConfigError, **options):
    with pytest.raises(error) as caught:
        call(*arguments, **options)
    return str(caught.value)


def propose(folder, label="Late", version=1, **changes):
    themes = (replace(THEMES[0], label=label), *THEMES[1:])
    folder.propose(replace(codeframe(), themes=themes, version=version, **changes),
                   [{"change": "same", "label": label}])


def test_what_was_written_is_read_bit_for_bit(folder):
    read = folder.discovered(EMBEDDER)
    assert read.themes == THEMES
    assert read.centres.dtype == np.float32
    assert read.centres.tobytes() == codeframe().centres.tobytes()
    for name in ("owners", "certainty", "min_confidence", "n_numbered", "made_by", "moved"):
        assert getattr(read, name) == getattr(codeframe(), name)
    assert read.version == 1
    texts = ["late", "the courier was kind", "fee", "weather"]
    (ids, sure), (ids_read, sure_read) = codeframe().assign(texts), read.assign(texts)
    assert ids == ids_read
    assert sure.tobytes() == sure_read.tobytes()


def test_moved_opinions_and_no_themes_at_all_are_kept_too(tmp_path):
    CodeframeFolder(tmp_path / "a").create(codeframe(moved={"so late": "money", "well": ""}))
    assert CodeframeFolder(tmp_path / "a").discovered(EMBEDDER).moved == {"so late": "money", "well": ""}
    CodeframeFolder(tmp_path / "b").create(Codeframe.empty(EMBEDDER))
    assert CodeframeFolder(tmp_path / "b").discovered(EMBEDDER).assign(["late"])[0] == [None]


def test_people_can_read_it_and_no_code_is_in_it(folder):
    assert names(folder) == ["v0001.json", "v0001.safetensors"]
    text = (folder.path / "v0001.json").read_text("utf-8")
    assert '"label": "Zustellung – spät"' in text
    assert '"stage": "get help"' in text
    assert json.loads(text)["certainty"] == {"base": -1.2345, "by_nearness": 3.0, "by_margin": 8.1}
    assert not any(p.read_bytes().startswith(b"\x80") for p in folder.path.iterdir())  # how a pickle begins


def test_a_second_codeframe_is_not_written_over_the_first(folder):
    before = (folder.path / "v0001.json").read_bytes()
    line = (f"there is a codeframe in '{folder.path}' already. "
            "Give another folder, or refit it: cx-text themes refit FOLDER EXPORT.")
    assert told(folder.create, codeframe(), error=OutputError) == line
    assert told(folder.check_free, error=OutputError) == line
    assert (folder.path / "v0001.json").read_bytes() == before
    CodeframeFolder(folder.path / "else").check_free()


def test_what_cannot_be_written_ends_as_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    assert told(CodeframeFolder(tmp_path / "file").create, codeframe(), error=OutputError) == (
        f"'{tmp_path / 'file'}' cannot be written: File exists. Give another folder.")


def test_an_accepted_refit_is_a_new_version_and_the_old_one_stays(folder):
    before = {p.name: p.read_bytes() for p in folder.path.glob("v0001.*")}
    propose(folder)
    assert folder.diff() == [{"change": "same", "label": "Late"}]
    assert folder.current(EMBEDDER).label("t01") == "Zustellung – spät"
    assert folder.proposed(EMBEDDER).label("t01") == "Late"
    assert folder.accept(EMBEDDER).version == 2
    assert folder.versions() == [1, 2]
    assert folder.current(EMBEDDER).label("t01") == "Late"
    assert folder.discovered(EMBEDDER, 1).label("t01") == "Zustellung – spät"
    assert {p.name: p.read_bytes() for p in folder.path.glob("v0001.*")} == before
    assert names(folder) == ["v0001.json", "v0001.safetensors", "v0002.json", "v0002.safetensors"]
    assert folder.diff() == []


def test_a_refit_can_be_rejected_and_replaced(folder):
    propose(folder, "One")
    propose(folder, "Other")
    assert folder.proposed(EMBEDDER).label("t01") == "Other"
    folder.reject()
    assert names(folder) == ["v0001.json", "v0001.safetensors"]
    line = (f"{folder.path}: no refit waits to be accepted. Make one: cx-text themes refit {folder.path} EXPORT.")
    assert told(folder.accept, EMBEDDER) == line
    assert told(folder.proposed, EMBEDDER) == line
    folder.reject()  # nothing to do


def test_nothing_is_made_where_there_is_no_folder(tmp_path):
    nowhere = CodeframeFolder(tmp_path / "nowhere")
    nowhere.reject()
    line = (f"{tmp_path / 'nowhere'}: there is no codeframe here. "
            "Make one: cx-text themes discover EXPORT --out FOLDER.")
    assert told(nowhere.current, EMBEDDER) == line
    assert told(nowhere.add, Action.PIN, EMBEDDER, by="ana", theme_ids=("t01",)) == line
    assert (nowhere.versions(), nowhere.log(), nowhere.diff()) == ([], [], [])
    assert not nowhere.path.exists()


def test_a_refit_of_an_older_version_is_not_accepted(folder):
    propose(folder)
    folder.accept(EMBEDDER)
    propose(folder, version=1)
    assert told(folder.accept, EMBEDDER) == (
        f"{folder.path}: the refit that waits was made from version 1, and the newest is 2. "
        f"Make it again: cx-text themes refit {folder.path} EXPORT.")


def test_a_refit_without_a_theme_that_was_decided_about_since_is_not_accepted(folder):
    frame = codeframe()
    folder.propose(replace(frame, themes=THEMES[:2], owners=("t02",), centres=frame.centres[:1], version=1), [])
    folder.add(Action.RENAME, EMBEDDER, by="ana", theme_ids=("t01",), label="Late")  # the refit has this one
    folder.add(Action.RENAME, EMBEDDER, by="ana", theme_ids=("money",), label="Fees")
    assert told(folder.accept, EMBEDDER) == (
        f"{folder.path}: after the refit somebody decided about money, which it has not. "
        f"Make it again: cx-text themes refit {folder.path} EXPORT.")
    folder.add(Action.UNDO, EMBEDDER, by="ana", undoes=2)
    assert folder.accept(EMBEDDER).version == 2
    assert folder.current(EMBEDDER).label("t01") == "Late"


def test_the_json_of_a_version_names_that_version(folder):
    propose(folder)
    folder.accept(EMBEDDER)
    first = CodeframeFolder(folder.path / "v0001.json")
    assert first.current(EMBEDDER).label("t01") == "Zustellung – spät"
    assert first.discovered(EMBEDDER).version == 1
    assert told(CodeframeFolder(folder.path / "v0003.json").current, EMBEDDER) == (
        f"{folder.path}: there is no version 3; there are 1, 2.")
    assert told(CodeframeFolder, folder.path / "proposed.json") == (
        f"{folder.path / 'proposed.json'}: a codeframe's file is called v0001.json, v0002.json and so on.")


def test_vectors_of_another_model_are_refused(folder):
    here = CodeframeFolder(folder.path, model={"model": "cx-themes-en", "revision": "ba9876543210"})
    assert told(here.current, EMBEDDER) == (
        f"{folder.path}: its vectors come from cx-themes-en 0123456789ab, the recipe's are from cx-themes-en "
        "ba9876543210. Name that model in the recipe, or discover themes anew.")
    moved_elsewhere = CodeframeFolder(folder.path, model={"model": "own/path", "revision": "0123456789ab"})
    assert moved_elsewhere.current(EMBEDDER).themes == THEMES


def test_models_without_a_revision_are_compared_by_name(tmp_path):
    path = tmp_path / "frame"
    CodeframeFolder(path).create(replace(codeframe(), made_by={"model": "mine", "revision": "unknown"}))
    assert CodeframeFolder(path, model={"model": "mine", "revision": "unknown"}).current(EMBEDDER).themes == THEMES
    assert told(CodeframeFolder(path, model={"model": "yours", "revision": "unknown"}).current, EMBEDDER) == (
        f"{path}: its vectors come from mine unknown, the recipe's are from yours unknown. "
        "Name that model in the recipe, or discover themes anew.")


def _json(**changes):
    return lambda path: path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}))


def _vectors(tensors):
    return lambda path: save_file(tensors, path.with_suffix(".safetensors"))


@pytest.mark.parametrize(("spoil", "message"), [
    (lambda path: path.write_text("{"),
     "{json}: this is no codeframe that can be read (Expecting property name enclosed in double quotes: line 1 column 2"
     " (char 1))."),
    (lambda path: path.write_bytes(b'{"label": "\xff"}'),
     "{json}: this is no codeframe that can be read ('utf-8' codec can't decode byte 0xff in position 11: invalid start"
     " byte)."),
    (lambda path: path.write_text("[]"), "{json}: format None is not 1, the one that is read here."),
    (_json(format=2), "{json}: format 2 is not 1, the one that is read here."),
    (_json(themes=[{"id": "t01"}]), "{json}: this is no codeframe that can be read (themes.0.label: Field required)."),
    (_json(min_confidence="much"), "{json}: this is no codeframe that can be read (min_confidence: Input should be a "
     "valid number, unable to parse string as a number)."),
    (_json(owners=["t02"]), "{json}: this is no codeframe that can be read (3 centres of 1 owners, of whom no themes: "
     "set())."),
    (lambda path: path.with_suffix(".safetensors").unlink(),
     "{vectors}: these vectors cannot be read (No such file or directory)."),
    (lambda path: path.with_suffix(".safetensors").write_bytes(b"what"),
     "{vectors}: these vectors cannot be read (Error while deserializing: header too small)."),
    (_vectors({"other": np.zeros((3, 16), np.float32)}), "{vectors}: these vectors cannot be read ('centres')."),
    (_vectors({"centres": np.zeros((3, 16), np.float64)}),
     "{vectors}: these vectors are not float32 on two axes but float64 on 2."),
])
def test_what_is_broken_ends_as_one_line(folder, spoil, message):
    path = folder.path / "v0001.json"
    spoil(path)
    assert told(folder.current, EMBEDDER) == message.format(json=path, vectors=path.with_suffix(".safetensors"))


def test_a_broken_log_and_a_broken_difference_end_as_one_line(folder):
    line = '{"number": 1, "action": "jump", "by": "ana", "at": "2025-05-01T12:00:00Z"}'
    (folder.path / "decisions.jsonl").write_text(f"{line}\n")
    assert told(folder.current, EMBEDDER) == (
        f"{folder.path / 'decisions.jsonl'}: line 1 is not a decision (action: Input should be 'rename', 'merge', "
        "'split', 'move', 'pin', 'hide', 'never-join', 'parent', 'stage', 'clarity' or 'undo'). "
        "Put back a copy of the file, or take out the line.")
    (folder.path / "diff.json").write_text("{}")
    assert told(folder.diff) == (
        f"{folder.path / 'diff.json'}: this is no difference that can be read (Input should be a valid array). "
        f"Make it again: cx-text themes refit {folder.path} EXPORT.")


def test_decisions_are_read_as_they_were_made(folder):
    parts = (Part("Ä", ("so late\u2028again", "\x85 very")), Part("B", ("kind courier",)))
    given = [(Action.RENAME, {"theme_ids": ("t01",), "label": "Late"}),
             (Action.SPLIT, {"theme_ids": ("t02",), "parts": parts}),
             (Action.MOVE, {"texts": ("line\u2028break",), "to": "money"}), (Action.CLARITY, {"value": 0.5}),
             (Action.STAGE, {"theme_ids": ("t01", "money"), "to": "pay"}), (Action.UNDO, {"undoes": 1})]
    made = [folder.add(action, EMBEDDER, by="Ana", **what)[2] for action, what in given]
    assert folder.log() == made
    assert [d.number for d in made] == [1, 2, 3, 4, 5, 6]
    assert all(d.by == "Ana" and d.at.utcoffset().total_seconds() == 0 for d in made)
    current = folder.current(EMBEDDER)
    assert (current.label("t01"), current.label("s02a")) == ("Zustellung – spät", "Ä")


def test_the_codeframe_before_and_after_a_decision(folder):
    before, after, decision = folder.add(Action.RENAME, EMBEDDER, by="ana", theme_ids=("t01",), label="Late")
    assert (before.label("t01"), after.label("t01"), decision.number) == ("Zustellung – spät", "Late", 1)
    before, after, _ = folder.add(Action.UNDO, EMBEDDER, by="ana", undoes=1)
    assert (before.label("t01"), after.label("t01")) == ("Late", "Zustellung – spät")
    before, after, _ = folder.add(Action.UNDO, EMBEDDER, by="bo", undoes=2)
    assert (before.label("t01"), after.label("t01")) == ("Zustellung – spät", "Late")


def test_the_log_is_only_added_to(folder):
    path = folder.path / "decisions.jsonl"
    written = b""
    for label in ("One", "Two", "Three"):
        folder.add(Action.RENAME, EMBEDDER, by="ana", theme_ids=("t01",), label=label)
        assert path.read_bytes().startswith(written)
        assert len(path.read_bytes()) > len(written)
        written = path.read_bytes()
    assert written.count(b"\n") == 3


@pytest.mark.parametrize(("action", "what", "message"), [
    (Action.RENAME, {"theme_ids": ("t01",), "label": "money"},
     "theme 'money' is called 'money' already. To make one theme of both, merge money and t01."),
    (Action.UNDO, {"undoes": 3}, "there is no decision 3 in force. Run: cx-text themes log {path}."),
    (Action.UNDO, {}, "there is no decision None in force. Run: cx-text themes log {path}."),
])
def test_what_is_refused_is_not_added(folder, action, what, message):
    folder.add(Action.PIN, EMBEDDER, by="ana", theme_ids=("t01",))
    before = (folder.path / "decisions.jsonl").read_bytes()
    assert told(folder.add, action, EMBEDDER, by="ana", **what) == message.format(path=folder.path)
    assert (folder.path / "decisions.jsonl").read_bytes() == before


def test_what_was_undone_cannot_be_undone_again(folder):
    folder.add(Action.PIN, EMBEDDER, by="ana", theme_ids=("t01",))
    folder.add(Action.UNDO, EMBEDDER, by="ana", undoes=1)
    assert told(folder.add, Action.UNDO, EMBEDDER, by="ana", undoes=1) == (
        f"there is no decision 1 in force. Run: cx-text themes log {folder.path}.")


def test_a_preview_adds_nothing(folder):
    before = names(folder)
    frames = folder.add(Action.RENAME, EMBEDDER, by="ana", keep=False, theme_ids=("t01",), label="Late")[:2]
    assert [frame.label("t01") for frame in frames] == ["Zustellung – spät", "Late"]
    assert names(folder) == before
    assert folder.log() == []


def test_a_last_line_that_an_editor_left_open_and_blank_lines_do_no_harm(folder):
    path = folder.path / "decisions.jsonl"
    folder.add(Action.RENAME, EMBEDDER, by="ana", theme_ids=("t01",), label="One")
    path.write_bytes(b"\n" + path.read_bytes().rstrip(b"\n"))
    assert folder.add(Action.RENAME, EMBEDDER, by="ana", theme_ids=("t01",), label="Two")[2].number == 2
    assert [d.label for d in folder.log()] == ["One", "Two"]


def test_threads_that_add_at_once_get_different_numbers(folder):
    def add(n):
        return CodeframeFolder(folder.path).add(Action.RENAME, EMBEDDER, by="ana", theme_ids=("t01",), label=f"L{n}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(16)))
    assert [d.number for d in folder.log()] == list(range(1, 17))
    assert {d.label for d in folder.log()} == {f"L{n}" for n in range(16)}


ADD_ONE = """
import sys
from pathlib import Path
from cx_text.codeframe_folder import CodeframeFolder
from cx_text.decisions import Action
from cx_text.testing import FakeEmbedder
print("ready", flush=True)
sys.stdin.readline()
for n in range(5):
    CodeframeFolder(Path(sys.argv[1])).add(Action.RENAME, FakeEmbedder(), by=sys.argv[2], theme_ids=("t01",),
                                           label=sys.argv[2] + str(n))
"""


def test_processes_that_add_at_once_get_different_numbers(folder):
    started = [subprocess.Popen([sys.executable, "-c", ADD_ONE, str(folder.path), by], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True) for by in ("ana", "bo")]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in started:
        process.communicate()
    assert [process.returncode for process in started] == [0, 0]
    log = folder.log()
    assert [d.number for d in log] == list(range(1, 11))
    assert {d.label for d in log} == {f"{by}{n}" for by in ("ana", "bo") for n in range(5)}


def test_on_windows_its_own_lock_is_taken(folder, monkeypatch):
    taken = []
    fake = types.SimpleNamespace(LK_LOCK=1, locking=lambda number, mode, n: taken.append((mode, n)))
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    monkeypatch.setitem(sys.modules, "fcntl", None)  # importing it fails
    monkeypatch.setattr(sys, "platform", "win32")
    spec = importlib.util.spec_from_file_location("folder_on_windows", codeframe_folder.__file__)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "folder_on_windows", module)
    spec.loader.exec_module(module)
    module.CodeframeFolder(folder.path).add(Action.PIN, EMBEDDER, by="ana", theme_ids=("t01",))
    assert taken == [(1, 1)]
    assert [d.action for d in folder.log()] == [Action.PIN]


def test_a_folder_that_may_not_be_written_can_still_be_used(folder, monkeypatch):
    def refused(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(codeframe_folder.CodeframeFolder, "_append", refused)
    monkeypatch.setattr(os, "open", refused)  # which the lock is taken on
    assert folder.current(EMBEDDER).themes == THEMES
    folder.add(Action.PIN, EMBEDDER, by="ana", keep=False, theme_ids=("t01",))
    assert told(folder.add, Action.PIN, EMBEDDER, by="ana", theme_ids=("t01",), error=OutputError) == (
        f"'{folder.path}' cannot be written: Permission denied. Give another folder.")


def test_a_version_is_seen_only_with_its_vectors(folder, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    propose(folder)
    monkeypatch.setattr(Path, "write_text", full)
    assert told(folder.accept, EMBEDDER, error=OutputError) == (
        f"'{folder.path}' cannot be written: No space left on device. Give another folder.")
    assert folder.versions() == [1]
    assert folder.proposed(EMBEDDER).label("t01") == "Late"
