"""Delighted's API: https://app.delighted.com/docs/api/listing-survey-responses."""

import base64

from made.platforms.base import Answer, Asked, FakePlatform, Post


class FakeDelighted(FakePlatform):
    platform = "delighted"
    secrets = {"DELIGHTED_API_KEY": "dl_secret"}  # noqa: RUF012
    has_removals = False

    @property
    def entry(self):
        return {**super().entry, "segments": ["country"]}

    def is_allowed(self, asked):
        return asked.headers.get("authorization") == "Basic " + base64.b64encode(b"dl_secret:").decode()

    def new_id(self, k):
        return f"{210550000 + k}"

    def expected(self, post):
        return {**super().expected(post), "nps_score": post.stars * 2, "rating": None, "segments": {"country": "USA"},
                "url": f"https://app.delighted.com/r/{post.id}"}

    def answer(self, asked: Asked) -> Answer:
        if asked.path != "/v1/survey_responses.json":
            return Answer({"status": 404, "message": "Not found"}, 404)
        assert asked.all_params.count(("expand[]", "person")) == 1
        assert 1 <= int(asked.params["per_page"]) <= 100
        assert asked.params["order"] in ("asc", "desc", "asc:updated_at", "desc:updated_at")
        by = "changed_at" if asked.params["order"] == "asc:updated_at" else "created_at"
        posts = self.oldest_first(by)
        if since := int(asked.params.get("since", 0)):
            posts = [post for post in posts if _seconds(post.created_at) >= since]
        if since := int(asked.params.get("updated_since", 0)):
            posts = [post for post in posts if _seconds(post.changed_at) >= since]
        n, page = int(asked.params["per_page"]), int(asked.params["page"])
        return Answer([self.item(post) for post in posts[(page - 1) * n:page * n]])

    def item(self, post: Post):
        return {
            "id": post.id, "person": {"id": post.author, "email": "charlie@example.com", "name": "Charlie Gravis",
                                      "created_at": 1516128468, "phone_number": None, "last_sent_at": 1516128400},
            "survey_type": "nps", "score": post.stars * 2, "comment": post.words,
            "permalink": f"https://app.delighted.com/r/{post.id}", "created_at": _seconds(post.created_at),
            "updated_at": _seconds(post.changed_at), "person_properties": {
                "Delighted Source": "Email", "country": "USA", "customer_id": 123},
            "notes": [{"id": "1", "text": "Called back", "user_email": "agent@example.com", "created_at": 1516128999}],
            "tags": ["delivery"], "additional_answers": [
                {"id": "4", "value": {"free_response": None, "scale": None, "select_one": {"id": "tp0Q4K", "text": "Y"},
                                      "select_many": None},
                 "question": {"id": "enum_caUUdY", "type": "select_one", "text": "Have you bought here before?"}}]}


def _seconds(at):
    return int(at.timestamp())
