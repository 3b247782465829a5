"""The ledger: every krone that moves has a payer, a payee, a clause and a month, in whole øre.

Three identities hold exactly, in every run, and are checked every month: each flow leaves one account and enters
another; pools and consortia are empty after their split; the sum of the changes of all net results is minus the
change of booked cost, so that a payer's saving is real resources saved, taken from providers' margins, or taken over
by other payers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.clock import month_name
from sim.payment.accounts import Accounts, Cells
from sim.payment.costs import CostBook

if TYPE_CHECKING:
    import pandas as pd

Integers = NDArray[np.int64]

#: Largest amount of one posting in øre that float64 holds exactly.
MOST_POSTED = 2**53


class LedgerError(AssertionError):
    """The money does not add up: a fault of the program, never of the input."""


class Rows(NamedTuple):
    """Postings of one month; amounts are øre above 0, all other columns positions."""

    clause: Integers
    payer: Integers
    payee: Integers
    municipality: Integers
    organisation: Integers
    amount: Integers


class Shift(NamedTuple):
    """Where one payer's saving comes from, øre; ``saving`` is exactly the sum of the other three.

    ``resources`` are real resources no longer used (by anybody), ``margins`` what providers earn less, ``taken_over``
    what other payers' net results fall by.
    """

    saving: int
    resources: int
    margins: int
    taken_over: int


@dataclass
class Ledger:
    """Postings of a contract (or of a schedule of contracts), month by month.

    Parameters
    ----------
    accounts : Accounts
        Accounts of the run.
    clauses : list of str
        Names of clauses by position; grows as contracts come into force.
    months : dict
        Rows by month number.
    """

    accounts: Accounts
    clauses: list[str] = field(default_factory=list)
    months: dict[int, Rows] = field(default_factory=dict)

    def post(self, month: int, cells: Cells, clause: Integers, names: Sequence[str], amounts: Integers) -> Rows:
        """Post a month; a negative amount is money going back and is posted the other way round.

        Parameters
        ----------
        month : int
            Month number.
        cells : Cells
            Where each amount belongs.
        clause : int64 array
            Position of each amount's clause in ``names``.
        names : sequence of str
            Names of the contract's clauses.
        amounts : int64 array
            Øre.

        Raises
        ------
        LedgerError
            If the month is posted already, or the postings break an identity.
        """
        if month in self.months:
            raise LedgerError(f"{month_name(month)} is posted twice")
        position = np.array([self._position(name) for name in names], dtype=np.int64)
        used = np.flatnonzero(amounts)
        back = amounts[used] < 0
        payer, payee = cells.payer[used], cells.payee[used]
        rows = Rows(
            clause=position[clause[used]],
            payer=np.where(back, payee, payer),
            payee=np.where(back, payer, payee),
            municipality=cells.municipality[used],
            organisation=cells.organisation[used],
            amount=np.abs(amounts[used]),
        )
        self._check(month, rows)
        self.months[month] = rows
        return rows

    def _position(self, name: str) -> int:
        if name not in self.clauses:
            self.clauses.append(name)
        return self.clauses.index(name)

    def _check(self, month: int, rows: Rows) -> None:
        wrong = (rows.payer == rows.payee) | (rows.amount <= 0) | (rows.amount > MOST_POSTED)
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            raise LedgerError(f"{self._named(month, rows, first)}: a flow must leave one account and enter another")
        balance = balances(rows, len(self.accounts))
        if balance.sum():
            raise LedgerError(f"{month_name(month)}: flows do not sum to zero but to {balance.sum()} øre")
        for name in self.accounts.pools:
            left = int(balance[self.accounts.position[name]])
            if left:
                raise LedgerError(f"{month_name(month)}: {name} is left with {left} øre")

    def _named(self, month: int, rows: Rows, row: int) -> str:
        names = self.accounts.names
        clause, payer, payee = self.clauses[rows.clause[row]], names[rows.payer[row]], names[rows.payee[row]]
        return f'{month_name(month)}, clause "{clause}", {payer} to {payee}, {rows.amount[row]} øre'

    def check(self, costs: CostBook | None = None) -> None:
        """Check all identities over all months.

        Raises
        ------
        LedgerError
            Naming the place.
        """
        for month, rows in self.months.items():
            self._check(month, rows)
            if costs is None:
                continue
            net = self.net(costs, (month,))
            if net.sum() != -costs.booked(month).sum():
                raise LedgerError(f"{month_name(month)}: net results sum to {net.sum()}, not to minus the booked cost")
            pools = [self.accounts.position[name] for name in self.accounts.pools]
            if net[pools].any():
                raise LedgerError(f"{month_name(month)}: a pool or consortium bears cost")

    def balance(self, months: Sequence[int] | None = None) -> Integers:
        """Receipts minus payments per account, øre, shape (accounts,); all months by default."""
        total = np.zeros(len(self.accounts), np.int64)
        for month in self.months if months is None else months:
            if month in self.months:
                total += balances(self.months[month], len(self.accounts))
        return total

    def net(self, costs: CostBook, months: Sequence[int] | None = None) -> Integers:
        """Net result per owner: receipts minus payments minus booked cost, øre; owned accounts are 0."""
        chosen = list(self.months if months is None else months)
        booked = sum((costs.booked(month) for month in chosen), np.zeros(len(self.accounts), np.int64))
        return self.accounts.consolidated(self.balance(chosen) - booked)

    def frame(self) -> pd.DataFrame:
        """All rows as a data frame with the columns of :meth:`table`; names are categories."""
        import pandas as pd  # contracts are read without it

        rows = [np.concatenate(column) for column in zip(*self.months.values(), strict=True)] or [np.zeros(0, int)] * 6
        found = dict(zip(Rows._fields, rows, strict=True))
        names, towns = list(self.accounts.names), list(self.accounts.places.municipalities)
        of = {"payer": names, "payee": names, "clause": self.clauses, "municipality": towns, "organisation": names}
        months = [np.full(len(rows.amount), month) for month, rows in self.months.items()]
        return pd.DataFrame(
            {"month": np.concatenate(months) if months else np.zeros(0, np.int64)}
            | {column: pd.Categorical.from_codes(found[column], pd.Index(kinds)) for column, kinds in of.items()}
            | {"amount": found["amount"]}
        )

    def table(self) -> dict[str, list[Any]]:
        """All rows as columns: month, payer, payee, clause, municipality, organisation, amount (øre)."""
        names, towns = self.accounts.names, self.accounts.places.municipalities
        columns: dict[str, list[Any]] = {
            name: [] for name in ("month", "payer", "payee", "clause", "municipality", "organisation", "amount")
        }
        for month, rows in sorted(self.months.items()):
            columns["month"] += [month] * len(rows.amount)
            columns["payer"] += [names[account] for account in rows.payer.tolist()]
            columns["payee"] += [names[account] for account in rows.payee.tolist()]
            columns["clause"] += [self.clauses[clause] for clause in rows.clause.tolist()]
            columns["municipality"] += [towns[town] if town >= 0 else "" for town in rows.municipality.tolist()]
            columns["organisation"] += [names[place] if place >= 0 else "" for place in rows.organisation.tolist()]
            columns["amount"] += rows.amount.tolist()
        return columns


def balances(rows: Rows, accounts: int) -> Integers:
    """Receipts minus payments per account of a month's rows, øre."""
    total = np.zeros(accounts, np.int64)
    np.add.at(total, rows.payee, rows.amount)
    np.subtract.at(total, rows.payer, rows.amount)
    return total


