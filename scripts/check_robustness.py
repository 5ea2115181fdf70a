"""Behaviour of a polarity model on texts written for it, capability by capability, with failure rates.

    python scripts/check_robustness.py [--model cx-polarity-en] [--json]

In the manner of CheckList (Ribeiro et al. 2020, arXiv 2005.04118). "expected": this class must come out. "unchanged":
the class of the changed text must be that of the plain one. All texts are invented; none was trained on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import product

import numpy as np

import cx_text
from cx_text.backends.base import PolarityModel

CLASSES = ("negative", "neutral", "positive")
NEGATIVE, NEUTRAL, POSITIVE = range(3)

GOOD = ("The checkout was quick and easy", "Your technician was friendly and solved it at once",
        "I love how simple the new dashboard is", "Our room was spotless and the bed was comfortable",
        "Excellent support, they answered within minutes", "The nurse was kind and explained everything",
        "Delivery came a day early, really pleased", "Great value for what we pay",
        "The broadband has been fast and reliable all year", "Really happy with the repair")
BAD = ("The checkout kept failing and I gave up", "Your technician was rude and fixed nothing",
       "I hate how complicated the new dashboard is", "Our room was filthy and the bed was broken",
       "Terrible support, they never answered", "The nurse was impatient and explained nothing",
       "Delivery came a week late, really annoyed", "Far too expensive for what you get",
       "The broadband has been slow and unreliable all year", "Really unhappy with the repair")
PLAIN = ("I ordered two pairs of shoes in March", "We stayed for three nights in room 12",
         "The contract runs until December", "I use the app on my phone and on my tablet",
         "The parcel was delivered on Tuesday", "My appointment was at ten in the morning",
         "I have been a customer since 2019", "There are four people on our account",
         "I called to change my address", "The invoice is sent by e-mail")
SIGNED = tuple((t, POSITIVE) for t in GOOD) + tuple((t, NEGATIVE) for t in BAD)
ALL = SIGNED + tuple((t, NEUTRAL) for t in PLAIN)


@dataclass(frozen=True)
class Case:
    """One text with the class that must come out, or with the plain text whose class it must share."""

    text: str
    expected: int | None = None
    plain: str | None = None
    question: str | None = None
    target: str | None = None


@dataclass(frozen=True)
class Result:
    """How often one capability failed. `examples`: text, expected, got."""

    name: str
    n_cases: int
    n_failures: int
    examples: tuple[tuple[str, str, str], ...]

    @property
    def failure_share(self) -> float:
        """The share of cases that failed, 0 to 1."""
        return self.n_failures / self.n_cases


def _expected(texts: tuple[str, ...], label: int) -> list[Case]:
    return [Case(text, label) for text in texts]


def _unchanged(change: Callable[[str], str], texts: tuple[tuple[str, int], ...] = ALL) -> list[Case]:
    return [Case(change(text), plain=text) for text, _ in texts]


def _swapped_letters(text: str) -> str:
    """Swap two letters inside every third long word: what fast thumbs do."""
    words = text.split(" ")
    long = [i for i, w in enumerate(words) if len(w) > 5 and w.isalpha()]
    for i in long[::2]:
        words[i] = words[i][:2] + words[i][3] + words[i][2] + words[i][4:]
    return " ".join(words)


def _dropped_letter(text: str) -> str:
    words = text.split(" ")
    long = [i for i, w in enumerate(words) if len(w) > 6 and w.isalpha()]
    for i in long[:1]:
        words[i] = words[i][:4] + words[i][5:]
    return " ".join(words)


def _fill(template: str, fillers: tuple[str, ...], label: int | None = None) -> list[Case]:
    """Return the template with each filler; without a class, each must read as the first does."""
    texts = [template.format(f) for f in fillers]
    return [Case(t, label) for t in texts] if label is not None else [Case(t, plain=texts[0]) for t in texts[1:]]


def _swaps(templates: tuple[str, ...], fillers: tuple[str, ...]) -> list[Case]:
    return [case for template in templates for case in _fill(template, fillers)]


NAMES = ("Emily", "Mohammed", "Wei", "Lakshmi", "Dmitri", "Fatima", "Jamal", "Priya", "Giovanni", "Aoife", "Chukwu",
         "Yuki",
         "José", "Ahmed", "Ingrid", "Sarah", "Tyrone", "Olga")
COUNTRIES = ("Britain", "Germany", "Nigeria", "India", "Mexico", "China", "Poland", "Iran", "Brazil", "Pakistan",
             "Israel",
             "Russia", "Kenya", "Romania", "Japan")
PEOPLE = ("British", "German", "Nigerian", "Indian", "Mexican", "Chinese", "Polish", "Iranian", "Muslim", "Jewish",
          "Christian", "gay", "blind", "elderly", "young", "Black", "white")
BRANDS = ("Samsung", "Apple", "Vodafone", "Ryanair", "Tesco", "Zendesk", "Shopify", "Lloyds", "Ikea", "Comcast", "Acme",
          "Northwind", "Hilton", "Uber")
NAME_TEMPLATES = ("{} on the help desk was wonderful", "{} at reception was rude to us", "I spoke to {} on Monday",
                  "{} solved my problem in minutes", "{} hung up on me twice", "My case was passed on to {}")
COUNTRY_TEMPLATES = ("Fast shipping to {}, thank you", "Shipping to {} took six weeks, unacceptable",
                     "I ordered it from {} in May", "Support for customers in {} is poor",
                     "We love that you opened a shop in {}")
PEOPLE_TEMPLATES = ("The {} waiter was very attentive", "The {} waiter ignored us all evening",
                    "I was served by a {} woman at the counter", "A {} man from your office called me on Friday")
BRAND_TEMPLATES = ("{} has been a pleasure to deal with", "{} charged me twice and will not answer",
                   "I opened an account with {} last week", "Great service from {}", "Never again, {}")
GENDERED = (("She", "He"), ("Her manager", "His manager"), ("The lady", "The gentleman"), ("The saleswoman",
            "The salesman"),
            ("My wife", "My husband"), ("The girl on the phone", "The boy on the phone"))
GENDER_ENDINGS = (" was very helpful", " was no help at all", " called me on Monday", " shouted at us", " is a star",
                  " signed the form")


def _genders() -> list[Case]:
    return [Case(b + end, plain=a + end) for (a, b), end in product(GENDERED, GENDER_ENDINGS)]


NEGATED_GOOD = ("The app is not good", "The service wasn't great", "I am not happy with the repair",
                "Support isn't helpful", "It does not work well", "I would not recommend this hotel",
                "The staff were not friendly", "I can't say I enjoyed it", "Not worth the money", "It never works",
                "The food wasn't tasty", "Nobody was helpful", "I don't like the new menu",
                "It is not a good experience", "No longer a happy customer")
NEGATED_BAD = ("Not bad at all", "I have no complaints", "Never had a problem with them", "Nothing to complain about",
               "It wasn't bad", "No issues whatsoever", "I can't fault the service", "Couldn't be better",
               "The wait wasn't long", "Nothing went wrong", "I have never been let down", "You can't go wrong here",
               "No hassle at all", "Without any trouble", "I didn't have to wait")
POLITE = ("It would be lovely if someone answered the phone", "I would appreciate a reply some day",
          "Perhaps you could train your staff to listen", "It might be nice to get what I paid for",
          "With respect, this took far too long", "Could somebody please tell me where my order is",
          "I had hoped for a little more help", "A bit more care in packing would go a long way",
          "I would have expected a working product", "Maybe next time tell us before you cancel")
SARCASM = ("Great, another crash", "Thanks for nothing", "Just what I needed, a third delay",
           "Oh wonderful, the site is down again", "Lovely, forty minutes on hold",
           "Brilliant, they lost my parcel again",
           "Well done, you broke it once more", "Nice job losing my data", "Love paying extra for less",
           "Fantastic service if you enjoy being ignored")
SUGGESTIONS = ("Please add a dark mode", "You should open on Sundays", "It needs an export to Excel",
               "More parking spaces, please", "Please bring back the old menu", "A night bus would help",
               "Could you offer a smaller size", "Add fingerprint login", "Shorter forms please",
               "I suggest longer opening hours")
COMPLAINTS_ASKED = ("Why is it so slow?", "Why does nobody answer?", "How can a company treat people like this?",
                    "When will you finally fix the login?", "Why was I charged twice?",
                    "What is the point of an app that never loads?", "Why did you remove the best feature?",
                    "How many times do I have to call?")
PLAIN_ASKED = ("Do you ship to Ireland?", "What are your opening hours?", "Is there a student rate?",
               "Where can I find my invoice?", "Can I change my seat online?", "Which sizes do you have?",
               "Does it come in blue?", "When does the sale start?")
BETTER = ("Much better than my old bank", "Better than before", "Faster than any other shop I know",
          "The best of all the clinics I have been to", "A big improvement on last year",
          "Your support beats everyone else's", "Easier to use than the competition")
WORSE = ("Much worse than my old bank", "Worse than before", "Slower than any other shop I know",
         "The worst of all the clinics I have been to", "A step back from last year", "Everyone else does this better",
         "Harder to use than the competition")
THEN_NOW = (("It used to be terrible, now it is great", POSITIVE), ("It used to be great, now it is terrible",
            NEGATIVE),
            ("Once my favourite shop, not any more", NEGATIVE), ("I was sceptical at first but now I love it",
            POSITIVE),
            ("Support was slow last year, this year it is superb", POSITIVE),
            ("Staff were lovely before, these days nobody cares", NEGATIVE))
CONTRAST = tuple(product(("the food", "the staff", "the price", "the app", "the room", "the delivery"),
                         ("was superb", "was excellent", "was lovely"), ("was awful", "was a disgrace", "was terrible"),
                         (", but ", "; however, ", " although ")))
EMOJI_GOOD, EMOJI_BAD = ("😍", "👍", "🎉", "😊", "❤️", "🙌"), ("😡", "👎", "😠", "🤬", "😞", "💔")
ASK_BAD = ("What would you like us to do better?", "Anything we ought to improve?", "What annoyed you?",
           "What is the worst thing about the app?", "Which problems did you run into?", "What should we change?",
           "What did you not like?", "What could have gone better?")
ASK_GOOD = ("What did you like the most?", "What do we do well?", "What was great about your stay?",
            "Which things pleased you?", "What did you enjoy?", "What is good about the service?",
            "What did you love?", "What impressed you most?")
NOTHING = ("Nothing", "none", "Nothing at all", "nothing really")
SPELLINGS = (("The colour of the centre is lovely", "The color of the center is lovely"),
             ("The programme was cancelled, awful organisation", "The program was canceled, awful organization"),
             ("I apologise but your behaviour was bad", "I apologize but your behavior was bad"),
             ("My favourite theatre", "My favorite theater"), ("A dishonourable offer", "A dishonorable offer"),
             ("They customised and labelled it well", "They customized and labeled it well"),
             ("The grey jewellery arrived", "The gray jewelry arrived"), ("Poor travelling advice",
             "Poor traveling advice"))


def capabilities() -> dict[str, list[Case]]:
    """Return capability → its cases, the same at every call."""
    return {
        "plain praise": _expected(GOOD, POSITIVE),
        "plain complaint": _expected(BAD, NEGATIVE),
        "plain facts are neutral": _expected(PLAIN, NEUTRAL),
        "swapped letters": _unchanged(_swapped_letters),
        "dropped letter": _unchanged(_dropped_letter),
        "all capitals": _unchanged(str.upper),
        "no capitals, no punctuation": _unchanged(lambda t: t.lower().replace(",", "").replace(".", "")),
        "exclamation marks": _unchanged(lambda t: t + "!!!", SIGNED),
        "emoji alone": _expected(EMOJI_GOOD, POSITIVE) + _expected(EMOJI_BAD, NEGATIVE),
        "emoji after plain facts": [Case(f"{t} {e}", label) for t in PLAIN[:6] for label, own in
                                    ((POSITIVE, EMOJI_GOOD), (NEGATIVE, EMOJI_BAD)) for e in own[:4]],
        "emoji of the same sign": [Case(f"{t} {e}", label) for t, label in SIGNED
                                   for e in (EMOJI_GOOD if label == POSITIVE else EMOJI_BAD)[:3]],
        "emoticons": [Case(f"{t} {e}", label) for t in ("The order came today", "My new phone", "Back at your shop")
                      for e, label in ((":)", POSITIVE), (":-)", POSITIVE), (":(", NEGATIVE), (":-(", NEGATIVE))],
        "hashtags": [Case(t, label) for t, label in (
            ("My order again #fail", NEGATIVE), ("Train to work today #delayed #angry", NEGATIVE),
            ("New phone day #happy", POSITIVE), ("Dinner here #delicious", POSITIVE), ("#worstservice", NEGATIVE),
            ("#love the update", POSITIVE), ("This airline #neveragain", NEGATIVE), ("Staff here #amazing", POSITIVE))],
        "handles in front": _unchanged(lambda t: f"@northwind {t}"),
        "order number at the end": _unchanged(lambda t: f"{t}. Order 4711-0815"),
        "link at the end": _unchanged(lambda t: f"{t} https://example.com/a1"),
        "negated praise": _expected(NEGATED_GOOD, NEGATIVE),
        "negated complaint": _expected(NEGATED_BAD, POSITIVE),
        "contrast, each side as a target": list(_contrasts()),
        "used to be, now": [Case(t, label) for t, label in THEN_NOW],
        "complaints put as questions": _expected(COMPLAINTS_ASKED, NEGATIVE),
        "plain questions are neutral": _expected(PLAIN_ASKED, NEUTRAL),
        "better than": _expected(BETTER, POSITIVE),
        "worse than": _expected(WORSE, NEGATIVE),
        "polite complaint": _expected(POLITE, NEGATIVE),
        "sarcasm given away by words": _expected(SARCASM, NEGATIVE),
        "a suggestion is no praise": [Case(t, -POSITIVE) for t in SUGGESTIONS],
        "British and American spelling": [Case(b, plain=a) for a, b in SPELLINGS],
        "nothing, asked for the bad": [Case(t, POSITIVE, question=q) for q, t in product(ASK_BAD, NOTHING)],
        "nothing, asked for the good": [Case(t, NEGATIVE, question=q) for q, t in product(ASK_GOOD, NOTHING)],
        "first names swapped": _swaps(NAME_TEMPLATES, NAMES),
        "countries swapped": _swaps(COUNTRY_TEMPLATES, COUNTRIES),
        "groups of people swapped": _swaps(PEOPLE_TEMPLATES, PEOPLE),
        "brands swapped": _swaps(BRAND_TEMPLATES, BRANDS),
        "genders swapped": _genders(),
    }


def _contrasts() -> Iterator[Case]:
    for number, (thing, good, bad, joint) in enumerate(CONTRAST):
        other = "the service" if number % 2 else "the lift"
        first, second = (good, bad) if number % 4 < 2 else (bad, good)
        text = f"{thing.capitalize()} {first}{joint}{other} {second}"
        yield Case(text, POSITIVE if first == good else NEGATIVE, target=thing.split()[1])
        yield Case(text, POSITIVE if second == good else NEGATIVE, target=other.split()[1])


def check(model: PolarityModel) -> list[Result]:
    """Return how often each capability failed."""
    return [_check(model, name, cases) for name, cases in capabilities().items()]


def _check(model: PolarityModel, name: str, cases: list[Case]) -> Result:
    texts, questions = [c.text for c in cases], [c.question for c in cases]
    spans = [[(at, at + len(c.target)) for at in [c.text.lower().index(c.target)]] if c.target else [] for c in cases]
    whole, parts = model.predict_spans(texts, spans, questions)
    read = [int((parts[i][0] if c.target else whole[i]).argmax()) for i, c in enumerate(cases)]
    plain = model.predict([c.plain or "" for c in cases]).argmax(axis=1)
    wanted = [int(plain[i]) if c.plain else c.expected for i, c in enumerate(cases)]
    # A negative number stands for "anything but".
    failed = [i for i, (got, want) in enumerate(zip(read, wanted, strict=True))
              if (got == -want if want is not None and want < 0 else got != want)]
    examples = tuple((cases[i].text, _named(wanted[i]), CLASSES[read[i]]) for i in failed[:3])
    return Result(name, len(cases), len(failed), examples)


def _named(wanted: int | None) -> str:
    return CLASSES[wanted] if wanted is not None and wanted >= 0 else f"not {CLASSES[-(wanted or 0)]}"


def _wilson(n_failures: int, n_cases: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927)."""
    z, share = 1.96, n_failures / n_cases
    middle = (share + z * z / 2 / n_cases) / (1 + z * z / n_cases)
    half = z * np.sqrt(share * (1 - share) / n_cases + z * z / 4 / n_cases ** 2) / (1 + z * z / n_cases)
    return max(0.0, middle - half), min(1.0, middle + half)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="cx-polarity-en", help="card, folder or public name")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    results = check(cx_text.load_polarity_model(given.model))
    if given.json:
        print(json.dumps([asdict(r) for r in results], ensure_ascii=False, indent=1))
        return
    print("| capability | cases | failed | 95 % interval | an example that failed |\n|---|---|---|---|---|")
    for r in results:
        low, high = _wilson(r.n_failures, r.n_cases)
        shown = f"“{r.examples[0][0]}” → {r.examples[0][2]}" if r.examples else ""
        print(f"| {r.name} | {r.n_cases} | {r.failure_share:.0%} | {low:.0%}–{high:.0%} | {shown} |")


if __name__ == "__main__":
    main()
