"""A page with every macro on it, and words that would break out of their place if anything let them."""

from pathlib import Path

import jinja2
from fastapi import Depends, Request

from cx_text.web import rendering
from cx_text.web.people import viewer

HOSTILE = """"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}' =cmd|calc"""


def add_style_page(app, monkeypatch):
    """Let an application answer /style."""
    environment = rendering._environment().overlay(loader=jinja2.ChoiceLoader(
        [rendering._environment().loader, jinja2.FileSystemLoader(Path(__file__).parent)]))
    monkeypatch.setattr(rendering, "_environment", lambda: environment)

    @app.get("/style", dependencies=[Depends(viewer)])
    def style(request: Request):
        return rendering.render(request, "style_page.html.j2", hostile=HOSTILE)
