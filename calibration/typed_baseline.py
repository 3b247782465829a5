"""What a run shows of the numbers under ``behaviour.baseline`` that say what one event of the baseline is like.

Consequences of actions are computed from typed numbers, so that incentives exist before any run; contracts are settled
on what happens in the run. Where both speak of the same thing they must agree, or an avoided admission would cost
something else than it is paid for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.clock import DAYS_PER_YEAR, date_of
from sim.measures import FLAG, MEASURE
from sim.months import Months
from sim.records import COUNTER
from sim.scenario import Scenario
from sim.state import NOT_AT_RISK

Rows = NDArray[np.void]
_OERE: Final = 100.0


def _rows(run: Months, measure: str, acute: bool = False) -> Rows:
    rows = run.out.row[: int(run.out.used[0])]
    chosen = rows["measure"] == MEASURE[measure]
    if acute:
        chosen &= (rows["marks"] & FLAG["acute"]) > 0
    found: Rows = rows[chosen]
    return found


def _counted(run: Months, *names: str) -> float:
    return float(sum(run.out.people[COUNTER[name]].sum() for name in names))


def _value(run: Months) -> tuple[float, float]:
    courses = _rows(run, "hospital_course", acute=True)
    return float(courses["value"].sum()) / _OERE, float(len(courses))


def _nights(run: Months) -> tuple[float, float]:
    nights = _rows(run, "bed_day", acute=True)["quantity"].sum()
    return float(nights), float(len(_rows(run, "hospital_course", acute=True)))


def _ambulance(run: Months) -> tuple[float, float]:
    return float(len(_rows(run, "ambulance_trip"))), float(len(_rows(run, "acute_admission")))


def _readmission(run: Months) -> tuple[float, float]:
    back = _counted(run, "index_readmitted_short", "index_readmitted_long")
    return back, _counted(run, "index_discharges_short", "index_discharges_long")


def _nurse_no_room(run: Months) -> tuple[float, float]:
    """Of visits, how many were wanted in a month and place where one more would have found no room, by its days."""
    _, wanted, full = run.out.nurse_use.T.astype(np.float64)
    return float((wanted * full).sum()) / date_of(run.day - 1).day, float(wanted.sum())


def _others_give_way(run: Months) -> tuple[float, float]:
    """Of patients, how many lie in wards with more people of the model than in burn-in: one more displaces others."""
    wards = run.world.state.organisations.wards
    more = wards.ward_smoothed > wards.ward_reference
    return float(wards.ward_modelled[more].sum()), float(wards.ward_modelled.sum())


def _plans(run: Months) -> tuple[float, float]:
    return float(len(_rows(run, "discharge_plan"))), float(len(_rows(run, "acute_admission")))


def _temporary_days(run: Months) -> tuple[float, float]:
    return float(_rows(run, "temporary_place_day")["quantity"].sum()), float(len(_rows(run, "acute_admission")))


def _age(measure: str) -> Callable[[Months], tuple[float, float]]:
    def of(run: Months) -> tuple[float, float]:
        rows = _rows(run, measure)
        born = run.world.state.people.card["birth"][rows["person"]].astype(np.float64)
        return float((rows["day"] - born).sum()) / DAYS_PER_YEAR, float(len(rows))

    return of


def _frailty(measure: str) -> Callable[[Months], tuple[float, float]]:
    def of(run: Months) -> tuple[float, float]:
        rows = _rows(run, measure)
        return float(run.world.state.people.card["frailty"][rows["person"]].sum(dtype=np.float64)), float(len(rows))

    return of


def _spread(measure: str) -> Callable[[Months], tuple[float, float]]:
    """Mean risk of an admission over that of one person of mean age and frailty and without conditions."""

    def of(run: Months) -> tuple[float, float]:
        health, card = run.world.rates.health, run.world.state.people.card[_rows(run, measure)["person"]]
        there = card[card["illness"] > NOT_AT_RISK]
        decades = ((run.day - there["birth"]) / DAYS_PER_YEAR - health.reference_age) / 10.0
        frailty = there["frailty"].astype(np.float64)
        by_instability = (health.illness_instability + health.need_instability) * health.instability_frailty
        by_frailty = health.need_frailty + by_instability
        own = there["illness"] + health.need_age * decades + by_frailty * frailty
        mean = math.log(health.illness_base) + (health.illness_age + health.need_age) * decades.mean()
        mean += (health.illness_frailty + by_frailty) * frailty.mean()
        return float(np.exp(own - mean).sum()), float(len(there))

    return of


#: How each number is read from a month: numerator and denominator. Those not here cannot be: a typical person at the
#: threshold of a bed leaves no record.
READ: Final[dict[str, Callable[[Months], tuple[float, float]]]] = {
    "course_value": _value,
    "nights": _nights,
    "ambulance": _ambulance,
    "plans": _plans,
    "temporary_days": _temporary_days,
    "readmission": _readmission,
    "nurse_no_room": _nurse_no_room,
    "others_give_way": _others_give_way,
    "deteriorating_age": _age("detection"),
    "deteriorating_frailty": _frailty("detection"),
    "deteriorating_spread": _spread("detection"),
    "listed_age": _age("gp_consultation"),
    "listed_frailty": _frailty("gp_consultation"),
    "listed_spread": _spread("gp_consultation"),
}


def observed(scenario: Scenario, seed: int) -> dict[str, float]:
    """Live a scenario and read the numbers from the months of its accounts."""
    run = Months(scenario, seed, keep_events=True)
    sums = {name: np.zeros(2) for name in READ}
    while not run.finished:
        counts = run.day >= scenario.start_day
        run.live(run.month_end)
        if counts:
            for name, read in READ.items():
                sums[name] += read(run)
    return {name: float(above / below) for name, (above, below) in sums.items()}
