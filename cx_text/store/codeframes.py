"""Codeframes in the store: their versions, the log of decisions about them, and a refit that waits for a person's word.

The same as a codeframe in a folder (`cx_text.codeframe_folder`), for the many who use one store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, delete, insert, select, update

from cx_text.codeframe import Codeframe
from cx_text.codeframe_form import check_model, codeframe_of, facts_of, vectors_of
from cx_text.decisions import Action, Decision, check_refit, replay, take, undoable
from cx_text.errors import ConfigError
from cx_text.store.database import Store
from cx_text.store.tables import codeframes, decisions, proposals

if TYPE_CHECKING:
    from cx_text.backends.base import Embedder

USUAL = "main"  # the name of a store's codeframe where nobody says another
_DECISION = TypeAdapter(Decision)


class StoredCodeframe:
    """One codeframe of a store, by its name. Each writing method is one transaction.

    Args:
        store: Where it is.
        name: Its name.
        model: Name and revision of the embedding model in use, as `made_by` names them; None: not checked.
    """

    def __init__(self, store: Store, name: str = USUAL, *, model: Mapping[str, str] | None = None) -> None:
        self.store, self.name, self.model = store, name, model
        self._where = f"codeframe {name!r} in {store.place}"

    def versions(self) -> list[int]:
        """Return the numbers of the versions that are there, oldest first."""
        with self.store.reading() as connection:
            return list(connection.execute(select(codeframes.c.version).where(codeframes.c.name == self.name)
                                           .order_by(codeframes.c.version)).scalars())

    def create(self, codeframe: Codeframe) -> tuple[Codeframe, int]:
        """Keep the first version; return it and its id. Where there is one already, that one stays and is returned."""
        with self.store.writing() as connection:
            if (there := self._newest(connection)) is not None:
                return self._open(there, codeframe.embedder), there.id
            first = replace(codeframe, version=1)
            return first, self._keep(connection, first)

    def discovered(self, embedder: Embedder, version: int | None = None) -> Codeframe:
        """Return a version as it was discovered, before any decision; the newest when none is named.

        Raises:
            ConfigError: There is none, or it cannot be read, or its vectors come from another model.
        """
        with self.store.reading() as connection:
            return self._open(self._needed(connection, version), embedder)

    def current(self, embedder: Embedder) -> Codeframe:
        """Return the codeframe in use: the newest version with the decisions in force carried out."""
        with self.store.reading() as connection:
            return self.current_on(connection, embedder)

    def current_on(self, connection: Connection, embedder: Embedder) -> Codeframe:
        """Return the codeframe in use as a connection sees it."""
        return replay(self._open(self._needed(connection), embedder), _log(connection, self.name))

    def version_of(self, codeframe_id: int | None) -> int | None:
        """Return the number of the version with an id, None where there is none."""
        with self.store.reading() as connection:
            return connection.execute(select(codeframes.c.version).where(codeframes.c.id == codeframe_id)
                                      ).scalar_one_or_none()

    def as_of(self, embedder: Embedder, version: int | None, upto: int) -> Codeframe:
        """Return a version, None for the newest, with those decisions carried out that were in force at number `upto`.

        Raises:
            ConfigError: There is no such version, or it cannot be read, or its vectors come from another model.
        """
        with self.store.reading() as connection:
            log = [d for d in _log(connection, self.name) if d.number <= upto]
            return replay(self._open(self._needed(connection, version), embedder), log)

    def log(self) -> list[Decision]:
        """Return all decisions, oldest first."""
        with self.store.reading() as connection:
            return _log(connection, self.name)

    def add(self, action: Action, embedder: Embedder, *, by: str, keep: bool = True,
            **what: Any) -> tuple[Codeframe, Codeframe, Decision]:
        """As `CodeframeFolder.add`: return the codeframe before a decision and after it, and the decision.

        Raises:
            ConfigError: It makes no sense; nothing was added.
        """
        with self.store.writing() if keep else self.store.reading() as connection:
            found = self._open(self._needed(connection), embedder)
            before, after, decision = take(found, _log(connection, self.name), action, by=by,
                                           again="Look at the history of the codeframe", **what)
            if keep:
                connection.execute(insert(decisions).values(
                    codeframe_name=self.name, at=decision.at, by=by,
                    decision=_DECISION.dump_python(decision, mode="json", exclude_defaults=True)))
                self._mark_undone(connection)
        return before, after, decision

    def _mark_undone(self, connection: Connection) -> None:
        """Keep in each row whether its decision is undone, for those who read the table by itself."""
        in_force = undoable(_log(connection, self.name))
        rows = connection.execute(select(decisions.c.id, decisions.c.decision, decisions.c.undone_at)
                                  .where(decisions.c.codeframe_name == self.name)).all()
        for row in rows:
            is_undone = row.decision["number"] not in in_force
            if is_undone != (row.undone_at is not None):
                connection.execute(update(decisions).where(decisions.c.id == row.id)
                                   .values(undone_at=datetime.now(UTC) if is_undone else None))

    def propose(self, codeframe: Codeframe, diff: Sequence[Mapping[str, Any]], *, by: str) -> None:
        """Lay a refit beside the versions, for a person to accept or not; an earlier proposal is replaced.

        Args:
            codeframe: The refit; its `version` is that of the codeframe that it was matched to.
            diff: The rows of what accepting it would change.
            by: Who asked for it.
        """
        with self.store.writing() as connection:
            connection.execute(delete(proposals).where(proposals.c.codeframe_name == self.name))
            connection.execute(insert(proposals).values(
                codeframe_name=self.name, definition=facts_of(codeframe), arrays=vectors_of(codeframe),
                diff=[dict(row) for row in diff], by=by, made_at=datetime.now(UTC)))

    def diff(self) -> list[dict[str, Any]]:
        """Return the rows of what accepting the proposed refit would change; none when none waits."""
        with self.store.reading() as connection:
            row = self._proposal(connection)
            return [] if row is None else list(row.diff)

    def is_waiting(self) -> bool:
        """Return whether a refit waits for a person's word."""
        with self.store.reading() as connection:
            return self._proposal(connection) is not None

    def accept(self, embedder: Embedder) -> tuple[Codeframe, int]:
        """Make the proposed refit the newest version; return it and its id.

        Raises:
            ConfigError: None waits, or it no longer fits what is in use.
        """
        with self.store.writing() as connection:
            row = self._proposal(connection)
            if row is None:
                raise ConfigError("no refit waits to be accepted", where=self._where)
            refit = codeframe_of(row.definition, row.arrays, embedder, where=self._where)
            newest = self._open(self._needed(connection), embedder)
            check_refit(refit, newest, _log(connection, self.name), where=self._where, again="Refit the themes again")
            accepted = replace(refit, version=newest.version + 1)
            kept = self._keep(connection, accepted)
            connection.execute(delete(proposals).where(proposals.c.codeframe_name == self.name))
        return accepted, kept

    def reject(self) -> None:
        """Drop the proposed refit, if one waits."""
        with self.store.writing() as connection:
            connection.execute(delete(proposals).where(proposals.c.codeframe_name == self.name))

    def _proposal(self, connection: Connection) -> Row[Any] | None:
        return connection.execute(select(proposals).where(proposals.c.codeframe_name == self.name)).one_or_none()

    def _newest(self, connection: Connection) -> Row[Any] | None:
        return connection.execute(select(codeframes).where(codeframes.c.name == self.name)
                                  .order_by(codeframes.c.version.desc()).limit(1)).one_or_none()

    def _needed(self, connection: Connection, version: int | None = None) -> Row[Any]:
        row = self._newest(connection) if version is None else connection.execute(select(codeframes).where(
            codeframes.c.name == self.name, codeframes.c.version == version)).one_or_none()
        if row is None:
            raise ConfigError(f"there is no {'codeframe' if version is None else f'version {version}'}",
                              where=self._where, next="Find themes in the comments of the store: cx-text retag")
        return row

    def _open(self, row: Row[Any], embedder: Embedder) -> Codeframe:
        found = codeframe_of(row.definition, row.arrays, embedder, where=self._where)
        check_model(found, self.model, self._where)
        return found

    def _keep(self, connection: Connection, codeframe: Codeframe) -> int:
        kept = connection.execute(insert(codeframes).values(
            name=self.name, version=codeframe.version, definition=facts_of(codeframe), arrays=vectors_of(codeframe),
            made_at=datetime.now(UTC)).returning(codeframes.c.id))
        return int(kept.scalar_one())


def _log(connection: Connection, name: str) -> list[Decision]:
    rows = connection.execute(select(decisions.c.decision).where(decisions.c.codeframe_name == name)
                              .order_by(decisions.c.id)).scalars()
    return [_DECISION.validate_python(row) for row in rows]
