"""`cx-text collect`, as a user types it: a source of each kind in, tagged comments and themes by source out."""

import itertools
import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from made.platforms.app_store import FakeAppStore
from made.platforms.base import Answer
from made.platforms.hacker_news import FakeHackerNews
from made.platforms.typeform import FakeTypeform
from made.web import visit
from sqlalchemy import func, select

from cx_text.plugins import PLATFORMS_BY_KIND
from cx_text.store.opening import open_store
from cx_text.store.runs import current_run
from cx_text.store.tables import comments, opinions, tags

# Invented: what customers of a shop that delivers may say.
SAID = ("The parcel came {} days late again", "Delivery took {} hours longer than promised",
        "My order arrived {} days late",
        "The app crashed {} times when I paid", "It crashes whenever I open the basket, {} times today",
        "The new app froze {} times at checkout", "Support answered after {} minutes and was friendly",
        "Very kind support, they called back {} times", "I waited {} minutes in the queue of your hotline",
        "Prices went up by {} percent this year", "Too expensive, {} pounds for postage",
        "It costs {} pounds more than it did")


@pytest.fixture
def three(tmp_path, monkeypatch):
    """Return local servers of a survey, of reviews and of mentions, and a recipe that names them."""
    with (FakeTypeform().serving() as survey, FakeAppStore().serving() as reviews,
          FakeHackerNews().serving() as mentions):
        fakes = {"survey": survey, "reviews": reviews, "mentions": mentions}
        lines = ['name = "three"', "[[brands]]", 'name = "Brindlecart"', "own = true"]
        for name, fake in fakes.items():
            for k, post in enumerate(fake.add(60)):
                about = " with Brindlecart" if name == "mentions" else ""
                fake.posts[post.id] = replace(post, words=SAID[k % len(SAID)].format(k + 2) + about)
            told = [f"{key} = {value!r}" for key, value in fake.entry.items()]
            lines += ["[[sources]]", f'name = "{name}"', *told]
            for variable, value in fake.secrets.items():
                monkeypatch.setenv(variable, value)
        recipe = tmp_path / "three.toml"
        recipe.write_text("\n".join(lines).replace("True", "true"))
        yield recipe, fakes


@pytest.mark.models
def test_one_source_of_each_kind_ends_as_tagged_comments_and_themes_by_source(command, three, tmp_path):
    recipe, fakes = three
    path = tmp_path / "store.sqlite3"
    done = command("collect", recipe, "--store", path)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[:4] == [f"Store: {path}", *(
        f"{name} ({fakes[name].platform}): fetched 60: new 60, changed 0, unchanged 0, removed 0, skipped 0, failed 0"
        for name in fakes)]
    assert done.out.splitlines()[4:] == ["Tagged 180 comments in run 1."]
    with open_store(path) as store:
        with store.reading() as connection:
            run = current_run(connection)
            tagged = connection.execute(select(comments.c.source, func.count(tags.c.comment_id)).join(
                tags, tags.c.comment_id == comments.c.id).where(tags.c.run_id == run.id)
                .group_by(comments.c.source).order_by(comments.c.source)).all()
            n_themed = connection.execute(select(func.count()).where(opinions.c.theme_id.is_not(None))).scalar_one()
        assert [tuple(row) for row in tagged] == [("mentions", 60), ("reviews", 60), ("survey", 60)]
        assert n_themed > 100
        browser = visit(store)
        for name in fakes:
            page = browser.get("/themes", params={"source": name})
            assert page.status_code == 200
            assert re.search(r"/themes/t\d+", page.text), name
        assert "60" in browser.get("/comments", params={"source": "reviews"}).text

    again = command("collect", recipe, "--store", path)
    assert again.out.splitlines()[1:] == [
        f"{name} ({fakes[name].platform}): fetched 60: new 0, changed 0, unchanged 60, removed 0, skipped 0, failed 0"
        for name in fakes]

    listed = command("collect", recipe, "--store", path, "--list").out.splitlines()
    assert len(listed) == len(fakes)
    for line, (name, fake) in zip(listed, fakes.items(), strict=True):
        at = r"20\d\d-\d\d-\d\d \d\d:\d\d UTC"
        assert re.fullmatch(rf"{name} \({fake.platform}\): last looked at {at}, has all until {at}; 60 comments", line)


def test_a_source_that_fails_is_said_and_the_others_come(command, three, tmp_path, monkeypatch):
    recipe, _ = three
    monkeypatch.setenv("TYPEFORM_TOKEN", "wrong")
    done = command("collect", recipe, "--store", tmp_path / "s", "--no-tag", "--source", "survey", "--source",
                   "mentions")
    assert done.code == 5
    assert done.err == ("Error: survey (typeform): 127.0.0.1/forms/abc123: the platform refuses the credentials (401). "
                        "Check the secrets and rights of this source.\n")
    assert "mentions (hacker_news): fetched 60: new 60," in done.out
    assert "reviews" not in done.out


