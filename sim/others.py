"""People of the catchment who are not in the sample: absent as persons, present as load.

At a scale below 1 organisations keep their full size. What those left out ask for and occupy is drawn day by day around
the measured load of the whole catchment (:mod:`sim.measured_load`), less the share of the sample. It follows what the
people of the sample do: if under another contract they use a tenth less of the wards, so, after a while, do the others.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.chance import uniforms
from sim.clock import date_of, day_number, first_of_month, month_number
from sim.day.frame import LOAD_DAYS
from sim.measured_load import MeasuredLoad, measured_load
from sim.measuring import LOADS, USES, use_of
from sim.network import names_to_keys

if TYPE_CHECKING:
    from sim.building import World
    from sim.day.frame import Output
    from sim.scenario import Scenario

Numbers = NDArray[np.float64]
#: Whose use tells how a load changes.
_USE_OF: Final = {"pressing": "practice", "planned": "practice", "ward_before": "ward", "ward_after": "ward"}
#: Demand that has no upper bound and a long tail; the others are numbers of places, spread evenly around their mean.
_DEMAND: Final = frozenset({"pressing", "planned"})
_WARD: Final = ("ward_before", "ward_after", "ward")
_STOCKS: Final = frozenset({"unit", "nursing_home"})  # hardly move within a month


def others_of(scenario: Scenario, world: World, seed: int) -> Others | None:
    """Those who are not in the sample; nobody from scale 1 on."""
    return Others(scenario, world, seed) if scenario.population.scale < 1.0 else None


class Others:
    """The load of those who are not in the sample of one run.

    Parameters
    ----------
    scenario : Scenario
        Scenario with a scale below 1.
    world : World
        Gives organisations and the shares of the sample.
    seed : int
        Root seed.
    """

    def __init__(self, scenario: Scenario, world: World, seed: int) -> None:
        p, network = scenario.parameters, world.network
        self.scenario, self.world, self.seed = scenario, world, seed
        self.first = month_number(date_of(scenario.first_day))
        self.memory = p.number("people.sample.memory")
        self.most = p.number("people.sample.largest_change")
        organisations = world.state.organisations
        practices = organisations.practices.gp_key.copy()
        towns = names_to_keys([one.name for one in network.municipalities])
        units = names_to_keys([one.name for one in network.units])
        self.keys: dict[str, NDArray[np.uint64]] = {
            "pressing": practices, "planned": practices, "unit": units, "nurse": towns, "temporary": towns,
            "nursing_home": towns,
        }  # fmt: skip
        self.keys |= dict.fromkeys(_WARD, organisations.wards.ward_key.copy())
        left_out = 1.0 - float(scenario.population.scale)
        self.left_out: dict[str, Numbers] = {name: np.full(len(self.keys[name]), left_out) for name in LOADS}
        self.left_out |= {"unit": 1.0 - world.sampled.unit, "nursing_home": 1.0 - world.sampled.nursing_home}
        self.month: int | None = None  # whose load is written

    @cached_property
    def measured(self) -> MeasuredLoad:
        """Load of the whole catchment; looked up on the first day lived."""
        return measured_load(self.scenario)

    @cached_property
    def expected(self) -> dict[str, Numbers]:
        """What the people of the sample are expected to use, by kind and month."""
        return {name: self._expected(name) for name in USES}

    def _expected(self, use: str) -> Numbers:
        """What the people of the sample would use month by month if they were like everybody."""
        name = "planned" if use == "practice" else use
        share = self.measured.profiles[name].share
        sampled = float((share @ (1.0 - self.left_out[name])).sum() / share.sum())
        return np.maximum(sampled * self.measured.use[use], 1e-9)

    def turn_up(self, month: int) -> None:
        """Write the load of each day of a month, unless it is written."""
        if month == self.month:
            return
        self.month, load = month, self.world.load
        days = np.arange(day_number(first_of_month(month)), day_number(first_of_month(month + 1)))
        drawn = {name: self._drawn(name, month, days).astype(np.int64) for name in LOADS}
        at = days % LOAD_DAYS
        load.practice[:, 0, at], load.practice[:, 1, at] = drawn["pressing"], drawn["planned"]
        load.unit[:, at], load.nurse[:, at] = drawn["unit"], drawn["nurse"]
        load.planned[:] = self.measured.planned
        for time, name in enumerate(_WARD):
            load.ward[:, time, at] = drawn[name]
        load.temporary[:, at], load.nursing_home[:, at] = drawn["temporary"], drawn["nursing_home"]

    def mean(self, name: str, month: int, days: NDArray[np.int64]) -> Numbers:
        """Mean load of each organisation of a kind, shape (organisations, days), on days of a month."""
        profile = self.measured.profiles[name]
        use, total = _USE_OF.get(name, name), profile.total[self._measured_month(month)]
        if use in USES:
            total *= self.world.state.organisations.others[USES.index(use)]
        return np.asarray(self.left_out[name][:, None] * profile.share[(days + 3) % 7].T * total)

    def _drawn(self, name: str, month: int, days: NDArray[np.int64]) -> Numbers:
        """One number for each organisation and day: people are taken out at random, so variance falls like the mean."""
        mean = self.mean(name, month, days)
        if name in _STOCKS:
            return np.rint(mean)
        spread = (self.measured.profiles[name].spread * np.sqrt(self.left_out[name]))[:, None]
        z = self._luck("ward" if name in _WARD else name, days)  # one luck at all times of the day
        if name in _DEMAND:
            log_spread = np.sqrt(np.log1p((spread / np.maximum(mean, 1e-9)) ** 2))
            return np.asarray(np.rint(mean * np.exp(log_spread * z - 0.5 * log_spread**2)))
        return np.asarray(np.rint(np.maximum(mean + spread * z, 0.0)))

    def _luck(self, name: str, days: NDArray[np.int64]) -> Numbers:
        """Standard normal numbers (organisations, days): a part that lasts from day to day, and a rest.

        What lasts is followed from a month earlier, so that it is the same however many days are lived at a time.
        """
        profile, keys = self.measured.profiles[name], self.keys[name][:, None]
        decision = f"others {name}"
        before = np.arange(days[0] - LOAD_DAYS, days[-1] + 1)
        if name in _DEMAND:
            before = before[(before + 3) % 7 < 5]
        lasting = ndtri(uniforms(self.seed, decision, keys, before[None, :], 1)).T
        memory, news = profile.memory, np.sqrt(1.0 - profile.memory**2)
        for at in range(1, len(before)):
            lasting[at] = memory * lasting[at - 1] + news * lasting[at]
        kept = np.zeros((len(days), len(keys)))  # nothing on a day when practices are closed
        kept[before[before >= days[0]] - days[0]] = lasting[before >= days[0]]
        fresh = ndtri(uniforms(self.seed, decision, keys, days[None, :]))
        return np.asarray(np.sqrt(profile.lasting)[:, None] * kept.T + np.sqrt(1.0 - profile.lasting)[:, None] * fresh)

    def _measured_month(self, month: int) -> int:
        """The month as it was measured; after the last one, the same calendar month of the last year measured."""
        at, measured = month - self.first, len(self.measured.use["ward"])
        return at if at < measured else measured - 12 + (at - measured) % 12

    def follow(self, out: Output, month: int) -> None:
        """See what the people of the sample used in a month."""
        change = self.world.state.organisations.others
        for at, (name, used) in enumerate(use_of(out).items()):
            ratio = used / self.expected[name][self._measured_month(month)]
            smoothed = change[at] + (ratio - change[at]) / self.memory
            change[at] = min(max(smoothed, 1.0 / self.most), self.most)
