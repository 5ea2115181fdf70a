"""`cx-text watch`, as a user types it: one look, what fires, why, and how good it would have been."""

import json
import re
import shutil

import pytest
from made.services import closed_port, webhook
from made.watched_store import BEGINS, N_DAYS, day
from sqlalchemy import update

from cx_text.store.alerts import alerts_of
from cx_text.store.collections import held
from cx_text.store.opening import open_store
from cx_text.store.tables import comments

RECIPE = """
name = "made"
[watch]
drift = false
[[watch.rules]]
name = "pain points"
polarity = "negative"
{more}
"""
HOSTILE = "\x1b[2J\x1b]0;owned\x07<b>shop"


def written(folder, more="", name="made.toml"):
    path = folder / name
    path.write_text(RECIPE.format(more=more), "utf-8")
    return path


@pytest.fixture
def made(watched_path, tmp_path):
    """Return a copy of the store, and a recipe that watches its themes."""
    return shutil.copy(watched_path, tmp_path / "s.sqlite3"), written(tmp_path)


@pytest.fixture
def narrow(monkeypatch, command):
    """Return the command on a terminal of 80 columns."""
    def run(*arguments):
        real = pytest.MonkeyPatch.setenv
        with monkeypatch.context() as patch:
            patch.setattr(pytest.MonkeyPatch, "setenv", lambda self, name, value: real(
                self, name, "80" if name == "COLUMNS" else value))
            return command(*arguments)
    return run


def looked(command, made, *more):
    return command("watch", "--recipe", made[1], "--store", made[0], "--no-collect", "--no-notify", *more)


def test_a_look_tells_what_fires_and_the_next_one_nothing(command, made):
    done = looked(command, made, "--since", day(BEGINS - 1), "--until", day(BEGINS + 6))
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[:2] == [f"Store: {made[0]}", f"Judged {day(BEGINS - 1)} to {day(BEGINS + 6)}: 6 series."]
    title = next(line for line in lines if line.startswith("Alert 1: App is: "))
    told = lines[lines.index(title) + 1:]
    assert re.fullmatch(r"  More customers complain of App is: \d+ of \d+ who wrote from .* 2026, where .* were "
                        r"expected from the past\.", told[0])
    assert re.fullmatch(r"  That is [\d.]+ times as many \(95.% interval .*\); \d+ mentions; survey \d+\.", told[1])
    again = looked(command, made, "--until", day(BEGINS + 6))
    assert again.out.splitlines()[1:] == ["No period is over that was not judged before."]
    after = looked(command, made, "--until", day(N_DAYS - 1))
    assert "Alert 1 is over: App is: " in after.out
    with open_store(made[0]) as store, store.reading() as connection:
        assert [one.id for one in alerts_of(connection)] == [1]


def test_one_day_is_named_alone(command, made):
    done = looked(command, made, "--since", day(90), "--until", day(90))
    assert done.out.splitlines()[1:] == [f"Judged {day(90)}: 6 series."]


def test_nothing_is_judged_twice_at_once(command, made):
    with open_store(made[0]) as store, held(store, "watch made"):
        done = looked(command, made)
    assert (done.code, done.out.splitlines()[1:]) == (0, ["Another process looks just now, so nothing was done."])


NO_STORE = "Error: nowhere: there is no store. Make one with cx-text import FILE, or name it with --store or " \
           "CX_TEXT_DATABASE_URL.\n"


