"""A fee: an amount per unit of activity, by age and place, with steps by day, a cap per course and a yearly ceiling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np

from sim.measures import MEASURE, MEASURES
from sim.payment.accounts import Accounts, Cells, axis_of
from sim.payment.activity import BANDS, MonthActivity, needs_rows
from sim.payment.clauses.base import EVERY_MONTH, ClauseState, Integers, Numbers, accrue, nearest_ore, ratio
from sim.payment.clauses.binding import Binding
from sim.payment.clauses.ceiling import ADDED, BoundCeiling
from sim.payment.clauses.fee_items import FeeSpec, Item
from sim.payment.clauses.parts import Part

#: What is remembered of the last twelve months, (3, calendar months, parts, municipalities): amounts, events and
#: readmissions.
_SEEN: Final = "seen events"


def bound_parts(
    item: Item, binding: Binding, earlier: Mapping[str, Any], key: tuple[str | int, ...], every: Numbers
) -> list[Part]:  # fmt: skip
    """Parts of an item, paid ``every`` times by age band; a share of other clauses is one of each of their parts."""
    inner = replace(binding, at=(*binding.at, *key))
    share = inner.by_age(item.share, "share", 1.0) * inner.by_age(item.times, "times") * every
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
    """A bound fee clause: totals are DKK by municipality and organisation, flattened, then what a ceiling adds."""

    spec: FeeSpec
    accounts: Accounts
    parts: tuple[Part, ...]
    axis: str
    cells: Cells
    ceiling: BoundCeiling | None
    key: tuple[Any, ...]
    kind: str = "fee"
    paid_in: tuple[int, ...] = EVERY_MONTH
    sources: tuple[str, ...] = ()
    _groups: tuple[Integers, ...] = field(init=False)

    @classmethod
    def bind(cls, spec: FeeSpec, binding: Binding, earlier: Mapping[str, Any]) -> Fee:
        """Bind a fee to the parameters and organisations of a run."""
        parts: list[Part] = []
        every = binding.by_age(spec.times if spec.item else 1.0, "times")
        for index, item in enumerate(spec.items()):
            parts += bound_parts(item, binding, earlier, ("item", index) if spec.item else (), every)
        parts = [replace(part, remembers=f"course {index}") for index, part in enumerate(parts)]
        axis = axis_of(spec.payer, spec.payee, [MEASURES[part.measure].name for part in parts])
        accounts = binding.accounts
        cells = accounts.grid(spec.payer, spec.payee, axis)
        ceiling = None
        if spec.ceiling is not None:
            cells = Cells.join([cells, accounts.grid(spec.payer, spec.ceiling.excess_to, axis)])
            ceiling = BoundCeiling.bind(spec.ceiling, binding)
        return cls(spec, accounts, tuple(parts), axis, cells, ceiling, ("fee", axis, *(part.key for part in parts)))

    def __post_init__(self) -> None:
        """Note which cells each payee's ceiling covers."""
        self.slots = self.accounts.places.slots(self.axis)
        self._shape = (len(self.accounts.places.municipalities), self.slots)
        self.own = self._shape[0] * self._shape[1]
        self.size = self.own + (ADDED if self.ceiling is not None else 0)
        payee = self.cells.payee[: self.own]
        self._groups = tuple(np.flatnonzero(payee == account) for account in np.unique(payee))
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

    @property
    def of_value(self) -> bool:
        """Whether it pays a share of tariff value."""
        return any(part.of_value for part in self.parts)

    @property
    def measures_by_row(self) -> frozenset[int]:
        """Measures that are priced event by event, or summed by whom they are paid to and not by who delivers them."""
        parts = self.parts
        return frozenset(part.measure for part in parts if not part.counted or needs_rows(part.measure, self.axis))

    def start(self) -> ClauseState:
        """No activity seen yet."""
        seen: ClauseState = {_SEEN: np.zeros((3, 12, len(self.parts), self._shape[0]))}
        return seen if self.ceiling is None else seen | self.ceiling.start(self._shape[0])

    def rate(self, state: ClauseState, month: MonthActivity) -> tuple[ClauseState, Numbers]:
        """Price the month's events."""
        return self.alone.rate([state], month)[0]

    def by_band(self, month: MonthActivity) -> Numbers:
        """Amounts by part, age band and municipality, weighted, DKK; not for fees that remember courses."""
        found: Numbers = month.kept(("by band", self.key), lambda: self.alone.by_band(month))
        return found

    @cached_property
    def alone(self) -> FeeSchedule:
        """The fee as a schedule of its own."""
        return FeeSchedule((self,))

    def due(self, state: ClauseState, totals: Numbers, final: bool = True) -> Numbers:
        """Flows of a period: the totals; at the year's end what lies above the ceiling turned to its other payee."""
        del state
        if self.ceiling is None:
            return totals
        own = totals[..., : self.own]
        kept = own.copy()
        for group in self._groups if final else ():
            mine, room = np.take(own, group, axis=-1), self.ceiling.room(totals)
            sums = mine.sum(axis=-1, keepdims=True)
            share = np.divide(room, sums, out=np.ones_like(sums), where=sums > room)
            kept[..., group] = mine * share
        return np.concatenate([kept, own - kept], axis=-1)

    def under_ceiling(self, state: ClauseState, totals: Numbers, month: MonthActivity) -> tuple[ClauseState, Numbers]:
        """State and totals of a rated month with the ceiling's part."""
        if self.ceiling is None:
            return state, totals
        kept, added = self.ceiling.rate(state, month, float(totals.sum()), lambda: self.by_band(month).sum(axis=0))
        return {**state, **kept}, np.concatenate([totals, added])

    def chance_of_rest(self, state: ClauseState) -> Numbers:
        """Standard deviation by chance in the rest of the region, at its place in the totals, DKK."""
        chance = np.zeros(self.size)
        if self.ceiling is not None:
            chance[-1] = self.ceiling.rest.spread * float(state.get("copies", 1.0))
        return chance

    def settle(self, state: ClauseState, totals: Numbers) -> tuple[ClauseState, Numbers]:
        """Settle one month."""
        return accrue(self, state, totals, EVERY_MONTH, plain=self.ceiling is None)

    def typical(self, state: ClauseState) -> Numbers:
        """Mean rated amount per unit of each measure in each municipality, shape (measures, municipalities), DKK.

        It counts every event of the measure, also those that the filter rules out, over the last twelve months; the
        list price where none has been seen (0 for a share of an unseen value).
        """
        found: Numbers = self.alone.typical([state])[0]
        return found

    def more_of_readmission(self, state: ClauseState) -> Numbers | None:
        """Totals of one more readmission beyond those of one of the usual mix, as :meth:`unit_totals`.

        None if the fee does not tell readmissions apart: then both are rated alike.
        """
        if all(part.of_readmission is None for part in self.parts):
            return None
        rated, units, readmitted = state[_SEEN].sum(axis=1)
        found = np.zeros((len(MEASURES), self._shape[0]))
        for index, part in enumerate(self.parts):
            if part.of_readmission is not None:
                mean, alone = (ratio(rated[index], count[index]) for count in (units, readmitted))
                found[part.measure] += alone - mean
        return self._at_first(found)

    def unit_totals(self, state: ClauseState) -> Numbers:
        """Totals of one more unit of each measure, at the first organisation of each municipality."""
        return self._at_first(self.typical(state))

    def _at_first(self, price: Numbers) -> Numbers:
        """Totals of amounts (measures, municipalities) at the first organisation of each municipality."""
        totals = np.zeros((len(MEASURES), self._shape[0], *self._shape))
        for place, slot in enumerate(first_slots(self.accounts, self.axis)):
            totals[:, place, place, slot] = price[:, place]
        flat = totals.reshape(len(MEASURES), self._shape[0], self.own)
        return np.pad(flat, ((0, 0), (0, 0), (0, self.size - self.own)))

    def rounded(self, flows: Numbers, source: int) -> Integers:
        """Flows in whole øre."""
        del source
        return nearest_ore(flows)


