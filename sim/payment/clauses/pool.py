"""A pool: what named clauses bring in or pay out is divided by a key, so that the pool itself is always empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from sim.measures import MEASURES
from sim.payment.accounts import Accounts, Cells
from sim.payment.activity import MonthActivity
from sim.payment.clauses.base import EVERY_MONTH, ClauseState, Integers, Numbers, split_exactly
from sim.payment.clauses.binding import Binding, share_number
from sim.payment.clauses.shared_savings import check_key
from sim.payment.clauses.written import Amount, ClauseSpec, Id, Role
from sim.reading import InputError
from sim.validating import from_array

Ids = Annotated[tuple[Id, ...], from_array, Field(description="ids of clauses further up")]
PutIn = Annotated[
    dict[Literal["region", "municipality"], Any],
    BeforeValidator(check_key),
    Field(description="a table of shares of region and municipality that sum to 1"),
]


class PoolSpec(ClauseSpec):
    """A pool as written: it passes on what clauses bring in (``returns``), or covers what they pay out (``covers``).

    Parameters
    ----------
    payer : str
        Who holds money to be passed on: the payee of the clauses named in ``returns``.
    returns : tuple of str
        Clauses further up whose flows are passed on.
    payee : str
        To whom it is passed on, which is ``municipality``; or the pool that is filled: the payer of the clauses named
        in ``covers``.
    covers : tuple of str
        Clauses further up whose payments are covered, whatever they come to.
    put_in : key
        Shares by which region and municipalities cover them, summing to 1.
    key : str
        Among municipalities: ``population`` (residents of all ages) or ``older-residents``.
    of : amount
        The key's whole, when the municipalities are a part of it (the inhabitants of the region).
    rest_to : str
        Who receives, or puts in, the part of those outside the model.
    """

    kind: Literal["pool"]
    payer: Role | None = None
    payee: Role
    returns: Ids = ()
    covers: Ids = ()
    put_in: PutIn | None = None
    key: Literal["population", "older-residents"] = "population"
    of: Amount | None = None
    rest_to: Role = "outside"

    @model_validator(mode="after")
    def _one_direction(self) -> Self:
        if bool(self.returns) == bool(self.covers):
            raise ValueError("a pool names either clauses that it returns or clauses that it covers")
        if self.returns and (self.payer is None or self.payee != "municipality" or self.put_in is not None):
            raise ValueError('what is returned has a payer that holds it, the payee "municipality", and no put_in')
        if self.covers and (self.payer is not None or "/" not in self.payee or self.put_in is None):
            raise ValueError('what is covered is put in by key into a payee called "pool/<name>", and has no payer')
        if self.payer in ("municipality", self.rest_to):
            raise ValueError("the holder of a pool cannot pay itself")
        return self

    @property
    def holder(self) -> str:
        """Role that holds the money between coming in and going out."""
        return self.payee if self.payer is None else self.payer

    def measures(self) -> tuple[str, ...]:
        """A pool looks at flows, not at activity."""
        return ()


@dataclass
class Pool:
    """A bound pool: its one total is what its source clauses moved, in DKK."""

    spec: PoolSpec
    accounts: Accounts
    cells: Cells
    of: float | None
    linear: bool
    kind: str = "pool"
    of_value: bool = False
    measures_by_row: frozenset[int] = frozenset()
    paid_in: tuple[int, ...] = EVERY_MONTH
    size: int = 1

    @classmethod
    def bind(cls, spec: PoolSpec, binding: Binding, earlier: Mapping[str, Any]) -> Pool:
        """Bind a pool to the clauses that feed it."""
        accounts, key = binding.accounts, "returns" if spec.returns else "covers"
        holder = accounts.role(spec.holder)[0]
        for index, name in enumerate(spec.returns + spec.covers):
            if name not in earlier:
                raise binding.source.unknown("clause further up called", name, earlier, (*binding.at, key, index))
            cells = earlier[name].cells
            if np.any((cells.payee if spec.returns else cells.payer) != holder):
                way = "paid to" if spec.returns else "paid by"
                problem = f'the clause "{name}" is not {way} "{spec.holder}", so the pool would not be empty'
                raise binding.fail(problem, (key, index), f'clauses {way} "{spec.holder}"')
        towns = accounts.role("municipality")
        members = np.append(towns, accounts.role(spec.rest_to)[0])
        members = np.append(members, accounts.role("region")) if spec.covers else members
        pool = np.full(len(members), holder)
        cells = Cells(
            payer=pool if spec.returns else members,
            payee=members if spec.returns else pool,
            municipality=np.where(np.isin(members, towns), np.arange(len(members)), -1),
            organisation=np.full(len(members), -1),
        )
        of = None if spec.of is None else binding.number(spec.of, "of")
        return cls(spec, accounts, cells, of, all(earlier[name].linear for name in spec.returns + spec.covers))

    @property
    def id(self) -> str:
        """Name in the contract."""
        return self.spec.id

    @property
    def sources(self) -> tuple[str, ...]:
        """Clauses whose flows are passed on or covered."""
        return self.spec.returns + self.spec.covers

    @property
    def of_region(self) -> float:
        """Share that the region puts in of what is covered."""
        return share_number((self.spec.put_in or {}).get("region", 0.0))

    def start(self) -> ClauseState:
        """Return a state without a key until the first month."""
        places = len(self.accounts.places.municipalities)
        return {"key": self._key(np.zeros(places), 1.0)}

    def rate(self, state: ClauseState, month: MonthActivity) -> tuple[ClauseState, Numbers]:
        """Note the key of the month; the total comes from the source clauses."""
        if self.spec.key == "population":
            held = np.asarray(month.population, dtype=np.float64)
        else:
            held = month.residents().sum(axis=1)
        whole = float(held.sum()) if self.of is None else self.of
        if whole < held.sum():
            problem = f'clause "{self.id}": its whole of {whole:g} is less than the {held.sum():g} of its payees'
            raise InputError(problem, key=str(self.spec.of), allowed=f"at least {held.sum():g}")
        share = held / whole if whole else np.zeros(len(held))
        key = self._key(share, 0.0 if self.of is None and whole else 1.0 - share.sum())
        return {**state, "key": key, "month": month.month, "closing": month.closing}, np.zeros(1)

    def _key(self, share: Numbers, left: float) -> Numbers:
        """Share of each cell, from those of municipalities and of the rest outside the model."""
        key = np.append(share, left)
        return np.append(key * (1.0 - self.of_region), self.of_region) if self.spec.covers else key

    def gained(self, state: ClauseState) -> dict[str, Numbers]:
        """What each role gains by one krone that the named clauses move, seen from each municipality."""
        key, sign = state["key"], -1.0 if self.spec.covers else 1.0
        own = key[: len(self.accounts.places.municipalities)]
        region = np.full_like(own, key[-1] if self.spec.covers else 0.0)
        found = {"municipality": sign * own, "region": sign * region, "outside": sign * (1.0 - region - own)}
        found[self.spec.holder] = found.get(self.spec.holder, np.zeros_like(own)) - sign
        return found

    def due(self, state: ClauseState, totals: Numbers, final: bool = True) -> Numbers:
        """Flows of a period: the total by key."""
        del final
        key: Numbers = state["key"]
        return totals * key

    def settle(self, state: ClauseState, totals: Numbers) -> tuple[ClauseState, Numbers]:
        """Settle one month: nothing is kept back."""
        flat = totals.reshape(-1, 1)
        return state, self.due(state, flat).reshape(*totals.shape[:-1], len(self.cells))

    def unit_totals(self, state: ClauseState) -> Numbers:
        """Nothing of its own: a pool's totals are its sources' flows."""
        del state
        return np.zeros((len(MEASURES), len(self.accounts.places.municipalities), 1))

    def rounded(self, flows: Numbers, source: int) -> Integers:
        """What came in, divided to the last øre."""
        return split_exactly(flows, source)
