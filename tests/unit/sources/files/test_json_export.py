"""JSON: an array of objects, or an object around one."""

import io
import json
from pathlib import Path

import pytest

from cx_text.errors import SourceError
from cx_text.sources.base import BrokenRow
from cx_text.sources.files.flattened import flattened
from cx_text.sources.files.json_export import _Utf8, open_json
from cx_text.sources.files.jsonl_export import open_jsonl
from cx_text.sources.files.opening import open_export

EXPORT_AGAIN = "Export it again, or write one JSON object a line and name the file .jsonl."
JSONL = "Write one JSON object a line and name the file .jsonl."


def write(folder: Path, content: object, name: str = "a.json") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def rows(export):
    return [row for chunk in export.chunks(2) for row in chunk.rows.values.tolist()]


def refused(path: Path) -> str:
    with pytest.raises(SourceError) as raised:
        open_json(path)
    return str(raised.value)


@pytest.mark.parametrize("content", [
    b'[{"id": 1, "t": "good"}, {"id": 2.5, "u": true}]',
    b'\xef\xbb\xbf[\n {"id": 1, "t": "good"},\n {"id": 2.50, "u": true}\n]\n',
    b'{"total": 2, "items": [{"id": 1, "t": "good"}, {"id": 2.5, "u": true}]}',
    b'{\n "survey": {"by": [{"name": "x"}], "results": [{"id": 1, "t": "good"}, {"id": 2.5, "u": true}]}}',
    b'{\n "mine": [{"id": 1, "t": "good"}, {"id": 2.5, "u": true}]}',
    '[{"id": 1, "t": "good"}, {"id": 2.5, "u": true}]'.encode("utf-16"),
], ids=["array", "pretty", "one line", "nested", "own name", "utf-16"])
def test_every_form_gives_the_same_rows(tmp_path, content):
    export = open_json(write(tmp_path, content))
    assert (export.columns, export.n_rows, export.facts["format"]) == (("id", "t", "u"), 2, "JSON")
    for _ in range(2):  # each time from the first row
        assert rows(export) == [["1", "good", None], ["2.5", None, "true"]]


def test_a_file_is_told_from_jsonl(tmp_path):
    assert open_export(write(tmp_path, {"items": [{"id": 1}] * 2})).n_rows == 2
    assert open_export(write(tmp_path, {"items": [{"id": 1}] * 2}, "a.jsonl")).facts["content"] == \
        "its name ends in .jsonl, and it is JSON: read as that"
    lines = b'{"id": 1, "items": [{"a": 1}]}\n'
    assert open_export(write(tmp_path, lines * 2, "a.jsonl")).facts["format"] == "JSONL"
    assert open_export(write(tmp_path, b'{"id": 1, "tags": [{"a": 1}]}', "a.jsonl")).facts["format"] == "JSONL"


def test_what_is_no_object_is_a_broken_row(tmp_path):
    [chunk] = open_json(write(tmp_path, [{"id": 1}, 7, {"id": 3}])).chunks(10)
    assert chunk.rows["id"].to_dict() == {1: "1", 3: "3"}
    assert chunk.broken == (BrokenRow(2, "it is not a JSON object"),)


def test_answers_of_typeform_have_their_question_as_column(tmp_path):
    def field(**named):
        return {"field": {"id": "f1", "type": "any", **named}}

    response = {"token": "x", "hidden": {"plan": "pro"}, "answers": [
        {**field(ref="why"), "type": "text", "text": "Because"},
        {**field(title="How likely are you to recommend us?"), "type": "number", "number": 9},
        {**field(ref="colour"), "type": "choice", "choice": {"label": "Blue"}},
        {**field(ref="both"), "type": "choices", "choices": {"labels": ["A", "B"], "other": "C"}},
        {**field(ref="again"), "type": "boolean", "boolean": False},
        {**field(ref="day"), "type": "date", "date": "2024-01-02"},
        {**field(ref="mail"), "type": "email", "email": "a@example.org"},
        {**field(ref="day"), "type": "date", "date": None}]}
    export = open_json(write(tmp_path, {"items": [response]}))
    [row] = rows(export)
    assert dict(zip(export.columns, row, strict=True)) == {
        "token": "x", "hidden.plan": "pro", "why": "Because", "How likely are you to recommend us?": "9",
        "colour": "Blue", "both": "A, B, C", "again": "false", "day": "2024-01-02", "mail": "a@example.org",
        "day (2)": None}
    webhook = {"answers": [{**field(), "type": "text", "text": "So"}],
               "definition": {"fields": [{"id": "f1", "title": "Why?"}]}}
    assert flattened(webhook)["Why?"] == "So"


