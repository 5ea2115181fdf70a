"""Clauses of an invented shop's customers, written for this project: what each is about, and what it says of that.

A clause is a subject, what is said of it, and a tail: "the courier" + "came two days late" + "again". Each sub-theme
has four subjects and four sayings of either sign, so that there are some five thousand distinct clauses.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from cx_text.codeframe import JourneyStage
from cx_text.comment import Polarity

TAILS = {Polarity.NEGATIVE: ("", " again", " this month", " for the third time"),
         Polarity.POSITIVE: ("", " as always", " this time", " from the start")}
NEUTRAL = ("is about what I expected", "is neither good nor bad")

# Theme, stage of the journey; then each sub-theme with its subjects, what is bad of them, and what is good.
_THEMES = """
Delivery, receive
  Late deliveries: the delivery, my parcel, the courier, our order
    - came two days late, missed the promised slot, took over a week, turned up after midnight
    + came right on time, arrived earlier than promised, kept to the slot, was here within a day
  Damaged parcels: the box, my parcel, the package, the carton
    - was crushed on one side, had been left in the rain, came torn open, was soaked through
    + came without a scratch, was perfectly intact, looked brand new, was packed with care
  Manner of drivers: the driver, the delivery man, your courier, the woman at the door
    - was rude to me, threw the parcel over the fence, refused to wait a minute, shouted at my neighbour
    + was friendly and patient, carried it upstairs for me, helped with the heavy box, was polite and quick
  Tracking of orders: the tracking page, the tracking link, the live map, the status message
    - showed the wrong day, never changed at all, said delivered when it was not, stopped working halfway
    + was spot on, told me the exact hour, was easy to follow, kept me well informed
App, use
  Crashes at payment: the app, your app, the payment screen, the mobile checkout
    - crashes when I pay, freezes on the last step, closes itself at payment, loses my basket at the end
    + took my payment in seconds, never crashed on me, works without a hitch, remembers my card safely
  Slow screens: the start screen, the app, the list of orders, the photo page
    - takes ages to load, hangs for half a minute, is painfully slow, stutters when I scroll
    + opens in a blink, feels really fast, loads at once, runs smoothly
  Notifications: the notifications, the app's alerts, the push messages, those reminders
    - come at three in the morning, cannot be turned off, repeat the same thing, arrive after the event
    + come just when needed, can be set to taste, are short and useful, help me plan
Prices, pay
  High prices: the price, the cost of a basket, your price level, the subscription
    - went up without warning, is far too high, is out of reach for us, doubled in a year
    + is very fair, is lower than elsewhere, stayed the same for years, is great value
  Hidden fees: the service fee, the handling charge, the extra fee, the small order charge
    - only shows at the end, was never mentioned, is a rip-off, makes no sense to me
    + was explained up front, is shown clearly, was waived for us, is easy to avoid
  Discounts: the discount code, my voucher, the welcome offer, the student discount
    - did not work, was refused at the till, had expired early, left out everything I wanted
    + worked straight away, saved us a lot, was a lovely surprise, came off at once
  Value for money: the value, what I get for it, the family deal, the yearly plan
    - is poor for the money, gets worse each year, is not worth it, disappoints for the sum
    + is excellent for the money, beats all others, is well worth it, pays for itself
Customer service, get help
  Waiting on the phone: the hotline, the phone queue, the call centre, your helpline
    - kept me on hold for an hour, cut me off twice, never picked up, plays the same tune forever
    + picked up after one ring, called me back promptly, was quick to answer, had no queue at all
  Helpfulness of agents: the agent, the woman on the phone, your adviser, the man I spoke to
    - could not care less, knew nothing about it, read from a script, passed me on five times
    + went out of her way, solved it in minutes, was kind and clear, knew exactly what to do
  Chat and bots: the chat, the chat bot, your virtual assistant, the online chat
    - goes round in circles, does not understand a word, ended without an answer, hides the real people
    + sorted it in two minutes, gave the right answer, was surprisingly good, fetched a person at once
  Unanswered e-mails: my e-mail, the contact form, my written complaint, the ticket I opened
    - went unanswered for weeks, got a stock reply, disappeared without trace, was closed without a word
    + was answered the same day, got a personal reply, was handled with care, led to a quick fix
