"""What a text is: an answer, a bare rating, spam, or no answer. "Nothing" may be one, depending on the question."""

from __future__ import annotations

import re

from cx_text.comment import Kind
from cx_text.text.ratings import LONGEST, is_rating
from cx_text.text.sentences import EMOJI, EMOTICON
from cx_text.text.spam import is_spam
from cx_text.text.word_lists import words_of

# Words that say "I give no answer", compared without case, punctuation and blanks at the ends.
_NON_ANSWERS = words_of("""
n/a|na|n a|n.a|n\\a|nil|null|nan|undefined|#n/a|#null|none given|none provided|none supplied|not provided|not supplied
not given|no comment|no comments|no comment at this time|no comments at this time|no comment to make
no comments to make|no feedback|without comment|did not answer|didn't answer|not answered|unanswered|no answer
no answers|no answer given|no response|no reply|non response|prefer not to say|prefer not to answer|rather not say
i prefer not to say|i'd rather not say|declined to answer|refused|not applicable|does not apply|doesn't apply
not relevant|irrelevant|blank|left blank|skip|skipped|pass|empty|don't know|dont know|do not know|i don't know
i dont know|i do not know|i honestly don't know|dunno|idk|dk|no idea|not sure|i'm not sure|im not sure|i am not sure
unsure|no opinion|can't say|cannot say|can't remember|i can't remember|see above|as above|see previous
see previous answer|see previous entry|see previous comment|same as above|as before|ditto|as previous
as previously stated|look at answer above|said it previously|already answered|see below|see my previous answer|test
testing|test test|this is a test|test comment|test answer|asdf|lorem ipsum|tbc|tba|unreadable|illegible|no text
""", separator="|")

# "Nothing to add": the customer looked, and has said all there is to say. "No comment" refuses; this does not.
_SAY = r"(?:add|say|report|comment|comment on|mention|tell you|tell|note|contribute|share|declare|raise|write|put)"
_REMARKS = (r"(?:comments?|feedback|remarks?|suggestions?|thoughts?|input|questions?|information|info|points?|notes?"
            r"|observations?|opinions?)")
_MORE = r"(?:further|other|additional|more|extra|new)"
_NOTHING_TO_ADD = re.compile(
    r"(?:no |sorry |thanks |thank you |(?:i |we )?(?:think|guess|believe) |ok |at the moment |at this time )*"
    r"(?:(?:i |we |i've |we've |i'd )?(?:really |currently |honestly )?(?:have |have got |had |got )?|there's "
    r"|there is )"
    r"(?:(?:nothing|nowt|not much|not a lot)(?: else| more| further| extra| left| specific| special| in particular"
    r"| really)*"
    rf" (?:to|(?:that )?(?:i|we)(?:'d| would)? (?:like|want|wish|need|care)(?: to)?|i can|i could|worth) {_SAY}"
    r"|nothing (?:else|further|more)|nothing (?:more|else) than that"
    rf"|no {_MORE}(?: {_MORE}| specific)* {_REMARKS}(?: (?:to|i want to) (?:add|make|give|share|report|offer))?"
    rf"|no comments? to add|no more to {_SAY}"
    rf"|(?:don't|do not|dont|didn't|did not)(?: really)? have (?:anything|much)(?: else| more| further)* to {_SAY}"
    rf"|(?:don't|do not|dont)(?: really)? have any {_MORE} {_REMARKS}"
    rf"|not? anything (?:else|more|further)(?: to {_SAY})?"
    r"|(?:that's|thats|that is|this is|that was|that'll be|that will be|that would be)(?: about| pretty much"
    r"| basically)?"
    r" (?:all|it|everything|the lot)(?: folks)?(?: i (?:have|had|want|wanted|need)(?: to (?:say|add))?)?"
    r"|that (?:covers|says|sums up|sums) (?:it all|it|everything|it up)|(?:said|covered) (?:it all|everything"
    r"|enough|all)"
    r"|enough said|all said|all has been said|everything has been said|(?:everything|all) (?:is )?covered(?: above)?)"
    r"(?: thank you| thanks| many thanks| very much| cheers| sorry| for now| at the moment| at this time| at present"
    r"| at this stage| at this point| really| today| from me| from us| so far| right now| i can think of| (?:i )?think"
    r"| that i can think of| to be honest| on this| about this| here| on this occasion| now)*")

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
    """Return what a text is before anything is read in it.

    "Nothing", "none" and "no" are answers to a question about what is good or what is bad, and not otherwise.

    Args:
        text: A normalised text.
        question: The question that it answers, if known.
    """
    if not text.strip():
        return Kind.BLANK
    if is_rating(text):
        return Kind.RATING
    if is_spam(text):
        return Kind.SPAM
    return _kind_of_words(text, question)


def _kind_of_words(text: str, question: str | None) -> Kind:
    if _EMOJI.search(text):
        return Kind.ANSWER
    if not any(c.isalnum() for c in text):
        return Kind.NON_ANSWER
    bare = " ".join(text.casefold().replace("’", "'").split()).strip(_EDGES)
    if bare in _NON_ANSWERS or _is_noise(bare):
        return Kind.NON_ANSWER
    words = " ".join(re.sub(r"[.,;:!?*-]+", " ", bare).split())
    if len(words) <= LONGEST and _NOTHING_TO_ADD.fullmatch(words):
        return Kind.NOTHING_TO_ADD
    if _NOTHING.fullmatch(words):
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
