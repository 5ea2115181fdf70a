"""Feeds: Atom and RSS, titles, odd dates, and what is no feed."""

import contextlib
from datetime import UTC, datetime

import pytest
from made.platforms.base import Answer
from made.platforms.feed import FakeFeed

from cx_text.config import SourceEntry
from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlatformError
from cx_text.sources.platforms.opening import open_platform

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Notes</title><id>urn:notes</id><updated>2026-03-02T09:00:00Z</updated>
<entry><id>tag:notes.example.com,2026:1</id><title type="html">Brindlecart &amp;amp; me</title>
<link rel="alternate" href="https://notes.example.com/1"/><author><name>mia</name></author>
<published>2026-03-01T09:00:00+01:00</published><updated>2026-03-02T09:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>It came late.</p><p>1 &lt; 2</p></div></content>
</entry>
<entry><title>The lift is broken…</title><summary type="text">The lift is broken &lt;again&gt;</summary>
<link href="https://notes.example.com/2"/><updated>the day before yesterday</updated></entry></feed>"""
RSS = '<rss version="2.0"><channel><title>F</title>{}</channel></rss>'


@pytest.fixture
def opened():
    """Return what opens a feed that says some words."""
    with FakeFeed().serving() as fake, contextlib.ExitStack() as stack:
        def open_one(says, brands=(), **more):
            fake.answer = lambda asked: Answer(says)
            entry = SourceEntry.model_validate({"name": "forum", **fake.entry, **more})
            return stack.enter_context(contextlib.closing(open_platform(entry, {}, brands)))

        yield open_one


def read(platform):
    return [platform.read(raw) for raw in platform.page(platform.parts()[0], None, None).raws]


def test_atom(opened):
    first, second = read(opened(ATOM))
    [comment] = first.comments
    assert (first.key, first.at) == ("tag:notes.example.com,2026:1", datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert (comment.verbatim, comment.author) == ("Brindlecart & me\nIt came late.\n1 < 2", "mia")
    assert (comment.received_at, comment.url) == (datetime(2026, 3, 1, 8, tzinfo=UTC), "https://notes.example.com/1")
    assert comment.segments == {"feed": "Notes"}
    assert (second.key, second.at, second.comments[0].received_at) == ("https://notes.example.com/2", None, None)
    assert second.comments[0].verbatim == "The lift is broken <again>"


def test_an_entry_without_an_id_or_with_a_long_one_has_a_lasting_key(opened):
    says = RSS.format(f"<item><guid>{'g' * 301}</guid><title>a</title></item><item><title>b</title></item>")
    keys = [record.key for record in read(opened(says))]
    assert keys == [record.key for record in read(opened(says))]
    assert [key[:7] for key in keys] == ["sha256-"] * 2
    assert len({*keys}) == 2


def test_a_feed_that_breaks_off_is_read_as_far_as_it_goes(opened):
    broken = RSS.format("<item><guid>1</guid><title>Late & cold</title></item><item><guid>2</guid><title>Half of")
    assert [record.key for record in read(opened(broken))][:1] == ["1"]


@pytest.mark.parametrize("says", ["<html><body>Log in</body></html>", '{"items": []}', "", "<rss version='2.0'><chan"])
def test_what_is_no_feed_may_be_one_later(opened, says):
    with pytest.raises(PlatformError) as error:
        read(opened(says))
    assert str(error.value) == "127.0.0.1: what came is no feed, or not all of one."
    assert not error.value.permanent


def test_a_feed_without_entries_is_none_of_that(opened):
    assert read(opened(RSS.format(""))) == []


def test_entities_read_no_files_and_fill_no_memory(opened, tmp_path):
    (tmp_path / "secret").write_text("hunter2")
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    says = (f'<!DOCTYPE rss [<!ENTITY e0 "ha">{bomb}<!ENTITY f SYSTEM "file://{tmp_path}/secret">]>'
            + RSS.format("<item><guid>1</guid><title>&e11;&f;x</title></item>"))
    [record] = read(opened(says))
    assert "hunter2" not in str(record)
    assert len(str(record)) < 2000


@pytest.mark.parametrize(("link", "url"), [("/t/1", "http://127.0.0.1:{}/t/1"), ("https://a.example/1", None),
                                           ("javascript:alert(1)", ""), ("http://[odd", "")])
def test_only_links_that_can_be_opened_are_kept(opened, link, url):
    platform = opened(RSS.format(f"<item><title>x</title><link>{link}</link></item>"))
    [record] = read(platform)
    expected = link if url is None else url.format(platform.parts()[0].split(":")[2].split("/")[0])
    assert record.comments[0].url == (expected or None)


def test_only_entries_with_a_brand(opened):
    says = RSS.format("<item><guid>1</guid><title>My brindlecart!</title></item>"
                      "<item><guid>2</guid><title>Brindlecarts</title></item>"
                      "<item><guid>3</guid><description>see #bc now</description></item>")
    assert [r.key for r in read(opened(says, ("Brindlecart", "#bc"), only_brands=True))] == ["1", "3"]
    assert len(read(opened(says, ("Brindlecart",)))) == 3
    with pytest.raises(ConfigError) as error:
        opened(says, only_brands=True).parts()
    assert str(error.value) == ("source 'forum': only_brands is set, and the recipe names no brands. Add [[brands]] to "
                                "the recipe, or leave only_brands out.")


def test_what_is_older_than_start_at_or_our_own_is_left_out(opened):
    [record] = read(opened(ATOM, start_at="2026-03-03"))
    assert record.key == "https://notes.example.com/2"
    assert read(opened(ATOM, own_accounts=["mia"]))[0].why_skipped == "written by an account of your own"


@pytest.mark.parametrize(("urls", "said"), [
    ([], "source 'forum': urls: tuple should have at least 1 item after validation, not 0."),
    (["http://forum.example.com/rss"], "base_url: what is sent to 'http://forum.example.com/rss' could be read on the "
     "way. Write it with https://."), (["forum"], "base_url: 'forum' is no address. Write it as https://HOST.")])
def test_wrong_addresses_are_one_line(opened, urls, said):
    with pytest.raises(ConfigError) as error:
        opened("", urls=urls)
    assert str(error.value) == said


def test_each_host_has_a_connection_of_its_own(opened):
    platform = opened(RSS.format(""), urls=["https://a.example.com/rss", "https://b.example.com/rss",
                                            "https://a.example.com/other?tag=x"])
    assert sorted(platform._http) == ["https://a.example.com", "https://b.example.com"]
    assert len(platform.parts()) == 3
