"""What had happened before the first morning: those who had come home from hospital a short while ago.

Without it nobody could be readmitted in the first weeks, and a year of burn-in would show too few readmissions: a
benchmark that gates are judged by would be too strict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.chance import uniforms
from sim.mortality import expected_courses
from sim.state import NURSING_HOME

if TYPE_CHECKING:
    from sim.day.rates import HealthRates, HospitalRates

INDEX: Final = 1  # a course ended alive, as sim.day.courses has it
_DAYS: Final = 90  # further back nothing is left of a discharge: neither risk nor a readmission


def recent_discharges(
    card: Any, key: NDArray[np.uint64], first_day: int, seed: int, health: HealthRates, hospital: HospitalRates,
    recovery_of: NDArray[np.float64],
) -> None:  # fmt: skip
    """Give people there from the start the acute discharges of the last weeks that their hazard makes likely.

    Parameters
    ----------
    card : records of :data:`sim.state.CARD`, shape (n,)
        People of the first day; ``discharged``, ``index``, ``recovery`` and ``recovers_from`` are written.
    key : uint64 array, shape (n,)
        Their keys.
    first_day, seed : int
        First day of the run, and its root seed.
    health, hospital
        Figures of the day.
    recovery_of : array, shape (sets of conditions,)
        Log of the excess hazard after discharge.
    """
    frailty, age = card.frailty.astype(np.float64), (first_day - card.birth) / 365.25
    courses, of_state = expected_courses(frailty, age, health)
    resident = card.place == NURSING_HOME
    hazard = courses * of_state[card.conditions.astype(np.int64) * 2 + resident] / 365.25
    wait = -np.log(uniforms(seed, "discharged before the start", key)) / hazard  # days since the last discharge
    recent = wait < _DAYS
    long = uniforms(seed, "discharged before the start", key, index=1) >= hospital.stay_short_share
    log_excess = (
        health.recovery_frailty * (frailty - health.reference_course_frailty)
        + recovery_of[card.conditions]
        + health.recovery_long_stay * long
    )
    day = (first_day - 1 - wait[recent]).astype(np.int32)
    card.discharged[recent] = card.recovers_from[recent] = day
    card.index[recent] = INDEX
    card.recovery[recent] = (health.recovery_excess / health.need_relapse * np.exp(log_excess))[recent]
