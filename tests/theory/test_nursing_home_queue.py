"""The nursing-home queue of the model against Erlang's delay system.

People who do not manage alone come to need a place with the same hazard each day, wait in the model's own queue, get a
place in order of need, and stay until they die with a constant hazard, which goes with the need and so meets those
waiting as well: many sources, exponential service, c places, nobody turned away, M/M/c with impatient customers
(Erlang A) once a day. Places are freed and given once a day, so the test is against the chain of the day, solved
exactly; ``test_formulas`` shows that this chain becomes Erlang's formula as the day grows short. Who has died is
replaced by somebody at home, so that the town does not empty.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from sim.records import COUNTER
from sim.state import DEAD, HOME, Queue
from tests.theory.formulas import daily_delay, long_run
from tests.theory.worlds import LEVEL, NEVER_DIES, live, output_of, still_world

PLACES, PEOPLE, DAYS, WARM_UP = 8, 500, 7000, 200
DIES, LOAD = 0.125, 6.4
HAZARD = LOAD * DIES / (PEOPLE - LOAD)


def live_queue(seed: int) -> tuple[float, float]:
    """Sum over days of people waiting and of residents, from the model's own counters."""
    world, day = still_world(
        seed, PEOPLE, home_care__nursing_home__entry_base=HAZARD, home_care__nursing_home__entry_frailty=0.0,
        home_care__nursing_home__entry_age=0.0, home_care__nursing_home__guarantee_days=50_000.0,
        home_care__detection__per_day=0.0, general_practice__outreach__per_day=0.0,
    )  # fmt: skip
    world.rates.health.mortality_nursing_home = math.log(DIES) - NEVER_DIES
    card, organisations = world.state.people.card, world.state.organisations
    card.municipality = 0
    world.rates.home.help_frailty = -1e6  # nobody manages alone
    organisations.units.unit_capacity[:] = 10**12
    organisations.towns.nursing_capacity[0] = PLACES
    out = output_of(world)
    waiting = residents = 0
    for today in range(day, day + WARM_UP + DAYS):
        live(world, out, today, today + 1, first_of_month=today)
        if today >= day + WARM_UP:
            waiting += int(out.people[COUNTER["nursing_home_wait_days"]].sum())
            residents += int(organisations.towns.nursing_used[0])
        dead = np.flatnonzero(card.place[:PEOPLE] == DEAD)
        card.place[dead], card.waits[dead] = HOME, 0
        forget(world.state.lists.nursing_home, dead)
    return float(waiting), float(residents)


def forget(queue: Queue, dead: np.ndarray) -> None:
    """Take those who are replaced out of the queue, which would else keep the place of who died."""
    entries = queue.entry[: queue.count[0]]
    kept = entries[~np.isin(entries["row"], dead)].copy()
    queue.entry[: len(kept)] = kept
    queue.count[0] = len(kept)


def test_people_wait_for_a_nursing_home_as_erlang_says(seed: int) -> None:
    waiting, residents = live_queue(seed)
    limit = stats.norm.isf(LEVEL / 4)  # two comparisons

    states = np.arange(91.0)

    def expected(places: int, what: np.ndarray) -> tuple[float, float]:
        chain = daily_delay(places, PEOPLE, HAZARD, DIES, DIES)
        mean, variance = long_run(chain, what, what**2, what[:, None] * chain)
        return DAYS * mean, math.sqrt(DAYS * variance)

    mean, error = expected(PLACES, np.maximum(states - PLACES, 0.0))
    assert abs(waiting - mean) < limit * error
    served, served_error = expected(PLACES, np.minimum(states, PLACES))
    assert abs(residents - served) < limit * served_error
    # power: one place more, which is what a counting error looks like, is found nearly surely
    wrong, wrong_error = expected(PLACES + 1, np.maximum(states - PLACES - 1, 0.0))
    assert mean - wrong > (limit + 2.0) * wrong_error
