"""Looking again and again: how long between two looks, without overlap, and to the end when asked to stop."""

import importlib
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.errors import ConfigError, MissingExtra, StageError
from cx_text.monitor.schedule import parse_every, repeat

UNITS = {"m": 60, "h": 3600, "d": 86400}
TINY = timedelta(milliseconds=20)


@given(st.integers(0, 99_999), st.sampled_from("mhd"), st.sampled_from(["", " ", "  "]), st.booleans())
def test_a_length_is_what_it_says_or_is_refused(number, unit, between, is_capital):
    words = f" {number}{between}{unit.upper() if is_capital else unit} "
    seconds = number * UNITS[unit]
    if 60 <= seconds <= 31 * 86400:
        assert parse_every(words) == timedelta(seconds=seconds)
    else:
        with pytest.raises(ConfigError) as raised:
            parse_every(words)
        assert str(raised.value) == (f"{words!r} is shorter than a minute or longer than 31 days. "
                                     "Write it as 15m, 2h or 1d.")


@pytest.mark.parametrize("words", ["", "m", "15", "1.5h", "-1h", "15 minutes", "1h30m", "100000m", "15s", "½h"])
def test_what_is_no_length_is_refused(words):
    with pytest.raises(ConfigError) as raised:
        parse_every(words)
    assert str(raised.value) == f"{words!r} is no length of time. Write it as 15m, 2h or 1d."


def end():
    """Ask this process to stop, as systemd does."""
    os.kill(os.getpid(), signal.SIGTERM)


def test_looks_do_not_overlap_and_the_last_one_ends():
    under_way, most, ended = [], [], []

    def look():
        under_way.append(1)
        most.append(len(under_way))
        if len(most) == 3:
            end()
        threading.Event().wait(0.05)  # longer than the time between two
        under_way.pop()
        ended.append(1)

    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    repeat(TINY, look, lambda line: None)
    assert set(most) == {1}
    assert len(ended) == len(most) >= 3
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_an_error_is_said_and_the_next_look_comes():
    said, looks = [], []

    def look():
        looks.append(1)
        if len(looks) < 3:
            raise StageError("the models broke", next="Look again")
        end()

    repeat(TINY, look, said.append)
    assert said == ["Error: the models broke. Look again."] * 2


def test_what_nobody_foresaw_is_said_without_its_words_and_the_next_look_comes(capfd):
    said, looks = [], []

    def look():
        looks.append(1)
        if len(looks) == 1:
            raise KeyError("a customer's words")
        end()

    repeat(TINY, look, said.append)
    [line] = said
    assert re.fullmatch(r"Error: the look broke \(KeyError at .*test_schedule\.py:\d+\)", line)
    assert capfd.readouterr() == ("", "")


def test_the_command_ends_well_when_it_is_asked_to_stop_while_it_looks():
    code = textwrap.dedent("""
        import sys
        from datetime import timedelta
        from cx_text.monitor.schedule import repeat

        def look():
            print("begins", flush=True)
            sys.stdin.readline()
            print("ends", flush=True)

        repeat(timedelta(days=1), look, print)
        print("stopped", flush=True)
    """)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes, text=True) as one:
        assert one.stdout.readline() == "begins\n"
        one.send_signal(signal.SIGTERM)
        one.stdin.write("go on\n")
        one.stdin.flush()
        assert one.stdout.read() == "ends\nstopped\n"
    assert one.returncode == 0


def test_without_its_library_it_says_what_to_install(monkeypatch):
    def missing(name, package=None):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(MissingExtra) as raised:
        repeat(TINY, lambda: None, print)
    assert str(raised.value) == ("looking again and again needs the APScheduler library, which is not installed. "
                                 "Run: pip install 'cx-text[watch]', or let cron look: docs/deploying.md.")
