"""What all clauses share: what a clause is, the rhythm in which money is settled, and rounding to whole øre.

A clause has two pure halves. ``rate`` prices the events of a month into *totals*, one float64 vector; ``due`` says what
follows from the totals of a whole settlement period (a calendar year). ``settle`` is the monthly rhythm: what is due by
now, less what was paid before. Both accept any number of leading axes on ``totals``, so that thousands of hypothetical
years are one call; one case gives the same bytes alone as inside a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.payment.accounts import Cells
from sim.payment.activity import MonthActivity

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]
#: State of a clause: numbers and arrays that can be copied and saved; never changed in place.
ClauseState = dict[str, Any]

EVERY_MONTH: Final[tuple[int, ...]] = tuple(range(1, 13))


class Clause(Protocol):
    """A clause bound to the organisations and parameters of a run.

    Attributes
    ----------
    id, kind : str
        Name in the contract; kind of clause.
    cells : Cells
        Where each of its flows is posted.
    size : int
        Length of its totals.
    linear : bool
        Whether its flows are the same linear function of its totals in every state: they add over people and months.
    sources : tuple of str
        Clauses whose *flows* are its totals (a pool); empty for all others.
    paid_in : tuple of int
        Calendar months (1-12) in which it pays; a later payment is worth less today.
    """

    kind: str
    cells: Cells
    size: int

    @property
    def id(self) -> str:
        """Name in the contract."""

    @property
    def linear(self) -> bool:
        """Whether its flows are one linear function of its totals."""

    @property
    def of_value(self) -> bool:
        """Whether its totals count tariff value: then they change when more of the same courses is coded."""

    @property
    def measures_by_row(self) -> frozenset[int]:
        """Measures of which it looks at single events: of all others it sees sums alone."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Clauses whose flows are its totals."""

    @property
    def paid_in(self) -> tuple[int, ...]:
        """Calendar months in which it pays."""

    def start(self) -> ClauseState:
        """State before the first month."""

    def rate(self, state: ClauseState, month: MonthActivity) -> tuple[ClauseState, Numbers]:
        """Price a month's events: the new state and totals of shape (size,) in DKK (and counts, where stated)."""

    def due(self, state: ClauseState, totals: Numbers, final: bool = True) -> Numbers:
        """Flows that follow from a period's totals, shapes (n, size) -> (n, cells), in DKK.

        ``final`` is whether the period ends with them, so that year-end settlements are due.
        """

    def settle(self, state: ClauseState, totals: Numbers) -> tuple[ClauseState, Numbers]:
        """Settle one month, shapes (..., size) -> (..., cells), in DKK."""

    def unit_totals(self, state: ClauseState) -> Numbers:
        """Change of totals for one more unit of each measure, shape (measures, municipalities, size).

        An event counts at the mean rated amount of its measure and municipality over the last twelve months.
        """

    def rounded(self, flows: Numbers, source: int) -> Integers:
        """Flows in whole øre; ``source`` is what the clauses in ``sources`` posted, in øre."""


def accrue(
    clause: Clause, state: ClauseState, totals: Numbers, paid_in: Sequence[int], plain: bool
) -> tuple[ClauseState, Numbers]:
    """Settle one month of a clause: what is due by now less what was paid.

    Parameters
    ----------
    clause : Clause
        The clause; ``state["month"]`` must be the month being settled.
    totals : float64 array, shape (..., size)
        Totals of the month.
    paid_in : sequence of int
        Calendar months (1-12) in which it pays.
    plain : bool
        Whether every month stands alone, so that nothing need be remembered.
    """
    if plain:
        return state, clause.due(state, totals)
    lead = totals.shape[:-1]
    flat = np.ascontiguousarray(totals.reshape(-1, clause.size))
    calendar = state["month"] % 12 + 1
    closing = bool(state.get("closing", False))
    if calendar > 1 and "to_date" in state:
        flat = flat + np.reshape(state["to_date"], (-1, clause.size))
    paid = np.reshape(state["paid"], (-1, len(clause.cells))) if calendar > 1 and "paid" in state else None
    if calendar in paid_in or closing:
        owed = clause.due(state, flat, final=calendar == 12 or closing)
        flows = owed if paid is None else owed - paid
    else:
        flows = np.zeros((len(flat), len(clause.cells)))
        owed = flows if paid is None else np.broadcast_to(paid, flows.shape)
    to_date = flat.reshape(*lead, clause.size)
    kept = owed.reshape(*lead, len(clause.cells))
    return {**state, "to_date": to_date, "paid": kept}, flows.reshape(*lead, len(clause.cells))


def ratio(above: Numbers, below: Numbers) -> Numbers:
    """Quotients; 0 where there is nothing to divide by."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def nearest_ore(flows: Numbers) -> Integers:
    """DKK to whole øre, half to even."""
    return np.rint(flows * 100.0).astype(np.int64)


def split_exactly(weights: Numbers, total: int) -> Integers:
    """Divide a whole number by weights with the largest remainders, so that the parts add up to it.

    Parameters
    ----------
    weights : float64 array, shape (n,)
        Parts of any size with a sum that is not zero (all zero is allowed when ``total`` is 0).
    total : int
        What to divide, in øre.
    """
    whole = float(weights.sum())
    if total == 0 or whole == 0.0:
        if total != 0:
            raise ValueError(f"{total} øre cannot be divided: all shares are zero")
        return np.zeros(len(weights), np.int64)
    exact = weights / whole * float(total)
    parts = np.floor(exact).astype(np.int64)
    left = total - int(parts.sum())
    order = np.argsort(-(exact - parts), kind="stable")
    parts[order[: max(left, 0)]] += 1
    if left < 0:  # floats of very large sums may overshoot by a few øre
        parts[order[left:]] -= 1
    return parts
