"""Counts above and below the line of an indicator, for every payee that is judged by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.measures import FLAG, MEASURE
from sim.payment.accounts import Places
from sim.payment.activity import MonthActivity, needs_rows, summed
from sim.payment.clauses.base import Numbers
from sim.payment.clauses.binding import Binding, Filter
from sim.payment.clauses.bonus_terms import PEOPLE, Criterion

_AXIS = {"gp": "practice", "home-care": "unit", "ward": "ward"}


@dataclass(frozen=True)
class Payees:
    """Who is judged: ``role``, the axis of its organisations, and ``belongs`` (municipalities, payees): 1 where it is.

    A region and its wards belong to every municipality.
    """

    role: str
    axis: str
    belongs: Numbers

    @classmethod
    def of(cls, role: str, places: Places) -> Payees:
        """All accounts of a role."""
        towns = len(places.municipalities)
        owners = {"gp": places.practice_municipality, "home-care": places.unit_municipality}.get(role)
        if owners is not None:
            belongs = np.arange(towns)[:, None] == np.array(owners, np.int64)
        elif role == "municipality":
            belongs = np.eye(towns)
        else:
            belongs = np.ones((towns, len(places.wards) if role == "ward" else 1))
        return cls(role, _AXIS.get(role, "none"), np.asarray(belongs, dtype=np.float64))

    def first(self, town: int) -> int | None:
        """Position of the first payee of a municipality, which stands for all of them."""
        found = np.flatnonzero(self.belongs[town])
        return int(found[0]) if len(found) else None

    def people(self, month: MonthActivity, chronic: bool = False) -> Numbers:
        """Person-years of the month by payee, weighted; of those with COPD or type 2 diabetes."""
        groups = slice(1, None) if chronic else slice(None)
        days = month.all_persons()[..., groups].sum(axis=(2, 3)) * (month.weight / month.year_days)
        if self.role == "gp":
            return np.asarray(days.sum(axis=1))
        by_town = days.sum(axis=0)
        shared = self.belongs / np.maximum(self.belongs.sum(axis=1, keepdims=True), 1.0)
        return np.asarray(by_town @ shared)

    def by_payee(self, table: Numbers) -> Numbers:
        """Sums by payee of a table (municipalities, slots of the axis)."""
        if self.axis != "none":
            return np.asarray(table[:, 1:].sum(axis=0))
        return np.asarray(table[:, 0] @ self.belongs)

    def by_town(self, table: Numbers) -> Numbers:
        """Sums by municipality of what belongs to a payee, of a table (municipalities, slots of the axis)."""
        return np.asarray(table[:, 1:].sum(axis=1) if self.axis != "none" else table[:, 0])


@dataclass(frozen=True)
class Line:
    """A measure counted in an indicator: ``criterion`` is its position, ``side`` 0 above and 1 below the line."""

    criterion: int
    side: int
    measure: int
    filter: Filter
    of_value: bool

    def counted(self, month: MonthActivity, axis: str) -> Numbers:
        """Units, or tariff value in DKK, weighted, shape (municipalities, slots of the axis)."""
        key = ("counted", self.measure, axis, self.of_value, self.filter.key)
        found: Numbers = month.kept(key, lambda: self._count(month, axis))
        return found

    def needs_rows(self, axis: str) -> bool:
        """Whether sums do not say enough to count it along an axis."""
        return self.of_value or not self.filter.counted or needs_rows(self.measure, axis)

    def _count(self, month: MonthActivity, axis: str) -> Numbers:
        if self.filter.counted and not self.of_value:
            passes, ages, towns = self.filter.enrolled, self.filter.age, self.filter.municipality
            cube = month.cubes([self.measure], axis)[0]
            return np.asarray(np.einsum("eams,e,a,m->ms", cube, passes, ages, towns) * month.weight)
        shape = (len(month.places.municipalities), month.places.slots(axis))
        events = self.filter.passing(month, self.measure)
        cell = events.column("municipality") * shape[1] + events.slots(axis)
        amount = events.column("value" if self.of_value else "quantity")
        weight = month.weight / 100.0 if self.of_value else month.weight
        return summed(cell, amount, shape[0] * shape[1]).reshape(shape) * weight

    @property
    def of_readmission(self) -> bool | None:
        """Whether it counts readmissions alone, or all but them; None if it does not tell them apart."""
        if (self.filter.wanted | self.filter.barred) & FLAG["readmission"]:
            return bool(self.filter.wanted & FLAG["readmission"])
        return None

    def readmitted(self, month: MonthActivity) -> Numbers:
        """Units of its measure that are readmissions by municipality, weighted; zeros if it does not ask for them."""
        if not self.of_readmission:
            return np.zeros(len(month.places.municipalities))
        return month.units_with(self.measure, "readmission")


def lines_of(index: int, one: Criterion, binding: Binding) -> list[Line]:
    """Measures that a criterion counts, above and below the line; people are not among them."""
    above, below = binding.filter(one.where), binding.filter(one.per_where, ("per_where",))
    found = [Line(index, 0, MEASURE[name], above, one.counted == "value") for name in one.on]
    found += [Line(index, 1, MEASURE[name], below, False) for name in one.per if name not in PEOPLE]
    return found
