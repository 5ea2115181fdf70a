"""One comment: the words, what was read in them and why, where they came from, and what is wrong about that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import Response

from cx_text.codeframe import folded
from cx_text.comment import Comment, NpsCategory, Opinion, Polarity, RatingScale, Tags
from cx_text.decisions import Action, in_force
from cx_text.errors import ConfigError
from cx_text.insights.conflicts import LOW_SCORE_PRAISE, SILENT_RISK, conflict_of
from cx_text.insights.nps import proxy_category
from cx_text.reassigning import reassign_corrected, reassign_moved
from cx_text.store.corrections import correct_polarity, corrections_of, undo_correction
from cx_text.store.reading import CommentRow, OpinionRow, comment_of, comments_of, customer_comments
from cx_text.store.runs import current_run
from cx_text.web.in_use import Themes, follow, gone, meanings_of, needed_themes, themes_in_use
from cx_text.web.marked_words import Piece, around_first_match, marked
from cx_text.web.people import CurrentUser, editor, viewer
from cx_text.web.rendering import render, see_other
from cx_text.web.settings import snapshots_of, store_of

router = APIRouter(prefix="/comments")
Editor = Annotated[CurrentUser, Depends(editor)]
_N_OTHERS, _N_SIMILAR, _N_EXEMPLARS = 10, 8, 3
_CONFLICTS = {SILENT_RISK: "The score is high and the words are negative: a risk that the score does not show.",
              LOW_SCORE_PRAISE: "The score is low and the words are positive: a slip, or a scale read upside down."}
NO_THEME = "none"  # in a form, for an opinion that belongs to no theme


@dataclass(frozen=True, slots=True)
class Spoken:
    """An opinion as the page shows it. `moved_by` is the number of the decision that put it where it is, if one did."""

    row: OpinionRow
    words: str
    label: str | None
    moved_by: int | None


@dataclass(frozen=True, slots=True)
class Near:
    """An example of a theme, and how near an opinion is to it: cosine, -1 to 1."""

    words: str
    nearness: float


@router.get("/{comment_id}", dependencies=[Depends(viewer)])
def show_comment(request: Request, comment_id: int) -> Response:
    """Show a comment."""
    themes, comment = themes_in_use(request), _comment(request, comment_id)
    store = store_of(request)
    with store.reading() as connection:
        corrections = corrections_of(connection, comment_id)
        others = [] if comment.author is None else [
            other for other in customer_comments(connection, comment.author, _N_OTHERS + 1) if other.id != comment_id]
    return render(request, "comment.html.j2", comment=comment, no_theme=NO_THEME, pieces=_pieces(comment),
                  spoken=_spoken(comment, themes),
                  category=_category(comment), conflict=_conflict(comment), corrections=corrections,
                  others=others[:_N_OTHERS], has_more=len(others) > _N_OTHERS, changes=_changes(comment),
                  themes=_choices(themes), has_run=themes is not None)


@router.get("/{comment_id}/why/{opinion_id}", dependencies=[Depends(viewer)])
def show_why(request: Request, comment_id: int, opinion_id: int) -> Response:
    """Show why an opinion has its theme: the examples of the theme nearest to it, and the next theme."""
    themes, comment = needed_themes(request), _comment(request, comment_id)
    opinion = _opinion(comment, opinion_id)
    words = comment.words_of(opinion)
    codeframe, moved = themes.codeframe, _moves(themes)
    own = next((theme for theme in codeframe.themes if theme.id == opinion.theme_id), None)
    [vector] = themes.embedder.embed([words])
    near: list[Near] = []
    if own is not None and own.exemplars:
        cosines = themes.embedder.embed(list(own.exemplars)) @ vector
        near = [Near(own.exemplars[k], float(cosines[k])) for k in np.argsort(-cosines)[:_N_EXEMPLARS]]
    ranked = [] if not codeframe.owners else _ranked(themes, vector)
    next_theme = next(((codeframe.label(t), cosine) for t, cosine in ranked if t != opinion.theme_id), None)
    own_cosine = next((cosine for t, cosine in ranked if t == opinion.theme_id), None)
    return render(request, "comment_why.html.j2", opinion=opinion, own=own, near=near, next_theme=next_theme,
                  own_cosine=own_cosine, moved_by=moved.get(folded(words)),
                  min_confidence=codeframe.min_confidence, back=f"/comments/{comment_id}")


@router.get("/{comment_id}/similar", dependencies=[Depends(viewer)])
def show_similar(request: Request, comment_id: int) -> Response:
    """Show comments that say something alike: by the meaning of the longest opinion."""
    themes, comment = needed_themes(request), _comment(request, comment_id)
    longest = max(comment.opinions, key=lambda o: o.end - o.start, default=None)
    meanings = meanings_of(request)
    found: list[tuple[CommentRow, tuple[Piece, ...]]] = []
    if longest is not None and meanings is not None:
        [vector] = themes.embedder.embed([comment.words_of(longest)])
        ids, _ = meanings.nearest(vector, n_most=_N_SIMILAR * 5)
        found = similar_comments(request, ids.tolist(), themes.run.id, but=comment_id)[:_N_SIMILAR]
    return render(request, "comment_similar.html.j2", found=found, back=f"/comments/{comment_id}")


def similar_comments(request: Request, opinion_ids: list[int], run_id: int, *,
                     but: int = 0) -> list[tuple[CommentRow, tuple[Piece, ...]]]:
    """Return the comments of some opinions in their order, each once, with the words in which the opinion is marked."""
    snapshot = snapshots_of(request).current().snapshot
    rows = snapshot.opinions.set_index("id")["place"]
    owner = {o: int(snapshot.ids[rows[o]]) for o in opinion_ids if o in rows.index}
    first = {comment_id: o for o, comment_id in reversed(owner.items()) if comment_id != but}
    ordered = list(dict.fromkeys(c for c in owner.values() if c != but))
    with store_of(request).reading() as connection:
        found = comments_of(connection, ordered[:50], run_id)
    return [(one, around_first_match(marked(one.tags.text or "", [o for o in one.opinions if o.id == first[one.id]])))
            for one in found if one.tags is not None]


@router.post("/{comment_id}/polarity")
def set_polarity(request: Request, user: Editor, comment_id: int, opinion: Annotated[int, Form()],
                 polarity: Annotated[str, Form()] = "") -> Response:
    """Say that the polarity of an opinion is another one."""
    store, themes, comment = store_of(request), themes_in_use(request), _comment(request, comment_id)
    own = _opinion(comment, opinion)
    if polarity not in {p.value for p in Polarity}:
        raise ConfigError("no polarity was chosen", next="Choose negative, neutral or positive")
    with store.writing() as connection:
        correct_polarity(connection, store, comment_id, own.start, own.end, Polarity(polarity), user.name)
        if themes is not None:
            reassign_corrected(connection, themes.run, themes.kept, themes.embedder, comment_id)
    snapshots_of(request).changed()
    return see_other(request, f"/comments/{comment_id}",
                     notice=f"Corrected to {polarity}. It holds in every later run, too.")


@router.post("/{comment_id}/theme")
def set_theme(request: Request, user: Editor, comment_id: int, opinion: Annotated[int, Form()],
              theme: Annotated[str, Form()] = "") -> Response:
    """Say that an opinion belongs to another theme, or to none."""
    themes, comment = needed_themes(request), _comment(request, comment_id)
    words = comment.words_of(_opinion(comment, opinion))
    if not theme:
        raise ConfigError("no theme was chosen", next="Choose one, or “no theme”")
    to = "" if theme == NO_THEME else theme
    if to and to not in {t.id for t in themes.codeframe.themes}:
        raise gone(to)
    _, after, decision = themes.kept.add(Action.MOVE, themes.embedder, by=user.name, texts=(words,), to=to)
    _carry_out(request, replace(themes, codeframe=after), comment_id, words, user.name)
    label = f"“{after.label(to)}”" if to else "no theme"
    return see_other(request, f"/comments/{comment_id}", notice=f"Moved to {label} (decision {decision.number}). It "
                     "holds for the same words elsewhere, in later runs and after a refit.")


@router.post("/{comment_id}/theme/undo")
def undo_theme(request: Request, user: Editor, comment_id: int, opinion: Annotated[int, Form()],
               decision: Annotated[int, Form()]) -> Response:
    """Take back the decision that put an opinion into its theme."""
    themes, comment = needed_themes(request), _comment(request, comment_id)
    words = comment.words_of(_opinion(comment, opinion))
    _, after, _ = themes.kept.add(Action.UNDO, themes.embedder, by=user.name, undoes=decision)
    _carry_out(request, replace(themes, codeframe=after), comment_id, words, user.name)
    return see_other(request, f"/comments/{comment_id}", notice=f"Decision {decision} was taken back.")


@router.post("/{comment_id}/corrections/{correction_id}/undo")
def undo_polarity(request: Request, user: Editor, comment_id: int, correction_id: int) -> Response:
    """Take back a correction of polarity."""
    del user
    store, themes = store_of(request), themes_in_use(request)
    with store.writing() as connection:
        if correction_id not in {own.id for own in corrections_of(connection, comment_id)}:
            raise HTTPException(404, "There is no such correction of this comment.")
        undo_correction(connection, store, correction_id)
        if themes is not None:
            reassign_corrected(connection, themes.run, themes.kept, themes.embedder, comment_id)
    snapshots_of(request).changed()
    return see_other(request, f"/comments/{comment_id}", notice="The correction was taken back.")


def _carry_out(request: Request, themes: Themes, comment_id: int, words: str, by: str) -> None:
    """Show a decision on the comment at once; opinions of the same words elsewhere follow."""
    with store_of(request).writing() as connection:
        reassign_moved(connection, themes.run, themes.codeframe, comment_id, [words])
    follow(request, themes, by)


def _comment(request: Request, comment_id: int) -> CommentRow:
    with store_of(request).reading() as connection:
        run = current_run(connection)
        found = comment_of(connection, comment_id, None if run is None else run.id)
    if found is None:
        raise HTTPException(404, "There is no such comment, or it was forgotten.")
    return found


def _opinion(comment: CommentRow, opinion_id: int) -> OpinionRow:
    found = next((one for one in comment.opinions if one.id == opinion_id), None)
    if found is None:
        raise ConfigError("the comment has no such opinion any more",
                          next="Open it anew: it was read again, or changed")
    return found


def _pieces(comment: CommentRow) -> tuple[Piece, ...]:
    """Return the words in pieces, opinions marked; as they were stored where nothing was read in them."""
    text = comment.tags.text if comment.tags is not None and comment.tags.text else comment.verbatim
    return marked(text, comment.opinions)


def _spoken(comment: CommentRow, themes: Themes | None) -> list[Spoken]:
    labels = {} if themes is None else {theme.id: theme.label for theme in themes.codeframe.themes}
    moved = {} if themes is None else _moves(themes)
    return [Spoken(row, comment.words_of(row), labels.get(row.theme_id or "", row.theme_id),
                   moved.get(folded(comment.words_of(row)))) for row in comment.opinions]


def _moves(themes: Themes) -> dict[str, int]:
    """Return the folded words of moved opinions → the number of the decision in force that moved them last."""
    return {folded(text): d.number for d in in_force(themes.kept.log()) if d.action is Action.MOVE for text in d.texts}


def _ranked(themes: Themes, vector: np.ndarray[tuple[int], np.dtype[np.float32]]) -> list[tuple[str, float]]:
    """Return the themes with centres, the nearest first, each with the cosine to its nearest centre."""
    best: dict[str, float] = {}
    for owner, cosine in zip(themes.codeframe.owners, (themes.codeframe.centres @ vector).tolist(), strict=True):
        best[owner] = max(best.get(owner, -1.0), cosine)
    return sorted(best.items(), key=lambda pair: -pair[1])


def _choices(themes: Themes | None) -> list[tuple[str, str]]:
    """Return the themes that an opinion can be moved to, as a form's choice: sub-themes after the one above them."""
    if themes is None:
        return []
    return [(t.id, f"  {t.label}" if t.parent else t.label) for t in themes.codeframe.themes]


