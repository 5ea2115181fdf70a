"""X's recent search and lookup of posts: https://docs.x.com/x-api/posts/search/introduction."""

import html
from datetime import UTC, datetime, timedelta

from made.platforms.base import START, Answer, Asked, FakePlatform, Post, iso

QUERY = '("Brindlecart") -is:retweet'
TYPES = "https://api.twitter.com/2/problems/"


def id_at(at: datetime) -> str:
    """Return the id of a post that was made at a time."""
    return str((int(at.timestamp() * 1000) - 1_288_834_974_657) << 22)


class FakeX(FakePlatform):
    platform = "x"
    brands = ("Brindlecart",)
    secrets = {"X_BEARER_TOKEN": "AAAA-bearer-of-x"}  # noqa: RUF012
    has_empty_pages = True

    def new_id(self, k):
        return id_at(START + timedelta(hours=k))

    def expected(self, post):
        return {**super().expected(post), "rating": None, "segments": {"language": "en"},
                "url": f"https://x.com/i/web/status/{post.id}"}

    def answer(self, asked: Asked) -> Answer:
        given = asked.params
        if asked.path == "/2/tweets":
            return self.lookup(given["ids"].split(","))
        if asked.path != "/2/tweets/search/recent":
            return Answer({"title": "Not Found"}, 404)
        n, token = int(given["max_results"]), given.get("next_token", "")
        since = given.get("start_time")
        if given["query"] != QUERY or not 10 <= n <= 100 or (
                since and since < iso(datetime.now(UTC) - timedelta(days=7))):
            return Answer({"errors": [{"parameters": {"start_time": [since]}, "message": "Invalid 'start_time'"}],
                           "title": "Invalid Request", "type": f"{TYPES}invalid-request"}, 400)
        if self.leaves_empty and token == "":
            return Answer({"meta": {"result_count": 0, "next_token": "b26v0"}})
        posts = [post for post in self.newest_first("changed_at")
                 if not post.is_removed and (since is None or iso(post.changed_at) >= since)]
        after = token.partition("-")[2]
        first = [post.id for post in posts].index(after) + 1 if after else 0
        some = posts[first:first + n]
        meta = {"result_count": len(some)}
        if some:
            meta |= {"newest_id": some[0].id, "oldest_id": some[-1].id}
        if len(posts) > first + n:
            meta["next_token"] = f"b26v89c19zqg8o3f-{some[-1].id}"
        return Answer({"data": [self.post(post) for post in some], "meta": meta} if some else {"meta": meta})

    def lookup(self, ids) -> Answer:
        assert len(ids) <= 100
        there = [self.posts[key] for key in ids if key in self.posts and not self.posts[key].is_removed]
        missing = [{"value": key, "detail": f"Could not find tweet with ids: [{key}].", "title": "Not Found Error",
                    "resource_type": "tweet", "parameter": "ids", "resource_id": key,
                    "type": f"{TYPES}resource-not-found"} for key in ids if key not in {post.id for post in there}]
        return Answer({**({"data": [self.post(post) for post in there]} if there else {}),
                       **({"errors": missing} if missing else {})})

    def post(self, post: Post):
        is_edited = post.changed_at > post.created_at
        key = id_at(post.changed_at) if is_edited else post.id
        return {"id": key, "text": html.escape(post.words, quote=False), "author_id": post.author, "lang": "en",
                "conversation_id": post.id, "created_at": post.changed_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "edit_history_tweet_ids": [post.id, key] if is_edited else [key], "public_metrics": {
                    "retweet_count": 0, "reply_count": 1, "like_count": 2, "quote_count": 0, "bookmark_count": 0,
                    "impression_count": 310}}
