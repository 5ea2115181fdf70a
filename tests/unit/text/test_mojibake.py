"""Wrongly decoded characters: mended where that is certain, and never elsewhere."""

import codecs
import sys

import pytest

from cx_text.text.mojibake import has_mojibake, mended

RIGHT = ["I don’t know", "The café was nice", "“Great” app", "It’s €5 – too much", "naïve résumé", "£5 off",
         "so quick 😀"]


@pytest.mark.parametrize(("right", "encoding"), [
    *((right, encoding) for right in RIGHT for encoding in ("cp1252", "latin-1")),
    *((right, "mac_roman") for right in RIGHT[:5])])  # of Macs, those that the web still holds
def test_what_was_read_in_an_encoding_of_old_is_mended(right, encoding):
    codecs.register_error("latin-1", lambda e: (e.object[e.start:e.end].decode("latin-1"), e.end))
    wrong = right.encode().decode(encoding, "latin-1")  # as the web reads bytes that Windows has no character for
    assert wrong != right
    assert has_mojibake(wrong)
    assert mended(wrong) == right


@pytest.mark.parametrize("right", [
    *RIGHT, "", "plain", "L’été “là”", "SÃO PAULO", "Ãrea", "ÅNGSTRÖM™", "Ñandú…", "HÀ NỘI"])
def test_what_is_right_stays(right):
    assert mended(right) == right
    assert not has_mojibake(right)


def test_ftfy_is_loaded_only_where_it_is_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, "ftfy", None)
    assert mended("L’été “là”, café’s à la carte, Größe: 5 °C") == "L’été “là”, café’s à la carte, Größe: 5 °C"
    with pytest.raises(ImportError):
        mended("cafÃ©")
