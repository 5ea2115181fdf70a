"""Where a new clause starts in a parsed sentence: rules over a dependency parse, without the parser."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from cx_text.text.word_lists import words_of

NO_CLAUSE_WORDS = 4  # below this two clauses of two words each do not fit

# A sentence without any of these is cut only where the parser finds two sentences in a row without a stop.
_CANDIDATE = re.compile(
    r"[,&+/]"
    r"|\b(?:and|but|yet|however|although|though|whereas|while|whilst|except|apart|otherwise|plus)\b", re.IGNORECASE)

_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass", "expl"})
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_ANAPHORS = frozenset({"it", "they", "he", "she", "this", "that", "which", "who", "these", "those"})
_SELF = frozenset({"i", "we", "you", "u"})
# Said with "I … and I …" these make two opinions; other verbs tell one story.
_STANCES = words_of("love loved like liked hate hated enjoy enjoyed dislike disliked prefer want wish need recommend")
_REPORTING = words_of("""
say says said think thinks thought feel feels felt believe guess suppose hope know tell told mean
""")
_CONCESSIVE = frozenset({"although", "though", "whereas"})
_MAIN = frozenset({"ROOT", "parataxis", "ccomp", "conj", "dep"})
_OUTER = frozenset({"ROOT", "dobj", "attr", "appos", "conj", "dep", "npadvmod", "nsubj", "oprd"})
_QUALITIES = frozenset({"JJ", "JJR", "JJS", "VBN", "VBG"})
_JOINERS = frozenset({",", "and", "&", "+", "but", "/", "plus", "yet", "-", "also", "then"})
_SPLICED = frozenset({"ccomp", "parataxis", "advcl", "dep"})
_SUBORDINATES = frozenset({"because", "cos", "coz", "if", "when", "unless", "until", "that"})


class Word(NamedTuple):
    """A word of a parsed text: half-open span, lower-cased form, Penn tag, dependency, index of its head."""

    start: int
    end: int
    form: str
    tag: str
    dep: str
    head: int


def may_hold_two(sentence: str, n_words: int, longest_plain: int) -> bool:
    """Return whether a sentence can be cut at all, so that it is worth parsing.

    Args:
        sentence: One sentence.
        n_words: Its number of words.
        longest_plain: Most words at which a sentence without comma and conjunction is taken to be one clause.
    """
    return n_words >= NO_CLAUSE_WORDS and (n_words > longest_plain or _CANDIDATE.search(sentence) is not None)


def clause_starts(words: Sequence[Word]) -> list[int]:
    """Return the indices, ascending and above 0, of the words at which a further clause starts.

    The conjunction and the comma before a clause count to that clause.
    """
    if len(words) < 2:
        return []
    parse = _Parse(words)
    starts = parse.sentences() | parse.verbs() | parse.contrasts() | parse.concessions() | parse.qualities()
    if not any(w.tag in _FINITE for w in words):
        starts |= parse.verbless()
    return sorted(parse.with_joiners(at) for at in starts if at > 0 and parse.with_joiners(at) > 0)


class _Parse:
    """The words with their children and the edges of their subtrees."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self.children: list[list[int]] = [[] for _ in words]
        self.left, self.right = list(range(len(words))), list(range(len(words)))
        for i, word in enumerate(words):
            if word.head != i:
                self.children[word.head].append(i)
            at = i
            while words[at].head != at:
                at = words[at].head
                self.left[at], self.right[at] = min(self.left[at], i), max(self.right[at], i)

    def sentences(self) -> set[int]:
        """Sentences in a row that the parser found inside what the stops made one."""
        roots = [i for i, w in enumerate(self.words) if w.head == i and any(c.isalnum() for c in w.form)]
        return {self.left[i] for i in roots[1:]}

    def verbs(self) -> set[int]:
        """Verbs beside a main verb, with a subject of their own."""
        found = set()
        for i, word in enumerate(self.words):
            subject = self.subject(i)
            if subject is not None and len(own := self.subjects(i)) > 1 and self.form(self.left[own[1]] - 1) == ",":
                found.add(self.left[own[1]])  # "great camera, battery life could be better"
            if word.head == i or self.marks(i) & _SUBORDINATES:
                continue
            if word.dep == "conj" and subject is not None and self.is_main(word.head):
                if self.tag(self.left[i] - 1) != "CC" or self.has_new_subject(i, subject, word.head):
                    found.add(self.left[i])
            elif word.dep in _SPLICED and not self.marks(i) and (subject is not None or self.is_imperative(i)):
                found |= self.splice(i)
        return found

    def splice(self, i: int) -> set[int]:
        """Two sentences joined by a comma alone: "The app is great, the support is bad"."""
        head = self.words[i].head
        if self.subject(head) is None or self.form(head) in _REPORTING:
            return set()
        edge = self.right[i] + 1 if i < head else self.left[i]
        mark = edge if i < head else edge - 1
        return {edge} if 0 < edge < len(self.words) and self.form(mark) in (",", "-", "...") else set()

    def contrasts(self) -> set[int]:
        """But, yet, however, except, apart from, otherwise."""
        found = {i for i in range(1, len(self.words)) if self.is_contrast(i)}
        if self.form(0) in ("except", "apart") and self.form(self.right[0] + 1) == ",":
            found.add(self.right[0] + 1)  # "apart from the food, all was well"
        return found

    def is_contrast(self, i: int) -> bool:
        form, before = self.form(i), self.form(i - 1)
        if form in ("but", "yet"):
            word = self.words[i]
            is_joining = word.dep == "cc" and not self.is_before_noun(word.head) and not self.is_idiom(i)
            return is_joining or (form == "but" and before == ",")
        if form == "however":  # not "however hard", and not "the bed, however, was hard"
            return (self.tag(i + 1)[:2] not in ("JJ", "RB") and self.words[i - 1].dep != "mark"
                    and any(w.dep in _SUBJECTS for w in self.words[i + 1:]))
        if form in ("except", "apart"):
            return i > 1 and self.reaches_end(i)
        return form == "otherwise" and before in (",", "and", "but") and i + 1 < len(self.words)

    def concessions(self) -> set[int]:
        """Although, though, whereas, and while where it does not mean time."""
        found = set()
        for i, word in enumerate(self.words):
            if word.dep not in ("advcl", "ccomp", "conj", "parataxis") or self.subject(i) is None:
                continue
            marks = [c for c in self.children[i] if self.words[c].dep in ("mark", "advmod") and c < i]
            mark = next((c for c in marks if self.words[c].form in _CONCESSIVE
                         or (self.words[c].form in ("while", "whilst") and self.is_contrast_while(c, i))), None)
            if mark is not None:
                found.add(mark - (self.form(mark - 1) == "even") if i > word.head else self.right[i] + 1)
        return {at for at in found if at < len(self.words)}

    def qualities(self) -> set[int]:
        """Nouns beside a noun where each has an adjective of its own: "slow support and high prices"."""
        found = set()
        for i, word in enumerate(self.words):
            if word.dep not in ("conj", "appos") or word.head > i or not self.has_quality(i):
                continue
            top = word.head
            while self.words[top].dep in ("conj", "appos") and self.words[top].head != top:
                top = self.words[top].head
            is_verbless = self.words[top].dep == "ROOT"
            if self.has_quality(word.head) and (is_verbless or self.words[top].dep in ("dobj", "attr")):
                found.add(self.left[i])
        return found

    def verbless(self) -> set[int]:
        """Parts between commas and "and", each with a quality, at least one of two neighbours with a noun."""
        separators = [i for i, w in enumerate(self.words) if w.form in (",", "and", "&", "+", "plus", "/")]
        found, start = set(), 0
        for i in [*separators, len(self.words)]:
            if start and self.is_parallel(range(start - 1), range(start, i)):
                found.add(start)
            start = i + 1
        return found

    def is_parallel(self, one: range, other: range) -> bool:
        """Whether two parts both have two words and a quality, and one has a noun; not "friendly and helpful staff"."""
        if not one or not other or {self.words[one[-1]].dep, self.words[other[0]].dep} == {"amod"}:
            return False
        has_noun = any(self.tag(i)[:2] == "NN" for i in (*one, *other))
        return has_noun and all(
            any(self.tag(i) in _QUALITIES or self.form(i) == "no" for i in part)
            and sum(self.form(i)[:1].isalnum() for i in part) > 1 for part in (one, other))

    def with_joiners(self, at: int) -> int:
        """Return the index from which the joiners before a clause belong to it."""
        while at > 0 and self.words[at - 1].form in _JOINERS:
            at -= 1
        return at

    def subject(self, i: int) -> int | None:
        return next(iter(self.subjects(i)), None)

    def subjects(self, i: int) -> list[int]:
        """The subjects of a verb, or of its auxiliary, where the parser sometimes hangs them."""
        own = [c for c in self.children[i] if self.words[c].dep in _SUBJECTS]
        return own or [s for c in self.children[i] if self.words[c].dep in ("aux", "cop") for s in self.children[c]
                       if self.words[s].dep in _SUBJECTS]

    def is_imperative(self, i: int) -> bool:
        """Whether a sentence begins with an order: "Don't buy it, it broke"."""
        return self.tag(i) == "VB" and self.left[i] == 0 and self.form(0) in (self.form(i), "do", "please")

    def marks(self, i: int) -> set[str]:
        return {self.words[c].form for c in self.children[i] if self.words[c].dep == "mark"}

    def is_main(self, i: int) -> bool:
        """Whether a verb stands in the main line, or gives a reason after it ("because it is fast and …")."""
        while self.words[i].dep == "conj":
            i = self.words[i].head
        word = self.words[i]
        if word.dep == "advcl":
            return i > word.head and "because" in self.marks(i)
        return word.dep in _MAIN and not (word.dep == "ccomp" and "that" in self.marks(i))

    def has_new_subject(self, i: int, subject: int, before: int) -> bool:
        form = self.words[subject].form
        if form in _ANAPHORS:
            return False
        if form in _SELF:
            first = self.subject(before)
            is_same = first is not None and self.words[first].form == form
            return self.words[i].form in _STANCES or not (is_same or first is None)
        return True

    def has_quality(self, i: int) -> bool:
        return self.tag(i)[:2] == "NN" and any(
            self.words[c].dep == "amod" or self.words[c].form == "no" for c in self.children[i] if c < i)

    def is_before_noun(self, i: int) -> bool:
        """Whether the word stands before the noun that it describes, as in "a slow but friendly service"."""
        return self.words[i].dep in ("amod", "advmod", "quantmod") and i < self.words[i].head

    def is_idiom(self, i: int) -> bool:
        """Not only … but, nothing but, all but, last but not least, not A but B."""
        forms = [w.form for w in self.words[:i]]
        is_not_only = "only" in forms[-8:] and "not" in forms[-9:]
        return is_not_only or self.form(i - 1) in ("nothing", "all", "anything", "last", "choice", "help")

    def is_contrast_while(self, mark: int, verb: int) -> bool:
        is_progressive = self.tag(verb) == "VBG"
        return not is_progressive and (mark == 0 or self.form(mark - 1) == ",")

    def reaches_end(self, i: int) -> bool:
        """Whether nothing but the words under this one follows."""
        edge = max(self.right[i], i)
        return edge > i and not any(w.dep in _SUBJECTS | {"ROOT"} for w in self.words[edge + 1:])

    def form(self, i: int) -> str:
        return self.words[i].form if 0 <= i < len(self.words) else ""

    def tag(self, i: int) -> str:
        return self.words[i].tag if 0 <= i < len(self.words) else ""
