"""What one run leaves behind for its results: months of counters, the ledger and the booked cost.

A record is only reported from, never read by the days that follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.measures import AGE_BANDS, MEASURES

if TYPE_CHECKING:
    from sim.records import Counters

#: Columns of the ledger; ``month`` counts from January 1970, ``amount`` is whole øre (int64) of the full catchment.
LEDGER_COLUMNS: Final[tuple[str, ...]] = (
    "month", "payer", "payee", "clause", "municipality", "organisation", "amount",
)  # fmt: skip
#: Columns of the cost table; the last three are whole øre (int64) of the full catchment: booked is the cost really
#: paid (capacity and the short-run part of variable cost), long run counts every unit at full cost, tariff is the value
#: by the price list. They are three views of the same care and are never added.
COST_COLUMNS: Final[tuple[str, ...]] = (
    "month", "account", "sector", "municipality", "organisation", "booked", "long_run", "tariff",
)  # fmt: skip


def _counter_names() -> tuple[str, ...]:
    from sim.records import COUNTERS

    return COUNTERS


def _ward_counter_names() -> tuple[str, ...]:
    from sim.records import WARD_COUNTERS

    return WARD_COUNTERS


def empty_ledger() -> pd.DataFrame:
    """A ledger without a flow."""
    return pd.DataFrame(
        {name: pd.Series(dtype="int64" if name in ("month", "amount") else "object") for name in LEDGER_COLUMNS}
    )


def empty_costs() -> pd.DataFrame:
    """A cost table without a row."""
    text = ("account", "sector", "municipality", "organisation")
    return pd.DataFrame({name: pd.Series(dtype="object" if name in text else "int64") for name in COST_COLUMNS})


@dataclass(frozen=True)
class RunRecord:
    """Everything that the results of one run are computed from.

    Parameters
    ----------
    months
        Month numbers from January 1970, rising without gaps; burn-in is not among them.
    days_per_month
        Days simulated in each of these months.
    municipality_names, ward_names
        Names in the order of the axes.
    people
        Counters, shape (months, counters, municipalities, age bands).
    activity, quantity
        Rows and summed quantity per measure, shape (months, measures, municipalities, age bands).
    ward
        Ward counters, shape (months, ward counters, wards).
    histograms
        ``length_of_stay``: ended acute medical courses by length in sixths of a day, the last bin open;
        ``time_to_readmission``: readmissions by whole days since the end of the course before.
    levels
        By act, how many of its monthly decided levels stand at an end of their range, and how many there are; shape
        (months, 2).
    ledger, costs
        Tables with ``LEDGER_COLUMNS`` and ``COST_COLUMNS``; text columns as categories are read ten times faster.
    weight
        People in the catchment per person in the model (1/scale below scale 1, otherwise 1).
    counters, ward_counters
        Names along the counter axes.

    Raises
    ------
    ValueError
        When a shape does not fit the names, or the months have a gap.
    """

    months: tuple[int, ...]
    days_per_month: tuple[int, ...]
    municipality_names: tuple[str, ...]
    ward_names: tuple[str, ...]
    people: NDArray[np.int64]
    activity: NDArray[np.int64]
    quantity: NDArray[np.int64]
    ward: NDArray[np.int64]
    histograms: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    levels: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    ledger: pd.DataFrame = field(default_factory=empty_ledger)
    costs: pd.DataFrame = field(default_factory=empty_costs)
    weight: float = 1.0
    counters: tuple[str, ...] = field(default_factory=_counter_names)
    ward_counters: tuple[str, ...] = field(default_factory=_ward_counter_names)

    def __post_init__(self) -> None:
        """Check that shapes and names agree."""
        months, places, bands = len(self.months), len(self.municipality_names), len(AGE_BANDS)
        expected = {
            "people": (months, len(self.counters), places, bands),
            "activity": (months, len(MEASURES), places, bands),
            "quantity": (months, len(MEASURES), places, bands),
            "ward": (months, len(self.ward_counters), len(self.ward_names)),
        }
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"record.{name} has shape {getattr(self, name).shape}, expected {shape}")
        if not months or len(self.days_per_month) != months:
            raise ValueError("a record needs at least one month, and days for each of its months")
        if any(later - earlier != 1 for earlier, later in zip(self.months, self.months[1:], strict=False)):
            raise ValueError("the months of a record must follow each other without a gap")

    @classmethod
    def stack(
        cls,
        months: Sequence[int],
        days_per_month: Sequence[int],
        monthly: Sequence[Counters],
        municipality_names: Sequence[str],
        ward_names: Sequence[str],
        histograms: Mapping[str, NDArray[np.int64]] | None = None,
        levels: Mapping[str, NDArray[np.int64]] | None = None,
        ledger: pd.DataFrame | None = None,
        costs: pd.DataFrame | None = None,
        weight: float = 1.0,
    ) -> RunRecord:
        """Build the record from one set of counters a month."""
        return cls(
            months=tuple(months),
            days_per_month=tuple(days_per_month),
            municipality_names=tuple(municipality_names),
            ward_names=tuple(ward_names),
            people=np.stack([month.people for month in monthly]),
            activity=np.stack([month.activity for month in monthly]),
            quantity=np.stack([month.quantity for month in monthly]),
            ward=np.stack([month.ward for month in monthly]),
            histograms=dict(histograms or {}),
            levels=dict(levels or {}),
            ledger=empty_ledger() if ledger is None else ledger,
            costs=empty_costs() if costs is None else costs,
            weight=weight,
        )
