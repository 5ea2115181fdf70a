"""Each look that judges asks how well the themes still fit, and proposes a refit where that pays."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cx_text.backends.opening import Models
from cx_text.config import Recipe
from cx_text.monitor.assessing import Material
from cx_text.monitor.delivering import ask_proposal
from cx_text.monitor.drift import measure_drift, should_propose
from cx_text.monitor.proposing import Proposal, propose_refit
from cx_text.run import Progress, no_progress
from cx_text.store.alerts import keep_watch, watch_of
from cx_text.store.codeframes import USUAL, StoredCodeframe
from cx_text.store.database import Store
from cx_text.store.runs import themes_made_at
from cx_text.watch_options import WatchOptions


def keep_fit(store: Store, recipe: Recipe, options: WatchOptions, material: Material, *, now: datetime,
             models: Models | None = None, device: str = "auto", is_told: bool = True,
             progress: Progress = no_progress) -> Proposal | None:
    """Write down how well the themes fit, and return the refit that was tried, None where there was no reason.

    That one was tried is written down before it is, so that a look that is killed over it does not try again and again.

    Args:
        store: Where the run in use is.
        recipe: Its name is that of the watch.
        options: Who is told.
        material: All comments, as the run in use read them.
        now: UTC.
        models: Open models, where they are at hand.
        device: "auto", "cpu" or "cuda".
        is_told: Whether messages are asked for.
        progress: Told the phase.

    Raises:
        ModelError: A model is not on this machine.
        OutputError: The store cannot be written to.
    """
    if not material.part.snapshot.themes:
        return None
    with store.reading() as connection:
        facts = watch_of(connection, recipe.name)
        drift = measure_drift(connection, material.part, themes_made_at(connection, material.run_id), now)
    if facts is None or drift is None:
        return None
    is_due = should_propose(drift, facts, now, is_waiting=StoredCodeframe(store, USUAL).is_waiting())
    with store.writing() as connection:
        keep_watch(connection, replace(facts, drift=drift.facts, proposed_at=now if is_due else facts.proposed_at))
    if not is_due:
        return None
    proposal = propose_refit(store, material.part, drift, models=models, device=device, progress=progress)
    if proposal.pays and is_told:
        with store.writing() as connection:
            ask_proposal(connection, recipe.name, options, now.date(), now, proposal.lines)
    return proposal
