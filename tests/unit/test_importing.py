"""What an import leaves in the store, on both databases: once, again, newer, older, masked."""

import gzip
import json
from datetime import UTC, datetime

import pytest
from store_rows import COLUMNS, HEADER, answer, import_rows, n_rows, rows_of, write_export

from cx_text.errors import SourceError
from cx_text.importing import import_export
from cx_text.privacy import privacy_note
from cx_text.sources.rows import Outcome
from cx_text.store.comments import Arrival
from cx_text.store.opening import open_store
from cx_text.store.tables import (
    comment_segments,
    comment_versions,
    comments,
    imports,
    ledger,
    redactions,
    settings,
    vault,
)
from cx_text.testing import FakePii
from cx_text.vault import Vault, new_key


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


def test_what_a_customer_gave_is_there(store, tmp_path):
    export = write_export(tmp_path / "a.csv", [answer(1, "Sarah was kind, write to jo@example.com", score=9),
                                               answer(2, "", plan="")])
    done = import_rows(store, export)
    first, second = rows_of(store, comments)
    assert (first.source, first.key, first.version, first.nps_score) == ("survey", "R-1", 1, 9)
    assert first.verbatim == "<NAME_1> was kind, write to <EMAIL_1>"
    assert first.received_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert (first.segments, second.segments, second.verbatim) == ({"Plan": "Plus"}, {}, "")
    assert (first.row, first.column, first.author) == (2, "Why?", store.pseudonym("c-1"))
    assert rows_of(store, comment_segments) == [(first.id, "Plan", "Plus")]
    assert [(r.comment_id, r.version, r.kind, r.placeholder, r.start, r.end, r.redacted_start, r.redacted_end)
            for r in rows_of(store, redactions)] == [(first.id, 1, "NAME", "<NAME_1>", 0, 5, 0, 8),
                                                     (first.id, 1, "EMAIL", "<EMAIL_1>", 25, 39, 28, 37)]
    assert (done.n_rows, done.comments, done.ledger, done.n_waiting) == (2, {Arrival.NEW: 2}, {}, 1)
    assert done.notes[-1] == ("Personal data was masked (names 1, e-mail addresses 1); some is always missed, rare "
                              "names above all.")


def test_the_customers_own_key_is_nowhere(tmp_path):
    with open_store(tmp_path / "a", create=True) as store:
        import_rows(store, write_export(tmp_path / "a.csv", [answer(1, customer="jane-4711")]))
    assert b"jane-4711" not in b"".join(path.read_bytes() for path in tmp_path.glob("a*") if path.suffix != ".csv")


def test_an_import_is_written_down(store, tmp_path):
    done = import_rows(store, write_export(tmp_path / "a.csv", [answer(1), answer(2, score=99), answer(1)]))
    [row] = rows_of(store, imports)
    assert (row.id, row.source, row.file_name) == (done.import_id, "survey", "a.csv")
    assert row.counts == {"rows": 3, "comments": {"new": 1}, "ledger": {"rejected": 1, "duplicate": 1}, "ledger_of": 1}
    assert row.plan["verbatims"] == ["Why?"]
    assert row.options == {"question": None, "date_order": None, "redact": True}
    assert row.started_at <= row.finished_at
    assert [(e.import_id, e.row, e.column, e.outcome) for e in rows_of(store, ledger)] == [
        (1, 3, "Why?", "rejected"), (1, 4, "Why?", "duplicate")]


def test_reasons_are_masked_too(store, tmp_path):
    import_rows(store, write_export(tmp_path / "a.csv", [answer(1), answer(2, score="Sarah")]))
    [entry] = rows_of(store, ledger)
    assert "<NAME_1>" in entry.reason
    assert "Sarah" not in entry.reason


def test_the_same_again_changes_nothing(store, tmp_path):
    export = write_export(tmp_path / "a.csv", [answer(1), answer(2, score=99), answer(3, "Sarah")])
    import_rows(store, export)
    before, rows = n_rows(store), rows_of(store, comments)
    done = import_rows(store, export)
    assert n_rows(store) == before | {"imports": 2}
    assert rows_of(store, comments) == rows
    assert (done.comments, done.ledger) == ({Arrival.UNCHANGED: 2}, {Outcome.REJECTED: 1})
    assert [row.counts["ledger_of"] for row in rows_of(store, imports)] == [1, 1]
    assert privacy_note(None) not in done.notes


def test_a_newer_version_takes_the_place_of_an_older_one(store, tmp_path):
    import_rows(store, write_export(tmp_path / "a.csv", [answer(1, "Slow", day=2, plan="Basic")]))
    done = import_rows(store, write_export(tmp_path / "b.csv", [answer(1, "Fast now, Sarah", day=5, plan="Plus")]))
    [now], [before] = rows_of(store, comments), rows_of(store, comment_versions)
    assert done.comments == {Arrival.CHANGED: 1}
    assert (now.verbatim, now.version, now.import_id) == ("Fast now, <NAME_1>", 2, 2)
    assert (before.verbatim, before.version, before.comment_id, before.import_id) == ("Slow", 1, now.id, 1)
    assert rows_of(store, comment_segments) == [(now.id, "Plan", "Plus")]
    assert [(r.comment_id, r.version) for r in rows_of(store, redactions)] == [(now.id, 2)]


