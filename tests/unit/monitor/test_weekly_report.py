"""The weekly report: its figures, what it tells of alerts, and that customers' words do no harm in it."""

import re
from datetime import date, timedelta

import openpyxl
import pytest
from made.alerts import put_alert
from made.view_store import HARM, RECIPE, fill_view_store
from sqlalchemy import select
from store_rows import answer, import_rows, write_export

from cx_text.errors import OutputError
from cx_text.monitor import weekly_report
from cx_text.monitor.assessing import material_of
from cx_text.monitor.week_figures import figures_of_week
from cx_text.monitor.weekly_report import report_paths, write_report
from cx_text.retagging import retag
from cx_text.store.opening import open_store
from cx_text.store.tables import tags
from cx_text.testing import FakeModels, FakePii

MONDAY = date(2026, 4, 27)
IN_WEEK, BEFORE, AFTER = date(2026, 4, 23), date(2026, 4, 12), date(2026, 4, 28)
LINK = "https://feedback.example.com"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a store with alerts that fired in the week, before it and after it; read only."""
    folder = tmp_path_factory.mktemp("weekly")
    with open_store(folder / "store.sqlite3", create=True) as store:
        fill_view_store(store, folder)
        with store.writing() as connection:
            row = connection.execute(select(tags.c.run_id, tags.c.comment_id, tags.c.text)
                                     .order_by(tags.c.comment_id.desc())).first()
            quote = {"run_id": row.run_id, "comment_id": row.comment_id, "start": 0, "end": len(row.text)}
            theme = {"per": "theme", "id": "t1", "label": "<b>=Fired</b>"}
            put_alert(connection, fired_on=IN_WEEK, quotes=[quote], subject=theme)
            put_alert(connection, fired_on=BEFORE, subject=theme | {"label": "Lasts"})
            put_alert(connection, fired_on=BEFORE, resolved_on=IN_WEEK, subject=theme | {"label": "Ended"})
            put_alert(connection, fired_on=BEFORE, resolved_on=BEFORE + timedelta(days=2),
                      subject=theme | {"label": "Long ago"})
            put_alert(connection, fired_on=AFTER, subject=theme | {"label": "Later"})
            put_alert(connection, fired_on=BEFORE, resolved_on=AFTER, kind="new_theme")
    return folder / "store.sqlite3"


@pytest.fixture
def store(place):
    with open_store(place) as opened:
        yield opened


@pytest.fixture
def page(store, tmp_path):
    return write_report(store, tmp_path, MONDAY, link=LINK, finder=FakePii)[0].read_text("utf-8")


def test_the_page_tells_of_each_alert_as_it_was_when_the_week_ended(page):
    titles = re.findall(r"<h([34])>(.*?)</h\1>", page)
    assert [words.partition(":")[0] for _, words in titles] == [
        "New in this week", "&lt;b&gt;=Fired&lt;/b&gt;", "Goes on", "Something new", "Lasts", "Over in this week",
        "Ended"]
    assert "The week of 20 to 26 April 2026" in page or "The week of 20 April to 26 April 2026" in page
    assert page.count("Over since ") == 1
    assert page.count("Over since 23 April 2026: as before again, after 11 days.") == 1
    assert page.count("<svg") == 8, "a wide and a narrow picture of each"
    assert f'<a href="{LINK}/alerts/1">The alert</a>' in page


def test_the_page_is_whole_by_itself_and_runs_nothing(page):
    assert "<script" not in page
    assert "&lt;script" not in page, "words are made harmless before they are escaped"
    assert "‹script›alert(2)‹/script›" in page
    assert "{{ 7 * 7 }}" in page
    assert HARM not in page
    assert set(re.findall(r'(?:src|href)="([^"]*)"', page)) - {"data:,", f"{LINK}/"} == {
        address for address in re.findall(r'href="([^"]*)"', page) if address.startswith((f"{LINK}/alerts/",
                                                                                          f"{LINK}/comments?"))}
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_figures_are_counted_once_a_customer_and_week(store):
    found = figures_of_week(material_of(store).part, MONDAY - timedelta(days=7))
    part = material_of(store).part
    days = part.comments["received_at"].dt.date
    ours = part.comments[(days >= MONDAY - timedelta(days=7)) & (days < MONDAY)]
    theirs = part.comments[(days >= MONDAY - timedelta(days=35)) & (days < MONDAY - timedelta(days=7))]
    assert (found.n_weeks, found.n_comments, found.n_customers) == (4, len(ours), len(ours))
    assert found.comments_before == found.customers_before == len(theirs) / 4
    assert (found.nps.n, found.nps_before.n) == (len(ours), len(theirs))
    assert (found.sentiment.n, found.sentiment_before.n) == (len(ours), len(theirs))
    raising = {theme.id: {theme.id, *(one.id for one in part.snapshot.themes if one.parent == theme.id)}
               for theme in part.snapshot.themes if theme.parent is None}
    comments = {name: part.opinions["place"][part.opinions["theme_id"].isin(ids)] for name, ids in raising.items()}
    labels = {theme.id: theme.label for theme in part.snapshot.themes}
    assert {(one.name, one.n, one.before, one.of, one.of_before) for one in found.themes} == {
        (labels[name], n, len({*places} & {*theirs.index}) / 4, len(ours), len(theirs) / 4)
        for name, places in comments.items() if (n := len({*places} & {*ours.index}))}
    assert [one.n for one in found.themes] == sorted((one.n for one in found.themes), reverse=True)
    [source] = found.sources
    assert (source.n, source.before) == (len(ours), len(theirs) / 4)


@pytest.mark.parametrize(("start", "n_weeks"), [("2026-03-02", 0), ("2026-03-09", 1), ("2026-03-30", 4)])
def test_weeks_before_the_first_comment_do_not_count(store, start, n_weeks):
    part = material_of(store).part
    assert part.snapshot.days[0].date() == date(2026, 3, 1)
    found = figures_of_week(part, date.fromisoformat(start))
    assert found.n_weeks == n_weeks
    assert (found.comments_before is None) == (found.nps_before is None) == (n_weeks == 0)


def test_a_customer_who_writes_twice_in_a_week_is_one(tmp_path):
    rows = [answer(k, "app is slow", day=2 + k, customer=f"c-{k % 2}") for k in range(6)]
    rows += [answer(9 + k, "app is bad", day=9 + k, customer="c-0") for k in range(4)]
    with open_store(tmp_path / "s.sqlite3", create=True) as store:
        import_rows(store, write_export(tmp_path / "a.csv", rows))
        retag(store, recipe=RECIPE, models=FakeModels(RECIPE))
        found = figures_of_week(material_of(store).part, date(2026, 3, 9))
    assert (found.n_comments, found.n_customers, found.comments_before, found.customers_before) == (4, 1, 6, 2)
    assert [(one.n, one.of, one.before, one.of_before) for one in found.themes] == [(1, 1, 2, 2)]


def test_the_workbook_has_figures_and_no_words(store, tmp_path):
    book = openpyxl.load_workbook(write_report(store, tmp_path, MONDAY, finder=FakePii)[1])
    assert book.sheetnames == ["figures", "themes", "sources", "alerts"]
    alerts = list(book["alerts"].values)
    assert [row[:2] for row in alerts[1:]] == [(1, "New in this week"), (6, "Goes on"), (2, "Goes on"),
                                               (3, "Over in this week")]
    subjects = [row[alerts[0].index("subject")] for row in alerts[1:]]
    assert subjects == ["<b>=Fired</b>", None, "Lasts", "Ended"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" or cell.hyperlink for cell in cells)
    assert not any("slow" in str(cell.value) for cell in cells)
    figures = {row[:2]: row[2:6] for row in book["figures"].values}
    value, low, high, n = figures["NPS", "this week"]
    assert low <= value <= high
    assert n > 0


def test_an_empty_week_says_so_and_what_still_fires(store, tmp_path):
    page = write_report(store, tmp_path, date(2030, 1, 7))[0].read_text("utf-8")
    assert "No comment of this week has been read." in page
    assert "Lasts" in page
    assert "What customers raise" not in page


def test_a_store_in_which_nothing_was_read_has_an_empty_report(tmp_path):
    with open_store(tmp_path / "s.sqlite3", create=True) as store:
        import_rows(store, write_export(tmp_path / "a.csv", [answer(1, "app is slow", day=3)]))
        html, xlsx = write_report(store, tmp_path / "reports", date(2026, 3, 9))
    page = html.read_text("utf-8")
    assert "No comment of this week has been read." in page
    assert "Nothing fired, nothing was over, and nothing goes on." in page
    assert openpyxl.load_workbook(xlsx).sheetnames == ["alerts"]


def test_written_twice_it_is_the_same_and_nothing_else_is_left(store, tmp_path):
    first = [path.read_bytes() for path in write_report(store, tmp_path, MONDAY, link=LINK, finder=FakePii)]
    again = write_report(store, tmp_path, MONDAY, link=LINK, finder=FakePii)
    assert again == report_paths(tmp_path, MONDAY)
    assert [path.read_bytes() for path in again] == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cx_text-week-2026-04-27.html",
                                                                "cx_text-week-2026-04-27.xlsx"]


def test_a_file_that_cannot_be_written_is_absent_and_says_where(store, tmp_path, monkeypatch):
    def fail(path, tables):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(weekly_report, "_write_workbook", fail)
    with pytest.raises(OutputError) as raised:
        write_report(store, tmp_path, MONDAY)
    assert str(raised.value) == (
        f"{tmp_path}: the weekly report cannot be written: No space left on device. "
        "Give another report_folder in [watch], or free some space.")
    assert [path.suffix for path in tmp_path.iterdir()] == [".html"]


def test_only_a_monday_has_a_report(store, tmp_path):
    with pytest.raises(ValueError, match=r"^2026-04-28 is no Monday$"):
        write_report(store, tmp_path, MONDAY + timedelta(days=1))


def test_very_many_alerts_are_told_shortly(store, tmp_path, monkeypatch):
    monkeypatch.setattr(weekly_report, "_MOST_SHOWN", 2)
    page = write_report(store, tmp_path, MONDAY, link=LINK, finder=FakePii)[0].read_text("utf-8")
    assert page.count("<article>") == 4
    assert page.count("<svg") == 4
