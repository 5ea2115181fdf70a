"""What went with a fix, in sentences: how complaints changed against untouched themes, and what is still needed."""

from __future__ import annotations

from cx_text.insights.fix import CANNOT_TELL, FELL, FixEffect
from cx_text.report import figures


def fix_sentences(effect: FixEffect) -> list[str]:
    """Return two to four sentences; never that the fix brought anything about."""
    theme = effect.theme
    said = [f"Of {figures.counted(effect.n_before, 'customer')} with comments before, "
            f"{figures.measured(theme.before.value, '%')} complained of “{theme.label}”; of "
            f"{figures.count(effect.n_after)} after, {figures.measured(theme.after.value, '%')}."]
    if effect.ratio is None:
        return [*said, "There is no untouched theme that enough customers complain of, so nothing can be said of what "
                       "went with the date alone."]
    n = len(effect.untouched)
    others = "the untouched theme leads" if n == 1 else f"the {n} untouched themes lead"
    interval = f"{figures.INTERVAL} {_change(effect.ratio.low)} to {_change(effect.ratio.high)}"
    against = f"{_change(effect.ratio.value)} ({interval}) against what {others} one to expect"
    if effect.verdict == CANNOT_TELL:
        said.append(f"Whether more than chance went with the date cannot be told yet: {against}.")
    else:
        said.append(f"The date went with {'a fall' if effect.verdict == FELL else 'a rise'}: {against}.")
    return [*said, *_needed(effect), *_scores(effect)]


def _needed(effect: FixEffect) -> list[str]:
    if effect.verdict != CANNOT_TELL:
        return []
    if effect.n_needed is None:
        return ["No number of comments will tell a halving here: too few complained before, or untouched themes go up "
                "and down too much by themselves."]
    if not effect.n_missing:
        return ["A halving would have shown with a chance of 80\u202f% by now; a smaller change may still be there."]
    return [f"{figures.counted(effect.n_needed, 'customer')} with comments after the date give a chance of 80\u202f% "
            f"to see a halving; {figures.count(effect.n_missing)} are still to come."]


def _scores(effect: FixEffect) -> list[str]:
    before, after, change = effect.nps_before, effect.nps_after, effect.nps_change
    if before is None or after is None or change is None:
        return []
    name = "NPS proxy" if before.is_proxy else "NPS"
    chance = ", which may be chance" if change.low <= 0 <= change.high else ""
    return [f"The {name} of those who complain of it went from {figures.nps_points(before.nps)} "
            f"({figures.count(before.n)}) to {figures.nps_points(after.nps)} ({figures.count(after.n)}){chance}."]


def _change(ratio: float) -> str:
    """Return a ratio as a change in per cent: −48 %, +12 %."""
    change = 100 * (ratio - 1)
    return f"{'+' if round(change) > 0 else ''}{figures.nps_points(change)}\u202f%"