def test_an_older_version_stands_behind(store, tmp_path):
    import_rows(store, write_export(tmp_path / "a.csv", [answer(1, "Fast now", day=5)]))
    older = write_export(tmp_path / "b.csv", [answer(1, "Slow, Sarah", day=2)])
    done = import_rows(store, older)
    again = import_rows(store, older)
    [now], [before] = rows_of(store, comments), rows_of(store, comment_versions)
    assert (done.comments, again.comments) == ({Arrival.OLDER: 1}, {Arrival.UNCHANGED: 1})
    assert (now.verbatim, now.version, before.verbatim, before.version) == ("Fast now", 1, "Slow, <NAME_1>", 2)
    assert [(r.comment_id, r.version) for r in rows_of(store, redactions)] == [(now.id, 2)]


def test_without_dates_the_later_import_counts_and_known_versions_change_nothing(store, tmp_path):
    header = ("Response ID", "Why?")
    options = {"received_at": None, "nps_score": None, "segments": None, "customer": None}
    paths = [write_export(tmp_path / f"{n}.csv", [("R-1", words)], header) for n, words in enumerate(["Good", "Bad"])]
    found = [import_rows(store, path, **options).comments for path in [*paths, *paths]]
    assert found == [{Arrival.NEW: 1}, {Arrival.CHANGED: 1}, {Arrival.UNCHANGED: 1}, {Arrival.UNCHANGED: 1}]
    assert [row.verbatim for row in rows_of(store, comments)] == ["Bad"]


def test_many_versions_are_numbered_as_they_come(store, tmp_path):
    for day in (3, 9, 1, 5, 12):
        import_rows(store, write_export(tmp_path / f"{day}.csv", [answer(1, f"Day {day}", day=day)]))
    assert [(row.verbatim, row.version) for row in rows_of(store, comments)] == [("Day 12", 5)]
    assert [(row.verbatim, row.version) for row in rows_of(store, comment_versions)] == [
        ("Day 3", 1), ("Day 9", 2), ("Day 1", 3), ("Day 5", 4)]


@pytest.mark.parametrize("order", [(2, 5), (5, 2)])
def test_versions_within_a_file_are_in_the_ledger_in_any_order(store, tmp_path, order):
    export = write_export(tmp_path / "a.csv", [answer(1, f"Day {day}", day=day) for day in order])
    done = import_rows(store, export)
    again = import_rows(store, export)
    assert [row.verbatim for row in rows_of(store, comments)] == ["Day 5"]
    assert (done.comments, done.ledger) == ({Arrival.NEW: 1}, {Outcome.OLDER_VERSION: 1})
    assert (again.comments, again.ledger) == ({Arrival.UNCHANGED: 1}, {Outcome.OLDER_VERSION: 1})
    assert n_rows(store) == {"comments": 1, "comment_segments": 1, "ledger": 1, "imports": 2}


def test_words_told_in_two_channels_are_stored_once(store, tmp_path):
    words = "The courier never rang the bell at all"
    export = write_export(tmp_path / "a.csv", [(*answer(1, words, customer="c"), "App"),
                                               (*answer(2, words, customer="c"), "Web")], (*HEADER, "Channel"))
    done = import_rows(store, export, channel="Channel")
    assert [row.key for row in rows_of(store, comments)] == ["R-1"]
    assert done.ledger == {Outcome.DUPLICATE: 1}


def test_rows_without_an_id_are_known_by_content_and_position(store, tmp_path):
    header, options = ("Why?",), {name: None for name in COLUMNS if name != "verbatim"}
    export = write_export(tmp_path / "a.csv", [("Slow delivery",), ("Slow delivery",), ("Kind staff",)], header)
    assert import_rows(store, export, **options).comments == {Arrival.NEW: 3}
    assert import_rows(store, export, **options).comments == {Arrival.UNCHANGED: 3}


def test_two_columns_of_words_are_two_comments(store, tmp_path):
    export = write_export(tmp_path / "a.csv", [(*answer(1), "Kind staff"), (*answer(2, score=77), "x")],
                          (*HEADER, "What was good?"))
    done = import_rows(store, export, verbatim=["Why?", "What was good?"])
    assert [(row.key, row.column) for row in rows_of(store, comments)] == [("R-1:1", "Why?"),
                                                                           ("R-1:2", "What was good?")]
    assert (done.n_rows, done.comments, done.ledger) == (2, {Arrival.NEW: 2}, {Outcome.REJECTED: 2})


