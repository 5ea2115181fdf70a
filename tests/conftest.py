"""The only conftest: where the labelled sets are, the real command, a browser, and small tables
that many tests read."""

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import settings

# A test is not wrong because the machine is busy.
settings.register_profile("cx_text", deadline=None)
settings.load_profile("cx_text")

ROOT = Path(__file__).parents[1]


class Ran(NamedTuple):
    """What one call of the command gave."""

    code: int
    out: str
    err: str


def run_command(*arguments):
    """Run the real `cx-text` in this process, on a terminal 300 wide, so that no line is broken."""
    from cx_text.cli.main import main

    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.setattr(sys, "argv", ["cx-text", *map(str, arguments)])
        patch.setenv("COLUMNS", "300")
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    return Ran(code, out.getvalue(), err.getvalue())


@pytest.fixture(autouse=True)
def cheap_passwords(request, monkeypatch):
    """Let passwords be hashed in a millisecond, where a test is not about that."""
    if (passwords := sys.modules.get("cx_text.web.passwords")) and request.path.stem != "test_passwords":
        monkeypatch.setattr(passwords, "_HASHER", type(passwords._HASHER)(time_cost=1, memory_cost=64))


@pytest.fixture(scope="session")
def command():
    return run_command


@pytest.fixture(scope="session")
def example_run(tmp_path_factory, example_path):
    """Return the folder of results of the example, and what the command printed. Read only: many tests share it."""
    out = tmp_path_factory.mktemp("example") / "results"
    return out, run_command("tag", example_path, "--out", out)


@pytest.fixture(scope="module")
def chromium():
    """Return a browser, open for the tests of one module."""
    from made.browser import launched

    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def watched_path(tmp_path_factory):
    """Return the file of a store with an incident that was read with fakes. Read only: tests that write copy it."""
    from made.watched_store import fill

    from cx_text.store.opening import open_store

    folder = tmp_path_factory.mktemp("watched")
    with open_store(folder / "s.sqlite3", create=True) as store:
        fill(store, folder)
    return folder / "s.sqlite3"


@pytest.fixture(scope="session")
def readme():
    """Return language → the README's blocks of code, in order."""
    found = re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return {language: [text for kind, text in found if kind == language] for language in ("bash", "python")}


@pytest.fixture(scope="session")
def readme_run(tmp_path_factory, readme):
    """Return the folder results/, and each of the README's bash blocks with what running it beside the example gave."""
    here = tmp_path_factory.mktemp("readme")
    (here / "examples").symlink_to(ROOT / "examples")
    surroundings = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return here / "results", [(block, subprocess.run(["bash", "-euc", block], cwd=here, text=True, capture_output=True,
                                                     env=surroundings, check=False)) for block in readme["bash"]]


@pytest.fixture(scope="session")
def example_path():
    return ROOT / "examples" / "nps_export.csv"


@pytest.fixture
def survey():
    """Return 40 invented answers about four things, with scores; enough for a few themes."""
    said = {
        "Delivery was late again": 2, "My delivery came two hours late": 3, "The driver was late with my delivery": 4,
        "Late delivery for the third time": 1, "The app keeps crashing": 3, "App crashes when I pay": 2,
        "The app crashed at checkout": 1, "Crashing app on my phone": 4, "Friendly driver": 10,
        "The driver was so friendly and kind": 9, "Lovely friendly drivers": 10, "Kind and friendly driver": 9,
        "Too expensive": 6, "Prices are too high": 5, "The price went up again": 6, "High prices for what it is": 7,
    }
    rows = [(text + end, score) for end in ("", ".", "!") for text, score in said.items()][:40]
    return pd.DataFrame(rows, columns=["comment", "score"], index=[f"r{n}" for n in range(40)])


@pytest.fixture(scope="session")
def labelled_sets():
    """Return the folder of the labelled sets, which a test skips without."""
    folder = Path(os.environ.get("CX_TEXT_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "nhs_fft.jsonl.gz").exists():
        pytest.skip("no labelled sets here: set CX_TEXT_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def postgres():
    """Return the address of a PostgreSQL server, which a test skips without."""
    from postgres_server import NoServer, running_server

    with contextlib.ExitStack() as stack:
        try:
            address = stack.enter_context(running_server())
        except NoServer as reason:
            pytest.skip(str(reason))
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """Return where a new store can be made: the path of a file, and the address of an empty database."""
    if request.param == "sqlite":
        yield str(tmp_path / "store.sqlite3")
        return
    from postgres_server import new_database, remove_database

    server = request.getfixturevalue("postgres")
    address = new_database(server)
    yield address
    remove_database(server, address)
