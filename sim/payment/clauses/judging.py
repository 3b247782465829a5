"""How indicators are judged: the level that each must reach, how far off it is, and the score that follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.payment.clauses.base import Integers, Numbers, ratio
from sim.payment.clauses.binding import Binding
from sim.payment.clauses.bonus_terms import BonusSpec, Criterion, RestOfRegion
from sim.payment.clauses.scores import between, beyond, number_met, reached

#: A difference that is rounding alone, relative to what is counted.
_ROUNDING: Final = 1e-12
#: Years of a history, and their counts (years, payees, criteria, 2).
History = tuple[Integers, Numbers]


@dataclass(frozen=True)
class BoundRest:
    """The rest of a region in one criterion, as :class:`~sim.payment.clauses.bonus_terms.RestOfRegion`."""

    level: float = 0.0
    times: float = 0.0  # how much larger than the model what it is counted per is
    trend: float = 0.0
    spread: float = 0.0

    @classmethod
    def bind(cls, rest: RestOfRegion | None, binding: Binding) -> BoundRest:
        """Bind a rest to parameters; none at all is nothing without chance."""
        if rest is None:
            return cls()
        part = binding.number(rest.part, "part", 1.0)
        if part == 0.0:
            raise binding.fail("the model's people are no part of the region", ("part",), "a number above 0, up to 1")
        return cls(
            level=binding.number(rest.level, "level"),
            times=1.0 / part - 1.0,
            trend=binding.signed(rest.trend, "trend"),
            spread=binding.number(rest.spread, "spread", 1.0),
        )


@dataclass(frozen=True)
class Judgement:
    """Bound criteria and the terms of pay."""

    spec: BonusSpec
    target: Numbers  # (criteria,)
    full: Numbers  # (criteria,), as the target where none is stated
    rungs: tuple[tuple[float, float], ...]  # (criteria met or level, share), rising
    rest: tuple[BoundRest, ...]

    @classmethod
    def bind(cls, spec: BonusSpec, binding: Binding) -> Judgement:
        """Bind the criteria of a bonus to parameters."""
        target, full, rest = [], [], []
        for index, one in enumerate(spec.criterion):
            inner = replace(binding, at=(*binding.at, "criterion", index))
            target.append(inner.signed(one.target, "target"))
            full.append(target[-1] if one.full is None else inner.signed(one.full, "full"))
            change = full[-1] - target[-1]  # one from history or peers is for the better if it is positive
            if one.full is not None and not (_for_the_better(one, change) if one.against == "fixed" else change) > 0.0:
                raise inner.fail(
                    '"full" must be better than "target"', ("full",), f"{_better(one)} than {target[-1]:g}"
                )
            rest.append(BoundRest.bind(one.rest, replace(inner, at=(*inner.at, "rest"))))
        return cls(spec, np.array(target), np.array(full), _rungs(spec, binding), tuple(rest))

    def rest_of(self, counts: Numbers, history: History, year: int) -> Numbers:
        """A month's counts in the rest of the region, as ``counts`` (payees, criteria, 2) are the model's.

        As large in every month as a mean one of the history; without history as the month itself.
        """
        years, seen = history
        usual = seen.sum(axis=0)[..., 1] / (12.0 * len(years)) if len(years) else counts[..., 1]
        found = np.zeros_like(counts)
        for index, one in enumerate(self.rest):
            growth = (1.0 + one.trend) ** (year - float(years.mean())) if len(years) else 1.0
            found[:, index, 1] = usual[:, index] * one.times
            found[:, index, 0] = found[:, index, 1] * one.level * growth
        return found

    def case(self, counts: Numbers, rest: Numbers, history: History, scatter: Numbers | None) -> Case:
        """Counts of hypothetical periods, shape (n, payees, criteria, 2), to be judged.

        ``rest`` is that of the rest of the region; ``scatter`` (payees, criteria) is given where a year is not over.
        """
        past = self._past(history)
        chance = np.zeros((1, *past.shape))
        if scatter is not None:
            spread = np.array([one.spread for one in self.rest])
            chance = np.asarray(np.hypot(scatter, rest[..., 0] * spread))
        return Case(self, counts + rest, past, chance)

    def _past(self, history: History) -> Numbers:
        """The indicators in the history with the rest of the region, shape (payees, criteria); nan without any."""
        years, seen = history
        whole = seen.sum(axis=0)
        if not len(years):
            return np.full(whole.shape[:-1], np.nan)
        per = np.array([one.times for one in self.rest]) * whole[..., 1]
        above = whole[..., 0] + per * np.array([one.level for one in self.rest])
        below = whole[..., 1] + per
        return np.asarray(np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0.0))


@dataclass(frozen=True)
class Case:
    """Hypothetical periods to be judged: counts (n, payees, criteria, 2), indicators of the history, and chance."""

    judgement: Judgement
    counts: Numbers
    past: Numbers
    chance: Numbers

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Which payees have something to be judged by in every criterion, shape (n, payees)."""
        own = np.array([one.against == "own-history" for one in self.judgement.spec.criterion])
        known = ~own | np.isfinite(self.past)
        return np.asarray(((self.counts[..., 1] > 0.0) & known).all(axis=-1))

    def distance(self, target: Numbers) -> Numbers:
        """How far each indicator is beyond its target, in what stands above the line, shape (n, payees, criteria)."""
        found = np.empty(self.counts.shape[:-1])
        for index, one in enumerate(self.judgement.spec.criterion):
            above, below = self.counts[..., index, 0], self.counts[..., index, 1]
            level = self._level(index, one, float(target[index]))
            off = above - level * below
            off = np.where(np.abs(off) <= _ROUNDING * above, 0.0, off)  # as good as before is no worse
            found[..., index] = _for_the_better(one, off)
        return found

    def _level(self, index: int, one: Criterion, target: float) -> Numbers:
        """The indicator's value at a target, broadcasting to (n, payees)."""
        if one.against == "fixed":
            return np.array(target)
        if one.against == "own-history":
            base = np.nan_to_num(self.past[:, index])
        else:
            above, below = (np.ascontiguousarray(self.counts[..., index, side]).sum(axis=-1) for side in (0, 1))
            base = ratio(above, below)[:, None]
        return np.asarray(base * (1.0 + _for_the_better(one, target)))

    def events(self) -> tuple[Numbers, Numbers]:
        """Events better and worse than the target of the only criterion, each of shape (n, payees)."""
        off = self.distance(self.judgement.target)[..., 0]
        return beyond(off, self.chance[..., 0]), beyond(-off, self.chance[..., 0])

    def score(self) -> Numbers:
        """Share of the amount that is earned, from 0 to 1, shape (n, payees)."""
        judgement = self.judgement
        off = self.distance(judgement.target)
        if judgement.spec.pays == "linear":
            room = off - self.distance(judgement.full)
            return np.asarray(ratio(between(off, room, self.chance), room).sum(axis=-1) / off.shape[-1])
        if judgement.spec.ladder and judgement.spec.ladder[0].at is not None:
            return _climbed(judgement.rungs, lambda at: reached(self.distance(np.array([at])), self.chance)[..., 0])
        met = number_met(reached(off, self.chance), judgement.spec.met_besides)
        return _climbed(judgement.rungs, lambda at: np.asarray(met[..., int(at) :].sum(axis=-1)))