def test_a_question_is_a_wording_or_a_column(store, tmp_path):
    export = write_export(tmp_path / "a.csv", [(*answer(1), "What could be better?")], (*HEADER, "Asked"))
    import_rows(store, export, question="Asked")
    import_rows(store, export, question="Why that score?", source="other")
    assert [row.question for row in rows_of(store, comments)] == ["What could be better?", "Why that score?"]


def test_sources_are_kept_apart(store, tmp_path):
    export = write_export(tmp_path / "a.csv", [answer(1)])
    import_rows(store, export)
    assert import_rows(store, export, source="reviews").comments == {Arrival.NEW: 1}
    assert [row.source for row in rows_of(store, comments)] == ["survey", "reviews"]


def test_words_as_they_are_where_that_was_asked_for(store, tmp_path):
    export = write_export(tmp_path / "a.csv", [answer(1, "Sarah was kind")])
    done = import_rows(store, export, redact=False)
    assert [row.verbatim for row in rows_of(store, comments)] == ["Sarah was kind"]
    assert done.notes[-1] == privacy_note(None)
    import_rows(store, export)
    assert [row.verbatim for row in rows_of(store, comments)] == ["<NAME_1> was kind"]


def test_masked_values_are_sealed_where_there_is_a_key(store, tmp_path, monkeypatch):
    key = new_key()
    monkeypatch.setenv("CX_TEXT_VAULT_KEY", key)
    import_rows(store, write_export(tmp_path / "a.csv", [answer(1, "Sarah was kind"), answer(2)]))
    [row] = rows_of(store, vault)
    (tmp_path / "sealed").write_bytes(row.sealed)
    assert [found[1:] for found in Vault(key).open(tmp_path / "sealed")] == [("Why?", "<NAME_1>", "Sarah")]


@pytest.mark.parametrize("words", ["'; DROP TABLE comments; --", "a\0b", "👩‍👩‍👧‍👦 ok", "\ue01b0000", "%s :x",
                                   "slow " * 200_000])
def test_words_of_any_kind_come_back(store, tmp_path, words):
    export = tmp_path / "a.jsonl"
    rows = [{"Why?": words, "Plan": "x" * 5_000, "id": "k" * 5_000}, {"Why?": "fine", "Plan": "y", "id": "2"}]
    export.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    options = dict.fromkeys(COLUMNS)
    for _ in range(2):
        import_rows(store, export, **options | {"verbatim": "Why?", "segments": ["Plan"], "id": "id"})
    first, second = rows_of(store, comments)
    assert first.verbatim == words
    assert (len(first.key), second.key) == (37, "2")
    assert first.segments == {"Plan": "x" * 5_000}
    assert rows_of(store, comment_segments)[0] == (first.id, "Plan", "x" * 300)


def test_a_damaged_file_leaves_nothing(store, tmp_path):
    whole = write_export(tmp_path / "a.csv", [answer(n) for n in range(5_000)]).read_bytes()
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(whole)[:-2_000])
    with pytest.raises(SourceError):
        import_rows(store, tmp_path / "a.csv.gz")
    assert n_rows(store) == {}


def test_digests_need_the_stores_secret(store, tmp_path):
    import_rows(store, write_export(tmp_path / "a.csv", [answer(1)]))
    [before] = rows_of(store, comments, comments.c.content_digest)
    with store.writing() as connection:
        connection.execute(settings.update().values(value="00" * 32))
    with open_store(store.engine.url.render_as_string(hide_password=False)) as other:
        done = import_export(other, tmp_path / "a.csv", finder=FakePii(), **COLUMNS)
        [after] = rows_of(other, comments, comments.c.content_digest)
    assert done.comments == {Arrival.CHANGED: 1}
    assert before != after


def test_what_is_known_is_not_searched_for_personal_data_again(store, tmp_path):
    class NoFinder:
        def find(self, texts):
            raise AssertionError("nothing is to be searched")

    export = write_export(tmp_path / "a.csv", [answer(1), answer(2, score="Sarah")])
    import_rows(store, export)
    done = import_export(store, export, finder=NoFinder(), **COLUMNS)
    assert (done.comments, done.ledger) == ({Arrival.UNCHANGED: 1}, {Outcome.REJECTED: 1})


def test_uploaded_files_are_called_as_their_owner_called_them(store, tmp_path):
    first, second = (write_export(tmp_path / f"{n}.csv", [answer(n)]) for n in (1, 2))
    import_rows(store, first, names=["march.csv"])
    import_rows(store, [first, second], names=["march.csv", "../april.csv"], segments=["file"])
    assert [row.file_name for row in rows_of(store, imports)] == ["march.csv", "march.csv and 1 more file"]
    assert [row.segments for row in rows_of(store, comments)] == [{"file": "march.csv"}, {"file": "../april.csv"}]


def test_rows_of_the_ledger_are_numbers_whatever_found_them(store, tmp_path):
    import_rows(store, write_export(tmp_path / "a.csv", [answer(1), answer(2, score=99), answer(1, "Good now", day=3)]))
    assert sorted((e.row, e.outcome) for e in rows_of(store, ledger)) == [(2, "older_version"), (3, "rejected")]
