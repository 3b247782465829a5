"""From the months of a run to its indicators: one tidy table, every indicator defined once.

Counts are summed as integers over months and places first; prices, weights and divisions come last, so the same run
gives the same bytes. The definitions are data: see :data:`INDICATORS`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.ambulatory_indicators import AMBULATORY, PROXIMITY
from sim.behaviour_indicators import BEHAVIOUR
from sim.community_indicators import COMMUNITY
from sim.hospital_indicators import HOSPITAL
from sim.indicator import Indicator, Terms
from sim.indicator_sums import AGES, BANDS, SIXTHS, Floats, Sums, Table, level_sums, people_sums, season_sums, ward_sums
from sim.money_indicators import MONEY
from sim.money_sums import money_sums
from sim.outcomes import experience_terms
from sim.run_record import RunRecord

INDICATORS: Final[tuple[Indicator, ...]] = (*HOSPITAL, *AMBULATORY, *PROXIMITY, *COMMUNITY, *MONEY, *BEHAVIOUR)
INDICATOR: Final[dict[str, Indicator]] = {indicator.name: indicator for indicator in INDICATORS}


class HasParameters(Protocol):
    """What the indicators need from a scenario: the weights."""

    @property
    def parameters(self) -> Any:
        """Values by full name."""


def indicator_frame(record: RunRecord, network: object, scenario: HasParameters) -> pd.DataFrame:
    """All indicators of a run.

    Parameters
    ----------
    record
        Months of the run; weighted to the full catchment by ``record.weight``.
    network
        The care network; not read today, given so that an indicator can name organisations.
    scenario
        For the weights ``outcomes.experience`` of its parameters.

    Returns
    -------
    pandas.DataFrame
        Columns indicator, group, period, unit, value, numerator, denominator, in the order of :data:`INDICATORS`, then
        groups, then periods. Groups are ``all``, ``municipality=...``, ``age=...``, ``ward=...``, ``payer=...``,
        ``sector=...``, ``component=...``, ``action=...``; periods ``all``, each calendar year, and ``month=01`` to
        ``month=12`` for the season. A value is NaN where the denominator is zero. An indicator is left out when the
        record lacks one of its counts.
    """
    del network
    people, wards, season = people_sums(record), ward_sums(record), season_sums(record)
    money = money_sums(record, people)
    weights = experience_terms(scenario.parameters)
    rows = _Rows()
    for indicator in INDICATORS:
        if indicator.table == "people":
            rows.add(indicator, people)
            if "month" in indicator.groupings:
                rows.add(indicator, season)
        elif indicator.table == "ward":
            rows.add(indicator, wards)
        elif indicator.table == "money":
            rows.add(indicator, money)
        elif indicator.table == "levels":
            if record.levels:
                rows.add(indicator, level_sums(record))
        elif indicator.table == "season":
            rows.add_season(indicator, season)
        elif indicator.table == "quantile":
            rows.add_quantile(indicator, record)
        else:
            rows.add_weighted(indicator, people, weights)
    return rows.frame()


_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "age": tuple(f"age={name}" for name in AGES),
    "band": tuple(f"age={name}" for name in BANDS),
}


@lru_cache(maxsize=256)
def _chosen(groups: tuple[str, ...], groupings: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Groups in which an indicator with these groupings is reported, and their positions."""
    wanted = {name for kind in groupings for name in _KINDS.get(kind, ())}
    prefixes = tuple(f"{kind}=" for kind in groupings if kind not in _KINDS)
    at = [
        position
        for position, name in enumerate(groups)
        if name == "all" or name in wanted or (prefixes and name.startswith(prefixes))
    ]
    return tuple(groups[position] for position in at), tuple(at)


def _sum_of(terms: Terms, sums: Sums) -> Floats | None:
    """A sum of named counts times numbers, or None if the record does not hold one of them."""
    total: Floats | None = None
    for name, factor in terms.items():
        if name not in sums:
            return None
        part = sums[name] if factor == 1 else factor * sums[name]
        total = part if total is None else total + part
    return total


def histogram_quantile(bins: NDArray[np.int64], quantile: float, per_day: int) -> float:
    """Quantile of a histogram in days.

    With several bins a day the observations are spread evenly within their bin; with one bin a day they are whole days
    and the quantile is one of them. NaN without observations.
    """
    total = int(bins.sum())
    if total == 0:
        return float("nan")
    reached = np.cumsum(bins)
    at = int(np.searchsorted(reached, quantile * total))
    if per_day == 1:
        return float(at)
    before = int(reached[at - 1]) if at else 0
    return (at + (quantile * total - before) / int(bins[at])) / per_day


