"""A run record built by hand: every count is stated by the test that uses it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from sim.indicators import indicator_frame
from sim.measures import AGE_BANDS, MEASURE, MEASURES
from sim.parameters import Parameters
from sim.records import COUNTERS, WARD_COUNTERS
from sim.run_record import COST_COLUMNS, LEDGER_COLUMNS, RunRecord

MUNICIPALITIES = ("Randers", "Norddjurs")
WARDS = ("acute-unit", "geriatric", "lung", "general")
JANUARY_2018 = 48 * 12
#: Person-days that are exactly 1,000 person-years.
THOUSAND_YEARS = 365_250
#: Payments, the last of them in burn-in, and costs.
FLOWS = [
    (JANUARY_2018, "region", "gp/Mølleparken", "fees", "Randers", "Mølleparken", 100_00),
    (JANUARY_2018 + 12, "municipality/Norddjurs", "region", "co-financing", "Norddjurs", "", 40_00),
    (JANUARY_2018 + 12, "region", "ward/lung", "frame", "", "", 7_00),
    (JANUARY_2018 - 1, "region", "gp/Mølleparken", "fees", "Randers", "", 999_00),
]
COSTS = [
    (JANUARY_2018, "region", "hospital", "Randers", "", 60_00, 90_00, 120_00),
    (JANUARY_2018, "ward/lung", "hospital", "Norddjurs", "", 10_00, 10_00, 0),
    (JANUARY_2018 + 12, "gp/Mølleparken", "general-practice", "Randers", "", 30_00, 30_00, 50_00),
]
#: Where a count belongs: month (from the first), municipality, age band.
Place = tuple[int, int, int]


def record(
    counts: dict[str, dict[Place, int]] | None = None,
    wards: dict[str, dict[tuple[int, int], int]] | None = None,
    months: int = 24,
    first: int = JANUARY_2018,
    days: int = 30,
    ledger: list[tuple[Any, ...]] | None = None,
    costs: list[tuple[Any, ...]] | None = None,
    **more: Any,
) -> RunRecord:
    """Build a record that is zero but for the counts stated."""
    shape = (len(MUNICIPALITIES), len(AGE_BANDS))
    people = np.zeros((months, len(COUNTERS), *shape), np.int64)
    quantity = np.zeros((months, len(MEASURES), *shape), np.int64)
    for name, places in (counts or {}).items():
        table, at = (quantity, MEASURE[name]) if name in MEASURE else (people, COUNTERS.index(name))
        for (month, municipality, band), count in places.items():
            table[month, at, municipality, band] = count
    ward = np.zeros((months, len(WARD_COUNTERS), len(WARDS)), np.int64)
    for name, ward_places in (wards or {}).items():
        for (month, which), count in ward_places.items():
            ward[month, WARD_COUNTERS.index(name), which] = count
    return RunRecord(
        months=tuple(range(first, first + months)),
        days_per_month=(days,) * months,
        municipality_names=MUNICIPALITIES,
        ward_names=WARDS,
        people=people,
        activity=quantity,
        quantity=quantity,
        ward=ward,
        ledger=pd.DataFrame(ledger or [], columns=list(LEDGER_COLUMNS)).astype({"month": int, "amount": int}),
        costs=pd.DataFrame(costs or [], columns=list(COST_COLUMNS)).astype(
            {"month": int, "booked": int, "long_run": int, "tariff": int}
        ),
        **more,
    )


def scenario(**changes: float) -> Any:
    """A scenario with only parameters, some replaced."""
    return SimpleNamespace(
        parameters=Parameters.load().replace({name.replace("__", "."): v for name, v in changes.items()})
    )


class Reading:
    """Indicators of a record by name, group and period."""

    def __init__(self, one: RunRecord, **changes: float) -> None:
        self.frame = indicator_frame(one, None, scenario(**changes))
        keys = zip(self.frame["indicator"], self.frame["group"], self.frame["period"], strict=True)
        numbers = self.frame[["value", "numerator", "denominator"]].itertuples(index=False, name=None)
        self._rows = dict(zip(keys, numbers, strict=True))

    def value(self, indicator: str, group: str = "all", period: str = "all") -> float:
        """The value of one row."""
        return float(self._rows[indicator, group, period][0])

    def parts(self, indicator: str, group: str = "all", period: str = "all") -> tuple[float, float]:
        """Numerator and denominator of one row."""
        return self._rows[indicator, group, period][1:]

    def has(self, indicator: str, group: str = "all", period: str = "all") -> bool:
        """Whether the row is there."""
        return (indicator, group, period) in self._rows
