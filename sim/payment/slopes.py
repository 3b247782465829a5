"""A whole clause settled on the activity expected by the end of its period, with and without a step.

It is the mean over the chance that the year still holds::

    price = sum_q weight_q * (S(Y + e_q * deviation + step) - S(Y + e_q * deviation - step)) / (2 * step)

The points ``e_q`` are fixed, the same for both signs, all contracts and all providers. The deviation is that of the
model's people, relative to their activity, and of the rest of the region, where a clause counts one, by its own spread.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.payment.clauses.base import Clause, ClauseState
from sim.payment.clauses.budget import Budget
from sim.payment.clauses.consortium import SharedSavings
from sim.payment.clauses.fee import Fee
from sim.payment.expectation import Chance

Numbers = NDArray[np.float64]


def exposed(clause: Clause, touched: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which totals the chance of a year's activity moves: not person-days, the rest of a region, nor gates' indicators.

    A gate looks at a share, which more of the usual mix leaves as it is; it has a chance of its own.
    """
    if isinstance(clause, Fee):
        return np.arange(clause.size) < clause.own
    mask = touched.copy()
    if isinstance(clause, SharedSavings) and clause.spec.gate:
        mask[-2 * len(clause.spec.gate) :] = False
    return mask


def same_directions(rows: Numbers, mask: NDArray[np.bool_]) -> tuple[Numbers, NDArray[np.int64], Numbers]:
    """Group rows of totals that point the same way, so that each way is settled once.

    Returns
    -------
    array (directions, totals)
        Each with 1 at its largest total.
    int array (rows,)
        Direction of each row.
    array (rows,)
        How long each row is in its direction; 0 for rows without exposed totals.
    """
    masked = np.where(mask, rows, 0.0)
    size = masked[np.arange(len(rows)), np.argmax(np.abs(masked), axis=1)]
    unit = np.divide(masked, size[:, None], out=np.zeros_like(masked), where=size[:, None] != 0.0)
    found: dict[bytes, int] = {}
    index = np.array([found.setdefault(row.tobytes(), len(found)) for row in unit], dtype=np.int64)
    first = np.unique(index, return_index=True)[1]
    return unit[first], index, size


def slopes(
    clause: Clause,
    state: ClauseState,
    directions: Numbers,
    expected: Numbers,
    chance_of_year: Chance,
    month: int,
) -> Numbers:
    """Flows of one more of each direction, the whole clause settled over the chance of a year: (directions, cells)."""
    years, scatter = _years(clause, state, directions, expected, chance_of_year, month)
    step = chance_of_year.spacing * scatter
    if step == 0.0:
        return np.zeros((len(directions), len(clause.cells)))
    length = np.maximum(np.abs(directions).sum(axis=1, keepdims=True), 1e-300)
    mean = _settled(clause, state, years, directions * (step / length), chance_of_year)
    slope: Numbers = mean * (length / (2.0 * step))
    return slope


def gate_slopes(
    clause: SharedSavings,
    state: ClauseState,
    directions: Numbers,
    expected: Numbers,
    chance_of_year: Chance,
    month: int,
) -> Numbers:
    """Flows of one more in the numerator of each gate: by the chance of passing it that this adds, (gates, cells).

    The step is as small a part of the scatter as that of activity is of its own; without scatter a gate is a switch
    that a single event does not move.
    """
    found = np.zeros((len(clause.gates_at), len(clause.cells)))
    years, _ = _years(clause, state, directions, expected, chance_of_year, month)
    for index, at in enumerate(clause.gates_at):
        step = chance_of_year.spacing * float(state["scatter"][index])
        if step == 0.0 or not clause.points[index].any():
            continue
        move = np.zeros((1, clause.size))
        move[0, at] = step
        found[index] = _settled(clause, state, years, move, chance_of_year)[0] / (2.0 * step)
    return found


def _years(
    clause: Clause, state: ClauseState, directions: Numbers, expected: Numbers, chance_of_year: Chance, month: int
) -> tuple[Numbers, float]:
    """Totals of a year at each point of chance (points, size), and the standard deviation of what moves in all."""
    mask = exposed(clause, np.any(directions != 0.0, axis=0))
    own = np.where(mask, expected, 0.0) * chance_of_year.sigma((12 - (month + 1) % 12) / 12.0)
    rest = clause.chance_of_rest(state) if isinstance(clause, Fee | Budget) else np.zeros_like(own)
    move, scatter = joint_chance(own, rest)
    return expected + chance_of_year.nodes[:, None] * move, scatter


def joint_chance(own: Numbers, rest: Numbers) -> tuple[Numbers, float]:
    """How far totals move with one standard deviation of their sum, and that deviation.

    Parameters
    ----------
    own, rest : array (size,)
        Standard deviations of the totals of the model's people, which move together, and of the rest of a region,
        which moves independently of them; DKK.

    Returns
    -------
    array (size,), float
        Each part by its mean, given the sum: what depends on the sum alone, as ceilings and targets do, meets its
        whole distribution.
    """
    sizes = float(np.abs(own).sum()), float(np.abs(rest).sum())
    scatter = math.hypot(*sizes)
    if sizes[1] == 0.0:
        return own, scatter
    return (own * sizes[0] + rest * sizes[1]) / scatter, scatter


def _settled(clause: Clause, state: ClauseState, years: Numbers, moves: Numbers, chance_of_year: Chance) -> Numbers:
    """Mean over chance of a settlement with a move less one with its opposite: (moves, cells)."""
    steps = moves[:, None, :]
    cases = np.concatenate([years + steps, years - steps], axis=1)
    settled = clause.due(state, cases.reshape(-1, clause.size), final=True)
    settled = settled.reshape(len(moves), 2, len(years), -1)
    change = settled[:, 0] - settled[:, 1]
    change *= chance_of_year.weights[:, None]
    mean: Numbers = change.sum(axis=1)
    return mean