def _climbed(rungs: tuple[tuple[float, float], ...], chance_of: Callable[[float], Numbers]) -> Numbers:
    """Expected share: what each rung adds to the one before, times the chance of standing on it or higher."""
    before, parts = 0.0, []
    for at, share in rungs:
        parts.append((share - before) * chance_of(at))
        before = share
    return np.asarray(sum(parts[1:], parts[0]))


def _for_the_better(one: Criterion, amount: Numbers | float) -> Numbers:
    return np.asarray(amount if one.better == "higher" else -amount)


def _better(one: Criterion) -> str:
    """On which side of its target a criterion is met, in a word; a change against history or peers is met above it."""
    return "less" if one.against == "fixed" and one.better == "lower" else "more"


def _rungs(spec: BonusSpec, binding: Binding) -> tuple[tuple[float, float], ...]:
    """Rungs of a ladder; all-or-nothing is a ladder of one."""
    most = len(spec.criterion) + spec.met_besides
    if spec.pays == "all-or-nothing":
        needed = float(most) if spec.needed is None else binding.number(spec.needed, "needed", most)
        if needed != int(needed) or not 1.0 <= needed <= most:
            raise binding.fail(f"{needed:g} is no number of criteria", ("needed",), f"a whole number from 1 to {most}")
        return ((needed, 1.0),)
    found: list[tuple[float, float]] = []
    for index, rung in enumerate(spec.ladder):
        inner = replace(binding, at=(*binding.at, "ladder", index))
        if rung.met is not None and rung.met > most:
            raise inner.fail(f"there are {most} criteria", ("met",), f"a whole number from 1 to {most}")
        at = float(rung.met) if rung.met is not None else inner.signed(rung.at or 0.0, "at")
        found.append((at, inner.number(rung.share, "share", 1.0)))
        if index and not (_rises(spec, found[-2][0], at) and found[-1][1] >= found[-2][1]):
            raise inner.fail("a ladder rises from rung to rung", (), "a higher rung with a share that is not lower")
    return tuple(found)


def _rises(spec: BonusSpec, before: float, after: float) -> bool:
    """Whether a rung is better than the one before."""
    one = spec.criterion[0]
    downward = spec.ladder[0].at is not None and one.against == "fixed" and one.better == "lower"
    return after < before if downward else after > before
