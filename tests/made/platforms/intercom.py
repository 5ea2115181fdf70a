"""Intercom's search of conversations:
https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations/searchconversations.
"""

import base64
import bisect
import html
import json

from made.platforms.base import Answer, Asked, FakePlatform, Post


class FakeIntercom(FakePlatform):
    """Every third conversation was begun by the team, and the customer only rated it."""

    platform = "intercom"
    secrets = {"INTERCOM_ACCESS_TOKEN": "dG9rOmludGVyY29t"}  # noqa: RUF012

    @property
    def entry(self):
        return {**super().entry, "workspace": "w1x2y3"}

    def expected(self, post):
        return {**super().expected(post), "rating": float(post.stars) if is_rating(post) else None,
                "rating_highest": 5 if is_rating(post) else None,
                "url": f"https://app.intercom.com/a/inbox/w1x2y3/inbox/conversation/{post.id}"}

    def answer(self, asked: Asked) -> Answer:
        if (asked.method, asked.path) != ("POST", "/conversations/search"):
            return Answer(error("not_found"), 404)
        query, pagination = asked.json["query"], asked.json["pagination"]
        n = pagination["per_page"]
        assert n <= 150
        assert (query["field"], query["operator"]) == ("updated_at", ">")
        assert asked.json["sort"] == {"field": "updated_at", "order": "ascending"}
        assert asked.headers["intercom-version"] == "2.11"
        try:
            after = pagination.get("starting_after")
            place = tuple(json.loads(base64.b64decode(after, validate=True))) if after else (query["value"], "~")
        except ValueError:
            return Answer(error("parameter_invalid"), 400)
        posts = self.oldest_first()
        first = bisect.bisect_right(posts, place, key=lambda post: (int(post.changed_at.timestamp()), post.id))
        page = posts[first:first + n]
        pages = {"type": "pages", "page": 1 + first // n, "per_page": n, "total_pages": -(-len(posts) // n)}
        if first + n < len(posts):
            last = json.dumps([int(page[-1].changed_at.timestamp()), page[-1].id]).encode()
            pages["next"] = {"page": pages["page"] + 1, "starting_after": base64.b64encode(last).decode()}
        return Answer({"type": "conversation.list", "conversations": [conversation(post) for post in page],
                       "total_count": len(posts), "pages": pages})


def error(code: str):
    """Return what the platform says of a fault."""
    return {"type": "error.list", "request_id": "b3f6", "errors": [{"code": code, "message": "No."}]}


def is_rating(post: Post) -> bool:
    """Return whether a customer only rated what the team began."""
    return int(post.id) % 3 == 2


def conversation(post: Post, **other):
    """Return a conversation."""
    at, changed_at = int(post.created_at.timestamp()), int(post.changed_at.timestamp())
    contact = {"type": "contact", "id": post.author, "external_id": None}
    teammate = {"type": "admin", "id": "814860", "name": "Jo Li", "email": "jo@brindlecart.example"}
    rated = is_rating(post) and not post.is_removed
    first = {"type": "conversation", "id": f"4{post.id}", "delivered_as": "customer_initiated", "subject": "",
             "body": as_html(post.words), "author": {"type": "user", "id": post.author, "name": "Sarah",
                                                    "email": "sarah@example.org"},
             "attachments": [], "url": "https://shop.brindlecart.example/help", "redacted": False}
    if post.is_removed:
        first |= {"body": "<p><i>This message was deleted</i></p>", "redacted": True}
    elif rated:
        first |= {"delivered_as": "admin_initiated", "body": "<p>How did it go?</p>", "author": teammate}
    return {
        "type": "conversation", "id": post.id, "title": None, "created_at": at, "updated_at": changed_at,
        "waiting_since": None, "snoozed_until": None, "open": False, "state": "closed", "read": True,
        "priority": "not_priority", "admin_assignee_id": 814860, "team_assignee_id": "5017691",
        "tags": {"type": "tag.list", "tags": [{"type": "tag", "id": "123456", "name": "delivery", "applied_at": at,
                                              "applied_by": {"type": "admin", "id": "814860"}}]},
        "conversation_rating": {"rating": post.stars if rated else None, "remark": post.words if rated else None,
                                "created_at": at, "contact": contact, "teammate": teammate},
        "source": first, "contacts": {"type": "contact.list", "contacts": [contact]},
        "teammates": {"type": "admin.list", "admins": [teammate]}, "custom_attributes": {"Country": "NL", "Orders": 3},
        "first_contact_reply": {"created_at": at, "type": "conversation", "url": None}, "sla_applied": None,
        "statistics": {"type": "conversation_statistics", "time_to_admin_reply": 2310, "count_reopens": 0,
                       "count_assignments": 1, "count_conversation_parts": 4},
        "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False},
        "ai_agent_participated": False, "ai_agent": None, "topics": {"type": "topic.list", "topics": []}, **other}


def as_html(words: str) -> str:
    """Return words as the messenger sends them."""
    return "<p class=\"no-margin\">" + html.escape(words).replace("\n", "<br>\n") + "</p>"
