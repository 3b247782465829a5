"""People of the catchment who are not in the sample: absent as persons, present as load.

At a scale below 1 organisations keep their full size. What those left out ask for and occupy is drawn day by day around
the measured load of the whole catchment (:mod:`sim.measured_load`), less the share of the sample. It follows what the
people of the sample do: if under another contract they use a tenth less of the wards, so, after a while, do the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.chance import uniforms
from sim.clock import date_of, month_number
from sim.day.frame import LOAD_DAYS
from sim.measured_load import LOADS, USES, MeasuredLoad, measured_load, use_of
from sim.network import names_to_keys
from sim.records import WARD_COUNTER

if TYPE_CHECKING:
    from sim.building import World
    from sim.day.frame import Load, Output
    from sim.scenario import Scenario

Numbers = NDArray[np.float64]
#: Whose use tells how a load changes.
_USE_OF: Final = {"pressing": "practice", "planned": "practice"}
#: Demand that has no upper bound and a long tail; the others are numbers of places, spread evenly around their mean.
_DEMAND: Final = frozenset({"pressing", "planned"})
_REFILLED: Final = WARD_COUNTER["refilled_days"]


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
        self.measured: MeasuredLoad = measured_load(scenario)
        self.seed = seed
        self.first = month_number(date_of(scenario.first_day))
        self.start = month_number(date_of(scenario.start_day))
        self.memory = p.number("people.sample.memory")
        self.most = p.number("people.sample.largest_change")
        self.refill = p.number("hospital.pressure.refill") if p.number("hospital.pressure.switch") > 0.0 else 0.0
        organisations = world.state.organisations
        practices, towns = organisations.practices.gp_key, names_to_keys(one.name for one in network.municipalities)
        units = names_to_keys(one.name for one in network.units)
        self.keys: dict[str, NDArray[np.uint64]] = {
            "pressing": practices, "planned": practices, "ward": organisations.wards.ward_key, "unit": units,
            "nurse": towns, "temporary": towns, "nursing_home": towns,
        }  # fmt: skip
        left_out = 1.0 - float(scenario.population.scale)
        self.left_out: dict[str, Numbers] = {name: np.full(len(self.keys[name]), left_out) for name in LOADS}
        self.left_out |= {"unit": 1.0 - world.sampled.unit, "nursing_home": 1.0 - world.sampled.nursing_home}
        self.expected = {name: self._expected(name) for name in USES}
        #: Smoothed use of the people of the sample over what is expected of them, by kind of use.
        self.change = dict.fromkeys(USES, 1.0)
        self.ward_change_at_start = 1.0

    def _expected(self, use: str) -> Numbers:
        """What the people of the sample would use month by month if they were like everybody."""
        name = "planned" if use == "practice" else use
        sampled = float(self.measured.profiles[name].share @ (1.0 - self.left_out[name]))
        return np.maximum(sampled * self.measured.use[use], 1e-9)

    def turn_up(self, load: Load, month: int, first_day: int) -> None:
        """Write the load of each day of a month."""
        days = np.arange(first_day, first_day + LOAD_DAYS)
        drawn = {name: self._drawn(name, month, days) for name in LOADS}
        at = days % LOAD_DAYS
        load.practice[:, 0, at], load.practice[:, 1, at] = drawn["pressing"], drawn["planned"]
        load.ward[:, at], load.unit[:, at], load.nurse[:, at] = drawn["ward"], drawn["unit"], drawn["nurse"]
        load.temporary[:, at], load.nursing_home[:, at] = drawn["temporary"], drawn["nursing_home"]

    def mean(self, name: str, month: int) -> Numbers:
        """Mean load of each organisation of a kind in a month."""
        profile = self.measured.profiles[name]
        change = self._ward_change() if name == "ward" else self.change[_USE_OF.get(name, name)]
        return np.asarray(self.left_out[name] * profile.share * profile.total[month - self.first] * change)

    def _ward_change(self) -> float:
        """Beds that the others free are refilled like those of the people of the sample."""
        now = self.change["ward"]
        return now - self.refill * (now - self.ward_change_at_start)

    def _drawn(self, name: str, month: int, days: NDArray[np.int64]) -> NDArray[np.int64]:
        """One number for each organisation and day: people are taken out at random, so variance falls like the mean."""
        mean = self.mean(name, month)[:, None]
        if name in ("unit", "nursing_home"):
            return np.asarray(np.rint(mean + 0.0 * days), np.int64)  # stocks that hardly move within a month
        spread = (self.measured.profiles[name].spread * np.sqrt(self.left_out[name]))[:, None]
        z = ndtri(uniforms(self.seed, f"others {name}", self.keys[name][:, None], days[None, :]))
        if name in _DEMAND:
            log_spread = np.sqrt(np.log1p((spread / np.maximum(mean, 1e-9)) ** 2))
            return np.asarray(np.rint(mean * np.exp(log_spread * z - 0.5 * log_spread**2)), np.int64)
        return np.asarray(np.rint(np.maximum(mean + spread * z, 0.0)), np.int64)

    def follow(self, out: Output, month: int, days: int) -> None:
        """See what the people of the sample used in a month, and count the beds that were refilled."""
        if month >= self.start:
            refilled = self.refill * (self.ward_change_at_start - self.change["ward"]) / self._ward_change()
            out.ward[_REFILLED] += np.rint(days * refilled * self.mean("ward", month)).astype(np.int64)
        for name, used in use_of(out).items():
            ratio = used / self.expected[name][month - self.first]
            smoothed = self.change[name] + (ratio - self.change[name]) / self.memory
            self.change[name] = min(max(smoothed, 1.0 / self.most), self.most)
        if month == self.start - 1:
            self.ward_change_at_start = self.change["ward"]
