"""The contract of every platform, each against a local server that speaks its documented wire format."""

import contextlib
import functools
import gc
import json
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from made.platforms.base import Answer, Post
from made.platforms.every import every_platform
from made.platforms.looks import Looks

from cx_text.plugins import platform_names
from cx_text.sources.platforms.base import UnreadableRecord
from cx_text.store.opening import open_store

KINDS = every_platform()
HARD = ("Läuft nicht 😡🔥", "\u200fخدمة سيئة", "line one\nline two", '<b>"quoted" & \'odd\'</b> = 1', "x" * 3000)
PUSHED = {"webhook", "folder"}  # nothing is asked there: tests of their own


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "store.sqlite3"
    open_store(path, create=True).close()
    return path


@pytest.fixture(params=KINDS, ids=lambda kind: kind.platform)
def fake(request):
    with request.param().serving() as served:
        yield served


@pytest.fixture
def looks(fake, tmp_path, monkeypatch, template):
    found = Looks(fake, tmp_path, monkeypatch, template)
    yield found
    found.store.close()


def test_every_platform_has_a_server():
    assert {kind.platform for kind in KINDS} == set(platform_names()) - PUSHED


def test_everything_comes_once_as_it_was_said(looks, fake):
    posts = fake.add(35)
    done = looks.look()
    assert done.errors == {}
    assert done.counts["new"] == len(posts)
    assert done.n_fetched == sum(done.counts.values())
    for post in posts:
        row = looks.of(post)
        assert {name: getattr(row, name) for name in fake.expected(post)} == fake.expected(post)
        assert row.version == 1
    again = looks.look()
    assert again.errors == {}
    assert set(+again.counts) <= {"unchanged", "skipped"}
    assert len(looks.rows()) == len(posts)
    assert looks.n_versions() == 0


def test_the_next_look_brings_what_is_new(looks, fake):
    fake.add(35)
    looks.look()
    before = looks.rows()
    fake.add(4)
    done = looks.look()
    assert (done.errors, done.counts["new"]) == ({}, 4)
    assert looks.rows().items() >= before.items()
    assert len(looks.rows()) == 39


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_look_that_is_killed_at_any_page_goes_on(looks, fake, monkeypatch, when):
    """Killed while a page is asked for, or right after it was stored."""
    fake.add(35)
    asked, page = [], looks.kind.page

    def ask_and_die(self, *given):
        is_first = given not in asked
        asked.append(given)
        if when == "before" and is_first:
            raise Killed
        return page(self, *given)

    def die(*told):
        if when == "after" and len(asked) < 7:
            raise Killed

    monkeypatch.setattr(looks.kind, "page", ask_and_die)
    for _ in range(30):
        try:
            done = looks.look(told=die)
        except Killed:
            continue
        break
    assert done.errors == {}
    monkeypatch.undo()
    monkeypatch.setattr(looks.kind, "page_rows", 10)
    looks.look()
    assert sorted(row.verbatim for row in looks.rows().values()) == sorted(p.words for p in fake.posts.values())
    assert looks.n_versions() == 0


def test_what_was_changed_is_a_new_version(looks, fake):
    if not fake.has_edits:
        pytest.skip("nothing can be changed there, or the platform does not tell")
    posts = fake.add(25)
    looks.look()
    fake.edit(posts[-2], "I take it back: it came today")
    done = looks.look()
    assert (done.errors, done.counts["changed"], done.counts["new"]) == ({}, 1, 0)
    assert (looks.of(posts[-2]).verbatim, looks.of(posts[-2]).version) == ("I take it back: it came today", 2)
    assert looks.n_versions() == 1
    assert looks.look().counts["changed"] == 0


def test_what_was_removed_is_marked_or_erased(looks, fake):
    if not fake.has_removals:
        pytest.skip("the platform does not tell")
    posts = fake.add(25)
    looks.look()
    fake.remove(posts[-2])
    done = looks.look()
    row = next(r for r in looks.rows().values() if r.removed_at is not None or r.deleted_at is not None)
    assert (done.errors, done.counts["removed"]) == ({}, 1)
    if looks.kind.erases_removed:
        assert (row.verbatim, len(looks.raws())) == ("", 24)
    else:
        assert row.verbatim == posts[-2].words
    assert sum(r.removed_at is not None or r.deleted_at is not None for r in looks.rows().values()) == 1
    assert looks.look().counts["removed"] == 0


