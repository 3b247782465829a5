"""What care costs, and who bears it: booked cost, long-run cost and tariff value, three views that are never added.

Booked cost is capacity (beds, posts, places, whatever is done in them) plus the short-run part of what is done.
Beds of other hospitals are no capacity of the catchment. Each night in one is booked at what it costs to keep that bed,
whether the patient belongs there or found no bed here: moving a patient is by itself no saving.
Long-run cost counts every unit at full cost: its fall is freed capacity, not cash. Tariff value is the price list.
Each cost is booked to exactly one account. Informal care, patients' time and medicines bought by patients are
outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.measures import MEASURE, MEASURES
from sim.payment.accounts import Accounts, natural_axis
from sim.payment.activity import MonthActivity

if TYPE_CHECKING:
    import pandas as pd

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Views of the same care.
VALUATIONS: Final[tuple[str, ...]] = ("short-run cost", "long-run cost", "tariff")
SECTORS: Final[tuple[str, ...]] = ("general-practice", "hospital", "municipal-care", "urgent-care")
MONTHS: Final = 12.0


class Line(NamedTuple):
    """One cost: of a measure, under ``name`` in the cost table, borne by a role, in a sector, with its price.

    Where a line is ``elsewhere``, it holds for what other hospitals do, and the line of the measure's own name for what
    is done here.
    """

    name: str
    measure: str
    bearer: str
    sector: str
    tariff: str | None = None
    elsewhere: bool = False


def _line(name: str, bearer: str, sector: str, tariff: str | None = None) -> Line:
    return Line(name, name, bearer, sector, tariff)


#: Who bears what in Denmark. Starts of courses and finished-treated days cost nothing of their own: the course and its
#: bed-days do. A follow-up visit takes both a practitioner and a district nurse.
LINES: Final[tuple[Line, ...]] = (
    _line("gp_consultation", "gp", "general-practice", "tariffs.gp_consultation"),
    _line("gp_phone", "gp", "general-practice", "tariffs.gp_phone"),
    _line("gp_email", "gp", "general-practice", "tariffs.gp_email"),
    _line("gp_home_visit", "gp", "general-practice", "tariffs.gp_home_visit"),
    _line("gp_chronic_control", "gp", "general-practice", "tariffs.gp_chronic_control"),
    _line("gp_follow_up_visit", "gp", "general-practice", "tariffs.gp_follow_up_visit"),
    Line("nurse_at_follow_up_visit", "gp_follow_up_visit", "municipality", "municipal-care"),
    _line("gp_outreach_visit", "gp", "general-practice", "tariffs.gp_outreach_visit"),
    _line("out_of_hours_contact", "region", "urgent-care", "tariffs.out_of_hours_contact"),
    _line("ambulance_trip", "region", "urgent-care"),
    _line("emergency_visit", "region", "hospital", "tariffs.emergency_visit"),
    _line("observation", "region", "hospital", "tariffs.observation"),
    _line("hospital_course", "region", "hospital"),
    _line("bed_day", "region", "hospital"),
    Line("bed_day_elsewhere", "bed_day", "region", "hospital", elsewhere=True),
    _line("outpatient_visit", "region", "hospital", "tariffs.outpatient_visit"),
    _line("outpatient_virtual", "region", "hospital", "tariffs.outpatient_virtual"),
    _line("discharge_plan", "region", "hospital"),
    _line("medication_reconciliation", "region", "hospital"),
    _line("acute_nurse_visit", "municipality", "municipal-care"),
    _line("temporary_place_day", "municipality", "municipal-care"),
    _line("nursing_home_day", "municipality", "municipal-care"),
    _line("home_help", "municipality", "municipal-care"),
    _line("home_nursing", "municipality", "municipal-care"),
    _line("preventive_visit", "municipality", "municipal-care"),
    _line("detection", "municipality", "municipal-care"),
)
#: Measures that cost something else at another hospital than here.
SPLIT: Final = frozenset(line.measure for line in LINES if line.elsewhere)
#: Measured by the tariff value of the row instead of a unit cost.
BY_VALUE: Final = "hospital_course"
#: The line whose posts follow what is given within months: municipalities hire and dismiss for hours granted.
POSTS_FOLLOW: Final = "home_help"
#: Within the tariff value of a course already: counting it again at tariff would be twice.
_IN_THE_COURSE: Final = frozenset(("bed_day", "bed_day_elsewhere", "discharge_plan", "medication_reconciliation"))


@dataclass(frozen=True)
class Capacity:
    """What stands ready in a month, whether used or not.

    Parameters
    ----------
    beds : float array, shape (wards,)
        Staffed beds, mean of the month.
    nights_elsewhere : float array, shape (wards,)
        Nights that patients who are not people of the model lay in other hospitals for want of a bed here. Those of
        people of the model are activity.
    practitioners : float array, shape (practices,)
        Full-time general practitioners.
    help_minutes : float array, shape (units,)
        Home-help minutes a month that posts are kept for.
    nursing_minutes : float array, shape (units,)
        Home-nursing minutes a month.
    nurse_visits : float array, shape (municipalities,)
        Visits a month of the municipal acute nurse.
    temporary_places, nursing_places : float array, shape (municipalities,)
        Places.
    training : float array, shape (units,)
        Hours of rehabilitation beyond today's for each hour of home help given; negative where there is less.
    coded : float array, shape (wards,)
        Tariff value that a ward codes of a course over what it codes today.
    """

    beds: Numbers
    nights_elsewhere: Numbers
    practitioners: Numbers
    help_minutes: Numbers
    nursing_minutes: Numbers
    nurse_visits: Numbers
    temporary_places: Numbers
    nursing_places: Numbers
    training: Numbers
    coded: Numbers


@dataclass(frozen=True)
class CostTable:
    """Unit costs in DKK, from the parameters under ``costs`` and ``tariffs``.

    Parameters
    ----------
    unit : float array, shape (valuations, lines)
        DKK per unit of the line's measure; for a hospital course DKK per DKK of tariff value.
    practitioner_year : float
        Premises, staff and equipment of a practice that do not follow contacts, per full-time practitioner, DKK a year.
    training_hour : float
        Rehabilitation that spares an hour of home help, DKK.
    """

    unit: Numbers
    practitioner_year: float
    training_hour: float

    @classmethod
    def of(cls, values: Any) -> CostTable:
        """Read the cost table from parameters by name."""
        unit = np.zeros((len(VALUATIONS), len(LINES)))
        for index, line in enumerate(LINES):
            full = float(values[f"costs.{line.name}.unit_cost"])
            unit[0, index] = full * float(values[f"costs.{line.name}.short_run_share"])
            unit[1, index] = full
            unit[2, index] = 0.0 if line.name in _IN_THE_COURSE else full
            if line.tariff:
                unit[2, index] = float(values[line.tariff])
            if line.name == BY_VALUE:
                unit[0, index] = float(values["costs.hospital_course.short_run_share"])
                unit[2, index] = 1.0
        training = float(values["behaviour.home_care.rehabilitation.cash"])
        return cls(unit, float(values["costs.practice_fixed.unit_cost"]), training)

    def per_unit(self, measure: str, valuation: str, elsewhere: bool = False) -> tuple[str, float]:
        """Bearer and DKK per unit of a measure in one view, over its lines; a course is per DKK of tariff value.

        Of a measure in :data:`SPLIT` the lines of what is done here or ``elsewhere``.

        Raises
        ------
        KeyError
            If the measure has no cost of its own.
        """
        found = [at for at, line in enumerate(LINES) if line.measure == measure and line.elsewhere == elsewhere]
        if not found:
            raise KeyError(measure)
        return LINES[found[0]].bearer, float(self.unit[VALUATIONS.index(valuation), found].sum())

    def short_run(self, name: str) -> float:
        """DKK per unit that follow what is done."""
        return float(self.unit[0, [line.name for line in LINES].index(name)])

    def capacity_price(self, name: str) -> float:
        """DKK per unit of capacity: the part of the unit cost that does not follow what is done."""
        index = [line.name for line in LINES].index(name)
        return float(self.unit[1, index] - self.unit[0, index])


class CostRows(NamedTuple):
    """Costs of a month, one row for each account, sector, municipality and organisation; amounts in øre.

    ``municipality`` and ``organisation`` (an account's position) are -1 where a cost has none.
    """

    account: Integers
    sector: Integers
    municipality: Integers
    organisation: Integers
    booked: Integers
    long_run: Integers
    tariff: Integers


@dataclass
class CostBook:
    """Books every cost of a run to one account, month by month.

    Parameters
    ----------
    table : CostTable
        Unit costs.
    accounts : Accounts
        Accounts of the run.
    """

    table: CostTable
    accounts: Accounts
    months: dict[int, CostRows] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay out the rows once: every line's cells, then capacity; equal rows are added up."""
        cells = [self._line_cells(line) for line in LINES] + self._capacity_cells()
        columns = [np.concatenate([part[name] for part in cells]) for name in range(4)]
        # one number for each row, -1 counted as 0: rows of four columns are sorted many times as slowly
        places = np.ravel_multi_index([column + 1 for column in columns], [int(one.max()) + 2 for one in columns])
        distinct, first, inverse = np.unique(places, return_index=True, return_inverse=True)
        prices = [np.repeat(self.table.unit[:, [index]], len(cells[index][0]), axis=1) for index in range(len(LINES))]
        self._prices = np.concatenate(prices, axis=1)
        ends = np.cumsum([0, *(len(part[0]) for part in cells[: len(LINES)])])
        by_value = [line.name for line in LINES].index(BY_VALUE)
        self._by_value = slice(int(ends[by_value]), int(ends[by_value + 1]))
        self._order = np.argsort(inverse, kind="stable")
        self._starts = np.searchsorted(inverse[self._order], np.arange(len(distinct)))
        self._columns = tuple(column[first] for column in columns)

    def book(self, month: MonthActivity, capacity: Capacity | None = None) -> CostRows:
        """Book a month; without ``capacity`` only what follows activity is counted."""
        units = np.concatenate([_units(line, month).ravel() for line in LINES])
        kept = np.zeros((len(VALUATIONS), self._capacity_rows))
        amounts = self._prices * units
        if capacity is not None:
            kept[0] = self._capacity_amounts(month, capacity)
            kept[1, -len(capacity.training) :] = kept[0, -len(capacity.training) :]
            amounts[:2, self._by_value] /= self._coding(capacity)
        whole = np.rint(np.concatenate([amounts, kept], axis=1) * 100.0).astype(np.int64)
        sums = np.add.reduceat(whole[:, self._order], self._starts, axis=1)
        used = np.flatnonzero(sums.any(axis=0))
        rows = CostRows(*(column[used] for column in self._columns), *sums[:, used])
        self.months[month.month] = rows
        return rows

    def booked(self, month: int) -> Integers:
        """Booked cost of a month per account, øre, shape (accounts,)."""
        total = np.zeros(len(self.accounts), np.int64)
        rows = self.months.get(month)
        if rows is not None:
            np.add.at(total, rows.account, rows.booked)
        return total

    def frame(self) -> pd.DataFrame:
        """All rows as a data frame with the columns of :meth:`table_of`; names are categories."""
        import pandas as pd  # contracts are read without it

        rows = [np.concatenate(column) for column in zip(*self.months.values(), strict=True)] or [np.zeros(0, int)] * 7
        found = dict(zip(CostRows._fields, rows, strict=True))
        names, towns = list(self.accounts.names), list(self.accounts.places.municipalities)
        of = {"account": names, "sector": list(SECTORS), "municipality": towns, "organisation": names}
        months = [np.full(len(rows.account), month) for month, rows in self.months.items()]
        return pd.DataFrame(
            {"month": np.concatenate(months) if months else np.zeros(0, np.int64)}
            | {column: pd.Categorical.from_codes(found[column], pd.Index(kinds)) for column, kinds in of.items()}
            | {name: found[name] for name in ("booked", "long_run", "tariff")}
        )

    def table_of(self) -> dict[str, list[Any]]:
        """All rows as columns: month, account, sector, municipality, organisation, booked, long_run, tariff (øre)."""
        names, towns = self.accounts.names, self.accounts.places.municipalities
        columns: dict[str, list[Any]] = {name: [] for name in ("month", *CostRows._fields)}
        for month, rows in sorted(self.months.items()):
            columns["month"] += [month] * len(rows.account)
            columns["account"] += [names[account] for account in rows.account]
            columns["sector"] += [SECTORS[sector] for sector in rows.sector]
            columns["municipality"] += [towns[town] if town >= 0 else "" for town in rows.municipality]
            columns["organisation"] += [names[place] if place >= 0 else "" for place in rows.organisation]
            for name in ("booked", "long_run", "tariff"):
                columns[name] += getattr(rows, name).tolist()
        return columns

    def _line_cells(self, line: Line) -> tuple[Integers, ...]:
        cells = self.accounts.grid(line.bearer, "outside", _axis(line))
        return cells.payer, np.full(len(cells), SECTORS.index(line.sector)), cells.municipality, cells.organisation

    def _capacity_cells(self) -> list[tuple[Integers, ...]]:
        accounts, places = self.accounts, self.accounts.places
        care, hospital, practice = (SECTORS.index(name) for name in ("municipal-care", "hospital", "general-practice"))
        towns, wards, gps, units = (accounts.role(role) for role in ("municipality", "ward", "gp", "home-care"))
        of_unit = np.array(places.unit_municipality, dtype=np.int64)
        region = np.full(len(wards), accounts.position["region"])
        by_town = (towns, np.full(len(towns), care), np.arange(len(towns)), np.full(len(towns), -1))
        by_unit = (towns[of_unit], np.full(len(units), care), of_unit, units)
        by_ward = (region, np.full(len(wards), hospital), np.full(len(wards), -1), wards)
        rows: list[tuple[Integers, ...]] = [
            by_ward,
            by_ward,
            (gps, np.full(len(gps), practice), np.array(places.practice_municipality, dtype=np.int64), gps),
            by_unit,
            by_unit,
            by_town,
            by_town,
            by_town,
            by_unit,
        ]
        self._capacity_rows = sum(len(row[0]) for row in rows)
        return rows

    def _capacity_amounts(self, month: MonthActivity, capacity: Capacity) -> Numbers:
        """DKK of the month in the order of the capacity rows."""
        days, price = month.year_days / MONTHS, self.table.capacity_price
        return np.concatenate(
            [
                capacity.beds * (days * price("bed_day")),
                capacity.nights_elsewhere * self.table.short_run("bed_day_elsewhere"),
                capacity.practitioners * (self.table.practitioner_year / MONTHS),
                capacity.help_minutes * price("home_help"),
                capacity.nursing_minutes * price("home_nursing"),
                capacity.nurse_visits * price("acute_nurse_visit"),
                capacity.temporary_places * (days * price("temporary_place_day")),
                capacity.nursing_places * (days * price("nursing_home_day")),
                capacity.training * self._help_hours(month) * self.table.training_hour,
            ]
        )

    def _help_hours(self, month: MonthActivity) -> Numbers:
        """Hours of home help by unit, shape (units,)."""
        return np.asarray(month.delivered(MEASURE["home_help"]).sum(axis=0)[1:] / 60.0)

    def _coding(self, capacity: Capacity) -> Numbers:
        """Tariff value of courses over that of the same courses as coded today, by municipality and slot of a ward.

        A course takes no more because more of it is coded.
        """
        return np.tile(np.concatenate([[1.0], capacity.coded]), len(self.accounts.places.municipalities))


def _axis(line: Line) -> str:
    """By which organisations a line is booked: practices and wards are named, municipal care is by municipality."""
    return natural_axis(line.measure) if line.bearer in ("gp", "region") else "none"


def _units(line: Line, month: MonthActivity) -> Numbers:
    """What a line counts, weighted, by municipality and slot: units, for a hospital course DKK of tariff value."""
    measure, axis = MEASURE[line.measure], _axis(line)
    if line.name == BY_VALUE:
        return month.values(measure, axis)
    if line.measure not in SPLIT:
        return month.units()[measure] if axis == "none" else month.delivered(measure)
    units = month.delivered(measure)
    there = np.arange(units.shape[1]) == 0  # the slot without a ward of the catchment's hospital
    return np.where(there == line.elsewhere, units, 0.0)


def savings(base: Mapping[int, CostRows], other: Mapping[int, CostRows]) -> dict[str, int]:
    """What one run spends less than another, øre, in three views that must not be added."""

    def total(months: Mapping[int, CostRows], name: str) -> int:
        return sum(int(getattr(rows, name).sum()) for rows in months.values())

    views = {"cashable": "booked", "freed_capacity": "long_run", "tariff": "tariff"}
    return {view: total(base, name) - total(other, name) for view, name in views.items()}


def measure_names() -> tuple[str, ...]:
    """Measures that carry a cost, in the order of the activity list."""
    costed = {line.measure for line in LINES}
    return tuple(measure.name for measure in MEASURES if measure.name in costed)
