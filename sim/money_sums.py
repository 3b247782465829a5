"""Sums of the ledger and of the booked cost by group and year, in øre."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.indicator_sums import Floats, Sums, Table
from sim.run_record import RunRecord

#: Owners in the order of every table; a ward's purse is the region's, a home-care unit's the municipality's.
PAYERS: Final = ("region", "municipality", "state", "gp", "patients", "outside", "consortium", "pool")
_OWNER: Final[dict[str, str]] = {"ward": "region", "hospital": "region", "home-care": "municipality"}
_COST_KINDS: Final = ("booked", "long_run", "tariff")


def owner_of(account: str) -> str:
    """Whose money an account is: ``gp`` for ``gp/Randers 1``, ``region`` for a ward."""
    role = account.partition("/")[0]
    return _OWNER.get(role, role)


def money_sums(record: RunRecord, people: Table) -> Table:
    """Payments and costs by (group, period), with the person-years and years that they are divided by.

    Groups are ``all``, every municipality, ``payer=`` every owner with an account in use, ``sector=`` every sector of
    the cost table. Rows of months outside the record (burn-in) do not count.
    """
    ledger, costs = _Amounts(record.ledger, record), _Amounts(record.costs, record)
    accounts = {*ledger.names("payer"), *ledger.names("payee"), *costs.names("account")}
    owners = {owner_of(account) for account in accounts}
    payers = [name for name in PAYERS if name in owners] + sorted(owners - set(PAYERS))
    places, sectors = record.municipality_names, sorted(costs.names("sector"))
    groups = ("all", *(f"municipality={name}" for name in places))
    groups += (*(f"payer={name}" for name in payers), *(f"sector={name}" for name in sectors))

    def along(amounts: _Amounts, amount: str, account: str) -> Floats:
        """Sums of one column of amounts for all groups, shape (groups, periods)."""
        by_payer = amounts.by(amount, account, payers, owner_of)
        by_place = amounts.by(amount, "municipality", places)
        by_sector = amounts.by(amount, "sector", sectors)
        return np.concatenate([by_payer.sum(axis=0, keepdims=True), by_place, by_payer, by_sector])

    sums: Sums = {"paid": along(ledger, "amount", "payer"), "received": along(ledger, "amount", "payee")}
    sums |= {kind: along(costs, kind, "account") for kind in _COST_KINDS}
    for name in ("person_years", "years"):
        sums[name] = np.stack([people.sums[name][_people_row(group, people)] for group in groups])
    return Table(groups, people.periods, sums)


def _people_row(group: str, people: Table) -> int:
    """The people a group's money is divided by: its own where it is a group of people, else everyone."""
    return people.groups.index(group) if group in people.groups else 0


class _Amounts:
    """A table of amounts with its text columns as numbers; rows of months outside the record are left out."""

    def __init__(self, table: pd.DataFrame, record: RunRecord) -> None:
        months = table["month"].to_numpy(np.int64)
        inside = (months >= record.months[0]) & (months <= record.months[-1])
        first = record.months[0] // 12
        self._table = table if inside.all() else table[inside]
        self._year = months[inside] // 12 - first
        self._years = record.months[-1] // 12 - first + 1
        self._coded: dict[str, tuple[NDArray[np.int64], list[str]]] = {}
        self._placed: dict[str, NDArray[np.int64]] = {}

    def _codes(self, column: str) -> tuple[NDArray[np.int64], list[str]]:
        """Code of each row (-1 for nothing) and the names by code; categories carry theirs already."""
        if column not in self._coded:
            values = self._table[column]
            if isinstance(values.dtype, pd.CategoricalDtype):
                codes, uniques = values.cat.codes.to_numpy(), values.cat.categories
            else:
                codes, uniques = pd.factorize(values)
            self._coded[column] = np.asarray(codes, np.int64), [str(name) for name in uniques]
        return self._coded[column]

    def names(self, column: str) -> set[str]:
        """Names that occur in a column."""
        codes, names = self._codes(column)
        seen = np.bincount(codes[codes >= 0], minlength=len(names)) > 0
        return {name for name, there in zip(names, seen, strict=True) if there}

    def _cells(self, column: str, wanted: Sequence[str], translate: Callable[[str], str] | None) -> NDArray[np.int64]:
        """Cell of each row in a table (1 + wanted, years); row 0 takes what belongs to none of those wanted."""
        if column not in self._placed:
            codes, names = self._codes(column)
            position = {name: at for at, name in enumerate(wanted, 1)}
            found = [position.get(translate(name) if translate else name, 0) for name in names]
            self._placed[column] = np.asarray([*found, 0], np.int64)[codes] * self._years + self._year
        return self._placed[column]

    def by(
        self, amount: str, column: str, wanted: Sequence[str], translate: Callable[[str], str] | None = None
    ) -> Floats:
        """Sums of shape (wanted, 1 + years), the whole run first; sums of whole øre are exact below 2**53."""
        if column not in self._table:
            return np.zeros((len(wanted), 1 + self._years))
        cells = self._cells(column, wanted, translate)
        amounts = self._table[amount].to_numpy()
        yearly = np.bincount(cells, amounts, (1 + len(wanted)) * self._years).reshape(-1, self._years)[1:]
        return np.concatenate([yearly.sum(axis=1, keepdims=True), yearly], axis=1)
