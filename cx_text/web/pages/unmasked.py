"""What was masked in a comment, for admins, where the key of the vault is on this machine; each look is logged."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from cx_text.errors import ConfigError
from cx_text.store.sealed import take_sealed
from cx_text.vault import needed_vault
from cx_text.web.people import CurrentUser, admin
from cx_text.web.rendering import is_partial, render
from cx_text.web.settings import store_of

router = APIRouter()


@router.post("/comments/{comment_id}/unmasked")
def show_unmasked(request: Request, user: Annotated[CurrentUser, Depends(admin)],
                  comment_id: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> Response:
    """Show the masked values of a comment, as a part of its page or by themselves; nothing of them is kept."""
    vault, store = needed_vault(), store_of(request)
    with store.writing() as connection:
        sealed = take_sealed(connection, comment_id, who=user.name)
    if sealed is None:
        raise ConfigError(f"nothing that was masked in comment {comment_id} is sealed",
                          next="Import it again where CX_TEXT_VAULT_KEY is set")
    values = [(placeholder, value) for _, _, placeholder, value in vault.unsealed(sealed, where=store.place)]
    template = "unmasked_values.html.j2" if is_partial(request) else "unmasked.html.j2"
    return render(request, template, comment_id=comment_id, values=values)
