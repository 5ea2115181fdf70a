"""The words at the places that an alert keeps, as messages read them."""

from cx_text.store.quotes import standing_text


def words_at(connection, places):
    """Return the words at some places (run, comment, start, end), None where they stand no more."""
    texts = [standing_text(connection, run_id, comment_id) for run_id, comment_id, _, _ in places]
    return [None if own is None else own.text[start:end] for own, (_, _, start, end) in zip(texts, places, strict=True)]
