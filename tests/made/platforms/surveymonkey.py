"""SurveyMonkey's API v3: https://api.surveymonkey.com/v3/docs#survey-responses."""

from bisect import bisect_right
from datetime import datetime

from made.platforms.base import Answer, Asked, FakePlatform, Post, iso

HEADINGS = {"11": "How likely is it that you would recommend us to a friend or colleague?",
            "12": "<strong>What</strong> is the reason for your score?"}


def question(number, family, subtype, **more):
    return {"id": number, "family": family, "subtype": subtype, "position": 1, "visible": True, "sorting": None,
            "required": None, "validation": None, "forced_ranking": False, "display_options": None,
            "href": f"https://api.surveymonkey.com/v3/surveys/99/pages/1/questions/{number}",
            "headings": [{"heading": HEADINGS.get(number, "")}], **more}


NPS = question("11", "matrix", "rating", answers={
    "rows": [{"id": "110", "text": "", "position": 1, "visible": True}],
    "choices": [{"id": str(1100 + n), "position": n + 1, "visible": True, "is_na": False, "description": "",
                 "weight": -100 if n < 7 else 0 if n < 9 else 100,
                 "text": {0: "Not at all likely - 0", 10: "Extremely likely - 10"}.get(n, str(n))} for n in range(11)]})
DETAILS = {"id": "99", "title": "After delivery", "nickname": "", "language": "en", "question_count": 2,
           "page_count": 1, "response_count": 0, "custom_variables": {"customer": "", "country": ""}, "folder_id": "0",
           "pages": [{"id": "1", "title": "", "description": "", "position": 1, "question_count": 2,
                      "questions": [NPS, question("12", "open_ended", "essay")]}]}


class FakeSurveyMonkey(FakePlatform):
    platform = "surveymonkey"
    secrets = {"SURVEYMONKEY_TOKEN": "sm-secret"}  # noqa: RUF012
    has_removals = False

    def __init__(self):
        super().__init__()
        self.details = DETAILS
        self.changes = {}  # to the item of a post, by its id

    @property
    def entry(self):
        return {**super().entry, "base_url": f"{self.url}/v3", "survey": "99", "customer": "customer"}

    def new_id(self, k):
        return str(10_045_001_533 + k)

    def expected(self, post):
        return {**super().expected(post), "question": "What is the reason for your score?", "nps_score": post.stars * 2,
                "url": self.item(post)["analyze_url"]}

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/v3/surveys/99/details":
            return Answer(self.details)
        if asked.path != "/v3/surveys/99/responses/bulk":
            return Answer({"error": {"id": "1020", "name": "Resource Not Found", "http_status_code": 404}}, 404)
        assert (asked.params["sort_by"], asked.params["sort_order"]) == ("date_modified", "ASC")
        since, n = asked.params.get("start_modified_at", "2000-01-01T00:00:00"), int(asked.params["per_page"])
        assert n <= 100
        posts, page = self.oldest_first(), int(asked.params["page"])
        after = bisect_right(posts, datetime.fromisoformat(f"{since}+00:00"), key=lambda post: post.changed_at)
        first = after + (page - 1) * n
        links = {"self": f"https://api.surveymonkey.com{asked.path}?page={page}&per_page={n}"}
        if len(posts) > first + n:
            links["next"] = f"https://api.surveymonkey.com{asked.path}?page={page + 1}&per_page={n}"
        return Answer({"per_page": n, "total": len(posts) - after, "page": page, "links": links,
                       "data": [self.item(post) for post in posts[first:first + n]]})

    def item(self, post: Post):
        return {
            "id": post.id, "recipient_id": "", "collection_mode": "default", "response_status": "completed",
            "custom_value": "", "first_name": "", "last_name": "", "email_address": "", "ip_address": "203.0.113.9",
            "logic_path": {}, "metadata": {"contact": {}}, "page_path": [], "collector_id": "50253586",
            "survey_id": "99", "custom_variables": {"customer": post.author, "country": "NL"}, "total_time": 144,
            "edit_url": f"https://www.surveymonkey.com/r/?sm=edit{post.id}",
            "analyze_url": f"https://www.surveymonkey.com/analyze/browse/abc?respondent_id={post.id}",
            "date_created": iso(post.created_at, "+00:00"), "date_modified": iso(post.changed_at, "+00:00"),
            "pages": [{"id": "1", "questions": [
                {"id": "11", "answers": [{"choice_id": str(1100 + post.stars * 2), "row_id": "110",
                                          "choice_metadata": {"weight": "0"}}]},
                {"id": "12", "answers": [{"tag_data": [], "text": post.words}]}]}],
            "href": f"https://api.surveymonkey.com/v3/surveys/99/responses/{post.id}", **self.changes.get(post.id, {})}
