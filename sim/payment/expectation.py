"""What a year is expected to come to before it is over, and how far chance may move it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.payment.settlement import Bound, States

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Points of chance in a year, and how far out they lie in standard deviations: beyond four lies one chance in sixteen
#: thousand. Few points would do for a kink; a minimum rate is a step, which needs a grid finer than the distance over
#: which the density of chance changes.
POINTS: Final = 48
_REACH: Final = 4.0


class Chance(NamedTuple):
    """Chance of a year's activity: relative standard deviations, and points of the unit normal with weights."""

    floor: float
    year: float
    nodes: Numbers
    weights: Numbers

    def sigma(self, share_left: float) -> float:
        """Relative standard deviation seen when a share of the year is left."""
        return math.sqrt(self.floor**2 + self.year**2 * share_left)

    @property
    def spacing(self) -> float:
        """Distance of points in standard deviations: the step that counts every notch exactly twice."""
        return float(self.nodes[1] - self.nodes[0])


def chance(floor: float, year: float, points: int = POINTS) -> Chance:
    """Chance on an even grid of points weighted by the normal density."""
    nodes = np.linspace(-_REACH, _REACH, points)
    density = np.exp(-0.5 * nodes**2)
    return Chance(floor, year, nodes, density / density.sum())


class Expectation(NamedTuple):
    """Totals of the last twelve months of the clauses that are settled in full.

    ``months`` holds an array (12, size) by clause, by calendar month; ``to_date`` what stands to be settled of the
    running period, which is nothing before a contract has begun; ``seen`` how many months there are (at most 12).
    ``coded`` is what a thousand DKK of tariff value coded add to the totals of a clause.
    """

    months: Mapping[str, Numbers]
    to_date: Mapping[str, Numbers]
    seen: int
    coded: Mapping[str, Numbers] = MappingProxyType({})

    @classmethod
    def empty(cls, bound: Bound) -> Expectation:
        """Nothing seen yet."""
        sizes = {one.id: one.size for one in bound.clauses if not one.linear}
        return cls({name: np.zeros((12, size)) for name, size in sizes.items()}, {}, 0)

    def observed(
        self, bound: Bound, states: States, totals: Sequence[Numbers], month: int,
        coded: Mapping[str, Numbers] | None = None,
    ) -> Expectation:  # fmt: skip
        """Expectation after a month: its totals as rated, whether they were settled or not.

        Months before a contract begins count too: they are what is known of its first year. What coding adds is the
        mean of what was found now, where it was looked for, and what was known.
        """
        months: dict[str, Numbers] = {}
        to_date: dict[str, Numbers] = {}
        for name, ring in self.months.items():
            at = bound.position[name]
            months[name] = ring.copy()
            months[name][month % 12] = totals[at]
            to_date[name] = np.reshape(states[at].get("to_date", np.zeros(ring.shape[1])), -1)
        known = dict(self.coded)
        for name, found in (coded or {}).items():
            known[name] = (known.get(name, found) + found) / 2.0
        return Expectation(months, to_date, min(self.seen + 1, 12), known)

    def year(self, clause: str, month: int) -> Numbers:
        """Totals expected for the period of an action after ``month``: what stands to date and the months to come.

        Those are taken as they were a year ago, so that a season is not mistaken for a trend; as a mean month while
        less than a year has been seen.
        """
        ring, passed = self.months[clause], (month + 1) % 12
        if self.seen < 12:
            ahead: Numbers = ring.sum(axis=0) / max(self.seen, 1) * (12 - passed)
        else:
            ahead = ring[passed:].sum(axis=0)
        return ahead + self.to_date[clause] if passed and clause in self.to_date else ahead

    def scatter(self, clause: str, top: Integers, bottom: Integers, month: int) -> Numbers:
        """How far chance may move sums by the end of the period of an action after ``month``: standard deviations.

        From the months seen: how they scatter around their common ratio to other sums. The months to come scatter so,
        and so did those by which they are foreseen; whatever comes in spells shows in whole months. Zero before two
        months have been seen.

        Parameters
        ----------
        top, bottom : int arrays of one shape
            Where in the totals of a clause the sums stand, and those that they are compared with.
        """
        if self.seen < 2:
            return np.zeros(np.shape(top))
        months = self.months[clause].T
        above, below = np.ascontiguousarray(months[top]), np.ascontiguousarray(months[bottom])
        whole = below.sum(axis=-1)
        usual = np.divide(above.sum(axis=-1), whole, out=np.zeros_like(whole), where=whole > 0.0)
        rest = above - usual[..., None] * below
        variance = (rest**2).sum(axis=-1) / (self.seen - 1)
        return np.asarray(np.sqrt(2.0 * variance * (12 - (month + 1) % 12)))
