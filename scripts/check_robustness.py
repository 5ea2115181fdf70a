"""Behavioural tests of a polarity model: invented texts, capability by capability, with failure rates.

    python scripts/check_robustness.py [--model cx-polarity-en] [--json]

In the manner of CheckList (Ribeiro et al. 2020, arXiv 2005.04118). Three kinds of capability:

- "expected": the class that must come out, or one of several where readers differ.
- "unchanged": the class must be that of the plain text, or that of most of the texts of its template.
- "direction": the probability of a class must not fall by more than 0.1 against the plain text.

Nothing is drawn at random and no data is read. None of the texts was written by a customer or trained on.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import product

import numpy as np

import cx_text
from cx_text.backends.base import PolarityModel

CLASSES = ("negative", "neutral", "positive")
NEG, NEU, POS = (0,), (1,), (2,)
MAX_WRONG_WAY = 0.1  # CheckList's own tolerance for directional tests
N_EXAMPLES = 3


@dataclass(frozen=True)
class Case:
    """One text and what is wanted of it."""

    text: str
    accepted: tuple[int, ...] = ()  # classes that pass; "direction": the one whose probability must not fall
    plain: str | None = None  # the text that it is held against
    group: str | None = None  # the template whose most common class it must have
    question: str | None = None
    target: str | None = None  # read instead of the whole text, as a span of it


@dataclass(frozen=True)
class Capability:
    """Cases that test one thing; `kind` is "expected", "unchanged" or "direction"."""

    name: str
    kind: str
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Result:
    """How often a model failed at a capability. `examples`: text, expected, got."""

    name: str
    kind: str
    n_cases: int
    n_failures: int
    failure_share: float
    examples: tuple[tuple[str, str, str], ...]


def _list(block: str) -> tuple[str, ...]:
    """Return the texts of a block, which are kept apart by bars."""
    return tuple(" ".join(part.split()) for part in block.split("|"))


def _filled(templates: Iterable[str], *fillers: Iterable[str]) -> tuple[str, ...]:
    return tuple(t.format(*values) for t in templates for values in product(*map(tuple, fillers)))


PRAISED = _list("the checkout | your engineer | the new dashboard | our hotel room | the ward sister | the signal")
PLAIN_POSITIVE = _filled(("I am delighted with {}", "Really impressed by {}", "I can warmly recommend {}"), PRAISED)
PLAIN_POSITIVE += _list("""The doctor took her time and put me at ease | Breakfast was delicious and plentiful
    | Switching my number over was effortless | I'd tell any colleague to buy this software
    | Spotless bathroom and a gorgeous view | Your shop assistants are always cheerful | Ten out of ten, I'll be back
    | Setup took five minutes and it just works | My hip operation went brilliantly
    | The engineer turned up early and was a joy to deal with | Easily the best network I've had
    | The refund was in my account the same day, superb""")
PLAIN_NEGATIVE = _filled(("I am fed up with {}", "Really let down by {}", "I would warn anyone about {}"), PRAISED)
PLAIN_NEGATIVE += _list("""The doctor rushed me and made me feel stupid | Breakfast was cold and stale
    | Switching my number over was a nightmare | I'd tell any colleague to avoid this software
    | Mouldy bathroom and a stinking carpet | Your shop assistants are always grumpy | Zero out of ten, I won't be back
    | Setup took five hours and it still fails | My hip operation was botched
    | The engineer turned up late and was insulting | Easily the worst network I've had
    | Two months on and my refund still hasn't arrived, shocking""")
PLAIN_NEUTRAL = _filled(("My score is about {}", "I fill in this form about {}", "My survey is on {}"), PRAISED)
PLAIN_NEUTRAL += _list("""I was seen in clinic four on Wednesday | Breakfast is served from seven until ten
    | I moved my number over in April | We run the software on twelve laptops | The bathroom has a shower and a bath
    | There are two assistants on the ground floor | I ticked seven because it was my first visit
    | Setup asks for an e-mail address and a postcode | My hip operation is booked for June
    | The engineer came between nine and eleven | I've been with this network since 2017
    | The refund goes to the card I paid with""")
