"""Settle contracts: the one in force, and others on shadow accounts, month by month.

A :class:`Bound` contract is pure: states and activity in, states and flows out. A :class:`Book` keeps the states and
the ledger of one schedule of contracts; contracts that come later in it are rated from the first month on, so that
they know their history. :class:`Settlement` settles all books and books the costs once, since they are the same for
every book.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import month_name
from sim.measures import MEASURES
from sim.payment.accounts import ROLES, Accounts, Cells, Places
from sim.payment.activity import MonthActivity
from sim.payment.clauses.base import Clause, ClauseState
from sim.payment.clauses.fee import Fee
from sim.payment.clauses.pool import Pool
from sim.payment.contract import Contract
from sim.payment.costs import Capacity, CostBook, CostTable
from sim.payment.ledger import Ledger, LedgerError, Rows

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]
States = tuple[ClauseState, ...]


@dataclass(frozen=True)
class Bound:
    """A contract bound to the parameters and organisations of a run.

    Parameters
    ----------
    contract : Contract
        The contract.
    accounts : Accounts
        Accounts of the run.
    clauses : tuple of Clause
        Bound clauses; lists of states, totals and flows below are in this order.
    """

    contract: Contract
    accounts: Accounts
    clauses: tuple[Clause, ...]

    @cached_property
    def position(self) -> dict[str, int]:
        """Position of each clause."""
        return {clause.id: index for index, clause in enumerate(self.clauses)}

    @cached_property
    def cells(self) -> Cells:
        """Cells of all clauses one after the other."""
        return Cells.join([clause.cells for clause in self.clauses])

    @cached_property
    def clause_of_cell(self) -> Integers:
        """Position of the clause of each cell."""
        return np.repeat(np.arange(len(self.clauses)), [len(clause.cells) for clause in self.clauses])

    @cached_property
    def linear(self) -> tuple[bool, ...]:
        """Which clauses are linear: the others must be settled in full to see what one more event brings."""
        return tuple(clause.linear for clause in self.clauses)

    def start(self) -> States:
        """States before the first month."""
        return tuple(clause.start() for clause in self.clauses)

    def rate(self, states: States, month: MonthActivity) -> tuple[States, list[Numbers]]:
        """Price a month's events: new states, and totals of shape (size,) for each clause."""
        rated = [clause.rate(state, month) for clause, state in zip(self.clauses, states, strict=True)]
        return tuple(state for state, _ in rated), [totals for _, totals in rated]

    def settle(self, states: States, totals: Sequence[Numbers]) -> tuple[States, list[Numbers]]:
        """Settle a month: new states, and flows of shape (..., cells) in DKK for each clause.

        ``totals`` may carry leading axes, the same for all clauses; those of pools are found from their sources' flows.
        """
        new: list[ClauseState] = []
        flows: list[Numbers] = []
        for clause, state, own in zip(self.clauses, states, totals, strict=True):
            gathered = self._gathered(clause, flows) if clause.sources else own
            after, moved = clause.settle(state, gathered)
            new.append(after)
            flows.append(moved)
        return tuple(new), flows

    def due(self, states: States, totals: Sequence[Numbers]) -> list[Numbers]:
        """Flows of a whole settlement period from its totals, shapes (n, size) -> (n, cells), in DKK.

        This is what a hypothetical year comes to: nothing is paid before it and everything is settled at its end.
        """
        flows: list[Numbers] = []
        for clause, state, own in zip(self.clauses, states, totals, strict=True):
            flows.append(clause.due(state, self._gathered(clause, flows) if clause.sources else own))
        return flows

    def _gathered(self, clause: Clause, flows: Sequence[Numbers]) -> Numbers:
        parts = [
            np.ascontiguousarray(flows[self.position[name]]).sum(axis=-1, keepdims=True) for name in clause.sources
        ]
        total: Numbers = sum(parts[1:], parts[0])
        return total

    def rounded(self, flows: Sequence[Numbers]) -> Integers:
        """One month's flows, each of shape (cells,), as whole øre in the order of :attr:`cells`."""
        whole: list[Integers] = []
        for clause, moved in zip(self.clauses, flows, strict=True):
            if not np.isfinite(moved).all():
                raise LedgerError(f'clause "{clause.id}" moves an amount that is not a finite number')
            source = sum(int(whole[self.position[name]].sum()) for name in clause.sources)
            whole.append(clause.rounded(moved, source))
        return np.concatenate(whole) if whole else np.zeros(0, np.int64)

    def net(self, flows: Sequence[Numbers]) -> Numbers:
        """Receipts minus payments per account (not consolidated), shapes (..., cells) -> (..., accounts), in DKK."""
        lead = flows[0].shape[:-1] if flows else ()
        total = np.zeros((*lead, len(self.accounts)))
        for moved, (payees, payers) in zip(flows, self._sides, strict=True):
            for sign, (order, starts, accounts) in ((1.0, payees), (-1.0, payers)):
                sums = np.add.reduceat(np.take(moved, order, axis=-1), starts, axis=-1)
                total[..., accounts] += sign * sums
        return total

    @cached_property
    def _sides(self) -> list[tuple[tuple[Integers, Integers, Integers], ...]]:
        return [tuple(_grouped(side) for side in (one.cells.payee, one.cells.payer)) for one in self.clauses]

    def unit_totals(self, states: States) -> list[Numbers]:
        """For each clause the change of its totals by one more unit of each measure and municipality.

        Shapes (measures, municipalities, size). The event counts at its mean rated amount of the last twelve months and
        stands at the first organisation of its municipality.
        """
        return [clause.unit_totals(state) for clause, state in zip(self.clauses, states, strict=True)]

    def unit_net(self, states: States) -> Numbers:
        """Net result per role for one more unit of each measure, over all *linear* clauses: the exact short cut.

        Returns
        -------
        float64 array, shape (roles, measures, municipalities)
            DKK, roles as :data:`sim.payment.accounts.ROLES`; the row ``municipality`` is the person's own, the row
            ``gp`` her own practice, the row ``outside`` holds all others.
        """
        net = np.zeros((len(ROLES), len(MEASURES), len(self.accounts.places.municipalities)))
        row = {role: index for index, role in enumerate(ROLES)}
        typical: dict[str, Numbers] = {}
        for clause, state in zip(self.clauses, states, strict=True):
            if isinstance(clause, Fee) and clause.linear:
                amounts = typical[clause.id] = clause.typical(state)
                for role, sign in ((clause.spec.payee, 1.0), (clause.spec.payer, -1.0)):
                    net[row.get(role, row["outside"])] += sign * amounts
            elif isinstance(clause, Pool) and clause.linear:
                passed = sum(
                    (typical.get(name, np.zeros(net.shape[1:])) for name in clause.sources), np.zeros(net.shape[1:])
                )
                net[row.get(clause.spec.payer, row["outside"])] -= passed
                net[row["municipality"]] += passed * state["key"][:-1]
                net[row["outside"]] += passed * (1.0 - state["key"][:-1])
        return net


