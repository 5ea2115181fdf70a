"""ResultFolder: whole or absent."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from cx_text.errors import OutputError
from cx_text.report.folder import ResultFolder
from cx_text.report.tables import TableWriter, Workbook

MANIFEST = '{"made_by": "cx_text"}'


def fill(out, text="new", *, force=False):
    with ResultFolder(out, force) as folder:
        (folder / "manifest.json").write_text(MANIFEST)
        (folder / "comments.csv").write_text(text)


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def refused(out, force=False):
    with pytest.raises(OutputError) as caught:
        fill(out, force=force)
    return str(caught.value)


def test_appears_whole_with_its_parents(tmp_path):
    out = tmp_path / "2024" / "may"
    with ResultFolder(out) as folder:
        assert folder.parent == out.parent
        assert folder.name.startswith(".may.partial-")
        assert not out.exists()
        (folder / "comments.csv").write_text("late")
    assert (out / "comments.csv").read_text() == "late"
    assert names(out.parent) == ["may"]


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "results").mkdir()
    fill(tmp_path / "results")
    assert names(tmp_path / "results") == ["comments.csv", "manifest.json"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_absent_after_any_error(tmp_path, error):
    def stop():
        with ResultFolder(tmp_path / "results") as folder:
            (folder / "comments.csv").write_text("half")
            raise error

    with pytest.raises(error):
        stop()
    assert names(tmp_path) == []


def test_an_error_keeps_earlier_results(tmp_path):
    fill(tmp_path / "results", "old")

    def stop():
        with ResultFolder(tmp_path / "results", force=True) as folder:
            (folder / "comments.csv").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert (tmp_path / "results" / "comments.csv").read_text() == "old"
    assert names(tmp_path) == ["results"]


def test_existing_results_need_force(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = Path("results")
    fill(out, "old")
    assert refused(out) == "the folder 'results' exists. Give another --out, or --force to replace it."
    (out / "themes.csv").write_text("an older version wrote this")
    (out / ".DS_Store").write_text("")
    fill(out, force=True)
    assert names(out) == ["comments.csv", "manifest.json"]
    assert (out / "comments.csv").read_text() == "new"
    assert names(tmp_path) == ["results"]


@pytest.mark.parametrize(("made", "reason"), [
    ({"comments.csv": ""}, "it holds no manifest.json and so is no result of cx_text"),
    ({"manifest.json": '{"name": "a web app"}'}, "its manifest.json is not one of cx_text"),
    ({"manifest.json": b"\xff\xfe\x00"}, "its manifest.json is not one of cx_text"),
    ({"manifest.json": MANIFEST, "thesis.docx": ""}, "it holds 'thesis.docx', which cx_text did not write"),
    ({"manifest.json": MANIFEST, "src/app.py": ""}, "it holds 'src', which cx_text did not write"),
])
def test_a_folder_that_is_not_ours_is_never_replaced(tmp_path, monkeypatch, made, reason):
    monkeypatch.chdir(tmp_path)
    for name, text in made.items():
        path = Path("results", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = sorted(tmp_path.rglob("*"))
    assert refused(Path("results"), force=True) == (
        f"the folder 'results' is not replaced, since {reason}. Give another --out, or remove the folder yourself.")
    assert sorted(tmp_path.rglob("*")) == before


def test_out_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("results").write_text("mine")
    assert refused(Path("results"), force=True) == "'results' is a file, not a folder. Give another --out."
    assert refused(Path("results", "may")) == (
        "the folder 'results/may' cannot be made: a file is in its way. Give another --out.")
    assert Path("results").read_text() == "mine"


def test_a_link_to_a_folder_stays(tmp_path):
    fill(tmp_path / "disk" / "results", "old")
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "results")
    fill(tmp_path / "link", force=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "disk" / "results" / "comments.csv").read_text() == "new"


def test_someone_writes_there_meanwhile(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def both():
        with ResultFolder(Path("results")):
            Path("results").mkdir()
            Path("results", "theirs.txt").write_text("theirs")

    with pytest.raises(OutputError) as caught:
        both()
    assert str(caught.value) == "the folder 'results' exists. Give another --out, or --force to replace it."
    assert names(tmp_path) == ["results"]
    assert names(tmp_path / "results") == ["theirs.txt"]


@pytest.mark.parametrize(("number", "said"), [
    (errno.EACCES, "the folder 'results' cannot be written: no permission. Give another --out."),
    (errno.EROFS, "the folder 'results' cannot be written: no permission. Give another --out."),
    (errno.ENOSPC, "no space left on the disk of 'results', nothing was written. Free some space, or give another "
                   "--out."),
    (errno.EIO, f"the folder 'results' cannot be written: {os.strerror(errno.EIO)}. Give another --out.")])
def test_a_disk_that_says_no(tmp_path, monkeypatch, number, said):
    monkeypatch.chdir(tmp_path)

    def refuse(*_args, **_options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert refused(Path("results")) == said


NO_SPACE = "no space left on the disk of 'results', nothing was written. Free some space, or give another --out."
ROWS = pd.DataFrame({"verbatim": ["late " * 1000] * 200})


def write_tables(folder):
    with TableWriter(folder, "comments") as table:
        for _ in range(5):
            table.write(ROWS)


def write_book(folder):
    with Workbook(folder / "results.xlsx", ["comments"]) as book:
        book.write("comments", ROWS)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full (Linux)")
@pytest.mark.parametrize(("name", "write"), [
    ("comments.csv", write_tables), ("comments.parquet", write_tables), ("results.xlsx", write_book),
    ("report.html", lambda folder: (folder / "report.html").write_text("x" * 100_000))])
def test_a_full_disk(tmp_path, monkeypatch, name, write):
    monkeypatch.chdir(tmp_path)

    def fill_the_disk():
        with ResultFolder(Path("results")) as folder:
            (folder / name).symlink_to("/dev/full")
            write(folder)

    with pytest.raises(OutputError) as caught:
        fill_the_disk()
    assert str(caught.value) == NO_SPACE
    assert names(tmp_path) == []


def test_what_a_killed_run_left_is_removed(tmp_path):
    code = ("import os, signal, sys; from pathlib import Path; from cx_text.report.folder import ResultFolder\n"
            "with ResultFolder(Path(sys.argv[1])) as folder:\n"
            "    (folder / 'comments.csv').write_text('half'); os.kill(os.getpid(), signal.SIGKILL)")
    out = tmp_path / "results"
    subprocess.run([sys.executable, "-c", code, str(out)], check=False, cwd=Path(__file__).parents[3])
    (left,) = names(tmp_path)
    assert left.startswith(".results.partial-")
    with ResultFolder(tmp_path / "other"):
        assert left in names(tmp_path)  # of another --out: not ours to judge
    with ResultFolder(out), ResultFolder(tmp_path / "other"):
        assert len([n for n in names(tmp_path) if ".results.partial-" in n]) == 1  # this run's own
    assert names(tmp_path) == ["other", "results"]


def test_killed_between_the_two_renames(tmp_path):
    fill(tmp_path / "results", "old")
    with ResultFolder(tmp_path / "x") as folder:
        hidden = folder.name
    process = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    aside = hidden.replace(".x.partial", ".results.old").replace(f"-{os.getpid()}-", f"-{int(process.stdout)}-")
    (tmp_path / "results").rename(tmp_path / aside)
    assert "exists" in refused(tmp_path / "results")
    assert (tmp_path / "results" / "comments.csv").read_text() == "old"
