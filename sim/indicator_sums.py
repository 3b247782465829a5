"""Sums of a record by group and period: integers over months and places first, weights last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.clock import DAYS_PER_YEAR
from sim.measures import MEASURES
from sim.run_record import RunRecord

#: Age groups as slices of the age bands (65-69, 70-74, 75-79, 80-84, 85-89, 90+).
AGES: Final[dict[str, tuple[int, int]]] = {"65-74": (0, 2), "75-84": (2, 4), "85+": (4, 6), "80+": (3, 6)}
BANDS: Final[dict[str, tuple[int, int]]] = {
    "65-69": (0, 1), "70-74": (1, 2), "75-79": (2, 3), "80-84": (3, 4), "85-89": (4, 5), "90+": (5, 6),
    "65-79": (0, 3), "70-79": (1, 3), "75+": (2, 6),
}  # fmt: skip
#: Wards that are not departments of internal medicine; the others together are the group ``ward=medical``.
NOT_MEDICAL_WARDS: Final = frozenset({"acute-unit", "general"})
#: Ward counters of people in the model, which a sample represents; the others are already full size.
SAMPLED_WARD_COUNTERS: Final = frozenset({"modelled_days", "diverted", "early_discharges", "admissions", "discharges"})
#: Bins of the histogram of lengths of stay a day.
SIXTHS: Final = 6

Floats = NDArray[np.float64]
Sums = dict[str, Floats]


@dataclass(frozen=True)
class Table:
    """Sums by name, each of shape (groups, periods), with the names of both."""

    groups: tuple[str, ...]
    periods: tuple[str, ...]
    sums: Sums


def _years(record: RunRecord) -> list[int]:
    return [1970 + month // 12 for month in record.months]


def _periods(record: RunRecord) -> tuple[tuple[str, ...], list[int]]:
    """Names of the periods, and the positions at which a calendar year begins."""
    years = _years(record)
    starts = [0, *(at for at in range(1, len(years)) if years[at] != years[at - 1])]
    return ("all", *(str(years[at]) for at in starts)), starts


def _by_period(months: NDArray[np.int64], starts: Sequence[int]) -> NDArray[np.int64]:
    """Sums over the whole run and each year, along the first axis."""
    yearly = np.add.reduceat(months, np.asarray(starts), axis=0)
    return np.concatenate([yearly.sum(axis=0, keepdims=True), yearly])


def _people_groups(record: RunRecord) -> tuple[str, ...]:
    """All people, municipalities, ages, finer ages."""
    places = tuple(f"municipality={name}" for name in record.municipality_names)
    return ("all", *places, *(f"age={name}" for name in (*AGES, *BANDS)))


def _grouped(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Groups of people along the first axis, from cells (..., municipalities, bands)."""
    by_band = cells.sum(axis=-2)
    ages = [by_band[..., low:high].sum(axis=-1) for low, high in (*AGES.values(), *BANDS.values())]
    places = np.moveaxis(cells.sum(axis=-1), -1, 0)
    return np.concatenate([by_band.sum(axis=-1)[None], places, np.stack(ages)])


def people_sums(record: RunRecord) -> Table:
    """Every count by group of people and period, weighted; what exists only for all people is NaN elsewhere.

    Besides the counters and the quantity of every measure: ``person_years``, ``days``, ``years``, ``ward.<counter>``
    and ``stays.<class>``.
    """
    periods, starts = _periods(record)
    cells = _cells(record)
    grouped: Floats = _grouped(_by_period(cells, starts)) * np.float64(record.weight)  # (groups, periods, names)
    sums = {name: grouped[:, :, at] for at, name in enumerate(_names(record))}
    _add_time(sums, _by_period(np.asarray(record.days_per_month, np.int64), starts))
    ward = _by_period(record.ward.sum(axis=-1), starts)
    for at, name in enumerate(record.ward_counters):
        sums[f"ward.{name}"] = _only_all(ward[:, at] * _ward_weight(name, record), grouped.shape[:2])
    for name, count in _stays(record).items():
        whole_run = np.full(grouped.shape[1], np.nan)
        whole_run[0] = count * record.weight
        sums[f"stays.{name}"] = _only_all(whole_run, grouped.shape[:2])
    return Table(_people_groups(record), periods, sums)


