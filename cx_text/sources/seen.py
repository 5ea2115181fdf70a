"""What a reader remembers of earlier rows to find duplicates: 8 bytes and a row number each, whatever their length."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from hashlib import blake2b


class SeenRows:
    """Rows by the digest of what makes them the same; about 150 bytes a row.

    With 64 bits, two different rows among a million share a digest once in 37 million exports.
    """

    def __init__(self) -> None:
        self._rows: dict[int, Hashable] = {}

    def earlier(self, key: int) -> Hashable | None:
        """Return the row that was remembered under a key."""
        return self._rows.get(key)

    def remember(self, key: int, row: Hashable) -> None:
        """Remember a row, unless an earlier one has its key."""
        self._rows.setdefault(key, row)


def digest(parts: Sequence[str | None], *, kind: str) -> int:
    """Return 64 bits that stand for some texts in their order; None and "" are the same."""
    return int.from_bytes(blake2b(_joined(parts), digest_size=8, person=kind.encode()).digest(), "big")


def hex_digest(parts: Sequence[str | None]) -> str:
    """Return 12 hexadecimal digits that stand for some texts in their order."""
    return blake2b(_joined(parts), digest_size=6).hexdigest()


def _joined(parts: Sequence[str | None]) -> bytes:
    # Lengths keep ("ab", "c") apart from ("a", "bc"); tables may hold halves of characters, which plain UTF-8 refuses.
    return "".join(f"{len(part or '')}:{part or ''}" for part in parts).encode("utf-8", "surrogatepass")
