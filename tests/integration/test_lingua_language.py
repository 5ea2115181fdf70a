"""The real detector: English survey answers are not called foreign, and foreign ones are not called English."""

import pytest

from cx_text.backends.lingua_language import LinguaLanguage
from cx_text.testing import check_language

pytestmark = pytest.mark.models
DETECTOR = LinguaLanguage()  # cheap: the model loads on first use

# Typos, names, telegram style: never foreign. "und" is fine, it counts as known.
ENGLISH = [
    "ok", "excellent", "staff", "Excellent service", "Service", "Dr Schmidt", "Margaret Kowalczyk was lovely",
    "vrey god", "Grate staf", "Prompt service", "no parking", "Put my mind at rest", "Listened, let me talk",
    "Super", "Got to him quicker", "Customer service", "Auto top up", "How do I start auto top up?", "App is slow",
    "Latte machine broken", "n/a", "Me to", "I can't log in on my phone", "No dark mode", "In and out in an hour",
    "Fab", "Ambulance crew were fantastic", "This is the best app that I have used in a long time",
    "Die Hard fan of this app", "Not bad",
]

FOREIGN = [
    ("Muy buen servicio, gracias", "es"), ("Sehr gut und sehr freundlich", "de"), ("Très bon service, merci", "fr"),
    ("Service excellent, merci beaucoup", "fr"), ("Il personale è molto gentile", "it"),
    ("O aplicativo é muito lento", "pt"), ("De app werkt niet meer sinds de update", "nl"),
    ("Appen fungerar inte längre på min telefon", "sv"), ("Aplikacja nie działa od tygodnia", "pl"),
    ("Uygulama sürekli çöküyor", "tr"), ("Отлично", "ru"), ("很好", "zh"), ("خدمة سيئة جدا", "ar"),
    ("बहुत अच्छा", "hi"), ("とても良いサービスでした", "ja"), ("Die Lieferung kam viel zu spät an", "de"),
]


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_not_called_foreign(text):
    assert DETECTOR.detect([text])[0] in ("en", "und")


@pytest.mark.parametrize(("text", "language"), FOREIGN, ids=[language + " " + text[:12] for text, language in FOREIGN])
def test_foreign_is_called_by_its_name(text, language):
    assert DETECTOR.detect([text]) == [language]


def test_plain_english_is_called_english():
    assert DETECTOR.detect(["The app is slow and the staff were rude", "Delivery was late again"]) == ["en", "en"]


@pytest.mark.parametrize("text", ["", " ", "👍", "10/10", "?!", "\ud800"],
                         ids=["empty", "blank", "emoji", "score", "marks", "half pair"])
def test_nothing_to_read_is_und(text):
    assert DETECTOR.detect([text]) == ["und"]


def test_contract():
    check_language(DETECTOR)


def test_a_very_long_text_is_read_by_its_beginning():
    assert DETECTOR.detect(["La entrega fue muy lenta y nadie contesta. " * 20_000, "a" * 1_000_000]) == ["es", "und"]
