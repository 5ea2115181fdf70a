"""Any bytes: an export is read with a ledger that adds up, or refused in one line; never a traceback.

300 cases here; `CX_TEXT_FUZZ=10000` runs as many as that.
"""

import os
import random
from pathlib import Path

import pytest

from cx_text.errors import CxTextError
from cx_text.inspection import inspect_export
from cx_text.sources.files.opening import open_export

ROOT = Path(__file__).parents[1]
EXPORTS = sorted([*(p for p in (ROOT / "fixtures" / "exports").glob("*.*") if p.suffix != ".md"),
                  ROOT.parent / "examples" / "nps_export.csv"])
N_CASES = int(os.environ.get("CX_TEXT_FUZZ", "300"))
UGLY = (b"\x00", b'"', b"'", b",", b";", b"\t", b"\r", b"\n", b"\r\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3\x28",
        b"=1+1", b"{", b"}", b"[", b"]", b"\\u0000", b"&#0;", b"<script>", "\u202e".encode(),
        "\u200b".encode(), b"1e309", b"-1",
        b"\x1f\x8b\x08", b"PK\x03\x04", b"NaN", b"null", b",,,,,,,,,,,,", b'""', b"99999999999999999999", b"0000-00-00")


def mutated(data, rng):
    """Return bytes with one to four things done to them that happen to files, or that people do."""
    for _ in range(rng.randint(1, 4)):
        at, other = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
        what = rng.randrange(8)
        if what == 0:
            data = data[:at]  # cut off in the middle
        elif what == 1:
            data = data[:at] + data[min(other, at + 200):]
        elif what == 2:
            data = data[:at] + rng.choice(UGLY) + data[at:]
        elif what == 3:
            data = data[:at] + rng.choice(UGLY) * rng.randint(2, 50) + data[at:]
        elif what == 4:
            data = data + data[at:other]
        elif what == 5:
            data = data.replace(rng.choice(UGLY), rng.choice(UGLY), rng.randint(1, 20))
        elif what == 6:
            data = bytes(b ^ (1 << rng.randrange(8)) if rng.random() < 0.002 else b for b in data)
        else:
            lines = data.splitlines(keepends=True)
            rng.shuffle(lines)
            data = b"".join(lines)
        if not data:
            break
    return data


@pytest.mark.parametrize("path", EXPORTS, ids=lambda p: p.name)
def test_what_is_whole_is_read_whole(path):
    found = inspect_export(open_export(path))
    assert {sum(outcomes.values()) for outcomes in found.outcomes.values()} == {found.n_rows}
    assert found.preview


def test_whatever_happens_to_a_file_it_is_read_or_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    n_read, refused = 0, []
    for case in range(N_CASES):
        rng = random.Random(case)
        source = rng.choice(EXPORTS)
        path = tmp_path / f"export{source.suffix}"
        path.write_bytes(mutated(source.read_bytes()[:200_000], rng))
        try:
            found = inspect_export(open_export(path))
        except CxTextError as error:
            refused.append((case, source.name, str(error)))
            continue
        n_read += 1
        for outcomes in found.outcomes.values():
            assert sum(outcomes.values()) == found.n_rows, (case, source.name)
            assert min(outcomes.values(), default=0) >= 0, (case, source.name)
    assert [case for case in refused if "\n" in case[2]] == []
    assert n_read > N_CASES / 4  # most of it is read, or the test would say little
