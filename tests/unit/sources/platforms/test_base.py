"""Fields of records are read as they are documented, or refused with the name of the field."""

from datetime import UTC, datetime

import pytest

from cx_text.sources.platforms import base
from cx_text.sources.platforms.base import UnreadableRecord

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize("value", [
    "2026-03-01T08:30:00Z", "2026-03-01T09:30:00+01:00", "2026-03-01T08:30:00", "2026-03-01 08:30:00",
    "2026-03-01T08:30:00.000Z", "2026-03-01T08:30:00+0000", 1772353800, 1772353800.0, "1772353800", 1772353800000,
    "1772353800000"])
def test_times_are_read_in_every_form_and_given_in_utc(value):
    assert base.time_in({"at": value}, "at") == AT
    assert base.time_in({"at": value}, "at").tzinfo is UTC


@pytest.mark.parametrize("value", [None, ""])
def test_no_time_is_none(value):
    assert base.time_in({"at": value}, "at") is None
    assert base.time_in({}, "at") is None


@pytest.mark.parametrize("value", ["yesterday", [], {}, True, 1e300, "1e5"])
def test_what_is_no_time_is_refused(value):
    with pytest.raises(UnreadableRecord) as caught:
        base.time_in({"at": value}, "at")
    assert str(caught.value) == "at is no time"


def test_fields_are_found_by_their_path():
    raw = {"customer": {"id": 17, "name": None}, "words": "Late", "tags": [{"a": 1}], "odd": 3}
    assert base.found(raw, "customer.id") == 17
    assert base.found(raw, "customer.id.more") is None
    assert base.key_in(raw, "customer.id") == "17"
    assert base.words_in(raw, "words") == "Late"
    assert base.words_in(raw, "customer.name") == ""
    assert base.tables_in(raw, "tags") == [{"a": 1}]
    assert base.tables_in(raw, "none") == []
    assert base.table_in(raw, "customer") == raw["customer"]
    assert base.table_in(raw, "none") == {}


@pytest.mark.parametrize(("read", "path", "said"), [
    (base.needed, "customer.name", "customer.name is missing"), (base.key_in, "none", "none is missing"),
    (base.key_in, "blank", "blank is no id"), (base.key_in, "yes", "yes is no id"),
    (base.words_in, "odd", "odd is int, not words"), (base.tables_in, "odd", "odd is no list of tables"),
    (base.tables_in, "mixed", "mixed is no list of tables"), (base.table_in, "odd", "odd is int, not a table")])
def test_what_is_not_as_documented_is_refused(read, path, said):
    raw = {"customer": {"name": None}, "odd": 3, "blank": " ", "yes": True, "mixed": [{}, 1]}
    with pytest.raises(UnreadableRecord) as caught:
        read(raw, path)
    assert str(caught.value) == said


@pytest.mark.parametrize(("value", "number"), [(0, 0), (10, 10), ("9", 9), (7.0, 7), (None, None), ("", None)])
def test_whole_numbers_of_a_scale(value, number):
    assert base.whole_in({"n": value}, "n", 0, 10) == number


@pytest.mark.parametrize("value", [11, -1, 7.5, "seven", True, [], {}, float("nan"), float("inf")])
def test_what_is_no_whole_number_of_a_scale_is_refused(value):
    with pytest.raises(UnreadableRecord) as caught:
        base.whole_in({"n": value}, "n", 0, 10)
    assert str(caught.value) == "n is no whole number from 0 to 10"
