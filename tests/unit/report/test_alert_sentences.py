from dataclasses import replace
from datetime import date

import pytest

from cx_text.report.alert_sentences import alert_lines, alert_title, is_good_news, resolved_line
from tests.made.alerts import made_alert

TRUSTPILOT = {"per": "source", "id": "trustpilot", "label": "Trustpilot"}
ALL = {"per": "all", "id": "", "label": ""}
NORWAY = {"per": "segment.Country", "id": "Norway", "label": "Norway"}
ACME = {"per": "brand", "id": "acme", "label": "Acme"}
RATE = "At most 3 in 100 of what is said as surely as this are false alarms, on average."


def plain(said):
    return said.replace("\u202f", " ")


def lines_of(**changes):
    return [plain(line) for line in alert_lines(made_alert(**changes))]


def test_a_change_of_a_count_is_told_in_three_lines():
    assert lines_of() == [
        "More customers raise Late delivery: 41 of 1,204 who wrote from 12 July to 18 July 2026, where 19.3 were "
        "expected from the past.",
        "That is 2.1 times as many (95 % interval 1.4 to 3.0); 54 mentions; app-store 30, survey 11.",
        f"{RATE} Had the sources not shifted, 18.8 would have been expected."]


def test_a_level_is_told_with_its_answers_and_its_difference():
    assert lines_of(measure="nps", subject=TRUSTPILOT) == [
        "The NPS of Trustpilot is lower: 12 (340 answers among 1,204 customers who wrote from 5 July to 18 July 2026), "
        "where 26 was expected from the past.",
        "That is a difference of −14.2 points (95 % interval −20.4 to −8.1).",
        "At most 4 in 100 of what is said as surely as this are false alarms, on average. Had the sources not shifted, "
        "25 would have been expected."]


def test_a_limit_is_told_as_one():
    assert lines_of(kind="level") == [
        "More than 2.5 of 100 customers raise Late delivery: 41 of 1,204 who wrote from 12 July to 18 July 2026, which "
        "is 3.4 of 100.",
        "That is a difference from the limit of +0.9 in 100 (95 % interval +0.02 to +2.1); 54 mentions; app-store 30, "
        "survey 11.",
        "At the limit, chance alone brings as much in 1 of 1,000 looks at most."]
    assert lines_of(kind="level", measure="nps", subject=ALL)[:2] == [
        "The NPS is below the limit of 20: 12 (340 answers among 1,204 customers who wrote from 5 July to 18 July "
        "2026).",
        "That is a difference from the limit of −8.0 points (95 % interval −14.0 to −1.9); trustpilot 340."]


def test_a_slow_change_is_told_from_where_it_began():
    assert lines_of(kind="trend")[:2] == [
        "More and more customers raise Late delivery: 310 of 9,640 who wrote from 24 May to 18 July 2026, from 30.2 a "
        "week to 52.",
        "That is 1.7 times as many (95 % interval 1.2 to 2.4); 402 mentions; app-store 210, survey 100."]
    assert lines_of(kind="trend", measure="nps", subject=ALL)[0] == (
        "The NPS has slowly become lower (340 answers among 1,204 customers who wrote from 5 July to 18 July 2026), "
        "from 26 to 12.")


def test_a_source_that_is_silent_brings_none():
    nothing = {"n": 0, "value": 0, "ratio": 0.0, "low": 0.0, "high": 0.08, "sources": {}}
    assert lines_of(kind="silence", figures=nothing) == [
        "No comments from app-store from 12 July to 18 July 2026, where 40.1 were expected from the past.",
        "That is 0 times as many (95 % interval 0 to 0.08).", RATE]


def test_a_source_that_cannot_be_read_is_told_with_what_it_answers():
    failing = made_alert(kind="silence")
    failing = replace(failing, figures={"since": "2026-07-15T08:00:00+00:00", "error": "the key was refused (401)."})
    assert alert_title(failing) == "Source app-store cannot be read"
    assert alert_lines(failing) == (
        "The source app-store cannot be read, since 15 July 2026.", "What it answers: the key was refused (401).",
        "Until it can be read, nobody sees what customers say there, nor that they say less.")
    never = replace(failing, figures={**failing.figures, "since": None})
    assert alert_lines(never)[0] == "The source app-store cannot be read, and never could be."


def test_something_new_is_told_as_such():
    assert lines_of(kind="new_theme")[0] == (
        "Customers speak of something that no theme takes: 14 of 1,204 who wrote from 12 July to 18 July 2026, where "
        "1.2 were expected from the past.")


@pytest.mark.parametrize(("changes", "said"), [
    ({"direction": "fall", "figures": {"polarity": "positive"}}, "Fewer customers praise Late delivery"),
    ({"figures": {"polarity": "negative"}}, "More customers complain of Late delivery"),
    ({"subject": ACME}, "More customers mention Acme"),
    ({"subject": ACME, "figures": {"polarity": "negative"}}, "More customers speak badly of Acme"),
    ({"kind": "trend"}, "More and more customers raise Late delivery"),
    ({"kind": "trend", "direction": "fall"}, "Fewer and fewer customers raise Late delivery"),
    ({"measure": "comments", "subject": TRUSTPILOT, "direction": "fall"}, "Fewer comments from Trustpilot"),
    ({"measure": "comments", "figures": {"polarity": "negative"}}, "More negative comments about Late delivery"),
    ({"measure": "comments", "subject": ALL}, "More comments"),
    ({"measure": "implied_detractors", "direction": "rise"},
     "The share of implied detractors of those who speak of Late delivery is higher"),
    ({"measure": "implied_detractors", "direction": "rise", "subject": ALL},
     "The share of implied detractors is higher"),
    ({"measure": "sentiment"}, "The net sentiment on Late delivery is lower"),
    ({"measure": "negative_share", "direction": "rise"}, "The share of negative opinions on Late delivery is higher"),
    ({"measure": "implied_nps", "subject": ALL}, "The implied NPS is lower"),
])
def test_the_first_line_names_the_measure_and_what_it_is_of(changes, said):
    assert lines_of(**changes)[0].startswith(f"{said}: ")


