"""Steam's list of user reviews: https://partner.steamgames.com/doc/store/getreviews."""

import base64
import bisect

from made.platforms.base import Answer, Asked, FakePlatform, Post

APP = 4242


class FakeSteam(FakePlatform):
    platform = "steam"
    has_removals = wants_secret = False

    @property
    def entry(self):
        return {**super().entry, "apps": [APP]}

    def new_id(self, k):
        return f"{195_000_000 + k}"

    def expected(self, post):
        is_good = post.stars >= 3
        return {**super().expected(post), "measures": {"recommend": float(is_good)}, "rating": None,
                "segments": {"recommended": "yes" if is_good else "no", "language": "english"}}

    def answer(self, asked: Asked) -> Answer:
        if asked.path != f"/appreviews/{APP}":
            return Answer({"success": 2})
        given = asked.params
        assert (given["json"], given["filter"], given["language"]) == ("1", "updated", "all")
        n, cursor = int(given["num_per_page"]), given["cursor"]
        assert 1 <= n <= 100
        posts = self.newest_first("changed_at")
        first = 0 if cursor == "*" else self.after(posts, cursor)
        some = posts[first:first + n]
        summary = {"num_reviews": len(some)}
        if cursor == "*":
            summary |= {"review_score": 7, "review_score_desc": "Mostly Positive", "total_positive": len(posts),
                        "total_negative": 0, "total_reviews": len(posts)}
        return Answer({"success": 1, "query_summary": summary, "reviews": [self.review(post) for post in some],
                       "cursor": self.cursor(some[-1]) if some else cursor})

    @staticmethod
    def cursor(post: Post) -> str:
        """Return where the reviews after one begin: bytes in base 64, with characters that an address must escape."""
        return base64.b64encode(f"?>{post.changed_at.timestamp():.0f} {post.id}".encode()).decode()

    @staticmethod
    def after(posts, cursor):
        at, key = base64.b64decode(cursor)[2:].decode().split()
        return bisect.bisect_right(posts, (-float(at), -int(key)),
                                   key=lambda post: (-post.changed_at.timestamp(), -int(post.id)))

    def review(self, post: Post):
        return {"recommendationid": post.id, "author": {
                    "steamid": post.author, "personaname": f"Ann {post.author}", "num_games_owned": 0,
                    "num_reviews": 4, "playtime_forever": 5120, "playtime_last_two_weeks": 88,
                    "playtime_at_review": 5032, "last_played": int(post.created_at.timestamp()),
                    "profile_url": f"https://steamcommunity.com/profiles/{post.author}/"},
                "language": "english", "review": post.words, "timestamp_created": int(post.created_at.timestamp()),
                "timestamp_updated": int(post.changed_at.timestamp()), "voted_up": post.stars >= 3, "votes_up": 1,
                "votes_funny": 0, "weighted_vote_score": "0.523809552192687988", "comment_count": 0,
                "steam_purchase": True, "received_for_free": False, "refunded": False,
                "written_during_early_access": False, "primarily_steam_deck": False, "reactions": []}
