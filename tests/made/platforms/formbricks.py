"""Formbricks' Management API: https://formbricks.com/docs/api-v2-reference and https://formbricks.com/docs/api-reference.

The wire format is that of docs/api-v2-reference/openapi.yml and of apps/web/app/api/v1/management in its repository.
"""

from made.platforms.base import Answer, Asked, FakePlatform, Post

LIKELY, WHY, STARS, PLAN = "tcgls0063n8ri7dtrbnepcmz", "ejz0g1v8xsmcq2hyb5ffsmyw", "ys0nkq4l7yyg9v7ph5cxb8ez", "plan"
SURVEY = {
    "id": "cm7pr0x2y004o192zmit8cjvb", "createdAt": "2026-02-20T09:00:00.000Z", "updatedAt": "2026-02-28T09:00:00.000Z",
    "name": "After delivery", "type": "link", "environmentId": "cm7q1", "createdBy": None, "status": "inProgress",
    "welcomeCard": {"enabled": False}, "hiddenFields": {"enabled": True, "fieldIds": ["customer"]},
    "variables": [], "languages": [], "displayPercentage": None, "segment": None, "triggers": [], "endings": [],
    "blocks": [], "questions": [
        {"id": LIKELY, "type": "nps", "headline": {"default": "How likely are you to recommend us?"}, "required": True,
         "lowerLabel": {"default": "Not likely"}, "upperLabel": {"default": "Very likely"}},
        {"id": STARS, "type": "rating", "headline": {"default": "How was the parcel?"}, "required": False,
         "scale": "star", "range": 5},
        {"id": PLAN, "type": "multipleChoiceSingle", "headline": {"default": "Your plan?"}, "required": False,
         "choices": [{"id": "a", "label": {"default": "Basic"}}, {"id": "b", "label": {"default": "Plus"}}]},
        {"id": WHY, "type": "openText", "required": False, "inputType": "text", "longAnswer": True,
         "placeholder": {"default": ""}, "charLimit": {"enabled": False},
         "headline": {"default": '<p class="fb-editor-paragraph">What is the reason for your score?</p>',
                      "de": "Was ist der Grund?"}},
        {"id": "mail", "type": "openText", "headline": {"default": "Your e-mail"}, "required": False,
         "inputType": "email"},
        {"id": "who", "type": "contactInfo", "headline": {"default": "Who are you?"}, "required": False,
         "firstName": {"show": True, "required": False, "placeholder": {"default": "First name"}}}]}


class FakeFormbricks(FakePlatform):
    platform = "formbricks"
    secrets = {"FORMBRICKS_API_KEY": "fbk_secret"}  # noqa: RUF012

    @property
    def entry(self):
        return {**super().entry, "survey": SURVEY["id"]}

    def is_allowed(self, asked):
        return asked.headers.get("x-api-key") == "fbk_secret"

    def new_id(self, k):
        return f"cm9a{k:021d}"

    def expected(self, post):
        return {**super().expected(post), "question": "What is the reason for your score?", "nps_score": post.stars * 2,
                "rating": post.stars, "rating_lowest": 1, "rating_highest": 5, "url": None,
                "segments": {"country": "DE", "device": "desktop", "language": "de"}}

    def answer(self, asked: Asked) -> Answer:
        if asked.path == f"/api/v1/management/surveys/{SURVEY['id']}":
            return Answer({"data": SURVEY})
        post = self.posts.get(asked.path.removeprefix("/api/v2/management/responses/"))
        if post is not None and not post.is_removed:
            return Answer({"data": self.item(post)})
        if asked.path != "/api/v2/management/responses":
            return Answer({"error": {"code": 404, "message": "Not Found", "details": []}}, 404)
        assert asked.params["surveyId"] == SURVEY["id"]
        assert (asked.params["sortBy"], asked.params["order"]) == ("updatedAt", "desc")
        limit, skip = int(asked.params["limit"]), int(asked.params["skip"])
        assert 1 <= limit <= 250
        posts = [post for post in self.newest_first("changed_at") if not post.is_removed]
        return Answer({"data": [self.item(post) for post in posts[skip:skip + limit]],
                       "meta": {"total": len(posts), "limit": limit, "offset": skip}})

    def item(self, post: Post):
        return {
            "id": post.id, "createdAt": _milli(post.created_at), "updatedAt": _milli(post.changed_at), "finished": True,
            "surveyId": SURVEY["id"], "contactId": post.author, "endingId": "cm8e1",
            "data": {LIKELY: post.stars * 2, STARS: post.stars, PLAN: "Plus", WHY: post.words,
                     "mail": "john@example.com", "who": ["John", "Smith", "", "", ""], "customer": "c-17"},
            "variables": {}, "ttc": {LIKELY: 1204, WHY: 9313, "_total": 10517},
            "meta": {"source": None, "url": "https://shop.example/thanks", "country": "DE", "action": "placed order",
                     "userAgent": {"browser": "Firefox", "os": "Linux", "device": "desktop"}},
            "contactAttributes": {"userId": post.author, "language": "de", "email": "john@example.com",
                                  "firstName": "John", "lastName": "Smith"},
            "singleUseId": None, "language": "default", "displayId": "cm8d1"}


def _milli(at):
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
