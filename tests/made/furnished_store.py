"""A store with something in it for every page: work on themes, audits, actions, cases, jobs, people, two versions."""

from datetime import date

from store_rows import HEADER, answer, import_rows, rows_of, write_export

from cx_text import working
from cx_text.store import jobs
from cx_text.store.codeframes import StoredCodeframe
from cx_text.store.tables import opinions

from .alerts import put_alert, put_delivery, put_watch
from .page import Page
from .tagged_store import MODELS, with_fakes
from .web import add_person, post, visit


def furnish(store, folder, monkeypatch, *, name="Fix the checkout", words="The customer was called", after=None):
    """Let people work with a store that fakes have read, and return what stands for the ids in addresses.

    Args:
        store: With comments that were read.
        folder: For an export.
        monkeypatch: So that jobs are done with fakes.
        name: Of an action, its owner, a theme and a file.
        words: Of notes.
        after: A newer version of the first comment, None for one that is made up.
    """
    later = list(answer(0, after or "the app is slow and now it is bad too", score=1))
    import_rows(store, write_export(folder / "later.csv", [later], HEADER))
    browser = with_fakes(visit(store))
    spoken = rows_of(store, opinions, opinions.c.id, opinions.c.comment_id)[-1]
    theme, other = (one.id for one in StoredCodeframe(store).current(MODELS.embedder).themes[:2])
    for path, form in (
            ("/codeframe/decisions", {"action": "rename", "theme": theme, "label": name}),
            ("/codeframe/refit", {}),
            ("/audit", {"n": "30"}), ("/audit/1/answers", {"place": "0", "polarity": "negative", "theme": theme}),
            ("/audit/1/finish", {}), ("/audit", {"n": "30"}),
            ("/actions", {"theme": other, "title": name, "owner": name, "notes": words, "due": "2026-01-31"}),
            ("/actions/1", {"title": name, "owner": name, "state": "done", "done": "2026-03-28", "notes": words}),
            ("/actions", {"theme": theme, "title": name, "owner": name, "due": "2026-01-31"}),
            ("/actions/cases", {"comment_id": "3", "owner": name}), ("/actions/cases/1/notes", {"words": words}),
            (f"/comments/{spoken.comment_id}/polarity", {"opinion": spoken.id, "polarity": "neutral"})):
        answered = post(browser, path, form)
        assert answered.status_code == 303, (path, Page(answered.text).text)
    with store.writing() as connection:
        spans = [{"run_id": row.run_id, "comment_id": row.comment_id, "start": row.start, "end": row.end}
                 for row in rows_of(store, opinions)[:3]]
        put_alert(connection, subject={"per": "theme", "id": other, "label": name}, resolved_on=date(2026, 8, 8),
                  rule=name, seen_by=name, verdict="real", note=words)
        alert = put_alert(connection, subject={"per": "theme", "id": theme, "label": name}, rule=name, quotes=spans,
                          began_on=date(2026, 4, 13), fired_on=date(2026, 4, 19))
        put_alert(connection, kind="new_theme", subject={"per": "theme", "id": "new-1", "label": name})
        put_watch(connection, error=f"the notifier {name!r} did not answer")
        put_delivery(connection, alert, error=f"the notifier {name!r} did not answer")
    add_person(store, "ben@example.com", "editor")
    do_jobs(store, monkeypatch)
    with store.writing() as connection:
        jobs.ask(connection, "import", {"paths": [], "names": [f"{name}.csv"], "read": {}}, name)
    failed = jobs.claim(store)
    jobs.fail(store, failed, f"the file is not there ({name})")
    return {"theme": theme, "other": other, "job": failed.id, "comment": spoken.comment_id, "opinion": spoken.id,
            "alert": alert}


def do_jobs(store, monkeypatch):
    """Do what waits, as the worker beside the page does it, with fakes for models."""
    for module in ("reassigning", "retagging"):
        monkeypatch.setattr(f"cx_text.{module}.Models", lambda recipe, device="auto": MODELS)
    while (claimed := jobs.claim(store)) is not None:
        working.do(store, claimed)
    with store.reading() as connection:
        assert {job.error for job in jobs.jobs_of(connection)} == {None}
