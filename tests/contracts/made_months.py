"""Months of activity made by hand for tests of payment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.measures import FLAG, MEASURE, MEASURES
from sim.payment.accounts import Places, natural_axis
from sim.payment.activity import MonthActivity
from sim.records import Sums, empty_activity

#: Two municipalities, three practices (the third in the second), two units, two wards.
PLACES = Places(
    municipalities=("Randers", "Norddjurs"),
    practices=("A", "B", "C"),
    practice_municipality=(0, 0, 1),
    units=("Randers 1", "Norddjurs 1"),
    unit_municipality=(0, 1),
    wards=("acute-unit", "geriatric"),
    beds=(50.0, 30.0),
)
POPULATION = np.array([98_118.0, 38_099.0])
JANUARY_2018 = 48 * 12
#: Age band of a round age.
BAND = {65: 0, 70: 1, 75: 2, 80: 3, 85: 4, 90: 5}


def event(measure: str, **columns: Any) -> dict[str, Any]:
    """Describe one event; ``flags`` is a tuple of names, ``value`` is in DKK, ``age`` a round age."""
    return {"measure": measure, **columns}


def made_month(
    events: list[dict[str, Any]],
    month: int = JANUARY_2018,
    person_days: np.ndarray | None = None,
    weight: float = 1.0,
    closing: bool = False,
    places: Places = PLACES,
    experience: tuple[float, float] = (100.0, 1000.0),
) -> MonthActivity:
    """Build a month of activity from events, with 30 days of ten people listed everywhere unless stated."""
    table = empty_activity(max(len(events), 1))
    table.used[0] = len(events)
    for row, one in enumerate(events):
        table.measure[row] = MEASURE[one["measure"]]
        table.quantity[row] = one.get("quantity", 1)
        table.value[row] = round(one.get("value", 0) * 100)
        table.nth[row] = one.get("nth", 0)
        table.person[row] = one.get("person", row)
        table.episode[row] = one.get("episode", row)
        table.day[row] = one.get("day", 0)
        table.practice[row] = one.get("practice", 0)
        table.unit[row] = one.get("unit", 0)
        table.ward[row] = one.get("ward", -1)
        table.municipality[row] = one.get("municipality", 0)
        table.band[row] = BAND[one.get("age", 65)]
        table.flags[row] = sum(FLAG[name] for name in one.get("flags", ()))
    if person_days is None:
        person_days = np.zeros((len(places.practices), len(places.municipalities), 6, 4, 2), np.int64)
        for practice, town in enumerate(places.practice_municipality):
            person_days[practice, town] = 300
    return MonthActivity(
        table=table,
        weight=weight,
        month=month,
        person_days=person_days,
        places=places,
        population=POPULATION,
        closing=closing,
        indicators={"experience": experience},
    )


def as_a_run_hands_it_over(month: MonthActivity, by_row: NDArray[np.bool_]) -> MonthActivity:
    """The same month with sums of all measures, and rows of those in ``by_row`` alone."""
    axes = [natural_axis(measure.name) for measure in MEASURES]
    quantity = [month.cubes([at], axis)[0] for at, axis in enumerate(axes)]
    value = [month.value_in_ore(at, axis).astype(np.int64) for at, axis in enumerate(axes)]
    sums = Sums(
        quantity=np.concatenate([cube.ravel() for cube in quantity]),
        value=np.concatenate([table.ravel() for table in value]),
        everywhere=month.cubes(range(len(MEASURES)), "none"),
        delivered=np.concatenate([cube.sum(axis=(0, 1)).ravel() for cube in quantity]),
    )
    rows = np.flatnonzero(by_row[month.table.measure[: int(month.table.used[0])]])
    return replace(month.only(rows), sums=sums, by_row=by_row)


def random_events(rng: np.random.Generator, count: int) -> list[dict[str, Any]]:
    """Draw events of all measures."""
    names, flags, ages = list(MEASURE), list(FLAG), list(BAND)
    return [
        event(
            names[int(rng.integers(len(names)))],
            quantity=int(rng.integers(1, 5)),
            value=float(rng.integers(0, 100_000)),
            nth=int(rng.integers(0, 7)),
            person=int(rng.integers(0, 20)),
            episode=int(rng.integers(0, 20)),
            practice=int(rng.integers(0, 3)),
            unit=int(rng.integers(0, 2)),
            ward=int(rng.integers(-1, 2)),
            municipality=int(rng.integers(0, 2)),
            age=ages[int(rng.integers(len(ages)))],
            flags=tuple(name for name in flags if rng.random() < 0.3),
        )
        for _ in range(count)
    ]
