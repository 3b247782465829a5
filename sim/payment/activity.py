"""One month of activity as payment sees it: the rows, grouped by measure, and the person-days behind them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.clock import day_number, first_of_month
from sim.measures import AGE_BANDS, FLAG, MEASURES
from sim.payment.accounts import Places

if TYPE_CHECKING:
    from sim.records import ActivityTable

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

BANDS: Final = len(AGE_BANDS)
#: Chronic conditions by which capitation is graded, in the order of the axis.
RISK_GROUPS: Final[tuple[str, ...]] = ("none", "type_2_diabetes", "copd", "both")
ENROLLED: Final = FLAG["enrolled"]


def summed(cells: NDArray[Any], weights: NDArray[Any], length: int) -> Numbers:
    """Sum of weights in each of ``length`` cells."""
    return np.asarray(np.bincount(cells, weights=weights, minlength=length), dtype=np.float64)


@dataclass
class MonthActivity:
    """The activity of one month, handed over by the simulation.

    Parameters
    ----------
    table : ActivityTable
        Activity rows; only the first ``used[0]`` count.
    weight : float
        Persons of the catchment that one person of the model stands for (1/scale below scale 1, otherwise 1).
    month : int
        Months since January 1970.
    person_days : int64 array, shape (practices, municipalities, age bands, risk groups, enrolled)
        Person-days of the month, unweighted; risk groups as :data:`RISK_GROUPS`; enrolled 0 or 1.
    places : Places
        Organisations, in the order of the table's columns.
    population : float array, shape (municipalities,)
        Residents of all ages.
    copies : float
        How many whole catchments are simulated (1, or the scale above 1): frames are multiplied by it.
    closing : bool
        Whether open periods must be settled now because the contract or the run ends with this month.
    order : int32 array, shape (used,), optional
        Rows sorted by measure (stable); found when absent.
    starts : int64 array, shape (measures + 1,), optional
        Where each measure begins in ``order``.
    quantity : int64 array, shape (measures, municipalities, age bands), optional
        Summed quantity; found when absent.
    counts : int64 array, shape (measures, enrolled, age bands, municipalities, practices + 1), optional
        Summed quantity by practice, the first slot for rows without one; found when absent. Handing it over (one pass
        over the rows in compiled code) spares most of the time of a settlement.
    indicators : mapping of str to (numerator, denominator)
        Sums of the month that gates may ask for and that are not in the rows, such as ``experience``.
    """

    table: ActivityTable
    weight: float
    month: int
    person_days: Integers
    places: Places
    population: Numbers
    copies: float = 1.0
    closing: bool = False
    order: NDArray[np.int32] | None = None
    starts: Integers | None = None
    quantity: Integers | None = None
    counts: Integers | None = None
    indicators: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Group the rows by measure if the simulation has not."""
        if self.order is None or self.starts is None:
            measure = self.table.measure[: int(self.table.used[0])]
            self.order = np.argsort(measure, kind="stable").astype(np.int32)
            self.starts = np.searchsorted(measure[self.order], np.arange(len(MEASURES) + 1)).astype(np.int64)

    @property
    def year(self) -> int:
        """Calendar year."""
        return 1970 + self.month // 12

    @property
    def year_days(self) -> int:
        """Days of the calendar year: yearly amounts are earned by the day."""
        first = self.month - self.month % 12
        return day_number(first_of_month(first + 12)) - day_number(first_of_month(first))

    @property
    def shape(self) -> tuple[int, int]:
        """Number of municipalities and age bands."""
        return len(self.places.municipalities), BANDS

    def rows(self, measure: int) -> NDArray[np.int32]:
        """Rows of a measure."""
        assert self.order is not None
        assert self.starts is not None
        return self.order[self.starts[measure] : self.starts[measure + 1]]

    def column(self, measure: int, name: str) -> Integers:
        """One column of the rows of a measure, as int64."""
        key = ("column", measure, name)
        if key not in self._kept:
            self._kept[key] = getattr(self.table, name)[self.rows(measure)].astype(np.int64)
        found: Integers = self._kept[key]
        return found

    def slots(self, measure: int, axis: str) -> Integers:
        """Slot of each row of a measure along an axis of organisations."""
        if axis == "none":
            return np.zeros(len(self.rows(measure)), np.int64)
        return self.column(measure, axis) + 1

    def cube(self, measure: int, axis: str) -> Numbers:
        """Summed quantity, shape (enrolled, age bands, municipalities, slots of the axis); unweighted."""
        key = ("cube", measure, axis)
        if key not in self._kept:
            self._kept[key] = self._counted(measure, axis)
        found: Numbers = self._kept[key]
        return found

    def _counted(self, measure: int, axis: str) -> Numbers:
        if self.counts is not None and axis in ("practice", "none"):
            if axis == "practice":
                return np.asarray(self.counts[measure], dtype=np.float64)
            whole: Integers = self.kept("whole", lambda: np.asarray(self.counts).sum(axis=4, keepdims=True))
            return np.asarray(whole[measure], dtype=np.float64)
        if axis == "none":
            return np.asarray(self.cube(measure, "practice").sum(axis=3, keepdims=True))
        shape = (2, BANDS, len(self.places.municipalities), self.places.slots(axis))
        enrolled = (self.column(measure, "flags") & ENROLLED) // ENROLLED
        cells = (enrolled * BANDS + self.column(measure, "band")) * shape[2] + self.column(measure, "municipality")
        cells = cells * shape[3] + self.slots(measure, axis)
        return summed(cells, self.column(measure, "quantity"), math.prod(shape)).reshape(shape)

    def quantities(self) -> Integers:
        """Summed quantity, shape (measures, municipalities, age bands); unweighted."""
        if self.quantity is None and self.counts is not None:
            self.quantity = self.counts.sum(axis=(1, 4)).transpose(0, 2, 1)
        if self.quantity is None:
            places, bands = self.shape
            used = int(self.table.used[0])
            cell = self.table.measure[:used].astype(np.int64) * places + self.table.municipality[:used]
            cell = cell * bands + self.table.band[:used]
            total = np.zeros(len(MEASURES) * places * bands, np.int64)
            np.add.at(total, cell, self.table.quantity[:used])
            self.quantity = total.reshape(len(MEASURES), places, bands)
        return self.quantity

    def units(self) -> Numbers:
        """Summed quantity, weighted, shape (measures, municipalities)."""
        found: Numbers = self.kept("units", lambda: self.quantities().sum(axis=2) * self.weight)
        return found

    def kept(self, key: Any, make: Any) -> Any:
        """Something that several clauses or contracts need from this month, made once."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def residents(self) -> Numbers:
        """Person-days by municipality and age band, weighted, shape (municipalities, age bands)."""
        found: Numbers = self.kept("residents", lambda: self.person_days.sum(axis=(0, 3, 4)) * self.weight)
        return found

    def listed(self) -> Numbers:
        """Person-days by practice and municipality, weighted, shape (practices, municipalities)."""
        found: Numbers = self.kept("listed", lambda: self.person_days.sum(axis=(2, 3, 4)) * self.weight)
        return found
