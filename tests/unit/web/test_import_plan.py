"""The plan of an upload: what the doctor says, what a person changes, and what cannot be so."""

import io
import zipfile

import openpyxl
import pytest
from store_rows import answer, write_export

from cx_text.errors import SourceError
from cx_text.importing import import_export
from cx_text.sources.rows import Outcome
from cx_text.store.opening import open_store
from cx_text.store.tables import imports
from cx_text.testing import FakePii
from cx_text.web.import_plan import NO_ROLE, Wanted, plan_upload
from cx_text.web.uploads import Uploads


@pytest.fixture(autouse=True)
def settings_of_nobody(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))


@pytest.fixture
def uploads():
    opened = Uploads()
    yield opened
    opened.close()


@pytest.fixture
def survey_bytes(tmp_path):
    rows = [answer(n, f"Sarah said the app is slow for the {n}th time", score=n % 11) for n in range(40)]
    return write_export(tmp_path / "survey.csv", [*rows, answer(99, "Fine by me", score="many")]).read_bytes()


def upload(uploads, *files):
    return uploads.keep([(name, io.BytesIO(content)) for name, content in files], by="ann")


def plan(one, **wanted):
    return plan_upload(one, Wanted(**wanted), finder=FakePii())


def roles(found):
    return {column.name: column.role for column in found.columns}


