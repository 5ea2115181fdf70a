"""What is particular to Steam: recommendations in place of stars, cursors, and what is asked for."""


import pytest
from made.platforms.base import Answer
from made.platforms.steam import FakeSteam

from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlatformError, UnreadableRecord

RAW = {"recommendationid": "1", "review": "Fun", "voted_up": True, "timestamp_created": 1_772_352_000,
       "timestamp_updated": 1_772_438_400, "app": "4242", "author": {"steamid": "76561"}, "language": "english",
       "steam_purchase": False, "received_for_free": True, "written_during_early_access": True,
       "primarily_steam_deck": False}


@pytest.fixture
def fake():
    with FakeSteam().serving() as served:
        yield served


def test_a_recommendation_is_a_measure_and_no_rating(fake):
    for is_good, measure in ((True, 1.0), (False, 0.0)):
        [comment] = fake.opened().read({**RAW, "voted_up": is_good}).comments
        assert (comment.measures, comment.rating, comment.nps_score) == ({"recommend": measure}, None, None)
        assert comment.segments["recommended"] == ("yes" if is_good else "no")
    with pytest.raises(UnreadableRecord, match=r"^voted_up is missing$"):
        fake.opened().read({"recommendationid": "1"})


def test_a_review_was_received_when_it_was_written_and_is_ordered_by_its_last_change(fake):
    record = fake.opened().read(RAW)
    assert (record.at.isoformat(), record.comments[0].received_at.isoformat()) == (
        "2026-03-02T08:00:00+00:00", "2026-03-01T08:00:00+00:00")


def test_segments_are_those_that_were_chosen(fake):
    chosen = ["app", "bought", "early_access", "steam_deck"]
    [comment] = fake.opened(segments=chosen).read(RAW).comments
    assert comment.segments == {"app": "4242", "bought": "free", "early_access": "yes", "steam_deck": "no"}


def test_each_game_is_a_part(fake):
    assert fake.opened(apps=[4242, 570]).parts() == ("4242", "570")


def test_what_a_recipe_says_is_asked_for(fake):
    fake.opened(bought="elsewhere", off_topic=True).page("4242", None, None)
    fake.opened().page("4242", None, None)
    first, second = (asked.params for asked in fake.requests)
    assert first == {"json": "1", "filter": "updated", "language": "all", "review_type": "all", "num_per_page": "100",
                     "purchase_type": "non_steam_purchase", "filter_offtopic_activity": "0", "cursor": "*"}
    assert (second["purchase_type"], "filter_offtopic_activity" in second) == ("all", False)


def test_a_cursor_that_repeats_is_the_end(fake):
    fake.add(1)
    review = fake.review(next(iter(fake.posts.values())))
    fake.faults = [Answer({"success": 1, "reviews": [review], "cursor": "AoJ/x+"})] * 2
    platform = fake.opened()
    assert platform.page("4242", None, None).next_place == "AoJ/x+"
    assert platform.page("4242", None, "AoJ/x+").next_place is None


def test_who_wrote_a_review_is_kept_as_a_key_alone(fake):
    fake.add(1)
    [raw] = fake.opened().page("4242", None, None).raws
    assert raw["author"]["steamid"] == "author-0"
    assert ("personaname" in raw["author"], "profile_url" in raw["author"]) == (False, False)


def test_no_success_may_pass(fake):
    with pytest.raises(PlatformError) as error:
        fake.opened().page("999", None, None)
    assert (str(error.value), error.value.permanent) == (
        "game 999: Steam has no answer for now. Check the number of the game where this stays.", False)


def test_a_recipe_names_a_game(fake):
    with pytest.raises(ConfigError) as error:
        fake.opened(apps=[])
    assert "apps" in str(error.value)