def shift(base: Ledger, base_costs: CostBook, other: Ledger, other_costs: CostBook, payer: str) -> Shift:
    """Divide a payer's saving between two runs of the same accounts into its three sources.

    Parameters
    ----------
    base, other : Ledger
        Before and after.
    base_costs, other_costs : CostBook
        Their costs.
    payer : str
        Role of the payer: ``region``, ``municipality`` (all together), ``state`` or ``patients``.

    Raises
    ------
    LedgerError
        If the parts do not add up to the saving.
    """
    accounts = base.accounts
    if accounts.places != other.accounts.places:
        raise ValueError("the two runs have different organisations")
    purses = len(accounts) - len(accounts.pools)  # contracts differ in their pools, which stand last and end at zero
    change = other.net(other_costs)[:purses] - base.net(base_costs)[:purses]
    booked = sum(int(other_costs.booked(month).sum()) for month in other.months)
    booked -= sum(int(base_costs.booked(month).sum()) for month in base.months)
    payers = {
        role: int(change[accounts.role(role)].sum())
        for role in ("region", "municipality", "state", "patients", "outside")
    }
    saving = payers.pop(payer)
    margins = -int(change[accounts.role("gp")].sum())
    found = Shift(saving, -booked, margins, -sum(payers.values()))
    if saving != found.resources + found.margins + found.taken_over:
        raise LedgerError(f"the saving of {payer} ({saving} øre) is not the sum of its sources {tuple(found[1:])}")
    return found
