"""Those who came to the emergency department and got no bed: whether they needed one decides what follows.

An acute illness that needs a bed can kill wherever the patient is, and more often at home. The share of such illnesses
that end in death is one formula for admitted and refused, so that refusing beds never saves lives on paper.
"""

from __future__ import annotations

import math

import numpy as np

from sim.chance import uniform, uniform_at
from sim.compiled import jit
from sim.day.death import die
from sim.day.frame import Output, Today, Work, count, push
from sim.day.illness import RETURNS, come_back, to_emergency
from sim.day.numbers import logistic
from sim.day.rates import Rates
from sim.day.risk import age_of, excess_of, set_risk
from sim.day.streams import DEATH_IN_HOSPITAL
from sim.records import COUNTER
from sim.state import DEAD, HOSPITAL, MOVED, NURSING_HOME, People, State

_RETURNS, _REFUSED = COUNTER["emergency_returns"], COUNTER["refused_in_need"]
_DIED_REFUSED = COUNTER["deaths_after_refusal"]
DIES = 1  # kind of an entry among those who come back; RETURNS is the other


@jit
def fatality(people: People, i: int, rates: Rates, today: Today) -> float:
    """Share of acute illnesses needing a bed that end in death although the person is admitted at once."""
    health = rates.health
    usual = health.mortality_in_course
    return logistic(
        math.log(usual / (1.0 - usual))
        + health.mortality_in_course_age * (age_of(people, i, today.day) - health.reference_course_age) / 10.0
        + health.mortality_in_course_frailty * (np.float64(people.card[i].frailty) - health.reference_course_frailty)
    )


@jit
def may_return(
    state: State, i: int, ratio: float, share: float, stream: int, rates: Rates, today: Today, out: Output
) -> None:  # fmt: skip
    """Who was sent home or observed may come back, sicker, within some days; ``share`` do who needed no bed."""
    hospital, key = rates.hospital, state.people.key[i]
    day = today.day + 1 + int(hospital.emergency_return_days * uniform_at(key, today.streams[stream], 1))
    if ratio < 1.0:
        share = hospital.emergency_return_in_need
        if suffers(state, i, day, rates, today, out):
            return
    if uniform(key, today.streams[stream]) < share:
        come_back(state, i, day, hospital.emergency_return_severity * min(ratio, hospital.emergency_return_most), out)


@jit
def suffers(state: State, i: int, day: int, rates: Rates, today: Today, out: Output) -> bool:
    """Who needed a bed and got none: whether that is fatal by a day; if not, the illness leaves the usual raised risk.

    Those who come back meet the usual fatality then, so that before it only what is missing to the whole risk of the
    refused falls due.
    """
    health, people = rates.health, state.people
    card = people.card[i]
    count(out, people, i, _REFUSED, 1)
    before = max(health.mortality_refused - rates.hospital.emergency_return_in_need, 0.0)
    before *= fatality(people, i, rates, today)
    if uniform(people.key[i], today.streams[DEATH_IN_HOSPITAL]) < before:
        push(state.lists.returns, out, i, day, DIES, 0.0)
        return True
    card.recovery = max(excess_of(people, i, today.day, rates), health.recovery_excess / health.need_relapse)
    card.recovers_from = today.day
    set_risk(people, i, state.organisations, rates, today.day)
    return False


@jit
def call_back(state: State, today: Today, work: Work, out: Output) -> None:
    """People sent home, observed or missed who turn up again today, and those who die of having been refused."""
    queue, people = state.lists.returns, state.people
    kept = 0
    for k in range(queue.count[0]):
        i, day, kind, ratio = queue.entry[k].row, queue.entry[k].day, queue.entry[k].kind, queue.entry[k].ratio
        place = people.card[i].place
        if day > today.day:
            entry = queue.entry[kept]
            entry.row, entry.day, entry.kind, entry.ratio = i, day, kind, ratio
            kept += 1
        elif place == DEAD or place == MOVED or place == HOSPITAL:
            continue
        elif kind == RETURNS:
            count(out, people, i, _RETURNS, 1)
            to_emergency(state, i, ratio, today, work, out)
        else:
            count(out, people, i, _DIED_REFUSED, 1)
            die(state, i, today.day, out, False, place == NURSING_HOME)
    queue.count[0] = kept