def ward_sums(record: RunRecord) -> Table:
    """Sums of the ward counters: all wards, the medical wards together, each ward."""
    periods, starts = _periods(record)
    by_period = _by_period(record.ward, starts)  # (periods, counters, wards)
    medical = [at for at, name in enumerate(record.ward_names) if name not in NOT_MEDICAL_WARDS]
    parts = [by_period.sum(-1)[None], by_period[..., medical].sum(-1)[None], np.moveaxis(by_period, -1, 0)]
    grouped = np.concatenate(parts)
    sums = {name: grouped[:, :, at] * _ward_weight(name, record) for at, name in enumerate(record.ward_counters)}
    days = _by_period(np.asarray(record.days_per_month, np.int64), starts)
    _add_calendar(sums, np.broadcast_to(days.astype(np.float64), grouped.shape[:2]))
    names = ("all", "ward=medical", *(f"ward={name}" for name in record.ward_names))
    return Table(names, periods, sums)


def season_sums(record: RunRecord) -> Table:
    """Counts of all people by calendar month; ``occurrences`` says how often each month was simulated."""
    calendar = np.asarray(record.months) % 12
    present = sorted(set(calendar.tolist()))
    cells = _cells(record).sum(axis=(2, 3))
    summed = np.stack([cells[calendar == month].sum(axis=0) for month in present]) * np.float64(record.weight)
    sums = {name: summed[None, :, at] for at, name in enumerate(_names(record))}
    days = np.asarray(record.days_per_month, np.int64)
    _add_time(sums, np.asarray([days[calendar == month].sum() for month in present]))
    sums["occurrences"] = np.asarray([[float((calendar == month).sum()) for month in present]])
    return Table(("all",), tuple(f"month={month + 1:02d}" for month in present), sums)


def level_sums(record: RunRecord) -> Table:
    """How many monthly decided levels there are, and how many stand at an end of their range: all acts, each act."""
    periods, starts = _periods(record)
    by_act = np.stack([_by_period(counts, starts) for counts in record.levels.values()]).astype(np.float64)
    grouped = np.concatenate([by_act.sum(axis=0, keepdims=True), by_act])  # (groups, periods, 2)
    names = ("all", *(f"action={name}" for name in record.levels))
    return Table(names, periods, {"levels_at_bound": grouped[..., 0], "levels": grouped[..., 1]})


def _names(record: RunRecord) -> tuple[str, ...]:
    lost = ("days_lost",) if "deaths" in record.counters else ()
    return (*record.counters, *(measure.name for measure in MEASURES), *lost)


def _cells(record: RunRecord) -> NDArray[np.int64]:
    """Counts by month, name, municipality and age band, in the order of :func:`_names`."""
    if "deaths" not in record.counters:
        return np.concatenate([record.people, record.quantity], axis=1)
    deaths = record.people[:, record.counters.index("deaths")]
    lost = (deaths * _rest_of_year(record)[:, None, None]).astype(np.int64)
    return np.concatenate([record.people, record.quantity, lost[:, None]], axis=1)


def _rest_of_year(record: RunRecord) -> NDArray[np.float64]:
    """Days from the middle of each month to the end of its year, as far as they are in the record."""
    year, days = np.asarray(record.months) // 12, np.asarray(record.days_per_month, np.float64)
    return np.array([days[at:][year[at:] == year[at]].sum() - days[at] / 2.0 for at in range(len(days))])


def _add_time(sums: Sums, days: NDArray[np.int64]) -> None:
    """Person-years and calendar time beside the counts."""
    sums["person_years"] = sums["person_days"] / DAYS_PER_YEAR
    if "days_lost" in sums:
        sums["person_years_begun"] = (sums["person_days"] + sums["days_lost"]) / DAYS_PER_YEAR
    _add_calendar(sums, np.broadcast_to(days.astype(np.float64), sums["person_days"].shape))


def _add_calendar(sums: Sums, days: Floats) -> None:
    sums["days"] = days
    sums["years"] = days / DAYS_PER_YEAR


def _only_all(values: Floats, shape: tuple[int, ...]) -> Floats:
    everywhere = np.full(shape, np.nan)
    everywhere[0] = values
    return everywhere


def _ward_weight(counter: str, record: RunRecord) -> np.float64:
    return np.float64(record.weight if counter in SAMPLED_WARD_COUNTERS else 1.0)


def _stays(record: RunRecord) -> dict[str, int]:
    """Ended acute medical courses by class of length, from bins of a sixth of a day."""
    bins = record.histograms.get("length_of_stay")
    if bins is None:
        return {}
    return {
        "all": int(bins.sum()),
        "under_24_hours": int(bins[: 1 * SIXTHS].sum()),
        "under_48_hours": int(bins[: 2 * SIXTHS].sum()),
        "over_a_week": int(bins[7 * SIXTHS :].sum()),
    }
