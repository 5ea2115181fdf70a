"""A forum's feed in RSS 2.0: https://www.rssboard.org/rss-specification; content:encoded of RDF Site Summary 1.0."""

import html
from email.utils import format_datetime
from xml.sax.saxutils import escape

from made.platforms.base import Answer, Asked, FakePlatform, Post, iso

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
     xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Brindle Forum</title><link>https://forum.example.com/</link>
<description>What members say</description><language>en-gb</language><generator>Forum 4.2</generator>
<atom:link href="https://forum.example.com/posts.rss" rel="self" type="application/rss+xml"/>
"""
ITEM = """<item><link>https://forum.example.com/t/{id}</link>
<guid isPermaLink="false">forum.example.com-post-{id}</guid>
<pubDate>{made}</pubDate><atom:updated>{changed}</atom:updated><dc:creator>{author}</dc:creator>
<category>deliveries</category><content:encoded>{words}</content:encoded>
<enclosure url="https://forum.example.com/a.png" length="100" type="image/png"/></item>
"""


class FakeFeed(FakePlatform):
    platform = "feed"
    has_removals = keeps_all = wants_secret = False
    n_kept = 500  # of the newest entries

    @property
    def entry(self):
        return {"platform": "feed", "urls": [f"{self.url}/posts.rss"]}

    def new_id(self, k):
        return f"forum.example.com-post-{1000 + k}"

    def expected(self, post):
        return {**super().expected(post), "url": f"https://forum.example.com/t/{self._number(post)}",
                "segments": {"feed": "Brindle Forum"}}

    def answer(self, asked: Asked) -> Answer:
        if asked.path != "/posts.rss":
            return Answer("<html><body>Not here</body></html>", 404)
        items = "".join(self.item(post) for post in self.newest_first()[:self.n_kept])
        return Answer(f"{HEAD}{items}</channel></rss>")

    @staticmethod
    def _number(post: Post):
        return post.id.rpartition("-")[2]

    def item(self, post: Post):
        words = f"<p>{html.escape(post.words)}</p>".replace("\n", "<br />\n")
        return ITEM.format(id=self._number(post), author=post.author, words=escape(words),
                           made=format_datetime(post.created_at, usegmt=True), changed=iso(post.changed_at))
