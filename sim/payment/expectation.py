"""What a year is expected to come to before it is over, and how far chance may move it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.payment.settlement import Bound, States

Numbers = NDArray[np.float64]

#: Points of chance in a year, and how far out they lie in standard deviations. Few points would do for a kink; a
#: minimum rate is a step, which needs a grid finer than the distance over which the density of chance changes.
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

    ``months`` holds an array (12, size) by clause, ``last`` the totals to date after the last month seen, ``seen`` how
    many months there are (at most 12).
    """

    months: Mapping[str, Numbers]
    last: Mapping[str, Numbers]
    seen: int

    @classmethod
    def empty(cls, bound: Bound) -> Expectation:
        """Nothing seen yet."""
        sizes = {one.id: one.size for one in bound.clauses if not one.linear}
        return cls({name: np.zeros((12, size)) for name, size in sizes.items()}, {}, 0)

    def observed(self, bound: Bound, states: States, month: int) -> Expectation:
        """Expectation after a month has been settled."""
        months: dict[str, Numbers] = {}
        last: dict[str, Numbers] = {}
        for name, ring in self.months.items():
            to_date = np.reshape(states[bound.position[name]].get("to_date", np.zeros(ring.shape[1])), -1)
            before = self.last.get(name)
            months[name] = ring.copy()
            months[name][month % 12] = to_date if before is None or month % 12 == 0 else to_date - before
            last[name] = to_date
        return Expectation(months, last, min(self.seen + 1, 12))

    def year(self, clause: str, month: int) -> Numbers:
        """Totals expected for the year of an action after ``month``: to date plus a mean month for each month left."""
        passed = (month + 1) % 12
        ahead: Numbers = self.months[clause].sum(axis=0) / max(self.seen, 1) * (12 - passed)
        return ahead + self.last[clause] if passed and clause in self.last else ahead
