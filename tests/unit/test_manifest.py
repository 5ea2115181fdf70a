"""What a run says of the files that it was made from."""

import hashlib

from cx_text.manifest import file_facts


def test_one_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id\n1\n")
    assert file_facts({"a.csv": path}, {"format": "CSV"}, title="a.csv") == {
        "name": "a.csv", "n_bytes": 5, "sha256": hashlib.sha256(b"id\n1\n").hexdigest(), "format": "CSV"}


def test_several_files_and_one_digest_over_all(tmp_path, monkeypatch):
    monkeypatch.setattr("cx_text.manifest._MOST_LISTED", 2)
    files = {f"{name}.csv": tmp_path / f"{name}.csv" for name in "abc"}
    for number, path in enumerate(files.values()):
        path.write_bytes(b"x" * number)
    found = file_facts(files, {"format": "CSV"}, title="a.csv and 2 more files")
    digests = [hashlib.sha256(b"x" * number).hexdigest() for number in range(3)]
    lines = "".join(f"{digest}  {name}.csv\n" for digest, name in zip(digests, "abc", strict=True))
    assert found == {
        "name": "a.csv and 2 more files", "n_files": 3, "n_bytes": 3,
        "sha256": hashlib.sha256(lines.encode()).hexdigest(),
        "file_list": [{"name": "a.csv", "n_bytes": 0, "sha256": digests[0]},
                      {"name": "b.csv", "n_bytes": 1, "sha256": digests[1]}], "format": "CSV"}