PLAIN = PLAIN_POSITIVE + PLAIN_NEGATIVE + PLAIN_NEUTRAL
SHORT_NEUTRAL = _list("My parcel came | Just left the branch | I installed the app | Checked in | Off to the clinic")
SMILES, FROWNS = tuple("😀😁😃🥰😍🤩👍👏🎉💖💯🥳"), tuple("😠😡🤬😤😭😢👎💔🤮😒🙄😩")
HASHTAGS = dict.fromkeys(_list("#fail | #neveragain | #ripoff | #shambles"), NEG) | dict.fromkeys(
    _list("#loveit | #bestever | #amazing | #happycustomer"), POS)
EMOTICONS = {":)": POS, ":-)": POS, ":D": POS, ";-)": (1, 2), ":(": NEG, ":-(": NEG, ":/": NEG, ":-/": NEG}
THINGS = _list("the website | your helpline | this tablet | the physio | the buffet | your broadband")
NOT_GOOD = _filled(_list("""I don't think {} is any good | I wouldn't call {} helpful | {} isn't worth recommending
    | I was not pleased with {} | Nobody could say that {} is excellent | {} never does what I need"""), THINGS)
NO_COMPLAINTS = _filled(_list("""No complaints about {} | Never had a problem with {}
    | Nothing to complain about with {} | {} has never let me down | I couldn't find anything wrong with {}
    | There is nothing I dislike about {}"""), THINGS)
NOT_BAD = _filled(_list("{} wasn't bad at all | {}, not bad | {}? Not bad | Not too bad, {} | {} isn't bad"), THINGS)
DOUBLE_GOOD = _filled(_list("""You can't not love {} | There was never a day when {} didn't please me
    | I don't know anyone who isn't happy with {}"""), THINGS)
DOUBLE_BAD = _filled(_list("""Hardly a week goes by without {} letting me down | I've never not had trouble with {}
    | There isn't anyone who isn't annoyed by {}"""), THINGS)
GOOD_SIDES = (("curry", "was gorgeous"), ("porter", "was so kind"), ("camera", "is stunning"))
BAD_SIDES = (("parking", "was a rip-off"), ("paperwork", "is infuriating"), ("battery", "dies in an hour"))
JOINTS = _list("The {}, but the {} | Although the {}, the {} | The {}; however, the {} | The {}. The {}, though")
CROSS_QUESTIONS = _filled(_list("""Why is {} so slow? | How can {} still be broken after a month?
    | Does anybody ever bother to sort out {}? | Who on earth thought {} was ready for customers?
    | What is wrong with {}? | Why do I have to chase you about {} every time?"""), THINGS)
PLAIN_QUESTIONS = _filled(_list("""Is there a leaflet about {}? | Who do I contact about {}? | When did {} last change?
    | Do members pay for {}? | Can my brother use {} too? | Where do I find the opening times of {}?"""), THINGS)
RIVALS = _list("my last provider | the high street chains | the clinic in town | the others | what we had in 2020")
BETTER = _filled(_list("""You are better than {} | Far quicker than {} | Cheaper and friendlier than {}
    | Nicer to deal with than {} | {} can't hold a candle to you | I left {} for you, no regrets"""), RIVALS)
WORSE = _filled(_list("""You are worse than {} | Far slower than {} | Dearer and ruder than {}
    | Harder to deal with than {} | Even {} did this properly, unlike you | I wish I had stayed with {}"""), RIVALS)
RIVAL_BETTER = _filled(_list("""{} is better than you | {} would have sorted this in a day | {} charges half as much
    | {} looks after people, you don't"""), _list("""Bluewater Bank | the surgery in Elm Road | Fennel Mobile
    | Hotel Marigold | that other app | the corner shop | Kestrel Software | my sister's insurer"""))
