"""A page as a test reads it."""

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """The tags of a page, its text as a reader sees it, and whether the tags are closed in turn."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.words, self.is_nested = [], [], [], True
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        self.is_nested &= self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("style", "title"):
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]

    def after(self, heading):
        """Return the text from a heading on."""
        return self.text.partition(heading)[2]
