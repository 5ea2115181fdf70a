"""One look of a watch: collect what is new, tag it, judge the periods that are over, tell who has to know.

It may be run as often as one likes, by as many as one likes, and killed anywhere: one looks at a time, each step goes
on where it was, and what is written down once is not written again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cx_text.backends.base import PiiFinder
from cx_text.backends.opening import Models
from cx_text.collecting import Collected, collect
from cx_text.config import Recipe
from cx_text.errors import ConfigError, CxTextError
from cx_text.looking import Clock
from cx_text.monitor.assessing import Assessed, Material, assess, due_days, material_of
from cx_text.monitor.delivering import Delivered, ask_digests, ask_report, deliver
from cx_text.monitor.failing import failing_sources, tell_of_failing
from cx_text.monitor.fitting import keep_fit
from cx_text.monitor.journal import LONGEST, Journal
from cx_text.monitor.message import Attachment
from cx_text.monitor.ping import Ping
from cx_text.monitor.proposing import Proposal
from cx_text.monitor.weekly_report import report_paths, write_report
from cx_text.reassigning import has_to_follow, reassign
from cx_text.retagging import retag
from cx_text.run import Progress, no_progress
from cx_text.store.alerts import Alert, begin_watch_look, end_watch_look, watch_of
from cx_text.store.collections import held
from cx_text.store.comments import n_waiting
from cx_text.store.database import Store
from cx_text.store.runs import current_run
from cx_text.watch_options import WatchOptions

_MEDIA_TYPES = {".html": "text/html", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True, slots=True)
class How:
    """How a look is made: what it may do, and with what.

    `collects`: whether sources are asked. `since`: where a watch that begins does so; what is over by then is judged
    without telling anybody. `until`: no later day is judged. `tells`: whether messages are sent.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    collects: bool = True
    tells: bool = True
    since: date | None = None
    until: date | None = None
    device: str = "auto"
    finder: PiiFinder | None = None
    models: Models | None = None
    progress: Progress = no_progress


@dataclass(slots=True)
class Looked:
    """What a look did. `is_busy`: another process looks, so nothing was done. `error`: why it stopped, in one line.

    `judged`: the periods, with what changed in each. `failing_fired`, `failing_resolved`: alerts of sources that cannot
    be read. `reported`: the files of the weekly report that were written. `proposal`: the refit that was tried.
    `seconds`: by stage.
    """

    is_busy: bool = False
    collected: list[Collected] = field(default_factory=list)
    n_tagged: int = 0
    judged: list[Assessed] = field(default_factory=list)
    failing_fired: list[Alert] = field(default_factory=list)
    failing_resolved: list[Alert] = field(default_factory=list)
    reported: tuple[Path, ...] = ()
    proposal: Proposal | None = None
    delivered: Delivered | None = None
    error: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def fired(self) -> list[Alert]:
        """The alerts that fired."""
        return [one for period in self.judged for one in period.fired] + self.failing_fired

    @property
    def resolved(self) -> list[Alert]:
        """The alerts that are over."""
        return [one for period in self.judged for one in period.resolved] + self.failing_resolved

    @property
    def counts(self) -> dict[str, int]:
        """What is kept of it."""
        sent = self.delivered
        return {"collected": sum(one.n_fetched for one in self.collected), "tagged": self.n_tagged,
                "judged": len(self.judged), "fired": len(self.fired), "resolved": len(self.resolved),
                "sent": sent.n_sent if sent else 0, "failed": sum(bool(one.errors) for one in self.collected)}


def options_of(recipe: Recipe) -> WatchOptions:
    """Return what a recipe says of keeping watch.

    Raises:
        ConfigError: It says nothing, or has no rules.
    """
    if recipe.watch is None or not recipe.watch.rules:
        raise ConfigError(f"the recipe {recipe.name!r} has no rules of what to watch",
                          next="Add tables [[watch.rules]] to it; docs/watching.md says how, brand_watch shows it")
    return recipe.watch


