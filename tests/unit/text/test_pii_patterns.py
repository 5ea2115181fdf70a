"""What has a form of its own is found by it."""

import pytest

from cx_text.text.pii_patterns import patterned
from cx_text.text.redact import resolved


@pytest.mark.parametrize(("text", "found"), [
    ("john.smith [at] example.com", [("EMAIL", "john.smith [at] example.com")]),
    ("jo (at) example (dot) co.uk", [("EMAIL", "jo (at) example (dot) co.uk")]),
    ("jo dot li at example dot com", [("EMAIL", "jo dot li at example dot com")]),
    ("we met at example and paid 3.50", []),
    ("look at instagram.com/jane.doe", [("URL", "instagram.com/jane.doe")]),
    ("see www.example.com/help", []),
    ("card 4111 1111 1111 1111 is lost", [("CARD", "4111 1111 1111 1111")]),
    ("order number 4111 1111 1111 1112", []),
    ("I live at 24 Clarke Avenue, London SW1A 1AA", [("ADDRESS", "24 Clarke Avenue, London SW1A 1AA")]),
    ("they are at 10 baker street", [("ADDRESS", "10 baker street")]),
    ("a 10 minute drive, 2 way street", []),
    ("Terminal 5 on 2 May 2024 at 10:30", []),
    ("it came on the w1 2nd", []),
    ("my zip is 90210", [("ADDRESS", "90210")]),
    ("Hauptstraße 12 in Berlin", [("ADDRESS", "Hauptstraße 12")]),
    ("+44 20 7946 0958", [("PHONE", "+44 20 7946 0958")]),
    ("I called 2024-05-12 and 12 345 678", []),
])
def test_patterns(text, found):
    assert [(s.kind, text[s.start:s.end]) for s in resolved(text, patterned(text))] == found
