"""What coding more of the same courses is worth: found by rating a month again with more tariff value in every course.

No course, night or patient comes of it, so it is no event of the activity list: what is paid by the course, or stands
at a cap, does not move.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.measures import MEASURE
from sim.payment.activity import MonthActivity
from sim.payment.bound import Bound, States
from sim.payment.clauses.base import Clause, ClauseState
from sim.payment.clauses.bonus import Bonus
from sim.payment.clauses.budget import Budget
from sim.payment.clauses.bundle import Bundle
from sim.payment.clauses.consortium import SharedSavings
from sim.payment.expectation import Chance, Expectation
from sim.payment.foresight import expected_year, foreseen
from sim.payment.marginal import Coded, by_settling, flowing, worth_today
from sim.payment.purses import PURSES, purses_of_all

Numbers = NDArray[np.float64]

#: By how much more of every course is coded to see what moves.
_MORE: Final = 0.01
_UNIT: Final = 1000.0  # DKK coded


def coded_totals(bound: Bound, states: States, month: MonthActivity) -> dict[str, Numbers]:
    """Totals by clause of a thousand DKK more of tariff value coded, spread over the courses of the wards.

    Parameters
    ----------
    bound, states
        Contract, and the states of its clauses before the month is rated.
    month : MonthActivity
        The month that is rated; empty if nothing was coded in it, or no clause counts tariff value.
    """
    counting = [(clause, state) for clause, state in zip(bound.clauses, states, strict=True) if clause.of_value]
    whole = float(month.values(MEASURE["hospital_course"], "ward")[:, 1:].sum())
    if whole <= 0.0 or not counting:
        return {}
    more, found = month.more_coded(_MORE), {}
    for clause, state in counting:
        usual = _as_usual(clause, state)
        moved = clause.rate(usual, more)[1] - clause.rate(usual, month)[1]
        found[clause.id] = moved * (_UNIT / (_MORE * whole))
    return found


def _as_usual(clause: Clause, state: ClauseState) -> ClauseState:
    """State in which a month is a usual one: episodes began before it, and a target is that of the year before."""
    if isinstance(clause, Bundle):
        return {**state, "begun": 0}
    if isinstance(clause, Budget):
        return {**state, "value": np.nan_to_num(state["value"])}
    return state


def coded_worth(
    bound: Bound, states: States, expectation: Expectation, chance_of_year: Chance, month: int, discount: float
) -> Coded:
    """Worth of a thousand DKK coded to the purses of the whole catchment; arguments as :func:`marginal.prices`."""
    purse, moved = purses_of_all(bound.accounts)[None], dict[str, float]()
    plain, shared, whole = np.zeros(len(PURSES)), np.zeros(len(PURSES)), 0.0
    for clause, state in zip(bound.clauses, states, strict=True):
        row = _row(clause, expectation.coded, moved)
        if row is None:
            continue
        today, touched = worth_today(clause, month, discount), (_FIRST, _FIRST, row[None])
        if isinstance(clause, Bonus):
            found = flowing(clause, state, purse, touched, today, _judged(clause, state, expectation, month, row))
        elif clause.sources or clause.linear:
            found = flowing(clause, state, purse, touched, today)
        else:
            found = by_settling(clause, state, purse, touched, expectation, chance_of_year, month, discount)
        moved[clause.id] = float(found.moved[0])
        if isinstance(clause, SharedSavings):
            shared, whole = shared + found.purses[0], whole + float(found.divided[0])
        else:
            plain = plain + found.purses[0]
    return Coded(plain, shared, whole)


_FIRST: Final = np.zeros(1, np.int64)


def _row(clause: Clause, coded: Mapping[str, Numbers], moved: Mapping[str, float]) -> Numbers | None:
    """Totals of a clause that a thousand DKK coded move; of a pool what its sources move. None if nothing does."""
    if clause.sources:
        amount = sum(moved.get(name, 0.0) for name in clause.sources)
        return np.array([amount]) if amount else None
    return coded.get(clause.id)


def _judged(clause: Bonus, state: ClauseState, expectation: Expectation, month: int, row: Numbers) -> Numbers:
    """Flows (1, cells) of what a row of totals adds to the judgement that is expected."""
    then = foreseen(clause, state, expectation, month)
    year = expected_year(clause, then, expectation, month)
    settled = clause.due(then, np.stack([year + row, year - row]))
    return np.asarray((settled[:1] - settled[1:]) / 2.0)
