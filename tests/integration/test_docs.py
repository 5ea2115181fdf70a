"""The README tells the truth: its blocks run as they stand, and it names every command.

The blocks of bash are in test_example.py, which compares what they give: so they run once, whoever shares the tests.
"""

import re

import pytest
import typer

from cx_text.cli.main import app
from cx_text.comment import Polarity

ROOT_COMMAND = typer.main.get_command(app)
OPTIONS = [(name, option) for name, command in ROOT_COMMAND.commands.items() for option in command.params]


@pytest.mark.models
def test_the_python_blocks_run_in_order(readme, monkeypatch, pytestconfig):
    monkeypatch.chdir(pytestconfig.rootpath)
    namespace = {}
    for block in readme["python"]:
        exec(compile(block, "README.md", "exec"), namespace)
    result = namespace["result"]
    assert len(result.comments) == len(namespace["df"])
    assert set(result.opinions["polarity"]) <= {p.value for p in Polarity}
    assert set(namespace["ids"]) <= {None, *(theme.id for theme in namespace["codeframe"].themes)}


@pytest.mark.models
def test_the_python_of_the_page_on_themes_runs(tmp_path, monkeypatch, pytestconfig):
    page = (pytestconfig.rootpath / "docs" / "themes.md").read_text("utf-8")
    (tmp_path / "examples").symlink_to(pytestconfig.rootpath / "examples")
    monkeypatch.chdir(tmp_path)
    namespace = {}
    for block in re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        exec(compile(block, "themes.md", "exec"), namespace)
    folder, codeframe = namespace["folder"], namespace["codeframe"]
    assert folder.current(codeframe.embedder).label(codeframe.themes[0].id) == "What we call it"


def test_there_are_blocks(readme):
    assert readme["bash"]
    assert readme["python"]


@pytest.mark.parametrize("name", ROOT_COMMAND.commands)
def test_every_command_has_help_and_is_in_the_readme(name, pytestconfig):
    assert (ROOT_COMMAND.commands[name].help or "").strip().endswith(".")
    assert f"cx-text {name}" in (pytestconfig.rootpath / "README.md").read_text("utf-8")


@pytest.mark.parametrize(("name", "option"), OPTIONS, ids=[f"{name}-{option.name}" for name, option in OPTIONS])
def test_every_option_has_help(name, option):
    assert (option.help or "").strip().endswith((".", ")."))


def test_the_help_shows_the_commands_and_the_version_is_said(command):
    shown = command("--help")
    assert shown.code == 0
    assert all(re.search(rf"\b{name}\b", shown.out) for name in ROOT_COMMAND.commands)
    assert re.fullmatch(r"cx-text \d+\.\d+\.\d+\n", command("--version").out)
