"""The reduced model of :mod:`sim.day.reduced` as anybody would write it in plain Mesa: one agent a person.

Agents act in the order in which they were made (``AgentSet.do``, the faster of Mesa's ways) and draw from the model's
``random``. Written for speed as far as the style allows: no properties, no copies, draws bound once.
"""

from __future__ import annotations

from math import ceil, exp

import mesa
import numpy as np

from agents.mesa_base import BaseModel
from experiments.reduced import YEARS_A_MONTH, Start, practice_effort, stay_factor, unit_effort
from sim.day.reduced import (
    DEATH,
    DEATH_AGE,
    DEATH_FRAILTY,
    ILL,
    ILL_AGE,
    ILL_CONDITIONS,
    ILL_DISCHARGED,
    ILL_FRAILTY,
    ILL_HOME_CARE,
    ILL_INSTABILITY,
    ILL_PRACTICE,
    KEEP,
    MONTH,
    PREVALENCE,
    READMISSION_DAYS,
    RECOVERY_DAYS,
    SEEN_BY_PRACTICE,
    SEEN_IN_EMERGENCY,
    SHOCK,
    STAY_MEDIAN,
    STAY_MOST,
    STAY_SPREAD,
    TOTALS,
)

_NEVER = -1_000_000
_FORGOTTEN = 200  # days after a discharge whose effect is then below 2 in a million
_CONDITIONS = [sum(ILL_CONDITIONS[c] for c in range(3) if bits >> c & 1) for bits in range(8)]


class Practice(mesa.Agent):  # type: ignore[misc]
    """A practice and its effort."""

    def __init__(self, model: PlainMesa) -> None:
        super().__init__(model)
        self.effort, self.contacts, self.listed = 1.0, 0, 0

    def plan(self) -> None:
        """Change effort by last month's contacts."""
        self.effort = float(practice_effort(self.effort, self.contacts, self.listed))
        self.contacts = 0


class Unit(mesa.Agent):  # type: ignore[misc]
    """A home-care unit and its effort."""

    def __init__(self, model: PlainMesa) -> None:
        super().__init__(model)
        self.effort, self.events, self.listed = 1.0, 0, 0

    def plan(self) -> None:
        """Change effort by last month's acute illness."""
        self.effort = float(unit_effort(self.effort, self.events, self.listed))
        self.events = 0


class Ward(mesa.Agent):  # type: ignore[misc]
    """A ward and its beds."""

    def __init__(self, model: PlainMesa, beds: int) -> None:
        super().__init__(model)
        self.beds, self.factor = beds, 1.0
        self.occupied = self.overflow = self.admissions = 0

    def admit(self, person: Person) -> None:
        """Take a person in, whether or not there is a bed."""
        model = self.model
        self.admissions += 1
        if self.occupied >= self.beds:
            self.overflow += 1
            model.totals["overflow"] += 1
        self.occupied += 1
        person.ward = self
        days = ceil(STAY_MEDIAN * exp(STAY_SPREAD * model.normal()) * self.factor)
        person.due = model.day + min(days, STAY_MOST)

    def plan(self) -> None:
        """Change the length of stay by last month's overflow."""
        self.factor = float(stay_factor(self.factor, self.overflow, self.admissions))
        self.overflow = self.admissions = 0


class Person(mesa.Agent):  # type: ignore[misc]
    """A person; everything that happens to one is a method."""

    def __init__(self, model: PlainMesa, age: float, frailty: float, conditions: int, instability: float) -> None:
        super().__init__(model)
        self.age, self.frailty, self.conditions, self.instability = age, frailty, conditions, instability
        self.discharged = _NEVER
        self.due: int | None = None
        self.ward: Ward | None = None
        self.practice: Practice
        self.unit: Unit

    def step(self) -> None:
        """One day."""
        model = self.model
        uniform = model.uniform
        self.instability = self.instability * KEEP + SHOCK * model.normal()
        decades = (self.age - 80.0) / 10.0
        if uniform() < exp(DEATH + DEATH_AGE * decades + DEATH_FRAILTY * self.frailty):
            self.die()
            return
        if self.due is not None:
            if self.due <= model.day:
                self.go_home()
            return
        eta = (
            ILL + ILL_AGE * decades + ILL_FRAILTY * self.frailty + _CONDITIONS[self.conditions]
            + ILL_INSTABILITY * self.instability
            + ILL_PRACTICE * self.practice.effort + ILL_HOME_CARE * self.unit.effort
        )  # fmt: skip
        since = model.day - self.discharged
        if since < _FORGOTTEN:
            eta += ILL_DISCHARGED * exp(-since / RECOVERY_DAYS)
        if uniform() < exp(eta):
            self.fall_ill()

    def go_home(self) -> None:
        """The stay ends."""
        assert self.ward is not None
        self.ward.occupied -= 1
        self.due, self.ward, self.discharged = None, None, self.model.day

    def fall_ill(self) -> None:
        """Be seen by the practice or the emergency department, or be admitted."""
        model, totals = self.model, self.model.totals
        totals["events"] += 1
        self.unit.events += 1
        where = model.uniform()
        if where < SEEN_BY_PRACTICE:
            totals["practice"] += 1
            self.practice.contacts += 1
        elif where < SEEN_BY_PRACTICE + SEEN_IN_EMERGENCY:
            totals["emergency"] += 1
        else:
            totals["admissions"] += 1
            if model.day - self.discharged < READMISSION_DAYS:
                totals["readmissions"] += 1
            model.wards[int(model.uniform() * len(model.wards))].admit(self)

    def die(self) -> None:
        """Die, and be replaced by somebody of 65 on the same lists."""
        model = self.model
        model.totals["deaths"] += 1
        if self.ward is not None:
            self.ward.occupied -= 1
        self.due, self.ward, self.discharged = None, None, _NEVER
        self.age, self.frailty, self.instability = 65.0, model.random.betavariate(2.0, 5.0), 0.0
        self.conditions = sum((model.uniform() < share) << c for c, share in enumerate(PREVALENCE))


class PlainMesa(BaseModel):
    """One run of the reduced model in plain Mesa; ``release`` it when done."""

    def __init__(self, start: Start, seed: int = 1) -> None:
        super().__init__(seed=seed)
        self.uniform = self.random.random
        gauss = self.random.gauss
        self.normal = lambda: gauss(0.0, 1.0)
        self.totals = dict.fromkeys(TOTALS, 0)
        self.day = 0
        practices = [Practice(self) for _ in range(start.practices)]
        units = [Unit(self) for _ in range(start.units)]
        self.wards = [Ward(self, start.beds) for _ in range(start.wards)]
        rows = np.column_stack([start.age, start.frailty, start.instability]).tolist()
        lists = np.column_stack([start.conditions, start.practice, start.unit]).tolist()
        for (age, frailty, instability), (conditions, practice, unit) in zip(rows, lists, strict=True):
            person = Person(self, age, frailty, conditions, instability)
            person.practice, person.unit = practices[practice], units[unit]
            person.practice.listed += 1
            person.unit.listed += 1

    def step(self) -> None:
        """One day; a month begins with planning."""
        if self.day and self.day % MONTH == 0:
            for kind in (Practice, Unit, Ward):
                self.agents_by_type[kind].do("plan")
            for person in self.agents_by_type[Person]:
                person.age += YEARS_A_MONTH
        self.agents_by_type[Person].do("step")
        self.totals["bed days"] += sum(ward.occupied for ward in self.wards)
        self.day += 1

    def run(self, days: int) -> dict[str, int]:
        """Live so many days more; totals since the start, by name."""
        for _ in range(days):
            self.step()
        return self.totals
