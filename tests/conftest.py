"""The only conftest: where the labelled sets are, and small tables that many tests read."""

import os
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def example_path():
    return ROOT / "examples" / "nps_export.csv"


@pytest.fixture
def survey():
    """Return 40 invented answers about four things, with scores; enough for a few themes."""
    said = {
        "Delivery was late again": 2, "My delivery came two hours late": 3, "The driver was late with my delivery": 4,
        "Late delivery for the third time": 1, "The app keeps crashing": 3, "App crashes when I pay": 2,
        "The app crashed at checkout": 1, "Crashing app on my phone": 4, "Friendly driver": 10,
        "The driver was so friendly and kind": 9, "Lovely friendly drivers": 10, "Kind and friendly driver": 9,
        "Too expensive": 6, "Prices are too high": 5, "The price went up again": 6, "High prices for what it is": 7,
    }
    rows = [(text + end, score) for end in ("", ".", "!") for text, score in said.items()][:40]
    return pd.DataFrame(rows, columns=["comment", "score"], index=[f"r{n}" for n in range(40)])


@pytest.fixture(scope="session")
def labelled_sets():
    """Return the folder of the labelled sets, which a test skips without."""
    folder = Path(os.environ.get("CX_TEXT_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "nhs_fft.jsonl.gz").exists():
        pytest.skip("no labelled sets here: set CX_TEXT_DATA to their folder")
    return folder
