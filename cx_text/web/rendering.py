"""Templates become answers: one environment, with the figures of the report and what each page shows around it."""

from __future__ import annotations

import base64
from datetime import datetime
from functools import cache
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from cx_text.report import figures
from cx_text.report.grid import VERDICT_SIGNS
from cx_text.store.alerts import FIRING, alert_counts
from cx_text.store.database import Store
from cx_text.web.people import visitor_of
from cx_text.web.sessions import form_token
from cx_text.web.settings import store_of

STATIC = Path(__file__).with_name("static")
NAVIGATION = (("/", "Overview"), ("/alerts", "Alerts"), ("/themes", "Themes"), ("/comments", "Comments"),
              ("/search", "Search"), ("/codeframe", "Codeframe"), ("/audit", "Audit"), ("/actions", "Actions"),
              ("/imports", "Import"))
APPEARANCES = ("light", "dark")
APPEARANCE_COOKIE, NOTICE_COOKIE = "cx_text_appearance", "cx_text_notice"


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """Return a page.

    Args:
        request: What was asked.
        template: Name of a file in `templates/`, such as "themes.html.j2".
        status: Status of the answer.
        **context: What the template names. It has besides: user (CurrentUser or None), store_name, path (the address
            without its query), address (with it), navigation, n_firing (alerts, for the navigation), appearance
            ("light", "dark" or ""), said_once (the notice of `see_other`), is_partial, csrf_token.
    """
    visitor, store = visitor_of(request), store_of(request)
    notice = _notice(request, store)
    appearance = request.cookies.get(APPEARANCE_COOKIE, "")
    given = {"user": visitor.user, "store_name": store_name(store), "path": request.url.path,
             "address": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
             "navigation": NAVIGATION, "appearance": appearance if appearance in APPEARANCES else "",
             "said_once": notice, "is_partial": is_partial(request),
             "n_firing": _n_firing(store) if visitor.user and status < 500 and not is_partial(request) else 0,
             "csrf_token": form_token(store, visitor.secret) if visitor.secret else ""}
    answer = HTMLResponse(_environment().get_template(template).render({**given, **context}), status,
                          {"Vary": "HX-Request, Cookie"})
    if notice:
        answer.delete_cookie(NOTICE_COOKIE)
    return answer


def see_other(request: Request, path: str, *, notice: str = "") -> Response:
    """Return the answer to a form that was carried out: go to a page, which says `notice` once.

    Args:
        request: What was asked.
        path: A path of ours, with its query; another address becomes /.
        notice: A sentence, such as "Saved."; shown once by the next page.
    """
    answer: Response = RedirectResponse(local_path(path), 303)
    if "hx-request" in request.headers:
        answer = Response(status_code=204, headers={"HX-Redirect": local_path(path)})
    if notice:
        said = base64.urlsafe_b64encode(notice.encode()).decode()
        answer.set_cookie(NOTICE_COOKIE, f"{said}.{_signature(store_of(request), said)}", max_age=60, httponly=True,
                          samesite="lax", secure=request.url.scheme == "https")
    return answer


def is_partial(request: Request) -> bool:
    """Whether htmx asks for a part of a page, to put it into the one that is open."""
    return "hx-request" in request.headers and "hx-boosted" not in request.headers \
        and "hx-history-restore-request" not in request.headers


def local_path(given: str) -> str:
    """Return a path of this page, with its query; "/" for whatever would lead elsewhere."""
    parts = urlsplit(given)
    is_local = given.startswith("/") and not given.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return given if is_local and given.isprintable() and "\\" not in given else "/"


def static_url(name: str) -> str:
    """Return the address of a file of `static/`, which changes when the file does."""
    return f"/static/{name}?v={static_version(name)}"


@cache
def static_version(name: str) -> str:
    """Return what stands for the content of a file of `static/`."""
    return sha256((STATIC / name).read_bytes()).hexdigest()[:16]


def store_name(store: Store) -> str:
    """Return what to call a store: its file or database, without folders and ending."""
    return Path(store.place.rstrip("/")).stem or store.place


def moment(at: datetime) -> str:
    """Return a time: 3 June 2024, 14:05 UTC."""
    return f"{figures.day(at)}, {at:%H:%M} UTC"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
                                     autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
                                     lstrip_blocks=True, keep_trailing_newline=True)
    environment.filters.update(
        count=figures.count, counted=figures.counted, percent=figures.percent, points=figures.nps_points,
        effect=figures.effect_points, amount=figures.amount, measured=figures.measured, day=figures.day,
        month=figures.month, moment=moment, words=lambda name: str(name).replace("_", " "))
    environment.globals.update(
        nps_interval=figures.nps_interval, effect_interval=figures.effect_interval,
        measured_interval=figures.measured_interval, days=figures.days, period=figures.period, verdicts=VERDICT_SIGNS,
        static_url=static_url, csrf=_csrf)
    environment.tests["missing"] = figures.is_missing
    return environment


@jinja2.pass_context
def _csrf(context: Context) -> Markup:
    """Return the hidden field by which a form shows that it is ours."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(context["csrf_token"])


def _n_firing(store: Store) -> int:
    with store.reading() as connection:
        return alert_counts(connection)[FIRING]


def _notice(request: Request, store: Store) -> str:
    said, _, signature = request.cookies.get(NOTICE_COOKIE, "").partition(".")
    if not said or not compare_digest(signature.encode(), _signature(store, said).encode()):
        return ""
    return base64.urlsafe_b64decode(said).decode()


def _signature(store: Store, said: str) -> str:
    return store.digest(b"notice " + said.encode()).hex()
