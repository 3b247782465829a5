"""Whose purse each account is, as a provider sees it from its municipality or from the whole catchment."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.payment.accounts import ROLES, Accounts

#: Purses as seen from a municipality: the roles of contracts (own municipality, one own practice, ...; ``outside``
#: holds all others), and the pools and consortia, which are empty after their split.
PURSES: Final[tuple[str, ...]] = (*ROLES, "pools")
PURSE: Final[dict[str, int]] = {name: index for index, name in enumerate(PURSES)}


@lru_cache(maxsize=8)
def purses_of(accounts: Accounts) -> NDArray[np.int64]:
    """Which purse each account is, seen from each municipality: array (municipalities, accounts).

    A municipality's practice is its first one (they differ in nothing that prices an event).
    """
    places = accounts.places
    towns = len(places.municipalities)
    purse = np.full((towns, len(accounts)), PURSE["outside"], dtype=np.int64)
    for name in ("region", "state", "patients"):
        purse[:, accounts.position[name]] = PURSE[name]
    purse[:, accounts.role("ward")] = PURSE["ward"]
    for name in accounts.pools:
        purse[:, accounts.position[name]] = PURSE["pools"]
    of_role = {name: accounts.role(name) for name in ("municipality", "gp", "home-care")}
    for town in range(towns):
        purse[town, of_role["municipality"][town]] = PURSE["municipality"]
        if town in places.practice_municipality:
            purse[town, of_role["gp"][places.practice_municipality.index(town)]] = PURSE["gp"]
        if town in places.unit_municipality:
            purse[town, of_role["home-care"][places.unit_municipality.index(town)]] = PURSE["home-care"]
    return purse


@lru_cache(maxsize=8)
def purses_of_all(accounts: Accounts) -> NDArray[np.int64]:
    """Which purse each account is, seen from the whole catchment, shape (accounts,): everybody's purse of a role."""
    purse = np.full(len(accounts), PURSE["outside"], dtype=np.int64)
    for name in ROLES:
        if name != "outside":
            purse[accounts.role(name)] = PURSE[name]
    for name in accounts.pools:
        purse[accounts.position[name]] = PURSE["pools"]
    return purse
