"""A contract bound to the parameters and organisations of a run: pure, states and activity in, states and flows out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.measures import MEASURE, MEASURES
from sim.payment.accounts import ROLES, Accounts, Cells
from sim.payment.activity import MonthActivity
from sim.payment.clauses.base import Clause, ClauseState, nearest_ore
from sim.payment.clauses.budget import Budget
from sim.payment.clauses.capitation import Capitation
from sim.payment.clauses.fee import Fee, FeeSchedule
from sim.payment.clauses.pool import Pool
from sim.payment.contract import Contract
from sim.payment.ledger import LedgerError

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

    @cached_property
    def measures_by_row(self) -> frozenset[int]:
        """Measures of which single events are looked at; courses too where more may be coded of them."""
        coded = {MEASURE["hospital_course"]} if any(clause.of_value for clause in self.clauses) else set()
        return frozenset(coded.union(*(clause.measures_by_row for clause in self.clauses)))

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
