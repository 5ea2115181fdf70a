"""Jobs are done to their end, whatever that is."""

import threading
import time

import pytest
from store_rows import COLUMNS, answer, rows_of, write_export

from cx_text import working
from cx_text.errors import SourceError
from cx_text.store import jobs
from cx_text.store.comments import n_waiting
from cx_text.store.jobs import JobState
from cx_text.store.opening import open_store
from cx_text.store.tables import imports


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


@pytest.fixture
def upload(tmp_path):
    folder = tmp_path / "upload"
    folder.mkdir()
    return write_export(folder / "1.csv", [answer(1), answer(2, " "), answer(3, score=99)])


def ask(store, kind, options=None):
    with store.writing() as connection:
        return jobs.ask(connection, kind, options or {}, "ann")


def ask_import(store, *paths, names=("march.csv",), tag=False, **read):
    return ask(store, "import", {"paths": [str(path) for path in paths], "names": [*names], "tag": tag,
                                 "read": {**COLUMNS, "redact": False, **read}})


def seen(store, job_id):
    with store.reading() as connection:
        return jobs.job(connection, job_id)


def test_an_import_is_done_and_its_upload_is_gone(store, place, upload):
    job_id = ask_import(store, upload)
    assert working.work(place, once=True) == 1
    done = seen(store, job_id)
    assert done.state is JobState.DONE
    assert done.result == {"import_id": 1, "n_rows": 3, "n_waiting": 1, "notes": [
        "Times in column 'Submitted at' have no time zone and are taken as UTC.",
        "Personal data was not masked: names, addresses and numbers are in the results as they were given."]}
    [row] = rows_of(store, imports)
    assert (row.file_name, row.counts["comments"], row.counts["ledger"]) == ("march.csv", {"new": 2}, {"rejected": 1})
    assert not upload.parent.exists()


def test_tags_are_asked_for_after_an_import_and_read_what_waits(store, place, upload, monkeypatch):
    asked = []
    monkeypatch.setitem(working.WORK, "retag", lambda store, job, progress: asked.append((job.by, job.options)) or {})
    ask_import(store, upload, tag=True)
    assert working.work(place, once=True) == 2
    assert asked == [("ann", {"only_waiting": True})]
    with store.reading() as connection:
        assert n_waiting(connection) == 1


def test_what_is_wrong_with_a_file_is_one_line_under_its_own_name_and_the_file_stays(store, place, upload):
    job_id = ask_import(store, upload, nps_score="Points")
    working.work(place, once=True)
    failed = seen(store, job_id)
    assert failed.state is JobState.FAILED
    assert failed.error == ("march.csv: --nps-column 'Points' is not one of the columns. The columns are: "
                            "Response ID, Submitted at, Score, Why?, Plan, Customer.")
    assert upload.exists()
    assert rows_of(store, imports) == []


def test_files_that_differ_are_named_as_their_owner_names_them(store, place, upload):
    other = upload.with_name("2.csv")
    other.write_text("Words,Other\nSlow again today,1\n")
    job_id = ask_import(store, upload, other, names=("march.csv", "april.csv"))
    working.work(place, once=True)
    assert seen(store, job_id).error.startswith("april.csv: it has other columns than march.csv: it lacks ")


def test_a_bug_is_one_line_without_its_message(store, place, monkeypatch, capsys):
    def broken(store, job, progress):
        raise TypeError(job.by)

    monkeypatch.setitem(working.WORK, "refit", broken)
    job_id = ask(store, "refit")
    working.work(place, once=True)
    error = seen(store, job_id).error
    assert error.startswith("a bug: TypeError in working.py, line ")
    assert error.endswith(". Where it was called from is on the terminal of cx-text serve.")
    assert "test_working.py" in (told := capsys.readouterr().err)
    assert "ann" not in error + told, "the message of an error may quote a customer"


def test_too_little_memory_is_said(store, place, monkeypatch):
    def large(store, job, progress):
        raise MemoryError

    monkeypatch.setitem(working.WORK, "refit", large)
    job_id = ask(store, "refit")
    working.work(place, once=True)
    assert seen(store, job_id).error == (
        "the machine has too little memory for this. Close other programs and ask again.")


def wait_for(condition, seconds=20):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.02)


def test_progress_is_told_while_a_job_goes_on_and_a_cancelled_one_stops(store, monkeypatch):
    monkeypatch.setattr(working, "TOLD_SECONDS", 0.05)
    ended = threading.Event()

    def endless(store, job, progress):
        for number in range(1 << 40):
            progress("reading", number, None)
            time.sleep(0.01)

    monkeypatch.setitem(working.WORK, "refit", endless)
    job_id = ask(store, "refit")
    claimed = jobs.claim(store)
    thread = threading.Thread(target=lambda: (working.do(store, claimed), ended.set()))
    thread.start()
    wait_for(lambda: (seen(store, job_id).n_done or 0) > 5)
    assert seen(store, job_id).phase == "reading"
    with store.writing() as connection:
        jobs.cancel(connection, job_id)
    wait_for(ended.is_set)
    thread.join()
    assert (seen(store, job_id).state, seen(store, job_id).error) == (JobState.CANCELLED, None)


def test_a_job_without_progress_still_says_that_it_is_alive(store, monkeypatch):
    monkeypatch.setattr(working, "TOLD_SECONDS", 0.05)
    monkeypatch.setattr(working, "ALIVE_SECONDS", 0.1)
    job_id = ask(store, "refit")
    claimed = jobs.claim(store)
    monkeypatch.setitem(working.WORK, "refit", lambda *_: wait_for(
        lambda: seen(store, job_id).seen_at > claimed.seen_at) or {})
    working.do(store, claimed)
    assert seen(store, job_id).state is JobState.DONE


def test_an_error_of_the_reader_is_told_once(store, place, monkeypatch):
    def fails(store, job, progress):
        raise SourceError("it is damaged", where="x.csv", next="Export it again")

    monkeypatch.setitem(working.WORK, "refit", fails)
    job_id = ask(store, "refit")
    working.work(place, once=True)
    assert seen(store, job_id).error == "x.csv: it is damaged. Export it again."