@pytest.mark.parametrize(("changes", "title"), [
    ({"figures": {"ratio": 2.01}}, "Late delivery: twice as many customers as usual"),
    ({"figures": {"ratio": 3.0}}, "Late delivery: three times as many customers as usual"),
    ({"figures": {"ratio": 2.45}}, "Late delivery: 2.5 times as many customers as usual"),
    ({"figures": {"ratio": 1.3}}, "Late delivery: 30 % more customers than usual"),
    ({"figures": {"ratio": 0.4}, "direction": "fall"}, "Late delivery: 60 % fewer customers than usual"),
    ({"figures": {"ratio": None}}, "Late delivery: more customers than usual"),
    ({"figures": {"ratio": 1.4}, "kind": "trend"}, "Late delivery: 40 % more customers over 8 weeks"),
    ({"measure": "comments", "subject": ALL}, "All together: 2.1 times as many comments as usual"),
    ({"measure": "implied_detractors", "subject": NORWAY, "direction": "rise"},
     "Share of implied detractors of Country Norway: 14 points higher"),
    ({"measure": "nps", "subject": TRUSTPILOT}, "NPS of Trustpilot: 14 points lower"),
    ({"measure": "nps", "figures": {"difference": None}}, "NPS of those who speak of Late delivery: lower"),
    ({"measure": "sentiment", "kind": "trend"}, "Net sentiment on Late delivery: 14 points lower over 2 weeks"),
    ({"measure": "negative_share", "direction": "rise", "subject": NORWAY},
     "Share of negative opinions of Country Norway: 14 points higher"),
    ({"kind": "level"}, "Late delivery: 3.4 of 100 customers, above the limit of 2.5"),
    ({"kind": "level", "measure": "nps", "subject": ALL}, "NPS: 12, below the limit of 20"),
    ({"kind": "silence"}, "Source app-store has gone quiet"),
    ({"kind": "new_theme"}, "Something new: gift card, expired"),
])
def test_titles(changes, title):
    assert plain(alert_title(made_alert(**changes))) == title


def test_what_is_not_known_is_left_out():
    unknown = dict.fromkeys(("of", "n_mentions", "expected", "ratio", "low", "high", "p", "controlled", "crude",
                             "sources"))
    assert lines_of(figures=unknown) == [
        "More customers raise Late delivery: 41 from 12 July to 18 July 2026.", "By how much cannot be told.",
        "The rule “pain” of the watch “shop” tells of it."]
    assert lines_of(figures=unknown | {"n": None, "value": None})[0] == (
        "More customers raise Late delivery from 12 July to 18 July 2026.")


@pytest.mark.parametrize(("given", "line", "said"), [
    ({"high": None}, 1, "That is 2.1 times as many (95 % interval 1.4 or more); 54 mentions; app-store 30, survey 11."),
    ({"ratio": None, "sources": {}}, 1, "95 % interval 1.4 to 3.0; 54 mentions."),
    ({"sources": dict(zip("abcdef", range(1, 7), strict=True))}, 1,
     "That is 2.1 times as many (95 % interval 1.4 to 3.0); 54 mentions; f 6, e 5, d 4, c 3, others 3."),
    ({"crude": 19.3}, 2, RATE),
    ({"controlled": 0.0004, "crude": None}, 2,
     "At most 1 in 1,000 of what is said as surely as this are false alarms, on average."),
    ({"controlled": None, "crude": None}, 2,
     "Without a change, chance alone brings as much in 1 of 1,000 looks at most."),
])
def test_figures_are_written_as_they_are_known(given, line, said):
    assert lines_of(figures=given)[line] == said


@pytest.mark.parametrize(("changes", "said"), [
    ({}, ""),
    ({"resolved_on": date(2026, 8, 8), "why": "ended"}, "Over since 8 August 2026: as before again, after 21 days."),
    ({"resolved_on": date(2026, 7, 19), "why": "ended", "kind": "level"},
     "Over since 19 July 2026: no longer beyond the limit, after 1 day."),
    ({"resolved_on": date(2027, 1, 16), "why": "settled"}, "The new level: it has lasted for 182 days."),
])
def test_what_is_over_says_since_when(changes, said):
    assert resolved_line(made_alert(**changes)) == said


@pytest.mark.parametrize(("changes", "is_good"), [
    ({}, False), ({"direction": "fall"}, True), ({"figures": {"polarity": "positive"}}, True),
    ({"measure": "nps"}, False), ({"measure": "nps", "direction": "rise"}, True),
    ({"measure": "negative_share", "direction": "fall"}, True), ({"kind": "silence"}, False),
    ({"measure": "comments"}, True), ({"measure": "comments", "figures": {"polarity": "negative"}}, False),
    ({"kind": "new_theme"}, False),
])
def test_what_is_welcome(changes, is_good):
    assert is_good_news(made_alert(**changes)) is is_good
