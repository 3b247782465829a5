"""Spending on which shared savings and bundles are counted: measures at a stated value, and what fee clauses pay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from sim.measures import FLAG, MEASURE, MEASURES
from sim.payment.activity import BANDS, Events, MonthActivity, summed
from sim.payment.clauses.base import Numbers
from sim.payment.clauses.binding import Binding, Filter
from sim.payment.clauses.fee import Fee
from sim.payment.clauses.shared_savings import Spending
from sim.payment.clauses.written import Where
from sim.payment.costs import BY_VALUE, SPLIT, CostTable

#: Who bears spending: the region for its citizens in each municipality, or the municipality.
BEARERS: Final[tuple[str, ...]] = ("region", "municipality")
_FEES: Final = "a fee that region or municipality pays, with no cap per course"
#: Where the flag of another hospital stands in a filter on what is done here, and in one on what is done elsewhere.
_PLACE: Final[tuple[str, ...]] = ("without", "flags")


class SpendingLine(NamedTuple):
    """One measure's part of spending: who bears it, and its price or the part of a fee clause that pays it.

    ``price`` is DKK per unit, for a hospital course DKK per DKK of tariff value. Before any is seen a unit is expected
    to be of the ``usual`` line: one here, where the measure costs something else at another hospital.
    """

    measure: int
    bearer: int
    price: float
    filter: Filter | None
    fee: Fee | None
    part: int
    usual: bool = True

    def valued(self, month: MonthActivity) -> Numbers:
        """Spending by municipality and age band, weighted, DKK."""
        if self.fee is not None:
            return np.asarray(self.fee.by_band(month)[self.part].T)
        if self.filter is None:
            return np.asarray(month.quantities()[self.measure] * (self.price * month.weight))
        events = self.filter.passing(month, self.measure)
        scale = self.price * month.weight / self._parts
        places = len(month.places.municipalities)
        cells = events.column("municipality") * BANDS + events.column("band")
        sums = summed(cells, events.column(self._counted), places * BANDS)
        return sums.reshape(places, BANDS) * scale

    @property
    def of_value(self) -> bool:
        """Whether it counts tariff value."""
        return self._counted == "value" if self.fee is None else self.fee.parts[self.part].of_value

    @property
    def _counted(self) -> str:
        return "value" if MEASURES[self.measure].name == BY_VALUE else "quantity"

    @property
    def _parts(self) -> float:
        """How many of what the column counts make a unit of the price: values are in øre."""
        return 100.0 if MEASURES[self.measure].name == BY_VALUE else 1.0

    def by_row(self, month: MonthActivity) -> tuple[Events, Numbers]:
        """Events that count, and what each comes to, unweighted, DKK."""
        if self.fee is not None:
            part = self.fee.parts[self.part]
            events = part.filter.passing(month, self.measure)
            return events, part.amounts(events) * part.outer[events.column("band")]
        events = month.events(self.measure) if self.filter is None else self.filter.passing(month, self.measure)
        return events, np.asarray(events.column(self._counted) * (self.price / self._parts))

    def units(self, month: MonthActivity) -> Numbers:
        """Units over which the mean value of one is taken, by municipality, weighted: one more is of that kind.

        Courses that an act makes or avoids are acute, so those that are not do not thin out the mean of acute ones.
        """
        return units_of(month, self.measure, self.filter)


def units_of(month: MonthActivity, measure: int, filtered: Filter | None) -> Numbers:
    """Units of a measure by municipality, weighted; of acute ones alone where a filter asks for those."""
    if filtered is None or not filtered.wanted & FLAG["acute"]:
        return np.asarray(month.units()[measure])
    return month.units_with(measure, "acute")


def spending_lines(
    part: Spending, valued_at: str, table: CostTable, earlier: Mapping[str, Any], binding: Binding
) -> list[SpendingLine]:
    """Lines of one part of spending, with errors that name its place."""
    if part.clause is not None:
        fee = earlier.get(part.clause)
        if not isinstance(fee, Fee):
            fees = [name for name, clause in earlier.items() if isinstance(clause, Fee)]
            raise binding.source.unknown("fee clause further up called", part.clause, fees, (*binding.at, "clause"))
        if fee.spec.payer not in BEARERS:
            raise binding.fail(f'the clause "{part.clause}" is not paid by region or municipality', ("clause",), _FEES)
        if fee.remembers:
            raise binding.fail(f'the clause "{part.clause}" is capped per course over months', ("clause",), _FEES)
        bearer = BEARERS.index(fee.spec.payer)
        return [SpendingLine(one.measure, bearer, 0.0, None, fee, index) for index, one in enumerate(fee.parts)]
    assert part.on is not None
    try:
        role, price = table.per_unit(part.on, valued_at)
        there = table.per_unit(part.on, valued_at, elsewhere=True)[1] if part.on in SPLIT else price
    except KeyError as error:
        raise binding.fail(f'"{part.on}" has no cost of its own', ("on",), "a measure with a cost") from error
    if role not in BEARERS:
        allowed = "what region or municipalities bear; for general practice the fee clauses"
        raise binding.fail(f'"{part.on}" is borne by the practice, not by a payer', ("on",), allowed)
    if there == price:
        return [_counted(part.on, part.where, role, price, True, binding)]
    here, elsewhere = (part.where.model_copy(update={key: (*getattr(part.where, key), "external")}) for key in _PLACE)
    return [
        _counted(part.on, here, role, price, True, binding),
        _counted(part.on, elsewhere, role, there, False, binding),
    ]


def _counted(on: str, where: Where, role: str, price: float, usual: bool, binding: Binding) -> SpendingLine:
    """One measure at one price; rows are looked at only where the month's sums do not say enough."""
    found = binding.filter(where)
    plain = found.counted and bool(found.age.all()) and bool(found.municipality.all()) and bool(found.enrolled.all())
    needs_rows = not plain or on == BY_VALUE
    return SpendingLine(MEASURE[on], BEARERS.index(role), price, found if needs_rows else None, None, 0, usual)