def workbook(**sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def test_the_doctor_says_what_each_column_is_and_shows_masked_values(uploads, survey_bytes):
    found = plan(upload(uploads, ("march.csv", survey_bytes)))
    assert roles(found) == {"Response ID": "id", "Submitted at": "received_at", "Score": "nps_score",
                            "Why?": "verbatim", "Plan": NO_ROLE, "Customer": "customer"}
    words, customer = found.columns[3], found.columns[5]
    assert words.samples == ("<NAME_1> said the app is slow for the 0th time",
                             "<NAME_1> said the app is slow for the 1th time")
    assert customer.samples == ()
    assert (found.n_rows, found.is_cut, found.problem, found.options) == (41, False, "", {})
    assert found.outcomes == {"Why?": {Outcome.ANALYSED: 40, Outcome.REJECTED: 1}}
    assert [row for row, _ in found.faults] == ["42"]
    assert found.preview[1] == ("1", "2026-03-01", "Why?", "<NAME_1> said the app is slow for the 1th time")


def test_a_changed_role_is_read_so_and_the_others_stay(uploads, survey_bytes, tmp_path):
    one = upload(uploads, ("march.csv", survey_bytes))
    found = plan(one, roles=((4, "segments"), (0, NO_ROLE)))
    assert roles(found) == {"Response ID": NO_ROLE, "Submitted at": "received_at", "Score": "nps_score",
                            "Why?": "verbatim", "Plan": "segments", "Customer": "customer"}
    assert [(column.name, column.because) for column in found.columns if column.is_changed] == [
        ("Response ID", "as you said"), ("Plan", "as you said")]
    assert found.columns[3].confidence == plan(one).columns[3].confidence, "of the doctor's own guess"
    with open_store(tmp_path / "store", create=True) as store:
        import_export(store, one.paths[0], names=one.names, redact=False, **found.options)
        with store.reading() as connection:
            done = connection.execute(imports.select()).one()
    assert (done.plan["id"], done.plan["segments"], done.plan["nps_score"]) == (None, ["Plan"], "Score")
    assert done.file_name == "march.csv"


@pytest.mark.parametrize(("wanted", "problem"), [
    ({"roles": ((3, NO_ROLE),)}, "no column holds the customers’ words. Choose “customers’ words” for one."),
    ({"roles": ((0, "received_at"),)}, "two columns are “date”: 'Response ID' and 'Submitted at'. Choose another role "
                                       "for one of them."),
    ({"roles": ((2, "rating"), (4, "nps_score"))},
     "march.csv: column 'Plan' does not hold scores from 0 to 10: 41 of 41 values are words (such as 'Plus'). Name "
     "another column with the role “NPS score, 0 to 10”."),
    ({"scale": "many"}, "the rating scale 'many' is not two whole numbers, the lower first. Write it as 1-5."),
])
def test_what_cannot_be_is_said_beside_what_was_chosen(uploads, survey_bytes, wanted, problem):
    found = plan(upload(uploads, ("march.csv", survey_bytes)), **wanted)
    assert found.problem == problem
    for place, role in wanted.get("roles", ()):
        assert found.columns[place].role == role


def test_a_file_without_words_shows_its_columns_and_a_person_says_where_they_are(uploads):
    one = upload(uploads, ("a.csv", b"When,Tag\n2026-03-01,slow\n2026-03-02,fast\n2026-03-03,slow\n"))
    found = plan(one)
    assert found.problem == ("a.csv: no column holds customers' words. Say which one with the role “customers’ words”; "
                             "the columns are: When, Tag.")
    assert roles(found) == {"When": NO_ROLE, "Tag": NO_ROLE}
    assert found.columns[1].samples == ("slow", "fast")
    chosen = plan(one, roles=((1, "verbatim"),))
    assert (chosen.problem, chosen.n_rows) == ("", 3)
    assert roles(chosen) == {"When": "received_at", "Tag": "verbatim"}
    assert chosen.options["verbatim"] == ["Tag"]


def test_a_workbook_with_three_sheets_lets_one_choose(uploads):
    header = ["Comment", "Score"]
    one = upload(uploads, ("book.xlsx", workbook(
        March=[header, *[[f"The app is slow for the {n}th time", n % 11] for n in range(12)]],
        April=[header, *[[f"Delivery was late for the {n}th time", n % 11] for n in range(7)]],
        Notes=[["Who", "What"], ["Ann", "Made this"]])))
    found = plan(one)
    assert (found.sheets, found.sheet, found.n_rows) == (("March", "April", "Notes"), "", 12)
    april = plan(one, sheet="April")
    assert (april.sheet, april.n_rows, april.options) == ("April", 7, {"sheet": "April"})
    assert plan(one, sheet="*").n_rows == 19
    with pytest.raises(SourceError) as error:
        plan(one, sheet="May")
    assert str(error.value) == ("book.xlsx: there is no sheet 'May'; did you mean 'March'? It has: March, April, "
                                "Notes. Choose one with the field “Sheet”.")


def test_a_zip_is_read_and_a_broken_file_is_one_line(uploads, survey_bytes):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("deep/survey.csv", survey_bytes)
    assert plan(upload(uploads, ("a.zip", packed.getvalue()))).n_rows == 41
    for name, content, said in (
            ("b.xlsx", workbook(a=[["x"], ["y"]])[:300], "b.xlsx: "), ("c.pdf", b"%PDF-1.7 x", "c.pdf: this is "),
            ("d.csv", b"", "d.csv: the file is empty. Export it again."),
            ("e", b"some words", "e: the file's name has no extension. ")):
        with pytest.raises(SourceError) as error:
            plan(upload(uploads, (name, content)))
        assert str(error.value).startswith(said)
        assert "/" not in str(error.value)


def test_several_files_are_one_table_with_a_column_that_names_them(uploads, survey_bytes):
    found = plan(upload(uploads, ("march.csv", survey_bytes), ("april.csv", survey_bytes)))
    assert (found.n_rows, found.columns[-1].name) == (82, "file")
    with pytest.raises(SourceError) as error:
        plan(upload(uploads, ("march.csv", survey_bytes), ("april.csv", b"Words\nIt was slow again today\n")))
    assert str(error.value).startswith("april.csv: it has other columns than march.csv: it lacks Response ID, ")


def test_the_same_is_looked_at_once(uploads, survey_bytes, monkeypatch):
    one = upload(uploads, ("march.csv", survey_bytes))
    first = plan(one)
    one.paths[0].write_bytes(b"")
    assert plan(one) is first
