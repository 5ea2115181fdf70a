"""The manifest: what a run was made from, so that anyone can make it again."""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from cx_text.codeframe import Codeframe
from cx_text.results import RunTables
from cx_text.run import Run
from cx_text.sources.columns.plan import ColumnPlan

LIBRARIES = ("bertopic", "hdbscan", "lingua-language-detector", "numpy", "pandas", "scikit-learn", "spacy", "torch",
             "transformers", "umap-learn")
_MOST_LISTED = 100  # files, by name
TIMES = ("created_at", "seconds")  # the only keys in which two runs over the same input differ


def make_manifest(run: Run, input_facts: Mapping[str, Any], tables: RunTables, codeframe: Codeframe,
                  options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the run was made from: input, columns, recipe, models, seed, options, versions, and its counts."""
    given = {k: str(v) if k in ("rating_scale", "compare_at") else v for k, v in options.items()
             if v is not None and k not in ("progress", "codeframe", "recipe", "seed")}
    return {
        "made_by": "cx_text", "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - run.began, 1),
        "input": dict(input_facts),
        "columns": {"basis": tables.tally.basis, **plan_facts(run.reader.plan)},
        "options": given, "seed": run.seed,
        "recipe": run.recipe.model_dump(mode="json", exclude={"watch"}), "models": run.models.revisions(),
        "versions": {"cx_text": version("cx-text"), "python": platform.python_version(),
                     **{name: version(name) for name in LIBRARIES}},
        "processor": platform.machine(), "arithmetic": run.models.arithmetic(),
        "counts": {"rows": tables.n_rows, "ledger": tables.ledger_counts().to_dict(), "themes": len(codeframe.themes),
                   "masked": {kind.value: n for kind, n in run.redactor.counts.items()} if run.redactor else None},
        "codeframe": {"version": codeframe.version, "min_confidence": round(codeframe.min_confidence, 4),
                      **codeframe.made_by},
    }


def plan_facts(plan: ColumnPlan) -> dict[str, Any]:
    """Return which column has which role, and why."""
    return {"verbatims": list(plan.verbatims), "nps_score": plan.nps_score, "nps_options": list(plan.nps_options),
            "rating": plan.rating, "rating_scale": str(plan.rating_scale) if plan.rating_scale else None,
            "received_at": plan.received_at, "id": plan.id, "question": plan.question, "segments": list(plan.segments),
            "customer": plan.customer, "channel": plan.channel, "grades": list(plan.grades),
            "measures": [{"measure": m.measure, "column": m.column, "scale": str(m.scale) if m.scale else None}
                         for m in plan.measures], "reasons": dict(plan.reasons)}


def file_facts(files: Mapping[str, Path], facts: Mapping[str, str], *, title: str) -> dict[str, Any]:
    """Return the size in bytes and the SHA-256 of one file or several, and what was seen of their form.

    Of several, the size is that of all; the SHA-256 is that of a line "SHA-256, two spaces, name" for each, as
    `sha256sum` prints them. The first 100 are listed one by one.

    Args:
        files: The files by name, in the order in which they are read.
        facts: What was seen of them.
        title: What to call them.
    """
    each = []
    for name, path in files.items():
        with path.open("rb") as file:
            each.append({"name": name, "n_bytes": path.stat().st_size,
                         "sha256": hashlib.file_digest(file, "sha256").hexdigest()})
    if len(each) == 1:
        return {**each[0], **facts}
    lines = "".join(f"{file['sha256']}  {file['name']}\n" for file in each)
    return {"name": title, "n_files": len(each), "n_bytes": sum(path.stat().st_size for path in files.values()),
            "sha256": hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest(),
            "file_list": each[:_MOST_LISTED], **facts}


def frame_facts(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the size of a DataFrame and the SHA-256 of its index, columns and values as text."""
    digest = hashlib.sha256()
    for first in range(0, max(len(frame), 1), 10_000):
        digest.update(frame.iloc[first:first + 10_000].to_csv().encode("utf-8", "surrogatepass"))
    return {"name": "DataFrame", "n_rows": len(frame), "sha256": digest.hexdigest()}
