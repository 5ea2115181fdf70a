"""Real survey answers written out in the shapes of several tools give the same comments from each."""

import csv
import gzip
import json

import openpyxl
import pandas as pd
import pytest
from labelled_data import rows

from cx_text.planning import plan_export
from cx_text.sources.rows import RowReader

HEADER = ("Response ID", "Recorded Date", "Overall rating in stars (1-5)", "Please tell us why you gave your answer")
N = 1500


@pytest.fixture(scope="module")
def answers(labelled_sets):
    """Return id, date, stars and words of the first answers that have a score."""
    scored = [row for row in rows(labelled_sets, "nhs_fft") if row["fft_score"] in (1, 2, 3, 4, 5)][:N]
    return [(f"R{k}", f"2026-{k % 12 + 1:02d}-{k % 28 + 1:02d}", str(6 - int(row["fft_score"])), row["text"] or "")
            for k, row in enumerate(scored)]


def as_csv(path, *records, delimiter=",", encoding="utf-8", above=""):
    with path.open("w", encoding=encoding, newline="") as file:
        file.write(above)
        csv.writer(file, delimiter=delimiter).writerows(records)
    return path


def as_workbook(path, *records):
    book = openpyxl.Workbook()
    for record in records:
        book.active.append([openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in record])
    book.save(path)
    return path


SHAPES = {
    "semicolons, with the mark of Excel": lambda folder, answers: as_csv(
        folder / "a.csv", HEADER, *answers, delimiter=";", encoding="utf-8-sig"),
    "tabs in UTF-16": lambda folder, answers: as_csv(folder / "b.tsv", HEADER, *answers, delimiter="\t",
                                                     encoding="utf-16"),
    "Qualtrics": lambda folder, answers: as_csv(
        folder / "c.csv", ("ResponseId", "RecordedDate", "Q1", "Q2"), HEADER,
        [json.dumps({"ImportId": name}) for name in ("_recordId", "recordedDate", "QID1", "QID2_TEXT")], *answers),
    "SurveyMonkey": lambda folder, answers: as_csv(
        folder / "d.csv", HEADER, ("", "", "Response", "Open-Ended Response"), *answers),
    "lines before the header": lambda folder, answers: as_csv(
        folder / "e.csv", HEADER, *answers, above="Report:,Answers\nFrom:,2026-01-01\n\n"),
    "workbook": lambda folder, answers: as_workbook(folder / "f.xlsx", HEADER, *answers),
    "JSON lines": lambda folder, answers: pd.DataFrame(answers, columns=HEADER).to_json(
        folder / "g.jsonl", orient="records", lines=True) or folder / "g.jsonl",
    "JSON, packed": lambda folder, answers: (folder / "h.json.gz").write_bytes(gzip.compress(json.dumps(
        {"results": [dict(zip(HEADER, answer, strict=True)) for answer in answers]}).encode()))
    and folder / "h.json.gz",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_comments(shape, answers, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    export, plan, _ = plan_export(SHAPES[shape](tmp_path, answers))
    reader = RowReader(plan, source="nhs")
    read = [comment for chunk in export.chunks(500) for comment in reader.read(chunk.rows, chunk.broken).comments]
    told = [(c.id, f"{c.received_at:%Y-%m-%d}", f"{c.rating:.0f}", " ".join(c.verbatim.split())) for c in read]
    assert told == [(f"nhs:{own}", at, stars, " ".join(words.split())) for own, at, stars, words in answers]
    assert {c.question for c in read} == {HEADER[3]}
