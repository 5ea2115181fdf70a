"""Uploaded files: private, under our names, and gone when nobody needs them."""

import io
import os
import stat
import tempfile
import time
from pathlib import Path

import pytest

from cx_text.errors import ConfigError, SourceError
from cx_text.web import uploads as module
from cx_text.web.uploads import Uploads


@pytest.fixture
def uploads(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return Uploads()


def keep(uploads, *files, **options):
    return uploads.keep([(name, io.BytesIO(content)) for name, content in files], by="ann", **options)


@pytest.mark.parametrize(("given", "shown", "extension"), [
    ("../../etc/cron.d/evil.csv", "evil.csv", ".csv"), ("C:\\temp\\..\\March.XLSX", "March.XLSX", ".xlsx"),
    ("/etc/passwd", "passwd", ""), ("..", "..", ""), ("", "file 1", ""), ("a\0b\n.csv", "a b .csv", ".csv"),
    ("<script>alert(1)</script>.csv", "script>.csv", ".csv"), ("x.exe", "x.exe", ""), (".csv", ".csv", ""),
    ("x" * 300 + ".csv", "x" * 196 + ".csv", ".csv")])
def test_a_name_is_shown_and_never_a_path(uploads, tmp_path, given, shown, extension):
    kept = keep(uploads, (given, b"words"))
    assert kept.names == (shown,)
    assert kept.paths[0].name == f"1{extension}"
    assert kept.paths[0].resolve().is_relative_to(tmp_path)
    assert kept.paths[0].read_bytes() == b"words"
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (kept.folder, kept.folder.parent)} == {0o700}


def test_names_are_told_apart(uploads):
    kept = keep(uploads, ("a.csv", b"1"), ("b/a.csv", b"2"))
    assert kept.names == ("a.csv", "a.csv (2)")
    assert [path.read_bytes() for path in kept.paths] == [b"1", b"2"]
    assert kept.title == "a.csv and 1 more file"


def test_too_much_is_refused_and_nothing_is_left(uploads, tmp_path):
    with pytest.raises(SourceError) as error:
        keep(uploads, ("a.csv", b"x" * 800_000), ("b.csv", b"y" * 300_000), max_bytes=1_000_000)
    assert str(error.value) == ("that is more than 1 MB. Pack it as a ZIP, or import it with cx-text import, which "
                                "takes any size.")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    with pytest.raises(SourceError) as error:
        keep(uploads)
    assert str(error.value) == "no file was chosen. Choose an export from this computer."
    with pytest.raises(SourceError) as error:
        keep(uploads, *[("a.csv", b"")] * 51)
    assert str(error.value) == ("these are 51 files, and 50 can be uploaded together. Pack them as a ZIP, or import a "
                                "part of them first.")


def test_one_that_is_gone_is_said_to_be(uploads):
    kept = keep(uploads, ("a.csv", b"1"))
    assert uploads.get(kept.token) is kept
    kept.paths[0].unlink()
    for token in (kept.token, "../../etc"):
        with pytest.raises(ConfigError) as error:
            uploads.get(token)
        assert str(error.value) == ("this upload is not here any more: it was imported, or is older than a day. Upload "
                                    "the file again.")


def test_what_is_older_than_a_day_goes(uploads, tmp_path, monkeypatch):
    kept = keep(uploads, ("a.csv", b"1"))
    killed, alive, other = (tmp_path / name for name in ("cx_text_uploads_1", "cx_text_uploads_2", "something"))
    for folder in (killed, alive, other):
        folder.mkdir()
    for folder in (killed, other):
        os.utime(folder, (0, 0))
    later = time.monotonic() + module._KEPT_SECONDS + 1
    monkeypatch.setattr(module.time, "monotonic", lambda: later)
    uploads.sweep()
    assert not kept.folder.exists()
    assert (killed.exists(), alive.exists(), other.exists()) == (False, True, True)


def test_at_the_end_only_what_a_job_needs_stays(uploads, tmp_path):
    first, second = keep(uploads, ("a.csv", b"1")), keep(uploads, ("b.csv", b"2"))
    uploads.close({str(first.paths[0])})
    assert (first.paths[0].exists(), second.folder.exists()) == (True, False)
    Path(first.paths[0]).unlink()
    other = Uploads()
    third = keep(other, ("c.csv", b"3"))
    other.close()
    assert not third.folder.parent.exists()
