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
from sim.day.emergency import ELECTIVE_BED
from sim.fingerprint import base_fingerprint
from sim.kept import kept_or_made
from sim.measures import MEASURE
from sim.records import WARD_COUNTER

if TYPE_CHECKING:
    from sim.day.frame import Output
    from sim.months import Months
    from sim.scenario import Scenario

Numbers = NDArray[np.float64]
#: What is measured of organisations day by day.
LOADS: Final = (
    "pressing", "planned", "ward_before", "ward_after", "ward", "unit", "nurse", "temporary", "nursing_home",
)  # fmt: skip
_ADMITTED: Final = WARD_COUNTER["admissions"]
_DAYS_OF_OPENING: Final = 5  # a week of general practice

#: What people use month by month, from which a change is seen.
USES: Final = ("practice", "ward", "unit", "nurse", "temporary", "nursing_home")


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
    return _of_base(base_fingerprint(scenario), scenario)


@lru_cache(maxsize=8)
def _of_base(base: str, scenario: Scenario) -> MeasuredLoad:
    kept = kept_or_made(f"load-{base}", lambda: _elsewhere(scenario) if interpreted else measure(scenario))
    profiles = {name: Profile(*(np.array(column) for column in kept["profiles"][name])) for name in LOADS}
    return MeasuredLoad(profiles, {name: np.array(kept["use"][name]) for name in USES}, np.array(kept["planned"]))


def measure(scenario: Scenario) -> dict[str, Any]:
    """Measure the load of the whole catchment of a scenario; plain lists that JSON can hold."""
    runs = int(scenario.parameters.number("people.sample.measuring_runs"))
    base = _base(scenario)
    parts = [_measured_run(base, seed) for seed in range(1, runs + 1)]
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


class MeasuredRun(NamedTuple):
    """What is kept of one measuring run."""

    months: NDArray[np.int64]  # (days,) month of each day from the first
    daily: dict[str, Numbers]  # by LOADS, (days, organisations)
    use: dict[str, Numbers]  # by USES, (months,)
    beds: Numbers  # (2, wards) planned admissions asked for, and put off


def _measured_run(base: Scenario, seed: int) -> MeasuredRun:
    from sim.months import Months

    run = Months(base, seed)
    first = run.month
    months: list[int] = []
    days: list[dict[str, NDArray[Any]]] = []
    beds = np.zeros((2, len(run.world.network.wards)))
    use: dict[str, list[float]] = {name: [] for name in USES}
    visits: NDArray[Any] = np.zeros(1)  # wanted so far in the month
    admissions: NDArray[Any] = np.zeros(1)
    while not run.finished:
        month, workday = run.month, (run.day + 3) % 7 < 5
        out = run.live(run.day + 1)
        months.append(month - first)
        admitted = out.ward[_ADMITTED]
        today = _load_of_day(run, workday)
        today |= {"nurse": out.nurse_use[:, 1] - visits, "ward_after": today["ward_before"] + admitted - admissions}
        days.append(today)
        beds += _planned_admissions(run)
        visits, admissions = out.nurse_use[:, 1].copy(), admitted.copy()
        if run.finished or run.month != month:
            visits = admissions = np.zeros(1)
            for name, amount in use_of(out).items():
                use[name].append(amount)
    daily = {name: np.array([day[name] for day in days], np.float64) for name in LOADS}
    return MeasuredRun(np.array(months), daily, {name: np.array(amounts) for name, amounts in use.items()}, beds)


def _load_of_day(run: Months, workday: bool) -> dict[str, NDArray[Any]]:
    """What practices were asked for today (not a number where closed), and what was occupied tonight."""
    organisations, work = run.world.state.organisations, run.world.work
    towns, wards = organisations.towns, organisations.wards
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
        "ward_before": wards.ward_before.copy(),
        "ward": wards.ward_modelled.copy(),
        "unit": organisations.units.unit_committed.copy(),
        "temporary": towns.temporary_used.copy(),
        "nursing_home": towns.nursing_used.copy(),
    }


def _planned_admissions(run: Months) -> NDArray[np.int64]:
    """Planned admissions that asked each ward for a bed today, and those put off a week, shape (2, wards)."""
    claims, waiting = run.world.work.beds, run.world.state.lists.elective
    asked = claims.entry[: claims.count[0]]
    asked = asked[(asked.kind == ELECTIVE_BED) & (asked.place < len(run.world.network.wards))]
    queue = waiting.entry[: waiting.count[0]]
    put_off = np.isin(asked.row, queue.row[queue.day == run.day - 1 + 7])
    wards = len(run.world.network.wards)
    return np.stack([np.bincount(asked.place[which], minlength=wards) for which in (put_off | True, put_off)])


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
