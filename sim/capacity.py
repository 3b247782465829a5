"""Capacity that follows the number and age of people, so that unchanged rules mean unchanged supply for each need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.day.frame import RISK_GROUPS
from sim.measures import AGE_BANDS

if TYPE_CHECKING:
    from sim.building import World
    from sim.scenario import Scenario

Numbers = NDArray[np.float64]
_DECEMBER = 11


class CapacityPlan:
    """What becomes of the capacities of the first day.

    Home help is a right: every few months (``home_care.help.revised_months``) posts are set anew to what is granted and
    what is needed beyond it, times one and ``home_care.help.room``. Each New Year general practice and municipal places
    follow the people on the list or in the municipality by age, in proportion to the parameters ``follows_need`` (1 in
    full, 0 not at all).
    Beds do not follow: they are a decision of the region.

    Parameters
    ----------
    world : World
        As built, on the first morning.
    scenario : Scenario
        Gives parameters and the first day.
    """

    def __init__(self, world: World, scenario: Scenario) -> None:
        self.world, self.parameters = world, scenario.parameters
        organisations, card = world.state.organisations, world.state.people.card
        self.practices, self.towns = organisations.practices.copy(), organisations.towns.copy()
        first = int(np.count_nonzero(world.state.people.arrival <= scenario.first_day))  # who is there comes first
        practice, municipality, birth = (card[name][:first] for name in ("practice", "municipality", "birth"))
        band = np.searchsorted(np.array(AGE_BANDS), (scenario.first_day - birth) / 365.25, side="right") - 1
        contacts = world.rates.derived.contacts_by_band
        self.on_lists = np.bincount(practice, contacts[band], len(self.practices)).astype(np.float64)
        self.in_towns = {
            name: np.bincount(municipality, by_band[band], len(self.towns)).astype(np.float64)
            for name, by_band in self._needs().items()
        }

    def plan(self, month: int) -> None:
        """Set capacities after a calendar month, 0 for January."""
        if (month + 1) % int(self.parameters.number("home_care.help.revised_months")) == 0 or month == _DECEMBER:
            self.set_posts()
        if month == _DECEMBER:
            self.set_places()

    def set_posts(self) -> None:
        """Home-help posts for what is granted and needed, and the room that is kept beside it."""
        units, p = self.world.state.organisations.units, self.parameters
        granted = units.unit_committed + self.world.load.unit[:, 0]
        units.unit_capacity[:] = (granted + self._waited_for()) * (1.0 + p.number("home_care.help.room"))

    def set_places(self) -> None:
        """Minutes in practice, municipal places and acute nurses for the people of the year to come."""
        organisations, p = self.world.state.organisations, self.parameters
        growth = _growth(self._on_lists(), self.on_lists, p.number("general_practice.capacity.follows_need"))
        older = self.practices.gp_minutes - self.practices.gp_background
        organisations.practices.gp_minutes[:] = np.rint(self.practices.gp_background + older * growth)
        for name, by_band in self._needs().items():
            now = organisations.census[0] @ by_band
            growth = _growth(now, self.in_towns[name], p.number("home_care.places.follow_need"))
            organisations.towns[name][:] = np.rint(self.towns[name] * growth)

    def _waited_for(self) -> Numbers:
        """Minutes of home help a week that people need beyond what was granted, by unit, those not sampled included."""
        people, queue = self.world.state.people, self.world.state.lists.help
        waiting = queue.entry[: int(queue.count[0])]
        units = people.card.unit[waiting.row]
        minutes = np.bincount(units, waiting.ratio, len(self.world.state.organisations.units))
        return np.asarray(self.world.weight * minutes, np.float64)

    def _needs(self) -> dict[str, Numbers]:
        """What each municipal capacity follows: the share of people who needed it on the first day, by age band."""
        care, nursing_home = self.world.care_by_band, self.world.nursing_home_by_band
        return {"nurse_capacity": care, "temporary_capacity": care, "nursing_capacity": nursing_home}

    def _on_lists(self) -> Numbers:
        """Planned contacts a year that the people on each list need at the rates of their age, shape (practices,)."""
        listed, bands = self.world.state.organisations.listed, self.world.rates.derived.contacts_by_band
        by_band = listed.reshape(len(listed), -1, len(bands), 2 * RISK_GROUPS).sum(axis=(1, 3))
        return np.asarray(by_band @ bands)


def _growth(now: Numbers, then: Numbers, follows: float) -> Numbers:
    return np.asarray(1.0 + follows * (now / np.maximum(then, 1e-9) - 1.0))
