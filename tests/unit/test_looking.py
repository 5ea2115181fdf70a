"""A look: its cursor, what it tries again, and when it gives up."""

from datetime import UTC, datetime, timedelta

import pytest
from made.platforms.looks import TestClock

from cx_text.comment import Comment
from cx_text.looking import TRIES, ask, beginning, look_over
from cx_text.receiving import Reception
from cx_text.sources.platforms.base import Page, PlaceGone, Platform, PlatformError, PlatformOptions, Record, as_time
from cx_text.store.collections import Standing, standing_of
from cx_text.store.opening import open_store

NOW = datetime(2026, 3, 10, tzinfo=UTC)


class Scripted(Platform):
    """Gives pages of a script, by place; an error in it is raised once."""

    lag = timedelta(days=2)

    def __init__(self, script, **options):
        super().__init__("src", PlatformOptions(**options), {})
        self.script, self.asked = script, []

    def page(self, part, since, place):
        self.asked.append((since, place))
        told = self.script[place]
        if isinstance(told, list):
            told = told.pop(0) if len(told) > 1 else told[0]
        if isinstance(told, Exception):
            raise told
        return told

    def read(self, raw):
        return Record(raw["id"], as_time(raw["at"]), (Comment(f"src:{raw['id']}", raw["words"], "src"),))


def page(*days, next_place=None):
    """Return a page of records of some days of March 2026."""
    return Page(tuple({"id": f"r-{day}", "at": f"2026-03-{day:02}T00:00:00Z", "words": f"Day {day}"} for day in days),
                next_place)


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


@pytest.fixture
def clock():
    return TestClock(NOW)


def look(store, platform, clock):
    return look_over(store, platform, "", Reception(store, platform, "scripted", None), clock, lambda n: None)


def day(n):
    return datetime(2026, 3, n, tzinfo=UTC)


def test_the_next_look_begins_a_lag_before_the_newest_record(store, clock):
    platform = Scripted({None: page(1, 2, next_place="b"), "b": page(3, 4)})
    assert dict(look(store, platform, clock).counts) == {"new": 4}
    look(store, platform, clock)
    assert platform.asked == [(None, None), (None, "b"), (day(2), None), (day(2), "b")]


def test_what_the_recipe_says_of_the_beginning_and_the_lag(store, clock):
    platform = Scripted({None: page(3)}, start_at="2026-02-01", lag_days=0.5)
    look(store, platform, clock)
    look(store, platform, clock)
    assert [since for since, _ in platform.asked] == [datetime(2026, 2, 1, tzinfo=UTC), day(3) - timedelta(hours=12)]
    assert beginning(platform, Standing("src", "")) == datetime(2026, 2, 1, tzinfo=UTC)


def test_a_record_from_the_future_does_not_hide_what_comes(store, clock):
    platform = Scripted({None: page(30)})
    look(store, platform, clock)
    look(store, platform, clock)
    assert platform.asked[1] == (NOW - timedelta(days=2), None)


def test_the_newest_first_end_with_a_page_that_is_all_older(store, clock):
    platform = Scripted({None: page(9, 8, next_place="b"), "b": page(5, 4, next_place="c"), "c": page(3)})
    platform.is_newest_first = True
    look(store, platform, clock)
    assert len(platform.asked) == 3
    look(store, platform, clock)
    assert [place for _, place in platform.asked[3:]] == [None, "b"]


def test_errors_that_pass_are_tried_again_with_longer_pauses(clock):
    faults = [PlatformError("down", permanent=False)] * (TRIES - 1)

    def question():
        if faults:
            raise faults.pop()
        return "told"

    assert ask(clock, question) == "told"
    assert len(clock.slept) == TRIES - 1
    assert all(2 ** n <= seconds <= 2 ** (n + 1) for n, seconds in enumerate(clock.slept))


