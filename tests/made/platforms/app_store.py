"""The App Store's feed of customer reviews: https://itunes.apple.com/us/rss/customerreviews/page=1/id=…/json."""

import re
from datetime import timedelta, timezone

from made.platforms.base import Answer, Asked, FakePlatform, Post

PACIFIC = timezone(timedelta(hours=-7))
APP = "1234567890"
LINK = f"https://itunes.apple.com/us/review?id={APP}&type=Purple%20Software"


class FakeAppStore(FakePlatform):
    platform = "app_store"
    has_removals = keeps_all = wants_secret = False
    has_empty_pages = True
    has_app_entry = False  # old pages begin with the app itself

    @property
    def entry(self):
        return {**super().entry, "app": APP, "countries": ["us"]}

    def new_id(self, k):
        return f"{11_000_000_000 + k}"

    def expected(self, post):
        return {"verbatim": post.words, "received_at": post.changed_at, "rating": post.stars, "rating_lowest": 1,
                "rating_highest": 5, "url": LINK, "segments": {"country": "us", "version": "7.2.1"}}

    def answer(self, asked: Asked) -> Answer:
        asks = re.fullmatch(r"/([a-z]{2})/rss/customerreviews/page=(\d+)/id=(\d+)/sortby=mostrecent/json", asked.path)
        if not asks or asks[3] != APP:
            return Answer("<html>Not Found</html>", 404)
        number = int(asks[2])
        if number > 10:
            return Answer("CustomerReviews RSS page depth is limited to 10", 400)
        posts = self.newest_first("changed_at") if asks[1] == "us" else []
        if self.leaves_empty:
            number = 0 if number == 2 else number - (number > 2)
        shown = posts[(number - 1) * self.page_rows:number * self.page_rows] if number else []
        return Answer({"feed": self.feed([self.review(post) for post in shown])})

    def feed(self, entries):
        feed = {"author": {"name": {"label": "iTunes Store"}, "uri": {"label": "http://www.apple.com/itunes/"}},
                "updated": {"label": "2026-04-10T00:01:00-07:00"}, "rights": {"label": "Copyright 2008 Apple Inc."},
                "title": {"label": "iTunes Store: Customer Reviews"}, "icon": {"label": "http://itunes.apple.com/f.ico"},
                "link": [{"attributes": {"rel": "self", "href": "https://mzstoreservices-int-st.itunes.apple.com/us/"}}],
                "id": {"label": "https://mzstoreservices-int-st.itunes.apple.com/us/rss/customerreviews/"}}
        if self.has_app_entry:
            entries = [{"im:name": {"label": "Brindlecart"}, "id": {"label": "https://apps.apple.com/us/app/id1"},
                        "title": {"label": "Brindlecart - Parcels"}}, *entries]
        if entries:
            feed["entry"] = entries if len(entries) > 1 else entries[0]
        return feed

    def review(self, post: Post):
        number = f"{700_000 + int(post.author.rpartition('-')[2])}"
        return {"author": {"uri": {"label": f"https://itunes.apple.com/us/reviews/id{number}"},
                           "name": {"label": post.author}, "label": ""},
                "updated": {"label": post.changed_at.astimezone(PACIFIC).isoformat()},
                "im:rating": {"label": str(post.stars)}, "im:version": {"label": "7.2.1"}, "id": {"label": post.id},
                "title": {"label": " ".join(post.words.split(" ")[:2])},
                "content": {"label": post.words, "attributes": {"type": "text"}},
                "link": {"attributes": {"rel": "related", "href": LINK}}, "im:voteSum": {"label": "0"},
                "im:contentType": {"attributes": {"term": "Application", "label": "Application"}},
                "im:voteCount": {"label": "0"}}
