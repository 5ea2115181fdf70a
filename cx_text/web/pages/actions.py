"""Actions: what is done about themes, by whom and until when, and what went with it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import Response

from cx_text.errors import ConfigError
from cx_text.insights.fix import FixEffect, did_it_work
from cx_text.report.fix_sentence import fix_sentences
from cx_text.report.sentences import window_words
from cx_text.snapshots import Taken
from cx_text.store import actions
from cx_text.store.actions import Action
from cx_text.store.codeframes import USUAL
from cx_text.views import View
from cx_text.web.people import CurrentUser, editor, viewer
from cx_text.web.rendering import render, see_other
from cx_text.web.settings import snapshots_of, store_of

router = APIRouter(prefix="/actions")
Editor = Annotated[CurrentUser, Depends(editor)]
Text = Annotated[str, Form(max_length=5000)]

PAGE = 50
_MOST_DAYS = 3650


@router.get("", dependencies=[Depends(viewer)])
def show_actions(request: Request, state: str = "", owner: str = "", theme: str = "",
                 before: int | None = None) -> Response:
    """List actions, the newest first; `state` may be "overdue"."""
    now = datetime.now(UTC)
    with store_of(request).reading() as connection:
        counts = actions.action_counts(connection, at=now)
        states = [actions.check_state(state, actions.STATES)] if state not in ("", "overdue") else []
        found = actions.actions_of(connection, states=states, owner=owner or None, theme_id=theme or None,
                                   overdue_at=now if state == "overdue" else None, before=before, limit=PAGE + 1)
    return render(request, "actions.html.j2", actions=found[:PAGE], counts=counts, state=state, owner=owner,
                  filtered_theme=theme, labels=_labels(snapshots_of(request).current()), now=now,
                  next_before=found[PAGE - 1].id if len(found) > PAGE else None)


@router.get("/new", dependencies=[Depends(editor)])
def new_action(request: Request, theme: str = "") -> Response:
    """Show the form of a new action."""
    return _form(request, None, theme=theme)


@router.post("")
def add_action(request: Request, user: Editor, theme: Annotated[str, Form()], title: Text = "", owner: Text = "",
               due: Annotated[str, Form()] = "", notes: Text = "") -> Response:
    """Store a new action on a theme."""
    taken = snapshots_of(request).current()
    if theme not in _labels(taken):
        return _form(request, None, theme=theme, errors={"theme": "Choose a theme."}, status=422)
    try:
        with store_of(request).writing() as connection:
            number = actions.add_action(connection, _codeframe_name(taken), theme, title, by=user.name, owner=owner,
                                        due_at=_day(due), notes=notes)
    except ConfigError as error:
        return _form(request, None, theme=theme, errors={"title": str(error)}, status=422)
    return see_other(request, f"/actions/{number}", notice="The action is stored.")


@router.get("/{action_id}", dependencies=[Depends(viewer)])
def show_action(request: Request, action_id: int) -> Response:
    """Show one action, with its form for those who may change it."""
    return _form(request, _known(request, action_id))


@router.post("/{action_id}")
def change_action(request: Request, user: Editor, action_id: int, title: Text = "", owner: Text = "",
                  state: Annotated[str, Form()] = actions.OPEN, due: Annotated[str, Form()] = "",
                  done: Annotated[str, Form()] = "", notes: Text = "") -> Response:
    """Change an action."""
    del user
    before = _known(request, action_id)
    try:
        with store_of(request).writing() as connection:
            actions.change_action(connection, action_id, title=title, owner=owner.strip(), state=state,
                                  due_at=_day(due), done_at=_day(done), notes=notes.strip())
    except ConfigError as error:
        return _form(request, before, errors={"title" if not title.strip() else "state": str(error)}, status=422)
    return see_other(request, f"/actions/{action_id}", notice="Saved.")


@router.get("/{action_id}/effect", dependencies=[Depends(viewer)])
def show_effect(request: Request, action_id: int, at: str = "", settling_days: str = "",
                days: str = "") -> Response:
    """Show what went with the action: the theme before and after the day on which it was done."""
    action = _known(request, action_id)
    day = at or (f"{action.done_at:%Y-%m-%d}" if action.done_at else "")
    effect, error = None, ""
    if day:
        try:
            effect = _effect(request, action, day, _number(settling_days) or 0, _number(days))
        except ConfigError as mistake:
            error = str(mistake)
    return render(request, "action_effect.html.j2", action=action, effect=effect, error=error, at=day,
                  settling_days=settling_days or "0", window_days=days,
                  sentences=fix_sentences(effect) if effect else [],
                  windows=[window_words(window) for window in effect.windows] if effect else [])


def _effect(request: Request, action: Action, day: str, settling_days: int, days: int | None) -> FixEffect:
    taken = snapshots_of(request).current()
    with store_of(request).reading() as connection:
        touched = actions.touched_themes(connection, action.codeframe_name)
    themes = taken.snapshot.themes
    touched |= {theme.parent for theme in themes if theme.id in touched and theme.parent}
    return did_it_work(taken.snapshot.part(View()).observations, action.theme_id, day, days=days,
                       untouched=[theme.id for theme in themes if theme.id not in touched],
                       settling_days=settling_days)


def _form(request: Request, action: Action | None, *, theme: str = "", status: int = 200,
          errors: dict[str, str] | None = None) -> Response:
    labels = _labels(snapshots_of(request).current())
    states = [(state, state) for state in actions.STATES]
    return render(request, "action.html.j2", status=status, action=action, chosen=theme, labels=labels,
                  state_options=states, errors=errors or {}, now=datetime.now(UTC))


def _known(request: Request, action_id: int) -> Action:
    with store_of(request).reading() as connection:
        action = actions.action(connection, action_id)
    if action is None:
        raise HTTPException(404, "There is no such action.")
    return action


def _labels(taken: Taken) -> dict[str, str]:
    """Return theme's id → its label, a sub-theme's behind that of the theme above."""
    above = {theme.id: theme.label for theme in taken.snapshot.themes}
    return {theme.id: f"{above[theme.parent]}: {theme.label}" if theme.parent else theme.label
            for theme in taken.snapshot.themes if not theme.is_hidden}


def _codeframe_name(taken: Taken) -> str:
    return (taken.run and taken.run.codeframe_name) or USUAL


def _day(text: str) -> datetime | None:
    """Return the beginning of a day, UTC; None for nothing.

    Raises:
        ConfigError: It is no day.
    """
    if not text.strip():
        return None
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(), UTC)
    except ValueError:
        raise ConfigError(f"{text!r} is no day", next="Write it as 2026-03-31") from None


def _number(text: str) -> int | None:
    """Return a number of days; None for nothing or 0, as fields of a form that are left empty are sent.

    Raises:
        ConfigError: It is none, or more than ten years.
    """
    if not text.strip():
        return None
    if not (text.isascii() and text.isdecimal() and int(text) <= _MOST_DAYS):
        raise ConfigError(f"{text[:20]!r} is no number of days", next=f"Write one from 0 to {_MOST_DAYS}")
    return int(text) or None
