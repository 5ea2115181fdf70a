"""The journal: a line for each step, for people or programs, and no room for what customers wrote."""

import json
from datetime import UTC, date, datetime

import pytest

from cx_text.monitor.journal import Journal

NOW = datetime(2026, 3, 2, 8, 0, 1, 999, tzinfo=UTC)


def said(form, event, **facts):
    lines = []
    Journal(lines.append, form, now=lambda: NOW).say(event, **facts)
    [line] = lines
    return line


def test_as_json_each_line_is_an_object_with_its_facts():
    line = said("json", "judged", day=date(2026, 3, 1), n_series=5, is_busy=False, share=0.5, subject="Größe\n2",
                why=None)
    assert "\n" not in line
    assert json.loads(line) == {"at": "2026-03-02T08:00:01+00:00", "event": "judged", "day": "2026-03-01",
                                "n_series": 5, "is_busy": False, "share": 0.5, "subject": "Größe\n2", "why": None}


def test_a_fact_that_is_a_time_is_written_with_its_zone():
    assert json.loads(said("json", "x", until=NOW))["until"] == "2026-03-02T08:00:01.000999+00:00"


def test_as_text_it_is_one_line_for_people():
    assert said("text", "judged", day=date(2026, 3, 1), n_series=5, subject="two\r\n lines\there", why=None) == (
        "2026-03-02T08:00:01+00:00 judged: day 2026-03-01, n_series 5, subject two lines here, why None")
    assert said("text", "look began") == "2026-03-02T08:00:01+00:00 look began"


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_is_too_long_to_be_a_name_is_refused_without_saying_it(form):
    assert "x" * 120 in said(form, "judged", subject="x" * 120)
    with pytest.raises(ValueError, match=r"^the fact 'subject' has 121 characters: that is no name$"):
        said(form, "judged", subject="x" * 121)