def test_passing_faults_are_waited_for(looks, fake):
    posts = fake.add(25)
    fake.faults = [Answer({"error": "slow down"}, 429, {"Retry-After": "7"}), Answer("oops", 500),
                   Answer('{"items": [{"id": 1, "te')]
    done = looks.look()
    assert (done.errors, done.counts["new"]) == ({}, len(posts))
    assert any(7 <= seconds <= 9 for seconds in looks.clock.slept), looks.clock.slept


def test_a_page_that_fails_loses_none_before_it(looks, fake):
    """The last page cannot be had; the next look goes on."""
    posts = fake.add(25)
    looks.look()
    n_requests = len(fake.requests)
    with open_store(looks.folder / "other.sqlite3", create=True) as other:
        looks.store, mine = other, looks.store
        fake.faults = [None] * (n_requests - 1) + [Answer("down", 503)] * 500
        done = looks.look()
        assert len(done.errors) >= 1
        assert "503" in str(done.errors) or "fault" in str(done.errors)
        n_first = len(looks.rows())
        fake.faults = []
        assert looks.look().errors == {}
        looks.look()
        assert len(looks.rows()) == len(posts) >= n_first
        looks.store = mine


def test_a_platform_that_wants_rest_is_left_alone(looks, fake):
    fake.add(5)
    fake.faults = [Answer({}, 429, {"Retry-After": "900"})] * 40
    done = looks.look()
    assert done.not_before is not None
    n_asked = len(fake.requests)
    assert n_asked <= 3
    fake.faults = []
    waits = looks.look()
    assert (waits.not_before, waits.n_fetched, len(fake.requests)) == (done.not_before, 0, n_asked)
    looks.clock.at += timedelta(seconds=1000)
    assert looks.look().counts["new"] == 5


def test_wrong_credentials_are_said_once_and_never_shown(looks, fake):
    if not fake.wants_secret:
        pytest.skip("it takes no credentials")
    fake.add(5)
    wrong = {name: f"wrong-{n}-hunter2" for n, name in enumerate(fake.secrets)}
    done = looks.look(secrets=wrong)
    assert len(done.errors) >= 1
    assert done.n_fetched == 0
    assert len(fake.requests) <= 3 * len(done.errors)
    told = json.dumps(dict(done.errors))
    assert "hunter2" not in told
    assert looks.look().counts["new"] == 5
    whole = looks.path.read_bytes() + b"".join(p.read_bytes() for p in looks.folder.glob("*-wal"))
    for secret in [*wrong.values(), *fake.secrets.values()]:
        if len(secret) > 4:
            assert secret.encode() not in whole


def test_a_slow_server_is_given_up(looks, fake, monkeypatch):
    fake.add(3)
    monkeypatch.setattr("cx_text.sources.platforms.http.READ_SECONDS", 0.1)
    fake.delay_seconds = 0.6
    monkeypatch.setattr("cx_text.looking.TRIES", 1)
    done = looks.look()
    assert "no answer" in str(done.errors)
    fake.delay_seconds = 0.0
    monkeypatch.undo()
    assert looks.look().counts["new"] == 3


def test_a_clock_that_is_ahead_hides_nothing(looks, fake):
    [one] = fake.add(1)
    at = fake.now + timedelta(days=9)
    fake.posts[one.id] = replace(one, created_at=at, changed_at=at)
    looks.look()
    later = [Post(fake.new_id(k), f"Later {k}", "author-1", fake.now + timedelta(minutes=k),
                  fake.now + timedelta(minutes=k)) for k in range(1, 4)]
    fake.posts |= {post.id: post for post in later}
    looks.clock.at += timedelta(hours=1)
    assert looks.look().counts["new"] == 3


def test_empty_pages_before_full_ones(looks, fake):
    if not fake.has_empty_pages:
        pytest.skip("the wire format has no empty page with another behind it")
    fake.add(25)
    fake.leaves_empty = True
    assert looks.look().counts["new"] == 25


def test_hard_words_come_unharmed(looks, fake):
    for n, words in enumerate(HARD):
        [post] = fake.add(1)
        fake.posts[post.id] = replace(post, words=words)
        assert n < len(HARD)
    done = looks.look()
    assert (done.errors, done.counts["new"]) == ({}, len(HARD))
    assert sorted(row.verbatim for row in looks.rows().values()) == sorted(HARD)


