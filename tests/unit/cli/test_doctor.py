"""`cx-text doctor`: what works here, line by line."""

import platform
import re
from importlib.metadata import PackageNotFoundError, version

from cx_text.cli import doctor
from cx_text.config import card_names, recipe_names


def test_everything_is_here(command):
    ran = command("doctor")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    n = len(doctor.LIBRARIES)
    assert lines[0] == f"ok       python {platform.python_version()} on {platform.system()} {platform.machine()}"
    assert lines[1:n + 1] == [f"ok       {name} {version(name)}" for name in doctor.LIBRARIES]
    assert re.fullmatch(r"ok       models run on (cpu|cuda) in (bfloat16|float32), \d+ threads", lines[n + 1])
    assert [re.fullmatch(r"ok       (?:model (\S+) \(\w+, revision \S+, \S+\)|recipe (\S+))", line).group(1, 2)
            for line in lines[n + 2:]] == [*((name, None) for name in card_names()),
                                           *((None, name) for name in recipe_names())]


def test_a_library_that_is_missing_is_said_with_what_to_do(command, monkeypatch):
    def absent(name):
        if name == "umap-learn":
            raise PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(doctor, "version", absent)
    ran = command("doctor")
    assert ran.code == 3
    assert ran.out.splitlines()[1:] == [
        "MISSING  umap-learn: pip install umap-learn" if name == "umap-learn" else f"ok       {name} 1.0"
        for name in doctor.LIBRARIES]


def test_a_recipe_that_cannot_run_is_said(command, monkeypatch, tmp_path):
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "mine.toml").write_text('name = "mine"\n[models]\npolarity = "nowhere"\n')
    (tmp_path / "pipelines" / "wrong.toml").write_text("name = 3\n")
    monkeypatch.chdir(tmp_path)
    ran = command("doctor")
    assert ran.code == 3
    assert [line for line in ran.out.splitlines() if line.startswith("MISSING")] == [
        "MISSING  recipe mine: no model 'nowhere'; there are cards for all-minilm-l6-v2, cx-implied-en, "
        "cx-polarity-en, cx-themes-en, en-core-web-sm, lingua. Give a card's name, a folder with weights, or a public "
        "name such as owner/model.",
        "MISSING  recipe wrong: pipelines/wrong.toml: name: input should be a valid string."]
