"""Small runs for the tests: some hundred people, roomy or tight, and their tables as bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.day.before import Before
from sim.months import Months
from sim.recent_past import listed_by_day
from sim.runs import Result, result_of, simulate  # noqa: F401  (for tests in another interpreter)
from sim.scenario import Scenario
from sim.state import People, State, arrays

TABLES = ("indicators", "activity", "ledger", "costs", "incentives", "events")


def small(contract: str = "denmark-2018", scale: float = 0.03, **changes: Any) -> Scenario:
    """One year of about 1,400 people without burn-in; other changes have two underscores for each dot."""
    stated = {"population.scale": scale, "time.years": 1, "time.burn_in_years": 0}
    stated |= {name.replace("__", "."): value for name, value in changes.items()}
    return Scenario.load(contract).with_(stated)


def tables(result: Result) -> dict[str, pd.DataFrame]:
    """All tables of a run by name."""
    return {name: getattr(result, name) for name in TABLES}


def assert_same(one: Result, other: Result, *names: str) -> None:
    """All tables (or those named) of two runs are the same to the last bit."""
    for name in names or TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True, obj=name)


def digest(result: Result) -> str:
    """Hash of every byte of every table."""
    hashed = hashlib.blake2b(digest_size=16)
    for name, table in tables(result).items():
        hashed.update(name.encode() + b"\0" + table.to_csv().encode())
    return hashed.hexdigest()


def live_until(run: Months, day: int) -> Months:
    """Live days up to (not including) a day."""
    while run.day < day:
        run.live(day)
    return run


def finish(run: Months) -> Result:
    """Live all days that are left; the tables."""
    live_until(run, run.scenario.last_day)
    return result_of(run)


def parts(whole: Any) -> dict[str, NDArray[Any]]:
    """All arrays of a state or of records, each field of a record apart (the padding between fields is not ours)."""
    found: dict[str, NDArray[Any]] = {}
    for name, array in arrays(whole):
        for field in array.dtype.names or ("",):
            found[f"{name}.{field}"] = np.asarray(array[field] if field else array)
    return found


def life(run: Months) -> str:
    """Hash of the whole state and of the month's records."""
    hashed = hashlib.blake2b(digest_size=16)
    used = run.out._replace(row=run.out.row[: int(run.out.used[0])])  # what lies behind is of earlier months
    for name, array in {**parts(run.world.state), **parts(used)}.items():
        hashed.update(name.encode() + b"\0" + np.ascontiguousarray(array).tobytes())
    return hashed.hexdigest()


def tighten(run: Months) -> Months:
    """Take away so much that minutes, hours, nurses, places and beds all run out.

    Organisations are cut to the size of the sample, so those who are not in it are left out.
    """
    run.others = None
    organisations, sample = run.world.state.organisations, float(run.scenario.population.scale)
    practices, units, towns, wards = (
        organisations.practices, organisations.units, organisations.towns, organisations.wards,
    )  # fmt: skip
    practices["gp_minutes"] = practices["gp_minutes"] * sample * 1.6
    practices["gp_background"] = practices["gp_background"] * sample * 1.6
    units["unit_capacity"] = units["unit_capacity"] * sample
    towns["nurse_capacity"] = 1
    towns["temporary_capacity"] = 1
    towns["nursing_capacity"] = towns["nursing_capacity"] * sample * 0.9
    wards["ward_beds"] = np.maximum(wards["ward_beds"] * sample, 1)
    wards["ward_background"] = wards["ward_background"] * sample
    return run


def one_place(run: Months) -> Months:
    """Leave no acute nurse and hardly a temporary place: several people a day are judged while the last one goes."""
    run.others = None
    towns = run.world.state.organisations.towns
    towns["nurse_capacity"] = 0
    towns["temporary_capacity"] = np.maximum(300 * float(run.scenario.population.scale) * 0.05, 1)
    return run


def roomy(run: Months) -> Months:
    """Leave everything at full size, with all others as load."""
    return run


WORLDS: dict[str, Callable[[Months], Months]] = {"roomy": roomy, "tight": tighten}


def with_rows(run: Months, rows: NDArray[Any]) -> Months:
    """Put people into other rows, or leave some out, before anybody has arrived."""
    state = run.world.state
    assert int(state.organisations.present[0]) == 0, "people have already arrived"
    run.world.state = State(People(*(column[rows].copy() for column in state.people)), *state[1:])
    before = run.world.before
    run.world.before = Before(
        *_moved(before.course, before.course_from, rows),
        *_moved(before.referral, before.referral_from, rows),
        before.frailty[rows],
        before.month,
    )
    return run


def _moved(
    listed: NDArray[np.uint32], begins: NDArray[np.int64], rows: NDArray[Any]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """A list of rows by day after people were put into other rows; those left out are on it no longer."""
    day = np.full(max(int(rows.max()), int(listed.max(initial=0))) + 1, -1)
    day[listed] = np.repeat(np.arange(len(begins) - 1), np.diff(begins))
    there = np.flatnonzero(day[rows] >= 0)
    return listed_by_day(there, day[rows][there], len(begins) - 1)
