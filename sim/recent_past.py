"""Who fell ill and who was referred in the year before the first day, as their hazards make likely.

What became of them is lived by :mod:`sim.day.before`. Without it beds, waiting lists and places would be empty on the
first morning and nobody could be readmitted in the first weeks: the year that benchmarks and gates rest on would differ
from all later ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.chance import uniforms
from sim.clock import date_of
from sim.day.before import Before
from sim.measures import AGE_BANDS
from sim.mortality import expected_courses
from sim.population.attributes import BLOCK
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
    course, referral = np.empty((2, len(people.key)), np.int64)
    factors = np.cumsum(np.exp(season[:_DAYS][::-1])), np.arange(1.0, _DAYS + 1.0)
    for low in range(0, len(people.key), BLOCK):  # what is worked out of so many stays in the cache
        some = slice(low, low + BLOCK)
        rates = _rates(people.card[some], first_day, health, hospital)
        for name, ago, rate, sums in zip(("course", "referral"), (course, referral), rates, factors, strict=True):
            luck = uniforms(seed, f"{name} before the start", people.key[some])
            waited = -np.log(luck) * 365.25 / np.maximum(rate, 1e-12)  # in days of mean hazard
            ago[some] = _DAYS + 1
            within = np.flatnonzero(waited <= sums[-1])  # few: the others are not looked up
            ago[some][within] = np.searchsorted(sums, waited[within]) + 1

    def listed(ago: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        rows = np.flatnonzero((ago <= _DAYS) & (people.arrival <= first_day))
        return listed_by_day(rows, _DAYS - ago[rows], _DAYS)

    return Before(
        *listed(course),
        *listed(referral),
        frailty=people.card.frailty.copy(),
        month=np.array([date_of(first_day - ago).month - 1 for ago in range(_DAYS, 0, -1)], np.int64),
    )


def _rates(
    card: Any, first_day: int, health: HealthRates, hospital: HospitalRates
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Acute courses and planned admissions a year that are expected of some people."""
    frailty, age = card.frailty.astype(np.float64), (first_day - card.birth) / 365.25
    courses, of_state = expected_courses(frailty, age, health)
    band = np.searchsorted(np.array(AGE_BANDS), np.maximum(age, AGE_BANDS[0]), side="right") - 1
    state = card.conditions.astype(np.int64) * 2 + (card.place == NURSING_HOME)
    return courses * of_state[state], hospital.elective_rate[band]


def listed_by_day(
    rows: NDArray[np.int64], day: NDArray[np.int64], days: int
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Rows of people in the order of their days (0 to ``days - 1``) and rows, and where each day begins (days + 1)."""
    order = np.lexsort((rows, day))
    begins = np.concatenate([[0], np.cumsum(np.bincount(day, minlength=days))])
    return rows[order].astype(np.uint32), begins
