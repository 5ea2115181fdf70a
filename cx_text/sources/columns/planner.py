"""The roles of columns as they are found: what the user names is taken first and checked, the rest is guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cx_text.comment import RatingScale
from cx_text.errors import SourceError, nearest
from cx_text.measures import MEASURES, MeasureColumn, MeasureKind
from cx_text.sources.cells import as_text, listed, shown
from cx_text.sources.columns import roles
from cx_text.sources.columns.column_facts import ColumnFacts
from cx_text.sources.columns.one_hot import guess_nps_options
from cx_text.sources.dates import ORDER_HINT, DateFormat, DateOrder, decide_format
from cx_text.sources.measured import check_measures, reader_of, split_scale
from cx_text.sources.scores import NotAScoreError, read_nps_score, read_number, read_rating

_SHARED = {"--segment-column", "--channel-column"}  # a channel is a group of customers like any other
_LONGEST_WORDING = 100  # characters of a question in the sentence that says why


class Planner:
    """The roles found so far, by name, and `reasons`, role → why. A column has one role.

    Args:
        facts: The facts of each column, by name, in their order.
        where: The file, for messages.
    """

    def __init__(self, facts: Mapping[str, ColumnFacts], where: str) -> None:
        self.facts, self.where = facts, where
        self.reasons: dict[str, str] = {}
        self._found: dict[str, tuple[str, ...]] = {}
        self._options: dict[str, str] = {}  # column → the option that names it

    def every(self, role: str) -> tuple[str, ...]:
        """Return the columns of a role, in order."""
        return self._found.get(role, ())

    def one(self, role: str) -> str | None:
        """Return the column of a role that only one can have."""
        return next(iter(self.every(role)), None)

    @property
    def named(self) -> frozenset[str]:
        """The columns that the user named, for whatever role."""
        return frozenset(self._options)

    def take(self, role: str, option: str, given: str | Sequence[str] | None) -> None:
        """Take the columns that the user names for a role; an empty sequence means that there are none.

        Raises:
            SourceError: There is no such column, or it is named for another role too.
        """
        if given is None:
            return
        names = tuple(self._known(name, option) for name in ([given] if isinstance(given, str) else given))
        for name in names:
            if name in self._options and {self._options[name], option} != _SHARED:
                raise SourceError(f"column {name!r} is named by both {self._options[name]} and {option}",
                                  where=self.where, next="A column has one role")
        self._options |= dict.fromkeys(names, option)
        self._found[role] = tuple(dict.fromkeys(names))
        if names:
            self.reasons[role] = f"{_quoted(names)}, as named by {option}"

    def guess(self, role: str, guesser: Callable[[Sequence[ColumnFacts]], roles.Guess | None]) -> None:
        """Guess the column of a role that was not named."""
        if role not in self._found and (found := guesser(self._free())):
            self._guessed(role, *found)

    def date_format(self, order: DateOrder | None, *, counts_from_1904: bool = False) -> DateFormat | None:
        """Return the format of the dates of the column named or guessed for them.

        `counts_from_1904`: what the workbook says of its day numbers.

        Raises:
            SourceError: The column named does not hold dates.
        """
        if "received_at" not in self._found:
            guessed = roles.guess_date(self._free(), order, counts_from_1904=counts_from_1904)
            if guessed is None:
                return None
            self._guessed("received_at", guessed[0], guessed[1])
            return guessed[2]
        if (named := self.one("received_at")) is None:
            return None
        chosen, said = decide_format(self.facts[named].values, order=order, counts_from_1904=counts_from_1904)
        if chosen is None and self.facts[named].n_filled and not said.endswith(ORDER_HINT):
            raise SourceError(f"column {named!r} does not hold dates that can be read: {said}", where=self.where,
                              next="Name another with --date-column")
        self.reasons["received_at"] += f"; {said}"
        return chosen

    def guess_nps_score(self) -> None:
        """Guess the column of scores, or the eleven columns of one score each, where none was named."""
        if "nps_score" in self._found:
            return
        if options := guess_nps_options(self._free()):
            columns, because = options
            self._found["nps_options"] = tuple(facts.name for facts in columns)
            self.reasons["nps_score"] = f"{columns[0].name!r} to {columns[-1].name!r} {because}"
        else:
            self.guess("nps_score", roles.guess_nps_score)

    def check_nps_score(self) -> None:
        """Check the values of the column of scores, and say so if they never reach 9.

        Raises:
            SourceError: Most of them are no scores.
        """
        if (name := self.one("nps_score")) is None:
            return
        facts = self.facts[name]
        self._check(facts, "scores from 0 to 10", read_nps_score, "--nps-column")
        if facts.n_filled >= roles.FEW and facts.highest is not None and facts.highest < 9:
            self.reasons["nps_score"] += (f"; none of its first values is above {facts.highest:g}: if they are stars, "
                                          "name them with --rating-column instead")

    def rating_scale(self, given: RatingScale | None) -> RatingScale | None:
        """Return the scale of the column of ratings, if there is one.

        Raises:
            SourceError: Most of its values are no ratings, or its scale cannot be told.
        """
        if (name := self.one("rating")) is None:
            return None
        facts = self.facts[name]
        self._check(facts, "ratings", _any_number, "--rating-column")
        scale = given or roles.guess_scale(facts)
        if scale is None:
            raise SourceError(f"the scale of the ratings in column {name!r} cannot be told: they reach "
                              f"{facts.highest:g}", where=self.where, next="Say it, such as --rating-scale 0-100")
        self._check(facts, f"ratings from {scale.lowest} to {scale.highest}", lambda text: read_rating(text, scale),
                    "--rating-column, or the scale with --rating-scale")
        self.reasons["rating"] += f"; scale {scale}{'' if given else ', guessed: --rating-scale changes it'}"
        return scale

    def measures(self, given: Mapping[str, str]) -> tuple[MeasureColumn, ...]:
        """Return the columns of the measures that the user names, checked against their values.

        Raises:
            ConfigError: There is no such measure.
            SourceError: A column is not there, holds something else, or its scale cannot be told.
        """
        check_measures(given)
        found = []
        for name, wanted in given.items():
            option = f"--measure {name}"
            column, scale = (wanted, None) if wanted in self.facts else split_scale(wanted)
            self.take(name, option, column)
            facts = self.facts[self.every(name)[0]]
            kind = MEASURES[name].kind
            if kind is MeasureKind.SCALE:
                self._check(facts, "ratings", _any_number, option)
                scale = scale or roles.guess_scale(facts)
                if scale is None:
                    raise SourceError(f"the scale of the values in column {facts.name!r} cannot be told: they reach "
                                      f"{facts.highest:g}", where=self.where,
                                      next=f"Say it behind the column: --measure {name}={facts.name!r}:0-100")
            found.append(MeasureColumn(name, facts.name, scale if kind is MeasureKind.SCALE else None))
            held = {MeasureKind.SCALE: f"answers from {scale}", MeasureKind.YES_NO: "yes and no",
                    MeasureKind.AMOUNT: "amounts"}[kind]
            self._check(facts, held, reader_of(found[-1]), option)
        return tuple(found)

    def guess_verbatims(self) -> None:
        """Guess the columns with the customers' words where none was named.

        Raises:
            SourceError: There is none.
        """
        if self.every("verbatim"):
            return
        guesses = roles.guess_verbatims(self._free())
        if not guesses:
            raise SourceError("no column holds customers' words", where=self.where,
                              next=f"Say which one with --verbatim-column; the columns are: {listed([*self.facts])}")
        self._found["verbatim"] = tuple(facts.name for facts, _ in guesses)
        self.reasons["verbatim"] = "; ".join(f"{_told(facts)} {because}" for facts, because in guesses)

    def guess_segments(self) -> None:
        """Guess the columns that group customers."""
        if "segments" in self._found:
            return
        self._found["segments"] = names = tuple(facts.name for facts in roles.guess_segments(self._free("channel")))
        if names:
            self.reasons["segments"] = f"{_quoted(names)} because a few short values repeat in each"

    def guess_channel(self) -> None:
        """Guess the column that says where customers spoke, which may be a segment too."""
        if "channel" not in self._found and (found := roles.guess_channel(self._free("segments"))):
            self._guessed("channel", *found)

    def _free(self, shared: str = "") -> list[ColumnFacts]:
        """Return the columns without a role, and those whose only role is one that can be shared."""
        taken = {name for role, names in self._found.items() for name in names if role != shared}
        return [facts for name, facts in self.facts.items() if name not in taken]

    def _guessed(self, role: str, facts: ColumnFacts, because: str) -> None:
        self._found[role] = (facts.name,)
        self.reasons[role] = f"{_told(facts)} {because}"

    def _known(self, name: object, option: str) -> str:
        text = as_text(name) or ""
        if text in self.facts:
            return text
        alike = [known for known in self.facts if known.strip().casefold() == text.strip().casefold()]
        if len(alike) == 1:
            return alike[0]
        meant = nearest(text, self.facts)
        raise SourceError(f"{option} {text!r} is not one of the columns{f'; {meant}' if meant else ''}",
                          where=self.where, next=f"The columns are: {listed([*self.facts])}")

    def _check(self, facts: ColumnFacts, held: str, read: Callable[[str], object], option: str) -> None:
        texts = [text for value in facts.values if (text := (as_text(value) or "").strip())]
        faults = [text for text in texts if _is_fault(read, text)]
        if 2 * len(faults) <= len(texts):
            return
        words = [text for text in faults if read_number(text) is None]
        kind, examples = ("words", words) if 2 * len(words) >= len(faults) else ("something else", faults)
        raise SourceError(f"column {facts.name!r} does not hold {held}: {len(examples):,} of {len(texts):,} values are "
                          f"{kind} (such as {shown(examples[0])})", where=self.where,
                          next=f"Name another column with {option}")


def _any_number(text: str) -> float:
    number = read_number(text)
    if number is None:
        raise NotAScoreError(text)
    return number


def _is_fault(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except NotAScoreError:
        return True
    return False


def _told(facts: ColumnFacts) -> str:
    """Return a column's name, and what was asked there where that is something else."""
    asked = facts.wording if len(facts.wording) <= _LONGEST_WORDING else facts.wording[:_LONGEST_WORDING - 1] + "…"
    return repr(facts.name) if facts.wording == facts.name else f"{facts.name!r} ({asked})"


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))