class Priced(NamedTuple):
    """What a month's events earn under a schedule of fees, weighted, DKK.

    ``seen`` (3, parts, municipalities) are amounts, events and readmissions of each part; ``totals`` (fees,
    municipalities x slots).
    """

    seen: Numbers
    totals: Sequence[Numbers]


class FeeSchedule:
    """Fees that post along the same axis, priced together.

    Parameters
    ----------
    fees : tuple of Fee
        One that remembers courses stands alone: what it pays depends on its state.
    """

    def __init__(self, fees: Sequence[Fee]) -> None:
        self.fees, self.axis, self.places = tuple(fees), fees[0].axis, fees[0].own // fees[0].slots
        self.parts = [part for fee in fees for part in fee.parts]
        self.key = ("schedule", *(fee.key for fee in fees))
        ends = np.cumsum([len(fee.parts) for fee in fees]).tolist()
        self._of_fee = [slice(end - len(fee.parts), end) for fee, end in zip(fees, ends, strict=True)]
        self._measures = np.array([part.measure for part in self.parts])
        self._fee_of_part = np.repeat(np.arange(len(fees)), [len(fee.parts) for fee in fees])
        self._counted = [index for index, part in enumerate(self.parts) if part.counted]
        self._single = [index for index, part in enumerate(self.parts) if not part.counted]
        self._of_readmission = [index for index, part in enumerate(self.parts) if part.of_readmission]
        self._prices = np.array([self.parts[index].prices for index in self._counted])
        self._listed = np.repeat([[part.list_price] for part in self.parts], self.places, axis=1)

    def rate(self, states: Sequence[ClauseState], month: MonthActivity) -> list[tuple[ClauseState, Numbers]]:
        """New states and totals of all fees."""
        kept: list[ClauseState] = [{} for _ in self.fees]
        if any(fee.remembers for fee in self.fees):
            priced = self.priced(month, states, kept)
        else:
            priced = month.kept(self.key, lambda: self.priced(month, states, kept))
        seen = np.concatenate([state[_SEEN] for state in states], axis=2)
        seen[:, month.month % 12] = priced.seen
        common = {"month": month.month, "closing": month.closing, "copies": month.copies}
        new = [
            {**state, **courses, _SEEN: seen[:, :, own], **common}
            for state, courses, own in zip(states, kept, self._of_fee, strict=True)
        ]
        return [
            fee.under_ceiling(state, totals, month)
            for fee, state, totals in zip(self.fees, new, priced.totals, strict=True)
        ]

    def priced(self, month: MonthActivity, states: Sequence[ClauseState], kept: Sequence[ClauseState]) -> Priced:
        """Price a month; courses that must be remembered are read from ``states`` and go into ``kept``."""
        amounts = np.empty((len(self.parts), self.places, self.fees[0].slots))
        if self._counted:
            cubes = month.cubes(self._measures[self._counted], self.axis)
            # one loop over integers and prices: three times as fast as products that are stored and summed
            amounts[self._counted] = np.einsum("pebms,pebm->pms", cubes, self._prices)
        for index in self._single:
            fee = self._fee_of_part[index]
            amounts[index] = self.parts[index].row_by_row(month, self.axis, states[fee], kept[fee]).sum(axis=0)
        amounts *= month.weight
        totals = [amounts[own].sum(axis=0).ravel() for own in self._of_fee]
        seen = np.zeros((3, len(self.parts), self.places))
        seen[0], seen[1] = amounts.sum(axis=2), month.units()[self._measures]
        for index in self._of_readmission:
            seen[2, index] = month.units_with(self.parts[index].measure, "readmission")
        return Priced(seen, totals)

    def by_band(self, month: MonthActivity) -> Numbers:
        """Amounts by part, age band and municipality, weighted, DKK."""
        amounts = np.empty((len(self.parts), BANDS, self.places))
        if self._counted:
            cubes = month.cubes(self._measures[self._counted], self.axis)
            amounts[self._counted] = np.einsum("pebms,pebm->pbm", cubes, self._prices)
        for index in self._single:
            amounts[index] = self.parts[index].row_by_row(month, self.axis, {}, {}).sum(axis=2)
        amounts *= month.weight
        return amounts

    def typical(self, states: Sequence[ClauseState]) -> Numbers:
        """Mean rated amount per unit, shape (fees, measures, municipalities), as :meth:`Fee.typical`."""
        rated, units = np.concatenate([state[_SEEN][:2] for state in states], axis=2).sum(axis=1)
        mean = np.divide(rated, units, out=self._listed.copy(), where=units > 0)
        found = np.zeros((len(self.fees), len(MEASURES), self.places))
        np.add.at(found, (self._fee_of_part, self._measures), mean)
        return found


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
