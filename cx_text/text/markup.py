"""HTML to the words that a reader of the page would see."""

from __future__ import annotations

import html
import re

# Elements that begin and end a line.
_BLOCKS = frozenset(("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure",
                     "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
                     "pre", "section", "table", "td", "th", "tr", "ul"))
_UNSEEN = frozenset(("head", "noscript", "script", "style", "template", "title"))
# Neither crosses a "<", so that a megabyte of open tags takes linear time: html.parser takes minutes (Python 3.11).
_TAG = re.compile(r"""<(?:(/?)([a-zA-Z][\w:-]*+)(?:(?:"[^"<]*"|'[^'<]*'|[^<>"'])*+|[^<>]*+)|[!?][^<>]*+)>""")
_LINE = "\0"  # the end of a line, until all are joined: no words hold one
_BLANKS = re.compile(r"[ \t\r\n\f]+")
# Of no character, and with thousands of digits too long a number for Python.
_MOST_DIGITS = re.compile(r"&#(?:[0-9]{8,}+|[xX][0-9a-fA-F]{8,}+);?")


def unescaped(text: str) -> str:
    """Return a text with characters in the place of entities, and nothing in that of numbers of no character."""
    return html.unescape(_MOST_DIGITS.sub("", text))


def plain_text(markup: str) -> str:
    """Return the words of some HTML, one line for each paragraph, item or row; blanks as a browser shows them."""
    parts, unseen, at, n_kept = list[str](), "", 0, 0

    def add(words: str) -> None:
        if not unseen:
            words = unescaped(words).replace(_LINE, "")
            parts.append(words.replace("\n", _LINE) if n_kept else _BLANKS.sub(" ", words))

    seen = _without_comments(markup)
    for tag in _TAG.finditer(seen):
        add(seen[at:tag.start()])
        at, name, is_end = tag.end(), (tag[2] or "").lower(), bool(tag[1])
        if unseen:
            unseen = "" if is_end and name == unseen else unseen
        elif name in _UNSEEN:
            unseen = name if not is_end and not tag[0].endswith("/>") else ""
        elif name in _BLOCKS:
            parts.append(_LINE)
            n_kept = max(0, n_kept + (-1 if is_end else 1)) if name == "pre" else n_kept
    add(seen[at:])
    lines = (line.strip(" \t\r\n\f") for line in "".join(parts).split(_LINE))
    return "\n".join(line for line in lines if line)


def _without_comments(markup: str) -> str:
    first, *others = markup.split("<!--")
    return first + "".join(part.partition("-->")[2] for part in others)