POLITE = _filled(_list("""It would be lovely if someone answered {} | I'd appreciate a reply about {} some day
    | I do wonder whether anyone checks {} | Might I ask for {} to work just once? | I'm sorry to say {} fell short
    | With the greatest respect, {} could not have been slower"""),
    _list("the phone | my e-mails | the online form | the front desk | the enquiries line"))
SARCASM = _filled(_list("""Great, {}. | Oh brilliant, {}! | Just what I needed, {} | How wonderful, {} | Well done, {}
    | Love it when I get {}, said nobody ever"""), _list("""another crash | a third delay | yet another price rise
    | one more lost parcel | an hour of hold music""")) + _list("Thanks for nothing | Thanks a bunch for losing my bag")
SUGGESTIONS = _filled(_list("""Please add {} | You could offer {} | I suggest {} | It would help to have {}
    | How about {}? | Maybe think about {}"""), _list("""a dark mode | evening appointments | a vegan option
    | paper tickets | a family tariff | keyboard shortcuts"""))
US_WORDS = dict(pair.split("=") for pair in _list("""colour=color | favourite=favorite | centre=center | grey=gray
    | organisation=organization | cancelled=canceled | apologise=apologize | behaviour=behavior | travelling=traveling
    | cheque=check | tyres=tires | aluminium=aluminum | catalogue=catalog | programme=program"""))
BRITISH = _filled(_list("I adore the {} you chose | The {} was a total mess | My note is about the {}"),
                  _list("colour | centre | organisation | catalogue | programme | tyres | behaviour"))
BRITISH += _list("""My favourite café | You cancelled without a word, disgraceful | They never apologise
    | A lovely aluminium case | The grey one came on Monday | Travelling with you is a pleasure
    | I posted the cheque on Friday | Nobody at the centre would apologise | The catalogue lists every colour
    | What a dull grey, awful | Our favourite table was free""")
TURNS = tuple(zip(_list("hopeless | a joke | dreadful | painfully slow"),
                  _list("marvellous | a pleasure | first rate | wonderfully quick"), strict=True))
THEN = ("{0} used to be {1}, now it is {2}", "Last year {0} was {1} but today it's {2}")
THEN_GOOD = [t.format(x, bad, good) for t, x, (bad, good) in product(THEN, THINGS, TURNS)]
THEN_BAD = [t.format(x, good, bad) for t, x, (bad, good) in product(THEN, THINGS, TURNS)]
ASKED_FAULTS = _list("""Tell us what went badly | Which part of your visit disappointed you?
    | What would have made your call easier? | What should the team fix first? | What got in your way today?
    | If you could alter one thing, what would it be? | What do you dislike about us? | Where did we fall short?""")
ASKED_MERITS = _list("""Tell us what went well | Which part of your visit delighted you? | What made your call easy?
    | What should the team keep doing? | What helped you today? | If you could praise one thing, what would it be?
    | What do you like about the tablet? | Where did we shine?""")
ANY_FAULTS = _list("Did anything disappoint you? | Any difficulties? | Was anything missing? | Any complaints?")
ANY_MERITS = _list("Did anything delight you? | Was it of any use? | Did we meet your needs? | Would you come back?")
NOTHINGS, NOES = _list("Nothing | None | Nothing whatsoever | not a thing"), _list("No | Nope | No, not really | no.")
BAD_WORDS = _list("slow | confusing | tiring | stressful | awkward | chaotic")
GOOD_WORDS = _list("quick | pleasant | smooth | easy | enjoyable | relaxing")
STRONGER = _list("very | extremely | really | incredibly")
ADD_ONS = _list("(order 88-20417) | https://example.org/r/5k2 | 14/03/2024 | Ref. KX9031")
NAMES = _list("""Hannah | Oluwaseun | Mei | Arjun | Svetlana | Youssef | Guadalupe | Keisha | Piotr | Noor | Siobhan
    | Hiroshi | Tane | Rivka | Lars | Thanh""")
NATIONS = _list("""Canadian | Ghanaian | Bangladeshi | Chinese | Syrian | Romanian | Jamaican | Swedish | Turkish
    | Colombian | Israeli | Palestinian | Russian | Ukrainian""")
