"""`cx-text forget`: what a person wrote is erased from the store, and what is older than it may be kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cx_text.cli.import_export import Place


def forget(
    author: Annotated[str | None, typer.Option(
        metavar="KEY", help="The customer's own key, as in the export's column of customers.")] = None,
    comment: Annotated[str | None, typer.Option(
        metavar="ID", help="A comment's id: source, colon, the answer's own id, such as survey:R-10001.")] = None,
    older_than: Annotated[int | None, typer.Option(
        metavar="DAYS", min=1, max=36_500,
        help="Comments received longer ago; stored longer ago, where they have no time.")] = None,
    store: Place = None,
    yes: Annotated[bool, typer.Option("--yes", help="Erase; without it you are told what would be.")] = False,
) -> None:
    """Erase a customer's comments, one, or old ones, with all that was read in them; that it happened is kept."""
    from cx_text.errors import ConfigError
    from cx_text.store import forgetting
    from cx_text.store.opening import open_store

    if [author, comment, older_than].count(None) != 2:
        raise ConfigError("whom or what to forget has to be named once",
                          next="Give --author KEY, --comment ID or --older-than DAYS")
    with open_store(store) as opened:
        if author is not None:
            ids, how = forgetting.find_author(opened, author), "author"
        elif comment is not None:
            ids, how = forgetting.find_comment(opened, comment), "comment"
        else:
            ids, how = forgetting.find_older(opened, datetime.now(UTC) - timedelta(days=older_than or 0)), "age"
        if not ids and how == "age":
            days = "1 day" if older_than == 1 else f"{older_than:,} days"
            typer.echo(f"No comment is older than {days}.")  # no fault: a schedule asks for it every night
            return
        if not ids:
            raise ConfigError(f"no comment of this {'author' if how == 'author' else 'id'} is in the store",
                              where=opened.place)
        told = "1 comment" if len(ids) == 1 else f"{len(ids):,} comments"
        if not yes:
            raise ConfigError(f"this would erase {told} for good", where=opened.place, next="Add --yes to do it")
        done = forgetting.forget(opened, ids, how=how)
    older = f" and {done.n_versions:,} older versions" if done.n_versions else ""
    typer.echo(f"Erased: {told}{older}.")
    if not done.is_overwritten:
        typer.echo("Traces may be left in the files of the store, because others use it or there is no room to write "
                   "it anew; they go with the next cx-text forget for which that is not so.")
    typer.echo("Backups, exports and results that were made before still hold the words: remove them yourself.")
