"""Survey and review tools, told by the columns that they alone write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cx_text.sources.columns.headers import reads_like_question

# Names as `folded` gives them; a file with all of one line comes from that tool.
_SIGNATURES = tuple((tool, tuple(names.split())) for tool, names in (
    ("Qualtrics", "responseid recordeddate distributionchannel"),
    ("Qualtrics", "responseid recordeddate finished progress"),
    ("Qualtrics", "responseid responseset externaldatareference"),
    ("SurveyMonkey", "respondentid collectorid"),
    ("Typeform", "networkid submitdateutc"),
    ("Microsoft Forms", "id starttime completiontime"),
    ("Delighted", "surveytype permalink score createdat"),
    ("Wootric", "enduserid excludedfromcalculations score"),
    ("AskNicely", "dontcontact responded answer"),
    ("Formbricks", "responseid surveyid finished timestamp"),
    ("Zendesk", "ticketid satisfactioncomment"),
    ("Zendesk", "ticketid ticketsatisfactioncomment"),
    ("Intercom", "conversationid conversationrating"),
    ("App Store Connect", "reviewernickname createddate territory"),
    ("Google Play Console", "packagename starrating reviewtext"),
    ("Trustpilot", "reviewstars reviewcontent reviewtitle"),
    ("Trustpilot", "stars createdat experiencedat"),
    ("Brandwatch", "queryid queryname snippet"),
    ("Typeform", "landingid responseid landedat submittedat"),  # JSON of its API
    ("Reddit", "createdutc subreddit permalink"),
    ("X", "authorid conversationid createdat text"),
))
# What a tool's own column holds where its name does not say so, in words that headers are understood by.
_MEANINGS: Mapping[str, Mapping[str, str]] = {
    "Qualtrics": {"externalreference": "Customer ID", "externaldatareference": "Customer ID"},
    "Typeform": {"": "Response ID", "calculatedscore": "Points of a quiz"},  # "" is its column "#"
    "Delighted": {"person": "Customer ID", "personid": "Customer ID"},
    "Wootric": {"enduserid": "Customer ID", "surveyid": "Survey"},
    "AskNicely": {"personid": "Customer ID", "answer": "NPS score", "responded": "Responded at",
                  "answerlabel": "NPS group"},
    "Zendesk": {"requesterid": "Customer ID", "satisfactioncomment": "Comment", "ticketsatisfactioncomment": "Comment",
                "assignee": "Agent"},
    "Intercom": {"conversationratingremark": "Comment", "conversationremark": "Comment", "teammaterated": "Agent"},
    "Reddit": {"score": "Upvotes", "author": "Author ID"},
    "Brandwatch": {"fulltext": "Text", "snippet": "Title"},  # the snippet is a cut of the full text
}
_GOOGLE_FORMS = frozenset(("timestamp", "zeitstempel", "horodateur", "marcatemporal", "informazionicronologiche"))
_FEW = 3  # columns named in the sentence that says why


def folded(name: str) -> str:
    """Return a column's name without case, spaces and signs: "Response ID" and "response_id" are the same."""
    return re.sub(r"[\W_]+", "", name.casefold())


def tool_of(names: Sequence[str]) -> tuple[str | None, str]:
    """Return the tool that writes such columns, None when they could be anyone's, and why in a phrase."""
    known = {folded(name): name for name in reversed(names)}
    for tool, needed in _SIGNATURES:
        if known.keys() >= set(needed):
            shown = [known[name] for name in needed][:_FEW]
            return tool, f"because it has the columns {', '.join(map(repr, shown[:-1]))} and {shown[-1]!r}"
    if names and folded(names[0]) in _GOOGLE_FORMS and any(map(reads_like_question, names[1:])):
        return "Google Forms", f"because its first column is {names[0]!r} and a question heads another"
    return None, ""


def tool_fact(names: Sequence[str]) -> dict[str, str]:
    """Return the fact "survey tool" of a file without header rows, empty where its columns could be anyone's."""
    tool, because = tool_of(names)
    return {"survey tool": f"{tool}, {because}"} if tool else {}


def meanings(tool: str | None, names: Sequence[str]) -> dict[str, str]:
    """Return name → what it means, for the tool's own columns whose names do not say it."""
    known = _MEANINGS.get(tool or "", {})
    return {name: known[folded(name)] for name in names if folded(name) in known}