def _category(comment: CommentRow) -> str | None:
    if comment.nps_score is not None:
        return NpsCategory.of(comment.nps_score).value
    if comment.rating is not None and comment.rating_lowest is not None and comment.rating_highest is not None:
        return proxy_category(comment.rating, RatingScale(comment.rating_lowest, comment.rating_highest)).value
    return None


def _conflict(comment: CommentRow) -> str | None:
    """Return in a sentence that words and score disagree, where they do."""
    if (tags := comment.tags) is None or (category := _category(comment)) is None:
        return None
    said = tuple(Opinion(o.start, o.end, o.polarity, o.polarity_score, o.confidence) for o in comment.opinions)
    read = Tags(text=tags.text, opinions=said, polarity=tags.polarity, polarity_score=tags.polarity_score)
    given = Comment(comment.key, comment.verbatim, comment.source, comment.question, tags=read)
    return _CONFLICTS.get(conflict_of(given, NpsCategory(category)) or "")


def _changes(comment: CommentRow) -> list[tuple[int, datetime, list[tuple[str, str]]]]:
    """Return each older version, its time, and its words in pieces: ("same" | "gone", words), newest first."""
    found, newer = [], comment.verbatim
    for version in comment.versions:
        old, new = version.verbatim.split(" "), newer.split(" ")
        pieces: list[tuple[str, str]] = []
        for what, a, b, c, d in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
            if a < b:
                pieces.append(("same" if what == "equal" else "gone", " ".join(old[a:b])))
            if what in ("insert", "replace"):
                pieces.append(("came", " ".join(new[c:d])))
        found.append((version.version, version.received_at or version.stored_at, pieces))
        newer = version.verbatim
    return found