def _grouped(accounts: Integers) -> tuple[Integers, Integers, Integers]:
    """Order that sorts cells by account, where each account begins, and the accounts."""
    order = np.argsort(accounts, kind="stable")
    found, starts = np.unique(accounts[order], return_index=True)
    return order, starts, found


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
        if month.closing or self.contract_in(month.month + 1) != name:
            states = tuple({**state, "closing": True} for state in states)
        self.states[name], flows = bound.settle(states, totals)
        for first, other in self.schedule:
            if first > month.month and other != name:
                self._carry_on(name, other)
        if post:
            amounts = bound.rounded(flows)
            names = [clause.id for clause in bound.clauses]
            self.ledger.post(month.month, bound.cells, bound.clause_of_cell, names, amounts)
        return flows

    def _carry_on(self, now: str, later: str) -> None:
        """Clauses that a later contract has in common with the present one keep their account of the year."""
        present, coming = self.contracts[now], self.contracts[later]
        same = {spec.id: spec for spec in present.contract.clauses}
        states = dict(zip([clause.id for clause in present.clauses], self.states[now], strict=True))
        specs = {spec.id: spec for spec in coming.contract.clauses}
        self.states[later] = tuple(
            states[clause.id] if clause.id in same and specs[clause.id] == same[clause.id] else state
            for clause, state in zip(coming.clauses, self.states[later], strict=True)
        )

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
        bound = {name: contracts[name].bind(values, accounts) for name in names}
        opened: dict[Schedule, Book] = {}
        for schedule in schedules.values():
            if schedule not in opened:
                opened[schedule] = Book(schedule, bound, Ledger(accounts))
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
