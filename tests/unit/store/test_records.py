"""Records of platforms in the store: what is new, changed, removed, back again, and forgotten."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from cx_text.comment import Comment
from cx_text.store.collections import begin_look
from cx_text.store.comments import Arrival, Incoming
from cx_text.store.forgetting import find_comment, forget
from cx_text.store.opening import open_store
from cx_text.store.records import (
    IncomingRecord,
    kept_records,
    known_records,
    longest_unchecked,
    mark_removed,
    mark_there,
    put_records,
)
from cx_text.store.tables import audit_log, comments, records

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


def record(key, *said, at=AT):
    digests = [words.encode("utf-8", "surrogatepass") for words in said]
    incoming = tuple(Incoming(Comment(f"src:{key}:{n}", words, "src"), f"{key}:{n}", digests[n], None, 0, "")
                     for n, words in enumerate(said))
    return IncomingRecord(key, at, b"|".join(digests), {"id": key, "said": list(said)}, incoming)


def put(store, *arrived, at=AT):
    with store.writing() as connection:
        import_id = begin_look(connection, "src", "scripted", at, is_masked=True)
        return put_records(connection, import_id, "src", arrived, at)


def standing(store):
    with store.reading() as connection:
        return {row.key: (row.verbatim, row.version, row.removed_at) for row in connection.execute(
            select(comments.c.key, comments.c.verbatim, comments.c.version, comments.c.removed_at))}


def test_a_record_is_what_its_comments_are(store):
    assert put(store, record("a", "Late", "Cold"), record("b", "Kind")) == {"a": Arrival.NEW, "b": Arrival.NEW}
    assert put(store, record("a", "Late", "Warm"), record("b", "Kind")) == {"a": Arrival.CHANGED,
                                                                            "b": Arrival.UNCHANGED}
    assert put(store, record("b", "Kind", "And fast")) == {"b": Arrival.NEW}
    assert standing(store) == {"a:0": ("Late", 1, None), "a:1": ("Warm", 2, None), "b:0": ("Kind", 1, None),
                               "b:1": ("And fast", 1, None)}


def test_the_whole_record_is_kept_and_known(store):
    put(store, record("a", "Late"))
    with store.reading() as connection:
        known = known_records(connection, "src", ["a", "b"])
        [kept] = kept_records(connection, "src", 10)
        assert kept_records(connection, "src", 10, after=kept.id) == []
        assert kept_records(connection, "other", 10) == []
    assert (list(known), known["a"].digest, known["a"].is_removed) == (["a"], b"Late", False)
    assert (kept.key, kept.raw) == ("a", {"id": "a", "said": ["Late"]})


def test_words_of_any_kind_come_back(store):
    put(store, record("a", "\ud800 half, NUL \0, 😡"))
    with store.reading() as connection:
        assert kept_records(connection, "src", 1)[0].raw["said"] == ["\ud800 half, NUL \0, 😡"]


def test_what_is_removed_is_marked_once_and_may_come_back(store):
    put(store, record("a", "Late"), record("b", "Kind"))
    with store.writing() as connection:
        assert mark_removed(connection, "src", ["a", "never seen"], AT, erases=False) == 1
        assert mark_removed(connection, "src", ["a"], AT, erases=False) == 0
    assert standing(store) == {"a:0": ("Late", 1, AT), "b:0": ("Kind", 1, None)}
    with store.writing() as connection:
        mark_there(connection, "src", ["a"], AT)
        assert not known_records(connection, "src", ["a"])["a"].is_removed
    assert standing(store)["a:0"] == ("Late", 1, None)


def test_what_must_be_erased_is_erased_and_stays_so(store):
    put(store, record("a", "Late", "Cold"), record("b", "Kind"))
    with store.writing() as connection:
        assert mark_removed(connection, "src", ["a"], AT, erases=True) == 1
    assert {key: words for key, (words, *_) in standing(store).items()} == {"a:0": "", "a:1": "", "b:0": "Kind"}
    with store.reading() as connection:
        assert [one.key for one in kept_records(connection, "src", 10)] == ["b"]
        logged = connection.execute(select(audit_log.c.subject)).scalar_one()
    assert logged == {"by": "removed", "comments": 2, "older_versions": 0}
    assert put(store, record("a", "Late", "Cold")) == {"a": Arrival.FORGOTTEN}
    with store.reading() as connection:
        assert known_records(connection, "src", ["a"]) == {}


def test_forgetting_one_answer_erases_the_record_that_holds_it(store):
    put(store, record("a", "Late", "Cold"))
    forget(store, find_comment(store, "src:a:0"), how="comment")
    with store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(records)).scalar_one() == 0
    assert {key: words for key, (words, *_) in standing(store).items()} == {"a:0": "", "a:1": "Cold"}
    assert put(store, record("a", "Late", "Cold")) == {"a": Arrival.UNCHANGED}
    assert standing(store)["a:0"][0] == ""


def test_what_was_not_seen_for_longest_is_asked_for_first(store):
    for n, key in enumerate("abc"):
        put(store, record(key, "Late", at=AT.replace(day=1 + n)), at=AT.replace(hour=n))
    with store.writing() as connection:
        assert longest_unchecked(connection, "src", AT, 2) == ["a", "b"]
        mark_there(connection, "src", ["a"], AT.replace(hour=9))
        mark_removed(connection, "src", ["b"], AT, erases=False)
        assert longest_unchecked(connection, "src", AT, 9) == ["c", "a"]
        assert longest_unchecked(connection, "src", AT.replace(day=2), 9) == ["c"]
        assert longest_unchecked(connection, "src", None, 9) == ["c", "a"]
