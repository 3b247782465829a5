"""Who fell ill and who was referred in the year before the first day, as their hazards make likely.

What became of them is lived by :mod:`sim.day.before`. Without it beds, waiting lists and places would be empty on the
first morning and nobody could be readmitted in the first weeks: the year that benchmarks and gates rest on would differ
from all later ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sim.chance import uniforms
from sim.clock import date_of
from sim.day.before import Before
from sim.measures import AGE_BANDS
from sim.mortality import expected_courses
from sim.state import NURSING_HOME

if TYPE_CHECKING:
    from sim.day.rates import HealthRates, HospitalRates
    from sim.state import People

_DAYS: Final = 364  # home help after hospital is reviewed within a year; whole weeks, so that weekdays keep


def year_before(
    people: People, first_day: int, seed: int, health: HealthRates, hospital: HospitalRates, season: NDArray[np.float64]
) -> Before:
    """Draw each person's last acute course and last referral for a planned admission in the year before the first day.

    Parameters
    ----------
    people : People
        As built: nobody is there yet, but for residents of nursing homes; left alone.
    first_day, seed : int
        First day of the run, and its root seed.
    health, hospital
        Figures of the day.
    season : float64 array
        Log factor of acute illness by day, from the first day; the year before is taken to be like the one after.
    """
    card = people.card
    frailty, age = card.frailty.astype(np.float64), (first_day - card.birth) / 365.25
    courses, of_state = expected_courses(frailty, age, health)
    courses = courses * of_state[card.conditions.astype(np.int64) * 2 + (card.place == NURSING_HOME)]
    band = np.searchsorted(np.array(AGE_BANDS), np.maximum(age, AGE_BANDS[0]), side="right") - 1

    def last(
        luck: NDArray[np.float64], rate: NDArray[np.float64], log_factor: NDArray[np.float64]
    ) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        waited = -np.log(luck) * 365.25 / np.maximum(rate, 1e-12)  # in days of mean hazard
        ago = np.searchsorted(np.cumsum(np.exp(log_factor[::-1])), waited) + 1
        rows = np.flatnonzero((ago <= _DAYS) & (people.arrival <= first_day))
        return listed_by_day(rows, _DAYS - ago[rows], _DAYS)

    course, course_from = last(uniforms(seed, "course before the start", people.key), courses, season[:_DAYS])
    rate = hospital.elective_rate[band]
    referral, referral_from = last(uniforms(seed, "referral before the start", people.key), rate, np.zeros(_DAYS))
    return Before(
        course=course,
        course_from=course_from,
        referral=referral,
        referral_from=referral_from,
        frailty=card.frailty.copy(),
        month=np.array([date_of(first_day - ago).month - 1 for ago in range(_DAYS, 0, -1)], np.int64),
    )


def listed_by_day(
    rows: NDArray[np.int64], day: NDArray[np.int64], days: int
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Rows of people in the order of their days (0 to ``days - 1``) and rows, and where each day begins (days + 1)."""
    order = np.lexsort((rows, day))
    begins = np.concatenate([[0], np.cumsum(np.bincount(day, minlength=days))])
    return rows[order].astype(np.uint32), begins
