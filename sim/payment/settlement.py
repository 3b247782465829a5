"""Settle contracts: the one in force, and others on shadow accounts, month by month.

A :class:`~sim.payment.bound.Bound` contract is pure. A :class:`Book` keeps the states and
the ledger of one schedule of contracts; contracts that come later in it are rated from the first month on, so that
they know their history. :class:`Settlement` settles all books and books the costs once, since they are the same for
every book.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import month_name
from sim.payment.accounts import Accounts, Places
from sim.payment.activity import MonthActivity
from sim.payment.bound import Bound, States
from sim.payment.clauses.base import ClauseState
from sim.payment.contract import Contract
from sim.payment.costs import Capacity, CostBook, CostTable
from sim.payment.ledger import Ledger, Rows

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]


#: When which contract is in force: (first month, name), rising.
Schedule = tuple[tuple[int, str], ...]


def merged(schedule: Schedule) -> Schedule:
    """Return a schedule without rows that change nothing, so that equal schedules are seen to be equal."""
    kept: list[tuple[int, str]] = []
    for row in sorted(schedule):
        if not kept or kept[-1][1] != row[1]:
            kept.append(row)
    return tuple(kept)


@dataclass
class Book:
    """The accounts of one schedule of contracts.

    Parameters
    ----------
    schedule : tuple of (int, str)
        First month and name of each contract, rising.
    contracts : mapping of str to Bound
        Bound contracts by name.
    ledger : Ledger
        What has been posted.
    states : dict
        States of each contract by name.
    totals : dict
        Totals of the last month, of the contract in force and of those that come later, by name.
    """

    schedule: Schedule
    contracts: Mapping[str, Bound]
    ledger: Ledger
    states: dict[str, States] = field(default_factory=dict)
    totals: dict[str, list[Numbers]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin every contract of the schedule that has no state."""
        for _, name in self.schedule:
            if name not in self.states:
                self.states[name] = self.contracts[name].start()

    def contract_in(self, month: int) -> str:
        """Name of the contract in force in a month."""
        found = [name for first, name in self.schedule if first <= month]
        if not found:
            raise ValueError(f"no contract is in force in {month_name(month)}")
        return found[-1]

    def rated_in(self, month: int) -> tuple[str, ...]:
        """Names of the contract in force in a month and of those that come later, which are rated too."""
        return tuple(
            dict.fromkeys([self.contract_in(month), *(name for first, name in self.schedule if first > month)])
        )

    def settle(self, month: MonthActivity, post: bool = True) -> list[Numbers]:
        """Settle a month and return its flows in DKK; with ``post=False`` (burn-in) nothing is written down.

        Contracts that come later are rated, so that they know their history, and clauses that they share with the
        contract in force go on where they stand; those before are left as they are.
        """
        name = self.contract_in(month.month)
        self.totals = {}
        for first, other in self.schedule:
            if first > month.month and other != name:
                self.states[other], self.totals[other] = self.contracts[other].rate(self.states[other], month)
        bound = self.contracts[name]
        states, totals = bound.rate(self.states[name], month)
        self.totals[name] = totals
        going_on = self._going_on(name, month)
        states = tuple(state if index in going_on else {**state, "closing": True} for index, state in enumerate(states))
        self.states[name], flows = bound.settle(states, totals, month)
        for first, other in self.schedule:
            if first > month.month and other != name:
                self._carry_on(name, other)
        if post:
            amounts = bound.rounded(flows)
            names = [clause.id for clause in bound.clauses]
            self.ledger.post(month.month, bound.cells, bound.clause_of_cell, names, amounts)
        return flows

    def _going_on(self, name: str, month: MonthActivity) -> Collection[int]:
        """Positions of the clauses whose period does not end with this month because the run or their contract does."""
        if month.closing:
            return ()
        later, every = self.contract_in(month.month + 1), range(len(self.contracts[name].clauses))
        return every if later == name else {mine for mine, _ in self._common[name, later]}

    def _carry_on(self, now: str, later: str) -> None:
        """Clauses that a later contract has in common with the present one keep their account of the year."""
        states = list(self.states[later])
        for mine, theirs in self._common[now, later]:
            states[theirs] = self.states[now][mine]
        self.states[later] = tuple(states)

    @cached_property
    def _common(self) -> dict[tuple[str, str], list[tuple[int, int]]]:
        """Positions of the clauses that two contracts have in common."""
        names = {name for _, name in self.schedule}
        return {
            (now, later): _in_common(self.contracts[now], self.contracts[later]) for now in names for later in names
        }

    @property
    def rows(self) -> Rows | None:
        """Rows of the last month posted."""
        return self.ledger.months[max(self.ledger.months)] if self.ledger.months else None

    def snapshot(self) -> dict[str, Any]:
        """All states as arrays with dotted names, for saving."""
        return {
            f"{name}|{clause.id}|{key}": np.asarray(value)
            for name, states in self.states.items()
            for clause, state in zip(self.contracts[name].clauses, states, strict=True)
            for key, value in state.items()
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Take over the states of a :meth:`snapshot`; contracts that are not in it begin anew."""
        for _, name in self.schedule:
            found: list[ClauseState] = []
            for clause in self.contracts[name].clauses:
                start = f"{name}|{clause.id}|"
                state = {key[len(start) :]: value for key, value in saved.items() if key.startswith(start)}
                plain = {
                    key: value.item() if np.ndim(value) == 0 else np.asarray(value) for key, value in state.items()
                }
                found.append({**clause.start(), **plain})
            self.states[name] = tuple(found)


def _in_common(one: Bound, other: Bound) -> list[tuple[int, int]]:
    """Positions of equal clauses in two contracts."""
    specs = {spec.id: spec for spec in one.contract.clauses}
    return [
        (one.position[spec.id], index)
        for index, spec in enumerate(other.contract.clauses)
        if specs.get(spec.id) == spec
    ]


def sharing(contracts: Mapping[str, Bound]) -> dict[str, Bound]:
    """The same contracts; a clause that an earlier one has too is the same object, so that it is worked out once."""
    kept: dict[str, Bound] = {}
    for name, bound in contracts.items():
        clauses = list(bound.clauses)
        for earlier in kept.values():
            for mine, theirs in _in_common(earlier, bound):
                clauses[theirs] = earlier.clauses[mine]
        kept[name] = Bound(bound.contract, bound.accounts, tuple(clauses))
    return kept


@dataclass
class Settlement:
    """All books of a run and the costs they share.

    Parameters
    ----------
    accounts : Accounts
        Accounts with the pools of all contracts.
    books : dict of str to Book
        ``in-force`` is the scenario's own schedule; others are shadows. Equal schedules share one book.
    costs : CostBook
        Costs of the run.
    """

    accounts: Accounts
    books: dict[str, Book]
    costs: CostBook

    @classmethod
    def of(
        cls, schedules: Mapping[str, Schedule], contracts: Mapping[str, Contract], values: Any, places: Places
    ) -> Settlement:
        """Open the books.

        Parameters
        ----------
        schedules : mapping of str to Schedule
            Named schedules, among them ``in-force``.
        contracts : mapping of str to Contract
            Contracts by name.
        values : Parameters
            Parameters by name.
        places : Places
            Organisations.
        """
        schedules = {name: merged(schedule) for name, schedule in schedules.items()}
        names = dict.fromkeys(name for schedule in schedules.values() for _, name in schedule)
        pools = dict.fromkeys(pool for name in names for pool in contracts[name].pools())
        accounts = Accounts(places, tuple(pools))
        bound = sharing({name: contracts[name].bind(values, accounts) for name in names})
        begun = {id(clause): clause.start() for contract in bound.values() for clause in contract.clauses}
        opened: dict[Schedule, Book] = {}
        for schedule in schedules.values():
            if schedule not in opened:
                states = {name: tuple(begun[id(clause)] for clause in bound[name].clauses) for _, name in schedule}
                opened[schedule] = Book(schedule, bound, Ledger(accounts), states)
        books = {name: opened[schedule] for name, schedule in schedules.items()}
        return cls(accounts, books, CostBook(CostTable.of(values), accounts))

    def settle(self, month: MonthActivity, capacity: Capacity | None = None, post: bool = True) -> None:
        """Settle a month in every book and book its costs; ``post=False`` in burn-in."""
        if post:
            self.costs.book(month, capacity)
        for book in {id(book): book for book in self.books.values()}.values():
            book.settle(month, post)

    def check(self) -> None:
        """Check the identities of every book."""
        for book in self.books.values():
            book.ledger.check(self.costs)
