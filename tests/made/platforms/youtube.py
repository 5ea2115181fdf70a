"""YouTube's comment threads and comments: https://developers.google.com/youtube/v3/docs/commentThreads/list.

The tenth post of each hundred is a reply to the one before it, which the list of threads counts but does not hold.
"""

from made.platforms.base import Answer, Asked, FakePlatform, Post, iso

VIDEO, CHANNEL = "dQw4brindle", "UCbrindlecart0000000000a"


def error(status: int, reason: str) -> Answer:
    """Return an error as Google writes it."""
    told = {"message": "…", "domain": "youtube.commentThread", "reason": reason}
    return Answer({"error": {"code": status, "message": "…", "errors": [told]}}, status)


class FakeYouTube(FakePlatform):
    platform = "youtube"
    secrets = {"YOUTUBE_API_KEY": "AIza-youtube-key"}  # noqa: RUF012
    has_empty_pages = True

    @property
    def entry(self):
        return {**super().entry, "videos": [VIDEO]}

    def new_id(self, k):
        return f"{self.new_id(k - 1)}.reply{k}" if k % 100 == 9 else f"Ugz{k:020}AaABAg"

    def is_allowed(self, asked: Asked) -> bool:
        return asked.params.get("key") == self.secrets["YOUTUBE_API_KEY"]

    def expected(self, post):
        return {**super().expected(post), "rating": None,
                "url": f"https://www.youtube.com/watch?v={VIDEO}&lc={post.id}"}

    def answer(self, asked: Asked) -> Answer:
        given = asked.params
        assert given["textFormat"] == "plainText"
        if asked.path == "/youtube/v3/comments":
            return self.comments(given)
        if asked.path != "/youtube/v3/commentThreads":
            return Answer({}, 404)
        if given.get("videoId") != VIDEO:
            return error(404, "videoNotFound")
        assert given["order"] == "time"
        n, token = int(given["maxResults"]), given.get("pageToken", "")
        assert 1 <= n <= 100
        if self.leaves_empty and token == "":
            return self.listing("commentThread", [], "empty:")
        threads = [post for post in self.newest_first() if "." not in post.id and not post.is_removed]
        after = token.rpartition(":")[2]
        ids = [post.id for post in threads] if after else []
        if after and after not in ids:
            return error(400, "invalidPageToken")
        first = ids.index(after) + 1 if after else 0
        some = threads[first:first + n]
        return self.listing("commentThread", [self.thread(post) for post in some],
                            f"after:{some[-1].id}" if len(threads) > first + n else None)

    def comments(self, given) -> Answer:
        if parent := given.get("parentId"):
            if parent not in self.posts:
                return error(404, "commentNotFound")
            return self.listing("comment", [self.comment(post) for post in self.replies(parent)])
        asked = given["id"].split(",")
        assert len(asked) <= 50
        there = [self.posts[key] for key in asked if key in self.posts and not self.posts[key].is_removed]
        return self.listing("comment", [{name: value for name, value in self.comment(post).items()
                                         if name != "snippet"} for post in there])

    def replies(self, parent: str) -> list[Post]:
        """Return the replies to a comment."""
        k = int(parent[3:23]) + 1
        reply = self.posts.get(f"{parent}.reply{k}")
        return [] if reply is None or reply.is_removed else [reply]

    @staticmethod
    def listing(kind: str, items, following=None) -> Answer:
        more = {} if following is None else {"nextPageToken": following}
        return Answer({"kind": f"youtube#{kind}ListResponse", "etag": "x9", **more,
                       "pageInfo": {"totalResults": len(items), "resultsPerPage": len(items)}, "items": items})

    def thread(self, post: Post):
        return {"kind": "youtube#commentThread", "etag": "a1", "id": post.id, "snippet": {
            "channelId": CHANNEL, "videoId": VIDEO, "topLevelComment": self.comment(post), "canReply": True,
            "totalReplyCount": len(self.replies(post.id)), "isPublic": True}}

    def comment(self, post: Post):
        parent = {"parentId": post.id.partition(".")[0]} if "." in post.id else {}
        return {"kind": "youtube#comment", "etag": "b2", "id": post.id, "snippet": {
            "channelId": CHANNEL, "videoId": VIDEO, "textDisplay": post.words, "textOriginal": post.words, **parent,
            "authorDisplayName": f"@{post.author}", "canRate": True, "viewerRating": "none", "likeCount": 0,
            "authorProfileImageUrl": f"https://yt3.example/{post.author}", "authorChannelId": {"value": post.author},
            "authorChannelUrl": f"http://www.youtube.com/channel/{post.author}",
            "publishedAt": iso(post.created_at), "updatedAt": iso(post.changed_at)}}
