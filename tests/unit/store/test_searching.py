"""Full text finds the same comments on both databases, newest first, and takes whatever is typed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update
from store_rows import answer, import_rows, write_export

from cx_text.errors import ConfigError
from cx_text.store.forgetting import forget
from cx_text.store.opening import open_store
from cx_text.store.searching import WordMatches, search_words
from cx_text.store.tables import comments
from cx_text.text.search_query import COMMON_WORDS

SAID = ["Delivery was late again", "Deliveries come late, friendly though", "Late. Delivery is not working for me",
        "The app is working", "App crashes when I pay", "Crashing app & slow delivery", "Out of order: 10 times!",
        "Prices went up, don't like it", "I got an e-mail about late fees", "It's working, not late"]


@pytest.fixture
def store(place, tmp_path):
    with open_store(place, create=True) as opened:
        import_rows(opened, write_export(tmp_path / "a.csv", [answer(n, words) for n, words in enumerate(SAID, 1)]))
        yield opened


def found(store, query, **options):
    with store.reading() as connection:
        return search_words(connection, query, **options)


@pytest.mark.parametrize(("query", "ids"), [
    ("delivery", [6, 3, 2, 1]),
    ("DELIVERIES late", [3, 2, 1]),
    ('"late delivery"', [3]),
    ('"delivery late"', []),
    ('"delivery coming late"', [2]),
    ("late -delivery", [10, 9]),
    ('late -"delivery was late"', [10, 9, 3, 2]),
    ("crash OR late delivery", [6, 3, 2, 1]),
    ("crash OR price", [8, 6, 5]),
    ('"not working"', [3]),
    ('"working not"', [10]),
    ('working -"not working"', [10, 4]),
    ('"out of order"', [7]),
    ('"order out"', []),
    ("the working", [10, 4, 3]),
    ("e-mail", [9]),
    ('"10 times"', [7]),
    ("xylophone", []),
    ("app) OR (1", [6, 5, 4]),
])
def test_words_are_found_as_people_expect(store, query, ids):
    assert found(store, query) == WordMatches(ids, False)


def test_no_more_are_found_than_asked_for(store):
    assert found(store, "late", limit=2) == WordMatches([10, 9], True)
    assert found(store, "late", limit=5) == WordMatches([10, 9, 3, 2, 1], False)


def test_the_index_follows_the_comments(store):
    with store.writing() as connection:
        connection.execute(update(comments).where(comments.c.id == 1).values(verbatim="Xylophones arrived"))
    assert (found(store, "xylophone").ids, found(store, "delivery").ids) == ([1], [6, 3, 2])
    forget(store, [1], how="comment")
    assert found(store, "xylophone").ids == []


def test_blank_searches_are_refused(store):
    with pytest.raises(ConfigError) as caught:
        found(store, " ")
    assert str(caught.value) == ('there are no words to search for. '
                                 'Type some, such as late delivery or "late delivery".')


def test_common_words_are_those_of_the_server(postgres):
    from sqlalchemy import create_engine

    engine = create_engine(postgres.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        kept = {word for word in COMMON_WORDS if connection.execute(
            text("SELECT to_tsvector('english', :word)::text"), {"word": word}).scalar_one()}
    engine.dispose()
    assert kept == set()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.one_of(st.text(max_size=40), st.text(alphabet='ab"-()*:^+{}& ORNOTAEND\'\\<!|', max_size=40)))
def test_nothing_that_is_typed_is_an_error_of_the_database(store, typed):
    try:
        matches = found(store, typed)
    except ConfigError:
        return
    assert matches.ids == sorted(set(matches.ids), reverse=True)
