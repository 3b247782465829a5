"""One month of activity as payment sees it: sums, rows of some measures, and the person-days behind them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.clock import day_number, first_of_month
from sim.measures import AGE_BANDS, FLAG, MEASURE, MEASURES
from sim.payment.accounts import Places, natural_axis
from sim.payment.made_once import MadeOnce
from sim.state import FAR

if TYPE_CHECKING:
    from sim.records import ActivityTable, Sums

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

BANDS: Final = len(AGE_BANDS)
#: Chronic conditions by which capitation is graded, in the order of the axis.
RISK_GROUPS: Final[tuple[str, ...]] = ("none", "type_2_diabetes", "copd", "both")
ENROLLED: Final = FLAG["enrolled"]
#: Flags by which rows are summed.
SUMMED_FLAGS: Final[tuple[str, ...]] = ("acute", "readmission")


def summed(cells: NDArray[Any], weights: NDArray[Any], length: int) -> Numbers:
    """Sum of weights in each of ``length`` cells."""
    return np.asarray(np.bincount(cells, weights=weights, minlength=length), dtype=np.float64)


def nobody_gone(people: Integers) -> Integers:
    """Nobody dies or moves away."""
    return np.full(len(people), FAR, dtype=np.int64)


def needs_rows(measure: int, axis: str) -> bool:
    """Whether no sum says how much of a measure belongs to each organisation along an axis."""
    return axis not in ("none", natural_axis(MEASURES[measure].name))


class ByMeasure(NamedTuple):
    """Rows of a month's table, sorted in one pass.

    Parameters
    ----------
    rows : int32 array
        Rows of the table measure by measure, those of a measure in the order of the table.
    ends : int64 array, shape (measures + 1,)
        How many rows there are of each measure and those before it, with no measure first.
    flagged : int64 array, shape (flags, measures, municipalities)
        Quantity of rows with each of :data:`SUMMED_FLAGS`.
    """

    rows: NDArray[np.int32]
    ends: Integers
    flagged: Integers


class Events:
    """Some events of a month, whose columns are read once.

    Parameters
    ----------
    table : ActivityTable
        Activity of the month.
    rows : int array, shape (events,)
        Rows of the table.
    """

    def __init__(self, table: ActivityTable, rows: NDArray[Any]) -> None:
        self.table, self.rows = table, rows
        self._columns: dict[str, Integers] = {}

    def __len__(self) -> int:
        """Number of events."""
        return len(self.rows)

    def column(self, name: str) -> Integers:
        """One column as int64."""
        if name not in self._columns:
            self._columns[name] = getattr(self.table, name)[self.rows].astype(np.int64)
        return self._columns[name]

    def slots(self, axis: str) -> Integers:
        """Slot of each event along an axis of organisations."""
        return np.zeros(len(self), np.int64) if axis == "none" else self.column(axis) + 1

    def among(self, positions: Integers) -> Events:
        """Those at some positions among them."""
        return Events(self.table, self.rows[positions])


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
    sums : Sums, optional
        What was counted as it happened; without it everything is found from the rows.
    by_row : bool array, shape (measures,)
        Measures whose events are rows of the table; to ask for rows of another is an error.
    by_measure : ByMeasure, optional
        The rows sorted; found for one measure at a time when absent.
    indicators : mapping of str to (numerator, denominator)
        Sums of the month that gates may ask for and that are not in the rows, such as ``experience``.
    gone : callable
        From rows of people to the day on which each died or moved away; :data:`sim.state.FAR` for those who are here.
    once : MadeOnce
        What contracts have worked out this month and share.
    """

    table: ActivityTable
    weight: float
    month: int
    person_days: Integers
    places: Places
    population: Numbers
    copies: float = 1.0
    closing: bool = False
    sums: Sums | None = None
    by_row: NDArray[np.bool_] = field(default_factory=lambda: np.ones(len(MEASURES), np.bool_))
    by_measure: ByMeasure | None = None
    indicators: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    gone: Callable[[Integers], Integers] = field(default=nobody_gone, repr=False)
    once: MadeOnce = field(default_factory=MadeOnce, repr=False)
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def year(self) -> int:
        """Calendar year."""
        return 1970 + self.month // 12

    @property
    def year_days(self) -> int:
        """Days of the calendar year: yearly amounts are earned by the day."""
        first = self.month - self.month % 12
        return day_number(first_of_month(first + 12)) - day_number(first_of_month(first))

    def events(self, measure: int) -> Events:
        """All events of a measure."""
        found: Events = self.kept(("events", measure), lambda: Events(self.table, self._rows(measure)))
        return found

    def _rows(self, measure: int) -> NDArray[np.int32]:
        if not self.by_row[measure]:
            name = MEASURES[measure].name
            raise RuntimeError(f"single events of {name} are asked for, but no clause has said that it looks at them")
        if self.by_measure is not None:
            return self.by_measure.rows[self.by_measure.ends[measure] : self.by_measure.ends[measure + 1]]
        return np.flatnonzero(self.table.measure[: int(self.table.used[0])] == measure).astype(np.int32)

    def only(self, rows: Integers) -> MonthActivity:
        """The month with some of its rows alone, which are copied; what is known of people stays."""
        columns: list[Any] = [column[rows] for column in self.table[1:]]
        table = type(self.table)(np.array([len(rows)]), *columns)
        return replace(self, table=table, sums=None, by_measure=None, once=MadeOnce(), _kept={})

    def more_coded(self, share: float) -> MonthActivity:
        """The same month with a share more of tariff value coded of every course in a ward of the catchment."""
        course, used = MEASURE["hospital_course"], int(self.table.used[0])
        rows, value = self._rows(course), self.table.value[:used].copy()
        coded = rows[self.table.ward[rows] >= 0]
        value[coded] = np.rint(value[coded] * (1.0 + share))
        columns = {name: column[:used] for name, column in self.table._asdict().items() if name != "used"}
        table = type(self.table)(self.table.used, **{**columns, "value": value})
        sums = self.sums
        if sums is not None:
            sums = sums._replace(value=sums.value.copy())
            in_wards = self._laid(sums.value, course)[:, 1:]
            in_wards[:] = np.rint(in_wards * (1.0 + share))
        return replace(self, table=table, sums=sums, once=MadeOnce(), _kept={})

    def cubes(self, measures: Sequence[int] | Integers, axis: str) -> Integers:
        """Summed quantity of some measures, unweighted.

        Shape (those measures, enrolled, age bands, municipalities, slots of the axis).
        """
        if self.sums is not None and axis == "none":
            return self.sums.everywhere[measures]
        return np.stack([self._cube(measure, axis) for measure in measures])

    def _cube(self, measure: int, axis: str) -> Integers:
        if self.sums is not None and not needs_rows(measure, axis):
            return self._laid(self.sums.quantity, measure, 2, BANDS)
        return self._counted(measure, axis)

    def _laid(self, sums: Integers, measure: int, *groups: int) -> Integers:
        """Part of some sums that is of a measure, shape (groups, municipalities, slots of its natural axis)."""
        (start, end), each = self.places.extents[measure], math.prod(groups)
        return sums[each * start : each * end].reshape(*groups, len(self.places.municipalities), -1)

    def _counted(self, measure: int, axis: str) -> Integers:
        shape = (2, BANDS, len(self.places.municipalities), self.places.slots(axis))
        events = self.events(measure)
        enrolled = (events.column("flags") & ENROLLED) // ENROLLED
        cells = (enrolled * BANDS + events.column("band")) * shape[2] + events.column("municipality")
        cells = cells * shape[3] + events.slots(axis)
        return summed(cells, events.column("quantity"), math.prod(shape)).reshape(shape).astype(np.int64)

    def delivered(self, measure: int) -> Numbers:
        """Summed quantity by who delivers the measure, weighted, shape (municipalities, slots of its natural axis)."""
        axis = natural_axis(MEASURES[measure].name)
        if self.sums is not None:
            return np.asarray(self._laid(self.sums.delivered, measure) * self.weight)
        return np.asarray(self._counted(measure, axis).sum(axis=(0, 1)) * self.weight)

    def values(self, measure: int, axis: str) -> Numbers:
        """Tariff value in DKK, weighted, shape (municipalities, slots of the axis)."""
        return np.asarray(self.value_in_ore(measure, axis) * (self.weight / 100.0))

    def value_in_ore(self, measure: int, axis: str) -> NDArray[Any]:
        """Tariff value in øre, unweighted, shape (municipalities, slots of the axis)."""
        if self.sums is not None and axis == natural_axis(MEASURES[measure].name):
            return self._laid(self.sums.value, measure)
        shape = (len(self.places.municipalities), self.places.slots(axis))
        events = self.events(measure)
        cells = events.column("municipality") * shape[1] + events.slots(axis)
        return summed(cells, events.column("value"), math.prod(shape)).reshape(shape)

    def quantities(self) -> Integers:
        """Summed quantity, shape (measures, municipalities, age bands); unweighted."""
        every = np.arange(len(MEASURES))
        found: Integers = self.kept(
            "quantities",
            lambda: np.ascontiguousarray(self.cubes(every, "none")[..., 0].sum(axis=1).swapaxes(1, 2)),
        )
        return found

    def units(self) -> Numbers:
        """Summed quantity, weighted, shape (measures, municipalities)."""
        found: Numbers = self.kept("units", lambda: self.quantities().sum(axis=2) * self.weight)
        return found

    def units_with(self, measure: int, flag: str) -> Numbers:
        """Summed quantity of a measure's rows that have a flag, weighted, shape (municipalities,)."""
        if self.by_measure is not None and self.by_row[measure] and flag in SUMMED_FLAGS:
            return np.asarray(self.by_measure.flagged[SUMMED_FLAGS.index(flag), measure] * self.weight)
        events = self.events(measure)
        flagged = (events.column("flags") & FLAG[flag]) > 0
        towns, quantity = (events.column(name)[flagged] for name in ("municipality", "quantity"))
        return summed(towns, quantity, len(self.places.municipalities)) * self.weight

    def kept(self, key: Any, make: Any) -> Any:
        """Something that several clauses or contracts need from this month, made once."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def residents(self) -> Numbers:
        """Person-days by municipality and age band, weighted, shape (municipalities, age bands)."""
        found: Numbers = self.kept("residents", lambda: self.all_persons().sum(axis=(0, 3)) * self.weight)
        return found

    def listed(self) -> Numbers:
        """Person-days by practice and municipality, weighted, shape (practices, municipalities)."""
        found: Numbers = self.kept("listed", lambda: self.all_persons().sum(axis=(2, 3)) * self.weight)
        return found

    def all_persons(self) -> Integers:
        """Person-days, enrolled or not, unweighted, shape (practices, municipalities, age bands, risk groups)."""
        found: Integers = self.kept("all persons", lambda: self.person_days[..., 0] + self.person_days[..., 1])
        return found
