"""Fetch what is new at the app stores and review sites of a recipe into the store, and tag it.

    python scripts/collect_reviews.py pipelines/our_sources.toml --store feedback.sqlite3

It is `cx-text collect --kind reviews`, with its options; docs/sources.md has a page for each platform.
"""

from __future__ import annotations

import sys

from cx_text.cli.main import main

if __name__ == "__main__":
    sys.argv[1:] = ["collect", "--kind", "reviews", *sys.argv[1:]]
    main()
