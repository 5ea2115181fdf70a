"""CSV exports that hurt, as people have them."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx_text.errors import SourceError
from cx_text.sources.base import BrokenRow, Chunk
from cx_text.sources.files.csv_export import open_csv

UNICODE = "id,comment\n1,Très bon 👍🏽\n2,שירות מצוין\n3,とても良い\n"


def write(folder: Path, text: str, encoding: str = "utf-8", name: str = "survey.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def read(path: Path, n_rows: int = 1000) -> tuple[list[list[str | None]], list[BrokenRow]]:
    chunks = list(open_csv(path).chunks(n_rows))
    return [row for chunk in chunks for row in chunk.rows.values.tolist()], [b for c in chunks for b in c.broken]


def only_chunk(path: Path) -> Chunk:
    [chunk] = open_csv(path).chunks(1000)
    return chunk


@pytest.mark.parametrize(("encoding", "mark", "said"), [
    ("utf-8", "", "utf-8"), ("utf-8-sig", "", "utf-8-sig"), ("utf-16", "", "utf-16"),
    ("utf-16-le", "\ufeff", "utf-16"), ("utf-16-be", "\ufeff", "utf-16"), ("utf-32", "", "utf-32"),
])
def test_unicode_in_any_form_reads_the_same(tmp_path, encoding, mark, said):
    export = open_csv(write(tmp_path, mark + UNICODE, encoding))
    assert export.columns == ("id", "comment")
    assert export.facts["encoding"] == said
    assert [c.rows["comment"].tolist() for c in export.chunks(10)] == [["Très bon 👍🏽", "שירות מצוין", "とても良い"]]


@pytest.mark.parametrize(("encoding", "said"), [("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be")])
def test_utf16_without_its_mark(tmp_path, encoding, said):
    path = write(tmp_path, "id,comment\n" + "1,It was great\n" * 20, encoding)
    assert open_csv(path).facts["encoding"] == said
    assert read(path)[0][0] == ["1", "It was great"]


@pytest.mark.parametrize(("encoding", "comment", "said"), [
    ("cp1252", "Très bon café – “parfait” £5", "cp1252 (guessed)"),
    ("cp1251", "Очень хорошее приложение, спасибо большое вам всем", "cp1251 (guessed)"),
    ("cp932", "とても良いサービスでした。ありがとうございます", "cp932 (guessed)"),
])
def test_encodings_of_old_are_guessed_and_said(tmp_path, encoding, comment, said):
    path = write(tmp_path, "id;comment\n" + f'1;"{comment}"\n' * 5, encoding)
    assert open_csv(path).facts["encoding"] == said
    assert read(path)[0][0] == ["1", comment]


def test_a_few_broken_bytes_do_not_change_the_encoding(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_bytes(b"id,comment\n" + "1,Très très très très très bon\n".encode() * 10 + b"2,caf\xe9\n")
    assert open_csv(path).facts["encoding"] == "utf-8, 1 unreadable bytes show as \ufffd"
    assert read(path)[0][-1] == ["2", "caf\ufffd"]


def test_nul_characters_are_left_out_and_said(tmp_path):
    path = write(tmp_path, "id,comment\n1,go\0od\n2,fine and all well here, really nothing to say about any of it")
    path.write_text(path.read_text() + " at all" * 20 + "\n")
    export = open_csv(path)
    assert export.facts["encoding"] == "utf-8, 1 NUL characters left out"
    assert read(path)[0][0] == ["1", "good"]


@pytest.mark.parametrize(("separator", "said"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_separators_are_told_with_quotes_respected(tmp_path, separator, said):
    rows = [["id", "comment", "score"], ["1", "Good, cheap; fast | nice\tand, and, and", "9"], ["2", "Bad, slow", "1"]]
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    path = write(tmp_path, out.getvalue())
    assert open_csv(path).facts["separator"] == said
    assert read(path)[0] == rows[1:]


def test_one_column_with_commas_in_it_stays_one_column(tmp_path):
    path = write(tmp_path, 'comment\nGood, cheap, and fast\n"Bad, and "" slow"\n5" too short, really\n')
    assert open_csv(path).facts["separator"] == "none, one column"
    assert read(path)[0] == [["Good, cheap, and fast"], ['Bad, and " slow'], ['5" too short, really']]


def test_excels_hint_names_the_separator(tmp_path):
    path = write(tmp_path, "sep=;\nid;comment\n1;a, b, c\n")
    assert only_chunk(path).rows.to_dict("index") == {3: {"id": "1", "comment": "a, b, c"}}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_quoted_line_ends_and_mixed_ones(tmp_path, line_end):
    text = f'id,comment{line_end}1,"first\nsecond\r\nthird, ""quoted"""{line_end}\n2,plain{line_end}'
    rows = only_chunk(write(tmp_path, text)).rows
    assert rows["comment"].tolist() == ['first\nsecond\r\nthird, "quoted"', "plain"]
    assert rows.index[0] == 2  # records are counted, not lines


def test_text_is_kept_as_it_is_and_empty_is_none(tmp_path):
    rows = only_chunk(write(tmp_path, 'id,comment,score\n007, NA ,null\n1,"",\n')).rows
    assert rows.values.tolist() == [["007", " NA ", "null"], ["1", None, None]]
    assert {str(dtype) for dtype in rows.dtypes} == {"object"}


def test_names_are_made_unique(tmp_path):
    path = write(tmp_path, "name,name,,name (2),name, \n1,2,3,4,5,6\n")
    assert open_csv(path).columns == ("name", "name (3)", "column 3", "name (2)", "name (4)", "column 6")


