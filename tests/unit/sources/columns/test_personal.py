"""Which columns are personal by their header, and which of their cells."""

import pytest

from cx_text.measures import MeasureColumn
from cx_text.sources.columns.personal import is_personal, personal_columns
from cx_text.sources.columns.plan import ColumnPlan
from cx_text.text.redact import PiiKind


@pytest.mark.parametrize(("header", "kind"), [
    ("Email", "EMAIL"), ("E-mail", "EMAIL"), ("recipient_email", "EMAIL"), ("Phone number", "PHONE"),
    ("Mobile", "PHONE"), ("IPAddress", "IP"), ("IP Address", "IP"), ("Email address", "EMAIL"),
    ("Delivery address", "ADDRESS"), ("postcode", "ADDRESS"), ("LocationLatitude", "ADDRESS"), ("IBAN", "IBAN"),
    ("Card number", "CARD"), ("First name", "NAME"), ("author", "NAME"), ("Agent", "NAME"), ("name", "NAME"),
    ("user_name", "NAME"), ("Customer ID", None), ("Plan name", None), ("Country", None),
    ("How was our staff on the phone?", None), ("Device", None),
])
def test_headers(header, kind):
    assert personal_columns(ColumnPlan(("x",)), ("x", header)) == ({header: PiiKind(kind)} if kind else {})


@pytest.mark.parametrize("role", ["id", "received_at", "nps_score", "rating", "segments", "measures", "verbatims"])
def test_columns_with_a_role_stay(role):
    value = {"segments": ("Email",), "verbatims": ("Email",), "measures": (MeasureColumn("churned", "Email", None),)}
    plan = ColumnPlan(**{"verbatims": ("x",), role: value.get(role, "Email")})
    assert personal_columns(plan, ("x", "Email")) == {}


def test_the_customers_key_may_be_personal():
    assert personal_columns(ColumnPlan(("x",), customer="Email"), ("x", "Email")) == {"Email": PiiKind.EMAIL}


@pytest.mark.parametrize(("header", "text", "kind", "expected"), [
    ("Email", "jo@x.org", "EMAIL", True), ("Email", "yes", "EMAIL", False), ("Phone", "020 7946 0958", "PHONE", True),
    ("Phone", "iPhone 12", "PHONE", False), ("Agent", "Sarah", "NAME", True), ("Customer", "C-1042", "NAME", False),
    ("Customer", "1042", "NAME", False), ("author", "jo_42", "NAME", True), ("Card type", "Visa", "CARD", False),
    ("zip", "90210", "ADDRESS", True), ("IP", "10.0.0.7", "IP", True), ("IP", "-", "IP", False),
])
def test_cells(header, text, kind, expected):
    assert is_personal(header, text, PiiKind(kind)) is expected
