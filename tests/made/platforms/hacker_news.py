"""The search of Hacker News by Algolia: https://hn.algolia.com/api."""

import html
from datetime import UTC, datetime

from made.platforms.base import Answer, Asked, FakePlatform, Post, iso

MOST_HITS = 1000  # for one query, on all its pages


class FakeHackerNews(FakePlatform):
    platform = "hacker_news"
    brands = ("Brindlecart",)
    has_removals = wants_secret = False

    def new_id(self, k):
        return f"{47_000_000 + k}"

    def expected(self, post):
        return {**super().expected(post), "url": f"https://news.ycombinator.com/item?id={post.id}",
                "segments": {"kind": "comment"}}

    def answer(self, asked: Asked) -> Answer:
        if asked.path != "/api/v1/search_by_date" or asked.method != "GET":
            return Answer({"message": "Not found", "status": 404}, 404)
        n, limits = int(asked.params.get("hitsPerPage", 20)), asked.params.get("numericFilters", "")
        assert all(limit.startswith(("created_at_i>=", "created_at_i<=")) for limit in limits.split(",") if limit)
        bounds = {limit[12:14]: int(limit[14:]) for limit in limits.split(",") if limit}
        posts = [post for post in self.newest_first()
                 if bounds.get(">=", 0) <= int(post.created_at.timestamp()) <= bounds.get("<=", 9**12)]
        if asked.params.get("query") != '"Brindlecart"':
            posts = []
        start = int(asked.params.get("page", 0)) * n
        return Answer({"exhaustive": {"nbHits": False, "typo": False}, "exhaustiveNbHits": False,
                       "hits": [self.hit(post) for post in posts[start:start + n][:max(0, MOST_HITS - start)]],
                       "hitsPerPage": n, "nbHits": len(posts), "nbPages": -(-min(len(posts), MOST_HITS) // n),
                       "page": start // n, "params": asked.params.get("query", ""), "processingTimeMS": 4,
                       "query": asked.params.get("query", ""), "serverTimeMS": 5})

    def hit(self, post: Post):
        words = html.escape(post.words).replace("/", "&#x2F;").replace("\n", "<p>")
        at = int(post.created_at.timestamp())
        marked = {"value": words, "matchLevel": "full", "fullyHighlighted": False, "matchedWords": ["brindlecart"]}
        return {"_highlightResult": {"comment_text": marked, "author": {"value": post.author, "matchLevel": "none",
                                                                        "matchedWords": []}},
                "_tags": ["comment", f"author_{post.author}", "story_46999000"], "author": post.author, "children": [],
                "comment_text": words, "created_at": iso(post.created_at), "created_at_i": at, "num_comments": None,
                "objectID": post.id, "parent_id": 46999000, "points": None, "story_id": 46999000,
                "story_title": "Ask HN: Who delivers on time?", "story_url": None,
                "updated_at": iso(datetime.fromtimestamp(at + 90, UTC))}
