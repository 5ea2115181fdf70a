"""The requests by which Google Play's page gets reviews, as google-play-scraper makes and reads them.

https://github.com/JoMingyu/google-play-scraper/blob/master/google_play_scraper/features/reviews.py
"""

import base64
import json

from made.platforms.base import Answer, Asked, FakePlatform, Post

APP = "com.brindlecart.app"


class FakeGooglePlay(FakePlatform):
    platform = "google_play"
    has_removals = wants_secret = False
    has_empty_pages = True

    @property
    def entry(self):
        return {**super().entry, "app": APP}

    def new_id(self, k):
        return f"{k:08x}-76a1-4f7c-9d3e-0a1b2c3d4e5f"

    def expected(self, post):
        return {"verbatim": post.words, "received_at": post.changed_at, "rating": post.stars, "rating_lowest": 1,
                "rating_highest": 5, "segments": {"version": "3.14.1"}, "author": None,
                "url": f"https://play.google.com/store/apps/details?id={APP}&reviewId={post.id}"}

    def answer(self, asked: Asked) -> Answer:
        if (asked.method, asked.path) != ("POST", "/_/PlayStoreUi/data/batchexecute"):
            return Answer("<html>404. That's an error.</html>", 404)
        [[[function, inner, _, _]]] = json.loads(asked.form["f.req"])
        _, [_, sort, paging, _, _], [app, _] = json.loads(inner)
        assert (function, sort, set(asked.params)) == ("oCPfdb", 2, {"hl", "gl"})
        if app != APP:
            return self.told(None, 5)
        first = 0
        if len(paging) == 3:
            try:
                first = int(base64.b64decode(paging[2]))
            except ValueError:
                return self.told(None, 3)
        posts = self.newest_first("changed_at") if asked.params["hl"] == "en" else []
        n = min(paging[0], 200)
        if self.leaves_empty and first == n:
            self.leaves_empty = False
            return self.told([[], [None, base64.b64encode(b"%d " % first).decode()], None])
        if not posts:
            return self.told([])
        page = [self.review(post) for post in posts[first:first + n]]
        more = base64.b64encode(b"%d" % (first + n)).decode() if len(posts) > first + n else None
        return self.told([page, [None, more], None] if more else [page])

    @staticmethod
    def told(found, code=None):
        inner = None if found is None else json.dumps(found)
        told = [["wrb.fr", "oCPfdb", inner, None, None, [code] if code else None, "generic"],
                ["di", 65], ["af.httprm", 64, "-5297363226105164", 30]]
        return Answer(f")]}}'\n\n{json.dumps(told)}")

    def review(self, post: Post):
        seconds = int(post.changed_at.timestamp())
        image = [None, 2, None, [None, None, f"https://play-lh.googleusercontent.com/a-/{post.author}"]]
        reply = ["Brindlecart Ltd", "Thank you, we look into it.", [seconds + 3600, 0]] if post.stars == 1 else None
        return [post.id, [post.author, image], post.stars, None, post.words, [seconds, 713000000], 4, reply, None, [],
                "3.14.1", None, ["109226713234987654321"]]
