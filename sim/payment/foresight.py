"""What a consortium expects of its year, from all the years it has seen, and its chance of meeting the conditions.

With one or two years of history a trend cannot be told from chance, so none is carried on: the years to come are
expected to be like the mean of all whole years seen, those under the contract included.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.payment.clauses.base import Clause, ClauseState
from sim.payment.clauses.bonus import Bonus
from sim.payment.clauses.consortium import SharedSavings
from sim.payment.expectation import Chance, Expectation

Numbers = NDArray[np.float64]

#: Conditions beside the gates: a saving that reaches the minimum rate, and everything together.
MINIMUM_RATE: Final = "minimum_rate"
ALL: Final = "all"


def expected_year(clause: Clause, state: ClauseState, expectation: Expectation, month: int) -> Numbers:
    """Totals expected for the period of an action after ``month``.

    As :meth:`sim.payment.expectation.Expectation.year`; under shared savings the months to come are drawn to the mean
    of all whole years seen, for what sets the last year apart is as much chance as what set the others apart.
    """
    expected = expectation.year(clause.id, month)
    if not isinstance(clause, SharedSavings):
        return expected
    passed = (month + 1) % 12 and clause.id in expectation.to_date
    known = expectation.to_date[clause.id] if passed else np.zeros(clause.size)
    return np.asarray(known + (expected - known) * mean_over_last(clause, state))


def foreseen(clause: Clause, state: ClauseState, expectation: Expectation, month: int) -> ClauseState:
    """State in the month of the action, which in December is the first of a new period; gates are not yet decided."""
    if "month" in state:
        state = {**state, "month": month + 1}
    if isinstance(clause, SharedSavings | Bonus):
        at = np.array(clause.gates_at if isinstance(clause, SharedSavings) else clause.counted_at, dtype=np.int64)
        state = clause.foreseen(state, expectation.scatter(clause.id, at, at + 1, month))
    return state


def mean_over_last(clause: SharedSavings, state: ClauseState) -> Numbers:
    """Mean of all whole years over the last of them, for each total: spending per person-day, and indicators of gates.

    Ones where no whole year has been seen.
    """
    factor = np.ones(clause.size)
    whole = np.flatnonzero(state["months"] == 12)
    if not len(whole):
        return factor
    spent, days, gates = state["spent"][whole], state["days"][whole], state["gates"][whole]
    rate = _over(spent.sum(axis=0), days.sum(axis=0))  # (bearers, municipalities, bands)
    usual = (rate * days[-1]).sum(axis=-1).ravel()
    factor[: usual.size] = _over(usual, spent[-1].sum(axis=-1).ravel(), otherwise=1.0)
    mean, last = _over(gates.sum(axis=0)[:, 0], gates.sum(axis=0)[:, 1]), _over(gates[-1, :, 0], gates[-1, :, 1])
    factor[list(clause.gates_at)] = _over(mean, last, otherwise=1.0)
    return factor


def chances(clause: SharedSavings, state: ClauseState, year: Numbers, chance: Chance | None = None) -> dict[str, float]:
    """Chance of meeting each condition for dividing a saving, by name: the minimum rate, each gate, and all.

    Parameters
    ----------
    clause, state
        Shared savings; a state that is foreseen has the scatter of the gates, in any other they are decided.
    year : float64 array, shape (size,)
        Totals of a year, expected or final.
    chance : Chance, optional
        Chance of the spending of the year; without it the year is over, and every answer is 0 or 1.
    """
    benchmark, actual = (float(amount.sum()) for amount in clause.compared(state, year[None]))
    sigma, weights = (chance.sigma(1.0) * chance.nodes, chance.weights) if chance else (np.zeros(1), np.ones(1))
    saving = benchmark - actual * (1.0 + sigma)
    reached = (saving >= clause.terms.minimum_rate * benchmark) & (saving > 0.0)
    found = {MINIMUM_RATE: float(weights @ reached)}
    for index, gate in enumerate(clause.spec.gate):
        alone = np.zeros_like(state["gates"])  # a gate without history is open
        alone[:, index] = state["gates"][:, index]
        found[gate.indicator] = float(clause.passed({**state, "gates": alone}, year[None])[0])
    return found | {ALL: float(np.prod(list(found.values())))}


def happened(clause: SharedSavings, state: ClauseState) -> dict[int, dict[str, float]]:
    """Which conditions were met in each whole calendar year seen, as :func:`chances` names them: 0 or 1."""
    found = {}
    for row in np.flatnonzero(state["months"] == 12):
        year = int(state["years"][row])
        parts = (state["spent"][row].sum(axis=2), state["days"][row], state["gates"][row])
        then = {**state, "month": (year - 1970) * 12 + 11}
        found[year] = chances(clause, then, np.concatenate([part.ravel() for part in parts]))
    return found


def _over(above: Numbers, below: Numbers, otherwise: float = 0.0) -> Numbers:
    return np.divide(above, below, out=np.full_like(above, otherwise), where=below != 0.0)
