"""Bluesky's search: https://docs.bsky.app/docs/api/app-bsky-feed-search-posts, .../app-bsky-feed-get-posts."""

import hashlib
import json
from base64 import b32encode
from itertools import islice

from made.platforms.base import Answer, Asked, FakePlatform, Post, iso

DIGITS = "234567abcdefghijklmnopqrstuvwxyz"


class FakeBluesky(FakePlatform):
    platform = "bluesky"
    brands = ("Brindlecart",)
    secrets = {"BLUESKY_HANDLE": "watcher.example", "BLUESKY_APP_PASSWORD": "abcd-efgh-ijkl-mnop"}  # noqa: RUF012
    has_edits = False
    has_empty_pages = True

    def __init__(self):
        super().__init__()
        self.n_logins = 0
        self.expired = 0  # so many requests find that the token has run out
        self.more = {}  # id → other fields of its view

    def new_id(self, k):
        """Return an address: the author's lasting id, and a key of 13 characters that says when."""
        return f"at://{_did(f'author-{k % 7}')}/app.bsky.feed.post/3{_base32(k + 2**56)}"

    def expected(self, post):
        did, key = post.id.split("/")[2], post.id.split("/")[4]
        return {**super().expected(post), "segments": {"language": "en"},
                "url": f"https://bsky.app/profile/{did}/post/{key}"}

    def is_allowed(self, asked: Asked):
        return asked.path.endswith("createSession") or asked.headers.get("authorization") == self.token

    @property
    def token(self):
        return f"Bearer eyJ0eXAiOiJhdCtqd3QifQ.{self.n_logins}"

    def answer(self, asked: Asked) -> Answer:
        name = asked.path.removeprefix("/xrpc/")
        if name == "com.atproto.server.createSession":
            return self.session(asked)
        if self.expired:
            self.expired -= 1
            return Answer({"error": "ExpiredToken", "message": "Token has expired"}, 400)
        if name == "app.bsky.feed.getPosts":
            uris = [value for name, value in asked.all_params if name == "uris"]
            if len(uris) > 25:
                return Answer({"error": "InvalidRequest", "message": "uris must not have more than 25 elements"}, 400)
            there = [self.posts[uri] for uri in uris if uri in self.posts and not self.posts[uri].is_removed]
            return Answer(f'{{"posts": {self.listed(there)}}}')
        if name != "app.bsky.feed.searchPosts":
            return Answer({"error": "XRPCNotSupported", "message": "XRPCNotSupported"}, 404)
        return self.found(asked)

    def session(self, asked: Asked):
        if [asked.json["identifier"], asked.json["password"]] != list(self.secrets.values()):
            return Answer({"error": "AuthenticationRequired", "message": "Invalid identifier or password"}, 401)
        self.n_logins += 1
        return Answer({"accessJwt": self.token.removeprefix("Bearer "), "refreshJwt": "eyJ0.r", "active": True,
                       "handle": self.secrets["BLUESKY_HANDLE"], "did": _did("watcher"), "email": "w@example.org",
                       "emailConfirmed": True, "emailAuthFactor": False, "didDoc": {"id": _did("watcher")}})

    def found(self, asked: Asked):
        n, since = int(asked.params.get("limit", 25)), asked.params.get("since", "")
        assert n <= 100
        assert asked.params["sort"] == "latest"
        first = int(asked.params.get("cursor", 0))
        if self.leaves_empty:
            self.leaves_empty = False
            return Answer({"posts": [], "cursor": "0"})
        posts = (p for p in self.newest_first() if not p.is_removed and (not since or self.made_at(p) >= since))
        posts = list(islice(posts, first, first + n))
        more = f', "cursor": "{first + n}"' if len(posts) == n else ""
        return Answer(f'{{"hitsTotal": {len(self.posts)}, "posts": {self.listed(posts)}{more}}}')

    def made_at(self, post: Post):
        return iso(min(post.created_at, self.now))

    def listed(self, posts):
        """Return posts as JSON. What is the same in all of them is written out once: tests read ten thousand."""
        return f"[{', '.join(self.view(post) for post in posts)}]"

    def view(self, post: Post):
        handle = f"reader{post.author.rpartition('-')[2]}.bsky.social"
        own = {"uri": post.id, "indexedAt": iso(min(post.created_at, self.now), ".312Z"), "likeCount": post.stars,
               "author": {**AUTHOR, "did": post.id.split("/")[2], "handle": handle},
               "record": {**RECORD, "text": post.words, "createdAt": iso(post.created_at, ".000Z")}}
        if post.id in self.more:
            return json.dumps({**VIEW, **own, **self.more[post.id]})
        return f"{json.dumps(own)[:-1]}, {_VIEW}"


AUTHOR = {"displayName": "Ana", "avatar": "https://cdn.bsky.app/img/avatar/plain/a@jpeg", "labels": [],
          "associated": {"chat": {"allowIncoming": "all"}}, "createdAt": "2024-11-12T08:00:00.000Z",
          "viewer": {"muted": False, "blockedBy": False}}
RECORD = {"$type": "app.bsky.feed.post", "langs": ["en"]}
VIEW = {"cid": "bafyreihq3kz4", "replyCount": 0, "repostCount": 0, "quoteCount": 0, "bookmarkCount": 0, "labels": [],
        "viewer": {"bookmarked": False, "threadMuted": False, "embeddingDisabled": False}}
_VIEW = json.dumps(VIEW)[1:]


def _did(author):
    return "did:plc:" + b32encode(hashlib.sha256(author.encode()).digest())[:24].decode().lower()


def _base32(number):
    return "".join(DIGITS[number >> 5 * place & 31] for place in range(11, -1, -1))
