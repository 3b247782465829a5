"""What everybody asks for and occupies day by day, measured once for a base scenario and kept for its samples.

A measuring run lives the whole catchment under the reference contract, every level as observed. It depends on neither
the seed nor the scale of a run, so all samples, seeds and contracts of a base scenario share it.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import interpreted
from sim.fingerprint import load_name
from sim.kept import kept_or_made
from sim.measuring import LOADS, USES, measured_run

if TYPE_CHECKING:
    from sim.scenario import Scenario

Numbers = NDArray[np.float64]
_DAYS_OF_OPENING: Final = 5  # a week of general practice


class Profile(NamedTuple):
    """Daily load of the organisations of a kind: the mean is ``share`` of the weekday times ``total`` of the month.

    One total for all organisations of a kind keeps season and trend, and the chance of a single small one out.
    """

    total: Numbers  # (months,) of all organisations together
    share: Numbers  # (weekdays, organisations) of the mean day's total
    spread: Numbers  # (organisations,) standard deviation of a day
    lasting: Numbers  # (organisations,) share of that variance which lasts from day to day
    memory: Numbers  # (organisations,) correlation of what lasts, from one day of opening to the next


class MeasuredLoad(NamedTuple):
    """Load of the whole catchment from the first day of burn-in."""

    profiles: dict[str, Profile]  # by LOADS
    use: dict[str, Numbers]  # by USES, (months,)
    planned: Numbers  # (wards,) planned admissions asked for over those that found a bed


def measured_load(scenario: Scenario) -> MeasuredLoad:
    """Load of the whole catchment of a scenario, measured at first use (seconds) and kept in the cache folder.

    Parameters
    ----------
    scenario : Scenario
        Its payment schedule, responses, scale, and interventions from the start of the accounts on play no part.
    """
    return _kept(load_name(scenario), scenario)


@lru_cache(maxsize=8)
def _kept(name: str, scenario: Scenario) -> MeasuredLoad:
    kept = kept_or_made(name, lambda: _elsewhere(scenario) if interpreted else measure(scenario))
    profiles = {load: Profile(*(np.array(column) for column in kept["profiles"][load])) for load in LOADS}
    return MeasuredLoad(profiles, {use: np.array(kept["use"][use]) for use in USES}, np.array(kept["planned"]))


def measure(scenario: Scenario) -> dict[str, Any]:
    """Measure the load of the whole catchment of a scenario; plain lists that JSON can hold."""
    runs = int(scenario.parameters.number("people.sample.measuring_runs"))
    base = _base(scenario)
    parts = [measured_run(base, seed) for seed in range(1, runs + 1)]
    months = parts[0].months
    weekdays = (base.first_day + np.arange(len(months)) + 3) % 7
    daily = {name: [part.daily[name] for part in parts] for name in LOADS}
    asked, put_off = np.sum([part.beds for part in parts], axis=0)
    return {
        "profiles": {name: [column.tolist() for column in _profile(daily[name], months, weekdays)] for name in LOADS},
        "use": {name: np.mean([part.use[name] for part in parts], axis=0).tolist() for name in USES},
        "planned": (np.maximum(asked, 1.0) / np.maximum(asked - put_off, 1.0)).tolist(),
    }


def _base(scenario: Scenario) -> Scenario:
    """The whole catchment under the reference, where nobody has anything to respond to."""
    changes: dict[str, Any] = {"population.scale": 1.0, "time.years": _years(scenario)}
    changes |= {f"response.{actor}": "none" for actor in ("gp", "home_care", "ward")}
    base = scenario.with_(changes, payment=scenario.response.reference)
    before = tuple(one for one in base.interventions if one.start is not None and one.start < base.time.start)
    return base if before == base.interventions else base.with_interventions(before)


def _years(scenario: Scenario) -> int:
    """Years measured after burn-in: the same for every horizon, so that a longer run begins like a shorter one."""
    return int(scenario.parameters.number("people.sample.measuring_years"))


def _elsewhere(scenario: Scenario) -> dict[str, Any]:
    """Measure in a process that compiles: interpreted, a run of everybody takes the better part of an hour."""
    code = (
        "import json, pickle, sys; from sim.measured_load import measure; "
        "print(json.dumps(measure(pickle.load(sys.stdin.buffer))))"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "0", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(scenario), stdout=subprocess.PIPE, env=environment, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _profile(runs: list[Numbers], months: NDArray[np.int64], weekdays: NDArray[np.int64]) -> Profile:
    """Totals by month, shares of organisations, and how days differ from both, over all runs."""
    opened = ~np.isnan(runs[0][:, 0])
    daily, month = np.concatenate([run[opened] for run in runs]), np.tile(months[opened], len(runs))
    weekday = np.tile(weekdays[opened], len(runs))
    number = int(months[-1]) + 1
    total = np.bincount(month, daily.sum(axis=1), number) / np.maximum(np.bincount(month, minlength=number), 1)
    by_weekday = np.zeros((7, daily.shape[1]))
    np.add.at(by_weekday, weekday, daily)
    by_weekday /= np.maximum(np.bincount(weekday, minlength=7), 1)[:, None]
    share = by_weekday / max(float(daily.sum(axis=1).mean()), 1e-9)
    rest = daily - total[month][:, None] * share[weekday]
    variance = np.mean(rest**2, axis=0)
    return Profile(total, share, np.sqrt(variance), *_persistence(rest, variance))


def _persistence(rest: Numbers, variance: Numbers) -> tuple[Numbers, Numbers]:
    """Share of the variance that lasts and its correlation from day to day, from those over one day and over a week.

    A backlog lasts, the demand of a day does not; the correlation over one day alone would mix them up.
    """
    one, week = (
        np.mean(rest[lag:] * rest[:-lag], axis=0) / np.maximum(variance, 1e-12) for lag in (1, _DAYS_OF_OPENING)
    )  # fmt: skip
    one = np.clip(one, 1e-6, 1.0)
    memory = np.clip(np.clip(week, 0.0, 1.0) / one, 0.0, 0.99**4) ** (1.0 / (_DAYS_OF_OPENING - 1))
    return np.clip(one / np.maximum(memory, 1e-6), 0.0, 1.0) * (memory > 0.0), memory
