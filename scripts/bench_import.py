"""Peak memory and speed of reading a large export: duplicates, versions, channels and flags, without a model.

    python scripts/bench_import.py 2e9                        # CSV, JSONL and Parquet of 2 GB, one after the other
    python scripts/bench_import.py 1e8 --formats csv --folder /somewhere/large

Each file is made of invented words (seeded) with an id, a date, a customer, a channel, a score and a plan in each row
of 160 to 270 bytes, so that everything that is remembered of a row is. It is read in a process of its own through
`open_export` and `RowReader` in chunks of 2,000 rows, whose peak memory is printed with the rows a second; the file is
deleted afterwards.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path

CHUNK_ROWS = 2_000
COLUMNS = ("Response ID", "Submitted at", "Customer ID", "Channel", "Score", "Plan", "Comment")
CHANNELS, PLANS = ("App Store", "Google Play", "E-mail", "Web"), ("Basic", "Plus", "Family")
N_WORDS, LETTERS = 20_000, "etaoinshrdlucmfwypvbgkjqxz"
START = datetime(2024, 1, 1, tzinfo=UTC)
FORMATS = ("csv", "jsonl", "parquet")


def rows(seed: int = 0) -> Iterator[tuple[str, ...]]:
    """Give rows without end: one in a hundred repeats an earlier id, one in fifty an earlier customer's words."""
    rng = random.Random(seed)
    words = ["".join(rng.choices(LETTERS, k=rng.randint(2, 9))) for _ in range(N_WORDS)]
    often = list(accumulate(1 / k for k in range(1, N_WORDS + 1)))  # Zipf's law: it packs as well as reviews do
    number, before = 0, ("", "")
    while True:
        number += 1
        customer = f"C-{rng.randrange(1 << 30):09d}"
        comment = " ".join(rng.choices(words, cum_weights=often, k=rng.randint(8, 30)))
        if rng.random() < 0.02 and before[0]:
            customer, comment = before
        before = (customer, comment)
        own_id = rng.randrange(number) if rng.random() < 0.01 else number
        at = START + timedelta(seconds=7 * number)
        yield (f"R-{own_id:09d}", f"{at:%Y-%m-%d %H:%M:%S}", customer, rng.choice(CHANNELS), str(rng.randrange(11)),
               rng.choice(PLANS), comment)


def write_csv(path: Path, n_bytes: int) -> None:
    """Write a CSV file of about so many bytes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        made = rows()
        while file.tell() < n_bytes:
            writer.writerows(islice(made, CHUNK_ROWS))


def write_jsonl(path: Path, n_bytes: int) -> None:
    """Write a JSONL file of about so many bytes."""
    with path.open("w", encoding="utf-8") as file:
        made = rows()
        while file.tell() < n_bytes:
            file.writelines(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in islice(made, CHUNK_ROWS))


def write_parquet(path: Path, n_bytes: int) -> None:
    """Write a Parquet file of about so many bytes, compressed as pyarrow does it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    made = rows()
    with path.open("wb") as file, pq.ParquetWriter(file, schema) as writer:
        while file.tell() < n_bytes:
            some = zip(*islice(made, 50 * CHUNK_ROWS), strict=True)
            writer.write_table(pa.table(dict(zip(COLUMNS, map(list, some), strict=True)), schema=schema))


WRITERS: dict[str, Callable[[Path, int], None]] = {
    "csv": write_csv, "jsonl": write_jsonl, "parquet": write_parquet}


def read(path: Path) -> dict[str, float]:
    """Return rows, seconds, peak memory in bytes, and what became of the rows, after reading all of them."""
    from cx_text.sources.account import Account
    from cx_text.sources.columns.plan import plan_columns
    from cx_text.sources.files.opening import open_export
    from cx_text.sources.outcomes import Outcome
    from cx_text.sources.rows import RowReader

    began = time.perf_counter()
    export = open_export(path)
    reader = RowReader(plan_columns(next(iter(export.chunks(1_000))).rows, where=str(path)), source="bench")
    account = Account(reader, n_faults=10)
    for chunk in export.chunks(CHUNK_ROWS):
        batch = reader.read(chunk.rows, chunk.broken)
        account.add(batch, [Outcome.ANALYSED] * len(batch.comments))
    account.close()
    seconds = time.perf_counter() - began
    (outcomes,) = account.counts().values()
    return {"rows": sum(outcomes.values()), "seconds": seconds, "flagged": sum(reader.n_flagged.values()),
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            **{str(outcome): n for outcome, n in outcomes.items()}}


def main() -> None:
    """Make, read and delete a file of each format."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("n_bytes", type=float, help="size of each file")
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    parser.add_argument("--folder", help="where the files are made; default: the system's temporary folder")
    parser.add_argument("--keep", action="store_true", help="leave the files in the folder, and read those left there")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)  # what the child is told
    asked = parser.parse_args()
    if asked.keep and not asked.folder:
        parser.error("--keep needs --folder")
    if asked.read:
        print(json.dumps(read(asked.read)))
        return
    print("| format | file | rows | rows/s | peak memory | older versions | said in two channels |")
    print(7 * "|---" + "|")
    for name in asked.formats:
        with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
            path = Path(asked.folder if asked.keep else folder) / f"export-{asked.n_bytes:g}.{name}"
            if not path.exists():
                WRITERS[name](path, int(asked.n_bytes))
            child = subprocess.run([sys.executable, __file__, "0", "--read", path], check=True, capture_output=True,
                                   text=True)
            found = json.loads(child.stdout)
            print(f"| {name} | {path.stat().st_size / 1e9:.2f} GB | {found['rows']:,} | "
                  f"{found['rows'] / found['seconds']:,.0f} | {found['peak'] / 1e9:.2f} GB | "
                  f"{found['older_version']:,} | {found['duplicate']:,} |", flush=True)


if __name__ == "__main__":
    main()
