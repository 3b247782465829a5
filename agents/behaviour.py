"""From parameters to the behaviour of one kind of provider."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from agents.actions import ACTIONS
from agents.interfaces import Values
from agents.responses.law import Behaviour
from agents.responses.registry import LAWS, RESPONSES

MONTHS_PER_YEAR: Final = 12
# A share that is done always has no log-odds: as near to 1 as keeps a level of 1 exact. What is done of a share can
# also be no more than all, so the highest level stops where the share gets there.
_SURE: Final = 1.0 - 2.0**-20


def behaviour_of(kind: str, values: Values, response: str, law: str = "linear") -> Behaviour:
    """Behaviour of all providers of a kind.

    Parameters
    ----------
    kind : "gp", "home_care" or "ward"
    values
        Parameter values by dotted name: ``behaviour.<kind>.<action>.*`` and ``response.*``.
    response, law
        Names as in a scenario's ``[response]``.

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

    table = "sensitivity" if law == "linear" else "sensitivity_ratio"
    sensitivity = [number(f"response.{table}.{kind}.{action.discretion}") for action in actions]
    observed = np.array([number(action.observed) if action.observed else 0.0 for action in actions])
    observed = np.minimum(observed, _SURE)
    highest = np.array([number(action.number("highest")) for action in actions])
    adaptation = [number(f"response.years.{kind}.{action.discretion}") for action in actions]
    return Behaviour(
        response=response,
        law=law,
        sensitivity=np.array(sensitivity),
        kappa=np.array([number(action.number("kappa")) for action in actions]),
        speed=np.array([-math.expm1(-1.0 / (MONTHS_PER_YEAR * years)) for years in adaptation]),
        lowest=np.array([number(action.number("lowest")) for action in actions]),
        highest=np.minimum(
            highest, np.divide(_SURE, observed, out=np.full_like(observed, np.inf), where=observed > 0.0)
        ),
        observed=observed,
        salience=number(f"response.salience.{kind}"),
        imitation=-math.expm1(-number(f"response.imitation.{kind}") / MONTHS_PER_YEAR),
        altruism=1.0,
        cost_curvature=number(f"response.cost_curvature.{kind}"),
    )
