"""One price of a fee, bound to a measure: what an event earns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.measures import FLAG
from sim.payment.activity import BANDS, Events, MonthActivity, summed
from sim.payment.clauses.base import ClauseState, Integers, Numbers
from sim.payment.clauses.binding import Filter
from sim.payment.clauses.courses import COURSE_FIELDS, capped_by_course


@dataclass(frozen=True)
class Part:
    """A bound item on one measure.

    ``price`` is DKK per unit by age band (a share of the row's tariff value when ``of_value``); ``outer`` multiplies
    what is left after the cap.
    """

    measure: int
    price: Numbers
    of_value: bool
    cap: float | None
    per_course: bool
    steps: tuple[tuple[int, float], ...]
    filter: Filter
    outer: Numbers
    remembers: str = ""

    @cached_property
    def prices(self) -> Numbers:
        """DKK per unit by (enrolled, age band, municipality), zero where filtered out."""
        by_age = self.price * self.outer * self.filter.age
        return np.asarray(self.filter.enrolled[:, None, None] * by_age[:, None] * self.filter.municipality)

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """Everything that decides what it pays, for comparing parts of different contracts."""
        flags = (self.measure, self.of_value, self.cap, self.per_course, self.steps)
        return (*flags, self.price.tobytes(), self.outer.tobytes(), self.filter.key)

    @cached_property
    def counted(self) -> bool:
        """Whether summed quantities are enough to price it."""
        return not self.of_value and self.cap is None and not self.steps and self.filter.counted

    @cached_property
    def of_readmission(self) -> bool | None:
        """Whether it pays readmissions alone, or all but them; None if it does not tell them apart."""
        if (self.filter.wanted | self.filter.barred) & FLAG["readmission"]:
            return bool(self.filter.wanted & FLAG["readmission"])
        return None

    @cached_property
    def list_price(self) -> float:
        """DKK per unit before anything has been seen; 0 for a share of an unseen value."""
        if self.of_value:
            return 0.0
        listed = float((self.price * self.outer).mean())
        return listed * self.steps[0][1] if self.steps else listed

    def amounts(self, events: Events) -> Numbers:
        """What each passing event earns before ``outer`` and a cap per course, unweighted, DKK."""
        amount = events.column("value") / 100.0 if self.of_value else events.column("quantity").astype(np.float64)
        amount = amount * self.price[events.column("band")]
        if self.steps:
            amount = amount * _step_price(self.steps, events.column("nth"))
        if self.cap is not None and not self.per_course:
            amount = np.minimum(amount, self.cap)
        return amount

    def row_by_row(self, month: MonthActivity, axis: str, state: ClauseState, kept: ClauseState) -> Numbers:
        """Amounts by age band, municipality and slot, unweighted, DKK; what must be remembered goes into ``kept``."""
        shape = (len(month.places.municipalities), month.places.slots(axis))
        events = self.filter.passing(month, self.measure)
        band, amount = events.column("band"), self.amounts(events)
        if self.cap is not None and self.per_course:
            course = events.column("person") << 32 | events.column("episode")
            known = (
                tuple(state[f"{self.remembers} {name}"] for name in COURSE_FIELDS)
                if f"{self.remembers} id" in state
                else None
            )
            amount, courses = capped_by_course(course, amount, self.cap, known, month.month)
            kept.update({f"{self.remembers} {name}": value for name, value in zip(COURSE_FIELDS, courses, strict=True)})
        cell = (band * shape[0] + events.column("municipality")) * shape[1] + events.slots(axis)
        sums = summed(cell, amount * self.outer[band], BANDS * shape[0] * shape[1])
        return sums.reshape(BANDS, *shape)


def _step_price(steps: tuple[tuple[int, float], ...], nth: Integers) -> Numbers:
    """Amount of the step that each day falls in; nothing before the first."""
    amounts = np.array([0.0, *(amount for _, amount in steps)])
    return amounts[np.searchsorted(np.array([day for day, _ in steps]), nth, side="right")]
