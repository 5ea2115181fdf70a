"""Qualtrics' response export API: https://api.qualtrics.com/, "Survey Response Export"."""

import io
import json
import zipfile
from datetime import datetime

from made.platforms.base import Answer, Asked, FakePlatform, Post, iso

API = "/API/v3/surveys/SV_abc123/export-responses"
QUESTIONS = {
    "QID1": {"QuestionID": "QID1", "QuestionType": "MC", "Selector": "NPS", "DataExportTag": "Q1",
             "QuestionText": "How likely are you to recommend us?", "Language": [], "Validation": {"Settings": {}},
             "Choices": [{"Display": str(n)} for n in range(11)], "ChoiceOrder": [str(n) for n in range(11)]},
    "QID2": {"QuestionID": "QID2", "QuestionType": "TE", "Selector": "ML", "DataExportTag": "Q2", "Language": [],
             "QuestionText": "<div>What is the reason<br>for your score?</div>", "DataVisibility": {"Hidden": False},
             "Validation": {"Settings": {"ForceResponse": "OFF", "Type": "None"}}},
    "QID3": {"QuestionID": "QID3", "QuestionType": "MC", "Selector": "SAVR", "DataExportTag": "Q3", "Language": [],
             "QuestionText": "Where did you buy?", "Choices": {"1": {"Display": "Online"}, "2": {"Display": "Shop"}}},
}


class FakeQualtrics(FakePlatform):
    platform = "qualtrics"
    secrets = {"QUALTRICS_API_TOKEN": "q-token-secret"}  # noqa: RUF012
    has_removals = False

    def __init__(self):
        super().__init__()
        self.questions = QUESTIONS
        self.n_polls = 1  # that find an export unfinished
        self.fails = False
        self.exports = {}  # id → how often it was asked for, and its posts
        self.changes, self.labels = {}, {}  # to the values and labels of a post, by its id

    @property
    def entry(self):
        return {**super().entry, "base_url": f"{self.url}/API/v3", "datacenter": "fra1", "survey": "SV_abc123",
                "customer": "customerId"}

    def is_allowed(self, asked):
        return asked.headers.get("x-api-token") == "q-token-secret"

    def new_id(self, k):
        return f"R_{k:015d}"

    def expected(self, post):
        return {**super().expected(post), "question": "What is the reason for your score?", "nps_score": post.stars * 2}

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/API/v3/survey-definitions/SV_abc123":
            return told({"SurveyID": "SV_abc123", "SurveyName": "After delivery", "Questions": self.questions})
        if (asked.method, asked.path) == ("POST", API):
            return self.start(asked)
        name, _, rest = asked.path.removeprefix(f"{API}/").partition("/")
        if name.removesuffix("-def") not in self.exports:
            return Answer({"meta": {"httpStatus": "404 - Not Found", "error": {"errorCode": "NF_1"}}}, 404)
        if rest == "file":
            return Answer(self.packed(self.exports[name.removesuffix("-def")][1]))
        self.exports[name][0] += 1
        if self.fails:
            return told({"fileId": None, "percentComplete": 100.0, "status": "failed"})
        if self.exports[name][0] <= self.n_polls:
            return told({"percentComplete": 50.0, "status": "inProgress"})
        return told({"fileId": f"{name}-def", "percentComplete": 100.0, "status": "complete"})

    def start(self, asked):
        assert asked.json["format"] == "json"
        assert asked.json["sortByLastModifiedDate"] is True
        since = datetime.fromisoformat(asked.json.get("startDate", "1970-01-01T01:00:00Z"))
        name = f"ES_{len(self.exports)}"
        self.exports[name] = [0, [post for post in self.oldest_first() if post.changed_at >= since]]
        return told({"progressId": name, "percentComplete": 0.0, "status": "inProgress"})

    def packed(self, posts):
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr("After delivery.json", json.dumps({"responses": [self.item(post) for post in posts]}))
        return whole.getvalue()

    def item(self, post: Post):
        at = iso(post.created_at)
        return {"responseId": post.id, "values": {
            "startDate": at, "endDate": at, "status": 0, "ipAddress": "203.0.113.9", "progress": 100, "duration": 61,
            "finished": 1, "recordedDate": iso(post.created_at, ".443Z"), "_recordId": post.id,
            "locationLatitude": "52.3740", "locationLongitude": "4.8897", "distributionChannel": "email",
            "userLanguage": "EN", "QID1_NPS_GROUP": 1, "QID1": post.stars * 2, "QID2_TEXT": post.words, "QID3": 2,
            "customerId": post.author, "country": "NL", "LastModifiedDate": iso(post.changed_at),
            **self.changes.get(post.id, {})},
            "labels": {"status": "IP Address", "finished": "True", "QID1_NPS_GROUP": "Detractor",
                       "QID1": str(post.stars * 2), "QID3": "Shop", **self.labels.get(post.id, {})},
            "displayedFields": ["QID1", "QID2_TEXT", "QID3"], "displayedValues": {"QID3": [1, 2]}}


def told(result):
    return Answer({"result": result, "meta": {"requestId": "7a9150e0", "httpStatus": "200 - OK"}})
