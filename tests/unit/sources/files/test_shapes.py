"""The shape of a table from its first records."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.errors import SourceError
from cx_text.sources.base import NOTED
from cx_text.sources.columns.plan import plan_columns
from cx_text.sources.columns.tools import folded, meanings, tool_of
from cx_text.sources.files.csv_export import open_csv
from cx_text.sources.files.shapes import read_shape

WIDE = ["Query Id", "Date", "Text"]
IDS = ["StartDate", "Status", "ResponseId", "Q1", "Q1"]
ASKED = ["Start Date", "Response Type", "Response ID", "How likely\n are you?", "Why?"]
IMPORT_IDS = ['{"ImportId":"startDate","timeZone":"Z"}', '{"ImportId":"status"}', '{"ImportId":"_recordId"}',
              '{"ImportId":"QID1"}', '{"ImportId":"QID2_TEXT"}']
DATA = ["2024-03-01", "0", "R_1", "9", "Quick"]


def shape(*records):
    return read_shape(records, where="x.csv")


@pytest.mark.parametrize(("records", "tool", "n_rows", "names"), [
    ((IDS, ASKED, IMPORT_IDS, DATA), "Qualtrics", 3, ("StartDate", "Status", "ResponseId", "Q1", "Q1 (2)")),
    ((IDS, ASKED, DATA), "Qualtrics", 2, ("StartDate", "Status", "ResponseId", "Q1", "Q1 (2)")),
    ((IDS, IMPORT_IDS, DATA), "Qualtrics", 2, ("StartDate", "Status", "ResponseId", "Q1", "Q1 (2)")),
    ((["V1", "V2", "V3", "Q1"], ["ResponseID", "IPAddress", "Status", "Why?"], DATA), "Qualtrics", 2,
     ("V1", "V2", "V3", "Q1")),
    ((IDS, DATA), None, 1, ("StartDate", "Status", "ResponseId", "Q1", "Q1 (2)")),
    ((["Why?", "And?", None, "Score"], ["Open-Ended Response", "A", "B", "Response"]), "SurveyMonkey", 2,
     ("Why?", "And?: A", "And?: B", "Score")),
    ((["Respondent ID", "Collector ID", "Score"], ["", "", "Response"]), "SurveyMonkey", 2,
     ("Respondent ID", "Collector ID", "Score")),
    ((["Respondent ID", "Collector ID", "Score"], ["1", "2", "9"]), "SurveyMonkey", 1,
     ("Respondent ID", "Collector ID", "Score")),
    ((["id", "kind", "text"], ["1", "Response", "good"]), None, 1, ("id", "kind", "text")),
    ((["", "text", "kind"], ["0", "good", "Response"]), None, 1, ("column 1", "text", "kind")),
])
def test_headers_of_several_rows(records, tool, n_rows, names):
    found = shape(*records)
    assert (found.tool, found.n_header_rows, found.names, found.n_preamble) == (tool, n_rows, names, 0)
    assert found.header == tuple(cell or "" for cell in records[0])


def test_wordings_are_those_of_their_columns_and_on_one_line():
    assert dict(shape(IDS, ASKED, IMPORT_IDS, DATA).wordings) == {
        "StartDate": "Start Date", "Status": "Response Type", "ResponseId": "Response ID",
        "Q1": "How likely are you?", "Q1 (2)": "Why?"}


@pytest.mark.parametrize(("records", "at"), [
    ((["Report:", "Mentions"], ["From:", "May"], [], WIDE, ["1", "2", "3"]), 3),
    ((["Report: Mentions"], ["From: May"], WIDE, ["1", "2", "3"]), 2),
    ((["NPS of Brindlecart", None, None], [None, "", " "], WIDE, ["1", "2", "3"]), 2),
    (([], [], WIDE, ["1", "2", "3"]), 2),
    ((["comment"], ["Good"], [], ["Bad", "and", "slow"], ["Fine"]), 0),  # a stray row of a table of one column
    ((["comment"], [], ["1", "2", "3"], ["1", "2", "3"]), 0),  # numbers name nothing
    ((["Report:", "Mentions"], ["From:", "May"]), 0),
    ((["Question:", "Answer:"], ["Fast: yes", "no"], ["Cheap: yes", "no"]), 0),
    ((["comment"], ["Good"], ["Bad", "and", "slow"], ["a", "b", "c"]), 0),  # nothing sets the lines above apart
])
def test_lines_above_the_header(records, at):
    assert shape(*records).n_preamble == at


def test_all_blank():
    with pytest.raises(SourceError) as raised:
        shape(["", None], [" "])
    assert str(raised.value) == "x.csv: there is no header: every line is blank."


word = st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=12).filter(str.strip)


@given(st.lists(word, min_size=1, max_size=6), st.lists(st.lists(word | st.just(""), max_size=6), max_size=6))
def test_a_plain_table_is_as_it_was(header, rows):
    found = shape(header, *rows)
    if found.n_preamble == 0:  # else the first record is a title
        assert (found.tool, found.n_header_rows, found.header) == (None, 1, tuple(header))
        assert (found.wordings, found.noted, found.facts) == ({}, {}, {})
    else:
        assert len(header) == 1


@pytest.mark.parametrize(("names", "tool"), [
    (["timestamp", "What could we do better?"], "Google Forms"), (["timestamp", "comment"], None),
    (["comment", "Timestamp", "What could we do better?"], None), ([], None),
    (["id", "start time", "completion time"], "Microsoft Forms"), (["dontcontact", "responded", "answer"], "AskNicely"),
    (["stars", "createdAt", "experiencedAt"], "Trustpilot"), (["id", "score", "comment", "created_at"], None),
])
def test_tools_are_told_by_columns_that_only_they_have(names, tool):
    assert tool_of(names)[0] == tool


def test_what_columns_of_a_tool_mean():
    assert meanings("Typeform", ["#", "Tags"]) == {"#": "Response ID"}
    assert meanings(None, ["#", "Tags"]) == {}
    assert folded(" Response_ID (UTC)") == "responseidutc"


@pytest.mark.parametrize("labels", ["Report:;Mentions\nTo:;May, June\n\n", "Report: Mentions\nTo: May, June\n",
                                    "Report: a, b\n;;\n"], ids=["cells", "lines", "one"])
def test_the_separator_is_told_below_the_preamble(tmp_path, labels):
    path = tmp_path / "mentions.csv"
    path.write_text(labels + 'Id;Date;Text\n1;2024-03-01;"Good, and ""cheap"""\n2;2024-03-02;Bad\n')
    export = open_csv(path)
    assert (export.columns, export.facts["separator"]) == (("Id", "Date", "Text"), "semicolon")
    [chunk] = export.chunks(10)
    n_lines = labels.count("\n")
    assert chunk.rows["Text"].to_dict() == {n_lines + 2: 'Good, and "cheap"', n_lines + 3: "Bad"}


def test_a_broken_row_below_a_header_is_named_as_before(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text('id,comment\n1,"oops\n2,"fine"\n3,good\n')
    [chunk] = open_csv(path).chunks(10)
    assert [broken.row for broken in chunk.broken] == [2]


def test_wordings_of_a_table_in_memory():
    rows = pd.DataFrame({"Q1": ["The driver was very kind to me"] * 2, "Q2": ["9", "10"]})
    rows.attrs[NOTED] = {"wordings": {"Q2": "Would you recommend us?"}}
    plan = plan_columns(rows, where="x")
    assert (plan.nps_score, plan.reasons["nps_score"]) == (
        "Q2", "'Q2' (Would you recommend us?) because its header says 'recommend' and 100 % of its values are whole "
              "numbers from 0 to 10")
