"""A provider whose answer to its price was published as an elasticity: the same answer, said in the common law.

A quantity with elasticity ``e`` changes by ``e / p`` of itself for each krone at the price ``p``. The common law
changes it by ``s / kappa``, and the ratio law, at the paid price ``p``, by ``s / (kappa + p)``.
"""

from __future__ import annotations

import numpy as np

from agents.responses.law import Behaviour, Floats, Signals, move


def sensitivity(
    elasticity: Floats | float, kappa: Floats | float, price: Floats | float, law: str = "linear"
) -> Floats:
    """Response parameter ``s`` of either law that has a published elasticity at a price.

    Parameters
    ----------
    elasticity : relative change of the quantity over relative change of the price
    kappa : technical cost, kroner per unit
    price : price at which the elasticity holds, kroner per unit; where it is 0 the technical cost stands in
    law : ``linear`` or ``ratio``
    """
    at = np.where(np.asarray(price) > 0.0, price, kappa)
    base = kappa + at if law == "ratio" else kappa
    answer: Floats = np.asarray(elasticity * base / at, np.float64)
    return answer


def respond(z: Floats, signals: Signals, behaviour: Behaviour) -> Floats:
    """Move by the common law, whose sensitivity is that of the elasticity."""
    return move(z, signals, behaviour)