@pytest.mark.parametrize(("arguments", "said"), [
    (["watch"], "Error: no recipe was given. Give its name or path, such as: cx-text watch --recipe brand_watch; or "
                "put it into CX_TEXT_RECIPE.\n"),
    (["watch", "explain"], "Error: no recipe was given. Give its name or path, such as: cx-text watch --recipe "
                           "brand_watch; or put it into CX_TEXT_RECIPE.\n"),
    (["watch", "--recipe", "nps_survey"],
     "Error: the recipe 'nps_survey' has no rules of what to watch. Add tables [[watch.rules]] to it; docs/watching.md "
     "says how, brand_watch shows it.\n"),
    (["watch", "backtest", "--recipe", "nps_survey", "--since", "2026-01-01"],
     "Error: the recipe 'nps_survey' has no rules of what to watch. Add tables [[watch.rules]] to it; docs/watching.md "
     "says how, brand_watch shows it.\n"),
    (["watch", "--recipe", "brand_wach"],
     "Error: no recipe 'brand_wach'; there are app_reviews, brand_mentions, brand_watch, example_sources, nps_survey. "
     "Did you mean 'brand_watch'?\n"),
    (["watch", "--recipe", "brand_watch", "--log", "xml"], "Error: --log 'xml' is none of text, json.\n"),
    (["watch", "explain", "--recipe", "brand_watch", "--store", "nowhere"], NO_STORE),
    (["watch", "status", "--store", "nowhere"], NO_STORE),
    (["watch", "backtest", "-r", "brand_watch", "--store", "nowhere", "--since", "2026-01-01"], NO_STORE),
])
def test_wrong_use_is_one_line(command, arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CX_TEXT_RECIPE", raising=False)
    done = command(*arguments)
    assert (done.code, done.err) == (2, said)


def test_the_recipe_can_be_in_the_environment(command, made, monkeypatch):
    monkeypatch.setenv("CX_TEXT_RECIPE", str(made[1]))
    done = command("watch", "explain", "--store", made[0], "--on", day(100))
    assert (done.code, f"made, as of {day(100)}: " in done.out) == (0, True)


@pytest.mark.parametrize(("arguments", "said"), [
    (["explain", "--rule", "pain point"],
     "Error: the recipe 'made' has no rule 'pain point'; there are pain points. Did you mean 'pain points'?\n"),
    (["explain", "--on", "2020-01-01"], "Error: nothing that was read in this store is from 2020-01-01 or before. "
     "Import comments and read them: cx-text import, cx-text retag.\n"),
    (["backtest", "--since", "2025-01-01"],
     "Error: there is no past before 2025-01-01. Begin later: a change is one against the past.\n"),
    (["backtest", "--since", "2026-04-01", "--until", "2026-03-01"],
     "Error: the time from 2026-04-01 to 2026-03-01 holds no day. Give the earlier day first.\n"),
])
def test_what_cannot_be_asked_is_one_line(command, made, arguments, said):
    done = command("watch", *arguments, "--recipe", made[1], "--store", made[0])
    assert (done.code, done.err) == (2, said)


def test_a_store_without_anything_says_what_to_do(command, tmp_path):
    place, recipe = tmp_path / "empty", written(tmp_path)
    open_store(place, create=True).close()
    assert command("watch", "status", "--store", place).out == "Nothing is watched yet: cx-text watch --recipe RECIPE\n"
    looked_at = looked(command, (place, recipe))
    assert (looked_at.code, looked_at.out.splitlines()[1:]) == (0, ["No period is over that was not judged before."])
    for arguments in (["explain"], ["backtest", "--since", "2026-01-01"]):
        done = command("watch", *arguments, "--recipe", recipe, "--store", place)
        assert (done.code, "Import comments and read them: cx-text import, cx-text retag.\n" in done.err) == (2, True)


def test_status_says_how_far_each_watch_is_and_what_fires(narrow, command, made):
    looked(command, made, "--since", day(BEGINS - 1), "--until", day(BEGINS + 6))
    lines = narrow("watch", "status", "--store", made[0]).out.splitlines()
    assert lines[0] == f"made: judged up to {day(BEGINS + 6)}, each day"
    assert re.fullmatch(r"  20\d\d-\d\d-\d\d \d\d:\d\d UTC: ended well", lines[1])
    assert re.fullmatch(r"  Alert 1, since \d+ \w+ 2026: App is: .* customers.*", lines[2])
    assert lines[3] == "  Messages: 0 sent, 0 waiting, 0 that cannot be sent"
    looked(command, made, "--until", day(N_DAYS - 1))
    assert "  Nothing fires." in narrow("watch", "status", "--store", made[0]).out.splitlines()


MORE = """
[[watch.rules]]
name = "fewer"
direction = "fall"
only = ["App is", "Shop front"]
[[watch.rules]]
name = "NPS"
measure = "nps"
per = "all"
[[watch.rules]]
name = "target"
kind = "level"
measure = "nps"
per = "all"
below = 20
[[watch.rules]]
name = "slowly"
kind = "trend"
measure = "sentiment"
per = "source"
[[watch.rules]]
name = "press"
per = "brand"
[[watch.rules]]
name = "quiet"
kind = "silence"
"""


def test_explain_fits_eighty_columns_and_gives_each_figure_with_its_n(narrow, made, tmp_path):
    recipe = written(tmp_path, MORE)
    done = narrow("watch", "explain", "--recipe", recipe, "--store", made[0], "--on", day(BEGINS + 6))
    assert (done.code, done.err) == (0, "")
    lines = [line.rstrip() for line in done.out.splitlines()]
    assert max(map(len, lines)) <= 80
    assert "…" not in done.out
    at = {line: k for k, line in enumerate(lines)}
    heads = ["pain points: customers who complain of each theme, rising",
             "fewer: customers who raise each theme, falling",
             "NPS: NPS of all comments together, falling", "target: NPS of all comments together, below 20",
             "slowly: net sentiment of each source, slowly falling", "press: customers who mention each brand, rising",
             "quiet: comments of each source, going quiet"]
    assert [at[head] for head in heads] == sorted(at[head] for head in heads)
    assert lines[at[heads[0]] + 2].startswith("App is ")
    assert lines[at[heads[1]] + 1] == "  Nothing is called 'Shop front'."
    assert lines[at[heads[5]] + 1] == "  Nothing to watch: the recipe names no brands."
    for head in heads[2:5]:
        assert re.search(r"days +n +seen", lines[at[head] + 1])
    assert not re.search(r"because|due to|caused", done.out)


def test_explain_shows_all_series_when_asked(command, made):
    ask = ("watch", "explain", "--recipe", made[1], "--store", made[0], "--on", day(100))
    assert command(*ask, "--rule", "pain points", "--all").out.count("×") == 6


def test_backtest_reads_on_eighty_columns(narrow, made):
    done = narrow("watch", "backtest", "--recipe", made[1], "--store", made[0], "--since", day(BEGINS - 7), "--until",
                  day(BEGINS + 9), "--runs", "1", "--shuffles", "1")
    assert done.code == 0
    lines = [line.rstrip() for line in done.out.splitlines()]
    assert max(map(len, lines)) <= 80
    said = " ".join(lines)
    assert f"From {day(BEGINS - 7)} to {day(BEGINS + 9)}, 6 series judged together: it would have fired once." in said
    assert re.search(r"  2026-0\d-\d\d  pain points: App is, \d+ customers in \d+ days, [\d.]+ expected \(n = \d+\); "
                     r"(over on 2026-\d\d-\d\d \(ended\)|goes on)", said)
    assert re.search(r"False alarms: [\d.]+ a month \(95 % interval [\d.]+ to [\d.]+\), told from \d+ alerts? in "
                     r"0\.6 months of the same weeks in random order", said)
    assert "(1 each):" in said
    assert sum("× 3" in line for line in lines) == 3


def test_words_of_strangers_do_nothing_to_the_terminal(command, made, tmp_path):
    with open_store(made[0]) as store, store.writing() as connection:
        connection.execute(update(comments).values(source=HOSTILE))
    recipe = written(tmp_path, '[[watch.rules]]\nname = "quiet"\nkind = "silence"\n'
                               f'only = [{json.dumps(HOSTILE)}, "\\u001b[31mnobody"]')
    ran = [looked(command, (made[0], recipe), "--since", day(N_DAYS), "--until", day(N_DAYS + 12)),
           command("watch", "status", "--store", made[0]),
           command("watch", "explain", "--recipe", recipe, "--store", made[0], "--on", day(N_DAYS + 12)),
           command("watch", "backtest", "--recipe", recipe, "--store", made[0], "--since", day(N_DAYS + 7), "--until",
                   day(N_DAYS + 12), "--runs", "1", "--shuffles", "1")]
    assert [one.code for one in ran] == [0, 0, 0, 0]
    assert all("shop" in one.out for one in ran)
    for one in ran:
        assert not set(one.out + one.err) & {"\x1b", "\x07"}


def test_a_test_message_goes_to_each_notifier_and_what_fails_is_said(command, tmp_path, monkeypatch):
    path = written(tmp_path, '[[watch.notifiers]]\nname = "desk"\n[[watch.notifiers]]\nname = "gone"\n')
    with webhook(200) as (port, got):
        monkeypatch.setenv("CX_TEXT_NOTIFY_DESK", f"json://127.0.0.1:{port}/")
        monkeypatch.setenv("CX_TEXT_NOTIFY_GONE", f"json://127.0.0.1:{closed_port()}/")
        done = command("watch", "test", "--recipe", path)
        one = command("watch", "test", "--recipe", path, "--notifier", "desk")
    assert (done.code, done.out) == (5, "desk: sent.\n")
    assert done.err == "Error: notifier 'gone': the service could not be reached, or did not answer in time.\n"
    assert (one.code, one.out, one.err) == (0, "desk: sent.\n", "")
    assert [json.loads(body)["title"] for _, body in got] == ["A test of cx_text"] * 2


def test_a_test_message_needs_a_notifier(command, tmp_path):
    path = written(tmp_path)
    assert command("watch", "test", "--recipe", path).err == (
        "Error: the recipe 'made' has no notifiers. Add tables [[watch.notifiers]] to it; docs/notifying.md says "
        "how.\n")
    path = written(tmp_path, '[[watch.notifiers]]\nname = "desk"\n')
    assert command("watch", "test", "--recipe", path, "--notifier", "dsk").err == (
        "Error: no notifier 'dsk' in the recipe 'made'; there are desk. Did you mean 'desk'?\n")