def test_a_dry_run_shows_what_would_come_and_makes_no_store(command, three, tmp_path, monkeypatch):
    recipe, fakes = three
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TYPEFORM_TOKEN")
    done = command("collect", recipe, "--dry-run")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == ("survey (typeform): no secret in the environment variable TYPEFORM_TOKEN. docs/sources.md says "
                        "how to get one for typeform.")
    assert lines[1] == "reviews (app_store): 10 records with 10 comments on the first page; there is more behind it"
    assert lines[2:4] == [f"    {post.words}" for post in itertools.islice(
        fakes["reviews"].newest_first("changed_at"), 2)]
    assert not list(tmp_path.glob("*.sqlite3*"))


def test_records_are_read_again_without_asking(command, three, tmp_path):
    recipe, fakes = three
    command("collect", recipe, "--store", tmp_path / "s", "--no-tag", "--kind", "reviews")
    n_asked = len(fakes["reviews"].requests)
    done = command("collect", recipe, "--store", tmp_path / "s", "--no-tag", "--kind", "reviews", "--reread")
    assert done.out.splitlines()[1:] == [
        "reviews (app_store): fetched 60: new 0, changed 0, unchanged 60, removed 0, skipped 0, failed 0"]
    assert len(fakes["reviews"].requests) == n_asked


@pytest.mark.parametrize(("options", "said"), [
    (["--dry-run", "--list"], "Error: of --dry-run, --list and --reread several were given. Give one of them.\n"),
    (["--kind", "polls"], "Error: --kind 'polls' is none of surveys, reviews, mentions.\n"),
    (["--source", "survy", "--list"], "Error: no source 'survy' in the recipe 'three'; there are survey, reviews, "
     "mentions. Did you mean 'survey'?\n"),
    (["--reread", "--store", "nowhere"], "Error: nowhere: there is no store. Make one with cx-text import FILE, or "
     "name it with --store or CX_TEXT_DATABASE_URL.\n")])
def test_wrong_use_is_one_line(command, three, options, said):
    done = command("collect", three[0], *options)
    assert (done.code, done.err) == (2, said)


def test_the_sources_of_a_store_are_listed_without_a_recipe(command, three, tmp_path):
    recipe, _ = three
    command("collect", recipe, "--store", tmp_path / "s", "--no-tag", "--kind", "reviews")
    listed = command("collect", "--list", "--store", tmp_path / "s")
    at = r"20\d\d-.* UTC"
    assert re.fullmatch(rf"reviews: last looked at {at}, has all until {at}; 60 comments\n", listed.out)
    open_store(tmp_path / "empty", create=True).close()
    assert command("collect", "--list", "--store", tmp_path / "empty").out == (
        "Nothing was collected yet: cx-text collect RECIPE\n")
    nothing = command("collect")
    assert (nothing.code, nothing.err) == (2, "Error: no recipe was given. Give its name or path, such as: cx-text "
                                           "collect example_sources --dry-run.\n")


def test_a_recipe_without_sources_says_what_to_do(command):
    done = command("collect", "nps_survey", "--list")
    assert (done.code, done.err) == (2, "Error: the recipe 'nps_survey' names no sources. Add tables [[sources]] to "
                                     "it; docs/sources.md says how.\n")


@pytest.mark.parametrize("kind", PLATFORMS_BY_KIND)
def test_the_scripts_look_at_one_kind(three, tmp_path, pytestconfig, kind):
    script = pytestconfig.rootpath / "scripts" / f"collect_{kind}.py"
    done = subprocess.run([sys.executable, script, three[0], "--store", tmp_path / "s", "--list"], text=True,
                          capture_output=True, env=os.environ, check=False)
    names = {"surveys": "survey (typeform)", "reviews": "reviews (app_store)", "mentions": "mentions (hacker_news)"}
    assert (done.returncode, done.stderr, done.stdout) == (0, "", f"{names[kind]}: never looked at; 0 comments\n")


def test_every_fault_of_one_source_leaves_the_rest_whole(command, three, tmp_path, monkeypatch):
    """The platform of reviews is down; what it said before stays, and comes to its end later."""
    recipe, fakes = three
    monkeypatch.setattr("cx_text.looking.time.sleep", lambda seconds: None)
    fakes["reviews"].faults = [None, None, *[Answer("down", 503)] * 9]
    first = command("collect", recipe, "--store", tmp_path / "s", "--no-tag", "--kind", "reviews")
    assert (first.code, "fetched 20: new 20," in first.out) == (5, True)
    fakes["reviews"].faults = []
    second = command("collect", recipe, "--store", tmp_path / "s", "--no-tag", "--kind", "reviews")
    assert (second.code, "fetched 60: new 60," in second.out) == (0, True)
