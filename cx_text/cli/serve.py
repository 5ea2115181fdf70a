"""`cx-text serve`: the store as a page."""

from __future__ import annotations

from typing import Annotated

import typer

from cx_text.cli.import_export import Place


def serve(
    store: Place = None,
    host: Annotated[str, typer.Option(
        help="The address to listen on; other than 127.0.0.1, people have to log in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 takes a free one.")] = 8765,
    allow_host: Annotated[list[str] | None, typer.Option(
        metavar="NAME", help="A name under which people reach the page, such as that of a proxy; others are refused, "
        "and people have to log in. Can be given again.")] = None,
    recipe: Annotated[str | None, typer.Option(
        "--recipe", "-r", help='Name or path of a recipe: what tools push to its sources of the platform "webhook" is '
        "taken at /ingest/NAME.")] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Serve the store as a page: for you alone on this machine, or for a team with accounts."""
    import os
    from urllib.parse import quote

    from cx_text.errors import ConfigError
    from cx_text.store.accounts import Role, n_active
    from cx_text.store.opening import PLACE_VARIABLE, open_store
    from cx_text.web.app import create_app
    from cx_text.web.server import address_of, listen, run
    from cx_text.web.settings import WebSettings

    is_named = bool(store or os.environ.get(PLACE_VARIABLE, "").strip())
    with open_store(store, create=not is_named) as opened, listen(host, port) as listening:
        settings = WebSettings(host, listening.getsockname()[1], tuple(allow_host or ()), recipe)
        if settings.needs_accounts:
            with opened.reading() as connection:
                has_admin = n_active(connection, Role.ADMIN) > 0
            if not has_admin:
                raise ConfigError("others could reach this page, and no account would keep them out", where=host,
                                  next="Make an admin: cx-text users add NAME --role admin")

        app = create_app(opened, settings)

        def say() -> None:
            typer.echo(f"Store: {opened.place}")
            typer.echo(f"Page: {address_of(settings)}")
            typer.echo("People have to log in. What they read and type is not encrypted unless a proxy with HTTPS "
                       "stands before it: docs/web.md." if settings.needs_accounts else
                       "Only this machine can reach it, and nobody logs in.")
            for name in app.state.pushed:
                typer.echo(f"Pushes: {address_of(settings)}/ingest/{quote(name)}")
            typer.echo("Ctrl-C ends it.")
            if open_browser:
                import webbrowser

                webbrowser.open(address_of(settings))

        run(app, settings, listening, begun=say)
    typer.echo("Ended.")