def test_odd_records_are_read_or_refused(looks, fake):
    """Whatever field of a record is missing, null or of another type: it is read, or refused in words."""
    fake.add(3)
    platform = looks.platform()
    raw = json.loads(json.dumps(platform.page(platform.parts()[0], None, None).raws[0]))
    whole = platform.read(raw)
    assert platform.read(_with_new_fields(raw)) == whole
    n_tried = 0
    for odd in _oddities(raw):
        n_tried += 1
        with contextlib.suppress(UnreadableRecord):
            platform.read(odd)
    assert n_tried > 10
    platform.close()


def test_one_odd_record_does_not_stop_the_others(looks, fake, monkeypatch):
    posts = fake.add(12)
    read, odd = looks.kind.read, []

    def refuse_some(self, raw):
        record = read(self, raw)
        if record.comments and record.comments[0].verbatim == posts[3].words and not odd:
            raise UnreadableRecord("a field is missing")
        return record

    monkeypatch.setattr(looks.kind, "read", refuse_some)
    done = looks.look()
    assert (done.counts["new"], done.counts["failed"]) == (11, 1)
    assert looks.reasons() == ["a field is missing"]
    odd.append("read by a newer version")
    assert looks.read_again().counts["new"] == 1
    assert len(looks.rows()) == 12


def test_kept_records_are_masked_and_say_the_same_again(looks, fake):
    [post, *_] = fake.add(12)
    fake.posts[post.id] = replace(post, words="Write to jane.doe@example.org, it never came")
    looks.look()
    assert looks.of(post).verbatim == "Write to <EMAIL_1>, it never came"
    platform = looks.platform()
    authors = {comment.author for part in platform.parts() for raw in platform.page(part, None, None).raws
               for comment in platform.read(raw).comments if comment.author}
    platform.close()
    kept = [json.loads(raw) for raw in looks.raws()]
    assert "jane.doe" not in json.dumps(kept)
    assert authors.isdisjoint(_words_of(kept))
    assert {row.author for row in looks.rows().values()} - {None} == {looks.store.pseudonym(one) for one in authors}
    done = looks.read_again()
    assert set(+done.counts) == {"unchanged"}, done.counts
    assert looks.n_versions() == 0


def test_ten_thousand_come_page_by_page(looks, fake, monkeypatch):
    """No page is larger than a thousand, and what is read does not pile up."""
    monkeypatch.undo()
    fake.page_rows = 100
    fake.add(10_000 if fake.keeps_all else 500)
    fake.newest_first, fake.oldest_first = functools.cache(fake.newest_first), functools.cache(fake.oldest_first)
    platform, n_records, largest = looks.platform(), 0, 0
    for part in platform.parts():
        place, tracked = None, []
        while True:
            page = platform.page(part, None, place)
            n_records, place = n_records + len(page.raws), page.next_place
            largest = max(largest, len(page.raws))
            fake.requests.clear()
            del page
            if place is None:
                break
            tracked.append(sys.getallocatedblocks())
        gc.collect()
        assert sys.getallocatedblocks() - min(tracked, default=10**9) < len(fake.posts) * 5  # a record takes some fifty
    platform.close()
    assert n_records >= len(fake.posts)
    assert largest <= 1000


def _oddities(raw, path=()):
    """Yield a record with one field after the other missing, null, or of another type."""
    if isinstance(raw, dict):
        for name, value in raw.items():
            rest = {k: v for k, v in raw.items() if k != name}
            yield rest
            for odd in (None, [], {}, "odd", 17, -0.5, True):
                yield {**raw, name: odd}
            for inner in _oddities(value):
                yield {**raw, name: inner}
    elif isinstance(raw, list):
        for n, value in enumerate(raw):
            for inner in _oddities(value):
                yield [*raw[:n], inner, *raw[n + 1:]]


def _words_of(value):
    if isinstance(value, dict | list):
        return {words for one in (value.values() if isinstance(value, dict) else value) for words in _words_of(one)}
    return {value}


def _with_new_fields(raw):
    if isinstance(raw, dict):
        return {**{k: _with_new_fields(v) for k, v in raw.items()}, "brand_new_field": {"a": [1]}}
    return [_with_new_fields(v) for v in raw] if isinstance(raw, list) else raw