@pytest.mark.parametrize(("error", "n_asked"), [
    (PlatformError("gone"), 1), (PlatformError("down", permanent=False), TRIES),
    (PlatformError("rest", permanent=False, retry_after_seconds=900), 1)])
def test_errors_are_given_up(clock, error, n_asked):
    asked = []

    def question():
        asked.append(1)
        raise error

    with pytest.raises(PlatformError):
        ask(clock, question)
    assert len(asked) == n_asked


def test_an_error_that_passes_keeps_the_place(store, clock):
    platform = Scripted({None: page(1, next_place="b"), "b": [*[PlatformError("down", permanent=False)] * 5, page(2)]})
    standing = look(store, platform, clock)
    assert (standing.error, standing.cursor["place"], dict(standing.counts)) == ("down.", "b", {"new": 1})
    assert standing.finished_at is None
    standing = look(store, platform, clock)
    assert (standing.error, standing.cursor["place"], dict(standing.counts)) == (None, None, {"new": 2})
    assert standing.finished_at == clock.now()


def test_a_permanent_error_begins_the_look_anew(store, clock):
    platform = Scripted({None: page(1, next_place="b"), "b": [PlatformError("refused"), page(2)]})
    assert look(store, platform, clock).cursor["place"] is None
    assert look(store, platform, clock).error is None
    assert [place for _, place in platform.asked] == [None, "b", None, "b"]


def test_a_place_at_which_it_is_stuck_is_left_in_the_end(store, clock):
    platform = Scripted({None: page(1, next_place="b"), "b": PlatformError("down", permanent=False)})
    places = [look(store, platform, clock).cursor["place"] for _ in range(4)]
    assert places == ["b", "b", None, "b"]


def test_a_place_that_the_platform_forgot_is_left_at_once(store, clock):
    platform = Scripted({None: page(1, next_place="b"), "b": [PlaceGone("too old"), page(2)]})
    assert dict(look(store, platform, clock).counts) == {"new": 2, "unchanged": 1}
    assert [place for _, place in platform.asked] == [None, "b", None, "b"]


def test_a_platform_that_forgets_every_place_is_an_error(store, clock):
    platform = Scripted({None: page(1, next_place="b"), "b": PlaceGone("too old")})
    assert look(store, platform, clock).error == "too old."


def test_a_page_that_leads_to_itself_is_an_error(store, clock):
    platform = Scripted({None: page(1, next_place="b"), "b": page(2, next_place="b")})
    assert look(store, platform, clock).error == "src: the platform gives the same page again and again."


def test_a_fault_of_ours_is_said_without_what_the_platform_gave(store, clock):
    platform = Scripted({None: KeyError("words of a customer")})
    assert look(store, platform, clock).error.startswith(
        "the answer has a form that nobody foresaw (KeyError in test_looking.py, line ")


def test_a_form_that_changed_stops_the_look_and_stores_nothing(store, clock):
    raws = tuple({"id": f"r-{n}", "when": "2026-03-01"} for n in range(8))
    platform = Scripted({None: Page(raws, "b"), "b": page(2)})
    standing = look(store, platform, clock)
    assert standing.error == ("8 of 8 records could not be read: its form is not the one that is documented "
                              "(KeyError). The platform's form may have changed: see whether there is a newer cx_text.")
    with store.reading() as connection:
        assert standing_of(connection, "src", "").import_id is None


def test_who_asks_to_be_left_alone_is_not_asked(store, clock):
    platform = Scripted({None: [PlatformError("rest", permanent=False, retry_after_seconds=900), page(1)]})
    assert look(store, platform, clock).not_before == NOW + timedelta(seconds=900)
    clock.at += timedelta(seconds=899)
    assert (look(store, platform, clock).error, len(platform.asked)) == ("rest.", 1)
    clock.at += timedelta(seconds=2)
    standing = look(store, platform, clock)
    assert (standing.error, standing.not_before, dict(standing.counts)) == (None, None, {"new": 1})
