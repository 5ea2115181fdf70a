"""What is particular to Trustpilot: companies by domain, titles that repeat the text, countries, removed reviews."""


import pytest
from made.platforms.trustpilot import UNIT, FakeTrustpilot

from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import PlatformError, UnreadableRecord


@pytest.fixture
def fake():
    with FakeTrustpilot().serving() as served:
        yield served


def test_a_company_is_found_by_its_domain_once(fake):
    fake.add(3)
    platform = fake.opened()
    first = platform.page("", None, None)
    assert (len(first.raws), first.next_place) == (3, 2)
    assert (platform.page("", None, 2).raws, platform.page("", None, 2).next_place) == ((), None)
    assert [asked.path for asked in fake.requests].count("/v1/business-units/find") == 1


def test_an_id_needs_no_finding_and_languages_are_asked_for_one_by_one(fake):
    fake.opened(domain=None, business_unit=UNIT, languages=["en", "da"]).page("", None, None)
    [asked] = fake.requests
    assert [value for name, value in asked.all_params if name == "language"] == ["en", "da"]


def test_a_domain_that_trustpilot_does_not_know_is_said(fake):
    with pytest.raises(PlatformError) as error:
        fake.opened(domain="other.example").page("", None, None)
    assert str(error.value) == ("127.0.0.1/v1/business-units/find: there is no such thing on the platform (404). "
                                "Check the names and ids of this source in the recipe.")
    assert error.value.permanent


def test_a_company_is_named_in_one_way(fake):
    for options in ({"domain": None}, {"business_unit": UNIT}):
        with pytest.raises(ConfigError) as error:
            fake.opened(**options)
        assert "say either domain or business_unit" in str(error.value)


@pytest.mark.parametrize(("title", "text", "verbatim"), [
    ("Never came…", "Never came, and nobody answers", "Never came, and nobody answers"),
    ("Avoid", "It broke on day one", "Avoid\nIt broke on day one"),
    ("Avoid", None, "Avoid"), (None, "It broke", "It broke"), (None, None, "")])
def test_a_title_is_kept_where_the_text_does_not_repeat_it(fake, title, text, verbatim):
    fake.add(1)
    fake.review = lambda post: {**FakeTrustpilot.review(fake, post), "title": title, "text": text}
    platform = fake.opened()
    [comment] = platform.read(platform.page("", None, None).raws[0]).comments
    assert (comment.verbatim, comment.rating) == (verbatim, 1)


def test_who_wrote_a_review_is_kept_as_a_key_alone(fake):
    fake.add(1)
    raw = fake.opened().page("", None, None).raws[0]
    assert raw["consumer"] == {"id": "author-0", "numberOfReviews": 3}
    assert (raw["country"], "Ann" in str(raw), "Odense" in str(raw)) == ("DK", False, False)


def test_reviews_with_neither_words_nor_stars_are_skipped_and_odd_stars_refused(fake):
    platform = fake.opened()
    assert platform.read({"id": "a", "verbatim": " "}).why_skipped == "no words and no stars"
    with pytest.raises(UnreadableRecord, match=r"^stars is no whole number from 1 to 5$"):
        platform.read({"id": "a", "stars": 0})


def test_segments_are_those_that_were_chosen(fake):
    platform = fake.opened(segments=["location", "verification"])
    [comment] = platform.read({"id": "a", "stars": 4, "location": {"name": "Pier 5"}, "language": "en",
                               "reviewVerificationLevel": "invited"}).comments
    assert comment.segments == {"location": "Pier 5", "verification": "invited"}


def test_reviews_that_are_not_public_any_more_are_gone(fake):
    posts = fake.add(3)
    fake.remove(posts[1])
    assert fake.opened().gone([post.id for post in posts]) == {posts[1].id}
