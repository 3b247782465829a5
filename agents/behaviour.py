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
    adaptation = [number(f"response.years.{kind}.{action.discretion}") for action in actions]
    return Behaviour(
        response=response,
        law=law,
        sensitivity=np.array(sensitivity),
        kappa=np.array([number(action.number("kappa")) for action in actions]),
        speed=np.array([-math.expm1(-1.0 / (MONTHS_PER_YEAR * years)) for years in adaptation]),
        lowest=np.array([number(action.number("lowest")) for action in actions]),
        highest=np.array([number(action.number("highest")) for action in actions]),
        observed=np.array([number(action.observed) if action.observed else 0.0 for action in actions]),
        salience=number(f"response.salience.{kind}"),
        imitation=-math.expm1(-number(f"response.imitation.{kind}") / MONTHS_PER_YEAR),
        altruism=1.0,
        cost_curvature=number(f"response.cost_curvature.{kind}"),
    )
