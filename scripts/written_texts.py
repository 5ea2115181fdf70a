"""Texts written for training: what people mean although few labelled sets show it, in many wordings.

Each capability has texts of both signs in like words, so that no word alone gives the sign away: "Oh good, the lift is
broken again" beside "Oh good, the lift works again". Brands, names and places are drawn apart from the sign. No
template or filler is one of `check_robustness.py`, which tests the same capabilities in other words.
"""

from __future__ import annotations

import random
import re

from labelled_data import NEGATIVE, NEUTRAL, POSITIVE, Example


def _list(block: str) -> tuple[str, ...]:
    """Return the texts of a block, which are kept apart by bars."""
    return tuple(" ".join(part.split()) for part in block.split("|"))


FILLERS = {
    "thing": _list("""app | delivery | packaging | invoice | checkout page | call centre | chat | reception | waiting
        room | parking | lift | shuttle | breakfast | room service | pool | ward | discharge | appointment system |
        clinic | vaccination desk | menu | starter | coffee | bill | coat | zip | sizing | returns desk | gift card |
        battery | screen | charger | update | login | search | export | billing page | contract | renewal | router |
        signal | roaming | insurance claim | mortgage form | card reader | cash machine | branch | statement | boarding
        | baggage desk | train | seat | ticket machine | course | enrolment | gym | booking form | newsletter | loyalty
        card | fridge | washing machine | sofa | installation | engineer visit | garage | courtesy car | survey"""),
    "brand": _list("""Samsung | Aldi | Toyota | HSBC | Ryanair | Zoom | Vodafone | Hilton | Siemens | eBay | Lenovo |
        Tesco | Volvo | Santander | KLM | Asana | Orange | Ibis | Miele | Zalando | Acer | Carrefour | Kia | Monzo |
        Delta | Trello | Three | Premier Inn | Philips | Argos | Northwind | Oakline | Brightmail | Palmer & Sons |
        Zenvo | Quickbite | Harbour Bank | Lumo | Fairfield Clinic | Greenleaf | the place next door | the other
        provider | your competitor | my new supplier | another company | the old team"""),
    "name": _list("""Sarah | Mohammed | Li | Priya | Anastasia | Omar | Maria | Tyrone | Jakub | Fatima | Aoife | Kenji
        | Aroha | David | Ingrid | Nguyen | Chidi | Emily | Jamal | Elena | Raj | Sofia | Ahmed | Grace | Dmitri | Aisha
        | Pedro | Chloe | Kwame | Yuki"""),
    "nation": _list("""French | Nigerian | Pakistani | Japanese | Iraqi | Polish | Kenyan | Norwegian | Iranian |
        Mexican | Indian | German | Egyptian | Brazilian | Irish | Korean | British | American | Spanish | Italian"""),
    "place": _list("""France | Nigeria | Pakistan | Japan | Iraq | Poland | Kenya | Norway | Iran | Mexico | India |
        Germany | Egypt | Brazil | Leeds | Chicago | Dublin | Cardiff | Austin | Toronto | Glasgow | Boston | Madrid |
        Lagos"""),
    "job": _list("waiter | nurse | driver | cashier | adviser | receptionist | courier | agent | mechanic | adviser"),
    "faith": _list("Methodist | Anglican | Sunni | Orthodox | Jain | Mormon | Baptist | secular"),
    "age": _list("older | younger | 25-year-old | 60-year-old | junior | senior | pregnant | disabled"),
    "day": _list("Monday | Tuesday | Thursday | Friday | Saturday | Sunday | 3 March | 21 July | tomorrow | next week"),
    "year": _list("2012 | 2015 | 2018 | 2020 | 2022"),
    "n": _list("two | three | four | five | 6 | 10 | 20 | 45"),
    "unit": _list("minutes | hours | days | weeks"),
    "kin": _list("mum | dad | wife | husband | son | daughter | neighbour | colleague | aunt | boss"),
    "good": _list("""lovely | great | helpful | kind | wonderful | excellent | superb | a joy | brilliant | fantastic |
        patient | friendly"""),
    "bad": _list("""rude | awful | useless | terrible | careless | dreadful | a disgrace | appalling | hopeless | rough
        | dismissive | unhelpful"""),
    "he": _list("he | she | they"),
}

