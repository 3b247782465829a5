"""A pool: what named clauses bring in is passed on by a key, so that the pool's holder keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from sim.measures import MEASURES
from sim.payment.accounts import Accounts, Cells
from sim.payment.activity import MonthActivity
from sim.payment.clauses.base import ClauseState, Integers, Numbers, split_exactly
from sim.payment.clauses.binding import Binding
from sim.payment.clauses.written import Amount, ClauseSpec, Id, Role
from sim.reading import InputError
from sim.validating import from_array


class PoolSpec(ClauseSpec):
    """A pool as written.

    Parameters
    ----------
    payer : str
        Who holds the money: the payee of the clauses named in ``returns``.
    returns : tuple of str
        Clauses further up whose flows are passed on.
    payee : str
        Only ``municipality``: to whom it is passed on.
    key : str
        ``population`` (residents of all ages) or ``older-residents``.
    of : amount
        The key's whole, when the payees are a part of it (the inhabitants of the region).
    rest_to : str
        Who receives the part of those outside the model.
    """

    kind: Literal["pool"]
    payer: Role
    payee: Literal["municipality"]
    returns: Annotated[tuple[Id, ...], from_array, Field(min_length=1, description="ids of clauses further up")]
    key: Literal["population", "older-residents"] = "population"
    of: Amount | None = None
    rest_to: Role = "outside"

    @model_validator(mode="after")
    def _one_rest(self) -> Self:
        if self.payer in ("municipality", self.rest_to):
            raise ValueError("the holder of a pool cannot pay itself")
        return self

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
    size: int = 1

    @classmethod
    def bind(cls, spec: PoolSpec, binding: Binding, earlier: Mapping[str, Any]) -> Pool:
        """Bind a pool to the clauses that feed it."""
        accounts = binding.accounts
        holder = accounts.role(spec.payer)[0]
        for index, name in enumerate(spec.returns):
            if name not in earlier:
                raise binding.source.unknown("clause further up called", name, earlier, (*binding.at, "returns", index))
            if np.any(earlier[name].cells.payee != holder):
                problem = (
                    f'the clause "{name}" is not paid to "{spec.payer}", so the pool would pay out what it never had'
                )
                raise binding.fail(problem, ("returns", index))
        towns = accounts.role("municipality")
        cells = Cells(
            payer=np.full(len(towns) + 1, holder),
            payee=np.append(towns, accounts.role(spec.rest_to)[0]),
            municipality=np.append(np.arange(len(towns)), -1),
            organisation=np.full(len(towns) + 1, -1),
        )
        of = None if spec.of is None else binding.number(spec.of, "of")
        return cls(spec, accounts, cells, of, all(earlier[name].linear for name in spec.returns))

    @property
    def id(self) -> str:
        """Name in the contract."""
        return self.spec.id

    @property
    def sources(self) -> tuple[str, ...]:
        """Clauses whose flows are passed on."""
        return self.spec.returns

    def start(self) -> ClauseState:
        """Return a state without a key until the first month."""
        places = len(self.accounts.places.municipalities)
        return {"key": np.append(np.zeros(places), 1.0)}

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
        key = np.append(share, 0.0 if self.of is None and whole else 1.0 - share.sum())
        return {**state, "key": key, "month": month.month, "closing": month.closing}, np.zeros(1)

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
