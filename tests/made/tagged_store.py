"""A small store that was read with fakes, for tests of pages about comments and themes."""

from pathlib import Path

from store_rows import answer, import_rows, write_export

from cx_text.config import load_recipe
from cx_text.retagging import retag
from cx_text.testing import FakeEmbedder, FakeModels

RECIPE = load_recipe("nps_survey")
MODELS = FakeModels(RECIPE)
SAID = ["app is slow but staff are kind", "app is slow today", "app is great now", "price is bad", "price is good",
        "price is awful but app is fast", "staff are rude. staff are slow", "staff are kind"]
# What a page must show as text, whatever else reads it.
PAYLOADS = ["<script>alert(1)</script> app is slow", "<img src=x onerror=alert(2)> price is bad but app is great",
            "=cmd|' /C calc'!A0 app is slow", "{{ 1371*1371 }}{% raw %} price is bad",
            "'; DROP TABLE comments;-- app is slow",
            "</p></main><style>*{display:none}</style> staff are rude", "app is bad &lt;b&gt; &amp;"]


def fill(store, folder: Path, said=(), n=40):
    """Import made comments, those of `said` first, and read them with fakes."""
    words = [*said, *(f"{SAID[k % len(SAID)]} {'x' * (k // len(SAID))}" for k in range(n))]
    rows = [answer(k, text, score=k % 11, day=1 + k % 28, customer=f"c-{k % 30}") for k, text in enumerate(words)]
    import_rows(store, write_export(folder / "export.csv", rows))
    retag(store, recipe=RECIPE, models=MODELS)


def with_fakes(browser):
    """Let the application of a browser compare meanings with the fake embedder."""
    browser.app.state.embedder = FakeEmbedder()
    return browser
