"""Records are masked whole, and say the same when they are read again."""

import pytest

from cx_text.comment import Comment
from cx_text.masking import mask_records, with_pseudonym, with_pseudonyms
from cx_text.testing import FakePii


def comment(words, n=0):
    return Comment(f"src:r-{n}", words, "src")


def masked(comments, raw):
    [found] = mask_records(FakePii(), [(comments, raw)])
    return found


def test_words_are_masked_in_comment_and_record_alike():
    words = "Write to jo@example.org please, not to ann@example.org"
    found = masked([comment(words)], {"id": "17", "answer": {"text": words, "n": 3},
                                      "list": ["jo@example.org", 4, None]})
    assert found.comments[0].verbatim == "Write to <EMAIL_1> please, not to <EMAIL_2>"
    assert found.raw == {"id": "17", "answer": {"text": "Write to <EMAIL_1> please, not to <EMAIL_2>", "n": 3},
                         "list": ["<EMAIL_1>", 4, None]}
    assert [(cell.placeholder, cell.redacted_start, cell.redacted_end) for cell in found.masked[0]] == [
        ("<EMAIL_1>", 9, 18), ("<EMAIL_2>", 34, 43)]
    assert [value for _, value in found.values[0]] == ["jo@example.org", "ann@example.org"]


def test_fields_that_are_personal_by_their_name_are_masked_whole():
    found = masked([comment("Late")], {"user": {"name": "Jane Roe", "email": "j@x.org", "phone": "+44 20 7946 0018"},
                                       "username": "jroe", "id": "u-1", "version": "1.2"})
    assert found.raw == {"user": {"name": "<NAME_1>", "email": "<EMAIL_1>", "phone": "<PHONE_1>"},
                         "username": "<NAME_2>", "id": "u-1", "version": "1.2"}


@pytest.mark.parametrize(("raw", "masked_raw"), [
    ({"via": {"source": {"from": {"address": "bob@x.org"}}}}, {"via": {"source": {"from": {"address": "<EMAIL_1>"}}}}),
    ({"data": [{"author": {"name": "Jane"}}]}, {"data": [{"author": {"name": "<NAME_1>"}}]}),
    ({"attributes": {"reviewerNickname": "jane77"}}, {"attributes": {"reviewerNickname": "<NAME_1>"}}),
    ({"author": "00112233445566778899aabbccddeeff"}, {"author": "00112233445566778899aabbccddeeff"}),
    ({"plan": {"name": "Plus"}}, {"plan": {"name": "Plus"}}),
    ({"customer": {"id": "C-17"}}, {"customer": {"id": "C-17"}})])
def test_fields_of_persons_are_known_wherever_they_are(raw, masked_raw):
    assert masked([comment("Late")], raw).raw == masked_raw


def test_words_that_a_comment_repeats_are_searched_once_and_masked_in_both():
    searched = []

    class Counting(FakePii):
        def find(self, texts):
            searched.extend(texts)
            return super().find(texts)

    said = "Late again\nwrite to jo@example.org"
    [found] = mask_records(Counting(), [([comment(said)], {"title": "Late again", "text": "write to jo@example.org",
                                                           "hidden": "write to jo&#64;example.org"})])
    assert sorted(set(searched)) == [said, "write to jo&#64;example.org", "write to jo@example.org"]
    assert found.raw == {"title": "Late again", "text": "write to <EMAIL_1>", "hidden": "write to <EMAIL_1>"}


def test_what_is_hidden_in_one_field_is_hidden_in_all():
    """A title and a text that are one comment: what is found in the whole is masked in the parts."""
    found = masked([comment("Hello\nfrom jo@example.org")], {"title": "Hello", "link": "mailto:jo@example.org?x"})
    assert found.raw == {"title": "Hello", "link": "mailto:<EMAIL_1>?x"}


def test_addresses_of_pages_stay():
    raw = {"url": "https://social.example/@jane/17", "at": "2026-03-01T08:00:00+0000"}
    assert masked([comment("Late")], raw).raw == raw


def test_several_records_are_masked_each_by_itself():
    given = [([comment("jo@example.org"), comment("ann@example.org", 1)], {"a": "x"}), ([], {"b": "jo@example.org"}),
             ([comment("ann@example.org")], {"a": ["y"]})]
    found = mask_records(FakePii(), given)
    assert [[c.verbatim for c in one.comments] for one in found] == [["<EMAIL_1>", "<EMAIL_2>"], [], ["<EMAIL_1>"]]
    assert [one.raw for one in found] == [{"a": "x"}, {"b": "<EMAIL_1>"}, {"a": ["y"]}]
    assert mask_records(FakePii(), []) == []


def test_without_an_author_every_key_of_a_person_is_a_pseudonym():
    raw = {"id": "r-1", "name": "t3_1", "author": "jane77", "user": {"id": "u-1", "said": "Late again", "plan_id": "p"},
           "data": [{"customer_id": "C-17", "order_id": "O-1"}], "userComment": {"text": "Late"}}
    assert with_pseudonyms(raw, str.upper) == {
        "id": "r-1", "name": "t3_1", "author": "JANE77", "user": {"id": "U-1", "said": "Late again", "plan_id": "P"},
        "data": [{"customer_id": "C-17", "order_id": "O-1"}], "userComment": {"text": "Late"}}


@pytest.mark.parametrize("raw", [{"by": "u-1", "more": ["u-1", "u-12", {"x": "u-1"}]}])
def test_the_key_of_the_author_is_a_pseudonym_everywhere(raw):
    assert with_pseudonym(raw, "u-1", "ab12") == {"by": "ab12", "more": ["ab12", "u-12", {"x": "ab12"}]}


def test_a_pseudonym_is_no_name():
    raw = {"author": "4f1d0c2b9a8e7d6c5b4a39281706f5e4", "reviewer": "jroe7"}
    found = masked([comment("Sarah was late")], raw)
    assert found.raw == raw | {"reviewer": "<NAME_1>"}
    assert found.comments[0].verbatim == "<NAME_2> was late"
