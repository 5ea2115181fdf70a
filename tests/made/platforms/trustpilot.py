"""Trustpilot's Business Units API and Service Reviews API: https://developers.trustpilot.com/business-units-api."""

from made.platforms.base import Answer, Asked, FakePlatform, Post, iso

UNIT = "46d6a890000064000500e0c3"
LINKS = [{"href": "https://api.trustpilot.com/v1/reviews/1", "method": "GET", "rel": "self"}]


class FakeTrustpilot(FakePlatform):
    platform = "trustpilot"
    secrets = {"TRUSTPILOT_API_KEY": "tp-api-key"}  # noqa: RUF012

    @property
    def entry(self):
        return {**super().entry, "domain": "brindlecart.example"}

    def new_id(self, k):
        return f"{k:024x}"

    def is_allowed(self, asked: Asked) -> bool:
        return asked.headers.get("apikey") == self.secrets["TRUSTPILOT_API_KEY"]

    def expected(self, post):
        return {**super().expected(post), "rating": post.stars, "rating_lowest": 1, "rating_highest": 5,
                "segments": {"country": "DK", "language": "en"}, "url": f"https://www.trustpilot.com/reviews/{post.id}"}

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/v1/business-units/find":
            if asked.params.get("name") != "brindlecart.example":
                return Answer({"message": "Business unit not found", "errorCode": 1001}, 404)
            return Answer({"id": UNIT, "displayName": "Brindlecart", "name": {"identifying": "brindlecart.example",
                           "referring": ["brindlecart.example"]}, "status": "active"})
        if asked.path.startswith("/v1/reviews/"):
            post = self.posts.get(asked.path.rpartition("/")[2])
            return Answer({}, 404) if post is None or post.is_removed else Answer(self.review(post))
        if asked.path != f"/v1/business-units/{UNIT}/reviews":
            return Answer({}, 404)
        assert asked.params["orderBy"] == "createdat.desc"
        n, page = int(asked.params["perPage"]), int(asked.params["page"])
        assert 1 <= n <= 100
        languages = [value for name, value in asked.all_params if name == "language"]
        posts = [post for post in self.newest_first() if not post.is_removed and (not languages or "en" in languages)]
        return Answer({"links": LINKS, "reviews": [self.review(post) for post in posts[(page - 1) * n:page * n]]})

    def review(self, post: Post):
        is_edited = post.changed_at > post.created_at
        return {"links": LINKS, "id": post.id, "consumer": {
                    "links": LINKS, "id": post.author, "displayName": f"Ann {post.author}",
                    "displayLocation": "Odense, DK", "numberOfReviews": 3},
                "businessUnit": {"links": LINKS, "id": UNIT, "identifyingName": "brindlecart.example",
                                 "displayName": "Brindlecart"},
                "location": None, "stars": post.stars, "title": post.words[:20].rstrip() + "…", "text": post.words,
                "language": "en", "createdAt": iso(post.created_at),
                "updatedAt": iso(post.changed_at) if is_edited else None, "experiencedAt": iso(post.created_at),
                "companyReply": {"text": "Sorry to hear that", "createdAt": iso(post.created_at), "updatedAt": None},
                "isVerified": True, "numberOfLikes": 0, "status": "active", "reportData": None,
                "complianceLabels": [], "countsTowardsTrustScore": True, "countsTowardsLocationTrustScore": None,
                "invitation": None, "businessUnitHistory": [], "reviewVerificationLevel": "verified"}
