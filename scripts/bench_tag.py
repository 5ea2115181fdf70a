"""Speed and peak memory of the whole `tag` beside a naive polarity loop and the encoder alone, in one run.

    python scripts/bench_tag.py [--comments 2000] [--rounds 3]

Each way runs in a process of its own, in turn, so that all see the same machine; times are from the start of the
process to its end, imports and loading included, and again for the reading alone. The median round is printed.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time

from example_rows import varied_rows

VERBATIM = "What is the main reason for your score?"
WAYS = {
    "tag": "`cx_text.tag`: personal data, clauses, polarity, themes, NPS link",
    "naive": "naive loop: `pipeline(\"text-classification\")`, one by one, float32",
    "encoder": "our encoder alone, polarity only, default settings",
}


def read_all(way: str, n_comments: int) -> float:
    """Run one way over the comments and return the seconds that the reading took, without imports and loading."""
    rows = varied_rows(n_comments * 5 // 4)
    rows = rows[rows[VERBATIM].str.split().str.len() > 1].head(n_comments)
    texts = rows[VERBATIM].tolist()
    if way == "tag":
        import cx_text

        began = time.perf_counter()
        cx_text.tag(rows)
    elif way == "naive":
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

        from cx_text.config import load_card

        folder = load_card("cx-polarity-en").weights()  # type: ignore[union-attr]
        read = pipeline("text-classification", tokenizer=AutoTokenizer.from_pretrained(folder),
                        model=AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32),
                        truncation=True, max_length=256, device="cpu")
        began = time.perf_counter()
        for text in texts:
            read(text)
    else:
        import cx_text

        model = cx_text.load_polarity_model()
        model.predict(["warm"])
        began = time.perf_counter()
        model.predict(texts)
    return time.perf_counter() - began


def measure(way: str, n_comments: int) -> dict[str, float]:
    """Run one way in a process of its own and return seconds in all, seconds reading, and peak memory in MB."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, __file__, "--way", way, "--comments", str(n_comments)],
                          capture_output=True, text=True, check=True)
    return {"all": time.perf_counter() - began, **json.loads(done.stdout.splitlines()[-1])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comments", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        seconds = read_all(given.way, given.comments)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"reading": seconds, "peak": peak}))
        return
    rounds = [{way: measure(way, given.comments) for way in WAYS} for _ in range(given.rounds)]
    naive = statistics.median(r["naive"]["all"] for r in rounds)
    print(f"{given.comments:,} comments, median of {given.rounds} rounds\n")
    print("| | comments/s, all | comments/s, reading | seconds in all | time against naive | peak MB |")
    print("|---|---|---|---|---|---|")
    for way, name in WAYS.items():
        total, reading, peak = (statistics.median(r[way][k] for r in rounds) for k in ("all", "reading", "peak"))
        print(f"| {name} | {given.comments / total:.0f} | {given.comments / reading:.0f} | {total:.1f} "
              f"| {total / naive:.2f} | {peak:.0f} |")


if __name__ == "__main__":
    main()