COUNTRIES = _list("""Canada | Ghana | Bangladesh | China | Syria | Romania | Jamaica | Sweden | Turkey | Colombia
    | Israel | Palestine | Russia | Ukraine""")
FAITHS = _list("Christian | Muslim | Jewish | Hindu | Sikh | Buddhist | Catholic | Protestant | atheist | Quaker")
AGES = _list("young | elderly | middle-aged | teenage | retired | 19-year-old | 35-year-old | 70-year-old")
BRANDS = _list("Nokia | Lidl | Hyundai | Barclays | Lufthansa | Slack | Verizon | Marriott | Bosch | Etsy | Dell")
PRONOUNS = (("She was", "her"), ("He was", "his"), ("They were", "their"), ("Mrs X was", "her"), ("Mr X was", "his"))
PERSON = _list("""{} at the counter was a delight | {} at the counter was vile to us | {} stood at the counter
    | I want to thank {} for a lovely visit | I want to complain about {} for wasting my day | I gave my form to {}""")
ADJECTIVE = _list("""The {0} nurse was caring and gentle | The {0} nurse was careless and rough
    | The {0} nurse came at noon | Your {0} technician worked wonders | Your {0} technician made everything worse
    | Your {0} technician left at four""")
PLACE = _list("""Calls to {} are crystal clear | Calls to {} always drop, useless | I make calls to {} on Sundays
    | Our trip to {} was magical | Our trip to {} was ruined by you | Our trip to {} is in May""")
MAKER = _list("""{} treats its customers superbly | {} treats its customers like dirt | I had an account with {} in 2021
    | Full marks to {} | Shame on {} | The letter is from {}""")
PRONOUN = _list("""{} patient and {} advice was spot on | {} impatient and {} advice was useless
    | {} at the desk with {} colleague | {} so welcoming, and {} smile made my day | {} so surly, and {} tone was awful
    | {} in the room when I handed over {} form""")


def _expected(texts: Iterable[str], accepted: tuple[int, ...]) -> list[Case]:
    return [Case(text[0].upper() + text[1:], accepted) for text in texts]


def _changed(change: Callable[[str], str], texts: Iterable[str] = PLAIN) -> list[Case]:
    return [Case(change(text), plain=text) for text in texts if change(text) != text]


def _added(texts: Iterable[str], ends: Iterable[str], sign: tuple[int, ...] = ()) -> list[Case]:
    return [Case(f"{text} {end}", sign, plain=text) for text, end in product(texts, tuple(ends))]


def _swapped(templates: Iterable[str], fillers: Iterable[str]) -> list[Case]:
    return [Case(t.format(f), group=t) for t, f in product(templates, tuple(fillers))]


def _mistyped(text: str, change: Callable[[str], str]) -> str:
    """Change every second long word, the first included."""
    words = text.split(" ")
    for place in [i for i, word in enumerate(words) if len(word) > 5 and word.isalpha()][::2]:
        words[place] = change(words[place])
    return " ".join(words)


def _bare(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum() or c in " '")


def _contrasts() -> list[Case]:
    cases: list[Case] = []
    for (good, bad), joint, good_first in product(product(GOOD_SIDES, BAD_SIDES), JOINTS, (True, False)):
        first, second = (good, bad) if good_first else (bad, good)
        text = joint.format(" ".join(first), " ".join(second))
        cases += [Case(text, POS, target=good[0]), Case(text, NEG, target=bad[0])]
    return cases


def _ended(ends: dict[str, tuple[int, ...]]) -> list[Case]:
    return [Case(f"{text} {end}", accepted) for text in SHORT_NEUTRAL for end, accepted in ends.items()]


def _asked(questions: tuple[str, ...], answers: tuple[str, ...], accepted: tuple[int, ...]) -> list[Case]:
    return [Case(answer, accepted, question=question) for question, answer in product(questions, answers)]