def look(store: Store, recipe: Recipe, how: How, journal: Journal) -> Looked:
    """Look once, and return what that did.

    Args:
        store: Where comments, states and alerts are.
        recipe: What is collected, and the rules.
        how: What it may do.
        journal: Told of each step.

    Raises:
        ConfigError: The recipe has no rules.
        OutputError: The store cannot be written to.
    """
    options = options_of(recipe)
    with held(store, f"watch {recipe.name}") as is_held:
        if not is_held:
            journal.say("busy", watch=recipe.name)
            return Looked(is_busy=True)
        return _Job(store, recipe, options, how, journal).run()


class _Job:
    """One look."""

    def __init__(self, store: Store, recipe: Recipe, options: WatchOptions, how: How, journal: Journal) -> None:
        self._store, self._recipe, self._options, self._how, self._journal = store, recipe, options, how, journal
        self._done = Looked()
        self._material: Material | None = None
        self._reports: dict[date, tuple[Attachment, ...]] = {}
        self._ping = Ping(how.environment.get(options.ping_variable))

    def run(self) -> Looked:
        """Do all of it, and write down what was done, also where it failed."""
        name, began = self._recipe.name, self._how.clock.now()
        with self._store.writing() as connection:
            look_id = begin_watch_look(connection, name, began)
        self._journal.say("look began", watch=name)
        self._ping.start()
        stopped: BaseException | None = None
        try:
            for stage, step in (("collect", self._collect), ("tag", self._tag), ("judge", self._judge),
                                ("report", self._report), ("fit", self._keep_fit)):
                with self._timed(stage):
                    step()
        except CxTextError as error:
            self._done.error = str(error)
        except BaseException as error:
            stopped, self._done.error = error, f"stopped by {type(error).__name__}"
            raise
        finally:
            if stopped is None and self._how.tells:
                try:
                    with self._timed("notify"):
                        self._notify()
                except CxTextError as error:
                    self._done.error = self._done.error or str(error)
            with self._store.writing() as connection:
                end_watch_look(connection, look_id, self._how.clock.now(), self._done.counts,
                               {stage: round(took, 3) for stage, took in self._done.seconds.items()}, self._done.error)
            self._journal.say("look ended", watch=name, is_good=self._done.error is None, **self._done.counts)
            self._ping.end(is_good=self._done.error is None)
        return self._done

    def _finder(self) -> PiiFinder:
        """Return what finds personal data, for words that leave the house."""
        return self._how.finder or (self._how.models or Models(self._recipe)).pii

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self._done.seconds[stage] = time.perf_counter() - began

    def _collect(self) -> None:
        if not self._how.collects or not self._recipe.sources:
            return
        for one in collect(self._store, self._recipe, environment=self._how.environment, finder=self._how.finder,
                           clock=self._how.clock, progress=self._how.progress):
            self._done.collected.append(one)
            self._journal.say("collected", source=one.source, n_fetched=one.n_fetched, n_failed=len(one.errors),
                              is_busy=one.is_busy)

    def _tag(self) -> None:
        """Tag what waits, into the run in use or a first one, and give opinions the themes that people decided on."""
        with self._store.reading() as connection:
            waiting, has_run = n_waiting(connection), current_run(connection) is not None
        if waiting:
            done = retag(self._store, recipe=None if has_run else self._recipe, only_waiting=True,
                         device=self._how.device, models=self._how.models, progress=self._how.progress)
            self._done.n_tagged = done.n_read
            self._journal.say("tagged", n_read=done.n_read, n_failed=done.n_failed, run_id=done.run_id)
        with self._store.reading() as connection:
            follows = has_to_follow(connection)
        if follows:
            reassign(self._store, models=self._how.models, device=self._how.device, progress=self._how.progress)

    def _judge(self) -> None:
        name, now = self._recipe.name, self._how.clock.now()
        failing = failing_sources(self._store, self._recipe, now) if self._how.collects else {}
        with self._store.reading() as connection:
            facts = watch_of(connection, name)
        judged_upto = facts.judged_upto if facts is not None and facts.period == self._options.period else None
        days = due_days(self._options, judged_upto, now, self._how.since, self._how.until)
        self._material = material = material_of(self._store) if days else None
        is_replay = judged_upto is None and self._how.since is not None
        for until in days:
            if material is None:  # nothing was read yet
                break
            one = assess(self._store, self._recipe, self._options, material, until, now=now, skipped=list(failing),
                         is_told=self._how.tells and not is_replay)
            self._done.judged.append(one)
            self._journal.say("judged", day=until, n_series=one.n_series)
            self._tell(one.fired, one.resolved)
        if self._how.collects:
            told = tell_of_failing(self._store, self._recipe, self._options, failing, now,
                                   is_told=self._how.tells)
            self._done.failing_fired, self._done.failing_resolved = told
            self._tell(*told)

    def _report(self) -> None:
        """Ask for the report of the week that is over, once each, and write it where the recipe says."""
        now, options = self._how.clock.now(), self._options
        monday = (now - timedelta(hours=options.grace_hours)).date()
        monday -= timedelta(days=monday.weekday())
        if self._how.until is not None and self._how.until < monday - timedelta(days=1):  # it is not judged yet
            return
        if self._how.tells:
            with self._store.writing() as connection:
                asked = ask_report(connection, self._recipe.name, options, monday, now)
            if asked:
                self._journal.say("report asked", day=monday, n_asked=len(asked))
        folder = None if options.report_folder is None else Path(options.report_folder).expanduser()
        if folder is not None and not all(path.exists() for path in report_paths(folder, monday)):
            self._done.reported = self._written(folder, monday)
            self._journal.say("report written", day=monday)

    def _written(self, folder: Path, monday: date) -> tuple[Path, Path]:
        return write_report(self._store, folder, monday, link=self._options.link, finder=self._finder,
                            material=self._material)

    def _report_files(self, monday: date) -> tuple[Attachment, ...]:
        """Return the files of the report of a Monday, to send; they are made once a look."""
        if monday not in self._reports:
            with TemporaryDirectory(prefix="cx_text-") as folder:
                self._reports[monday] = tuple(Attachment(path.name, path.read_bytes(), _MEDIA_TYPES[path.suffix])
                                              for path in self._written(Path(folder), monday))
        return self._reports[monday]

    def _tell(self, fired: list[Alert] | tuple[Alert, ...], resolved: list[Alert] | tuple[Alert, ...]) -> None:
        for event, alerts in (("alert fired", fired), ("alert resolved", resolved)):
            for one in alerts:
                self._journal.say(event, alert_id=one.id, rule=one.rule, per=one.subject["per"][:LONGEST],
                                  subject=one.subject["id"][:LONGEST], day=one.fired_on)

    def _keep_fit(self) -> None:
        """Measure how well the themes fit, once for each look that judges, and propose a refit where that pays."""
        if self._material is None or not self._options.drift:
            return
        tried = keep_fit(self._store, self._recipe, self._options, self._material, now=self._how.clock.now(),
                         models=self._how.models, device=self._how.device, is_told=self._how.tells,
                         progress=self._how.progress)
        if tried is not None:
            self._done.proposal = tried
            self._journal.say("refit tried", pays=tried.pays, n_opinions=tried.n, n_changes=tried.n_changes)

    def _notify(self) -> None:
        now = self._how.clock.now()
        with self._store.writing() as connection:
            ask_digests(connection, self._recipe.name, self._options, now)
        self._done.delivered = deliver(self._store, self._recipe.name, self._options,
                                       environment=self._how.environment, now=now, finder=self._finder,
                                       reports=self._report_files)
        sent = self._done.delivered
        self._journal.say("delivered", n_sent=sent.n_sent, n_waiting=sent.n_waiting, n_dead=sent.n_dead)


def is_late(finished_at: datetime | None, now: datetime, within: timedelta) -> bool:
    """Return whether a watch's last good look is longer ago than it may be."""
    return finished_at is None or now - finished_at > within
