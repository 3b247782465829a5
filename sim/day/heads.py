"""Head counts at the end of a month that need no daily care: recipients of care and quality of life."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import entry
from sim.records import COUNTER
from sim.state import ABSENT, DEAD, HOSPITAL, MOVED, NURSING_HOME

_HELP, _NURSING = COUNTER["home_help_recipient_days"], COUNTER["home_nursing_recipient_days"]
_QUALITY, _PERSON_DAYS = COUNTER["quality_adjusted"], COUNTER["person_days"]


@entry
def count_heads(
    card: Any, instability: NDArray[np.float32], present: int, days: int, by_age: NDArray[np.float64],
    by_conditions: NDArray[np.float64], weights: NDArray[np.float64], people: NDArray[np.int64],
    scratch: NDArray[np.int64],
) -> int:  # fmt: skip
    """Count into ``people`` (counters, municipalities, bands); return how many lie in hospital.

    ``weights``: frailty, instability, hospital, nursing home, least. ``scratch`` comes as zeros, shape (2,
    municipalities, bands), and leaves with heads alive and summed thousandths. Quality is the mean of the living at
    the month's end times the month's person-days.
    """
    in_hospital = 0
    for i in range(present):
        place = card.place[i]
        if place == ABSENT or place == DEAD or place == MOVED:
            continue
        municipality, band = card.municipality[i], card.band[i]
        scratch[0, municipality, band] += 1
        if card.help[i] > 0:
            people[_HELP, municipality, band] += days
        if card.nursing[i] > 0:
            people[_NURSING, municipality, band] += days
        quality = by_age[band] - weights[0] * np.float64(card.frailty[i]) - by_conditions[card.conditions[i]]
        quality -= weights[1] * np.float64(instability[i])
        if place == HOSPITAL:
            quality -= weights[2]
            in_hospital += 1
        elif place == NURSING_HOME:
            quality -= weights[3]
        scratch[1, municipality, band] += int(np.rint(1000.0 * min(max(quality, weights[4]), 1.0)))
    for m in range(scratch.shape[1]):
        for b in range(scratch.shape[2]):
            if scratch[0, m, b] > 0:
                mean = scratch[1, m, b] / scratch[0, m, b]
                people[_QUALITY, m, b] += int(np.rint(mean * people[_PERSON_DAYS, m, b]))
    return in_hospital
