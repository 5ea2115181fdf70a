"""Sources of a recipe: chosen, looked at one by one, one failing without the others; what is told of them."""

import pytest
from made.platforms.app_store import FakeAppStore
from made.platforms.base import Answer
from made.platforms.looks import NAME, Looks
from made.platforms.typeform import FakeTypeform

from cx_text.collecting import chosen_sources, collect, sources_of_kind
from cx_text.config import Recipe, SourceEntry, load_recipe
from cx_text.errors import ConfigError
from cx_text.previewing import preview, source_states
from cx_text.sources.platforms.opening import open_platform
from cx_text.store.collections import held
from cx_text.store.import_log import import_record, imports_of, ledger_page
from cx_text.store.opening import open_store
from cx_text.testing import FakePii


@pytest.fixture
def fake():
    with FakeTypeform().serving() as served:
        yield served


@pytest.fixture
def looks(fake, tmp_path, monkeypatch):
    found = Looks(fake, tmp_path, monkeypatch)
    yield found
    found.store.close()


def two_sources(fake):
    """Return a recipe with a source that has no form of its name, and one that has."""
    entries = [SourceEntry.model_validate({"name": name, **fake.entry, "form": form})
               for name, form in (("broken", "nowhere"), ("whole", "abc123"))]
    return Recipe(name="two", sources=tuple(entries))


def test_a_source_that_fails_does_not_keep_the_others(looks, fake):
    fake.add(3)
    done = list(collect(looks.store, two_sources(fake), environment=fake.secrets, finder=FakePii(), clock=looks.clock))
    assert [(one.source, dict(one.errors), one.counts["new"]) for one in done] == [
        ("broken", {"": "127.0.0.1/forms/nowhere: there is no such thing on the platform (404). Check the names and "
                    "ids of this source in the recipe."}, 0), ("whole", {}, 3)]


def test_a_platform_that_is_out_of_reach_is_not_waited_for_in_every_part(tmp_path, monkeypatch):
    with FakeAppStore().serving() as fake:
        looks = Looks(fake, tmp_path, monkeypatch)
        monkeypatch.setattr(FakeAppStore, "entry", {**fake.entry, "countries": ["gb", "ie", "us"]})
        fake.faults = [Answer("down", 503)] * 99
        assert list(looks.look().errors) == ["gb", "ie", "us"]
        assert len(fake.requests) == 5 + 1 + 1
        looks.store.close()


def test_another_process_that_looks_at_a_source_is_not_disturbed(looks, fake):
    fake.add(3)
    with open_store(looks.path) as other, held(other, f"collect {NAME}"):
        assert looks.look().is_busy
    assert fake.requests == []
    assert looks.look().counts["new"] == 3


def test_a_look_is_an_import_with_its_numbers_and_reasons(looks, fake, monkeypatch):
    fake.add(12)
    monkeypatch.setattr(fake, "item", lambda post, item=fake.item: item(post) | (
        {"answers": []} if post.stars == 1 else {}))
    assert looks.look().counts == {"new": 9, "skipped": 3}
    looks.look()
    with looks.store.reading() as connection:
        [found] = imports_of(connection)
        assert import_record(connection, found.id) == found
        reasons = [(entry.row, entry.outcome, entry.reason) for entry in ledger_page(connection, found.id)]
    assert (found.platform, found.source, found.n_rows) == ("typeform", NAME, 12)
    assert {name: n for name, n in {**found.comments, **found.ledger}.items() if n} == {"new": 9, "skipped": 3}
    assert [outcome for _, outcome, _ in reasons] == ["skipped"] * 3
    assert {reason for *_, reason in reasons} == {"no open answer and no score"}


def test_a_look_that_brings_nothing_leaves_no_trace_among_imports(looks, fake):
    fake.add(2)
    looks.look()
    looks.look()
    with looks.store.reading() as connection:
        assert len(imports_of(connection)) == 1


def test_personal_data_is_kept_where_the_recipe_says_so(looks, fake):
    [post] = fake.add(1, words="Write to jo@example.org")
    recipe = looks.recipe.model_copy(update={"privacy": looks.recipe.privacy.model_copy(update={"redact": False})})
    list(collect(looks.store, recipe, environment=fake.secrets, clock=looks.clock))
    assert looks.of(post).verbatim == "Write to jo@example.org"
    assert looks.look().counts["changed"] == 1
    assert looks.of(post).verbatim == "Write to <EMAIL_1>"


def test_a_preview_stores_nothing_and_is_masked(looks, fake):
    fake.add(12, words="Write to jo@example.org, {}")
    [one] = preview(looks.store, looks.recipe, environment=fake.secrets, finder=FakePii(), clock=looks.clock)
    assert (one.n_records, one.n_comments, one.is_more, one.error) == (10, 10, True, None)
    assert one.verbatims == tuple(f"Write to <EMAIL_1>, {n}" for n in (11, 10, 9, 8, 7))
    assert looks.rows() == {}
    fake.faults = [Answer({}, 401)]
    [one] = preview(None, looks.recipe, environment=fake.secrets, finder=FakePii(), clock=looks.clock)
    assert one.error == ("127.0.0.1/forms/abc123: the platform refuses the credentials (401). Check the secrets and "
                         "rights of this source.")


