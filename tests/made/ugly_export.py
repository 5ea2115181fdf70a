"""An export as survey tools and spreadsheets leave it: semicolons, a mark in front, days first, two questions, HTML."""

from .tagged_store import SAID

HEADER = ("Response ID", "Recorded Date", "Distribution Channel", "How likely are you to recommend us?",
          "What is the reason?", "What else?", "Tariff")


def ugly_export(n=60):
    """Return the bytes of `n` answers, of which one is a test of the survey itself, one is blank and one is doubled."""
    rows = [HEADER]
    for k in range(n):
        words = f"{SAID[k % len(SAID)]} {'x' * (k // len(SAID))}"
        rows.append((f"R_{k:03d}", f"{13 + k % 15}/03/2026 09:{k % 60:02d}", "email", k % 11, words,
                     ("", "the app is slow", "n/a")[k % 3], ("Basic", "Plus")[k % 2]))
    rows[1] = (*rows[1][:4], "<p>app is <b>awful</b> &amp; slow</p>", *rows[1][5:])
    rows[2] = (*rows[2][:2], "preview", *rows[2][3:])
    rows[3] = (*rows[3][:4], "", "", rows[3][6])
    text = "\r\n".join(";".join(f'"{cell}"' if " " in str(cell) else str(cell) for cell in row) for row in rows)
    return ("\ufeff" + text + "\r\n").encode()
