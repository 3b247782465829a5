"""A fee: an amount per unit of activity, by age and place, with steps by day, a cap per course and a yearly ceiling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sim.measures import MEASURE, MEASURES
from sim.payment.accounts import Accounts, Cells, axis_of
from sim.payment.activity import BANDS, MonthActivity
from sim.payment.clauses.base import EVERY_MONTH, ClauseState, Integers, Numbers, accrue, nearest_ore
from sim.payment.clauses.binding import Binding
from sim.payment.clauses.fee_items import FeeSpec, Item
from sim.payment.clauses.parts import Part


def bound_parts(item: Item, binding: Binding, earlier: Mapping[str, Any], key: tuple[str | int, ...]) -> list[Part]:
    """Parts of an item; a share of other clauses becomes a share of each of their parts."""
    inner = replace(binding, at=(*binding.at, *key))
    share = inner.by_age(item.share, "share", 1.0)
    if isinstance(item.share_of, tuple):
        found: list[Part] = []
        for name in item.share_of:
            source = earlier.get(name)
            if not isinstance(source, Fee):
                fees = [other for other, clause in earlier.items() if isinstance(clause, Fee)]
                raise binding.source.unknown("fee clause further up called", name, fees, (*inner.at, "share_of"))
            found.extend(replace(part, outer=part.outer * share) for part in source.parts)
        return found
    price = inner.by_age(1.0 if item.amount is None else item.amount, "amount") * share
    common = {
        "of_value": item.share_of == "value",
        "cap": None if item.cap is None else inner.number(item.cap, "cap"),
        "per_course": item.cap is not None and item.cap_per == "course",
        "steps": tuple((step.from_, inner.number(step.amount, "steps")) for step in item.steps),
        "filter": inner.filter(item.where),
        "outer": np.ones(BANDS),
    }
    return [Part(measure=MEASURE[name], price=price, **common) for name in item.on or ()]


@dataclass
class Fee:
    """A bound fee clause: totals are DKK by municipality and organisation, flattened."""

    spec: FeeSpec
    accounts: Accounts
    parts: tuple[Part, ...]
    axis: str
    cells: Cells
    ceiling: float | None
    key: tuple[Any, ...]
    kind: str = "fee"
    sources: tuple[str, ...] = ()
    _groups: tuple[Integers, ...] = field(init=False)

    @classmethod
    def bind(cls, spec: FeeSpec, binding: Binding, earlier: Mapping[str, Any]) -> Fee:
        """Bind a fee to the parameters and organisations of a run."""
        parts: list[Part] = []
        for index, item in enumerate(spec.items()):
            parts += bound_parts(item, binding, earlier, ("item", index) if spec.item else ())
        parts = [replace(part, remembers=f"course {index}") for index, part in enumerate(parts)]
        axis = axis_of(spec.payer, spec.payee, [MEASURES[part.measure].name for part in parts])
        accounts = binding.accounts
        cells = accounts.grid(spec.payer, spec.payee, axis)
        ceiling = None
        if spec.ceiling is not None:
            cells = Cells.join([cells, accounts.grid(spec.payer, spec.ceiling.excess_to, axis)])
            inner = replace(binding, at=(*binding.at, "ceiling"))
            ceiling = inner.number(spec.ceiling.amount, "amount")
            if spec.ceiling.rest is not None:
                ceiling = max(ceiling - inner.number(spec.ceiling.rest.level, "rest"), 0.0)
        return cls(spec, accounts, tuple(parts), axis, cells, ceiling, ("fee", axis, *(part.key for part in parts)))

    def __post_init__(self) -> None:
        """Note which cells each payee's ceiling covers."""
        places = len(self.accounts.places.municipalities)
        self._shape = (places, self.accounts.places.slots(self.axis))
        self.size = self._shape[0] * self._shape[1]
        payee = self.cells.payee[: self.size]
        self._groups = tuple(np.flatnonzero(payee == account) for account in np.unique(payee))
        self._measures = np.array([part.measure for part in self.parts])
        #: Whether it remembers courses from month to month.
        self.remembers = any(part.per_course for part in self.parts)

    @property
    def id(self) -> str:
        """Name in the contract."""
        return self.spec.id

    @property
    def linear(self) -> bool:
        """Whether flows add over people and months."""
        return self.ceiling is None and not self.remembers

    def start(self) -> ClauseState:
        """No activity seen yet."""
        shape = (12, len(self.parts), self._shape[0])
        return {"rated": np.zeros(shape), "units": np.zeros(shape)}

    def rate(self, state: ClauseState, month: MonthActivity) -> tuple[ClauseState, Numbers]:
        """Price the month's events."""
        kept: ClauseState = {}
        amounts = self._priced(month, state, kept) if self.remembers else self.amounts(month)
        rated, units = state["rated"].copy(), state["units"].copy()
        rated[month.month % 12] = amounts.sum(axis=(1, 3))
        units[month.month % 12] = month.units()[self._measures]
        new = {
            **state, **kept, "rated": rated, "units": units,
            "month": month.month, "closing": month.closing, "copies": month.copies,
        }  # fmt: skip
        return new, amounts.sum(axis=(0, 1)).ravel()

    def amounts(self, month: MonthActivity) -> Numbers:
        """Amounts by part, age band, municipality and slot, weighted, DKK; made once a month for all contracts."""
        found: Numbers = month.kept(self.key, lambda: self._priced(month, {}, {}))
        return found

    def _priced(self, month: MonthActivity, state: ClauseState, kept: ClauseState) -> Numbers:
        """Amounts by part, age band, municipality and slot, weighted."""
        amounts = np.empty((len(self.parts), BANDS, *self._shape))
        for index, part in enumerate(self.parts):
            if part.counted:
                cube = month.cube(part.measure, self.axis)
                np.multiply(cube[0], part.prices[0], out=amounts[index])
                amounts[index] += cube[1] * part.prices[1]
            else:
                amounts[index] = part.row_by_row(month, self.axis, state, kept)
        return amounts * month.weight

    def due(self, state: ClauseState, totals: Numbers, final: bool = True) -> Numbers:
        """Flows of a period: the totals, above the ceiling turned to its other payee."""
        del final
        if self.ceiling is None:
            return totals
        room = self.ceiling * float(state.get("copies", 1.0))
        kept = np.empty_like(totals)
        for group in self._groups:
            mine = np.take(totals, group, axis=-1)
            sums = mine.sum(axis=-1, keepdims=True)
            share = np.divide(room, sums, out=np.ones_like(sums), where=sums > room)
            kept[..., group] = mine * share
        return np.concatenate([kept, totals - kept], axis=-1)

    def settle(self, state: ClauseState, totals: Numbers) -> tuple[ClauseState, Numbers]:
        """Settle one month."""
        return accrue(self, state, totals, EVERY_MONTH, plain=self.ceiling is None)

    def typical(self, state: ClauseState) -> Numbers:
        """Mean rated amount per unit of each measure in each municipality, shape (measures, municipalities), DKK.

        It counts every event of the measure, also those that the filter rules out, over the last twelve months; the
        list price where none has been seen (0 for a share of an unseen value).
        """
        rated, units = state["rated"].sum(axis=0), state["units"].sum(axis=0)
        found = np.zeros((len(MEASURES), self._shape[0]))
        for index, part in enumerate(self.parts):
            listed = 0.0 if part.of_value else float((part.price * part.outer).mean())
            if part.steps:
                listed *= part.steps[0][1]
            list_price = np.full(self._shape[0], listed)
            found[part.measure] += np.divide(rated[index], units[index], out=list_price, where=units[index] > 0)
        return found

    def unit_totals(self, state: ClauseState) -> Numbers:
        """Totals of one more unit of each measure, at the first organisation of each municipality."""
        totals = np.zeros((len(MEASURES), self._shape[0], *self._shape))
        price = self.typical(state)
        for place, slot in enumerate(first_slots(self.accounts, self.axis)):
            totals[:, place, place, slot] = price[:, place]
        return totals.reshape(len(MEASURES), self._shape[0], self.size)

    def rounded(self, flows: Numbers, source: int) -> Integers:
        """Flows in whole øre."""
        del source
        return nearest_ore(flows)


def first_slots(accounts: Accounts, axis: str) -> list[int]:
    """First slot along an axis that belongs to each municipality."""
    places = accounts.places
    owners = {"practice": places.practice_municipality, "unit": places.unit_municipality}.get(axis)
    slots = []
    for place in range(len(places.municipalities)):
        if owners is not None:
            slots.append(owners.index(place) + 1 if place in owners else 0)
        else:
            slots.append(min(1, places.slots(axis) - 1))
    return slots
