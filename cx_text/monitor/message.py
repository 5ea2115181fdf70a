"""A message to people: what it says, and how that reads as plain text, as HTML and as Markdown.

Words of customers and of themes are data from strangers. `harmless` takes out of them whatever a mail program or a chat
would act on, and each form escapes what is left. It is applied to every word of a message but its links.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

PICTURE = "chart.png"
_WIDTH = 760  # pixels of a page; the picture has two for each
_JOINERS = "\u200c\u200d"  # invisible, and part of how some scripts and emojis are written
_SCHEME = re.compile(r"(?<=\w):(?=//)|(?:(?<=\bmailto)|(?<=\btel)|(?<=\bsms)|(?<=\bjavascript)):(?=\S)", re.IGNORECASE)
_DOT = re.compile(r"(?<=[^\W_])\.(?=[^\W\d_]{2})")
_UNSEEN = ("Cc", "Cf", "Cs")  # Unicode's categories: controls, formats, halves of characters
_SIGNS = str.maketrans({"<": "‹", ">": "›", "@": "@\u200b"})
_MARKDOWN = re.compile(r"[\\`*~\[\]|]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w{1,32};)")  # "_" within a word means nothing
_BEGINNING = re.compile(r"(?:[-+=#]|\d{1,9}[.)])(?=[\s#]|$)")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Message:
    """What people are told.

    `lines` and `quotes` are one line each. `links`: words and address. `picture`: PNG. `is_good`: whether it is good
    news, None where it is neither.
    """

    title: str
    lines: tuple[str, ...]
    quotes: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    picture: bytes | None = None
    attachments: tuple[Attachment, ...] = ()
    is_good: bool | None = None

    def as_text(self) -> str:
        """Return what stands below the title, as plain text."""
        blocks = [[harmless(line) for line in self.lines], [f"“{harmless(quote)}”" for quote in self.quotes],
                  [f"{words}: {address}" for words, address in self.links]]
        return "\n\n".join("\n".join(block) for block in blocks if block)

    def as_html(self, picture: str | None = None) -> str:
        """Return what stands below the title, as HTML.

        Args:
            picture: The address of the picture; none is shown without it.
        """
        parts = [f"<p>{'<br>'.join(_html(harmless(line)) for line in self.lines)}</p>"]
        if picture is not None:
            parts.append(f'<p><img src="{html.escape(picture)}" alt="{_html(harmless(self.title))}" '
                         f'width="{_WIDTH}" style="max-width:100%;height:auto"></p>')
        parts += [f"<blockquote>“{_html(harmless(quote))}”</blockquote>" for quote in self.quotes]
        if self.links:
            links = (f'<a href="{html.escape(address)}">{_html(words)}</a>' for words, address in self.links)
            parts.append(f"<p>{'<br>'.join(links)}</p>")
        return "\n".join(parts)

    def as_markdown(self) -> str:
        """Return what stands below the title, as Markdown."""
        return "\n\n".join([*(markdown(line) for line in self.lines), *(f"“{markdown(q)}”" for q in self.quotes),
                            *(f"[{markdown(words)}]({address})" for words, address in self.links)])


def harmless(words: str) -> str:
    """Return words in one line in which nothing can be clicked, nobody is mentioned and nothing is hidden.

    Characters that control or are not seen go, those among them that turn the direction of reading. Addresses are
    written as example[.]com and https[:]//, "<" and ">" as "‹" and "›", and after "@" stands a blank without width.
    """
    seen = "".join(c for c in words if c.isspace() or c in _JOINERS or unicodedata.category(c) not in _UNSEEN)
    line = " ".join(seen.split()).translate(_SIGNS)
    return _DOT.sub("[.]", _SCHEME.sub("[:]", line))


def markdown(words: str) -> str:
    """Return harmless words that Markdown shows as they are."""
    escaped = _MARKDOWN.sub(lambda found: "\\" + found[0], harmless(words))
    if (found := _BEGINNING.match(escaped)) is not None:
        escaped = f"{escaped[:found.end() - 1]}\\{escaped[found.end() - 1:]}"
    return escaped


def _html(words: str) -> str:
    return html.escape(words)
