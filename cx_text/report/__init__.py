"""What a reader gets of a run: the page (html.py), its charts (charts.py), the tables (tables.py), in one folder."""
