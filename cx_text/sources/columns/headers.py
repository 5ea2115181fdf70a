"""What the words of a column's header say about the column."""

from __future__ import annotations

import re

# Columns that text analytics adds behind a question: "What is the main reason? - Parent Topics".
_ANALYTICS_TAIL = re.compile(r".*[ _]- (?:(?:parent|level \d) )?(?:topics?|sentiment|topic sentiment|actionability"
                             r"|emotions?)(?: (?:hierarchy|labels?|polarity|score))*(?: level \d)?\s*", re.I | re.S)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\dA-Za-z_]+")


def _set(known: str) -> frozenset[str]:
    return frozenset(known.split())


VERBATIM = _set("comment comments feedback review reviews verbatim text reason reasons why suggestion suggestions "
               "improve improvement improvements describe tell explain opinion message body content answer response "
               "elaborate anything thoughts experience complaint complaints narrative")
# Columns with words that are not the customer's answer: addresses, devices, products, what staff wrote.
NOT_VERBATIM = _set("address street city country url link email mail ip device browser agent product item sku filename "
                   "company employer name username author user reply replied replies developer internal path uuid guid "
                   "token route")
# Words of the company, never of a customer, even in a column called "Reply text".
STAFF = _set("reply replied replies developer internal staff")
TITLE = _set("title headline subject heading")
# Output of other text analytics: never what the customer said, nor a group of customers.
ANALYTICS = _set("sentiment sentiments topic topics theme themes emotion emotions polarity keyword keywords "
                "actionability entity entities")
RECOMMEND = _set("recommend recommendation recommending")
NPS = _set("nps ltr promoter")
LIKELY = _set("likely likelihood")
SCORE = _set("score")
NOT_NPS = _set("group category csat satisfaction satisfied ces effort sentiment polarity confidence quality comment "
              "reason id date time count thumbs")
RATING = _set("rating ratings stars star satisfaction satisfied csat score")
RATE = _set("rate rated")  # only in questions: a "disagreement rate" is none
NOT_RATING = _set("id date time count total sentiment polarity confidence group category comment reason average mean "
                 "thumbs likes votes")
DATE = _set("date time timestamp datetime created submitted recorded received completed posted published responded at "
           "on when day start started end ended finished")
NOT_DATE = _set("birth dob birthday reply replied updated modified duration expiry expires joined signup renewal "
               "seconds minutes zone timezone")
BEST_DATE = _set("recorded received submitted completed responded created posted published end ended")
WORST_DATE = _set("start started")
ID = _set("id ids uuid guid responseid respondentid reviewid")
NOT_ROW_ID = _set("user customer product order company account agent store author parent thread person session "
                 "collector app device location employee item client member contact import campaign")
CUSTOMER = _set("user customer account author member client contact person respondent reviewer")
MAIL = _set("e mail email address customer user contact")
CHANNEL = _set("channel channels source sources platform site network medium")
BEST_ID = _set("response review comment feedback respondent ticket case answer survey")
COUNT = _set("count counts")  # of likes, of words: numbers, not groups
METADATA = _set("ip email mail phone telephone mobile url link latitude longitude lat lng lon progress finished "
               "status duration token uuid guid id seed password postcode zip")
PERSON = _set("agent author reviewer user username customer respondent first last full employee staff rep advisor "
             "owner surname handle recipient contact client nickname")


def words(header: str) -> list[str]:
    """Return a header's words in lower case; "ResponseId", "RESPONSE_ID" and "response id" are the same."""
    return [word.casefold() for word in _WORD.findall(header)]


def has(header: str, known: frozenset[str]) -> bool:
    """Whether one of the words is in the header."""
    return not known.isdisjoint(words(header))


def has_short(header: str, known: frozenset[str]) -> bool:
    """Whether a word names the column: "How was our staff?" only mentions it."""
    return has(header, known) and not reads_like_question(header)


def is_analytics(header: str) -> bool:
    """Whether a header names the output of another text-analytics tool: "Sentiment", "Q1 - Topics", "Q1_NPS_GROUP"."""
    found = words(header)
    is_nps_group = "nps" in found and not {"group", "category"}.isdisjoint(found)
    is_tail = _ANALYTICS_TAIL.fullmatch(header) is not None
    return is_nps_group or is_tail or ("?" not in header and len(found) <= 5 and not ANALYTICS.isdisjoint(found))


def is_person(header: str) -> bool:
    """Whether a header names people: "Agent", "First name", "user_name"; "Plan name" and "User type" do not."""
    found = set(words(header))
    return found == {"name"} or (bool(found) and found <= PERSON | {"name", "id"})


def reads_like_question(header: str) -> bool:
    """Whether a header is the wording of a question: it has a "?" or at least four words."""
    return "?" in header or len(header.split()) >= 4