Product quality, use
  Durability: the kettle, the jacket, my backpack, the charger
    - broke after a month, fell apart in the wash, stopped working in week two, wore out in no time
    + still looks like new, has lasted for years, survived three winters, is built to last
  Freshness: the fruit, the bread, the salad, the fish
    - was already off, arrived mouldy, smelled odd, was past its date
    + was wonderfully fresh, tasted like home grown, kept all week, was crisp and sweet
  Sizes and fit: the size, the fit, the sleeve length, the size chart
    - is way off, runs far too small, was wrong on all counts, makes me guess
    + is true to the chart, was perfect for me, is just right, suits tall people too
  Differs from pictures: the colour, the picture online, the item itself, the fabric
    - was nothing like shown, looked cheap in daylight, misled me completely, was a different shade
    + was exactly as shown, looked even better, matched the photo, felt lovely
Website, buy
  Search and filters: the search, the filter, the search box, the category page
    - finds nothing useful, ignores what I type, forgets my settings, mixes everything up
    + finds things at once, is really handy, understands typing errors, saves me time
  Checkout: the checkout, the order form, the payment page, the basket page
    - asks for the same thing twice, threw an error, rejected my card, has too many steps
    + is done in three clicks, is simple and clear, took my card at once, just works
  Stock information: the stock display, the availability note, the waiting list, the restock mail
    - was plain wrong, promised what was sold out, is never up to date, let me order thin air
    + is always right, told me when it was back, is honest about delays, helped me choose
Account, use
  Login problems: the login, my password reset, the sign-in page, the access code
    - never works first time, locked me out, sends me in circles, expired before it came
    + is quick and safe, worked right away, is easy even for my mother, takes one tap
  Personal details: my profile, the address book, the change of address, my saved card
    - cannot be changed, was lost overnight, mixed up two people, kept the old address
    + was updated in seconds, is easy to edit, is well laid out, keeps everything ready
  Privacy: the cookie banner, the consent form, your data policy, the request for my birthday
    - feels pushy, cannot be refused, is impossible to understand, asks far too much
    + is clear and short, respects my choice, gives me control, puts me at ease
Returns, leave
  Slow refunds: the refund, my money back, the credit note, the repayment
    - took six weeks, never arrived, was short by ten pounds, had to be chased twice
    + came within two days, was there before I asked, arrived in full, was no trouble at all
  Return labels: the return label, the returns form, the drop-off point, the pick-up
    - would not print, was closed for lunch, is miles away, failed to happen
    + is round the corner, was simple to use, came in the box, took a minute
  Exchange of goods: the exchange, the replacement, the swap, the second item
    - was the wrong one too, took a month, was refused flatly, never left the warehouse
    + was sent the same day, was spot on, went without fuss, came with an apology
Shops, buy
  Queues at the till: the till, the queue, the self checkout, the service desk
    - had one person on it, went out of the door, kept calling for help, was shut at noon
    + moved really fast, was open and staffed, let me out in a minute, was well organised
  Staff in shops: the assistant, the shop staff, the young man at the counter, the manager
    - ignored me completely, sighed at my question, chatted with a colleague, sent me away
    + greeted me warmly, found the right one for me, took real time for us, gave honest advice
  Opening hours: the Sunday opening, the branch, the counter, the shop near us
    - closes far too early, was shut without notice, is never open after work, changed its hours again
    + is open late, fits my working day, was open on a holiday, keeps its hours
Loyalty, discover
  Points: the points, my bonus balance, the points card, the yearly bonus
    - expired without warning, were never credited, are worth next to nothing, vanished from my account
    + add up quickly, paid for our picnic, are easy to use, came as a nice extra
  Member offers: the member offer, the weekly coupon, the birthday gift, the partner deal
    - was sold out in an hour, is never for what I buy, excludes old customers, did not show up
    + is always welcome, made my day, suits what I buy, is generous
  Newsletters: the newsletter, your advertising mail, the weekly mail, the catalogue
    - comes every single day, cannot be cancelled, is full of nonsense, goes straight to the bin
    + is worth reading, has good recipes, is short and friendly, inspires me
Packaging, receive
  Too much packaging: the packaging, all that plastic, the filling material, the outer box
    - is a waste, fills my whole bin, is three times too big, cannot be recycled
    + is down to the minimum, can be reused, is plastic free now, folds away nicely
  Hard to open: the seal, the wrapping, the lid, the tape
    - needs a saw to open, cut my finger, will not come off, defeats older hands
    + opens with one pull, is cleverly made, closes again well, is easy on the hands
  Wrong items inside: the content, one bag, the set, half of the order
    - was not what I ordered, belonged to someone else, was missing two pieces, had been mixed up
    + was complete and correct, was sorted by room, had everything in it, matched the list
