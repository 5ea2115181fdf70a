"""A store whose pages have something to show: made-up answers, read by fakes, with words that would do harm."""

from store_rows import HEADER, answer, import_rows, write_export

from cx_text.config import load_recipe
from cx_text.retagging import retag
from cx_text.testing import FakeModels

HARM = "<img src=x onerror=alert(1)> app is slow {{ 7 * 7 }} =cmd|'/c calc'!A1 </mark><script>alert(2)</script> 😡"
SAID = ("app is slow but staff are kind", "app is slow today", "app is great now", "price is bad", "price is good",
        "price is awful but app is fast", "staff are rude. staff are slow", "staff are kind")
RECIPE = load_recipe("nps_survey")


def fill_view_store(store, folder, n=160, *, read=True, bare=False):
    """Import `n` answers over two months and let fakes read them; the last one holds HARM. Bare: no score, no day."""
    rows = [answer(k, f"{SAID[k % len(SAID)]} {'x' * (k % 5)}", day=1 + k * 27 // n, score=(k * 7) % 11,
                   plan=("Plus", "Basic", "Family")[k % 3]) for k in range(n)]
    rows = [(row[0], row[1].replace("2026-03", "2026-04") if k % 2 else row[1], *row[2:]) for k, row in enumerate(rows)]
    last = answer(n, HARM, day=30, score=2, plan="<b>Odd</b>")
    rows.append((last[0], "2026-04-30 09:00", *last[2:]))
    if bare:
        path = write_export(folder / "bare.csv", [(row[0], *row[3:]) for row in rows], (HEADER[0], *HEADER[3:]))
        import_rows(store, path, nps_score=None, received_at=None)
    else:
        import_rows(store, write_export(folder / "answers.csv", rows))
    if read:
        retag(store, recipe=RECIPE, models=FakeModels(RECIPE))
