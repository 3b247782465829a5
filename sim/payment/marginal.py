"""What one more event is worth to each purse under a contract: the linear short cut, and the full settlement.

A clause that is linear is priced by the flows of one more event at its mean rated amount. A clause that is not (a
ceiling, a target, a minimum rate) is settled in full, with and without a step (:mod:`sim.payment.slopes`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.responses.budget_holder import shadow_price
from sim.measures import MEASURES
from sim.payment.accounts import ROLES, Cells
from sim.payment.clauses.base import Clause, ClauseState
from sim.payment.clauses.bonus import Bonus
from sim.payment.clauses.budget import Budget
from sim.payment.clauses.bundle import Bundle
from sim.payment.clauses.consortium import SharedSavings
from sim.payment.clauses.fee import Fee
from sim.payment.expectation import Chance, Expectation
from sim.payment.foresight import expected_year, foreseen
from sim.payment.made_once import MadeOnce
from sim.payment.purses import PURSE, PURSES, purses_of
from sim.payment.settlement import IN_UNIT_NET, Bound, States
from sim.payment.slopes import exposed, gate_slopes, same_directions, slopes

Numbers = NDArray[np.float64]


class Coded(NamedTuple):
    """Worth of a thousand DKK more of tariff value coded (:mod:`sim.payment.coded`), DKK.

    ``plain`` and ``shared`` (purses,), each purse that of everybody of its role; ``whole`` is what consortia divide.
    """

    plain: Numbers
    shared: Numbers
    whole: float


class Prices(NamedTuple):
    """Worth of one more event, DKK, arrays (municipalities, measures, purses).

    ``plain`` comes from all clauses but those of consortia, ``shared`` from those; ``whole`` (municipalities,
    measures) is what the consortia have more to divide; ``consortium`` is whether there is one; ``krone`` (purses,) is
    what a krone at year end is worth to each purse. ``readmission`` is what an event of a readmission is worth beyond
    one of the usual mix, where linear fees, bundles and bonuses tell them apart. ``coded`` is what coding is worth.
    """

    plain: Numbers
    shared: Numbers
    whole: Numbers
    consortium: bool
    krone: Numbers
    readmission: Numbers
    coded: Coded = Coded(np.zeros(len(PURSES)), np.zeros(len(PURSES)), 0.0)


def krone_worth(bound: Bound, under: Mapping[str, float]) -> Numbers:
    """What a krone at year end is worth to each purse, shape (purses,): the shadow price of its first frame, else 1.

    Parameters
    ----------
    under : mapping of str to float
        Probability by purse that the year ends under the frame.
    """
    worth = np.ones(len(PURSES))
    framed: set[str] = set()
    for clause in bound.clauses:
        if isinstance(clause, Budget) and clause.spec.payee not in framed:
            payee = clause.spec.payee
            framed.add(payee)
            worth[PURSE[payee]] = shadow_price(clause.keep, clause.bailout, under.get(payee, 0.5))
    return worth


def prices(
    bound: Bound,
    states: States,
    expectation: Expectation,
    chance_of_year: Chance,
    month: int,
    discount: float = 0.0,
    full: bool = False,
    under: Mapping[str, float] | None = None,
    once: MadeOnce | None = None,
) -> Prices:
    """Worth of one more event of each measure in each municipality to each purse.

    Parameters
    ----------
    bound, states
        Contract, and the states of its clauses after the month was settled.
    expectation, chance_of_year
        Totals expected by the end of the year, and their chance.
    month : int
        The month just settled; the action falls in the next.
    discount : float
        Yearly rate by which money settled later counts less.
    full : bool
        Settle linear clauses in full too (for tests: both must agree).
    under : mapping of str to float, optional
        Probability by purse that the year ends under the frame; an even chance if not stated.
    once : MadeOnce, optional
        What other contracts have found this month from the same clauses and states.
    """
    known = once or MadeOnce()
    towns = len(bound.accounts.places.municipalities)
    shape = (towns, len(MEASURES), len(PURSES))
    plain, shared, whole = np.zeros(shape), np.zeros(shape), np.zeros(shape[:2])
    pairs = list(zip(bound.clauses, states, strict=True))
    if not full:
        linear = tuple(part for clause, state in pairs if clause.linear for part in (clause, state))
        net = known.made_from("net", linear, lambda: bound.unit_net(states))
        plain[:, :, : len(ROLES)] = net.transpose(2, 1, 0)
    purse, moved = purses_of(bound.accounts), dict[str, ClauseWorth]()
    for clause, state in pairs:
        if clause.linear and not full and isinstance(clause, IN_UNIT_NET):
            continue

        def worth(clause: Clause = clause, state: ClauseState = state) -> ClauseWorth:
            if clause.sources or (clause.linear and not full):
                return _by_flows(clause, state, purse, moved, worth_today(clause, month, discount))
            if isinstance(clause, Bonus):
                slopes = judged_slopes(clause, state, expectation, month, known)
                return _by_judging(
                    clause, clause.unit_totals(state), slopes, purse, worth_today(clause, month, discount)
                )
            touched = _touched(clause.unit_totals(state))
            return by_settling(clause, state, purse, touched, expectation, chance_of_year, month, discount)

        found = worth() if clause.sources else known.made_from("worth", (clause, state), worth)
        moved[clause.id] = found
        into = shared if isinstance(clause, SharedSavings) else plain
        into[found.town, found.measure] += found.purses
        if isinstance(clause, SharedSavings):
            whole[found.town, found.measure] += found.divided
    consortium = any(isinstance(clause, SharedSavings) for clause in bound.clauses)
    back = readmission_worth(bound, states, expectation, month, discount, known)
    return Prices(plain, shared, whole, consortium, krone_worth(bound, under or {}), back)


def readmission_worth(
    bound: Bound, states: States, expectation: Expectation, month: int, discount: float, known: MadeOnce
) -> Numbers:
    """Worth of one more event of a readmission beyond one of the usual mix, (municipalities, measures, purses), DKK."""
    worth = np.zeros((len(bound.accounts.places.municipalities), len(MEASURES), len(PURSES)))
    purse = purses_of(bound.accounts)
    for clause, state in zip(bound.clauses, states, strict=True):
        told = isinstance(clause, Bonus) or (isinstance(clause, Fee | Bundle) and clause.linear)
        more = clause.more_of_readmission(state) if told and isinstance(clause, Bonus | Fee | Bundle) else None
        if more is None:
            continue
        today = worth_today(clause, month, discount)
        if isinstance(clause, Bonus):
            slopes = judged_slopes(clause, state, expectation, month, known)
            found = _by_judging(clause, more, slopes, purse, today)
        else:
            found = flowing(clause, state, purse, _touched(more), today)
        worth[found.town, found.measure] += found.purses
    return worth


class ClauseWorth(NamedTuple):
    """What one more event moves by one clause: a row for each measure and municipality that it touches.

    ``measure`` and ``town`` (rows,); ``purses`` (rows, purses) is what each purse gains, ``moved`` (rows,) the sum of
    the flows, ``divided`` (rows,) what a consortium takes out, DKK.
    """

    measure: NDArray[np.int64]
    town: NDArray[np.int64]
    purses: Numbers
    moved: Numbers
    divided: Numbers


#: Measure, municipality and totals of each row that is priced.
Touched = tuple[NDArray[np.int64], NDArray[np.int64], Numbers]


def _touched(units: Numbers) -> Touched:
    """Measures and municipalities whose events change totals at all, and by how much: (rows, totals)."""
    measure, town = np.nonzero(np.any(units != 0.0, axis=-1))
    return measure, town, units[measure, town]


def _by_flows(
    clause: Clause, state: ClauseState, purse: NDArray[np.int64], moved: Mapping[str, ClauseWorth], today: float
) -> ClauseWorth:
    """Worth by the flows of one more event, for pools (from what their sources move) and linear clauses."""
    units = clause.unit_totals(state)
    for name in clause.sources:
        units[moved[name].measure, moved[name].town, 0] += moved[name].moved
    return flowing(clause, state, purse, _touched(units), today)


def flowing(
    clause: Clause, state: ClauseState, purse: NDArray[np.int64], touched: Touched, today: float,
    found: Numbers | None = None,
) -> ClauseWorth:  # fmt: skip
    """Worth by the flows of some totals, or by flows (rows, cells) that were found otherwise."""
    measure, town, rows = touched
    flows = (clause.due(state, np.ascontiguousarray(rows)) if found is None else found) * today
    purses = _by_purse(flows, clause.cells, purse)[town, np.arange(len(rows))]
    return ClauseWorth(measure, town, purses, flows.sum(axis=-1), np.zeros(len(rows)))


def judged_slopes(clause: Bonus, state: ClauseState, expectation: Expectation, month: int, known: MadeOnce) -> Numbers:
    """What one more above or below each line is worth (:meth:`Bonus.slopes`) in the year that is expected."""

    def found() -> Numbers:
        then = foreseen(clause, state, expectation, month)
        return clause.slopes(then, expected_year(clause, then, expectation, month))

    return known.made_from("slopes", (clause, state), found)


def _by_judging(clause: Bonus, units: Numbers, slopes: Numbers, purse: NDArray[np.int64], today: float) -> ClauseWorth:
    """Worth of some counts (measures, municipalities, totals) by what they add to the judgement that is expected."""
    measure, town, rows = _touched(units)
    flows = clause.moved_by(rows, slopes[town]) * today
    purses = _by_purse(flows, clause.cells, purse)[town, np.arange(len(rows))]
    return ClauseWorth(measure, town, purses, flows.sum(axis=-1), np.zeros(len(rows)))


def by_settling(
    clause: Clause, state: ClauseState, purse: NDArray[np.int64], touched: Touched, expectation: Expectation,
    chance_of_year: Chance, month: int, discount: float,
) -> ClauseWorth:  # fmt: skip
    """Worth by settling the whole clause on the year that is expected, with and without one more event."""
    measure, town, rows = touched
    if not len(rows):
        return ClauseWorth(measure, town, np.zeros((0, len(PURSES))), np.zeros(0), np.zeros(0))
    expected, today = expected_year(clause, state, expectation, month), worth_today(clause, month, discount)
    state = foreseen(clause, state, expectation, month)
    directions, index, size = same_directions(rows, exposed(clause, np.any(rows != 0.0, axis=0)))
    flows = slopes(clause, state, directions, expected, chance_of_year, month) * today
    purses = _by_purse(flows, clause.cells, purse)[town, index] * size[:, None]
    divided = flows[:, len(clause.cells) // 2 :].sum(axis=-1)[index] * size
    if isinstance(clause, SharedSavings) and clause.gates_at:
        gates = gate_slopes(clause, state, directions, expected, chance_of_year, month) * today
        points = rows[:, list(clause.gates_at)]
        purses += np.einsum("rg,rgp->rp", points, _by_purse(gates, clause.cells, purse)[town])
        divided += points @ gates[:, len(clause.cells) // 2 :].sum(axis=-1)
    return ClauseWorth(measure, town, purses, flows.sum(axis=-1)[index] * size, divided)


def _by_purse(flows: Numbers, cells: Cells, purse: NDArray[np.int64]) -> Numbers:
    """Sum flows (rows, cells) over cells by purse, seen from each municipality: (municipalities, rows, purses)."""
    used = np.flatnonzero(np.any(flows != 0.0, axis=0))
    shape = (len(purse), len(flows), len(PURSES))
    start = np.arange(shape[0] * shape[1]).reshape(*shape[:2], 1) * len(PURSES)
    amounts = np.broadcast_to(flows[:, used], (*shape[:2], len(used))).ravel()

    def summed(accounts: NDArray[np.int64]) -> Numbers:
        cells = start + purse[:, None, accounts[used]]
        return np.asarray(np.bincount(cells.ravel(), amounts, math.prod(shape)).reshape(shape), np.float64)

    return summed(cells.payee) - summed(cells.payer)


def worth_today(clause: Clause, month: int, discount: float) -> float:
    """Discount from the month in which a clause pays next to the month of the action; monthly payers not at all."""
    if discount == 0.0:
        return 1.0
    action = (month + 1) % 12 + 1
    wait = min((paying - action) % 12 for paying in clause.paid_in)
    return float((1.0 + discount) ** (-wait / 12.0))