WRITTEN = {
    "sarcasm": {
        NEGATIVE: _list("""Oh good, the {thing} is broken again | Wonderful. The {thing} failed for the third time this
            week. | So glad I paid extra for a {thing} that never arrived | Nice job breaking the {thing} | Thanks for
            wasting my afternoon | Thanks so much for ignoring my {n} emails | Lovely to wait {n} {unit} for the {thing}
            | Fantastic, more waiting | Perfect, locked out again | I just adore paying twice for the {thing} |
            Congratulations on ruining the {thing} | Brilliant idea to scrap the {thing} | What a surprise, the {thing}
            is down again | Yeah, thanks, {brand} | Always a treat to be cut off by the {thing} | Charming. {n} {unit}
            in a queue | Superb timing, no {thing} | Amazing how the {thing} breaks the day the warranty ends | Cheers
            for cancelling my {thing} | Great service if you like being ignored | Way to go {brand}, you lost another
            customer | Nothing says quality like a {thing} that falls apart | Fab, the {thing} crashed | Bravo, wrong
            {thing} again | If you enjoy waiting {n} {unit}, this is the place for you | The {thing}: a masterclass in
            how not to do it | Really helpful, telling me to call back in {n} {unit} | Good luck getting the {thing} to
            work"""),
        POSITIVE: _list("""Oh good, the {thing} works again | Wonderful. The {thing} is fixed for good. | So glad I paid
            extra for the {thing} | Nice job mending the {thing} | Thanks for saving my afternoon | Thanks so much for
            answering all my emails | Lovely to sit down with your team about the {thing} | Fantastic, more choice | I
            just adore the {thing} | Congratulations on the new {thing} | Brilliant idea to add the {thing} | What a
            nice surprise, the {thing} was free | Bravo to the {thing} team | Always a treat to visit {brand} | Superb
            timing, the {thing} was there in {n} {unit} | Amazing how quickly the {thing} was sorted | Cheers for
            sorting my {thing} | Way to go {brand}, love it | Great service if you need help fast | Really helpful, they
            called me back in {n} minutes"""),
    },
    "politeness": {
        NEGATIVE: _list("""I hate to say it, but the {thing} let us down | Could you please look into the {thing}? I
            have written {n} times | It would be nice if the {thing} worked | I was hoping for better from the {thing} |
            Respectfully, the {thing} needs a lot of work | Perhaps someone could explain why the {thing} was missing |
            I'm afraid the {thing} was not up to your usual standard | Forgive me for asking, but is anyone looking at
            the {thing}? | I would be grateful if somebody finally fixed the {thing} | Kindly sort out the {thing} |
            Sadly the {thing} was not what we had hoped for | I regret that I cannot recommend the {thing} | A reply to
            my message about the {thing} would have been welcome | I don't mean to be difficult, but the {thing} took
            {n} {unit} | One would think the {thing} could be on time | You may wish to look at the {thing}, it does not
            work | I do hope the {thing} gets better | Not to complain, but the {thing} was {bad}"""),
        NEUTRAL: _list("""Could you please send me the details of the {thing}? | Perhaps someone could tell me where the
            {thing} is | I would be grateful for a copy of the {thing} | Kindly confirm the {thing} for {day} | Please
            let me know about the {thing} | I am writing about the {thing} | I would like to book the {thing} | Could I
            change the {thing} to {day}? | You may wish to know that I moved to {place}"""),
        POSITIVE: _list("""I'm happy to say the {thing} was up to your usual standard | I was hoping for a good {thing}
            and got one | I would be grateful if you passed on our thanks to the {thing} team | It is nice that the
            {thing} works now | Forgive me for gushing, but the {thing} was {good} | Kindly thank {name} for me"""),
    },
    "comparison": {
        NEGATIVE: _list("""{brand} does this better | I get a better deal from {brand} | {brand} answers within minutes,
            you take {n} days | Moving to {brand} because of the {thing} | Your {thing} is nothing like as good as that
            of {brand} | At {brand} this would never happen | {brand} has a {thing} that works | Worse than I expected |
            {brand} is cheaper | I should have gone to {brand} | Much slower than last year | The {thing} at {brand} is
            miles ahead | Not as good as {brand} | Going back to {brand} | {brand} treats people properly | Even my
            {kin} could do a better {thing} | Less for more money | Poorer {thing} than before"""),
        POSITIVE: _list("""You beat {brand} hands down | Nobody does the {thing} like you | So much easier than {brand}
            | Glad I switched from {brand} | I would choose you over {brand} any day | Better than I expected | {brand}
            could learn from your {thing} | {brand} was awful, you are not | A lot faster than last year | More helpful
            than {brand} ever was | The {thing} at {brand} is nothing next to yours | Came to you from {brand} and won't
            go back | Half the price of {brand} | Best {thing} of the lot | More for less money | Better {thing} than
            before"""),
        NEUTRAL: _list("""I have an account with {brand} as well | {brand} has the same {thing} | I compared you with
            {brand} | My {kin} is with {brand} | {brand} and you both offer a {thing}"""),
    },
    "double negation": {
        POSITIVE: _list("""I can't say I didn't enjoy the {thing} | The {thing} has not once failed me | There's no way
            you won't like the {thing} | I wasn't disappointed by the {thing} | Couldn't fault the {thing} | None of us
            were unhappy with the {thing} | The {thing} is not something I'd want to be without | I have no reason not
            to come back | It would be hard not to be impressed by the {thing} | Nobody could dislike the {thing} | I
            don't see how anyone could be unhappy here | Not a single problem with the {thing} | I never leave without a
            smile | No one ever fails to help"""),
        NEGATIVE: _list("""I have yet to have a good day with the {thing} | There is not one day that the {thing} does
            not fail | Nobody I know isn't fed up with the {thing} | It is not as if the {thing} was any good | Not
            without its problems, the {thing} | I can't remember when the {thing} last didn't break | Never do I get a
            {thing} that isn't late | I couldn't be less happy with the {thing} | None of this was handled well | The
            {thing} never fails to disappoint | I can't say I was impressed | No one could call the {thing} quick |
            There's always something wrong with the {thing} | I can't not be annoyed about the {thing}"""),
    },
    "questions": {
        NEGATIVE: _list("""How hard can it be to fix the {thing}? | What is the point of the {thing} if it never works?
            | Is it too much to ask for a working {thing}? | When will you finally repair the {thing}? | Do you even
            test the {thing}? | Why did nobody tell me that the {thing} was closed? | How many times do I have to report
            the {thing}? | Where is my {thing}? I paid {n} weeks ago | Why would anyone pay for this {thing}? | Are you
            serious about the {thing}?! | Can't you get one {thing} right? | Whose bright idea was the {thing}? | Why
            does it take {n} {unit} to answer? | Is there nobody who can mend the {thing}?"""),
        NEUTRAL: _list("""Does the {thing} open on {day}? | What time does the {thing} start? | Is there a charge for
            the {thing}? | Can I bring the {thing} back next week? | How many people can use the {thing}? | Which
            {thing} do you recommend? | Anyone know when the {thing} opens? | Is {brand} open on {day}? | How do I turn
            on the {thing}? | What do I need for the {thing}? | Will there be a {thing} in {place}? | Has {name} signed
            up for the {thing} yet? | Do you ship to {place}? | Who is going to {place} on {day}?"""),
        POSITIVE: _list("""How good is the {thing}?! | Can I just say how {good} {name} was? | Why can't every {thing}
            be like this? | Did I mention how much I like the {thing}? | Who wouldn't love the {thing}?"""),
    },
    "change": {
        NEGATIVE: _list("""The {thing} was better last year | I used to love the {thing}, not any more | The
            {thing} has gone downhill | The {thing} was {good} until you changed it | Once a {good} {thing}, these
            days {bad} | What happened to the {thing}? It was so good | The {thing} isn't what it was | It was
            {good} before the update"""),
        POSITIVE: _list("""The {thing} has come on a lot | The {thing} was a mess at first, but you sorted it out | Much
            improved {thing} since my last visit | The {thing} was {bad} until you changed it | Once a {bad} {thing},
            these days {good} | At first I had doubts about the {thing}, now I'm a fan | It was {bad} before the update,
            now it's {good}"""),
    },
    "facts": {
        NEUTRAL: _list("""I booked the {thing} on {day} | The {thing} is on the second floor | We have used the
            {thing} since {year} | My {kin} ordered the {thing} from {brand} | {brand} opened a shop in {place} in
            {year} | {name} works at {brand} in {place} | Our flight to {place} leaves at nine | {brand} announces
            its results on {day} | {name} vs {name} {day} night | Watching the {brand} launch at 7pm | RT @user:
            {brand} to open in {place} on {day} | {place}, {day}: doors at 7, first act at 8 | Just landed in
            {place} | {name} is speaking in {place} on {day} | On the train to {place} with my {kin} | {brand} is
            hiring in {place} http | The {thing} costs {n} pounds | I answered because of the {thing} | {name} took
            my details | We were a party of {n} | I spoke to {name} about the {thing} | It was my first time at
            {brand} | I rang {brand} on {day} | I came with my {kin} | The {nation} {job} took our order | The
            {age} {job} wrote it down | It's {day}, so {brand} is closed | The {faith} {job} sat at the desk | {n}
            of us went to the {thing} on {day} | Got the {thing} from {brand} | {brand} sent me a letter | I am a
            customer of {brand} | In {year} {brand} moved to {place} | Part {n} of {n} | Breakfast at {brand}, then
            the {day} train to {place} | As above, the {thing}"""),
    },
    "names": {
        POSITIVE: _list("""{name} helped me with the {thing} and was {good} | The {nation} {job} was {good} | {brand}
            was {good} from start to finish | The {age} {job} could not have been kinder | The {faith} {job} was {good}
            | Well done {brand} | Thank you {name}, the {thing} was {good} | Flying to {place} was {good} | {name} said
            {he} would call back, and {he} did"""),
        NEGATIVE: _list("""{name} was no help with the {thing} and {bad} | The {nation} {job} was {bad} | {brand} was
            {bad} from start to finish | The {age} {job} could not have been ruder | The {faith} {job} was {bad} | Avoid
            {brand} | {name}, you ruined our {thing} | Flying to {place} was {bad} | {name} said {he} would call back
            and never did"""),
    },
}
_SLOT = re.compile(r"\{(\w+)\}")


def written(n_texts: int, rng: random.Random) -> list[Example]:
    """Return texts of all capabilities alike, each with a sign as likely as its capability's others."""
    names, examples = sorted(WRITTEN), []
    for number in range(n_texts):
        signs = WRITTEN[names[number % len(names)]]
        label = rng.choice(sorted(signs))
        text = _SLOT.sub(lambda slot: rng.choice(FILLERS[slot[1]]), rng.choice(signs[label]))
        if rng.random() < 0.3:
            text = text.lower() if rng.random() < 0.5 else text.rstrip(".?!") + rng.choice((".", "!", "..."))
        examples.append(Example("written", "written", text, label))
    return examples
