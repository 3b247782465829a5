"""From parameters to the behaviour of one kind of provider."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.actions import ACTIONS
from agents.interfaces import Luck, Values
from agents.responses import elasticity, logit
from agents.responses.law import Behaviour, Choosing, Floats, Joining
from agents.responses.registry import LAWS, RESPONSES

MONTHS_PER_YEAR: Final = 12
# A share that is done always has no log-odds: as near to 1 as keeps a level of 1 exact. What is done of a share can
# also be no more than all, so the highest level stops where the share gets there.
_SURE: Final = 1.0 - 2.0**-20


def behaviour_of(kind: str, values: Values, response: str, law: str = "linear", luck: Luck | None = None) -> Behaviour:
    """Behaviour of all providers of a kind.

    Parameters
    ----------
    kind : "gp", "home_care" or "ward"
    values
        Parameter values by dotted name: ``behaviour.<kind>.<action>.*`` and ``response.*``.
    response, law
        Names as in a scenario's ``[response]``.
    luck : Luck, optional
        What sets the providers apart; all are alike without it.

    Errors
    ------
    ValueError
        A response or law that does not exist.
    """
    if response not in RESPONSES:
        raise ValueError(f'there is no response "{response}"; there is {", ".join(RESPONSES)}')
    if law not in LAWS:
        raise ValueError(f'there is no law "{law}"; there is {", ".join(LAWS)}')
    actions = ACTIONS[kind]

    def number(name: str) -> float:
        value = values[name]
        if isinstance(value, tuple):
            raise ValueError(f"{name} must be one number")
        return float(value)

    kappa = np.array([number(action.number("kappa")) for action in actions])
    observed = np.array([number(action.observed) if action.observed else 0.0 for action in actions])
    observed = np.minimum(observed, _SURE)
    lowest = np.array([number(action.number("lowest")) for action in actions])
    highest = np.array([number(action.number("highest")) for action in actions])
    highest = np.minimum(highest, np.divide(_SURE, observed, out=np.full_like(observed, np.inf), where=observed > 0.0))
    adaptation = [number(f"response.years.{kind}.{action.discretion}") for action in actions]
    sensitivity = _sensitivity(kind, number, kappa, response, law)
    strength = strength_of(number(f"response.spread.{kind}"), luck)
    ladder = logit.ladder(lowest, highest, observed, number("response.choosing.step"))
    return Behaviour(
        response=response,
        law=law,
        sensitivity=sensitivity * strength,
        kappa=kappa,
        speed=np.array([-math.expm1(-1.0 / (MONTHS_PER_YEAR * years)) for years in adaptation]),
        lowest=lowest,
        highest=highest,
        observed=observed,
        salience=number(f"response.salience.{kind}"),
        imitation=-math.expm1(-number(f"response.imitation.{kind}") / MONTHS_PER_YEAR),
        altruism=1.0,
        cost_curvature=number(f"response.cost_curvature.{kind}"),
        joining=_joining(kind, number, luck),
        choosing=_choosing(kind, number, ladder, luck if response == "logit" else None),
        made_up=np.minimum(number(f"response.made_up.{kind}") * np.ravel(strength), 1.0),
    )


def _sensitivity(kind: str, number: Callable[[str], float], kappa: Floats, response: str, law: str) -> Floats:
    """Response parameter of each action: that of the law, or what a published elasticity says of it."""
    table = "sensitivity" if law == "linear" else "sensitivity_ratio"
    if response == "elasticity":
        table = "elasticity"
    found = np.array([number(f"response.{table}.{kind}.{action.discretion}") for action in ACTIONS[kind]])
    if response != "elasticity":
        return found
    price = np.array([number(action.price) if action.price else 0.0 for action in ACTIONS[kind]])
    return elasticity.sensitivity(found, kappa, price, law)


def _joining(kind: str, number: Callable[[str], float], luck: Luck | None) -> Joining:
    """When providers change their ways; thresholds lie around the middle one of their kind."""
    spread, middle = number("response.joining.spread"), number(f"response.threshold.{kind}")
    threshold = middle * np.exp(spread * _normal(luck.threshold()))[:, None] if luck else middle
    months = (number(f"response.joining.months_to_{step}") for step in ("join", "leave"))
    return Joining(threshold, number("response.joining.staying"), *months)


def _choosing(kind: str, number: Callable[[str], float], ladder: NDArray[np.int64], luck: Luck | None) -> Choosing:
    """How providers choose among levels; all have the middle taste for each where nobody is told apart."""
    tastes = np.full((1, len(ACTIONS[kind]), len(ladder)), 0.5)
    if luck is not None:
        drawn = [[luck.taste(action, int(level)) for level in ladder] for action in range(len(ACTIONS[kind]))]
        tastes = np.moveaxis(np.array(drawn), -1, 0)
    return Choosing(number("response.choosing.step"), number(f"response.noise.{kind}"), ladder, tastes)


def strength_of(spread: float, luck: Luck | None) -> Floats | float:
    """How strongly each provider answers, relative to the mean of its kind, which stays as evidence has it.

    Parameters
    ----------
    spread : float
        Standard deviation of the logarithm between providers of a kind.
    luck : Luck or None
        Their draws.

    Returns
    -------
    array (providers, 1), or exactly 1 where all are alike
    """
    if spread == 0.0 or luck is None:
        return 1.0
    return np.exp(spread * _normal(luck.strength()) - 0.5 * spread**2)[:, None]


def _normal(uniform: Floats) -> Floats:
    quantile = NormalDist().inv_cdf
    return np.array([quantile(float(one)) for one in uniform])
