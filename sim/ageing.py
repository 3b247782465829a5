"""What a month of age brings, solved so that a population under unchanged rules stays as frail and ill as it began.

People die the sooner the frailer and the more ill they are, so a population keeps its profile by age only if those who
live on grow frailer and fall ill faster than the profile by age suggests. How much faster follows from the profile and
the hazards of death, without anything to be fitted:

- **Conditions and living alone**: incidence from prevalence and mortality of those with and without (Brinks and
  Landwehr 2015, Math Med Biol 32:425), here for each set of conditions, in the order in which they are drawn.
- **Frailty**: the rise at each age, sex and frailty is the one at which the law of continuity of the profile
  (Kolmogorov's forward equation with killing; Yashin and Manton 1997, Stat Sci 12:20) holds with age for time.

Nothing pulls a person back to the profile: whoever is spared a death or a hospital stay keeps what follows from it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.day.rates import HealthRates
from sim.measures import AGE_BANDS, CONDITIONS
from sim.mortality import Hazards, HealthKey, hazards_of, health_of
from sim.population.figures import Figures
from sim.population.profile import Profile, profile_of
from sim.population.rates import solve_rates
from sim.population.solving import Array
from sim.population.structure import single_ages

_SETS = 1 << len(CONDITIONS)
# where fewer of a cell are less (or more) frail than this, the rise of the nearest frailty with enough people is taken
_TAIL = 0.003


class Ageing(NamedTuple):
    """Monthly changes by cell (age index times 2 plus sex).

    ``rise`` (cells, steps + 2) of the frailty index at each edge of the profile (the last twice, so that there is
    always a next one); ``onset`` (cells * 32, conditions) chance of a further condition given the set of
    conditions, cumulated over conditions; ``left_alone`` (cells,) chance of coming to live alone.
    """

    rise: Array
    onset: Array
    left_alone: Array


@lru_cache(maxsize=4)
def solve_ageing(figures: Figures, key: HealthKey) -> Ageing:
    """Solve all monthly changes; kept, since most runs share their figures."""
    profile, hazards, health = profile_of(figures), hazards_of(figures, key), health_of(key)
    yearly = _onsets(profile, hazards)
    rise = _rise(profile, hazards, yearly, figures, key) + _beyond(figures, health)[:, None] * profile.edges
    margin = solve_rates(figures).alone_margin
    gained = np.maximum(np.diff(margin, axis=0), 0.0) / (1.0 - margin[:-1])
    return Ageing(
        rise=np.concatenate([rise, rise[:, -1:]], axis=1) / 12.0,
        onset=np.cumsum(-np.expm1(-yearly / 12.0), axis=-1).reshape(-1, len(CONDITIONS)),
        left_alone=-np.expm1(np.log1p(-_at_mid_year(gained)) / 12.0).ravel(),
    )


def _beyond(figures: Figures, health: HealthRates) -> Array:
    """Yearly relative rise of frailty beyond what is solved, by cell: the trend, and what the solution leaves out."""
    band = np.searchsorted(np.array(AGE_BANDS), single_ages(figures), side="right") - 1
    return np.repeat(health.frailty_trend + health.frailty_correction[band], 2)


def _at_mid_year(from_each_age: Array) -> Array:
    """Values for the year from the middle of each age to that of the next, shape (ages - 1, ...), by age of the day."""
    padded = np.concatenate([from_each_age[:1], from_each_age, from_each_age[-1:]])
    return np.asarray((padded[1:] + padded[:-1]) / 2.0)


def _onsets(profile: Profile, hazards: Hazards) -> Array:
    """Yearly hazard of each further condition, shape (cells, 32, conditions); 0 for those had.

    In each year of age those with more conditions die sooner; then conditions are added in their order until each is as
    common, given those before it, as a year later in life. Where a condition is rarer at higher age although nobody
    is cured (a matter of cohorts), its incidence is 0.
    """
    cells = len(profile.share)
    share = profile.share.reshape(cells, _SETS, 2).sum(axis=-1)
    deaths = (profile.share * hazards.of_each).reshape(cells, _SETS, 2).sum(axis=-1) / np.maximum(share, 1e-300)
    by_age = (cells // 2, 2, _SETS)
    there = (share * np.exp(-deaths)).reshape(by_age)[:-1]
    there /= there.sum(axis=-1, keepdims=True)
    later = share.reshape(by_age)[1:]
    sets = np.arange(_SETS)
    found = np.zeros((*there.shape, len(CONDITIONS)))
    for condition in range(len(CONDITIONS)):
        has = sets >> condition & 1
        before = sets & (1 << condition) - 1
        rate = []
        for population in (there, later):
            of_lower = np.stack([population[..., before == lower].sum(-1) for lower in range(1 << condition)], -1)
            with_it = np.stack(
                [population[..., (before == lower) & (has == 1)].sum(-1) for lower in range(1 << condition)], -1
            )
            rate.append(with_it / of_lower)
        gained = np.clip((rate[1] - rate[0]) / (1.0 - rate[0]), 0.0, 0.99)[..., before]
        moved = there * gained * (has == 0)
        there = there - moved
        there[..., has == 1] += moved[..., has == 0]
        found[..., condition] = np.where(has == 0, -np.log1p(-gained), 0.0)
    return _at_mid_year(found).reshape(cells, _SETS, len(CONDITIONS))


def _rise(profile: Profile, hazards: Hazards, onset: Array, figures: Figures, key: HealthKey) -> Array:
    """Yearly rise of frailty at each edge, shape (cells, steps + 1).

    The flow of people past an edge in a year of age is what the profile a year later needs, plus what selective death
    takes away from above, less what conditions, hospital stays and chance carry past it.
    """
    health, share = health_of(key), profile.share
    below = np.einsum("cs,csg->cg", share, profile.below)
    density = np.einsum("cs,csg->cg", share, profile.density)
    cells = len(share)
    ageing = np.gradient(below.reshape(cells // 2, 2, -1), axis=0).reshape(cells, -1)
    flow = -ageing - _selection(profile, hazards) - _past_by_onset(profile, onset)
    flow = flow[:, 1:] + 0.5 * health.frailty_spread**2 * np.einsum("cs,csg->cg", share, profile.slope)
    in_hospital = np.einsum("s,cs,csg->cg", hazards.of_state, share, profile.density) * hazards.courses
    flow -= health.frailty_after_hospital * health.frailty_long_stays * in_hospital
    enough = (below[:, 1:] > _TAIL) & (below[:, 1:] < 1.0 - _TAIL)
    first, last = enough.argmax(axis=1), enough.shape[1] - 1 - enough[:, ::-1].argmax(axis=1)
    at = np.clip(np.arange(enough.shape[1]), first[:, None], last[:, None])
    rise = np.take_along_axis(flow / density, at, axis=1)
    return np.concatenate([rise[:, :1], rise], axis=1)


def _selection(profile: Profile, hazards: Hazards) -> Array:
    """Deaths a year below each edge beyond those of the mean hazard, shape (cells, steps + 1)."""
    steps = np.diff(profile.below, axis=-1)
    share = profile.share
    deaths = hazards.in_course * np.einsum("cs,s,csg->cg", share, hazards.of_state, steps)
    deaths += hazards.elsewhere * np.einsum("cs,s,csg->cg", share, hazards.elsewhere_of_state, steps)
    excess = deaths - deaths.sum(axis=1, keepdims=True) * np.einsum("cs,csg->cg", share, steps)
    return np.concatenate([np.zeros((len(share), 1)), np.cumsum(excess, axis=1)], axis=1)


def _past_by_onset(profile: Profile, onset: Array) -> Array:
    """People carried past each edge in a year by the onset of conditions, shape (cells, steps + 1)."""
    states = np.arange(2 * _SETS)
    past = np.zeros((len(profile.share), profile.below.shape[-1]))
    for condition in range(len(CONDITIONS)):
        without = states[(states // 2 >> condition & 1) == 0]
        moving = profile.share[:, without] * onset[:, without // 2, condition]
        past += np.einsum("cs,csg->cg", moving, profile.below[:, without] - profile.below[:, without | 2 << condition])
    return past
