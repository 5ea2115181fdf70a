"""Typeform's Responses API: https://www.typeform.com/developers/responses/reference/retrieve-responses/."""

from made.platforms.base import Answer, Asked, FakePlatform, Post, iso

FORM = {"id": "abc123", "title": "How was it?", "fields": [
    {"id": "F1", "ref": "likely", "type": "nps", "title": "How likely are you to recommend us?", "properties": {}},
    {"id": "G1", "ref": "group", "type": "group", "title": "More", "properties": {"fields": [
        {"id": "F2", "ref": "why", "type": "long_text", "title": "What is the reason for your score?",
         "properties": {}}]}},
]}


class FakeTypeform(FakePlatform):
    platform = "typeform"
    secrets = {"TYPEFORM_TOKEN": "tfp_secret"}  # noqa: RUF012
    has_edits = has_removals = False

    @property
    def entry(self):
        return {**super().entry, "form": "abc123", "customer": "customer_id"}

    def new_id(self, k):
        return f"{k:032x}"

    def expected(self, post):
        return {**super().expected(post), "question": "What is the reason for your score?", "nps_score": post.stars * 2}

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/forms/abc123":
            return Answer(FORM)
        if asked.path != "/forms/abc123/responses":
            return Answer({"code": "FORM_NOT_FOUND"}, 404)
        since = asked.params.get("since")
        posts = [post for post in self.newest_first() if since is None or iso(post.created_at) >= since]
        if before := asked.params.get("before"):
            ids = [post.id for post in posts]
            posts = posts[ids.index(before) + 1:] if before in ids else []
        n = int(asked.params["page_size"])
        assert n <= 1000
        return Answer({"total_items": len(posts), "page_count": -(-len(posts) // n),
                       "items": [self.item(post) for post in posts[:n]]})

    def item(self, post: Post):
        at = iso(post.created_at)
        return {"landing_id": post.id, "token": post.id, "response_id": post.id, "landed_at": at, "submitted_at": at,
                "metadata": {"user_agent": "Mozilla/5.0", "platform": "mobile", "network_id": "9f"},
                "hidden": {"customer_id": post.author}, "calculated": {"score": 0}, "answers": [
                    {"field": {"id": "F1", "type": "nps", "ref": "likely"}, "type": "number", "number": post.stars * 2},
                    {"field": {"id": "F2", "type": "long_text", "ref": "why"}, "type": "text", "text": post.words}]}
