"""Zendesk's Ticketing API: https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/
and https://developer.zendesk.com/api-reference/ticketing/ticket-management/satisfaction_ratings/.
"""

import base64
import bisect

from made.platforms.base import Answer, Asked, FakePlatform, Post, iso

from cx_text.comment import RatingScale

EMAIL, TOKEN = "cx@brindlecart.example", "zd-secret-token"
FIRST_REQUESTER = 20978390


class FakeZendesk(FakePlatform):
    """The tickets of an account."""

    platform = "zendesk"
    secrets = {"ZENDESK_EMAIL": EMAIL, "ZENDESK_API_TOKEN": TOKEN}  # noqa: RUF012
    has_empty_pages = True

    @property
    def entry(self):
        return {**super().entry, "subdomain": "brindlecart", "what": ["tickets"]}

    def is_allowed(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == basic()

    def expected(self, post):
        return {**super().expected(post), "segments": {"channel": "web"}, "rating": None,
                "url": f"https://brindlecart.zendesk.com/agent/tickets/{post.id}"}

    def answer(self, asked: Asked) -> Answer:
        if asked.path != "/api/v2/incremental/tickets/cursor.json":
            return Answer({"error": "InvalidEndpoint", "description": "Not found"}, 404)
        n, after = int(asked.params["per_page"]), asked.params.get("cursor")
        assert n <= 1000
        if after is None:
            start = int(asked.params["start_time"])
            if start > self.now.timestamp() - 60:
                return Answer({"error": "StartTimeTooRecent", "description": "Too recent start_time."}, 422)
            after = cursor(start - 1, "~")
            if self.leaves_empty:
                return Answer({"tickets": [], "users": [], "after_cursor": after, "end_of_stream": False})
        try:
            place = position(after)
        except ValueError:
            return Answer({"error": "InvalidCursor", "description": "The cursor is invalid"}, 400)
        posts = self.oldest_first()
        first = bisect.bisect_right(posts, place, key=lambda post: (int(post.changed_at.timestamp()), post.id))
        page = posts[first:first + n]
        after = cursor(int(page[-1].changed_at.timestamp()), page[-1].id) if page else after
        users = {requester_id(post): user(requester_id(post)) for post in page} if "users" in asked.params.get(
            "include", "") else {}
        return Answer({
            "tickets": [ticket(post) for post in page], "users": list(users.values()), "after_cursor": after,
            "after_url": f"{self.url}{asked.path}?cursor={after}", "before_cursor": None, "before_url": None,
            "end_of_stream": first + n >= len(posts)})


class FakeZendeskRatings(FakePlatform):
    """The ratings of an account."""

    platform = "zendesk"
    secrets = FakeZendesk.secrets
    has_removals = False

    @property
    def entry(self):
        return {**super().entry, "subdomain": "brindlecart", "what": ["ratings"]}

    def new_id(self, k):
        return f"rating-{62000 + k}"

    def is_allowed(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == basic()

    def expected(self, post):
        scale = RatingScale(0, 1)
        return {**super().expected(post), "rating": float(post.stars > 3), "rating_lowest": scale.lowest,
                "rating_highest": scale.highest, "url": "https://brindlecart.zendesk.com/agent/tickets/208"}

    def answer(self, asked: Asked) -> Answer:
        if asked.path != "/api/v2/satisfaction_ratings.json":
            return Answer({"error": "InvalidEndpoint", "description": "Not found"}, 404)
        n, after = int(asked.params["page[size]"]), asked.params.get("page[after]")
        assert n <= 100
        assert asked.params["score"] == "received"
        place = position(after) if after else (int(asked.params.get("start_time", 0)) - 1, "~")
        posts = self.oldest_first("created_at")
        first = bisect.bisect_right(posts, place, key=lambda post: (int(post.created_at.timestamp()), post.id))
        page, has_more = posts[first:first + n], first + n < len(posts)
        last = cursor(int(page[-1].created_at.timestamp()), page[-1].id) if page else None
        link = f"{self.url}{asked.path}?page[after]={last}&page[size]={n}"
        return Answer({"satisfaction_ratings": [rating(post) for post in page],
                       "meta": {"has_more": has_more, "after_cursor": last, "before_cursor": None},
                       "links": {"next": link if has_more else None, "prev": None}})


def basic() -> str:
    """Return the header that is wanted."""
    return "Basic " + base64.b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()


def cursor(seconds: int, last: str) -> str:
    """Return a cursor in the platform's form."""
    return base64.b64encode(f"{seconds}.0||{last}|".encode()).decode()


def position(after: str) -> tuple[int, str]:
    """Return the time and id that a cursor stands for."""
    seconds, _, last = base64.b64decode(after, validate=True).decode().partition(".0||")
    return int(seconds), last.rstrip("|")


def requester_id(post: Post) -> int:
    """Return the id of who wrote a post."""
    return FIRST_REQUESTER + int(post.author.removeprefix("author-"))


def user(user_id: int, role: str = "end-user"):
    """Return a user that is told beside tickets."""
    return {"id": user_id, "url": f"https://brindlecart.zendesk.com/api/v2/users/{user_id}.json", "name": "Sarah",
            "email": f"sarah{user_id}@example.org", "role": role, "locale": "en-GB", "verified": True, "phone": None,
            "suspended": False, "user_fields": {}, "tags": []}


def ticket(post: Post, **other):
    """Return a ticket."""
    return {
        "url": f"https://brindlecart.zendesk.com/api/v2/tickets/{post.id}.json", "id": int(post.id),
        "external_id": None, "via": {"channel": "web", "source": {
            "from": {"address": "sarah@example.org", "name": "Sarah"}, "to": {}, "rel": None}},
        "created_at": iso(post.created_at), "updated_at": iso(post.changed_at),
        "generated_timestamp": int(post.changed_at.timestamp()), "type": "incident", "subject": "My order",
        "raw_subject": "My order", "description": post.words, "priority": None,
        "status": "deleted" if post.is_removed else "open", "recipient": None, "requester_id": requester_id(post),
        "submitter_id": requester_id(post), "assignee_id": 235323, "organization_id": None, "group_id": 98738,
        "collaborator_ids": [], "follower_ids": [], "email_cc_ids": [], "forum_topic_id": None, "problem_id": None,
        "has_incidents": False, "is_public": True, "due_at": None, "tags": ["enterprise", "other_tag"],
        "custom_fields": [{"id": 27642, "value": "745"}, {"id": 27648, "value": None}],
        "satisfaction_rating": {"score": "unoffered"}, "sharing_agreement_ids": [], "custom_status_id": 1,
        "fields": [{"id": 27642, "value": "745"}, {"id": 27648, "value": None}], "followup_ids": [],
        "ticket_form_id": 47, "brand_id": 360001, "allow_channelback": False, "allow_attachments": True,
        "from_messaging_channel": False, **other}


def rating(post: Post, **other):
    """Return a rating."""
    rating_id = int(post.id.removeprefix("rating-"))
    return {"url": f"https://brindlecart.zendesk.com/api/v2/satisfaction_ratings/{rating_id}.json", "id": rating_id,
            "assignee_id": 235323, "group_id": 98738, "requester_id": requester_id(post), "ticket_id": 208,
            "score": "good" if post.stars > 3 else "bad", "created_at": iso(post.created_at),
            "updated_at": iso(post.changed_at), "comment": post.words, "reason": None, "reason_code": None,
            "reason_id": None, **other}
