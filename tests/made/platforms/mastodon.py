"""Mastodon's API: https://docs.joinmastodon.org/methods/timelines/#tag, .../search/#v2, .../statuses/#index."""

import html
import json
from bisect import bisect_right
from itertools import islice

from made.platforms.base import Answer, Asked, FakePlatform, Post

TAG = "brindlecart"


class FakeMastodon(FakePlatform):
    """A server on which every post has the hashtag #brindlecart, behind its words."""

    platform = "mastodon"
    brands = ("Brindlecart",)
    secrets = {"MASTODON_TOKEN": "ZA-Yj3aBD8U8Cm7lKUp"}  # noqa: RUF012

    def __init__(self):
        super().__init__()
        self.is_old = False  # it cannot be asked for several posts
        self.more = {}  # id → other fields of its record

    def new_id(self, k):
        return f"{116_000_000_000_000_000 + (k << 20)}"

    def expected(self, post):
        return {**super().expected(post), "segments": {"language": "en"}, "url": _url(post)}

    def answer(self, asked: Asked) -> Answer:
        posts = self.newest_first("id")
        n = int(asked.params.get("limit", 20))
        assert n <= 40
        if asked.path == f"/api/v1/timelines/tag/{TAG}":
            before = asked.params.get("max_id")
            first = bisect_right(posts, -int(before), key=lambda post: -int(post.id)) if before else 0
            posts = list(islice((post for post in islice(posts, first, None) if not post.is_removed), n))
            return Answer(self.listed(posts), headers=self.links(posts, n))
        posts = [post for post in posts if not post.is_removed]
        if asked.path == "/api/v2/search":
            assert asked.params["type"] == "statuses"
            first = int(asked.params["offset"])
            posts = [post for post in posts if asked.params["q"].lower() in post.words.lower()][first:first + n]
            return Answer(f'{{"accounts": [], "statuses": {self.listed(posts)}, "hashtags": []}}')
        if asked.path == "/api/v1/statuses" and not self.is_old:
            ids = [value for name, value in asked.all_params if name == "id[]"]
            if len(ids) > 20:
                return Answer({"error": "Validation failed"}, 422)
            return Answer(self.listed(post for post in posts if post.id in ids))
        return Answer({"error": "Record not found"}, 404)

    def links(self, posts, n):
        at = f"{self.url}/api/v1/timelines/tag/{TAG}?limit={n}"
        links = [f'<{at}&max_id={posts[-1].id}>; rel="next"'] if len(posts) == n else []
        links += [f'<{at}&min_id={posts[0].id}>; rel="prev"'] if posts else []
        return {"Link": ", ".join(links), "X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": "2026-04-10T08:05:00.123456Z"}

    def listed(self, posts):
        """Return posts as JSON. What is the same in all of them is written out once: tests read ten thousand."""
        return f"[{', '.join(self.status(post) for post in posts)}]"

    def status(self, post: Post):
        is_edited, name = post.changed_at > post.created_at, _name(post.author)
        own = {"id": post.id, "created_at": _iso(post.created_at), "content": _html(post.words), "url": _url(post),
               "uri": f"https://fedi.example/ap/users/{post.author}/statuses/{post.id}",
               "favourites_count": post.stars, "edited_at": _iso(post.changed_at) if is_edited else None}
        account = {"username": name, "acct": f"{name}@fedi.example", "note": f"<p>I am {post.author}</p>",
                   "uri": f"https://fedi.example/ap/users/{post.author}", "url": f"https://fedi.example/@{name}"}
        if post.id in self.more:
            return json.dumps({**STATUS, **own, "account": {**ACCOUNT, **account}, **self.more[post.id]})
        return f'{json.dumps(own)[:-1]}, "account": {json.dumps(account)[:-1]}, {_ACCOUNT}, {_STATUS}'


STATUS = {
    "in_reply_to_id": None, "in_reply_to_account_id": None, "sensitive": False, "spoiler_text": "",
    "visibility": "public", "language": "en", "replies_count": 0, "reblogs_count": 0, "quotes_count": 0,
    "favourited": False, "reblogged": False, "muted": False, "bookmarked": False, "filtered": [], "reblog": None,
    "quote": None, "quote_approval": {"automatic": ["public"], "manual": [], "current_user": "automatic"},
    "application": {"name": "Web", "website": None}, "mentions": [], "media_attachments": [], "emojis": [],
    "tags": [{"name": TAG, "url": f"https://fedi.example/tags/{TAG}"}], "card": None, "poll": None}
ACCOUNT = {
    "id": "1096", "display_name": "Ana", "locked": False, "bot": False, "discoverable": True, "indexable": True,
    "group": False, "created_at": "2023-01-31T00:00:00.000Z", "avatar": "https://fedi.example/a.png",
    "avatar_static": "https://fedi.example/a.png", "header": "", "header_static": "", "followers_count": 41,
    "following_count": 57, "statuses_count": 906, "last_status_at": "2026-03-30", "hide_collections": None,
    "emojis": [], "roles": [], "fields": []}
_STATUS, _ACCOUNT = json.dumps(STATUS)[1:], json.dumps(ACCOUNT)[1:]


def _name(author):
    return "reader" + author.rpartition("-")[2]


def _url(post: Post):
    return f"https://fedi.example/@{_name(post.author)}/{post.id}"


def _iso(at):
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _html(words):
    return f"<p>{html.escape(words, quote=False)}</p>".replace("\n", "<br />")