class _Block(NamedTuple):
    """What one indicator adds: the labels of its rows in the order groups, periods."""

    indicator: str
    unit: str
    groups: tuple[str, ...]
    periods: tuple[str, ...]


@lru_cache(maxsize=16)
def _labels(blocks: tuple[_Block, ...], there: bytes) -> pd.DataFrame:
    """Label columns of a frame; the runs of a study share them."""
    columns: dict[str, list[str]] = {"indicator": [], "group": [], "period": [], "unit": []}
    for block in blocks:
        size = len(block.groups) * len(block.periods)
        columns["indicator"] += [block.indicator] * size
        columns["group"] += [group for group in block.groups for _ in block.periods]
        columns["period"] += block.periods * len(block.groups)
        columns["unit"] += [block.unit] * size
    chosen = np.frombuffer(there, np.bool_)
    return pd.DataFrame({name: np.asarray(column, object)[chosen] for name, column in columns.items()})


class _Rows:
    """Rows of the result, collected as arrays and joined once."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._over: list[Floats] = []
        self._under: list[Floats] = []
        self._factors: list[float] = []
        self._quantiles: list[tuple[int, float]] = []

    def add(self, indicator: Indicator, table: Table) -> None:
        """Add an indicator for its groups and all periods of a table."""
        over, under = _sum_of(indicator.numerator, table.sums), _sum_of(indicator.denominator, table.sums)
        if over is not None and under is not None:
            self._add_groups(indicator, table, over, under)

    def add_weighted(self, indicator: Indicator, table: Table, weights: Terms) -> None:
        """Add a sum of events times weights, then every component of it for all people."""
        under = _sum_of(indicator.denominator, table.sums)
        parts = {name: weight * table.sums[name] for name, weight in weights.items() if name in table.sums}
        if under is None or not parts:
            return
        self._add_groups(indicator, table, np.sum(list(parts.values()), axis=0), under)
        for name, points in parts.items():
            self._add(indicator, (f"component={name}",), table.periods, points[:1], under[:1])

    def add_season(self, indicator: Indicator, season: Table) -> None:
        """Add the calendar months of a year relative to the mean month."""
        over = _sum_of(indicator.numerator, season.sums)
        if over is not None:
            monthly = over / season.sums["occurrences"]
            self._add(indicator, ("all",), season.periods, monthly, np.full_like(monthly, monthly.mean()))

    def add_quantile(self, indicator: Indicator, record: RunRecord) -> None:
        """Add a quantile of a histogram; numerator and denominator are the number of observations."""
        (histogram,) = indicator.numerator
        bins = record.histograms.get(histogram)
        if bins is None:
            return
        per_day = SIXTHS if histogram == "length_of_stay" else 1
        seen = np.asarray([[bins.sum() * record.weight]])
        self._quantiles.append((sum(map(np.size, self._over)), histogram_quantile(bins, indicator.quantile, per_day)))
        self._add(indicator, ("all",), ("all",), seen, seen)

    def _add_groups(self, indicator: Indicator, table: Table, over: Floats, under: Floats) -> None:
        groups, at = _chosen(table.groups, indicator.groupings)
        self._add(indicator, groups, table.periods, over[at, :], under[at, :])

    def _add(
        self, indicator: Indicator, groups: tuple[str, ...], periods: tuple[str, ...], over: Floats, under: Floats
    ) -> None:
        self._blocks.append(_Block(indicator.name, indicator.unit, groups, periods))
        self._over.append(over.ravel())
        self._under.append(under.ravel())
        self._factors.append(indicator.factor)

    def frame(self) -> pd.DataFrame:
        """Join the blocks; rows that do not exist (a count of the whole run in one year, say) are left out."""
        over, under = np.concatenate(self._over), np.concatenate(self._under)
        factors = np.repeat(self._factors, [part.size for part in self._over])
        value = np.full(over.shape, np.nan)
        np.divide(factors * over, under, out=value, where=under != 0)
        for row, quantile in self._quantiles:
            value[row] = quantile
        there = ~(np.isnan(over) | np.isnan(under))
        frame = _labels(tuple(self._blocks), there.tobytes()).copy()
        frame["value"], frame["numerator"], frame["denominator"] = value[there], over[there], under[there]
        return frame
