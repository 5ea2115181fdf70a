"""Personal data is found, brands and ordinary words are not, and nothing asks the network."""

import socket
import sys

import pytest

from cx_text.backends.presidio_pii import PresidioPii
from cx_text.errors import MissingExtra, ModelMissing
from cx_text.text.redact import PiiKind, Placeholders, redact

pytestmark = pytest.mark.models

CASES = {
    "john.smith [at] example.com": "<EMAIL_1>",
    "Write to jo.li+x@mail.example.co.uk.": "Write to <EMAIL_1>.",
    "Ring +44 20 7946 0958 after 6": "Ring <PHONE_1> after 6",
    "0800 1234": "<PHONE_1>",
    "It is (212) 555-0123 ext": "It is <PHONE_1> ext",
    "My sizes are 36-30-41 and 120-128": "My sizes are 36-30-41 and 120-128",
    "order number 4111111111111111": "order number <CARD_1>",  # it is a card number, whatever the customer calls it
    "order number 4111111111111112": "order number 4111111111111112",
    "order 2125550123 never came": "order 2125550123 never came",
    "call me on 2125550123": "call me on <PHONE_1>",
    "IBAN GB33BUKB20201555555555": "IBAN <IBAN_1>",
    "iban gb33bukb20201555555555": "iban <IBAN_1>",
    "from 106.31.73.20": "from <IP_1>",
    "since version 5.12.3.1 it crashes": "since version 5.12.3.1 it crashes",
    "Will it ever come? May I ask?": "Will it ever come? May I ask?",
    "In May and April it was fine": "In May and April it was fine",
    "Will was great": "Will was great",  # no evidence that this is not a slip of "Will" and "was": left alone
    "Thank you Will": "Thank you <NAME_1>",
    "The Paris store is lovely": "The Paris store is lovely",
    "Mr Patel was great": "Mr <NAME_1> was great",
    "mrs jones at the till": "mrs <NAME_1> at the till",
    "the nurse Sarah": "the nurse <NAME_1>",
    "Sarah was lovely. Sarah's smile!": "<NAME_1> was lovely. <NAME_1>'s smile!",
    "I spoke to the manager, Priya Sharma": "I spoke to the manager, <NAME_1>",
    "my name is john": "my name is <NAME_1>",
    "my name is john smith and i waited": "my name is <NAME_1> and i waited",
    "my name is misspelt": "my name is misspelt",
    "Dmitri and David were kind": "<NAME_1> and <NAME_2> were kind",
    "I spoke to Customer Service": "I spoke to Customer Service",
    "The Driver was kind": "The Driver was kind",
    "Covid was bad. NHS great": "Covid was bad. NHS great",
    "Dr Who on TV": "Dr Who on TV",
    "🙂 Emma Watson helped 🙂": "🙂 <NAME_1> helped 🙂",
    "<NAME_1> spoke to Sarah": "<NAME_1> spoke to <NAME_2>",
    "": "",
}


@pytest.fixture(scope="module")
def pii():
    return PresidioPii()


def masked(pii, text):
    return redact(text, pii.find([text])[0], Placeholders()).text


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_cases(pii, text, expected):
    assert masked(pii, text) == expected


def test_redacted_texts_hold_nothing_to_find(pii):
    texts = [masked(pii, text) for text in CASES]
    assert [masked(pii, text) for text in texts] == texts


def test_a_batch_finds_what_one_by_one_does(pii):
    texts = [*CASES, *CASES]
    assert pii.find(texts) == [pii.find([text])[0] for text in texts]


def test_protected_names_stay():
    pii = PresidioPii(protected=("Ben & Jerry's", "Sarah", "Evernote"))
    text = "Thanks Evernote! Ben & Jerry's, then Ben. SARAH's is a shop; I saw Sarah Jones, Evernote's boss"
    assert masked(pii, text) == (
        "Thanks Evernote! Ben & Jerry's, then <NAME_1>. SARAH's is a shop; I saw Sarah <NAME_2>, Evernote's boss")


def test_pages_of_brands_stay():
    pii = PresidioPii(protected=["Evernote"])
    assert masked(pii, "facebook.com/evernote, facebook.com/jo.li") == "facebook.com/evernote, <URL_1>"


def test_only_the_kinds_asked_for():
    text = "Mr Patel, jo@example.com"
    assert masked(PresidioPii(kinds=[PiiKind.EMAIL]), text) == "Mr Patel, <EMAIL_1>"


@pytest.mark.parametrize("text", [
    "x" * 200_000, "a@" * 5_000, "1 " * 5_000, "\ud800 Mr Patel \udfff", "Sarah " * 5_000, "\u202eMr Patel", "<" * 999,
])
def test_ugly_texts_end(pii, text):
    for span in pii.find([text])[0]:
        assert text[span.start:span.end].strip()


def test_a_name_behind_a_very_long_word_is_found(pii):
    assert masked(pii, "y" * 20_000 + " Mr Patel") == "y" * 20_000 + " Mr <NAME_1>"


def test_no_network(monkeypatch):
    asked = []

    def refuse(*arguments, **_):
        asked.append(arguments)
        raise OSError("no network here")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert masked(PresidioPii(), "Mr Patel, jo@example.co.uk, http://x.org") == "Mr <NAME_1>, <EMAIL_1>, http://x.org"
    assert asked == []


def test_customers_words_are_not_logged(pii, caplog):
    pii.find(["IBAN GBXX00 GB00AAAA00000000000000 Mr Patel jo@example.com +44 20 7946 0958"])
    assert "Patel" not in caplog.text
    assert "GB00" not in caplog.text


def test_missing_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    monkeypatch.setitem(sys.modules, "presidio_analyzer.nlp_engine", None)
    with pytest.raises(MissingExtra) as error:
        PresidioPii().find(["a"])
    assert str(error.value) == ("finding personal data needs presidio, which is not installed. run: pip install "
                                "'presidio-analyzer>=2.2,<3' phonenumbers.")


def test_missing_model():
    with pytest.raises(ModelMissing) as error:
        PresidioPii(model="en-core-web-zz").find(["a"])
    assert str(error.value) == ("the spaCy model 'en_core_web_zz' is not installed. run: python -m spacy download "
                                "en_core_web_zz.")
