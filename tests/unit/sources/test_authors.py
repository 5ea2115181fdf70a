"""Names of nobody are no customers."""

import pytest

from cx_text.sources.authors import known_author


@pytest.mark.parametrize(("key", "is_known"), [
    ("ann@example.com", True), ("c-0", True), ("Guest House Leeds", True), ("A Google user", False),
    (" Anonymous ", False), ("N/A", False), ("[deleted]", False), (None, False),
])
def test_who_is_somebody(key, is_known):
    assert known_author(key) == (key if is_known else None)
