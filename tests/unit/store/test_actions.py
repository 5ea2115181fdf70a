from datetime import UTC, datetime, timedelta

import pytest

from cx_text.errors import ConfigError
from cx_text.store import actions
from cx_text.store.opening import open_store

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


def do(store, what, *given, **more):
    with store.writing() as connection:
        return getattr(actions, what)(connection, *given, **more)


def add(store, title="Fix checkout", theme="t1", **more):
    return do(store, "add_action", "default", theme, title, by="Ann", **more)


def test_an_action_is_kept_as_it_was_made(store):
    number = add(store, " Fix checkout ", owner="Ben", due_at=NOW, notes="See the crash log")
    found = do(store, "action", number)
    assert (found.codeframe_name, found.theme_id, found.title, found.owner, found.state, found.due_at, found.done_at,
            found.notes, found.by) == ("default", "t1", "Fix checkout", "Ben", "open", NOW, None, "See the crash log",
                                       "Ann")
    assert do(store, "action", 99) is None


def test_done_has_a_time_and_not_done_has_none(store):
    number = add(store)
    do(store, "change_action", number, state="done")
    assert abs(do(store, "action", number).done_at - datetime.now(UTC)) < timedelta(minutes=1)
    do(store, "change_action", number, done_at=NOW)
    assert do(store, "action", number).done_at == NOW
    do(store, "change_action", number, notes="More")
    assert do(store, "action", number).done_at == NOW
    do(store, "change_action", number, state="in progress")
    assert do(store, "action", number).done_at is None


def test_lists_have_filters_and_pages(store):
    numbers = [add(store, f"Step {k}", theme=f"t{k % 2}", owner="Ben" if k % 2 else "Eve",
                   due_at=NOW + timedelta(days=k - 2)) for k in range(5)]
    do(store, "change_action", numbers[0], state="done")

    def listed(**wanted):
        return [numbers.index(a.id) for a in do(store, "actions_of", **wanted)]

    assert listed() == [4, 3, 2, 1, 0]
    assert listed(limit=2) == [4, 3]
    assert listed(limit=2, before=numbers[3]) == [2, 1]
    assert listed(theme_id="t1") == listed(owner="Ben") == [3, 1]
    assert listed(states=("done", "dropped")) == [0]
    assert listed(overdue_at=NOW) == [1]
    assert listed(codeframe_name="other") == []
    assert [a.is_overdue(NOW) for a in do(store, "actions_of")] == [False, False, False, True, False]
    assert do(store, "action_counts", at=NOW) == {"open": 4, "in progress": 0, "done": 1, "dropped": 0, "overdue": 1}


def test_touched_themes_are_those_with_an_action_that_was_not_dropped(store):
    for theme, state in (("t1", "open"), ("t2", "done"), ("t3", "dropped"), ("t1", "dropped")):
        do(store, "change_action", add(store, theme=theme), state=state)
    assert do(store, "touched_themes", "default") == {"t1", "t2"}
    assert do(store, "touched_themes", "other") == set()


@pytest.mark.parametrize(("change", "said"), [
    ({"state": "drop"},
     "there is no state 'drop'; did you mean 'dropped'? There are: open, in progress, done, dropped."),
    ({"title": " "}, "an action needs a title. Say in a few words what is done."),
])
def test_mistakes_are_one_line(store, change, said):
    number = add(store)
    with pytest.raises(ConfigError) as error:
        do(store, "change_action", number, **change)
    assert str(error.value) == said


def test_an_action_that_is_not_there_cannot_be_changed(store):
    with pytest.raises(ConfigError) as error:
        do(store, "change_action", 9, state="done")
    assert str(error.value) == "there is no action 9."
    with pytest.raises(TypeError, match="an action has no colour"):
        do(store, "change_action", 9, colour="red")
