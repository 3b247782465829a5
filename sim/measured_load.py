"""What everybody asks for and occupies day by day, measured once for a base scenario and kept for its samples.

A measuring run lives the whole catchment under the reference contract, every level as observed. It depends on neither
the seed nor the scale of a run, so all samples, seeds and contracts of a base scenario share it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import interpreted
from sim.fingerprint import base_fingerprint
from sim.kept import kept_or_made
from sim.measures import MEASURE

if TYPE_CHECKING:
    from sim.day.frame import Output
    from sim.months import Months
    from sim.scenario import Scenario

Numbers = NDArray[np.float64]
#: What is measured of organisations day by day.
LOADS: Final = ("pressing", "planned", "ward", "unit", "nurse", "temporary", "nursing_home")
#: What people use month by month, from which a change is seen.
USES: Final = ("practice", "ward", "unit", "nurse", "temporary", "nursing_home")


class Profile(NamedTuple):
    """Daily load of the organisations of a kind: the mean is ``share * total`` of the month.

    One total for all organisations of a kind keeps season and trend, and the chance of a single small one out.
    """

    total: Numbers  # (months,) of all organisations together
    share: Numbers  # (organisations,)
    spread: Numbers  # (organisations,) standard deviation from day to day


class MeasuredLoad(NamedTuple):
    """Load of the whole catchment from the first day of burn-in."""

    profiles: dict[str, Profile]  # by LOADS
    use: dict[str, Numbers]  # by USES, (months,)


def measured_load(scenario: Scenario) -> MeasuredLoad:
    """Load of the whole catchment of a scenario, measured at first use (seconds) and kept in the cache folder.

    Parameters
    ----------
    scenario : Scenario
        Its payment schedule, responses, scale, and interventions from the start of the accounts on play no part.
    """
    return _of_base(base_fingerprint(scenario), scenario)


@lru_cache(maxsize=8)
def _of_base(base: str, scenario: Scenario) -> MeasuredLoad:
    kept = kept_or_made(f"load-{base}", lambda: _elsewhere(scenario) if interpreted else measure(scenario))
    profiles = {name: Profile(*(np.array(column) for column in kept["profiles"][name])) for name in LOADS}
    return MeasuredLoad(profiles, {name: np.array(kept["use"][name]) for name in USES})


def measure(scenario: Scenario) -> dict[str, Any]:
    """Measure the load of the whole catchment of a scenario; plain lists that JSON can hold."""
    runs = int(scenario.parameters.number("people.sample.measuring_runs"))
    parts = [_measured_run(_base(scenario), seed) for seed in range(1, runs + 1)]
    months = parts[0][0]
    daily = {name: [series[name] for _, series, _ in parts] for name in LOADS}
    return {
        "profiles": {name: [column.tolist() for column in _profile(daily[name], months)] for name in LOADS},
        "use": {name: np.mean([use[name] for _, _, use in parts], axis=0).tolist() for name in USES},
    }


def _base(scenario: Scenario) -> Scenario:
    """The whole catchment under the reference, where nobody has anything to respond to."""
    changes = {"population.scale": 1.0} | {f"response.{actor}": "none" for actor in ("gp", "home_care", "ward")}
    base = scenario.with_(changes, payment=scenario.response.reference)
    before = tuple(one for one in base.interventions if one.start is not None and one.start < base.time.start)
    return base if before == base.interventions else base.with_interventions(before)


def _elsewhere(scenario: Scenario) -> dict[str, Any]:
    """Measure in a process that compiles: interpreted, a run of everybody takes the better part of an hour."""
    code = (
        "import json, pickle, sys; from sim.measured_load import measure; "
        "print(json.dumps(measure(pickle.load(sys.stdin.buffer))))"
    )
    import json

    environment = {**os.environ, "NUMBA_DISABLE_JIT": "0", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(scenario), stdout=subprocess.PIPE, env=environment, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _measured_run(base: Scenario, seed: int) -> tuple[NDArray[np.int64], dict[str, Numbers], dict[str, Numbers]]:
    """Month of each day, daily loads (days, organisations), and use (months,) of one run."""
    from sim.months import Months

    run = Months(base, seed)
    first = run.month
    months: list[int] = []
    days: list[dict[str, NDArray[Any]]] = []
    use: dict[str, list[float]] = {name: [] for name in USES}
    visits: NDArray[Any] = np.zeros(1)  # wanted so far in the month
    while not run.finished:
        month, workday = run.month, (run.day + 3) % 7 < 5
        out = run.live(run.day + 1)
        months.append(month - first)
        days.append(_load_of_day(run, workday) | {"nurse": out.nurse_use[:, 1] - visits})
        visits = out.nurse_use[:, 1].copy()
        if run.finished or run.month != month:
            visits = np.zeros(1)
            for name, amount in use_of(out).items():
                use[name].append(amount)
    daily = {name: np.array([day[name] for day in days], np.float64) for name in LOADS}
    return np.array(months), daily, {name: np.array(amounts) for name, amounts in use.items()}


def _load_of_day(run: Months, workday: bool) -> dict[str, NDArray[Any]]:
    """What practices were asked for today (not a number where closed), and what was occupied tonight."""
    organisations, work = run.world.state.organisations, run.world.work
    towns = organisations.towns
    claims = work.practice.entry[: work.practice.count[0]]
    practices = len(organisations.practices)
    pressing = (claims.rank >> np.uint64(60)) <= 1  # urgent and soon
    wanted = np.zeros((2, practices))
    for kind, chosen in enumerate((pressing, ~pressing)):
        wanted[kind] = np.bincount(claims.place[chosen], weights=claims.amount[chosen], minlength=practices)
    if not workday:
        wanted[:] = np.nan
    return {
        "pressing": wanted[0],
        "planned": wanted[1],
        "ward": organisations.wards.ward_modelled.copy(),
        "unit": organisations.units.unit_committed.copy(),
        "temporary": towns.temporary_used.copy(),
        "nursing_home": towns.nursing_used.copy(),
    }


def use_of(out: Output) -> dict[str, float]:
    """What people of the model used in a month."""
    return {
        "practice": float(out.practice_minutes[:, 0].sum()),
        "ward": float(out.ward_month[:, 0].sum()),
        "unit": float(out.quantity[MEASURE["home_help"]].sum()),
        "nurse": float(out.nurse_use[:, 0].sum()),
        "temporary": float(out.quantity[MEASURE["temporary_place_day"]].sum()),
        "nursing_home": float(out.quantity[MEASURE["nursing_home_day"]].sum()),
    }


def _profile(runs: list[Numbers], months: NDArray[np.int64]) -> Profile:
    """Totals by month, shares of organisations and daily spread around both, over all runs."""
    daily = np.concatenate(runs)
    month = np.tile(months, len(runs))
    opened = ~np.isnan(daily[:, 0])
    daily, month = daily[opened], month[opened]
    number = int(months[-1]) + 1
    total = np.bincount(month, daily.sum(axis=1), number) / np.maximum(np.bincount(month, minlength=number), 1)
    mean = daily.mean(axis=0)
    share = mean / max(float(mean.sum()), 1e-9)
    return Profile(total, share, np.sqrt(np.mean((daily - total[month][:, None] * share) ** 2, axis=0)))