def test_a_preview_of_odd_records_is_no_fault(looks, fake, monkeypatch):
    fake.add(2)
    monkeypatch.setattr(looks.kind, "read", lambda self, raw: raw["nowhere"])
    [one] = preview(None, looks.recipe, environment=fake.secrets, finder=FakePii(), clock=looks.clock)
    assert (one.n_records, one.n_comments, one.error) == (2, 0, None)
    monkeypatch.setattr(looks.kind, "page", lambda *given: {}["nowhere"])
    [one] = preview(None, looks.recipe, environment=fake.secrets, finder=FakePii(), clock=looks.clock)
    assert one.error.startswith("the answer has a form that nobody foresaw (KeyError in test_collecting.py, line ")


def test_what_a_source_lacks_is_told(looks, fake):
    [before] = source_states(None, looks.recipe, {})
    assert (before.standing, before.n_comments, before.lacks) == (
        None, 0, f"source '{NAME}': no secret in the environment variable TYPEFORM_TOKEN. docs/sources.md says how to "
        "get one for typeform.")
    fake.add(3)
    looks.look()
    [after] = source_states(looks.store, looks.recipe, fake.secrets)
    assert (after.standing.looked_at, after.standing.newest_at, after.standing.is_under_way) == (
        looks.clock.now(), fake.latest(), False)
    assert (after.n_comments, after.lacks) == (3, None)
    fake.faults = [Answer({}, 403)]
    looks.look()
    [failed] = source_states(looks.store, looks.recipe, fake.secrets)
    assert failed.lacks.startswith("127.0.0.1/forms/abc123: the credentials may not read this (403).")


def test_sources_are_chosen_by_name_and_kind(fake):
    recipe = two_sources(fake)
    assert [entry.name for entry in chosen_sources(recipe, ["whole"])] == ["whole"]
    assert sources_of_kind(recipe, "surveys") == ["broken", "whole"]
    assert sources_of_kind(recipe, None) == []


@pytest.mark.parametrize(("ask", "said"), [
    (lambda recipe: chosen_sources(recipe, ["hole"]), "no source 'hole' in the recipe 'two'; there are broken, whole. "
     "Did you mean 'whole'?"),
    (lambda recipe: chosen_sources(recipe.model_copy(update={"sources": ()})), "the recipe 'two' names no sources. Add "
     "tables [[sources]] to it; docs/sources.md says how."),
    (lambda recipe: sources_of_kind(recipe, "reviews"), "the recipe 'two' names no sources of reviews. These are: "
     "app_store, app_store_connect, google_play, play_console, steam, trustpilot.")])
def test_sources_that_are_not_there(fake, ask, said):
    with pytest.raises(ConfigError) as caught:
        ask(two_sources(fake))
    assert str(caught.value) == said


@pytest.mark.parametrize(("entry", "said"), [
    ({"platform": "typefrom"}, "no platform 'typefrom'; there are "),
    ({"platform": "typeform"}, "source 'a': form: field required."),
    ({"platform": "typeform", "form": "x", "frm": "y"}, "source 'a': unknown key 'frm'; did you mean 'form'?"),
    ({"platform": "typeform", "form": "x", "token": "tfp_secret"}, "source 'a': unknown key 'token'; "),
    ({"platform": "typeform", "form": "x", "secrets": {"key": "X"}}, "source 'a': no secret 'key'; typeform has "
     "token."),
    ({"platform": "typeform", "form": "x", "secrets": "X"}, "source 'a': secrets: input should be a valid dictionary."),
    ({"platform": "typeform", "form": "x", "secrets": {"token": "OTHER"}}, "source 'a': no secret in the environment "
     "variable OTHER. docs/sources.md says how to get one for typeform.")])
def test_a_source_that_is_wrong_is_one_line(entry, said):
    with pytest.raises(ConfigError) as caught:
        open_platform(SourceEntry.model_validate({"name": "a", **entry}), {"TYPEFORM_TOKEN": "t"})
    assert str(caught.value).startswith(said)
    assert "tfp_secret" not in str(caught.value)


def test_a_recipe_with_one_name_twice_is_refused(tmp_path):
    path = tmp_path / "r.toml"
    path.write_text('name = "r"\n' + '[[sources]]\nname = "a"\nplatform = "typeform"\nform = "x"\n' * 2)
    with pytest.raises(ConfigError) as caught:
        load_recipe(str(path))
    assert str(caught.value) == f"{path}: sources: the source 'a' is there twice."
