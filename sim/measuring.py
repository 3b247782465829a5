"""One run of the whole catchment, watched day by day: what organisations are asked for, and what is occupied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.day.emergency import ELECTIVE_BED
from sim.day.illness import SOON
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
#: What people use month by month, from which a change is seen. Places are not among them: the chance of the few people
#: of a sample who have one would fill or empty the places of everybody.
USES: Final = ("practice", "ward", "unit", "nurse")
_ADMITTED: Final = WARD_COUNTER["admissions"]


class MeasuredRun(NamedTuple):
    """What is kept of one measuring run."""

    months: NDArray[np.int64]  # (days,) month of each day from the first
    daily: dict[str, Numbers]  # by LOADS, (days, organisations)
    use: dict[str, Numbers]  # by USES, (months,)
    beds: Numbers  # (2, wards) planned admissions asked for, and put off


def measured_run(base: Scenario, seed: int) -> MeasuredRun:
    """Live a scenario day by day, and write down what each organisation was asked for and had occupied."""
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
        if run.month != month:
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
    pressing = (claims.rank >> np.uint64(60)) <= SOON
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
    again = run.day - 1 + int(run.scenario.parameters.number("hospital.elective.put_off_days"))
    put_off = np.isin(asked.row, queue.row[queue.day == again])
    wards = len(run.world.network.wards)
    return np.stack([np.bincount(place, minlength=wards) for place in (asked.place, asked.place[put_off])])


def use_of(out: Output) -> dict[str, float]:
    """What people of the model used in a month."""
    return {
        "practice": float(out.practice_minutes[:, 0].sum()),
        "ward": float(out.ward_month[:, 0].sum()),
        "unit": float(out.quantity[MEASURE["home_help"]].sum()),
        "nurse": float(out.nurse_use[:, 0].sum()),
    }