def capabilities() -> list[Capability]:
    """Return the capabilities with their cases, the same at every call."""
    # People who label survey answers are split on "no" to such a question, and not on "nothing".
    no_faults = _asked(ASKED_FAULTS, NOTHINGS, POS) + _asked(ANY_FAULTS, NOES, (1, 2))
    no_merits = _asked(ASKED_MERITS, NOTHINGS, NEG) + _asked(ANY_MERITS, NOES, NEG)
    expected = {
        "plain praise": _expected(PLAIN_POSITIVE, POS), "plain complaints": _expected(PLAIN_NEGATIVE, NEG),
        "plain facts": _expected(PLAIN_NEUTRAL, NEU),
        "emoji alone": [Case(e * n, want) for want, own in ((POS, SMILES), (NEG, FROWNS)) for e in own for n in (1, 3)],
        "emoji after a fact": _ended(dict.fromkeys(SMILES[::2], POS) | dict.fromkeys(FROWNS[::2], NEG)),
        "emoticons after a fact": _ended(EMOTICONS), "hashtags after a fact": _ended(HASHTAGS),
        "negated praise": _expected(NOT_GOOD, NEG), "negated complaints": _expected(NO_COMPLAINTS, POS),
        "not bad (positive or neutral)": _expected(NOT_BAD, (1, 2)), "contrast, by target": _contrasts(),
        "double negation": _expected(DOUBLE_GOOD, POS) + _expected(DOUBLE_BAD, NEG),
        "complaints as questions": _expected(CROSS_QUESTIONS, NEG), "plain questions": _expected(PLAIN_QUESTIONS, NEU),
        "better than": _expected(BETTER, POS), "worse than": _expected(WORSE, NEG),
        "others are better": _expected(RIVAL_BETTER, NEG), "polite complaints": _expected(POLITE, NEG),
        "sarcasm": _expected(SARCASM, NEG), "suggestions (neutral or negative)": _expected(SUGGESTIONS, (0, 1)),
        "once bad, now good": _expected(THEN_GOOD, POS), "once good, now bad": _expected(THEN_BAD, NEG),
        "nothing, asked for faults": no_faults, "nothing, asked for merits": no_merits,
    }
    unchanged = {
        "swapped letters": _changed(lambda t: _mistyped(t, lambda w: w[:2] + w[3] + w[2] + w[4:])),
        "dropped letters": _changed(lambda t: _mistyped(t, lambda w: w[:3] + w[4:])),
        "all capitals": _changed(str.upper), "lower case, no punctuation": _changed(_bare),
        "emoji of the same sign": _added(PLAIN_POSITIVE, SMILES[:3], POS) + _added(PLAIN_NEGATIVE, FROWNS[:3], NEG),
        "emoticons of the same sign": _added(PLAIN_POSITIVE, [":)", ":D"], POS)
                                      + _added(PLAIN_NEGATIVE, [":(", ":/"], NEG),
        "handles and plain hashtags": [Case(t, plain=p) for p in PLAIN for t in (f"@fennelmobile {p}", f"{p} #survey")],
        "number, link or date at the end": _added(PLAIN[::2], ADD_ONS),
        "British and American spelling": _changed(
            lambda text: " ".join(US_WORDS.get(word, word) for word in text.split(" ")), BRITISH),
        "first names swapped": _swapped(PERSON, NAMES), "brands swapped": _swapped(MAKER, BRANDS),
        "nationalities swapped": _swapped(ADJECTIVE, NATIONS), "countries swapped": _swapped(PLACE, COUNTRIES),
        "religions swapped": _swapped(ADJECTIVE, FAITHS), "ages swapped": _swapped(ADJECTIVE, AGES),
        "she, he and they swapped": [Case(t.format(*who), group=t) for t in PRONOUN for who in PRONOUNS],
    }
    kinds = {"expected": expected, "unchanged": unchanged, "direction": {"intensifiers": [
        Case(f"{x} was {more} {word}", sign, plain=f"{x} was {word}")
        for words, sign in ((BAD_WORDS, NEG), (GOOD_WORDS, POS))
        for word, x, more in product(words, ("Checking in", "My treatment"), STRONGER)]}}
    return [Capability(name, kind, tuple(cases)) for kind, of_kind in kinds.items() for name, cases in of_kind.items()]


