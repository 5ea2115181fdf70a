"""Whether a text answers at all: "n/a" and "-" do not, and "nothing" may, depending on the question."""

from __future__ import annotations

import re

from cx_text.comment import Kind
from cx_text.text.sentences import EMOJI, EMOTICON
from cx_text.text.word_lists import words_of

# Words that say "I give no answer", compared without case, punctuation and blanks at the ends.
_NON_ANSWERS = words_of("""
n/a|na|n a|n.a|n\\a|nil|null|nan|undefined|#n/a|#null|none given|none provided|none supplied|not provided
not supplied|not given|no comment|no comments|no further comment|no further comments|no other comments
no additional comments|no more comments|no comment at this time|no comments at this time|no comment to make
no comments to make|no feedback|without comment|did not answer|didn't answer|not answered|unanswered|no answer
no answers|no answer given|no response|no reply|non response|prefer not to say|prefer not to answer|rather not say
i prefer not to say|i'd rather not say|declined to answer|refused|not applicable|does not apply|doesn't apply
not relevant|irrelevant|blank|left blank|skip|skipped|pass|empty|don't know|dont know|do not know|i don't know
i dont know|i do not know|i honestly don't know|dunno|idk|dk|no idea|not sure|i'm not sure|im not sure|i am not sure
unsure|no opinion|can't say|cannot say|can't remember|i can't remember|nothing to say|nothing to add
nothing more to add|nothing else to add|nothing further to add|nothing else|nothing further|nothing to report
nothing to comment|nothing to comment on|nothing i would like to add|no more to say|nothing more to say|see above
as above|see previous|see previous answer|see previous entry|see previous comment|same as above|as before|ditto
as previous|as previously stated|look at answer above|said it previously|already answered|see below
see my previous answer|test|testing|test test|this is a test|test comment|test answer|asdf|lorem ipsum|tbc|tba
unreadable|illegible|no text
""", separator="|")

# Said to "what could we do better?" these praise, to "what was good?" they complain, to "why?" they are silent.
_NOTHING = re.compile(
    r"(?:no|none|nope|nah|nothing|not a thing|not really|not much|not a lot|nowt|zero|zilch)"
    r"(?: thanks?| thank you| really| at all| at present| at the moment| at this time| for now| now| yet| so far| much"
    r"| specific| in particular| particular| special| major| needed| required| that i can think of| i can think of"
    r"| comes to mind| springs to mind| to mention| at the minute| for me| whatsoever| else)*"
    r"|(?:absolutely|literally|really|honestly|currently) (?:nothing|none)")

_ASKS_BAD = re.compile(
    r"improve|better|dislike|missing|lack|\bchang|wrong|worst|least|disappoint|frustrat|annoy|problem|\bissue|complain"
    r"|dissatisf|unsatisf|difficult|concern|\bbad\b|poor|negative|go badly")
_NOT_LIKE = re.compile(r"(?:n't|\bnot)(?: you| we)? like\b|\blike[sd]? (?:the )?least|\bleast like[sd]?\b")
_ASKS_GOOD = re.compile(
    r"\bgood\b|\bgreat\b|\bbest\b|\bwell\b|\blove|\benjoy|(?<!would )(?<!'d )\blike[sd]?\b"
    r"|(?<!dis)(?<!un)\bsatisf|\bpositive|\bpleas(?:ed|ing)|\bimpress|\bstrength|\bmost\b.*\bvalu|\bpraise")

_EDGES = " \t\r\n.,;:!?-–—_*~'\"()[]{}<>|/\\=…"
_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_RUNS = frozenset(row[i:i + 3] for base in _ROWS for row in (base, base[::-1]) for i in range(len(row) - 2))
_EMOJI = re.compile(f"{EMOJI}|{EMOTICON}")


def kind_of(text: str, question: str | None = None) -> Kind:
    """Return whether a text is an answer, a non-answer or blank.

    "Nothing", "none" and "no" are answers to a question about what is good or what is bad, and not otherwise.

    Args:
        text: A normalised text.
        question: The question that it answers, if known.
    """
    if not text.strip():
        return Kind.BLANK
    if _EMOJI.search(text):
        return Kind.ANSWER
    if not any(c.isalnum() for c in text):
        return Kind.NON_ANSWER
    bare = " ".join(text.casefold().replace("’", "'").split()).strip(_EDGES)
    if bare in _NON_ANSWERS or _is_noise(bare):
        return Kind.NON_ANSWER
    if _NOTHING.fullmatch(" ".join(re.sub(r"[.,;:!?*-]+", " ", bare).split())):
        return Kind.ANSWER if question and asks_for(question) else Kind.NON_ANSWER
    return Kind.ANSWER


def asks_for(question: str) -> str:
    """Return "good" or "bad" where a question asks for only that, and "" where it asks for both or neither."""
    asked = question.casefold().replace("’", "'")
    rest = _NOT_LIKE.sub("", asked)
    is_bad, is_good = rest != asked or bool(_ASKS_BAD.search(rest)), bool(_ASKS_GOOD.search(rest))
    if is_bad == is_good:
        return ""
    return "bad" if is_bad else "good"


def _is_noise(bare: str) -> bool:
    """Whether every word is keyboard noise; only a to z is judged, so no other script can be."""
    words = bare.split()
    return 0 < len(words) <= 5 and all(w.isascii() and _is_noise_word(w.strip(_EDGES)) for w in words)


def _is_noise_word(word: str) -> bool:
    if not word.isalnum():
        return not word
    if len(word) == 1:
        return word.isalpha()
    if len(set(word)) == 1:
        return word.isalpha() and (len(word) > 3 or word in ("xx", "xxx"))
    if len(word) >= 4 and _is_of_key_runs(word):
        return True
    # "grrrr" and "hmmmm" say something; six different consonants in a row do not. "nhs", "html", "rhythm" pass.
    collapsed = re.sub(r"(.)\1+", r"\1", word)
    return word.isalpha() and len(collapsed) >= 6 and not re.search("[aeiouy]", word)


def _is_of_key_runs(word: str) -> bool:
    """Whether a word is made of runs of three or more neighbouring keys: "asdf", "asdasd", "qweasd"; not "were"."""
    reached = {0}
    for end in range(3, len(word) + 1):
        starts_run, goes_on = end - 3 in reached, end > 3 and end - 1 in reached
        if word[end - 3:end] in _RUNS and (starts_run or goes_on):
            reached.add(end)
    return len(word) in reached
