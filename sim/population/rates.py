"""Probabilities of every attribute by age, sex and what the person already has, solved so that the figures are met.

Order of the attributes: conditions one after the other (each given those before), nursing home given dementia, living
alone given nursing home, frailty given all of these. Every step keeps the margin by age and sex and adds a dependence.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.measures import AGE_BANDS, CONDITIONS
from sim.population.figures import Figures
from sim.population.solving import Array, bisect, log_odds_of, share_of, solve_level, solve_two
from sim.population.structure import (
    MAN,
    WOMAN,
    along_age,
    numbers_by_age,
    reference_people,
    single_ages,
    women_by_age,
)
from sim.reading import InputError

#: Conditions in the order of their bits, without the further ones.
NAMED: tuple[str, ...] = tuple(name for name in CONDITIONS if name != "other")
_COMBINATIONS = 1 << len(CONDITIONS)
#: Whether each combination of condition bits makes two or more chronic conditions, shape (combinations,): the bit
#: ``other`` stands for further conditions that, with those named, make two or more.
MULTIMORBID = np.array([bool(bits & CONDITIONS["other"]) or bits.bit_count() >= 2 for bits in range(_COMBINATIONS)])


class Rates(NamedTuple):
    """Tables to draw attributes from; ``cell`` is age index times 2 plus sex, ``bits`` the conditions drawn so far.

    ``conditions[k]`` has shape (cells * 2**k,) at ``cell * 2**k + bits``; ``nursing[municipality]`` (cells * 2,) at
    ``cell * 2 + dementia``; ``alone`` (cells * 2,) at ``cell * 2 + nursing``; ``log_frailty`` (cells * 64,) at
    ``(cell * 32 + bits) * 2 + nursing`` is the median of the logarithm of frailty, ``frailty_spread`` its logistic
    scale. ``share`` (ages, 2, 32, 2) is how likely each set of conditions and place is in a cell of the catchment, and
    ``alone_margin`` (ages, 2) how likely living alone; both follow from the tables before.
    """

    conditions: tuple[Array, ...]
    nursing: dict[str, Array]
    alone: Array
    log_frailty: Array
    frailty_spread: float
    share: Array
    alone_margin: Array


def shape(figures: Figures, name: str) -> Array:
    """Log odds by single year of age and sex from the parameters ``<name>.men`` and ``<name>.women``."""
    return np.column_stack(
        [along_age(figures, log_odds_of(figures.array(f"people.{name}.{sex}"))) for sex in ("men", "women")]
    )


def levelled(figures: Figures, name: str) -> Array:
    """Share by age and sex, shape (ages, 2): the shape at the level that meets ``<name>.share`` in the catchment."""
    log_odds = shape(figures, name)
    wanted = figures.number(f"people.{name}.share")
    return share_of(
        log_odds + solve_level(log_odds.ravel(), reference_people(figures).ravel(), wanted, f"people.{name}.share")
    )


def given(margin: Array, have: Array, offsets: Array, what: str) -> Array:
    """Probability given what a person already has, with the margin kept in each cell.

    Parameters
    ----------
    margin : float64 array, shape (ages, 2)
    have : float64 array, shape (ages, 2, n)
        How likely each state is within the cell; sums to 1.
    offsets : float64 array, shape (n,)
        Log odds of each state relative to the first.
    what : str
        Name for the message.
    """
    level = solve_level(np.broadcast_to(offsets, have.shape), have, margin, f"people.{what}.share")
    return share_of(level[..., None] + offsets)


def _condition_rates(figures: Figures) -> tuple[tuple[Array, ...], Array]:
    """Rates of each condition given the earlier ones, and how likely each combination is in a cell."""
    have = np.ones((*reference_people(figures).shape, 1))
    rates: list[Array] = []
    for position, name in enumerate(NAMED):
        odds = figures.array(f"people.{name}.log_odds") if position else np.zeros(0)
        bits = np.arange(1 << position)
        offsets = np.asarray(sum((odds[bit] * (bits >> bit & 1) for bit in range(position)), np.zeros(len(bits))))
        rate = given(levelled(figures, name), have, offsets, name)
        rates.append(rate)
        have = np.concatenate([have * (1 - rate), have * rate], axis=-1)
    rate = _other_rate(figures, have)
    return (*rates, rate), np.concatenate([have * (1 - rate), have * rate], axis=-1)


def _other_rate(figures: Figures, have: Array) -> Array:
    odds = np.concatenate([[0.0], figures.array("people.other_condition.log_odds")])
    named = np.array([min(bits.bit_count(), 2) for bits in range(have.shape[-1])])
    log_odds = shape(figures, "other_condition")[..., None] + odds[named]
    weights = reference_people(figures)[..., None] * have
    open_cells = named < 2
    in_open = weights[..., open_cells].sum() / weights.sum()
    wanted = (figures.number("people.multimorbidity.share") - (1 - in_open)) / in_open
    level = solve_level(
        log_odds[..., open_cells].ravel(), weights[..., open_cells].ravel(), wanted, "people.multimorbidity.share"
    )
    return share_of(log_odds + level)


def _by_sex(people: Array, women: Array) -> Array:
    return np.column_stack([people * (1 - women), people * women])


def _nursing_margins(figures: Figures) -> dict[str, Array]:
    """Share in a nursing home by age and sex, by municipality: 90+ as quoted, younger levelled to the own share."""
    people, log_odds = reference_people(figures), shape(figures, "nursing_home")
    women = women_by_age(figures)
    oldest = single_ages(figures) >= AGE_BANDS[-1]
    for sex, name in ((MAN, "people.nursing_home.men"), (WOMAN, "people.nursing_home.women")):
        log_odds[oldest, sex] += solve_level(log_odds[oldest, sex], people[oldest, sex], figures.array(name)[-1], name)
    margins = {}
    for municipality in figures.municipalities:
        key = f"municipalities.{municipality}.nursing_home_share"
        weights = _by_sex(numbers_by_age(figures, municipality), women)
        of_oldest, younger = np.sum(weights[oldest] * share_of(log_odds[oldest])), weights[~oldest].sum()
        wanted = float((figures.number(key) * weights.sum() - of_oldest) / younger)
        if not 0.0 < wanted < 1.0:
            least, most = of_oldest / weights.sum(), (of_oldest + younger) / weights.sum()
            problem = "with the share of the oldest as it is, no share of the younger gives this one"
            raise InputError(problem, key=key, allowed=f"more than {least:.4f} and less than {most:.4f}")
        level = solve_level(log_odds[~oldest].ravel(), weights[~oldest].ravel(), wanted, key)
        margins[municipality] = share_of(log_odds + np.where(oldest, 0.0, level)[:, None])
    return margins


def both_of(first: Array, second: Array, odds_ratio: float) -> Array:
    """Probability of two properties at once from their margins and odds ratio (Plackett 1965, JASA 60:516)."""
    if odds_ratio == 1:
        return first * second
    more = odds_ratio - 1
    total = 1 + (first + second) * more
    result: Array = (total - np.sqrt(total**2 - 4 * odds_ratio * more * first * second)) / (2 * more)
    return result


def _nursing_rates(figures: Figures, dementia: Array) -> tuple[dict[str, Array], Array]:
    """Nursing home given dementia, by municipality and in the catchment: shapes (ages, 2, 2), last axis dementia.

    One odds ratio, solved so that the quoted share of residents has dementia.
    """
    people, margins, women = reference_people(figures), _nursing_margins(figures), women_by_age(figures)
    residents = np.zeros_like(people)
    for name, margin in margins.items():
        residents += _by_sex(numbers_by_age(figures, name), women) * margin
    overall = residents / people

    def reached(log_ratio: float) -> float:
        return float(np.sum(people * both_of(dementia, overall, math.exp(log_ratio))) / residents.sum())

    # beyond log odds of 25 the square root in Plackett's formula loses its digits
    wanted = figures.number("people.nursing_home.dementia")
    ratio = math.exp(bisect(reached, wanted, -25.0, 25.0, "people.nursing_home.dementia"))

    def split(margin: Array) -> Array:
        both = both_of(dementia, margin, ratio)
        return np.stack([(margin - both) / (1 - dementia), both / dementia], axis=-1)

    return {name: split(margin) for name, margin in margins.items()}, split(overall)


def _frailty(figures: Figures, have: Array, nursing: Array) -> tuple[Array, float]:
    """Median of log frailty, shape (ages, 2, combinations, 2), and the logistic scale around it.

    Level and scale are solved so that the shares of frail and prefrail people outside nursing homes are met.
    """
    bits = np.arange(_COMBINATIONS)
    odds = figures.array("people.frailty.conditions")
    of_conditions = sum((odds[bit] * (bits >> bit & 1) for bit in range(len(odds))), np.zeros(_COMBINATIONS))
    of_age = figures.number("people.frailty.age") * (single_ages(figures) - AGE_BANDS[0])
    of_sex = np.array([0.0, figures.number("people.frailty.women")])
    at_home = of_age[:, None, None] + of_sex[None, :, None] + of_conditions
    dementia = bits // CONDITIONS["dementia"] & 1
    weights = reference_people(figures)[..., None] * have * (1 - nursing[..., dementia])
    cuts = np.log([figures.number("people.frailty.cut_frail"), figures.number("people.frailty.cut_prefrail")])
    frail, prefrail = (figures.number(f"people.frailty.share_{which}") for which in ("frail", "prefrail"))
    if frail + prefrail >= 1.0:
        problem = f"with {frail:g} frail people nobody would be robust"
        raise InputError(problem, key="people.frailty.share_prefrail", allowed=f"less than {1.0 - frail:g}")
    wanted = log_odds_of(np.array([frail, frail + prefrail]))

    weights /= weights.sum()

    def gaps(level: float, log_spread: float) -> tuple[float, float]:
        above = [np.sum(weights * share_of((at_home + level - cut) / math.exp(log_spread))) for cut in cuts]
        gap = log_odds_of(np.array(above)) - wanted
        return float(gap[0]), float(gap[1])

    # start where the mean person is at the prefrail cut, with a typical scale of 0.3
    start = (float(cuts[1] - np.sum(weights * at_home)), math.log(0.3))
    level, log_spread = solve_two(gaps, start, "people.frailty.share_prefrail")
    at_home = at_home + level
    decades = (single_ages(figures) - figures.number("people.frailty.nursing_home_reference_age")) / 10.0
    added = figures.number("people.frailty.nursing_home") + figures.number("people.frailty.nursing_home_age") * decades
    in_nursing_home = at_home + added[:, None, None]
    return np.stack([at_home, in_nursing_home], axis=-1), math.exp(log_spread)


@lru_cache(maxsize=8)
def solve_rates(figures: Figures) -> Rates:
    """All tables of attributes for a set of figures; kept, since most runs share theirs.

    Raises
    ------
    InputError
        If figures contradict each other, naming them.
    """
    conditions, have = _condition_rates(figures)
    dementia = levelled(figures, "dementia")
    nursing, overall = _nursing_rates(figures, dementia)
    in_home = dementia * overall[..., 1] + (1 - dementia) * overall[..., 0]
    odds = np.array([0.0, figures.number("people.living_alone.log_odds_nursing_home")])
    living_alone = levelled(figures, "living_alone")
    alone = given(living_alone, np.stack([1 - in_home, in_home], axis=-1), odds, "living_alone")
    log_frailty, spread = _frailty(figures, have, overall)
    resident = overall[..., np.arange(_COMBINATIONS) // CONDITIONS["dementia"] & 1]
    return Rates(
        conditions=tuple(rate.ravel() for rate in conditions),
        nursing={name: rate.ravel() for name, rate in nursing.items()},
        alone=alone.ravel(),
        log_frailty=log_frailty.ravel(),
        frailty_spread=spread,
        share=np.stack([have * (1 - resident), have * resident], axis=-1),
        alone_margin=living_alone,
    )