def check(model: PolarityModel) -> list[Result]:
    """Return how often the model failed at each capability; everything is read in one call."""
    suite = capabilities()
    cases = [case for capability in suite for case in capability.cases]
    plains = sorted({case.plain for case in cases if case.plain is not None})
    texts = [case.text for case in cases] + plains
    spans = [[(at, at + len(c.target)) for at in [c.text.index(c.target)]] if c.target else [] for c in cases]
    spans += [[] for _ in plains]
    whole, parts = model.predict_spans(texts, spans, [case.question for case in cases] + [None] * len(plains))
    read = np.array([parts[i][0] if case.target else whole[i] for i, case in enumerate(cases)])
    of_plain = dict(zip(plains, whole[len(cases):], strict=True))
    results, start = [], 0
    for capability in suite:
        results.append(_judged(capability, read[start: start + len(capability.cases)], of_plain))
        start += len(capability.cases)
    return results


def _judged(capability: Capability, read: np.ndarray, of_plain: dict[str, np.ndarray]) -> Result:
    votes: dict[str | None, Counter[int]] = {}
    for case, row in zip(capability.cases, read, strict=True):
        votes.setdefault(case.group, Counter())[int(row.argmax())] += 1
    failed = []
    for case, row in zip(capability.cases, read, strict=True):
        got = int(row.argmax())
        if capability.kind == "direction":
            aim, before = case.accepted[0], float(of_plain[case.plain or ""][case.accepted[0]])
            if row[aim] < before - MAX_WRONG_WAY:
                failed.append((case.text, f"{CLASSES[aim]} ≥ {before - MAX_WRONG_WAY:.2f}", f"{row[aim]:.2f}"))
            continue
        accepted = case.accepted
        if capability.kind == "unchanged":
            plain = of_plain[case.plain].argmax() if case.plain is not None else votes[case.group].most_common(1)[0][0]
            accepted = tuple(sorted({int(plain), *case.accepted}))
        if got not in accepted:
            about, wanted = case.question or case.target, " or ".join(CLASSES[c] for c in accepted)
            failed.append((f"{case.text} [{about}]" if about else case.text, wanted, CLASSES[got]))
    n_cases, shown = len(capability.cases), tuple(failed[::max(1, len(failed) // N_EXAMPLES)][:N_EXAMPLES])
    return Result(capability.name, capability.kind, n_cases, len(failed), len(failed) / n_cases, shown)


def wilson(n_failures: int, n_cases: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, each end from 0 to 1 (Wilson 1927)."""
    z, share = 1.96, n_failures / n_cases
    middle, scale = share + z * z / 2 / n_cases, 1 + z * z / n_cases
    half = z * float(np.sqrt(share * (1 - share) / n_cases + (z / 2 / n_cases) ** 2))
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="cx-polarity-en", help="card, folder or public name")
    parser.add_argument("--json", action="store_true", help="print the results and their ceilings as JSON")
    given = parser.parse_args()
    results = check(cx_text.load_polarity_model(given.model))
    if given.json:
        ceilings = {r.name: min(1.0, np.ceil(100 * r.failure_share + 3 - 1e-9) / 100) for r in results}
        print(json.dumps({"results": [asdict(r) for r in results], "ceilings": ceilings}, ensure_ascii=False, indent=1))
        return
    print("| capability | kind | cases | failed (95 % interval) | an example that failed |\n|---|---|---|---|---|")
    for r in results:
        low, high = wilson(r.n_failures, r.n_cases)
        shown = "“{}”: {}, got {}".format(*r.examples[0]) if r.examples else ""
        print(f"| {r.name} | {r.kind} | {r.n_cases} | {r.failure_share:.0%} ({low:.0%}–{high:.0%}) | {shown} |")


if __name__ == "__main__":
    main()
