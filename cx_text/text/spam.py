"""Whether a text advertises or baits: weighted rules that a person can read, no model.

A single sign never is enough: customers write web addresses, sums of money, telephone numbers and capitals too. What
customers tell of themselves, and words such as "refund" or "scam", count against.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cx_text.text.redact import PLACEHOLDER

ENOUGH = 4  # points
MOST_READ = 600  # characters: an advertisement shows itself early


class Rule(NamedTuple):
    """One sign of spam in lower case, worth some points once, however often it occurs."""

    name: str
    points: int
    pattern: re.Pattern[str]


def _rule(name: str, points: int, pattern: str) -> Rule:
    return Rule(name, points, re.compile(pattern))


_SUM = r"(?:[£$€#]\s?\d[\d,.]*k?|\d[\d,.]*\s?(?:pounds|dollars|euros?|gbp|usd|eur)\b)"
RULES = (
    _rule("link", 1, r"https?://|\bwww\.|\b\w+\.(?:com|net|biz|info|co\.uk|tv|xyz|top|ru|click|shop)\b"),
    _rule("link to follow", 2,
          r"\b(?:click|tap)\b.{0,25}\b(?:here|below|link|http|www)|\b(?:visit|go to|goto|log ?on to|check out"
          r"|sign up at|order at|apply at)\b.{0,25}(?:https?:|www\.|\w\.(?:com|net|biz))"),
    _rule("word to a number", 4,
          r"\b(?:txt(?:ing)?|text|send|reply|sms)\b.{1,40}\bto\b.{0,8}\b\d{4,6}\b|\breply (?:yes|stop|win)\b"
          r"|\b(?:text|txt|send)\b.{0,15}\bstop\b"),
    _rule("premium number", 3, r"\b(?:09|087|090)\d[\d ]{6,10}\b"),
    _rule("masked number", 1, r"<phone_\d"),  # it may have been a premium one
    _rule("number to call", 2,
          r"\b(?:call|ring|dial|phone|contact|whats ?app|telegram|text|txt|sms)\b[^.?!]{0,30}"
          r"(?:\+?\d[\d ()-]{8,}\d|<phone_\d)|\bfree ?(?:phone|fone)\b"),
    _rule("price of the call", 3,
          r"\b\d{2,3}p(?:pm|/| ?(?:per|a) ?(?:min|msg|text|wk|tone))|ppm\b|/ ?(?:wk|week|mnth|min)\b|\b(?:calls?"
          r"|msgs?|texts?|txts?|tones?)\b.{0,8}[£$]\d|[£$]\d[\d.]*(?: ?per ?(?:week|wk|msg|min)\w*| ?a ?msg)"),
    _rule("prize", 2,
          r"\b(?:prizes?|jackpot|sweepstakes?|prize ?draw|weekly draw|lottery|winner|gift ?cards?|vouchers?"
          r"|bonus caller|free entry)\b"),
    _rule("you won", 3,
          r"\b(?:you|u|your? \w+(?: \w+)?)(?:'ve| have| has| are| r)?(?: been)? ?(?:just )?(?:won(?!')|awarded"
          r"|selected to|chosen to receive|the lucky|specially selected)\b|\bcongrat(?:s"
          r"|ulations)\b.{0,40}\b(?:won(?!')|winner|awarded|selected)\b|\b(?:chance|want|wanna) (?:2|to) win\b"
          r"|^\W*win (?:a|an|the|£|\$)"),
    _rule("to be claimed", 3,
          r"\b(?:to |2 |and |& )?claim\b.{0,15}\b(?:call|code|now|yours?|ur|yr|prize|reward|txt|text)\b"
          r"|\bun-?(?:redeemed|claimed)\b|\bawaiting (?:collection|your)\b|\bguaranteed\b.{0,12}(?:cash|prize|award"
          r"|gift|[£$])"),
    _rule("haste", 1,
          r"\burgent\b|\b(?:final|2nd|second|last) (?:attempt|notice|chance)\b|\bact (?:now|fast)\b|\bhurry\b"
          r"|\blimited (?:time|offer|places|stock)\b|\bvalid (?:only|for|12)|\bexpires\b|\boffer ends\b|\b(?:call"
          r"|order|apply|buy|join|click|reply|chat|register|start) (?:now|today)\b| now\b(?<=\d now)"),
    _rule("sum", 1, _SUM),
    _rule("earnings", 4,
          rf"\b(?:earn|make|making|earning|win|get paid|income of|profit of)\b.{{0,20}}{_SUM}.{{0,15}}"
          r"\b(?:a|per|every|each|in) ?(?:hour|day|week|wk|month|daily|just)"),
    _rule("get rich", 3,
          r"\b(?:work(?:ing)? from home.{0,30}(?:earn|income|money|[$£])|(?:earn|income|money|cash).{0,40}from home"
          r"|passive income|get rich|financial freedom|double your (?:money|income|investment|bitcoin)|easy money"
          r"|extra (?:cash|income)|quick cash|make money (?:online|fast)|guaranteed (?:returns?|profits?|income))\b"),
    _rule("betting", 2,
          r"\b(?:casinos?|free spins|betting tips|slots? (?:games?|machines?)|poker online|online poker|sure bets?"
          r"|no deposit bonus|roulette)\b"),
    _rule("coins", 2, r"\b(?:bitcoins?|btc|crypto\w*|ethereum|forex|binary options?|airdrop|trading signals?|nft)\b"),
    _rule("promise of profit", 2,
          r"\b(?:invest(?:ing|ment)?s? (?:now|today|with|platform|expert)|profits?|sign ?up bonus|deposit (?:bonus"
          r"|match)|100% bonus|welcome bonus|returns? (?:daily|guaranteed))\b"),
    _rule("loan", 4,
          r"\b(?:pay ?day |personal |instant |cheap |business )?loans?\b.{0,40}\b(?:approved|approval|apply"
          r"|bad credit|low interest|no credit check|same day|available now|offers?|lender)\b|\b(?:need|want) (?:a "
          r"|an )?(?:urgent |quick |instant )?loan\b"),
    _rule("reach for sale", 4,
          r"\bseo (?:services?|agency|experts?|packages?|company)\b|\bbacklinks?\b|\brank (?:your|you"
          r"|ur)\b.{0,25}\b(?:google|page|#?1|first)\b|\bpage (?:one|1) of google\b|\b(?:buy|get|gain|grow|free|real"
          r"|cheap)\b.{0,20}\b(?:followers|subscribers|backlinks)\b"),
    _rule("pills", 4,
          r"\b(?:viagra|cialis|weight ?loss (?:pills?|supplements?|gumm(?:y|ies))|diet pills?|male enhancement"
          r"|cbd (?:oil|gummies)|replica watches)\b"),
    _rule("lost money back", 4,
          r"\b(?:recover(?:ed|y)?|get back)\b.{0,25}\b(?:lost|stolen|scammed)\b.{0,12}\b(?:funds|money|crypto|bitcoin"
          r"|coins)\b|\b(?:hire|contact).{0,15}\bhacker\b|\bspell ?caster\b"),
    _rule("private chat", 2, r"\b(?:whats ?app|telegram|dm me|inbox me|kik)\b"),
    _rule("code to use", 4,
          r"\buse (?:my|the|this) (?:referral |refer |invite |invitation |promo |bonus )?code\b.{0,40}\b(?:get|earn"
          r"|free|bonus|cash|win|\d)|\b(?:my|enter) (?:referral|invite|invitation) code\b"),
    _rule("phishing", 4,
          r"\baccount (?:has been|is|was|will be) (?:suspended|locked|limited|restricted|on hold"
          r"|closed)\b.{0,60}\b(?:verify|confirm|click|update|log ?in|restore)\b|\b(?:verify|confirm"
          r"|update) your (?:account|identity|bank|billing|payment|password)\b.{0,40}(?:\bhere\b|link|http|www|now\b)"),
    _rule("adult", 4,
          r"\b(?:hot|sexy|local|horny|lonely|naked) (?:singles|babes|milfs?|pics|housewives)\b|\badult dating\b"
          r"|\b(?:hot|sexy|horny|naked|lonely) (?:girls|ladies|women)\b.{0,30}\b(?:chat|meet|call|waiting|near)"
          r"|\bxxx ?(?:pics|videos?|chat|movies?)\b|\bchat ?line\b|\bmeet (?:local |sexy )?singles\b"),
    _rule("flirting", 2, r"\b(?:horny|dogging|flirt\w*|get laid|fantas(?:y|ies)|saucy|busty|sexy|blind date|dating)\b"),
    _rule("free offer", 2,
          r"\bfree\b.{0,20}\b(?:ring ?tones?|tones?|texts?|txts?|msgs?|minutes|mins|trial|gift|iphone|ipad|nokia"
          r"|camera|camcorder|spins|entry|quote|consultation|tickets?|bitcoin|mobile)\b|\bfree ?(?:msg|message)\b"
          r"|\b(?:latest|new|free)\b.{0,25}\b(?:handsets?|video ?phones?)\b|\b(?:half price|1/2 price|50% off|80% off"
          r"|discounts?) (?:\w+ )?(?:line ?rental|rental|sale|on all|for all)"),
    _rule("ring tone", 3,
          r"\b(?:ring ?tones?|poly(?:phonic)?|logos?|wallpapers?|mono)\b.{0,40}\b(?:txt|text|reply|mobile|mob|call"
          r"|order|get)\b|\b(?:txt|reply|order|get|download)\b.{0,40}\b(?:ring ?tones?|poly\w*)\b"),
    _rule("mass mailing", 2,
          r"\bunsub\b|\bto unsubscribe\b.{0,20}\b(?:reply|text|txt|click|send|stop)\b|\bopt[- ]?out\b|\bt ?& ?c'?s?\b"
          r"|\bt'?s ?& ?c'?s\b|\bterms apply\b|\b(?:p\.? ?o\.? ?)?box ?\d|\b1[68]\+|\bcustcare\b|\bbulk (?:sms|mail"
          r"|email)\b"),
)
AGAINST = (
    _rule("telling of oneself", -2,
          r"\b(?:i|my|our)\b(?:'ve|'m|'d)?.{0,25}\b(?:was|were|had|have|got|been|bought|paid|tried|called|rang|asked"
          r"|waited|ordered|received|booked|told|am|can't|cannot|couldn't|don't|didn't|feel|think|use|used|went|need"
          r"|love|like)\b|\bwe (?:were|had|waited|paid|asked|bought|booked|ordered)\b"),
    _rule("complaint", -3,
          r"\b(?:spam\w*|scam\w*|fraud\w*|refund\w*|complain(?:ed|ts?|ing)?|borrowed|disappoint\w*|unsolicited|rude"
          r"|terrible|awful|frustrat\w*|annoy\w*|fake|advert\w*|ads|stop sending|crash\w*|rip ?off)\b"),
)


def spam_points(text: str) -> dict[str, int]:
    """Return the signs found in a text and what each counts, so that a person can see why.

    What speaks against spam is looked for only where there would be enough points.
    """
    shown = text[:MOST_READ].replace("\n", " ")
    read = shown.lower()
    found = {rule.name: rule.points for rule in RULES if rule.pattern.search(read)}
    if _is_shouted(shown):
        found["shouting"] = 1
    if sum(found.values()) < ENOUGH:
        return found  # most comments end here
    found |= {rule.name: rule.points for rule in AGAINST if rule.pattern.search(read)}
    if "lost money back" in found:
        found.pop("complaint", None)  # its bait is the fraud that the reader fell for
    return found


def is_spam(text: str) -> bool:
    """Return whether a text is an advertisement or bait, and not a customer's words about us.

    Args:
        text: A normalised text; the words known here are English.
    """
    return sum(spam_points(text).values()) >= ENOUGH


def _is_shouted(text: str) -> bool:
    letters = [c for c in PLACEHOLDER.sub("", text) if c.isalpha()]
    n_upper = sum(c.isupper() for c in letters)
    return (len(letters) >= 20 and n_upper > 0.4 * len(letters)) or text.count("!") >= 3