Billing, pay
  Wrong invoices: the invoice, my bill, the monthly statement, the receipt
    - was wrong again, charged me twice, listed things I never had, showed the old tariff
    + is clear and correct, adds up to the penny, comes on the first, is easy to read
  Cancelling: the cancellation, the notice period, ending my contract, the trial
    - was made a nightmare, was ignored twice, needs a letter by post, renewed itself in silence
    + took two clicks, was confirmed at once, was treated with respect, ended as agreed
  Ways to pay: the direct debit, paying by card, the payment plan, paying by phone
    - failed for no reason, was taken too early, is not offered to me, bounced and cost a fee
    + runs by itself, was set up in no time, is flexible, is safe and simple
"""

# What people tell besides, without an opinion of any of it; TOWN is filled in.
ASIDES = ("I have been a customer for nine years", "We live in TOWN", "My sister in TOWN told me about you",
          "I ordered on a Tuesday evening", "It was for my daughter's birthday", "I work shifts and shop at night",
          "We are a family of five", "I moved to TOWN last spring", "This is my second order",
          "I usually buy for my mother in TOWN as well", "The order was for the office in TOWN",
          "I am writing this on the train to TOWN", "My neighbour asked me about it",
          "We had guests from TOWN that week", "I filled this in once before")
MENTIONS = {"Northwind": ("Northwind does the same for less", "I also looked at Northwind"),
            "Oakline": ("Oakline never had that problem", "My parents buy from Oakline")}
TOWNS = tuple(first + last for first in ("Ald", "Brack", "Cold", "Dun", "East", "Farn", "Gold", "Hart", "Ink", "Kel",
                                         "Lang", "Mil", "North", "Oak", "Pen", "Rush", "Stan", "Thorn", "Wex", "Yar")
              for last in ("bury", "combe", "den", "field", "ham", "leigh", "mere", "ness", "port", "stead", "ton",
                           "wick", "worth", "by", "cliffe", "dale", "ford", "hurst", "low", "minster"))
FOREIGN = {"de": ("Die Lieferung kam leider viel zu spät", "Alles bestens, gerne wieder", "Die App stürzt ständig ab"),
           "fr": ("La livraison est arrivée en retard", "Très bon service, merci beaucoup", "Le prix est trop élevé"),
           "es": ("El pedido llegó tarde otra vez", "Muy buen trato, gracias", "La aplicación no funciona bien")}
RATINGS = {Polarity.POSITIVE: ("Very good", "10/10", "Five stars", "Excellent, thank you"),
           Polarity.NEGATIVE: ("Very poor", "0/10", "One star", "Terrible")}
NON_ANSWERS = ("n/a", "-", "no comment", "none")


@dataclass(frozen=True, slots=True)
class WrittenTheme:
    """A theme of the grammar. `parent`: the label of the theme above; None on the first level, where no clauses are."""

    label: str
    stage: JourneyStage
    parent: str | None = None
    subjects: tuple[str, ...] = ()
    clauses: tuple[tuple[Polarity, tuple[str, ...]], ...] = ()  # without a capital and without a full stop


def written_themes() -> tuple[WrittenTheme, ...]:
    """Return the themes, each of the first level followed by its sub-themes."""
    found: list[WrittenTheme] = []
    theme, stage = "", JourneyStage.USE
    lines = iter(_THEMES.strip().splitlines())
    for line in lines:
        if not line.startswith(" "):
            theme, named = line.split(", ")
            stage = JourneyStage(named)
            found.append(WrittenTheme(theme, stage))
            continue
        label, _, listed = line.strip().partition(": ")
        subjects = tuple(listed.split(", "))
        said = {Polarity.NEGATIVE: next(lines).strip(" -").split(", "),
                Polarity.POSITIVE: next(lines).strip(" +").split(", ")}
        clauses = tuple((polarity, tuple(f"{subject} {what}{tail}" for subject, what, tail in
                                         product(subjects, said[polarity], TAILS[polarity])))
                        for polarity in (Polarity.NEGATIVE, Polarity.POSITIVE))
        neutral = tuple(f"{subject} {what}" for subject, what in product(subjects, NEUTRAL))
        found.append(WrittenTheme(label, stage, theme, subjects, (*clauses, (Polarity.NEUTRAL, neutral))))
    return tuple(found)