def test_nested_objects_have_dotted_columns(tmp_path):
    post = {"kind": "t1", "data": {"body": "Good", "author": "ann", "edited": False, "tags": ["a", "b", None],
                                   "gildings": {}, "media": [{"url": "x"}]}}
    gone = {"kind": "t1", "data": {"body": "[removed]", "author": "[deleted]"}}
    columns = ("kind", "data.body", "data.author", "data.edited", "data.tags", "data.gildings", "data.media")
    read = [["t1", "Good", "ann", "false", "a, b", "{}", '[{"url": "x"}]'], ["t1", *[None] * 6]]
    listing = open_json(write(tmp_path, {"kind": "Listing", "data": {"children": [post, gone]}}))
    lines = open_jsonl(write(tmp_path, f"{json.dumps(post)}\n{json.dumps(gone)}\n".encode(), "a.jsonl"))
    assert listing.columns == lines.columns == columns
    assert rows(listing) == rows(lines) == read
    assert listing.facts == {"format": "JSON", "encoding": "utf-8", "list": "data.children",
                             "removed": "1 row with [removed] or [deleted], which are taken as empty"}


def test_two_keys_of_one_name_are_two_columns():
    assert flattened({"a": {"b": 1}, "a.b": 2, "c": [1, 2], "d": {"e": {"f": None}}}) == {
        "a.b": "1", "a.b (2)": "2", "c": "1, 2", "d.e.f": None}


def test_keys_that_are_data_stay_one_cell(tmp_path):
    export = open_json(write(tmp_path, [{"id": n, "by": {f"user {n}": 1}} for n in range(1_001)]))
    assert export.columns == ("id", "by")
    assert rows(export)[1_000] == ["1000", '{"user 1000": 1}']


@pytest.mark.parametrize(("content", "expected"), [
    (b"[]", "its list has no object with something in it. Export it again."),
    (b"[1, 2]", "its list has no object with something in it. Export it again."),
    (b'{"a": 1}', f"this JSON has no list of objects, one for each comment. {JSONL}"),
    (b'{"q": [{"a": 1}], "r": [{"a": 1}]}',
     "it has several lists of objects: q, r. Give a file with one of them, as an array."),
    (b'[{"a": 1}, {"a": ', f"the JSON is damaged. {EXPORT_AGAIN}"),
    (b'[{"a": 1}] x', f"the JSON is damaged. {EXPORT_AGAIN}"),
    (b"[" * 1_000_000, "its values are nested more than 100 deep."),
    (b'[{"a": ' + b"9" * 5000 + b"}]", "it has a number of more than a thousand digits."),
    (b"[{" + b",".join(b'"%d": 1' % n for n in range(16_385)) + b"}]",
     "its objects have more than 16,384 different keys, too many for columns."),
], ids=["empty", "numbers", "object", "two lists", "cut off", "more", "deep", "digits", "wide"])
def test_what_cannot_be_read_is_one_line(tmp_path, content, expected):
    path = write(tmp_path, content)
    assert refused(path) == f"{path}: {expected}"


def test_a_file_that_changes_while_it_is_read(tmp_path):
    path = write(tmp_path, [{"a": "x" * 50_000}] * 10)
    export = open_json(path)
    path.write_bytes(path.read_bytes()[:300_000])
    with pytest.raises(SourceError, match=r"^.*: the JSON is damaged after object 5\. Export it again, or write"):
        list(export.chunks(10))


def test_an_endless_object_is_refused_while_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("cx_text.sources.files.json_export.MAX_OBJECT", 1_000_000)
    path = write(tmp_path, [{"a": "x" * 600_000}] * 5)
    assert open_json(path).n_rows == 5
    path = write(tmp_path, [{"a": "x" * 1_600_000}])
    assert refused(path) == f"{path}: one of its objects is longer than 1 million characters."


def test_missing_numbers_as_python_writes_them_are_empty(tmp_path):
    found = [{"n": float("nan"), "text": ": NaN, and so on"}, {"n": float("-inf"), "text": 'a "quote": NaN, x'},
             {"n": float("inf"), "text": "\\"}]
    path = write(tmp_path, found)
    assert b"NaN" in path.read_bytes()
    assert rows(open_json(path)) == [[None, ": NaN, and so on"], [None, 'a "quote": NaN, x'], [None, "\\"]]
    path.write_text(json.dumps(found, indent=2))
    assert [row[0] for row in rows(open_json(path))] == [None] * 3


@pytest.mark.parametrize("n_before", range(0, 130, 7))
def test_missing_numbers_are_found_where_two_blocks_meet(n_before):
    text = '[{"a": "' + "x" * n_before + '", "n": NaN, "m":-Infinity}]'
    source, found = _Utf8(io.StringIO(text), "x"), b""
    while block := source.read(65):
        found += block
    assert found.decode() == text.replace("NaN", "null").replace(":-Infinity", ": null")


def test_other_bare_words_are_one_line(tmp_path):
    path = write(tmp_path, b'[{"a": [NaN]}]')
    assert refused(path) == f"{path}: the JSON is damaged. {EXPORT_AGAIN}"
