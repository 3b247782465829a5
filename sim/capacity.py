"""Capacity that follows the number and age of people, so that unchanged rules mean unchanged supply for each need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.day.frame import RISK_GROUPS

if TYPE_CHECKING:
    from sim.building import World
    from sim.parameters import Parameters

Numbers = NDArray[np.float64]


class CapacityPlan:
    """What each New Year makes of the capacities of the first month.

    Home help is a right: there is room for what was granted. General practice and municipal places follow the people on
    the list or in the municipality by age, in proportion to the parameters ``follows_need`` (1 in full, 0 not at all).
    Beds do not follow: they are a decision of the region.

    Parameters
    ----------
    world : World
        At the end of its first month.
    parameters : Parameters
    """

    def __init__(self, world: World, parameters: Parameters) -> None:
        self.world, self.parameters = world, parameters
        organisations = world.state.organisations
        self.practices = organisations.practices.copy()
        self.towns = organisations.towns.copy()
        in_care = organisations.census[2].sum(axis=0) + _with_home_help(world)
        self.care_by_band = in_care / np.maximum(organisations.census[0].sum(axis=0), 1)
        self.on_lists, self.in_towns = self._on_lists(), self._in_towns()

    def plan_capacity(self) -> None:
        """Set the capacities of the year to come."""
        organisations, p = self.world.state.organisations, self.parameters
        units = organisations.units
        room = 1.0 + p.number("home_care.help.room")
        units.unit_capacity[:] = np.maximum(units.unit_capacity, units.unit_committed * room)
        growth = _growth(self._on_lists(), self.on_lists, p.number("general_practice.capacity.follows_need"))
        older = self.practices.gp_minutes - self.practices.gp_background
        organisations.practices.gp_minutes[:] = np.rint(self.practices.gp_background + older * growth)
        growth = _growth(self._in_towns(), self.in_towns, p.number("home_care.places.follow_need"))
        for places in ("nurse_capacity", "temporary_capacity", "nursing_capacity"):
            organisations.towns[places][:] = np.rint(self.towns[places] * growth)

    def _on_lists(self) -> Numbers:
        """Planned contacts a year that the people on each list need at the rates of their age, shape (practices,)."""
        listed, bands = self.world.state.organisations.listed, self.world.rates.derived.contacts_by_band
        by_band = listed.reshape(len(listed), -1, len(bands), 2 * RISK_GROUPS).sum(axis=(1, 3))
        return np.asarray(by_band @ bands)

    def _in_towns(self) -> Numbers:
        """People in municipal care at the shares by age of the first month, shape (municipalities,)."""
        return np.asarray(self.world.state.organisations.census[0] @ self.care_by_band)


def _with_home_help(world: World) -> Numbers:
    card = world.state.people.card
    recipients = np.bincount(card.band[card.help > 0], minlength=world.state.organisations.census.shape[2])
    return recipients.astype(np.float64)


def _growth(now: Numbers, then: Numbers, follows: float) -> Numbers:
    return np.asarray(1.0 + follows * (now / np.maximum(then, 1e-9) - 1.0))
