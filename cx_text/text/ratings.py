"""Whether a text is a rating and nothing else: "10/10", "five stars", "very good, thank you"."""

from __future__ import annotations

import re

from cx_text.text.word_lists import words_of

LONGEST = 80  # characters; what is longer says more than a rating, or repeats itself

# Words that judge and name nothing that is judged. "Helpful", "slow" and "clean" speak of people, time and rooms.
_JUDGING = words_of("""
excellent|excelent|excellant|exellent|outstanding|exceptional|superb|perfect|perfection|faultless|flawless|impeccable
exemplary|amazing|awesome|fantastic|fabulous|fab|wonderful|marvellous|marvelous|brilliant|brill|incredible|magnificent
splendid|stunning|terrific|phenomenal|great|gr8|good|goood|gud|nice|lovely|super|superior|ace|cool|wow|fine|ok|okay|o k
alright|all right|average|mediocre|moderate|decent|fair|reasonable|satisfactory|adequate|acceptable|tolerable|so so
meh|poor|bad|terrible|awful|horrible|horrendous|dreadful|appalling|abysmal|atrocious|shocking|pathetic|rubbish|crap
garbage|trash|useless|shit|shite|dire|lousy|disgraceful|unacceptable|unsatisfactory|disappointing|disappointed
satisfied|dissatisfied|unsatisfied|happy|unhappy|pleased|delighted|impressed|unimpressed|positive|negative|neutral
best|the best|best ever|the best ever|better than ever|worst|the worst|worst ever|the worst ever|top notch|first class
1st class|first rate|second to none|spot on|full marks|top marks|thumbs up|thumbs down|two thumbs up|world class
could not be better|couldn't be better|could be better|could be worse|love it|loved it|i love it|i loved it|like it
i like it|liked it|hate it|hated it|i hate it|neither good nor bad|neither satisfied nor dissatisfied|neither
""", separator="|")
_INTENSIFYING = words_of("""
very|v|really|so|soo|extremely|absolutely|quite|pretty|fairly|truly|totally|just|rather|exceptionally|incredibly|simply
completely|too|not|not so|not very|not too|not that|not at all|more than|less than|most|generally|mostly|all|a bit|only
consistently|always|utterly|overall|somewhat
""", separator="|")
_OPENING = words_of("""
it's|it is|it was|its|it has been|was|is|this is|this was|that was|all was|all is|everything was|everything is
everything|everything's|overall|i am|i'm|im|i was|we were|we are|we're|i would say|i'd say|i would give it|i'd give it
i give it|i'd give|i give|i rate it|i'd rate it|i would rate it|rating|score|my rating|my score|rated|a|an|a solid
solid|yes
""", separator="|")
_CLOSING = words_of("""
thank you|thanks|thank u|thankyou|thx|ty|many thanks|thanks a lot|thank you all|thanks all|thank you so much
thank you very much|thanks very much|thanks so much|cheers|so far|overall|as always|as usual|as ever|as expected|indeed
again|every time|always|all round|all around|throughout|to be honest|tbh|ever|for me|in my opinion|imo|well done
keep it up|keep up the good work|in every way|in all ways|at best|i guess|i suppose|on the whole|from me|today|enough
really|at all
""", separator="|")
_NUMBER_WORDS = words_of("zero one two three four five six seven eight nine ten")


def _any(words: frozenset[str]) -> str:
    return "(?:" + "|".join(re.escape(w) for w in sorted(words, key=lambda w: (-len(w), w))) + ")"


_NUMBER = rf"(?:\d{{1,3}}(?:\.\d)?|{_any(_NUMBER_WORDS)}|(?:a|one) hundred)"
_MARK = (rf"(?:{_NUMBER} ?/ ?{_NUMBER}|{_NUMBER} (?:out of|of|from) (?:a |a possible )?{_NUMBER}"
         rf"|{_NUMBER}(?: |-)?(?:\*+|stars?|points?)(?: out of {_NUMBER})?(?: rating)?"
         r"|\d{1,3} ?(?:%|percent|per cent)"
         r"|(?:10|\d)(?:\.\d)?|[a-d][+]+|\*{2,5})")
_ITEM = rf"(?:(?:{_any(_INTENSIFYING)} )*{_any(_JUDGING)}|{_MARK})"
_RATING = re.compile(rf"(?:{_any(_OPENING)} )*{_ITEM}(?: (?:(?:and|but|or|&) )?(?:{_any(_OPENING)} )*{_ITEM})*"
                     rf"(?: (?:and )?{_any(_CLOSING)})*")
_THANKS_FIRST = re.compile(r"\A(?:thank you|thanks|many thanks) (?!for\b)")

# Stars, thumbs, hearts, clapping, 100 and plain faces judge; an ambulance or a parcel does not.
_FACES = re.compile("[⭐🌟★☆👍👎👌💯👏🙌❤♥💕💖💗💙💚💛💜🧡😀😃😄😁😆😊🙂😍🥰😎🤩😐😑🙁☹😕😞😔😟😠😡🤬😢😭💩🔥🎉]"
                    "[\ufe0f\u200d\U0001f3fb-\U0001f3ff]*|(?<!\\w)[:;=]-?[)(D|/]+(?!\\w)|<3+")
_FILLING = re.compile(r"[,;:!?\"()\[\]…~_–—]+|\.(?!\d)|(?<=\w)-(?=\w)|(?<!\w)-+|-+(?!\w)")
_STRETCHED = re.compile(r"(\w)\1{2,}")


def is_rating(text: str) -> bool:
    """Return whether a text judges the whole and says no word of what it judges or why.

    Numbers alone count from 0 to 10: what is larger may be an order or a year.

    Args:
        text: A normalised text in any language; the words known here are English.
    """
    if len(text) > LONGEST:
        return False
    bare, n_faces = _FACES.subn(" ", text.casefold().replace("’", "'"))
    bare = " ".join(_FILLING.sub(" ", bare).split())
    if not bare:
        return n_faces > 0
    bare = _THANKS_FIRST.sub("", _STRETCHED.sub(r"\1\1", bare), count=1)
    return bool(_RATING.fullmatch(bare))
