import pytest
from store_rows import answer, import_rows, write_export

from cx_text.errors import ConfigError
from cx_text.store import cases
from cx_text.store.opening import open_store


@pytest.fixture
def store(place, tmp_path):
    with open_store(place, create=True) as opened:
        import_rows(opened, write_export(tmp_path / "a.csv", [answer(n, f"Number {n} is late") for n in range(6)]))
        yield opened


def do(store, what, *given, **more):
    with store.writing() as connection:
        return getattr(cases, what)(connection, *given, **more)


def test_a_comment_has_one_case(store):
    number = do(store, "open_case", 2, by="Ann")
    assert do(store, "open_case", 2, by="Ben", owner="Eve") == number
    found = do(store, "case", number)
    assert (found.comment_id, found.owner, found.state, found.outcome, found.by, found.closed_at) == (
        2, "Ann", "open", None, "Ann", None)
    assert do(store, "comments_with_cases") == {2}
    assert do(store, "cases_on", [1, 2, 3]) == {2: found}


def test_changes_are_notes(store):
    number = do(store, "open_case", 1, by="Ann", owner="Ben")
    do(store, "add_note", number, " Rang twice ", by="Ben")
    do(store, "change_case", number, by="Ben", state="contacted")
    do(store, "change_case", number, by="Ann", state="closed", outcome="refunded", owner="Eve")
    do(store, "change_case", number, by="Ann", outcome="refunded")
    closed = do(store, "case", number)
    assert (closed.state, closed.outcome, closed.owner) == ("closed", "refunded", "Eve")
    assert closed.closed_at is not None
    do(store, "change_case", number, by="Ann", state="open", owner="")
    assert (do(store, "case", number).outcome, do(store, "case", number).closed_at) == (None, None)
    assert [(note.by, note.words) for note in do(store, "notes_of", number)] == [
        ("Ben", "Rang twice"), ("Ben", "state: open → contacted"),
        ("Ann", "state: contacted → closed; owner: Ben → Eve; outcome: none → refunded"),
        ("Ann", "state: closed → open; owner: Eve → none; outcome: refunded → none")]


def test_lists_have_filters_and_pages(store):
    numbers = [do(store, "open_case", comment, by="Ann", owner="Ben" if comment % 2 else "Eve")
               for comment in range(1, 6)]
    do(store, "change_case", numbers[0], by="Ann", state="contacted")

    def listed(**wanted):
        return [numbers.index(c.id) for c in do(store, "cases_of", **wanted)]

    assert listed() == [4, 3, 2, 1, 0]
    assert listed(limit=2, before=numbers[3]) == [2, 1]
    assert listed(states=("contacted", "closed")) == [0]
    assert listed(owner="Eve") == [3, 1]
    assert do(store, "case_counts") == {"open": 4, "contacted": 1, "closed": 0}


@pytest.mark.parametrize(("what", "given", "more", "said"), [
    ("open_case", (99,), {}, "there is no comment 99."),
    ("change_case", (9,), {}, "there is no case 9."),
    ("change_case", (1,), {"state": "shut"},
     "there is no state 'shut'. There are: open, contacted, closed."),
    ("change_case", (1,), {"state": "closed"},
     "a closed case needs an outcome. There are: recovered, explained, refunded, no answer, nothing to do."),
    ("change_case", (1,), {"state": "closed", "outcome": "lost"},
     "there is no outcome 'lost'. There are: recovered, explained, refunded, no answer, nothing to do."),
    ("add_note", (9, "Rang"), {}, "there is no case 9."),
    ("add_note", (1, " "), {}, "case 1: the note is empty."),
])
def test_mistakes_are_one_line(store, what, given, more, said):
    do(store, "open_case", 1, by="Ann")
    with pytest.raises(ConfigError) as error:
        do(store, what, *given, by="Ann", **more)
    assert str(error.value) == said
