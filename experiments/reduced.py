"""The reduced model that ``tvaers bench`` runs twice: here with the technique of the full model.

The law of a day is stated in :mod:`sim.day.reduced`; :mod:`experiments.reduced_mesa` is the same law as plain Mesa
agents. Both start with the same people and plan by the same rules, given here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.chance import decision_keys, person_keys
from sim.day.reduced import CARD, CHUNK, DECISIONS, MONTH, PREVALENCE, TOTALS, Columns, live_reduced
from sim.state import FAR, records

Numbers = NDArray[np.float64]

YEARS_A_MONTH: Final = MONTH / 365.25
_USUAL: Final = 0.0032 * MONTH  # events a person and month that leave effort as it is


@dataclass(frozen=True)
class Start:
    """Who is there on the first day, and what care there is."""

    age: Numbers
    frailty: Numbers
    conditions: NDArray[np.int64]  # three bits
    instability: Numbers
    practice: NDArray[np.int64]
    unit: NDArray[np.int64]
    practices: int
    units: int
    wards: int
    beds: int  # in each ward

    @classmethod
    def of(cls, people: int, seed: int = 1) -> Start:
        """A population with care in proportion: 45,000 people have 60 practices, 20 units and 10 wards of 25 beds."""
        draw = np.random.default_rng(seed)
        practices, units = max(1, round(people / 750)), max(1, round(people / 2250))
        wards = 10 * max(1, round(people / 45_000))
        return cls(
            age=65.0 + 35.0 * draw.beta(1.2, 3.0, people),
            frailty=draw.beta(2.0, 5.0, people),
            conditions=(draw.random((people, 3)) < PREVALENCE) @ np.array([1, 2, 4]),
            instability=draw.standard_normal(people),
            practice=draw.integers(0, practices, people),
            unit=draw.integers(0, units, people),
            practices=practices,
            units=units,
            wards=wards,
            beds=max(1, ceil(people * 245 / 45_000 / wards)),
        )


def practice_effort(effort: Any, contacts: Any, listed: Any) -> Any:
    """Effort of a practice after a month, numbers or arrays."""
    return np.clip(effort + 0.2 * (contacts / np.maximum(listed, 1) / _USUAL - 1.0), 0.5, 1.5)


def unit_effort(effort: Any, events: Any, listed: Any) -> Any:
    """Effort of a home-care unit after a month."""
    return np.clip(effort + 0.1 * (events / np.maximum(listed, 1) / _USUAL - 1.0), 0.5, 1.5)


def stay_factor(factor: Any, overflow: Any, admissions: Any) -> Any:
    """Factor on the length of stay of a ward after a month: shorter where there were too few beds."""
    wanted = 1.0 - 0.2 * overflow / np.maximum(admissions, 1)
    return np.clip(factor + 0.3 * (wanted - factor), 0.7, 1.2)


class Reduced:
    """One run of the reduced model, in columns.

    Parameters
    ----------
    start : Start
        Who is there on the first day.
    seed : int
        Root seed.
    """

    def __init__(self, start: Start, seed: int = 1) -> None:
        self.day = 0
        self.columns = _columns(start, seed)
        self._listed = np.bincount(start.practice, minlength=start.practices)
        self._cared_for = np.bincount(start.unit, minlength=start.units)

    def run(self, days: int) -> dict[str, int]:
        """Live so many days more; totals since the start, by name."""
        stop = self.day + days
        while self.day < stop:
            if self.day and self.day % MONTH == 0:
                self._plan()
            until = min(stop, self.day - self.day % MONTH + MONTH)
            live_reduced(self.columns, self.day, until)
            self.day = until
        return dict(zip(TOTALS, self.columns.totals.tolist(), strict=True))

    def _plan(self) -> None:
        columns = self.columns
        columns.practice_effort[:] = practice_effort(columns.practice_effort, columns.practice_contacts, self._listed)
        columns.unit_effort[:] = unit_effort(columns.unit_effort, columns.unit_events, self._cared_for)
        columns.stay_factor[:] = stay_factor(columns.stay_factor, columns.ward_overflow, columns.ward_admissions)
        for month in (columns.practice_contacts, columns.unit_events, columns.ward_overflow, columns.ward_admissions):
            month[:] = 0
        columns.card["age"] += np.float32(YEARS_A_MONTH)


def _columns(start: Start, seed: int) -> Columns:
    people = len(start.age)
    card = records(people, CARD)
    for name in ("age", "frailty", "conditions", "practice", "unit"):
        card[name] = getattr(start, name)
    card["discharged"] = -FAR

    def counts(size: int) -> NDArray[np.int64]:
        return np.zeros(size, np.int64)

    return Columns(
        key=person_keys("reduced", np.zeros(people, np.int64), np.arange(people)),
        instability=start.instability.astype(np.float32),
        recovery=np.zeros(people, np.float32),
        illness=np.zeros(people, np.float32),
        mortality=np.zeros(people, np.float32),
        due=np.full(people, FAR, np.int32),
        card=card,
        practice_effort=np.ones(start.practices),
        unit_effort=np.ones(start.units),
        stay_factor=np.ones(start.wards),
        occupied=counts(start.wards),
        beds=np.full(start.wards, start.beds, np.int64),
        practice_contacts=counts(start.practices),
        unit_events=counts(start.units),
        ward_admissions=counts(start.wards),
        ward_overflow=counts(start.wards),
        totals=counts(len(TOTALS)),
        keys=decision_keys(seed, DECISIONS),
        streams=np.zeros(len(DECISIONS), np.uint64),
        hashes=np.zeros(CHUNK, np.uint64),
        flags=np.zeros((people + 7) // 8 * 8, np.uint8),
    )
