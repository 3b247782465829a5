"""Settle contracts: the one in force, and others on shadow accounts, month by month.

A :class:`Bound` contract is pure: states and activity in, states and flows out. A :class:`Book` keeps the states and
the ledger of one schedule of contracts; contracts that come later in it are rated from the first month on, so that
they know their history. :class:`Settlement` settles all books and books the costs once, since they are the same for
every book.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.clock import month_name
from sim.measures import MEASURES
from sim.payment.accounts import ROLES, Accounts, Cells, Places
from sim.payment.activity import MonthActivity
from sim.payment.clauses.base import Clause, ClauseState, nearest_ore
from sim.payment.clauses.budget import Budget
from sim.payment.clauses.capitation import Capitation
from sim.payment.clauses.fee import Fee, FeeSchedule
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
        """Price a month's events: new states, and totals of shape (size,) for each clause.

        What another contract has rated from the same state is not rated again; fees of one axis are priced together.
        """
        pairs = list(zip(self.clauses, states, strict=True))
        for places in self.fees_by_axis:
            fresh = tuple(index for index in places if not month.once.is_made("rated", pairs[index]))
            if fresh:
                found = self._schedule(fresh).rate([states[index] for index in fresh], month)
                for index, one in zip(fresh, found, strict=True):
                    month.once.made_from("rated", pairs[index], partial(_as_it_is, one))
        rated = [
            month.once.made_from("rated", (clause, state), partial(clause.rate, state, month))
            for clause, state in pairs
        ]
        return tuple(state for state, _ in rated), [totals for _, totals in rated]

    @cached_property
    def fees_by_axis(self) -> list[tuple[int, ...]]:
        """Positions of the fees that can be priced together."""
        groups: dict[str, list[int]] = {}
        for index, clause in enumerate(self.clauses):
            if isinstance(clause, Fee) and not clause.remembers:
                groups.setdefault(clause.axis, []).append(index)
        return [tuple(group) for group in groups.values()]

    def _schedule(self, places: tuple[int, ...]) -> FeeSchedule:
        """Fees at some positions as one schedule."""
        if places not in self._schedules:
            self._schedules[places] = FeeSchedule([self.clauses[index] for index in places])  # type: ignore[misc]
        return self._schedules[places]

    @cached_property
    def _schedules(self) -> dict[tuple[int, ...], FeeSchedule]:
        return {}

    def settle(
        self, states: States, totals: Sequence[Numbers], month: MonthActivity | None = None
    ) -> tuple[States, list[Numbers]]:
        """Settle a month: new states, and flows of shape (..., cells) in DKK for each clause.

        ``totals`` may carry leading axes, the same for all clauses; those of pools are found from their sources' flows.
        With ``month`` given, what another contract has settled from the same state and totals is not settled again.
        """
        new: list[ClauseState] = []
        flows: list[Numbers] = []
        for clause, state, own in zip(self.clauses, states, totals, strict=True):
            sources = [flows[self.position[name]] for name in clause.sources]

            def settled(
                clause: Clause = clause, state: ClauseState = state, own: Numbers = own, sources: Any = sources
            ) -> tuple[ClauseState, Numbers]:
                return clause.settle(state, _gathered(sources) if sources else own)

            parts = (clause, state, *(sources or (own,)))
            after, moved = month.once.made_from("settled", parts, settled) if month is not None else settled()
            new.append(after)
            flows.append(moved)
        return tuple(new), flows

    def due(self, states: States, totals: Sequence[Numbers]) -> list[Numbers]:
        """Flows of a whole settlement period from its totals, shapes (n, size) -> (n, cells), in DKK.

        This is what a hypothetical year comes to: nothing is paid before it and everything is settled at its end.
        """
        flows: list[Numbers] = []
        for clause, state, own in zip(self.clauses, states, totals, strict=True):
            sources = [flows[self.position[name]] for name in clause.sources]
            flows.append(clause.due(state, _gathered(sources) if sources else own))
        return flows

    def rounded(self, flows: Sequence[Numbers]) -> Integers:
        """One month's flows, each of shape (cells,), as whole øre in the order of :attr:`cells`."""
        every = np.concatenate(flows) if flows else np.zeros(0)
        if not np.isfinite(every).all():
            wrong = self.clauses[int(self.clause_of_cell[np.flatnonzero(~np.isfinite(every))[0]])]
            raise LedgerError(f'clause "{wrong.id}" moves an amount that is not a finite number')
        whole = nearest_ore(every)
        for index in self._rounded_otherwise:
            clause, own = self.clauses[index], self._own_cells[index]
            source = sum(int(whole[self._own_cells[self.position[name]]].sum()) for name in clause.sources)
            whole[own] = clause.rounded(every[own], source)
        return whole

    @cached_property
    def _own_cells(self) -> list[slice]:
        ends = np.cumsum([len(clause.cells) for clause in self.clauses]).tolist()
        return [slice(end - len(clause.cells), end) for end, clause in zip(ends, self.clauses, strict=True)]

    @cached_property
    def _rounded_otherwise(self) -> list[int]:
        """Clauses that do not round each flow by itself."""
        return [index for index, clause in enumerate(self.clauses) if not isinstance(clause, Fee | Capitation | Budget)]

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
        """Net result per role for one more unit of each measure, over *linear* clauses of most kinds: the short cut.

        It is exact; :data:`IN_UNIT_NET` are the kinds.

        Returns
        -------
        float64 array, shape (roles, measures, municipalities)
            DKK, roles as :data:`sim.payment.accounts.ROLES`; the row ``municipality`` is the person's own, the row
            ``gp`` her own practice, the row ``outside`` holds all others.
        """
        net = np.zeros((len(ROLES), len(MEASURES), len(self.accounts.places.municipalities)))
        row = {role: index for index, role in enumerate(ROLES)}
        typical: dict[str, Numbers] = {}
        for places in self.fees_by_axis:
            schedule = self._schedule(places)
            names = (fee.id for fee in schedule.fees)
            typical.update(zip(names, schedule.typical([states[index] for index in places]), strict=True))
        for clause, state in zip(self.clauses, states, strict=True):
            if isinstance(clause, Fee) and clause.linear:
                net[row.get(clause.spec.payee, row["outside"])] += typical[clause.id]
                net[row.get(clause.spec.payer, row["outside"])] -= typical[clause.id]
            elif isinstance(clause, Pool) and clause.linear:
                passed = sum(
                    (typical.get(name, np.zeros(net.shape[1:])) for name in clause.sources), np.zeros(net.shape[1:])
                )
                for role, gained in clause.gained(state).items():
                    net[row.get(role, row["outside"])] += passed * gained
        return net


def _as_it_is(found: tuple[ClauseState, Numbers]) -> tuple[ClauseState, Numbers]:
    return found


def _gathered(flows: Sequence[Numbers]) -> Numbers:
    """What some clauses move, added up."""
    parts = [np.ascontiguousarray(moved).sum(axis=-1, keepdims=True) for moved in flows]
    total: Numbers = sum(parts[1:], parts[0])
    return total


def _grouped(accounts: Integers) -> tuple[Integers, Integers, Integers]:
    """Order that sorts cells by account, where each account begins, and the accounts."""
    order = np.argsort(accounts, kind="stable")
    found, starts = np.unique(accounts[order], return_index=True)
    return order, starts, found


#: Kinds whose linear clauses :meth:`Bound.unit_net` prices: those of other kinds are priced by their flows.
IN_UNIT_NET: Final = (Fee, Pool, Capitation, Budget)

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
