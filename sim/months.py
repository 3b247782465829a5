"""One run lived month by month: the compiled days, the month's end, and what is kept for the results."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sim.building import build
from sim.capacity import CapacityPlan
from sim.clock import date_of, day_number, first_of_month, month_number
from sim.compiled import interpreted
from sim.day.frame import (
    FAULT_ACTIVITY,
    FAULT_CLAIMS,
    FAULT_QUEUE,
    FAULT_STAYS,
    RISK_GROUPS,
    Output,
    empty_output,
)
from sim.day.living import close_month, live_days
from sim.others import others_of
from sim.outcomes import QualityWeights
from sim.planning import Planning
from sim.records import COUNTER, Counters
from sim.room import enlarge

if TYPE_CHECKING:
    from sim.scenario import Scenario

_FAULTS: Final = {
    FAULT_ACTIVITY: "the activity table", FAULT_QUEUE: "a waiting list", FAULT_STAYS: "the list of inpatients",
    FAULT_CLAIMS: "the claims of a day",
}  # fmt: skip


@dataclass
class Kept:
    """What is kept of the accounts for the results."""

    months: list[int] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    counters: list[Counters] = field(default_factory=list)
    stay_bins: list[NDArray[np.int64]] = field(default_factory=list)
    return_bins: list[NDArray[np.int64]] = field(default_factory=list)
    events: list[np.ndarray] = field(default_factory=list)


class Months:
    """The life of one run.

    Parameters
    ----------
    scenario : Scenario
        Complete scenario.
    seed : int
        Root seed.
    shadow : tuple of str
        Contracts kept as shadow accounts.
    keep_events : bool
        Keep every event; moves nothing else.
    """

    def __init__(self, scenario: Scenario, seed: int, shadow: tuple[str, ...] = (), keep_events: bool = False) -> None:
        self.scenario, self.seed, self.keep_events = scenario, seed, keep_events
        self.world = build(scenario, seed)
        self.planning = Planning(scenario, self.world, seed, shadow)
        self.quality = QualityWeights.of(scenario.parameters).as_arrays()
        self.day = scenario.first_day
        self.kept = Kept()
        self.capacity = CapacityPlan(self.world, scenario)
        self.out = enlarge(self.world, self._new_output())
        self.others = others_of(scenario, self.world, seed)

    def _new_output(self) -> Output:
        by_row = self.planning.measures_by_row
        return empty_output(self.planning.places, np.ones_like(by_row) if self.keep_events else by_row)

    @property
    def month(self) -> int:
        """Months since January 1970."""
        return month_number(date_of(self.day))

    @property
    def month_end(self) -> int:
        """The day after the last day of the running month, or of the run."""
        return min(day_number(first_of_month(self.month + 1)), self.scenario.last_day)

    @property
    def finished(self) -> bool:
        """Whether the last day has been lived."""
        return self.day >= self.scenario.last_day

    def live(self, until: int) -> Output:
        """Live days up to (not including) ``until``, at most to the end of the month, which is then closed.

        Returns
        -------
        Output
            Records of the month so far, or of the month that was closed.
        """
        world, month, first_day = self.world, self.month, self.scenario.first_day
        stop = min(until, self.month_end)
        first_of, ends = max(day_number(first_of_month(month)), first_day), stop == self.month_end
        if self.day == first_of:
            _clear(self.out)
        if self.others is not None:
            self.others.turn_up(month)
        with _quiet():
            while self.day < stop:
                self.day = live_days(
                    world.state, world.rates, world.load, world.work, self.out, self.day, stop, month % 12, first_of,
                    self.day == first_day, world.season[self.day - first_day :], world.before,
                )  # fmt: skip
                self._check()
                if self.day < stop:  # a list might be too short for that day
                    self.out = enlarge(world, self.out)
            if ends:
                days, heads = stop - first_of, np.zeros((2, *self.out.people.shape[1:]), np.int64)
                in_hospital = close_month(world.state, self.out, stop, days, *self.quality, heads)
                self._check()
        if ends:
            self._check_conservation(int(heads[0].sum()), in_hospital)
            self._end_month(month, days)
        return self.out

    def _end_month(self, month: int, days: int) -> None:
        out, closing = self.out, self.finished
        self._count_chronic()
        if self.others is not None:
            self.others.follow(out, month)
        self.planning.settle(out, month, days, closing)
        if self.day == self.scenario.start_day:
            wards = self.world.state.organisations.wards
            wards.ward_reference[:] = wards.ward_smoothed
        self.capacity.plan(month % 12)
        if month >= self.planning.start:
            self._keep(month, days)
            if not closing:
                self.planning.decide(out, month)

    def _keep(self, month: int, days: int) -> None:
        kept, out = self.kept, self.out
        kept.months.append(month)
        kept.days.append(days)
        kept.counters.append(Counters(out.people.copy(), out.activity.copy(), out.quantity.copy(), out.ward.copy()))
        kept.stay_bins.append(out.stay_bins.copy())
        kept.return_bins.append(out.return_bins.copy())
        if self.keep_events:
            kept.events.append(out.row[: int(out.used[0])].copy())

    def _count_chronic(self) -> None:
        """Count person-days of the chronically ill, from those by practice."""
        counters = self.out.people
        groups = self.out.listed_days.sum(axis=0).reshape(*counters.shape[1:], RISK_GROUPS, 2)
        counters[COUNTER["chronic_person_days"]] += groups[:, :, 1:].sum(axis=(2, 3))
        counters[COUNTER["enrolled_person_days"]] += groups[:, :, 1:, 1].sum(axis=2)

    def _check(self) -> None:
        fault = int(self.out.fault[0])
        if fault:
            raise RuntimeError(f"{date_of(self.day)}: {_FAULTS[fault]} holds less than was reserved for the day")

    def _check_conservation(self, alive: int, in_hospital: int) -> None:
        """People and places are conserved: heads counted day by day are the heads that are there."""
        state = self.world.state
        towns = state.organisations.towns
        found = {
            "people alive": (int(state.organisations.census[0].sum()), alive),
            "people in hospital": (int(state.stays.count[0]), in_hospital),
            "people in temporary places": (int(towns.temporary_used.sum()), int(state.lists.temporary.count[0])),
        }
        for what, (counted, there) in found.items():
            if counted != there:
                raise RuntimeError(f"{date_of(self.day)}: {what} are not conserved: {counted} counted, {there} there")


def _clear(out: Output) -> None:
    """Empty the buffers for the next month."""
    out.used[0] = 0
    counted = (out.people, out.activity, out.quantity, out.ward, out.stay_bins, out.return_bins, out.listed_days)
    for array in (*counted, *out.sums, out.practice_minutes, out.unit_use, out.nurse_use, out.ward_month):
        array[...] = 0


def _quiet() -> np.errstate:
    """Interpreted, 64-bit words wrap around as they should, but NumPy warns; compiled they wrap silently."""
    return np.errstate(over="ignore" if interpreted else "warn")
