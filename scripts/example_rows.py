"""More rows like those of examples/nps_export.csv, for measuring speed and memory. Invented like the example itself.

    python scripts/example_rows.py 100000 rows.csv

The command line writes that many rows into a file.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pandas as pd

EXAMPLE = Path(__file__).parents[1] / "examples" / "nps_export.csv"
SWAPS = {
    "driver": ("courier", "delivery man", "driver"), "delivery": ("drop-off", "delivery", "order"),
    "app": ("app", "mobile app", "website"), "order": ("order", "basket", "shop"), "late": ("late", "delayed", "slow"),
    "great": ("great", "superb", "brilliant"), "price": ("price", "cost"), "prices": ("prices", "costs"),
    "support": ("support", "customer service", "the help desk"), "refund": ("refund", "repayment", "credit"),
}
WORDS = ("Tuesday", "Friday", "Sunday morning", "last week", "in May", "for my mother", "at number 12", "as always")


def varied_rows(n_rows: int, seed: int = 0) -> pd.DataFrame:
    """Return rows with the example's columns: its rows over and over, with other ids, words and combinations.

    Every fourth answer is joined to another one, words are swapped for like ones and a tail is added, so that hardly
    any two answers are equal. The mess of the example (blanks, non-answers, other languages) keeps its share.
    """
    rng = random.Random(seed)
    example = pd.read_csv(EXAMPLE, dtype="str", keep_default_na=False).drop_duplicates("Response ID")
    words = "What is the main reason for your score?"
    records = example.to_dict("records")
    answers = [str(r[words]) for r in records if len(str(r[words]).split()) > 3]
    rows = []
    for number in range(n_rows):
        row = dict(records[number % len(records)])
        text = str(row[words])
        if len(text.split()) > 3:
            if rng.random() < 0.25:
                text = f"{text} {rng.choice(answers)}"
            text = " ".join(rng.choice(SWAPS.get(word, (word,))) for word in text.split(" "))
            text = f"{text} {rng.choice(WORDS)}" if rng.random() < 0.5 else f"{rng.choice(WORDS)}: {text}"
        row[words], row["Response ID"] = text, f"V-{number:07d}"
        rows.append(row)
    return pd.DataFrame(rows, columns=example.columns)


if __name__ == "__main__":
    varied_rows(int(sys.argv[1])).to_csv(sys.argv[2], index=False)
