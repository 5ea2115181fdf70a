"""What went wrong, as a page that says what to do, or as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import responses
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from cx_text.errors import CxTextError, ModelError, OutputError, StageError
from cx_text.web.people import SAFE_METHODS, LoginNeeded, is_api, is_push
from cx_text.web.rendering import render

# Title, and what to say where nothing better is known.
_WORDS = {
    400: ("That cannot be done", "Something in the address or the form is not as it should be."),
    401: ("Log in", "Nobody is logged in."),
    403: ("Not allowed", "Your account may not do this. An admin can give it another role."),
    404: ("Nothing here", "There is no page at this address. It may have been moved, or the link is cut off."),
    405: ("That cannot be done", "This address does not take what was sent."),
    413: ("Too large", "What was sent is larger than is allowed."),
    415: ("That cannot be done", "What was sent is in a format that is not read here."),
    422: ("That cannot be done", "Something in the address or the form is not as it should be."),
    429: ("Too many attempts", "Wait a moment and try again."),
    500: ("Something broke", "This is a fault of cx_text, not yours. The log of the server says more."),
    503: ("Not now", "The store cannot be used at this moment. Try again in a moment."),
}


def failure(request: Request, status: int, what: str = "", *, where: str | None = None, next_step: str | None = None,
            headers: Mapping[str, str] | None = None) -> Response:
    """Return a page, or JSON under /api/ and /ingest/, that says what went wrong.

    Args:
        request: What was asked.
        status: The status of the answer, 400 to 599.
        what: What is wrong, in a sentence; the usual words of the status when not given.
        where: File, row, column or key.
        next_step: What helps.
        headers: More headers of the answer.
    """
    title, usual = _WORDS.get(status, ("That did not work", "Go back and try again."))
    text = what if what and what != responses.get(status) else usual
    if is_api(request) or is_push(request):
        answer: Response = JSONResponse({"error": {"what": text, "where": where, "next": next_step}}, status)
    else:
        answer = render(request, "failure.html.j2", status=status, code=status, heading=title, text=text, where=where,
                        next_step=next_step)
    answer.headers.update(headers or {})
    return answer


def install(app: FastAPI) -> None:
    """Let an app answer with these pages."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(CxTextError, _mistaken)
    app.add_exception_handler(LoginNeeded, _login_needed)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  for the type checker: Starlette calls it with no other
    return failure(request, error.status_code, str(error.detail), headers=error.headers)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    first = error.errors()[0]
    names = [str(part) for part in first["loc"] if part not in ("query", "body", "path", "form")]
    return failure(request, 422, f"{' '.join(names) or 'The body'}: {first['msg']}")


def _mistaken(request: Request, error: Exception) -> Response:
    assert isinstance(error, CxTextError)  # noqa: S101
    if isinstance(error, StageError):
        status = 500
    elif isinstance(error, OutputError | ModelError):
        status = 503
    else:
        status = 400
    return failure(request, status, error.what, where=error.where, next_step=error.next)


def _login_needed(request: Request, error: Exception) -> Response:
    del error
    if is_api(request):
        return failure(request, 401, "Send a token: Authorization: Bearer cxt_…",
                       headers={"WWW-Authenticate": "Bearer"})
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = f"/login?next={quote(path, safe='/')}" if request.method in SAFE_METHODS and path != "/" else "/login"
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": "/login"})
    return RedirectResponse(address, 303)
