"""Retently's API v2: https://www.retently.com/api/, "Get feedback"."""

from made.platforms.base import Answer, Asked, FakePlatform, Post, iso


class FakeRetently(FakePlatform):
    platform = "retently"
    secrets = {"RETENTLY_API_KEY": "rt_secret"}  # noqa: RUF012
    has_removals = False
    has_empty_pages = True

    def is_allowed(self, asked):
        return asked.headers.get("authorization") == "api_key=rt_secret"

    def new_id(self, k):
        return f"5a9d595701c85b37{k:08x}"

    def expected(self, post):
        return {**super().expected(post), "nps_score": post.stars * 2, "rating": None,
                "segments": {"campaign": "After delivery", "channel": "email"}, "url": None}

    def answer(self, asked: Asked) -> Answer:
        if asked.path != "/api/v2/feedback":
            return Answer({"message": "Not found.", "code": 404, "data": None}, 404)
        assert asked.params["sort"] == "createdDate"
        since, n, page = asked.params.get("startDate", ""), int(asked.params["limit"]), int(asked.params["page"])
        assert n <= 1000
        posts = [post for post in self.oldest_first("created_at") if not since or iso(post.created_at) >= since]
        pages = max(1, -(-len(posts) // n)) + self.leaves_empty
        first = (page - 1 - (self.leaves_empty and page > 2)) * n
        items = [] if self.leaves_empty and page == 2 else [self.item(post) for post in posts[first:first + n]]
        return Answer({"message": "Success.", "code": 200, "data": {
            "responses": items, "page": page, "pages": pages, "limit": n, "sort": "createdDate", "total": len(posts)}})

    def item(self, post: Post):
        return {
            "id": post.id, "customerId": post.author, "email": "john@example.com", "firstName": "John",
            "lastName": "Smith", "companyName": "ACME", "jobTitle": None, "country": "US", "state": None, "city": None,
            "tags": ["foo"], "customProps": [
                {"label": "Subscription name", "name": "subscription_name", "type": "text", "value": "Professional"},
                {"label": "Customer number", "name": "customer_number", "type": "integer", "value": 4711}],
            "campaignId": "5f1ec45y27b8313876299999", "campaignName": "After delivery",
            "createdDate": post.created_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "score": post.stars * 2,
            "comment": post.words, "checkbox": False, "additionalQuestions": [], "feedbackTags": ["delivery"],
            "notes": [], "status": "opened", "assigned": None, "ratingCategory": "Detractor", "resolved": False,
            "channel": "email", "metricsType": "nps", "isBogus": False}
