"""A provider who weighs patients' benefit against own profit (Ellis and McGuire, J Health Econ 1986;5:129-151).

Benefit of a quantity x is ``b*x - theta/2 * x**2`` and is weighted by ``alpha``; own cost has a curvature ``k`` beside
its constant marginal part. The quantity then answers a change of the felt incentive by ``1 / (alpha*theta + k)``: the
response parameter of the common law is ``s = kappa / (x_observed * (alpha*theta + k))``. Only ``s`` is known from
evidence: alpha is fixed by its prior and theta is what ``s`` implies.
"""

from __future__ import annotations

import numpy as np

from agents.responses.law import Behaviour, Floats, Signals, move


def sensitivity(
    kappa: Floats | float,
    observed: Floats | float,
    altruism: Floats | float,
    benefit_curvature: Floats | float,
    cost_curvature: Floats | float,
) -> Floats:
    """Response parameter ``s``.

    Parameters
    ----------
    kappa : technical cost, kroner per unit
    observed : observed quantity, units
    altruism : weight on patients' benefit, a krone of profit having weight 1
    benefit_curvature, cost_curvature : kroner per unit squared
    """
    answer: Floats = np.asarray(kappa / (observed * (altruism * benefit_curvature + cost_curvature)), np.float64)
    return answer


def benefit_curvature(
    kappa: Floats | float,
    observed: Floats | float,
    response: Floats | float,
    altruism: Floats | float,
    cost_curvature: Floats | float,
) -> Floats:
    """Curvature of patients' benefit, theta, that a response parameter ``s`` implies; the inverse of the above."""
    theta = (kappa / (observed * np.asarray(response, np.float64)) - cost_curvature) / altruism
    curvature: Floats = np.asarray(theta, np.float64)
    return curvature


def respond(z: Floats, signals: Signals, behaviour: Behaviour) -> Floats:
    """Move by the common law; a provider who cares more for patients than the prior centre answers less.

    Curvatures are taken in units of kappa per observed unit, where ``s`` is ``1 / (alpha*theta + k)``.
    """
    if np.all(np.asarray(behaviour.altruism) == 1.0):
        return move(z, signals, behaviour)
    theta = benefit_curvature(1.0, 1.0, behaviour.sensitivity, 1.0, behaviour.cost_curvature)
    own = sensitivity(1.0, 1.0, behaviour.altruism, theta, behaviour.cost_curvature)
    return move(z, signals, behaviour, own)


def optimum(
    benefit: Floats | float,
    benefit_curvature: Floats | float,
    felt: Floats | float,
    altruism: Floats | float,
) -> Floats:
    """Quantity chosen in absolute mode (no reference): ``(b + F / alpha) / g``, never below zero.

    ``felt`` is the felt incentive ``phi * (r - c)`` with r the payment and c the cost of a unit. With a penalty that
    falls on ``felt``, effort is exactly zero until the penalty exceeds what the act costs.
    """
    quantity: Floats = np.maximum(0.0, (benefit + felt / np.asarray(altruism, np.float64)) / benefit_curvature)
    return quantity


def step_to_optimum(quantity: Floats, chosen: Floats, speed: Floats | float) -> Floats:
    """Quantity one month later in absolute mode."""
    later: Floats = quantity + speed * (chosen - quantity)
    return later
