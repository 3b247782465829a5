"""Head counts that need no daily care: person-days, recipients of care and quality of life."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inline, jit
from sim.day.frame import Output
from sim.records import COUNTER
from sim.state import HOSPITAL, NURSING_HOME, Organisations, People

Numbers = NDArray[np.float64]
_HELP, _NURSING = COUNTER["home_help_recipient_days"], COUNTER["home_nursing_recipient_days"]
_QUALITY, _PERSON_DAYS = COUNTER["quality_adjusted"], COUNTER["person_days"]
_HEAD_DAYS = np.array(
    [COUNTER[name] for name in ("person_days", "home_days", "nursing_home_days", "living_alone_days")], np.int64
)  # by what is counted in Organisations.census


@jit
def record_days(organisations: Organisations, out: Output, day: int) -> None:
    """Person-days up to (not including) a day, of all that were not yet recorded: few heads change on a day."""
    heads, since, counters = organisations.census, organisations.census_since, out.people
    for m in range(heads.shape[1]):
        for b in range(heads.shape[2]):
            for what in range(heads.shape[0]):
                counters[_HEAD_DAYS[what], m, b] += heads[what, m, b] * day - since[what, m, b]
                since[what, m, b] = heads[what, m, b] * day
    listed, since, days = organisations.listed, organisations.listed_since, out.listed_days
    for p in range(listed.shape[0]):
        for k in range(listed.shape[1]):
            reached = listed[p, k] * day
            days[p, k] += reached - since[p, k]
            since[p, k] = reached


@inline
def count_head(
    people: People, i: int, days: int, by_age: Numbers, by_conditions: Numbers, weights: Numbers, out: Output,
    heads: NDArray[np.int64],
) -> None:  # fmt: skip
    """Count a living person as a recipient of care, and into ``heads`` (heads, summed thousandths of quality of life).

    ``weights``: frailty, instability, hospital, nursing home, least.
    """
    card = people.card[i]
    municipality, band, place = card.municipality, card.band, card.place
    heads[0, municipality, band] += 1
    if card.help > 0:
        out.people[_HELP, municipality, band] += days
    if card.nursing > 0:
        out.people[_NURSING, municipality, band] += days
    quality = by_age[band] - weights[0] * np.float64(card.frailty) - by_conditions[card.conditions]
    quality -= weights[1] * np.float64(people.instability[i])
    if place == HOSPITAL:
        quality -= weights[2]
    elif place == NURSING_HOME:
        quality -= weights[3]
    heads[1, municipality, band] += int(np.rint(1000.0 * min(max(quality, weights[4]), 1.0)))


@inline
def rate_days(out: Output, heads: NDArray[np.int64]) -> None:
    """Quality of life of a month: the mean of those alive at its end, times its person-days."""
    for m in range(heads.shape[1]):
        for b in range(heads.shape[2]):
            if heads[0, m, b] > 0:
                mean = heads[1, m, b] / heads[0, m, b]
                out.people[_QUALITY, m, b] += int(np.rint(mean * out.people[_PERSON_DAYS, m, b]))