def test_ragged_rows(tmp_path):
    path = write(tmp_path, "id,comment,score\n1,short\n2,fits,9\n3,too,many,cells\n4,trailing,9,,\n\n,,\n5,ok,1\n"
                           "id,comment,score\n6,end,2\n")
    export = open_csv(path)
    rows, broken = read(path)
    assert rows == [["1", "short", None], ["2", "fits", "9"], ["4", "trailing", "9"], ["5", "ok", "1"],
                    ["6", "end", "2"]]
    assert broken == [BrokenRow(4, "it has 4 cells where the header has 3"), BrokenRow(9, "it is the header again")]
    assert export.n_rows == 7
    assert export.facts["empty rows"] == "2 left out"
    assert export.facts["short rows"] == "1, whose missing cells are taken as empty"
    assert only_chunk(path).rows.index.tolist() == [2, 3, 5, 8, 10]


def test_a_cell_of_a_megabyte(tmp_path):
    long = "very long " * 120_000
    assert read(write(tmp_path, f"id,comment\n1,{long}\n2,ok\n"))[0] == [["1", long], ["2", "ok"]]


def test_quotes_that_were_not_doubled_are_read(tmp_path):
    path = write(tmp_path, 'id,comment,score\n1,"He said "hi" to me, twice",5\n2,it is 5" long,6\n3,"ok",7\n')
    assert read(path) == ([["1", 'He said "hi" to me, twice', "5"], ["2", 'it is 5" long', "6"], ["3", "ok", "7"]], [])


def test_an_open_quote_costs_its_own_row_only(tmp_path):
    path = write(tmp_path, 'id,comment,score\n1,"oops,9\n2,"fine",8\n3,"also\nfine",7\n')
    assert read(path) == ([["2", "fine", "8"], ["3", "also\nfine", "7"]],
                          [BrokenRow(2, 'a quote (") is not closed or not doubled')])


def test_an_open_quote_that_swallows_the_rest_is_one_line(tmp_path):
    path = write(tmp_path, 'id,comment\n1,good\n2,"oops\n3,bad\n4,ugly\n')
    with pytest.raises(SourceError) as raised:
        open_csv(path)
    assert str(raised.value) == (f'{path}: a quote (") opened in row 3 is never closed and swallows the 2 lines after '
                                 "it. Close the quote in row 3, or double it if it is part of the words.")


def test_a_file_cut_off_inside_a_quote(tmp_path):
    path = write(tmp_path, 'id,comment\n1,good\n2,"oops')
    with pytest.raises(SourceError) as raised:
        open_csv(path)
    assert str(raised.value) == (f'{path}: a quote (") opened in row 3, the last one, is never closed. '
                                 "Close the quote in row 3, or double it if it is part of the words.")


@pytest.mark.parametrize(("text", "message"), [
    ("id,comment\n", "there is a header and no row below it. Export it again."),
    ("id,comment\n,\n\n", "there is a header and no row below it. Export it again."),
    ("id,comment\n1,2,3\n4,5,6\n", "none of its rows can be read; row 2: it has 3 cells where the header has 2. "
                                   "Check its separators and quotes."),
    ('id,"com"ment,x"y\n1,2\n', "the header, row 1, cannot be read: a quote (\") is not closed or not doubled."),
    (",,\n" * 3, "there is no header: every line is blank."),
    (",".join("abcdefgh" * 2500) + "\n1\n", "the header has 20,000 columns; at most 16,384 can be read."),
], ids=["header only", "header and blanks", "all ragged", "broken header", "no header", "too many columns"])
def test_files_without_rows_say_so(tmp_path, text, message):
    path = write(tmp_path, text)
    with pytest.raises(SourceError) as raised:
        open_csv(path)
    assert str(raised.value) == f"{path}: {message}"


def test_chunks_are_bounded_and_start_again(tmp_path):
    export = open_csv(write(tmp_path, "id,comment\n" + "".join(f"{n},text\n" for n in range(10))))
    for _ in range(2):
        assert [c.rows["id"].tolist() for c in export.chunks(4)] == [list("0123"), list("4567"), list("89")]
    with pytest.raises(ValueError, match="n_rows must be at least 1, not 0"):
        list(export.chunks(0))


cell = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=8))
def test_what_a_csv_writer_wrote_is_read_again(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "survey.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("id", "comment", "score"), ("0", "first row", "1"), *rows])
    filled = [["0", "first row", "1"], *([c or None for c in row] for row in rows if any(row))]
    assert read(path) == ([row for row in filled if row != ["id", "comment", "score"]], [])


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from('a,;"\n\r\t'), max_size=60))
def test_no_line_is_lost_whatever_the_quotes(tmp_path_factory, text):
    """Every letter of a file shows in a row that was read, or its row is named as broken, or the file is refused."""
    path = tmp_path_factory.mktemp("csv") / "survey.csv"
    path.write_text(f"x,y\n1,2\n{text}\n", newline="")
    try:
        rows, broken = read(path)
    except SourceError:
        return
    n_letters = sum((cell or "").count("a") for row in rows for cell in row)
    assert n_letters <= text.count("a")
    assert broken or n_letters == text.count("a")


def test_the_separator_is_told_where_the_first_row_is_a_megabyte(tmp_path):
    csv.field_size_limit(131_072)  # Python's own, as in a fresh process
    export = open_csv(write(tmp_path, f"id;comment\n1;{'slow ' * 200_000}\n2;fine\n"))
    assert (export.columns, export.facts["separator"]) == (("id", "comment"), "semicolon")
