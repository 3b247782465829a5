"""Small runs for the tests: a few hundred people, roomy or tight, and their tables as bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from sim.months import Months
from sim.runs import Result, result_of
from sim.scenario import Scenario
from sim.state import People, State

TABLES = ("indicators", "activity", "ledger", "costs", "incentives", "events")


def small(contract: str = "denmark-2018", scale: float = 0.03, years: int = 1, **changes: Any) -> Scenario:
    """A scenario of about 1,400 people without burn-in; changes are keys with two underscores for each dot."""
    stated = {"population.scale": scale, "time.years": years, "time.burn_in_years": 0}
    stated |= {name.replace("__", "."): value for name, value in changes.items()}
    return Scenario.load(contract).with_(stated)


def tables(result: Result) -> dict[str, pd.DataFrame]:
    """All tables of a run by name."""
    return {name: getattr(result, name) for name in TABLES}


def digest(result: Result) -> str:
    """Hash of every byte of every table."""
    hashed = hashlib.blake2b(digest_size=16)
    for name, table in tables(result).items():
        hashed.update(name.encode() + b"\0" + table.to_csv().encode())
    return hashed.hexdigest()


def same_tables(one: Result, other: Result) -> None:
    """Assert that all tables of two runs are the same, to the last bit."""
    for name, table in tables(one).items():
        pd.testing.assert_frame_equal(table, getattr(other, name), check_exact=True, obj=name)


def tighten(run: Months) -> Months:
    """Take away so much that every capacity runs out: minutes, hours, nurses, places and beds.

    A sample leaves organisations at full size, so that without this nobody in it would ever have to wait.
    """
    organisations = run.world.state.organisations
    sample = float(run.scenario.population.scale)
    organisations.practices.gp_minutes[:] = organisations.practices.gp_minutes * sample * 1.6
    organisations.practices.gp_background[:] = organisations.practices.gp_background * sample * 1.6
    organisations.units.unit_capacity[:] = organisations.units.unit_capacity * sample
    organisations.towns.nurse_capacity[:] = 1
    organisations.towns.temporary_capacity[:] = 1
    organisations.towns.nursing_capacity[:] = organisations.towns.nursing_capacity * sample * 0.9
    organisations.wards.ward_beds[:] = np.maximum(organisations.wards.ward_beds * sample, 1)
    organisations.wards.ward_background[:] = organisations.wards.ward_background * sample
    return run


def roomy(run: Months) -> Months:
    """Leave everything as it is."""
    return run


WORLDS: dict[str, Callable[[Months], Months]] = {"roomy": roomy, "tight": tighten}


def live_through(run: Months) -> Result:
    """Live all days that are left; the tables."""
    while not run.finished:
        run.live(run.month_end)
    return result_of(run)


def with_people(run: Months, rows: np.ndarray) -> Months:
    """The same run with people in other rows, or without some of them, before anybody has arrived."""
    state = run.world.state
    assert int(state.organisations.present[0]) == 0
    people = People(*(np.ascontiguousarray(column[rows]).view(type(column)) for column in state.people))
    run.world.state = State(people, *state[1:])
    return run
