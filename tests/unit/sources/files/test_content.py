"""What a file holds, told from its bytes."""

import gzip
import io
import tarfile
import zipfile

import pytest

from cx_text.sources.files.content import Content, content_of

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def zipped(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


def tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"))
    return out.getvalue()


@pytest.mark.parametrize(("content", "expected"), [
    (b"", Content.EMPTY),
    (b"a,b\n1,2\n", Content.TEXT),
    (b'{"a": 1}\n{"a": 2}\n', Content.JSONL),
    (b'{"a": 1}', Content.JSONL),
    (b'{"a": 1, "tags": [{"b": 1}]}', Content.JSONL),
    (b'{"a": 1, "items": [{"b": 1}]}', Content.JSON),
    (b'{"a": 1, "items": [{"b": 1}]}\n\n', Content.JSON),
    (b'{"a": 1, "items": [{"b": 1}]}\n{"a": 2}\n', Content.JSONL),
    (b'{"items": [{"b": "' + b"x" * 3_000_000 + b'"}]}', Content.JSON),
    (b'{"items": [{"b": "' + b"x" * 3_000_000 + b'"}]}\n{"a": 1}', Content.JSONL),
    (b'[{"a": 1}]', Content.JSON),
    (b'[\n  {"a": 1}]', Content.JSON),
    (b'{\n "a": []}', Content.JSON),
    ('[{"a": 1}]'.encode("utf-16"), Content.JSON),
    ('{"a": 1}\n{"a": 2}\n'.encode("utf-16"), Content.JSONL),
    ("a,b\n1,2\n".encode("utf-16"), Content.TEXT),
    (gzip.compress(b"a", mtime=0), Content.GZIP),
    (tar(), Content.ARCHIVE),
    (zipped(a_csv="a"), Content.ZIP),
    (b"PK\x03\x04" + bytes(100), Content.ZIP),
    (zipped(xl__workbook_xml="x"), Content.XLSX),
    (zipped(xl__workbook_bin="x"), Content.XLSB),
    (zipped(word__document_xml="x"), Content.WORD),
    (zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), Content.ODS),
    (zipped(mimetype="application/vnd.oasis.opendocument.text"), Content.OPEN_DOCUMENT),
    (zipped(mimetype="application/vnd.oasis").replace(b"PK\x01\x02", b"PK\x01\x03"), Content.ZIP),
    (OLD_OFFICE + "Workbook".encode("utf-16-le") + bytes(20), Content.XLS),
    (OLD_OFFICE + bytes(3_000_000) + "Book".encode("utf-16-le") + bytes(20), Content.XLS),
    (OLD_OFFICE + "EncryptedPackage".encode("utf-16-le") + bytes(20), Content.LOCKED),
    (OLD_OFFICE + "WordDocument".encode("utf-16-le") + bytes(20), Content.LOCKED),
])
def test_content(tmp_path, content, expected):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert content_of(path) is expected
