"""Reddit's Data API: https://www.reddit.com/dev/api, https://github.com/reddit-archive/reddit/wiki/OAuth2."""

import base64

from made.platforms.base import Answer, Asked, FakePlatform, Post

TOKEN = "eyJhbGciOiJSUzI1NiJ9.app"
NO_AUTHOR = "[deleted]"


class FakeReddit(FakePlatform):
    """Every fifth post begins a thread of r/brindlecart, the others are comments there."""

    platform = "reddit"
    brands = ("Brindlecart",)
    secrets = {"REDDIT_CLIENT_ID": "p-jcoLKBynTLew", "REDDIT_CLIENT_SECRET": "gko_LXELoV07ZBNU"}  # noqa: RUF012
    keeps_all = False
    has_empty_pages = True

    def __init__(self):
        super().__init__()
        self.expired = 0  # so many tokens are refused
        self.more = {}  # id → other fields of its record

    @property
    def entry(self):
        return {**super().entry, "subreddits": ["brindlecart"]}

    def new_id(self, k):
        return f"{'t3' if k % 5 == 0 else 't1'}_1k{k:05x}"

    def expected(self, post):
        return {**super().expected(post), "segments": {"subreddit": "brindlecart"},
                "url": f"https://www.reddit.com{_path(post)}"}

    def is_allowed(self, asked: Asked):
        if asked.path == "/api/v1/access_token":
            pair = ":".join(self.secrets.values()).encode()
            return asked.headers.get("authorization") == f"Basic {base64.b64encode(pair).decode()}"
        if self.expired and asked.headers.get("authorization"):
            self.expired -= 1
            return False
        assert asked.headers["user-agent"].startswith("python:cx_text:v")
        return asked.headers.get("authorization") == f"bearer {TOKEN}"

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/api/v1/access_token":
            assert (asked.method, asked.form["grant_type"]) == ("POST", "client_credentials")
            return Answer({"access_token": TOKEN, "token_type": "bearer", "expires_in": 86400, "scope": "*"})
        assert asked.params["raw_json"] == "1"
        if asked.path == "/api/info":
            names = asked.params["id"].split(",")
            assert len(names) <= 100
            return self.listing([self.posts[name] for name in names if name in self.posts], None)
        posts = [post for post in self.newest_first() if not post.is_removed]
        if asked.path.endswith("/search"):
            assert asked.params["sort"] == "new"
            words = asked.params["q"].strip('"').lower()
            posts = [p for p in posts if p.id.startswith("t3_") and words in p.words.lower()]
        elif asked.path == "/r/brindlecart/new":
            posts = [post for post in posts if post.id.startswith("t3_")]
        elif asked.path == "/r/brindlecart/comments":
            posts = [post for post in posts if post.id.startswith("t1_")]
        else:
            return Answer({"message": "Not Found", "error": 404}, 404)
        return self.paged(posts[:1000], asked)

    def paged(self, posts, asked: Asked):
        ids, after, n = [post.id for post in posts], asked.params.get("after"), int(asked.params.get("limit", 25))
        assert n <= 100
        first = ids.index(after) + 1 if after in ids else 0
        if self.leaves_empty and not after:
            return self.listing([], "t3_1kfffff")  # all of its posts were removed after the page was cut
        last = first + n
        return self.listing(posts[first:last], ids[last - 1] if last < len(ids) else None)

    def listing(self, posts, after):
        children = [{"kind": post.id[:2], "data": self.thing(post)} for post in posts]
        return Answer({"kind": "Listing", "data": {"after": after, "dist": len(children), "modhash": None,
                                                   "geo_filter": None, "children": children, "before": None}},
                      headers={"x-ratelimit-used": "600", "x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "480"})

    def thing(self, post: Post):
        is_edited, is_comment = post.changed_at > post.created_at and not post.is_removed, post.id.startswith("t1_")
        who = NO_AUTHOR if post.is_removed else post.author
        common = {
            "name": post.id, "id": post.id[3:], "author": who, "author_fullname": f"t2_{who}",
            "author_flair_text": None, "author_flair_css_class": None, "author_premium": False,
            "author_patreon_flair": False, "subreddit": "brindlecart",
            "subreddit_id": "t5_2qh1i", "subreddit_name_prefixed": "r/brindlecart", "subreddit_type": "public",
            "created": post.created_at.timestamp(), "created_utc": post.created_at.timestamp(),
            "edited": post.changed_at.timestamp() if is_edited else False, "permalink": _path(post), "ups": post.stars,
            "downs": 0, "score": post.stars, "likes": None, "saved": False, "archived": False, "locked": False,
            "distinguished": None, "stickied": False, "gilded": 0, "gildings": {}, "all_awardings": [],
            "can_mod_post": False, "send_replies": True, "approved_by": None, "approved_at_utc": None,
            "banned_by": None, "banned_at_utc": None, "removal_reason": None, "mod_note": None, "mod_reports": [],
            "user_reports": [], "num_reports": None, "report_reasons": None, "no_follow": True, "treatment_tags": []}
        if is_comment:
            body = NO_AUTHOR if post.is_removed else post.words
            own = {"body": body, "body_html": f'<div class="md"><p>{body}</p></div>', "link_id": "t3_1k00000",
                   "parent_id": "t3_1k00000", "link_title": "How is it for you?", "link_author": "author-6",
                   "replies": "", "link_permalink": "https://www.reddit.com/r/brindlecart/comments/1k00000/how/",
                   "num_comments": 9, "depth": 0, "controversiality": 0, "collapsed": False, "collapsed_reason": None,
                   "is_submitter": False, "score_hidden": False, "over_18": False, "quarantine": False}
        else:
            own = {"title": post.words, "selftext": NO_AUTHOR if post.is_removed else "", "selftext_html": None,
                   "is_self": True, "domain": "self.brindlecart", "url": f"https://www.reddit.com{_path(post)}",
                   "link_flair_text": None, "removed_by_category": "deleted" if post.is_removed else None,
                   "removed_by": None, "is_robot_indexable": True, "over_18": False, "spoiler": False, "media": None,
                   "upvote_ratio": 0.9, "num_comments": 4, "num_crossposts": 0, "thumbnail": "self", "view_count": None,
                   "is_video": False, "promoted": False, "quarantine": False, "pinned": False, "hidden": False}
        return {**common, **own, **self.more.get(post.id, {})}


def _path(post: Post):
    thread = "/r/brindlecart/comments/1k00000/how/" if post.id.startswith("t1_") else "/r/brindlecart/comments/"
    return f"{thread}{post.id[3:]}/" + ("" if post.id.startswith("t1_") else "late/")
