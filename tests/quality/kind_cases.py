"""Invented short texts with their kind: not one was written by a customer. Near-misses are meant to be hard."""

from cx_text.comment import Kind

IMPROVE = "What could we do better?"
PRAISE = "What did you like most?"


def _lines(kind, texts, question=None):
    return [(text, kind, question) for text in texts.strip().splitlines()]


RATINGS = _lines(Kind.RATING, """
10/10
5 stars
⭐⭐⭐⭐⭐
nine out of ten
excellent
very good
Good!
poor
ok
Excellent thank you
9.5/10
Five stars.
5*
8 out of 10
A+
100%
7
10/10, thank you!
Very, very good.
AMAZING!!!
Not bad
Not good at all
It was great
Absolutely brilliant, thanks
Terrible.
Really poor
Goooood
Excellent as always
Very satisfied
I'm very happy, thank you
Average
So so
👍👍
Great 😊
I'd give it 4 out of 5
4 stars out of 5
Good, thank you very much
Thank you, excellent
Top marks
Could be better
Superb! 10 out of 10.
Neither good nor bad
Simply the best
Disappointing
Fair to be honest
Okay I guess
The worst ever
Outstanding. Five out of five.
I rate it 6/10
Overall very good
""")

NOTHING_TO_ADD = _lines(Kind.NOTHING_TO_ADD, """
nothing to add
Nothing more to add.
No further comments
no other comments, thanks
That's all
That is all, thank you.
That's it
No additional comments at this time
Nothing else
Nothing further to say
I have nothing to add
I have nothing else to add, thank you
I don't have anything to add
We have no further comments
There is nothing more to say
No more comments from me
No further feedback
No other suggestions, thanks
I've said it all
No, nothing else to add
Nothing I would like to add
I think that's everything
That covers everything
Not much to add really
nothing to report
No comments to add
I do not have any other comments
That's all folks
No more to say
nothing else I want to mention
Sorry, nothing to add
Nothing further, many thanks
That's all I have to say
no new information to share
""") + _lines(Kind.NOTHING_TO_ADD, "Nothing to add\nNo further comments\nNothing else to say", IMPROVE)

NON_ANSWERS = _lines(Kind.NON_ANSWER, """
n/a
Did not answer
-
asdf
No comment
N.A.
none
nothing
Prefer not to say
???
don't know
see above
x
test
qwerty qwerty
not applicable
nil
No
""")

SPAM = _lines(Kind.SPAM, """
Earn $5000 a week from home www.example-riches.com
Congratulations you won, click here to claim your prize now
You have been selected to receive a $1000 gift card! Click the link below http://example.com/win
Need a loan? Instant approval, bad credit no problem, apply now
Buy 10,000 followers cheap, visit www.example-likes.com
We rank your website on page 1 of Google. Best SEO services at low prices, contact seo@example.com
Free spins and a 200% welcome bonus at our online casino, join now www.example-slots.com
Double your bitcoin in 24 hours, guaranteed returns, WhatsApp +1 555 010 0199
URGENT! Your account has been suspended. Verify your details here: http://example.com/login
WINNER!! Text CLAIM to 80000 to get your £500 prize. T&Cs apply
Hot singles in your area want to chat, click here now
Make $300 per day working from home, no experience needed, DM me
I recovered my lost bitcoin thanks to this hacker, contact him on Telegram @example
Use my referral code ABC123 and get $20 free
Cheap viagra and weight loss pills, order now at www.example-pills.biz
Forex trading signals with guaranteed profits, join our Telegram channel today
Get rich quick with passive income, sign up at www.example-income.net
Personal loans available now at low interest, apply today on WhatsApp +44 7700 900123
Powerful spell caster brings back your lost lover, call +1 555 010 0123
Get free followers for your page, click the link http://example.com/grow
You are the lucky winner of a new phone! Call 09011 234567 now to claim. Calls cost 150p per min
Invest in crypto today with our expert and earn $2,000 every week
Work from home and earn extra cash, visit www.example-jobs.biz today
Final notice: your unclaimed prize of £2,000 is awaiting collection, call now
FREE iPhone giveaway!!! Hurry, limited offer, click here http://example.com/phone
We sell quality backlinks and website traffic packages, contact us on WhatsApp
""")

ANSWERS = _lines(Kind.ANSWER, """
excellent staff
10 minutes wait
no further delays please
nothing worked
free parking would be nice
call me on 07700 900123, nobody rang back
I get too much spam from you
Stop sending me text messages
The link www.example.com/help does not work
You can e-mail me at name@example.com about the refund
I won a voucher in your prize draw and it never came
I was told to call 0800 123 4567 and nobody answered
The bank turned down my loan after a week
Your advert said I won a prize, that is a scam
The casino was noisy but the room was lovely
Paid £500 and it broke in a week
Charged me $50 a month for nothing
THE STAFF WERE RUDE AND NOBODY CARED!!!
Click and collect works well
I cannot claim my reward points
The app would not verify my identity
Work from home advice was missing
Please send more text reminders
My account was locked and I had to call twice
I lost my bitcoin wallet after the update
Free delivery on all orders please
Good service
Very good doctor
5 star service
Ten out of ten for the nurse
Poor communication
Great app
Nice food
ok but slow
Good but expensive
Friendly and helpful
Very helpful
Quick and easy
Fine until the last update
Too expensive
2 hours late
Not good with children
7 days a week please
Great value
No parking
No problems
No further appointments were offered
Nothing else was explained to me
Nothing to eat on the train
There was nothing to do in the waiting room
That's all I got for £40
That is all wrong
No other customers had to wait
No more queues
No comment from support for weeks
Nothing beats the old menu
No additional charges please
More seats by the door
Thank you
Thank you for your help
Happy with the driver
Best price
Bad weather
The worst part was the queue
Better signs
Could be better organised
3 out of 5 lifts were broken
100% recyclable packaging
I waited 45 minutes for a call that never came
Reply to my e-mails
Easy to claim my refund online
I unsubscribed and you still write to me
""")
NOTHINGS = [
    ("nothing", Kind.ANSWER, IMPROVE), ("None", Kind.ANSWER, PRAISE), ("no", Kind.ANSWER, IMPROVE),
    ("Everything", Kind.ANSWER, PRAISE),
]

BLANKS = [("", Kind.BLANK, None), ("   ", Kind.BLANK, None)]

CASES = [*RATINGS, *NOTHING_TO_ADD, *NON_ANSWERS, *SPAM, *ANSWERS, *NOTHINGS, *BLANKS]
